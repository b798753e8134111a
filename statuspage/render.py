"""A Page becomes files, by path: the same Page gives the same bytes.

Only index.html and the manifest carry the heartbeat; every other document says when it last changed, so that making the
page again with nothing new changes those two alone. `Renderer` keeps what it made, and renders again only what shows
something else.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from incidents.component import ComponentStatus
from statuspage import api_v2, feeds, ical, manifest
from statuspage.maintenance import MaintenancePhase
from statuspage.markup import Markdown
from statuspage.page import IncidentView, Page
from statuspage.phrases import Phrases, phrases_of
from statuspage.site import Site
from statuspage.uptime import Day, availability

PAST_DAYS = 14
"""How many days of past incidents the first page tells."""

UNFOLDED = 100
"""Up to so many components stand open; of more, only the groups in which something is not well."""

_HEIGHT = 28
_BAR_HEIGHT = {
    None: 6,
    ComponentStatus.OPERATIONAL: 12,
    ComponentStatus.MAINTENANCE: 16,
    ComponentStatus.UNKNOWN: 16,
    ComponentStatus.DEGRADED: 20,
    ComponentStatus.PARTIAL_OUTAGE: 24,
    ComponentStatus.MAJOR_OUTAGE: 28,
}
"""As `page.css` draws them: a bar stands on the ground line, so its middle is half its height above it."""


def render(page: Page, *, key: Ed25519PrivateKey | None = None) -> dict[str, bytes]:
    """All files of a page, what is linked to before what links to it; signed where a key is given."""
    return Renderer(page.site, key=key).render(page)


class Renderer:
    """Renders one site again and again; memory and time go to what changed.

    overrides: a folder whose templates come before the shipped ones of the same name.
    """

    def __init__(self, site: Site, *, key: Ed25519PrivateKey | None = None, overrides: Path | None = None) -> None:
        self._site = site
        self._key = key
        self._phrases = phrases_of(site.language)
        self._environment = _environment(site, self._phrases, overrides)
        self._made: dict[str, tuple[Hashable, bytes]] = {}
        self._digests: dict[str, tuple[bytes, str]] = {}

    def render(self, page: Page) -> dict[str, bytes]:
        """All files of a page; those that show the same as the last time are the same objects as the last time."""
        if page.site != self._site:
            raise ValueError(f"the page is of {page.site.url}, this renderer of {self._site.url}")
        before, self._made = self._made, {}
        files: dict[str, bytes] = {}
        for path, shown, make in self._documents(page):
            known = before.get(path)
            content = known[1] if known is not None and known[0] == shown else make()
            self._made[path] = (shown, content)
            files[path] = content
        files |= api_v2.files(page, self._phrases)
        files["feed.atom"] = feeds.atom(page, self._phrases)
        files["feed.json"] = feeds.json_feed(page, self._phrases)
        files["maintenance.ics"] = ical.calendar(page)
        files["index.html"] = self._index(page)
        files[manifest.MANIFEST] = self._manifest(page, files)
        return files

    def _documents(self, page: Page) -> Iterable[tuple[str, Hashable, Callable[[], bytes]]]:
        """(path, all that it shows, how it is made) of every document without a heartbeat."""
        for i in page.incidents:
            yield f"incidents/{i.id}.html", i, partial(self._html, "incident.html", "../", here="incident", i=i)
        for m in page.maintenance:
            yield f"maintenance/{m.id}.html", m, partial(self._html, "maintenance.html", "../", here="maintenance", m=m)
        yield from self._history(page)
        yield "404.html", None, partial(self._html, "404.html", self._site.url, here="404")

    def _history(self, page: Page) -> Iterable[tuple[str, Hashable, Callable[[], bytes]]]:
        months = [(month, tuple(ones)) for month, ones in groupby(page.incidents, key=_month)]
        around = [None, *(month for month, _ in months), None]
        for (month, ones), newer, older in zip(months, around, around[2:], strict=False):
            values = {"month": month, "days": by_day(ones), "total": len(ones), "newer": newer, "older": older}
            values["changed_at"] = max(i.updated_at for i in ones)
            yield (
                f"history/{month:%Y-%m}.html",
                (ones, newer, older),
                partial(self._html, "month.html", "../", here="history", **values),
            )
        counts = tuple((month, len(ones)) for month, ones in months)
        changed = max((i.disclosed_at for i in page.incidents), default=page.site.since)
        yield (
            "history/index.html",
            (counts, changed),
            partial(self._html, "history.html", "../", here="history", months=counts, changed_at=changed),
        )

    def _index(self, page: Page) -> bytes:
        oldest = (page.made_at - timedelta(days=PAST_DAYS - 1)).date()
        recent = [i for i in page.incidents if not i.is_active and i.started_at.date() >= oldest]
        return self._html(
            "index.html",
            "",
            here="index",
            page=page,
            verdict=self._phrases.verdict(page.verdict),
            planned=[m for m in page.maintenance if m.phase is not MaintenancePhase.COMPLETED],
            past=by_day(recent),
            past_days=PAST_DAYS,
            unfolded=len(page.components) <= UNFOLDED,
        )

    def _html(self, template: str, root: str, **values: Any) -> bytes:
        return (self._environment.get_template(template).render(root=root, **values).strip() + "\n").encode()

    def _manifest(self, page: Page, files: dict[str, bytes]) -> bytes:
        before, self._digests = self._digests, {}
        for path, content in files.items():
            known = before.get(path)
            same = known is not None and known[0] is content
            self._digests[path] = known if known is not None and same else (content, manifest.digest(content))
        digests = {path: digest for path, (_, digest) in self._digests.items()}
        return manifest.build(digests, made_at=page.made_at, next_due=page.next_due, key=self._key)


def by_day(incidents: Iterable[IncidentView]) -> list[tuple[date, list[IncidentView]]]:
    """Incidents, newest first, under the UTC day on which each began."""
    return [(day, list(ones)) for day, ones in groupby(incidents, key=lambda i: i.started_at.date())]


def runs(days: Sequence[Day], phrases: Phrases) -> Markup:
    """Bars as SVG paths: a stretch of well days is one dashed line; a day that was not carries its text."""
    paths, place = [], 0
    for status, same in groupby(days, key=lambda day: day.worst):
        stretch = list(same)
        told = status not in (None, ComponentStatus.OPERATIONAL)
        for some in [[day] for day in stretch] if told else [stretch]:
            name = f' class="b-{status}"' if status is not None else ""
            middle = _HEIGHT - _BAR_HEIGHT[status] // 2
            line = f'<path{name} d="M{place * 3} {middle}h{len(some) * 3 - 1}"'
            title = f"><title>{escape(phrases.told_days(some))}</title></path>" if told else "/>"
            paths.append(line + title)
            place += len(some)
    return Markup("".join(paths))  # noqa: S704 - built from numbers, enum words and escaped text alone


def _month(incident: IncidentView) -> date:
    return incident.started_at.date().replace(day=1)


def _environment(site: Site, phrases: Phrases, overrides: Path | None) -> Environment:
    folders = ([overrides] if overrides else []) + [Path(__file__).parent / "templates"]
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    markdown = Markdown()
    environment.filters["markdown"] = lambda text: Markup(markdown.to_html(text))  # noqa: S704 - nh3 cleaned it
    environment.filters["runs"] = lambda days: runs(days, phrases)
    environment.filters["uptime"] = lambda days: _uptime(days, phrases)
    environment.globals |= {"t": phrases, "say": phrases.say, "site": site, "statuses": list(ComponentStatus)}
    css = _squeezed(environment.get_template("page.css").render(theme=Markup(_theme(site))))  # noqa: S704 - hex colours alone
    script = _squeezed(environment.get_template("page.js").render())
    environment.globals |= {"css": Markup(css), "script": Markup(script)}  # noqa: S704 - our own files
    environment.globals["csp"] = _policy(css, script)
    return environment


def _uptime(days: Sequence[Day], phrases: Phrases) -> str:
    share = availability(days)
    return "" if share is None else phrases.percent(share)


def _theme(site: Site) -> str:
    light = "".join(f"--{token}:{_colour(colour)};" for token, colour in site.theme.light)
    dark = "".join(f"--{token}:{_colour(colour)};" for token, colour in site.theme.dark)
    parts = [
        f":root{{{light}}}" if light else "",
        f"@media(prefers-color-scheme:dark){{:root{{{dark}}}}}" if dark else "",
    ]
    return "".join(parts)


def _colour(colour: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{3,8}", colour):
        raise ValueError(f"theme colour is {colour!r}, must be a hex colour such as #1f7a4d")
    return colour


def _squeezed(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


def _policy(css: str, script: str) -> str:
    """Nothing from elsewhere, and only this style and this script: whatever else gets into a page does not run."""
    return (
        f"default-src 'none'; style-src {_source(css)}; script-src {_source(script)}; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
