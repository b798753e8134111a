"""The feed, read by an XML parser that is not the one that wrote it."""

import json
from datetime import datetime, timedelta
from html.parser import HTMLParser
from xml.dom.minidom import Element, parseString

import pytest

from incidents.public import Phase
from statuspage.feeds import ENTRIES, atom, json_feed
from statuspage.maintenance import MaintenancePhase, move, plan, say
from statuspage.page import Page
from statuspage.phrases import phrases_of
from tests.statuspage.examples import NOW, SPOT, incident, maintenance, minutes, page, resolved, update


def entries(made: Page) -> list[Element]:
    return list(parseString(atom(made, phrases_of("en"))).getElementsByTagName("entry"))


def text(entry: Element, name: str) -> str:
    return "".join(str(n.data) for n in entry.getElementsByTagName(name)[0].childNodes)  # type: ignore[union-attr] # text nodes


def test_one_entry_an_update_newest_first() -> None:
    published = [update(2, NOW - minutes(5), Phase.IDENTIFIED), update(1, NOW - minutes(25), Phase.INVESTIGATING)]
    made = entries(page([incident(updates=published)], planned=[maintenance()]))
    assert [text(e, "title") for e in made] == [
        "Cause identified: Bitcoin withdrawals are delayed",
        "In progress: Database upgrade",
        "Investigating: Bitcoin withdrawals are delayed",
    ]
    moments = [datetime.fromisoformat(text(e, "updated")) for e in made]
    assert moments == sorted(moments, reverse=True)


def test_ids_are_unique_and_stay_when_more_is_said() -> None:
    first, second = update(1, NOW - minutes(25), Phase.INVESTIGATING), update(2, NOW - minutes(5), Phase.IDENTIFIED)
    before = {text(e, "id") for e in entries(page([incident(updates=[first])]))}
    after = {text(e, "id") for e in entries(page([incident(updates=[second, first])]))}
    assert before < after
    assert len(after) == 2


def test_the_feed_is_bounded_and_keeps_the_newest() -> None:
    made = entries(page([resolved(n, NOW - minutes(60 * (n + 1))) for n in range(ENTRIES + 30)]))
    assert len(made) == ENTRIES
    assert text(made[0], "id").endswith("incidents/i00000000000.html#u00000000000")


def test_hostile_titles_and_control_characters_stay_text() -> None:
    made = entries(page([incident(title='<script>alert("1")</script> & \x00\x1b]]>')]))
    assert text(made[0], "title") == 'Investigating: <script>alert("1")</script> & ]]>'


SAID = "Deposits < 1 BTC and withdrawals > 5 BTC are delayed."


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(SAID, id="less and more"),
        pytest.param("Use <b>this</b> & that", id="what looks like markup"),
        pytest.param("a &lt; b", id="what looks like an entity"),
        pytest.param("first\n\nsecond < third", id="two paragraphs"),
    ],
)
def test_content_is_markup_that_shows_every_word(body: str) -> None:
    made = page([incident(updates=[update(1, NOW, Phase.INVESTIGATING, body=body)])])
    (entry,) = entries(made)
    assert entry.getElementsByTagName("content")[0].getAttribute("type") == "html"
    assert Readable(text(entry, "content")).said.split() == body.split()
    (item,) = json.loads(json_feed(made, phrases_of("en")))["items"]
    assert (item["content_text"], Readable(item["content_html"]).said.split()) == (body, body.split())


@pytest.mark.parametrize("character", ["\uffff", "\ufffe", "\ud800", "\x00", "\x0b", "\x1b"])
def test_what_xml_forbids_leaves_the_feed_well_formed(character: str) -> None:
    said = update(1, NOW, Phase.INVESTIGATING, body=f"One{character}two", message=f"Three{character}four 🙂")
    (entry,) = entries(page([incident(title=f"A{character}B", updates=[said])]))
    assert text(entry, "title") == "Investigating: AB"
    assert Readable(text(entry, "content")).said.split()[0] == "Onetwo"
    assert "🙂" in text(entry, "content")


def test_an_entry_of_planned_work_says_its_time_and_one_that_moved_it_says_so() -> None:
    hour = timedelta(hours=1)
    work = plan(
        key="k",
        title="Upgrade",
        body="Trading pauses.",
        components=(SPOT,),
        start=NOW + hour,
        end=NOW + 2 * hour,
        quiet=True,
        by="mara",
        now=NOW,
    )
    moved = move(work, NOW + 3 * hour, NOW + 4 * hour, NOW + minutes(1))
    off = say(moved, "Not today.", NOW + minutes(2), phase=MaintenancePhase.CANCELLED)
    made = entries(page(planned=[off.public], now=NOW + minutes(3)))
    assert [text(e, "title") for e in made] == ["Cancelled: Upgrade", "Moved: Upgrade", "Scheduled: Upgrade"]
    assert "14 Mar 2026, 17:03 UTC until 14 Mar 2026, 18:03 UTC" in text(made[1], "content")
    assert "14 Mar 2026, 15:03 UTC until 14 Mar 2026, 16:03 UTC" in text(made[2], "content")


class Readable(HTMLParser):
    """What a reader of markup shows."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.said = ""
        self.feed(markup)
        self.close()

    def handle_data(self, data: str) -> None:
        self.said += f"{data} "


def test_the_same_page_gives_the_same_feed_at_another_time() -> None:
    one, later = (atom(page([incident()], now=NOW + minutes(m)), phrases_of("en")) for m in (0, 5))
    assert one == later


def test_the_json_feed_has_the_same_entries() -> None:
    made = page([incident(), resolved(2, NOW - minutes(300))], planned=[maintenance()])
    items = json.loads(json_feed(made, phrases_of("en")))["items"]
    assert [(i["id"], i["title"]) for i in items] == [(text(e, "id"), text(e, "title")) for e in entries(made)]
