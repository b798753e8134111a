"""Signals come in, incidents come of them."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from incidents.correlate import Placement
from incidents.incident import Incident, IncidentUpdate, Status, UpdateKind
from incidents.signal import Signal
from incidents.silence import Silence, Silenced
from tests.tocsin.storage.examples import T0, at, incident, opened, resolved, signal, update
from tocsin.storage import AlreadyActive, AuditEntry, Cipher, KeptQuiet, NotFound, StorageError, Store, open_store
from tocsin.storage.tables.incidents import incident_fingerprints

HOUR = timedelta(hours=1)


def placing(*updates: IncidentUpdate) -> Placement:
    return Placement(updates=updates)


def open_all(waiting: Sequence[Signal], known: Sequence[Incident]) -> Placement:
    """One incident a signal."""
    return placing(*(opened(incident(f"i-{one.name}", one)) for one in waiting))


def waiting_keys(store: Store) -> list[str]:
    seen: list[str] = []

    def look(waiting: Sequence[Signal], _known: Sequence[Incident]) -> Placement:
        seen.extend(one.key for one in waiting)
        return Placement()

    store.incidents.decide(look, T0, HOUR)
    return seen


def test_a_new_signal_waits_until_an_incident_contains_it(store: Store) -> None:
    assert store.signals.record([signal()], T0) == 1
    assert store.signals.record([signal()], T0) == 0
    assert waiting_keys(store) == [signal().key]
    (update,) = store.incidents.decide(open_all, T0, HOUR)
    assert update.incident.number == 1
    assert update.seq == 1
    assert waiting_keys(store) == []


def test_a_signal_that_says_something_new_waits_again(store: Store) -> None:
    store.signals.record([signal()], T0)
    store.incidents.decide(open_all, T0, HOUR)
    assert store.signals.record([signal(seen_at=at(2), ended_at=at(2))], at(2)) == 1
    assert waiting_keys(store) == [signal().key]


def test_an_older_statement_replaces_nothing(store: Store) -> None:
    store.signals.record([signal(seen_at=at(5), ended_at=at(5))], at(5))
    assert store.signals.record([signal(seen_at=at(2))], at(6)) == 0


def test_a_statement_that_came_while_deciding_stays_unplaced(url: str, cipher: Cipher, store: Store) -> None:
    other = open_store(url, cipher)
    store.signals.record([signal()], T0)

    def decide(waiting: Sequence[Signal], known: Sequence[Incident]) -> Placement:
        if not url.startswith("sqlite"):  # SQLite lets nobody write meanwhile
            other.signals.record([signal(seen_at=at(3), ended_at=at(3))], at(3))
        return open_all(waiting, known)

    store.incidents.decide(decide, T0, HOUR)
    assert waiting_keys(store) == ([] if url.startswith("sqlite") else [signal().key])
    other.close()


def test_signals_that_say_nothing_new_or_are_silenced_to_their_end_are_not_offered_again(store: Store) -> None:
    store.signals.record([signal("a"), signal("b"), signal("c", ended_at=at(1))], T0)

    def decide(waiting: Sequence[Signal], _known: Sequence[Incident]) -> Placement:
        first, second, third = sorted(waiting, key=lambda one: one.name)
        silence = Silence(
            id="s", component="withdrawals/*", starts_at=T0, ends_at=at(9), author="mara", reason="planned"
        )
        quiet = [Silenced(signal=one, silence=silence, reason="planned") for one in (second, third)]
        return Placement(unchanged=(first,), silenced=tuple(quiet))

    assert store.incidents.decide(decide, T0, HOUR) == ()
    assert waiting_keys(store) == [signal("b").key], "what is silenced but lasts is offered again"
    store.signals.record([signal("a", seen_at=at(9))], at(9))
    assert waiting_keys(store) == [signal("b").key, signal("a").key], "news of a settled signal is offered"


def test_what_a_silence_keeps_quiet_is_on_record_beside_it(store: Store) -> None:
    silences = [
        Silence(id=one, component="*", name="?", starts_at=T0, ends_at=at(9), author="mara", reason="planned")
        for one in ("s", "other", "never")
    ]

    def decide(waiting: Sequence[Signal], _known: Sequence[Incident]) -> Placement:
        quiet = [Silenced(signal=one, silence=silences[one.name == "z"], reason="planned") for one in waiting]
        return Placement(silenced=tuple(quiet))

    store.signals.record([signal("a"), signal("z", ended_at=at(1))], T0)
    store.incidents.decide(decide, at(1), HOUR)
    store.signals.record([signal("b")], at(2))
    store.incidents.decide(decide, at(2), HOUR)
    store.incidents.decide(decide, at(3), HOUR)  # it is offered again, and counts once
    found = store.silences.kept_quiet(one.id for one in silences)
    assert found == {
        "s": KeptQuiet(count=2, last_at=at(2), component=signal("b").component, name="b"),
        "other": KeptQuiet(count=1, last_at=at(1), component=signal("z").component, name="z"),
    }
    lost = lambda: False  # noqa: E731
    store.signals.record([signal("c")], at(4))
    store.incidents.decide(decide, at(4), HOUR, lost)
    assert store.silences.kept_quiet(["s"])["s"].count == 2, "who lost the lease writes nothing"


def test_known_are_the_active_and_those_that_ended_a_short_while_ago(store: Store) -> None:
    for name in ("old", "late", "open"):
        store.incidents.open(opened(incident(name, signal(name))), T0)
    store.incidents.change("old", lambda i: resolved(i, at(10)), at(10))
    store.incidents.change("late", lambda i: resolved(i, at(90)), at(90))
    seen: list[str] = []

    def look(_waiting: Sequence[Signal], known: Sequence[Incident]) -> Placement:
        seen.extend(one.id for one in known)
        return Placement()

    store.incidents.decide(look, at(100), HOUR)
    assert seen == ["late", "open"]


def test_updates_of_one_incident_build_on_one_another(store: Store) -> None:
    store.signals.record([signal()], T0)
    first = incident("x", signal())
    second = replace(first, status=Status.IDENTIFIED)
    made = store.incidents.decide(lambda *_: placing(opened(first), update(second, UpdateKind.STATUS)), T0, HOUR)
    assert [(one.seq, one.incident.number) for one in made] == [(1, 1), (2, 1)]
    assert store.incidents.get("x") == replace(second, number=1)
    assert store.incidents.timeline("x") == made


def test_opening_twice_is_a_no_op(store: Store) -> None:
    store.signals.record([signal()], T0)
    assert len(store.incidents.decide(lambda *_: placing(*(opened(incident("x", signal())),) * 2), T0, HOUR)) == 1
    again = (opened(incident("x", signal())), update(incident("x", signal()), UpdateKind.SIGNALS))
    assert store.incidents.decide(lambda *_: placing(*again), T0, HOUR) == ()
    assert store.incidents.open(opened(incident("x")), T0).seq == 1
    assert len(store.incidents.timeline("x")) == 1


def test_an_error_of_the_function_leaves_everything_as_it_was(store: Store) -> None:
    store.signals.record([signal()], T0)
    with pytest.raises(ZeroDivisionError):
        store.incidents.decide(lambda *_: 1 // 0, T0, HOUR)  # type: ignore[arg-type]
    assert waiting_keys(store) == [signal().key]


def test_who_lost_the_lease_writes_nothing(store: Store) -> None:
    store.signals.record([signal()], T0)
    assert store.incidents.decide(open_all, T0, HOUR, lambda: False) == ()
    assert store.incidents.active() == ()
    assert waiting_keys(store) == [signal().key]


def test_a_function_that_calls_the_store_is_answered_so(url: str, store: Store) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL lets another connection write")
    store.incidents.open(opened(incident("x")), T0)
    with pytest.raises(StorageError, match="must be pure"):
        store.incidents.change("x", lambda _: store.signals.record([signal()], T0), T0)  # type: ignore[arg-type,return-value]


def test_a_decision_is_made_anew_where_a_person_changed_an_incident_meanwhile(store: Store) -> None:
    store.incidents.open(opened(incident("x")), T0)
    store.signals.record([signal()], T0)
    seen: list[tuple[Status, ...]] = []

    def decide(waiting: Sequence[Signal], known: Sequence[Incident]) -> Placement:
        if not seen:
            store.incidents.change("x", lambda one: resolved(one, at(1)), at(1))
        seen.append(tuple(one.status for one in known))
        return open_all(waiting, known)

    (update,) = store.incidents.decide(decide, at(1), HOUR)
    assert seen == [(Status.DETECTED,), (Status.RESOLVED,)]
    assert store.incidents.active() == (update.incident,)
    assert waiting_keys(store) == []


def test_what_comes_while_a_decision_is_made_waits_for_the_next(store: Store) -> None:
    store.signals.record([signal()], T0)

    def decide(waiting: Sequence[Signal], known: Sequence[Incident]) -> Placement:
        store.signals.record([replace(signal(), seen_at=at(1), score=9.0)], at(1))
        return open_all(waiting, known)

    assert len(store.incidents.decide(decide, T0, HOUR)) == 1
    assert waiting_keys(store) == [signal().key]


def test_an_update_of_an_unknown_incident_is_refused(store: Store) -> None:
    with pytest.raises(NotFound, match="incident 'nobody'"):
        store.incidents.decide(lambda *_: placing(update(incident("nobody"), UpdateKind.NOTE)), T0, HOUR)
    with pytest.raises(NotFound):
        store.incidents.change("nobody", lambda i: update(i, UpdateKind.NOTE), T0)


def test_two_active_incidents_never_hold_one_fingerprint(store: Store) -> None:
    store.incidents.open(opened(incident("first", signal())), T0)
    with pytest.raises(AlreadyActive, match="belongs to INC-1"):
        store.incidents.open(opened(incident("second", signal())), T0)
    assert store.incidents.get("second") is None
    store.incidents.change("first", lambda i: resolved(i, at(5)), at(5))
    assert store.incidents.open(opened(incident("second", signal())), at(6)).incident.number == 2
    with pytest.raises(AlreadyActive, match="belongs to INC-2"):
        store.incidents.change(
            "first", lambda i: update(replace(i, status=Status.DETECTED), UpdateKind.REOPENED), at(7)
        )


def test_the_database_itself_refuses_the_second_holder(store: Store) -> None:
    store.incidents.open(opened(incident("first", signal())), T0)
    store.incidents.open(opened(incident("second")), T0)
    row = {"incident_id": "second", "fingerprint": signal().fingerprint, "active": True}
    with store._database.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(insert(incident_fingerprints), row)


def test_a_fingerprint_passes_from_a_merged_incident_to_its_target_in_one_call(store: Store) -> None:
    store.incidents.open(opened(incident("target", signal("a"))), T0)
    store.incidents.open(opened(incident("merged", signal("b"))), T0)
    both = replace(incident("target", signal("a"), signal("b")), number=1)
    gone = replace(incident("merged", signal("b")), status=Status.MERGED, merged_into="target")
    store.incidents.decide(
        lambda *_: placing(update(both, UpdateKind.SIGNALS), update(gone, UpdateKind.MERGED)), T0, HOUR
    )
    assert [one.id for one in store.incidents.active()] == ["target"]


def test_a_humans_change_and_its_audit_entry_are_one(store: Store) -> None:
    store.incidents.open(opened(incident("x")), T0)
    by = AuditEntry(actor="eve", action="acknowledge", subject_kind="incident", subject="x")
    changed = store.incidents.change(
        "x", lambda i: update(replace(i, status=Status.ACKNOWLEDGED), UpdateKind.STATUS), T0, by
    )
    assert changed.seq == 2
    assert store.audit.page().items[0].entry == by


def test_of_many_threads_that_open_one_fingerprint_one_wins(url: str, cipher: Cipher) -> None:
    stores = [open_store(url, cipher) for _ in range(2)]
    outcomes: list[str] = []

    def attempt(number: int) -> None:
        try:
            stores[number % 2].incidents.open(opened(incident(f"i{number}", signal())), T0)
            outcomes.append("opened")
        except AlreadyActive:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["opened"] + ["refused"] * 7
    assert len(stores[0].incidents.active()) == 1
    for store in stores:
        store.close()


def test_deciding_under_contention_loses_no_signal(url: str, cipher: Cipher) -> None:
    stores = [open_store(url, cipher) for _ in range(2)]
    names = [f"w{n}-{k}" for n in range(4) for k in range(10)]

    def record(number: int) -> None:
        for name in names[number::4]:
            stores[number % 2].signals.record([signal(name)], T0)

    def decide(number: int) -> None:
        for _ in range(10):
            stores[number].incidents.decide(open_all, T0, HOUR)

    threads = [threading.Thread(target=record, args=(n,)) for n in range(4)]
    threads += [threading.Thread(target=decide, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stores[0].incidents.decide(open_all, T0, HOUR)
    found = stores[1].incidents.active()
    assert sorted(one.id for one in found) == sorted(f"i-{name}" for name in names)
    assert [one.number for one in found] == list(range(1, len(names) + 1))
    for store in stores:
        store.close()


def test_what_a_form_sent_twice_would_do_again_is_written_once(store: Store) -> None:
    """Both are decided on the incident as it stands; the second finds the first's line and leaves it at that."""
    of = store.incidents.open(opened(incident()), T0).incident
    by = AuditEntry(actor="mara", action="resolve", subject_kind="incident", subject=of.id)
    made = [
        store.incidents.change(of.id, lambda i: resolved(i, at(1)), at(1), by, once_within=timedelta(seconds=10))
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert [line.kind for line in store.incidents.timeline(of.id)] == [UpdateKind.OPENED, UpdateKind.RESOLVED]
    assert len(store.audit.page().items) == 1
    notes = [update(made[0].incident, UpdateKind.NOTE, when) for when in (at(1), at(2))]
    for seq, note in enumerate(notes, start=3):
        make: Callable[[Incident], IncidentUpdate] = partial(_noted, note)
        assert store.incidents.change(of.id, make, note.at, by, once_within=timedelta(seconds=10)).seq == seq


def _noted(note: IncidentUpdate, _: Incident) -> IncidentUpdate:
    return note
