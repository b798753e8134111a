"""The page as a reader has it: in Chromium, light and dark, narrow and wide, with and without JavaScript."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

from incidents.component import ComponentStatus
from incidents.public import Phase
from statuspage.maintenance import MaintenancePhase
from statuspage.modes import ModeChange, TradingMode
from statuspage.page import Page
from statuspage.publishers.directory import DirectoryPublisher
from statuspage.render import render
from statuspage.spark import Spark
from tests.accessibility import add_axe, violations
from tests.require import require
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
from tests.statuspage.served import served

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
S = ComponentStatus
SLOW_MS = 120_000  # a machine that others load is slow, not wrong
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def bad_day() -> Page:
    """Every state and every kind of entry at once."""
    published = [
        update(
            2, NOW - minutes(4), Phase.IDENTIFIED, message="We **moved** it.\n\n- `one`\n- [two](https://example.com/)"
        ),
        update(1, NOW - minutes(26), Phase.INVESTIGATING),
    ]
    retracted = incident(3, start=NOW - minutes(2000), length=minutes(9), phase=Phase.RETRACTED)
    return page(
        [
            incident(1, statuses=((BTC_OUT, S.MAJOR_OUTAGE), (SPOT, S.DEGRADED)), updates=published),
            resolved(2, NOW - minutes(5000)),
            retracted,
        ],
        planned=[maintenance(MaintenancePhase.SCHEDULED)],
        unverified={BTC_IN: NOW - minutes(20)},
    )


def bad_exchange() -> Page:
    """A bad day of an exchange whose assets stand in a matrix, in Arabic."""
    hurt = (("int/deposit/1/tron", S.MAJOR_OUTAGE), ("int/api-3", S.DEGRADED))
    old = replace(resolved(2, NOW - minutes(5000)), statuses=hurt)
    learnt = replace(update(9, NOW - minutes(60), Phase.POSTMORTEM, message="A **valve** stuck."), body="")
    old = replace(old, updates=(learnt, *old.updates))
    site = replace(SITE, language="ar", languages=("en", "fa"))
    return page(
        [incident(1, statuses=hurt), old],
        components=exchange(8),
        planned=[maintenance()],
        site=site,
        modes=[ModeChange(component="int/match/0", mode=TradingMode.CANCEL_ONLY, at=NOW - minutes(9), by="mara")],
        sparklines={"int/api-3": Spark(title="Latency", unit="ms", values=(12.0, 40.5, None, 18.0))},
    )


PAGES: dict[str, Callable[[], Page]] = {
    "quiet": page,
    "bad": bad_day,
    "exchange": bad_exchange,
    "unknown": lambda: page(unverified={c.name: NOW for c in COMPONENTS}),
}
KINDS = [
    ("quiet", "index.html"),
    ("bad", "index.html"),
    ("unknown", "index.html"),
    ("bad", "incidents/i00000000001.html"),
    ("bad", "maintenance/m00000000001.html"),
    ("bad", "history/2026-03.html"),
    ("bad", "history/index.html"),
    ("quiet", "history/index.html"),
    ("quiet", "404.html"),
    ("bad", f"components/{SITE.component_id(BTC_OUT)}.html"),
    ("exchange", "index.html"),
    ("exchange", f"components/{SITE.component_id('int/api-3')}.html"),
    ("exchange", "incidents/i00000000001.html"),
    ("exchange", "incidents/i00000000002.html"),
    ("exchange", f"components/{SITE.component_id('int/match/0')}.html"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pages")
    for name, make in PAGES.items():
        made = make()
        others = [replace(made, site=site) for site in made.site.trees[1:]]
        DirectoryPublisher(root / name).publish(render(made, translations=others))
    return root


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def open_page(browser: Browser, path: Path, *, minutes_later: float = 1, **context: Any) -> Tab:
    """A tab on a file, its clock some minutes after the page was made."""
    tab = browser.new_context(timezone_id="UTC", **context).new_page()
    tab.set_default_timeout(SLOW_MS)
    if context.get("java_script_enabled", True):
        tab.clock.set_fixed_time(NOW + minutes(minutes_later))
    tab.goto(path.as_uri())
    return tab


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("day", "path"), KINDS)
def test_axe_finds_nothing(chromium: Browser, folder: Path, day: str, path: str, scheme: str) -> None:
    tab = open_page(
        chromium, folder / day / path, color_scheme=scheme, bypass_csp=True, viewport={"width": 320, "height": 800}
    )
    add_axe(tab)
    found = violations(tab)
    tab.context.close()
    assert found == []


@pytest.mark.parametrize("width", [320, 768, 1280, 2560])
@pytest.mark.parametrize(("day", "path"), [*KINDS[1:4], *KINDS[-4:-1]])
def test_nothing_scrolls_sideways(chromium: Browser, folder: Path, day: str, path: str, width: int) -> None:
    tab = open_page(chromium, folder / day / path, viewport={"width": width, "height": 800})
    assert tab.evaluate(OVERFLOWS) is False
    tab.context.close()


def test_the_page_loads_in_one_request_and_breaks_no_rule_of_its_own(chromium: Browser, folder: Path) -> None:
    tab = chromium.new_context().new_page()
    requests: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto((folder / "bad" / "index.html").as_uri())
    assert [url for url in requests if not url.startswith("data:")] == [(folder / "bad" / "index.html").as_uri()]
    assert said == []
    tab.context.close()


def test_the_page_turns_visibly_stale_when_the_next_heartbeat_is_missed(chromium: Browser, folder: Path) -> None:
    within = SITE.heartbeat.total_seconds() / 60
    fresh = open_page(chromium, folder / "quiet" / "index.html", minutes_later=within - 1)
    assert not fresh.locator("#stale").is_visible()
    stale = open_page(chromium, folder / "quiet" / "index.html", minutes_later=within + 1)
    assert stale.locator("#stale").is_visible()
    assert "out of date" in stale.locator("#stale").inner_text()
    fresh.context.close()
    stale.context.close()


def test_a_tab_left_open_takes_the_newer_page_and_warns_only_where_there_is_none(
    chromium: Browser, tmp_path: Path
) -> None:
    later = minutes(6)
    DirectoryPublisher(tmp_path).publish(render(page()))
    os.utime(tmp_path / "index.html", (0, 0))  # the server tells editions apart by the second
    with served(tmp_path) as address:
        tab = chromium.new_context(timezone_id="UTC").new_page()
        tab.set_default_timeout(SLOW_MS)
        tab.clock.install(time=NOW + minutes(1))
        tab.goto(f"{address}/index.html")
        DirectoryPublisher(tmp_path).publish(render(page(now=NOW + later)))
        tab.clock.run_for(5 * 60 * 1000)
        due = (NOW + later + SITE.heartbeat).isoformat()
        tab.wait_for_selector(f'#stale[data-due="{due}"]', state="attached")
        assert not tab.locator("#stale").is_visible()
        # Nobody makes the page any more: after the second look the tab says so, and keeps what it has.
        tab.clock.run_for(7 * 60 * 1000)
        tab.wait_for_selector("#stale", state="visible")
        assert "All systems operational" in tab.locator("h1").inner_text()
        tab.context.close()


def test_one_article_has_one_clock(chromium: Browser, tmp_path: Path) -> None:
    said = "The problem has been back since 13:55 UTC. Next update by 14:30 UTC."
    made = page([incident(updates=[update(1, NOW - minutes(4), Phase.INVESTIGATING, body=said)])])
    DirectoryPublisher(tmp_path).publish(render(made))
    tab = chromium.new_context(timezone_id="Asia/Tokyo", locale="en-GB").new_page()
    tab.clock.set_fixed_time(NOW)
    tab.goto((tmp_path / "index.html").as_uri())
    article = tab.locator("article").first.inner_text()
    assert "back since 22:55" in article
    assert "Next update by 23:30" in article
    assert "UTC" not in article
    tab.context.close()


def test_without_javascript_everything_is_there(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "bad" / "index.html", java_script_enabled=False)
    body = tab.locator("body").inner_text()
    for words in (
        "Major outage: Withdrawals – Bitcoin",
        "Cause identified",
        "Last checked 14:03 UTC · next check due by 14:08 UTC",
    ):
        assert words in body
    tab.context.close()


def test_with_javascript_times_are_the_readers_own(chromium: Browser, folder: Path) -> None:
    tab = chromium.new_context(timezone_id="Asia/Tokyo", locale="en-GB").new_page()
    tab.clock.set_fixed_time(NOW)
    tab.goto((folder / "bad" / "index.html").as_uri())
    due = tab.locator(f'time[datetime="{(NOW + SITE.heartbeat).isoformat()}"]').first
    assert due.inner_text().startswith("23:08")
    assert due.get_attribute("title") == "14:08 UTC"
    stale = tab.locator("#stale").text_content() or ""
    assert ("was due by 23:08" in stale, "UTC" in stale) == (True, False)
    tab.context.close()


def test_the_matrix_is_searched_where_a_script_runs(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "exchange" / "index.html")
    rows = tab.locator(".matrixes details tbody tr")
    assert (rows.count(), tab.locator(".matrixes details tbody tr:visible").count()) == (12, 0)
    tab.locator("#find").fill("coin3 tr")
    assert tab.locator(".matrixes details tbody tr:visible").all_inner_texts()[0].startswith("COIN3\ttron")
    assert tab.locator("output").inner_text() == "1 / 12"
    tab.locator("#find").fill("withdrawals on tron")
    assert tab.locator(".matrixes details tbody tr:visible").count() == 4
    tab.locator("#find").fill("no such thing")
    assert tab.locator("output").inner_text() == "لا توجد نتائج."
    tab.context.close()


def test_without_javascript_the_matrix_offers_no_search_but_every_row(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "exchange" / "index.html", java_script_enabled=False)
    assert not tab.locator("#find").is_visible()
    tab.locator(".matrixes summary").click()
    assert tab.locator(".matrixes details tbody tr:visible").count() == 12
    tab.context.close()


def test_a_page_that_runs_from_right_to_left_does_so(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "exchange" / "index.html", viewport={"width": 1280, "height": 800})
    name, nav = (tab.locator(part).bounding_box() for part in (".name", "header nav"))
    assert name is not None
    assert nav is not None
    assert name["x"] > nav["x"]
    tab.context.close()


def test_the_keyboard_reaches_the_groups_and_the_focus_is_seen(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "bad" / "index.html")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to content"
    tab.locator("summary").first.focus()
    tab.keyboard.press("Enter")
    assert tab.locator("details").first.get_attribute("open") is None
    tab.keyboard.press("Tab")
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.context.close()


def test_axe_finds_nothing_on_a_stale_page(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "bad" / "index.html", minutes_later=60, bypass_csp=True)
    add_axe(tab)
    assert violations(tab) == []
    tab.context.close()


def bars_of(tab: Tab, path: str = "svg.bars") -> Any:
    return tab.locator(path).first


def test_the_bars_tell_each_day_with_its_date_where_the_pointer_is(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "bad" / f"components/{SITE.component_id(BTC_OUT)}.html")
    bars, tip = bars_of(tab), tab.locator(".tip")
    box = bars.bounding_box()
    assert not tip.is_visible()
    bars.hover(position={"x": box["width"] - 1, "y": 10})
    assert tip.inner_text().startswith("14 Mar: major outage ")
    bars.hover(position={"x": box["width"] * 86.5 / 90, "y": 10})
    assert tip.inner_text().startswith("11 Mar: "), "an incident of four days ago"
    bars.hover(position={"x": 1, "y": 10})
    assert tip.inner_text() == "15 Dec: operational"
    placed = tip.bounding_box()
    assert placed is not None
    assert placed["y"] >= box["y"] + box["height"]
    tab.mouse.move(1, 1)
    assert not tip.is_visible()
    tab.context.close()


def test_the_bars_are_read_day_by_day_by_the_keyboard(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "bad" / "index.html", viewport={"width": 320, "height": 800})
    bars, tip = tab.locator(".rows .bars").last, tab.locator(".tip")
    bars.focus()
    said = [(bars.get_attribute("aria-valuenow"), tip.inner_text())]
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight", "Home", "ArrowLeft", "PageUp", "End"):
        tab.keyboard.press(key)
        said.append((bars.get_attribute("aria-valuenow"), tip.inner_text()))
        assert bars.get_attribute("aria-valuetext") == tip.inner_text()
        placed = tip.bounding_box()
        assert placed is not None
        assert placed["x"] >= 0
        assert placed["x"] + placed["width"] <= 320
    assert [now for now, _ in said] == ["90", "89", "88", "89", "1", "1", "8", "90"]
    assert [words.partition(":")[0] for _, words in said][:4] == ["14 Mar", "13 Mar", "12 Mar", "13 Mar"]
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.keyboard.press("Escape")
    assert not tip.is_visible()
    assert tab.evaluate(OVERFLOWS) is False
    tab.context.close()


def test_the_bars_of_a_page_from_right_to_left_turn_with_it(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "exchange" / f"components/{SITE.component_id('int/api-3')}.html")
    bars, tip = bars_of(tab), tab.locator(".tip")
    bars.hover(position={"x": 1, "y": 10})
    assert bars.get_attribute("aria-valuenow") == "90", "today is on the left"
    assert "14" in tip.inner_text()
    bars.focus()
    tab.keyboard.press("ArrowRight")
    assert bars.get_attribute("aria-valuenow") == "89"
    tab.context.close()


def test_without_javascript_the_bars_carry_their_dates_and_states(chromium: Browser, folder: Path) -> None:
    path = folder / "bad" / f"components/{SITE.component_id(BTC_OUT)}.html"
    tab = open_page(chromium, path, java_script_enabled=False)
    titles = tab.locator("svg.bars path title").all_text_contents()
    assert titles[0].startswith("15 Dec – ")
    assert titles[0].endswith(": operational")
    assert titles[-1].startswith("14 Mar: major outage")
    assert bars_of(tab).get_attribute("role") == "img"
    tab.context.close()


def test_axe_finds_nothing_in_bars_that_have_the_focus(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "bad" / "index.html", bypass_csp=True)
    add_axe(tab)
    tab.locator(".rows .bars").last.focus()
    assert violations(tab) == []
    tab.context.close()
