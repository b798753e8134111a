"""Reported changes are kept once, in the order of their time, on both databases."""

from dataclasses import replace
from datetime import timedelta

from incidents.change import ChangeKind, ReportedChange
from tests.tocsin.storage.examples import T0 as NOW
from tocsin.storage import Store


def change(number: int) -> ReportedChange:
    return ReportedChange(
        id=f"c{number:011}",
        kind=ChangeKind.FLAG,
        title=f"Flag {number}",
        at=NOW + timedelta(minutes=number // 2),  # two at each time
        components=("withdrawals/*",),
        sender="token:flags",
    )


def test_a_change_is_kept_once_and_its_first_words_stay(store: Store) -> None:
    assert store.changes.add([change(1), change(2), change(1)]) == (
        (change(1), True),
        (change(2), True),
        (change(1), False),
    )
    assert store.changes.add([replace(change(1), title="Other words")]) == ((change(1), False),)


def test_changes_come_by_their_time(store: Store) -> None:
    store.changes.add([change(n) for n in (5, 1, 4, 0, 2)])
    assert store.changes.between(NOW, NOW + timedelta(minutes=1)) == (change(0), change(1), change(2))
    assert store.changes.between(NOW - timedelta(hours=1), NOW - timedelta(minutes=1)) == ()


def test_pages_have_each_once_the_latest_first(store: Store) -> None:
    store.changes.add([change(n) for n in range(7)])
    found: list[ReportedChange] = []
    cursor = None
    while True:
        page = store.changes.page(cursor, 3)
        found += page.items
        if (cursor := page.next_cursor) is None:
            break
    assert found == [change(n) for n in reversed(range(7))]


def test_a_reported_change_is_a_change_to_who_waits_for_one(store: Store) -> None:
    before = store.last_change()
    store.changes.add([change(1)])
    after = store.last_change()
    assert after != before
    store.changes.add([change(1)])
    assert store.last_change() == after
