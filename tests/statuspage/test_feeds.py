"""The feed, read by an XML parser that is not the one that wrote it."""

import json
from datetime import datetime
from xml.dom.minidom import Element, parseString

from incidents.public import Phase
from statuspage.feeds import ENTRIES, atom, json_feed
from statuspage.page import Page
from statuspage.phrases import phrases_of
from tests.statuspage.examples import NOW, incident, maintenance, minutes, page, resolved, update


def entries(made: Page) -> list[Element]:
    return list(parseString(atom(made, phrases_of("en"))).getElementsByTagName("entry"))


def text(entry: Element, name: str) -> str:
    return "".join(str(n.data) for n in entry.getElementsByTagName(name)[0].childNodes)  # type: ignore[union-attr] # text nodes


def test_one_entry_an_update_newest_first() -> None:
    told = [update(2, NOW - minutes(5), Phase.IDENTIFIED), update(1, NOW - minutes(25), Phase.INVESTIGATING)]
    made = entries(page([incident(updates=told)], planned=[maintenance()]))
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


def test_the_same_page_gives_the_same_feed_at_another_time() -> None:
    one, later = (atom(page([incident()], now=NOW + minutes(m)), phrases_of("en")) for m in (0, 5))
    assert one == later


def test_the_json_feed_has_the_same_entries() -> None:
    made = page([incident(), resolved(2, NOW - minutes(300))], planned=[maintenance()])
    items = json.loads(json_feed(made, phrases_of("en")))["items"]
    assert [(i["id"], i["title"]) for i in items] == [(text(e, "id"), text(e, "title")) for e in entries(made)]
