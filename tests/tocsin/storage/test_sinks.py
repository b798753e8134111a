"""Who was told what."""

from dataclasses import replace

import pytest

from incidents.incident import UpdateKind
from tests.tocsin.storage.examples import T0, at, incident, opened, signal, update
from tocsin.storage import NotFound, Store


def note(store: Store, name: str) -> None:
    store.incidents.change(name, lambda i: update(i, UpdateKind.NOTE), T0)


def waiting(store: Store, minutes: float = 0, **more: int) -> list[str]:
    return [one.key for one in store.sinks.waiting("pager", at(minutes), **more)]


def test_a_new_sink_starts_at_the_present(store: Store) -> None:
    store.incidents.open(opened(incident("x")), T0)
    assert store.sinks.start("pager", T0)
    assert waiting(store) == []
    note(store, "x")
    assert not store.sinks.start("pager", T0)
    assert waiting(store) == ["x:2"]


def test_a_sink_that_was_never_started_is_refused(store: Store) -> None:
    assert store.sinks.state("pager") is None
    with pytest.raises(NotFound, match="sink 'pager'"):
        store.sinks.waiting("pager", T0)
    with pytest.raises(NotFound):
        store.sinks.told("pager", "x", 1, T0)


def test_each_sink_is_told_each_incidents_updates_in_order(store: Store) -> None:
    store.sinks.start("pager", T0)
    store.sinks.start("chat", T0)
    store.incidents.open(opened(incident("x", signal("a"))), T0)
    store.incidents.open(opened(incident("y", signal("b"))), T0)
    note(store, "x")
    assert waiting(store) == ["x:1", "y:1", "x:2"]
    assert waiting(store, limit=2) == ["x:1", "y:1"]
    store.sinks.told("pager", "x", 1, T0)
    assert waiting(store) == ["y:1", "x:2"]
    store.sinks.told("pager", "y", 1, T0)
    store.sinks.told("pager", "x", 2, T0)
    store.sinks.told("pager", "x", 1, T0)  # late news of an earlier one moves nothing back
    assert waiting(store) == []
    assert len(store.sinks.waiting("chat", T0)) == 3
    note(store, "y")
    assert waiting(store) == ["y:2"]


def test_an_incident_that_failed_waits_and_delays_no_other(store: Store) -> None:
    store.sinks.start("pager", T0)
    store.incidents.open(opened(incident("x", signal("a"))), T0)
    store.incidents.open(opened(incident("y", signal("b"))), T0)
    assert store.sinks.failed("pager", "x", "503", at(1), T0) == 1
    assert store.sinks.failed("pager", "x", "504", at(5), at(1)) == 2
    assert store.sinks.attempts("pager", "x") == 2
    assert waiting(store, 4) == ["y:1"]
    assert waiting(store, 5) == ["x:1", "y:1"]
    state = store.sinks.state("pager")
    assert state is not None
    assert (state.waiting, [(f.seq, f.attempts, f.error) for f in state.failures]) == (2, [(1, 2, "504")])
    store.sinks.told("pager", "y", 1, at(5))
    store.sinks.told("pager", "x", 1, at(6))
    state = store.sinks.state("pager")
    assert state is not None
    assert (state.waiting, state.failures, state.last_told_at) == (0, (), at(6))
    assert store.sinks.attempts("pager", "x") == 0


def test_an_update_carries_the_incident_as_it_then_stood(store: Store) -> None:
    store.sinks.start("pager", T0)
    store.incidents.open(opened(incident("x")), T0)
    store.incidents.change("x", lambda i: update(replace(i, title="new"), UpdateKind.NOTE), T0)
    assert [one.incident.title for one in store.sinks.waiting("pager", T0)] == [incident("x").title, "new"]
