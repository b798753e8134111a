"""Incidents, silences, engineering tickets and checkpoints, read back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.incident import Status, UpdateKind
from incidents.silence import Silence
from tests.tocsin.storage.examples import T0, at, incident, opened, resolved, signal, update
from tocsin.storage import EngineeringTicketRow, NotFound, Store


def test_incidents_are_paged_newest_first(store: Store) -> None:
    for n in range(5):
        store.open_incident(opened(incident(f"i{n}")), T0)
    store.change("i1", lambda i: resolved(i, at(1)), at(1))
    first = store.incidents(limit=2)
    second = store.incidents(first.next_cursor, limit=2)
    third = store.incidents(second.next_cursor, limit=2)
    assert [one.id for page in (first, second, third) for one in page.items] == ["i4", "i3", "i2", "i1", "i0"]
    assert third.next_cursor is None
    assert [one.id for one in store.incidents(status=Status.RESOLVED).items] == ["i1"]
    assert len(store.incidents(status=(Status.RESOLVED, Status.DETECTED)).items) == 5
    assert store.incident_by_number(2) == store.incident("i1")
    assert store.incident_by_number(9) is None


def test_the_latest_change_grows_with_every_update(store: Store) -> None:
    seen = [store.latest_change()]
    store.open_incident(opened(incident("x")), T0)
    seen.append(store.latest_change())
    store.change("x", lambda i: update(i, UpdateKind.NOTE), T0)
    seen.append(store.latest_change())
    assert seen == sorted(set(seen))


def test_disclosed_timelines_hold_what_the_page_may_need(store: Store) -> None:
    store.open_incident(opened(incident("hidden", signal("a"))), T0)
    store.open_incident(opened(incident("shadow", signal("b"), disclosed_at=T0, shadow=True)), T0)
    store.open_incident(opened(incident("open", signal("c"), disclosed_at=T0)), T0)
    store.open_incident(opened(incident("old", signal("d"), disclosed_at=T0)), T0)
    store.change("old", lambda i: resolved(i, at(1)), at(1))
    store.open_incident(opened(incident("taken back", signal("e"), disclosed_at=T0)), T0)
    store.change("taken back", lambda i: resolved(replace(i, disclosed_at=None), at(9)), at(9))
    found = store.disclosed_timelines(at(5))
    assert [[one.key for one in timeline] for timeline in found] == [["open:1"], ["taken back:1", "taken back:2"]]
    assert store.disclosed_timelines(at(5)) == found
    assert len(store.disclosed_timelines(T0)) == 3


def test_what_changed_since_a_change_comes_with_its_whole_timeline(store: Store) -> None:
    store.open_incident(opened(incident("hidden", signal("a"))), T0)
    store.open_incident(opened(incident("shadow", signal("b"), disclosed_at=T0, shadow=True)), T0)
    store.open_incident(opened(incident("old", signal("c"), disclosed_at=T0)), T0)
    store.open_incident(opened(incident("open", signal("d"), disclosed_at=T0)), T0)
    before = store.latest_change()
    assert store.disclosed_since_change(before) == ()
    store.change("old", lambda i: resolved(i, at(1)), at(1))
    assert [[one.key for one in timeline] for timeline in store.disclosed_since_change(before)] == [["old:1", "old:2"]]
    assert len(store.disclosed_since_change(0)) == 2


def test_a_silence_is_in_force_from_its_start_to_its_end(store: Store) -> None:
    silence = Silence(id="s", name="w", starts_at=at(1), ends_at=at(9), author="eve", reason="planned")
    assert store.add_silence(silence, T0) == silence
    assert store.add_silence(replace(silence, reason="again"), T0) == silence
    assert [bool(store.active_silences(at(n))) for n in (0, 1, 8, 9)] == [False, True, True, False]
    assert store.end_silence("s", at(5)).ends_at == at(5)
    assert store.end_silence("s", at(7)).ends_at == at(5)
    assert store.active_silences(at(5)) == ()
    store.add_silence(replace(silence, id="later", starts_at=at(20), ends_at=at(30)), T0)
    assert store.end_silence("later", at(10)).ends_at == at(20) + timedelta(microseconds=1)
    page = store.silences(limit=1)
    assert [one.id for one in (*page.items, *store.silences(page.next_cursor).items)] == ["later", "s"]
    with pytest.raises(NotFound, match="silence 'x'"):
        store.end_silence("x", T0)


def test_an_engineering_ticket_is_updated_in_place(store: Store) -> None:
    store.open_incident(opened(incident("x")), T0)
    row = EngineeringTicketRow(incident_id="x", title="t", body="b", digest="1", plots={"a.svg": b"<svg/>"})
    assert store.engineering_ticket("x") is None
    assert store.save_engineering_ticket(row, T0)
    assert not store.save_engineering_ticket(replace(row, title="unseen"), at(1))
    assert store.engineering_ticket("x") == replace(row, created_at=T0, updated_at=T0)
    changed = replace(row, title="new", digest="2", plots={"b.png": b"\x89"})
    assert store.save_engineering_ticket(changed, at(2))
    assert store.engineering_ticket("x") == replace(changed, created_at=T0, updated_at=at(2))
    with pytest.raises(NotFound):
        store.save_engineering_ticket(replace(row, incident_id="nobody"), T0)


def test_a_checkpoint_is_the_last_one_saved(store: Store) -> None:
    assert store.checkpoint("w") is None
    store.save_checkpoint("w", b"\x00one", at(1), at(1))
    store.save_checkpoint("w", b"two", at(2), at(2))
    assert store.checkpoint("w") == b"two"
    store.forget_checkpoint("w")
    assert store.checkpoint("w") is None


def test_a_watchs_status_remembers_when_it_last_worked(store: Store) -> None:
    store.save_watch_status("w", True, "", at(1), series=3, took=timedelta(milliseconds=5), watermark=at(0))
    store.save_watch_status("w", False, "time-out", at(2))
    (status,) = store.watch_statuses()
    assert (status.ok, status.error, status.evaluated_at, status.last_ok_at) == (False, "time-out", at(2), at(1))


def test_an_installation_keeps_the_instant_of_its_beginning(store: Store) -> None:
    assert store.began_at(T0) == T0
    assert store.began_at(at(99)) == T0
    store.ping()
