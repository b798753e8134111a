"""Who was notified what."""

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.incident import UpdateKind
from tests.tocsin.storage.examples import BY, T0, at, failure, incident, opened, signal, update
from tocsin.storage import NotFound, Store, WaitingUpdate


def note(store: Store, name: str) -> None:
    store.incidents.change(name, lambda i: update(i, UpdateKind.NOTE), T0)


def grow(store: Store, name: str, *reasons: str) -> None:
    for reason in reasons:
        store.incidents.change(name, lambda i, why=reason: replace(update(i, UpdateKind.SIGNALS), reason=why), T0)  # type: ignore[misc]


def due(store: Store, minutes: float = 0, sink: str = "pager") -> list[str]:
    """The next update of each incident."""
    return [one.key for one in store.sinks.due(sink, at(minutes), 100)]


def next_of(store: Store, incident_id: str, sink: str = "pager") -> WaitingUpdate:
    return next(one for one in store.sinks.due(sink, at(60), 100) if one.incident_id == incident_id)


def test_a_new_sink_starts_at_the_present(store: Store) -> None:
    store.incidents.open(opened(incident("x")), T0)
    assert store.sinks.start("pager", T0)
    assert due(store) == []
    note(store, "x")
    assert not store.sinks.start("pager", T0)
    assert due(store) == ["x:2"]


def test_a_sink_that_was_never_started_is_refused(store: Store) -> None:
    assert store.sinks.state("pager") is None
    with pytest.raises(NotFound, match="sink 'pager'"):
        store.sinks.due("pager", T0)
    with pytest.raises(NotFound):
        store.sinks.notified("pager", "x", 1, T0)


def test_each_sink_is_notified_each_incidents_updates_in_order(store: Store) -> None:
    store.sinks.start("pager", T0)
    store.sinks.start("chat", T0)
    store.incidents.open(opened(incident("x", signal("a"))), T0)
    store.incidents.open(opened(incident("y", signal("b"))), T0)
    note(store, "x")
    assert due(store) == ["x:1", "y:1"], "of each incident the first"
    assert [one.key for one in store.sinks.due("pager", T0)] == ["x:1"]
    store.sinks.notified("pager", "x", 1, T0)
    assert due(store) == ["y:1", "x:2"]
    store.sinks.notified("pager", "y", 1, T0)
    store.sinks.notified("pager", "x", 2, T0)
    store.sinks.notified("pager", "x", 1, T0)  # late news of an earlier one moves nothing back
    assert due(store) == []
    chat = store.sinks.state("chat")
    assert chat is not None
    assert chat.waiting == 3
    note(store, "y")
    assert due(store) == ["y:2"]


def test_an_incident_that_failed_waits_and_delays_no_other(store: Store) -> None:
    store.sinks.start("pager", T0)
    store.incidents.open(opened(incident("x", signal("a"))), T0)
    store.incidents.open(opened(incident("y", signal("b"))), T0)
    store.sinks.failed("pager", next_of(store, "x"), failure("503", at(1)), T0)
    store.sinks.failed("pager", next_of(store, "x"), failure("504", at(5)), at(1))
    assert next_of(store, "x").attempts == 2
    assert due(store, 4) == ["y:1"]
    assert due(store, 5) == ["x:1", "y:1"]
    state = store.sinks.state("pager")
    assert state is not None
    assert (state.waiting, [(f.seq, f.attempts, f.error) for f in state.failures]) == (2, [(1, 2, "504")])
    store.sinks.notified("pager", "y", 1, at(5))
    store.sinks.notified("pager", "x", 1, at(6))
    state = store.sinks.state("pager")
    assert state is not None
    assert (state.waiting, state.failures, state.last_notified_at) == (0, (), at(6))


