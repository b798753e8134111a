"""What the page is made of, judged by programs that did not make it: HTML, Atom, JSON Feed's twin, iCalendar."""

import subprocess
from dataclasses import replace
from pathlib import Path

import feedparser
import icalendar
import pytest

from incidents.component import ComponentStatus
from incidents.public import Phase
from statuspage.publishers.directory import DirectoryPublisher
from statuspage.render import render
from tests.patience import PATIENCE_S
from tests.require import require
from tests.statuspage.examples import NOW, SITE, exchange, incident, maintenance, minutes, page, resolved, update

VALIDATOR = Path(__file__).parents[2] / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
RULES = Path(__file__).parent / "html-validate.json"
S = ComponentStatus
WORDS = "Ümlaut <b>, 'quotes' & \"more\"; تأخير 入金\nnext line"


def files() -> dict[str, bytes]:
    """Every kind of page, in a language from either side, with words that want escaping."""
    published = [
        update(
            2, NOW - minutes(4), Phase.IDENTIFIED, message="We **moved** it.\n\n1. `one`\n2. <https://example.com/>"
        ),
        update(1, NOW - minutes(26), Phase.INVESTIGATING, body=WORDS),
    ]
    hurt = (("int/deposit/1/tron", S.MAJOR_OUTAGE), ("int/api-3", S.DEGRADED))
    incidents = [
        incident(1, statuses=hurt, updates=published, title=WORDS.replace("\n", " ")),
        replace(resolved(2, NOW - minutes(5000)), statuses=hurt),
        incident(3, start=NOW - minutes(2000), length=minutes(9), phase=Phase.RETRACTED, statuses=hurt),
    ]
    first, *others = (
        page(
            incidents,
            components=exchange(6),
            planned=[replace(maintenance(), title=WORDS, components=("int/api-3",))],
            unverified={"int/web-1": NOW - minutes(20)},
            site=site,
        )
        for site in replace(SITE, languages=("ar",), support_url="https://example.com/support").trees
    )
    return render(first, translations=others)


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return files()


def test_every_page_is_valid_html(made: dict[str, bytes], tmp_path: Path) -> None:
    node = require("node")
    if not VALIDATOR.is_file():
        require("html-validate (npm install)")
    DirectoryPublisher(tmp_path).publish(made)
    paths = [str(path) for path in sorted(tmp_path.rglob("*.html"))]
    ran = subprocess.run(
        [node, str(VALIDATOR), "--config", str(RULES), "--formatter", "text", *paths],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (ran.returncode, ran.stdout[:2000], ran.stderr[:2000]) == (0, "", "")


def test_every_atom_feed_is_read_whole(made: dict[str, bytes]) -> None:
    read = {path: feedparser.parse(content) for path, content in made.items() if path.endswith(".atom")}
    assert {
        path for path, feed in read.items() if feed.bozo or feed.version != "atom10" or not feed.feed.title
    } == set()
    newest = read["feed.atom"].entries[0]
    assert newest.title == f"Cause identified: {WORDS}".replace("\n", " ")
    assert newest.link == f"{SITE.url}incidents/i00000000001.html#u00000000002"
    assert len(read["feed.atom"].entries) == 5


def test_planned_work_is_read_by_a_calendar(made: dict[str, bytes]) -> None:
    calendar = icalendar.Calendar.from_ical(made["maintenance.ics"])
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == WORDS
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (NOW - minutes(10), NOW + minutes(50))
    assert calendar.errors == []


def test_a_calendar_of_nothing_holds_a_component_all_the_same() -> None:
    calendar = icalendar.Calendar.from_ical(render(page())["maintenance.ics"])
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]
    assert calendar.errors == []
