"""The page of all decisions about signals."""

from incidents.lifecycle import Action
from tests.tocsin.response.test_grouping_actions import BITCOIN, TRADING, signal, storm, word
from tests.tocsin.web.running import Running
from tocsin.response.grouping_actions import merge_into, split_off
from tocsin.storage.accounts import Role

HOME = "/console/groupings"


def test_all_decisions_are_listed_and_undone_in_one_place(tocsin: Running) -> None:
    engineer = tocsin.client(Role.ENGINEER)
    assert "Nobody has merged" in engineer.get(HOME).text
    one, other = storm(tocsin, signal(tocsin, BITCOIN, "slow"), signal(tocsin, TRADING, "stuck"))
    merge_into(tocsin.services.response, one.id, other.reference, word(tocsin, reason="<one> disk"))
    shown = engineer.get(HOME).text
    assert "&lt;one&gt; disk" in shown
    assert f"{one.reference}</a> to" in shown
    (merged,) = tocsin.services.store.groupings.page().items
    assert engineer.submit(HOME, {"undo": merged.id}).status_code == 303
    assert {i.id for i in tocsin.services.store.incidents.active()} == {one.id, other.id}
    assert "no longer followed since" in engineer.get(HOME).text
    assert tocsin.services.store.groupings.in_force() == ()


def test_a_decision_that_cannot_be_undone_can_be_forgotten(tocsin: Running) -> None:
    (one,) = storm(tocsin, signal(tocsin, TRADING, "slow"), signal(tocsin, TRADING, "stuck"))
    split_off(tocsin.services.response, one.id, [one.signals[0].key], word(tocsin))
    (split,) = tocsin.services.store.groupings.page().items
    for ended in tocsin.services.store.incidents.active():
        tocsin.do(ended, Action.RESOLVE, end_reason="fixed", anyway="yes")
    engineer = tocsin.client(Role.ENGINEER)
    shown = engineer.get(HOME).text
    assert "follow it no longer" in shown
    assert ">Undo<" not in shown
    assert engineer.submit(HOME, {"undo": split.id}).status_code == 409
    assert engineer.submit(HOME, {"undo": split.id, "only_forget": "yes"}).status_code == 303
    assert tocsin.services.store.groupings.in_force() == ()
    assert tocsin.client(Role.AGENT).get(HOME).status_code == 403


def test_long_lists_are_paged(tocsin: Running) -> None:
    (one,) = storm(tocsin, *(signal(tocsin, TRADING, f"w{n}") for n in range(4)))
    for n in range(3):
        split_off(tocsin.services.response, one.id, [one.signals[n].key], word(tocsin, key=f"k{n}"))
    groupings = tocsin.services.store.groupings
    first = groupings.page(limit=2)
    assert first.next_cursor is not None
    last = groupings.page(first.next_cursor, limit=2)
    assert (len(first.items), len(last.items), last.next_cursor) == (2, 1, None)
    assert len({one.id for one in (*first.items, *last.items)}) == 3
