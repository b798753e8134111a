"""Planned work, trading modes and unverified times: kept, changed in one transaction, and counted."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from statuspage.maintenance import MaintenancePhase, PlannedWork, advance, plan, series_of
from statuspage.modes import ModeChange, TradingMode
from tests.tocsin.storage.examples import BY, T0, at
from tocsin.storage import NotFound, Store

HOUR = timedelta(hours=1)


def work(key: str = "one", start: float = 60) -> PlannedWork:
    return plan(
        key=key,
        title=f"Upgrade {key}",
        body="Trading pauses.",
        components=("trading",),
        start=at(start),
        end=at(start + 60),
        quiet=True,
        by="mara",
        now=T0,
    )


def test_of_a_series_the_next_is_kept_with_the_end_of_the_one_before(store: Store) -> None:
    series, end = series_of("FREQ=DAILY", "UTC", at(60), at(120), None)
    made = replace(work(), series=series)
    store.maintenance.add(made, T0, BY)
    assert made.public.scheduled_until == end
    store.maintenance.change(made.public.id, partial(advance, now=end), end)
    ended, comes_next = store.maintenance.all()
    assert (ended.is_over, comes_next.is_over) == (True, False)
    assert comes_next.public.scheduled_for == made.public.scheduled_for + 24 * HOUR
    assert comes_next.series == replace(series, slot=comes_next.public.scheduled_for)
    store.maintenance.change(made.public.id, partial(advance, now=end + HOUR), end + HOUR)
    assert len(store.maintenance.all()) == 2, "once"


def test_work_is_kept_once_and_changed_under_its_id(store: Store) -> None:
    first = store.maintenance.add(work(), T0, BY)
    assert store.maintenance.add(work(), T0, BY) == first
    before = store.maintenance.latest_change()
    assert store.maintenance.change(first.public.id, partial(advance, now=at(5)), at(5)) == first
    assert store.maintenance.latest_change() == before, "nothing changed"
    begun = store.maintenance.change(first.public.id, partial(advance, now=at(61)), at(61))
    assert begun.public.phase is MaintenancePhase.IN_PROGRESS
    assert store.maintenance.get(first.public.id) == begun
    assert store.maintenance.latest_change() == before + 1
    assert store.maintenance.all(over=False) == (begun,)
    over = store.maintenance.change(first.public.id, partial(advance, now=at(121)), at(121))
    assert (store.maintenance.all(over=False), store.maintenance.all()) == ((), (over,))
    with pytest.raises(NotFound, match="maintenance 'none'"):
        store.maintenance.change("none", partial(advance, now=T0), T0)


def test_a_change_that_is_refused_leaves_the_work_as_it_was(store: Store) -> None:
    first = store.maintenance.add(work(), T0)

    def refuse(_work: PlannedWork) -> PlannedWork:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.maintenance.change(first.public.id, refuse, T0)
    assert store.maintenance.get(first.public.id) == first


def test_work_is_listed_by_page_the_latest_start_first(store: Store) -> None:
    for n in range(5):
        store.maintenance.add(work(str(n), 60 + n), T0)
    first = store.maintenance.page(limit=3)
    rest = store.maintenance.page(first.next_cursor, 3)
    assert [w.public.title for w in (*first.items, *rest.items)] == [f"Upgrade {n}" for n in (4, 3, 2, 1, 0)]
    assert rest.next_cursor is None


def test_a_mode_is_recorded_when_it_is_another_one(store: Store) -> None:
    def say(mode: TradingMode, minute: float, component: str = "spot") -> bool:
        return store.maintenance.set_mode(ModeChange(component=component, mode=mode, at=at(minute), by="mara"), BY)

    assert say(TradingMode.CANCEL_ONLY, 1)
    before = store.maintenance.latest_change()
    assert not say(TradingMode.CANCEL_ONLY, 2)
    assert store.maintenance.latest_change() == before
    assert say(TradingMode.CANCEL_ONLY, 3, "futures")
    assert say(TradingMode.ONLINE, 4)
    assert [(c.component, c.mode, c.at) for c in store.maintenance.mode_changes()] == [
        ("spot", TradingMode.CANCEL_ONLY, at(1)),
        ("futures", TradingMode.CANCEL_ONLY, at(3)),
        ("spot", TradingMode.ONLINE, at(4)),
    ]


def test_what_nobody_could_verify_is_kept_from_its_beginning_to_its_end(store: Store) -> None:
    store.maintenance.note_unverified({"a": at(-9), "b": at(-2)}, T0)
    store.maintenance.note_unverified({"a": at(-9), "b": at(-2)}, at(1))
    store.maintenance.note_unverified({"b": at(-2)}, at(5))
    store.maintenance.note_unverified({"a": at(7), "b": at(-2)}, at(8))
    assert store.maintenance.unverified_stretches(at(-100)) == (
        ("a", at(-9), at(5)),
        ("b", at(-2), None),
        ("a", at(7), None),
    )
    assert store.maintenance.unverified_stretches(at(6)) == (("b", at(-2), None), ("a", at(7), None))


def test_our_own_absence_is_kept_for_each_component(store: Store) -> None:
    assert store.maintenance.alive(T0) is None
    assert store.maintenance.alive(at(5)) == T0
    assert store.maintenance.alive(at(90)) == at(5)
    store.maintenance.note_absence(("a", "b"), at(5), at(90))
    assert store.maintenance.unverified_stretches(T0) == (("a", at(5), at(90)), ("b", at(5), at(90)))