def test_an_update_that_was_given_up_stays_visible_and_can_be_tried_again(store: Store) -> None:
    store.sinks.start("pager", T0)
    store.incidents.open(opened(incident("x", signal("a"))), T0)
    note(store, "x")
    store.sinks.failed("pager", next_of(store, "x"), failure("400"), at(1))
    assert due(store, 1) == ["x:2"], "the sink goes on without it"
    (dead,) = store.undelivered.given_up("pager")
    assert (dead.id, dead.what, dead.attempts, dead.error, dead.at) == ("x:1", "entry 1 of x", 1, "400", at(1))
    state = store.sinks.state("pager")
    assert state is not None
    assert (state.waiting, state.given_up, state.backlog.given_up) == (1, 1, 1)
    store.undelivered.again("pager", "x:1", at(2), BY)
    assert due(store, 2) == ["x:1", "x:2"], "it is due once more, before the others"
    with pytest.raises(NotFound):
        store.undelivered.again("pager", "x:1", at(2), BY)
    store.sinks.failed("pager", next_of(store, "x"), failure("400", at(9)), at(2))
    assert due(store, 3) == ["x:2"], "it waits, and delays no other"
    again = next_of(store, "x")
    assert (again.key, again.attempts, again.again) == ("x:1", 1, True)
    store.sinks.notified("pager", "x", 1, at(9))
    assert store.undelivered.given_up("pager") == ()
    assert due(store, 9) == ["x:2"], "the cursor did not go back"
    assert [r.entry for r in store.audit.page().items if r.entry.action == BY.action] == [BY]


def test_an_update_carries_the_incident_as_it_then_stood(store: Store) -> None:
    store.sinks.start("pager", T0)
    store.incidents.open(opened(incident("x")), T0)
    store.incidents.change("x", lambda i: update(replace(i, title="new"), UpdateKind.NOTE), T0)
    titles = [store.sinks.update(WaitingUpdate(incident_id="x", seq=n, attempts=0)).incident.title for n in (1, 2)]
    assert titles == [incident("x").title, "new"]
    with pytest.raises(NotFound):
        store.sinks.update(WaitingUpdate(incident_id="x", seq=3, attempts=0))


def gathering(store: Store, minutes: float) -> list[tuple[str, str]]:
    """The next update of each incident and its reason, while evidence gathers for a minute."""
    found = store.sinks.due("pager", at(minutes), 100, gather=timedelta(minutes=1))
    return [(one.key, store.sinks.update(one).reason) for one in found]


def test_what_gathers_is_one_update_and_delays_neither_another_kind_nor_another_incident(store: Store) -> None:
    store.sinks.start("pager", T0)
    store.incidents.open(opened(incident("x", signal("a"))), T0)
    grow(store, "x", "b joins")
    assert gathering(store, 0) == [("x:1", "the test says so")]
    store.sinks.notified("pager", "x", 1, T0)
    store.incidents.open(opened(incident("y", signal("b"))), T0)
    grow(store, "x", "c joins")
    assert gathering(store, 0.9) == [("y:1", "the test says so")]
    state = store.sinks.state("pager")
    assert state is not None
    assert state.waiting == 3, "what gathers waits"
    first, second = gathering(store, 1)
    assert (first, second) == (("x:3", "c joins; b joins"), ("y:1", "the test says so"))
    note(store, "x")
    grow(store, "x", "d joins")
    assert gathering(store, 0.9)[0] == ("x:4", "the test says so; b joins; c joins")
    store.sinks.notified("pager", "x", 4, at(0.9))
    assert [key for key, _ in gathering(store, 1.8)] == ["y:1"]
    assert gathering(store, 1.9)[1:] == [("x:5", "d joins")]


def test_what_gathers_is_tried_again_at_its_time_with_what_came_meanwhile(store: Store) -> None:
    store.sinks.start("pager", T0)
    store.incidents.open(opened(incident("x")), T0)
    store.sinks.notified("pager", "x", 1, T0)
    grow(store, "x", "b joins", "c joins")
    (one,) = store.sinks.due("pager", at(1), gather=timedelta(minutes=1))
    store.sinks.failed("pager", one, failure("503", at(2)), at(1))
    grow(store, "x", "d joins")
    assert gathering(store, 1.9) == []
    assert gathering(store, 2) == [("x:4", "d joins; b joins; c joins")]
    (one,) = store.sinks.due("pager", at(2), gather=timedelta(minutes=1))
    assert one.attempts == 1
    store.sinks.failed("pager", one, failure("503"), at(2))
    assert gathering(store, 9) == []
    store.undelivered.again("pager", "x:4", at(9), BY)
    assert gathering(store, 9) == [("x:4", "d joins")], "all evidence is in it; the timeline has the other reasons"
