"""The files of the page: what they say, what they never say, and which of them change when."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pytest
from jinja2 import Environment

from incidents.component import Component, ComponentStatus
from incidents.public import Phase
from statuspage.maintenance import MaintenancePhase
from statuspage.page import Page
from statuspage.phrases import LANGUAGES
from statuspage.render import Renderer, render
from statuspage.site import Site, Theme
from tests.statuspage.examples import (
    BTC_IN,
    BTC_OUT,
    COMPONENTS,
    NOW,
    SITE,
    SPOT,
    exchange,
    incident,
    maintenance,
    minutes,
    page,
    resolved,
    update,
)

S = ComponentStatus
HEARTBEAT = {"index.html", "manifest.json"}


def full(now_minutes: float = 0) -> Page:
    old = [resolved(n, NOW - timedelta(days=20 * n)) for n in range(2, 6)]
    return page(
        [incident(1), *old],
        planned=[maintenance()],
        unverified={BTC_IN: NOW - minutes(5)},
        now=NOW + minutes(now_minutes),
    )


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_the_same_page_gives_the_same_bytes() -> None:
    assert render(full()) == render(full())


def test_on_a_quiet_day_only_the_heartbeat_changes() -> None:
    renderer = Renderer(SITE)
    old = [resolved(n, NOW - timedelta(days=20 * n, hours=1)) for n in range(5)]
    before, after = (page(old, planned=[maintenance(MaintenancePhase.SCHEDULED)], now=NOW + minutes(n)) for n in (0, 5))
    assert changed(renderer.render(before), renderer.render(after)) == HEARTBEAT


def test_while_something_lasts_the_pages_of_its_components_count_on() -> None:
    renderer = Renderer(SITE)
    assert changed(renderer.render(full()), renderer.render(full(now_minutes=5))) == {
        *HEARTBEAT,
        *(f"components/{SITE.component_id(name)}.html" for name in (BTC_OUT, BTC_IN, SPOT)),
    }


def test_rendering_again_gives_what_rendering_anew_gives() -> None:
    renderer = Renderer(SITE)
    renderer.render(page([incident(1)]))
    assert renderer.render(full()) == render(full())


def test_one_update_more_changes_only_what_shows_it() -> None:
    before = [incident(1), resolved(2, NOW - timedelta(days=40)), resolved(3, NOW - timedelta(days=1))]
    published = (update(9, NOW, Phase.IDENTIFIED, body="We found it."), *before[0].updates)
    after = [incident(1, updates=published), *before[1:]]
    assert changed(render(page(before)), render(page(after, now=NOW + minutes(1)))) == {
        *HEARTBEAT,
        "incidents/i00000000001.html",
        f"components/{SITE.component_id(BTC_OUT)}.html",
        f"components/{SITE.component_id(BTC_OUT)}.atom",
        "history/2026-03.html",
        "feed.atom",
        "feed.json",
        "api/v2/summary.json",
        "api/v2/status.json",
        "api/v2/components.json",
        "api/v2/incidents.json",
        "api/v2/incidents/unresolved.json",
        "api/v2/scheduled-maintenances.json",
        "api/v2/scheduled-maintenances/upcoming.json",
        "api/v2/scheduled-maintenances/active.json",
    }


def test_the_index_says_when_it_was_made_and_when_the_next_is_due() -> None:
    index = render(full())["index.html"].decode()
    assert "Last checked" in index
    assert NOW.isoformat() in index
    assert (NOW + SITE.heartbeat).isoformat() in index


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            assert values["id"] not in self.ids, f"twice: {values['id']}"
            self.ids.add(values["id"])
        if tag in ("a", "link", "use") and "href" in values:
            self.links.append(values["href"])


def test_every_link_leads_somewhere() -> None:
    files = render(full())
    for path, content in files.items():
        if not path.endswith(".html"):
            continue
        parser = _Links()
        parser.feed(content.decode())
        for link in parser.links:
            if link.startswith("data:"):
                continue
            target, _, fragment = link.removeprefix(SITE.url).partition("#")
            if target:
                folder = PurePosixPath() if link.startswith(SITE.url) else PurePosixPath(path).parent
                assert _resolved(folder / target) in files, (path, link)
            else:
                assert fragment in parser.ids, (path, link)


def _resolved(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"


def hostile(language: str = "en") -> Page:
    published = [
        update(
            1,
            NOW - minutes(20),
            Phase.INVESTIGATING,
            body=HOSTILE,
            message=f"{HOSTILE}\n\n[x](javascript:alert(1)) ![y](https://evil.example/p.png) <iframe src=//e.example>",
        )
    ]
    in_matrix = [replace(c, title=HOSTILE, asset=HOSTILE, network=HOSTILE) for c in exchange(6)]
    parts = (Component(name=BTC_OUT, title=HOSTILE, group=HOSTILE), *COMPONENTS[:2], *in_matrix)
    site = Site(title=HOSTILE, url=SITE.url, since=SITE.since, language=language)
    planned = replace(maintenance(), title=HOSTILE)
    return page([incident(title=HOSTILE, updates=published)], components=parts, planned=[planned], site=site)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag in ("img", "iframe", "object", "embed", "form", "base"):
            self.faults.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("src", "style") or (value or "").lower().startswith("javascript:"):
                self.faults.append(f"{name}={value}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_words_stay_words(language: str) -> None:
    for path, content in render(hostile(language)).items():
        if path.endswith(".html"):
            parser = _Elements()
            parser.feed(content.decode())
            assert (parser.scripts, parser.faults) == (1, []), path
            assert "49" not in re.findall(r"onerror=alert\(1\)&gt;(\S\S)", content.decode())


def test_markdown_is_rendered() -> None:
    published = [
        update(1, NOW, Phase.IDENTIFIED, message="We **moved** it; [more](https://example.com/x).\n\n- one\n- two")
    ]
    shown = render(page([incident(updates=published)]))["index.html"].decode()
    assert "<strong>moved</strong>" in shown
    assert '<a href="https://example.com/x" rel="noopener noreferrer">more</a>' in shown
    assert "<li>one</li>" in shown


def test_no_internal_name_is_in_any_file() -> None:
    written = b"".join(render(full()).values()).decode()
    assert not [c.name for c in COMPONENTS if c.name in written]
    assert "Signer" not in written


def test_nothing_comes_from_elsewhere_and_only_our_script_may_run() -> None:
    for path, content in render(full()).items():
        if path.endswith(".html"):
            policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', content.decode())
            assert policy is not None, path
            assert "default-src &#39;none&#39;" in policy[1]
            assert "unsafe" not in policy[1]


def test_a_postmortem_stands_first_on_the_incidents_page_and_is_linked_from_the_past() -> None:
    learnt = replace(update(3, NOW, Phase.POSTMORTEM, message="A **valve** stuck."), body="")
    one = incident(phase=Phase.RESOLVED, length=minutes(5))
    files = render(page([replace(one, updates=(learnt, *one.updates), updated_at=NOW)]))
    shown = files[f"incidents/{one.id}.html"].decode()
    assert shown.index("<strong>valve</strong>") < shown.index(one.updates[0].body)
    past = files["index.html"].decode()
    assert f'incidents/{one.id}.html#{learnt.id}">Postmortem' in past
    assert one.updates[0].body in past


def test_a_retracted_incident_is_visible_as_such() -> None:
    index = render(page([incident(phase=Phase.RETRACTED, length=minutes(5))]))["index.html"].decode()
    assert "Retracted" in index
    assert "All systems operational" in index


@pytest.mark.parametrize(
    "path", ["index.html", "incidents/i00000000001.html", "history/index.html", "history/2026-03.html", "404.html"]
)
def test_each_document_has_one_main_heading_and_headings_in_order(path: str) -> None:
    levels = [int(n) for n in re.findall(r"<h([1-6])[ >]", render(full())[path].decode())]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(("count", "most"), [(60, 14 * 1024), (830, 40 * 1024)])
def test_the_first_page_is_small(count: int, most: int) -> None:
    parts = [Component(name=f"c/{n}", title=f"Asset {n}", group=f"Market {n // 20}") for n in range(count)]
    hurt = [
        incident(
            n,
            start=NOW - timedelta(days=n),
            length=minutes(9),
            phase=Phase.RESOLVED,
            statuses=((f"c/{n}", S.DEGRADED),),
        )
        for n in range(40)
    ]
    assert len(gzip.compress(render(page(hurt, components=parts))["index.html"], mtime=0)) <= most


def test_a_theme_changes_colours_and_nothing_else_can_hide_in_it() -> None:
    themed = Site(title="x", url=SITE.url, since=SITE.since, theme=Theme(light=(("accent", "#ff00aa"),)))
    assert "--accent:#ff00aa" in render(page(site=themed))["index.html"].decode()
    bad = Site(title="x", url=SITE.url, since=SITE.since, theme=Theme(light=(("accent", "red;}body{display:none"),)))
    with pytest.raises(ValueError, match="must be a hex colour"):
        render(page(site=bad))


def test_a_folder_of_templates_comes_before_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text("Nothing here")
    assert Renderer(SITE, overrides=tmp_path).render(page())["404.html"] == b"Nothing here\n"


def test_the_first_incident_waits_for_no_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "404.html").write_text("Nothing here")  # own templates: what other tests compiled is not taken for them
    renderer = Renderer(SITE, overrides=tmp_path)
    renderer.render(page())
    renderer.compile()
    compiled: list[str | None] = []
    compile_one = Environment.compile

    def counted(self: Environment, source: str, name: str | None = None, *args: str, **values: bool) -> object:
        compiled.append(name)
        return compile_one(self, source, name, *args, **values)  # type: ignore[call-overload]  # as it was called

    monkeypatch.setattr(Environment, "compile", counted)
    assert "incidents/i00000000001.html" in renderer.render(full())
    assert compiled == []


def test_a_renderer_refuses_another_sites_page() -> None:
    with pytest.raises(ValueError, match="this renderer of"):
        Renderer(Site(title="x", url="https://other.example/", since=SITE.since)).render(page())
