"""Incidents, silences, engineering tickets and checkpoints, read back."""

from dataclasses import replace
from datetime import timedelta
from math import inf

import pytest

from detectors.peak import Peak
from incidents.incident import Status, UpdateKind
from incidents.silence import Silence
from tests.tocsin.storage.examples import T0, at, incident, opened, resolved, signal, update
from tocsin.storage import EngineeringTicketRow, NotFound, SeriesPeak, Store


def test_incidents_are_paged_newest_first(store: Store) -> None:
    for n in range(5):
        store.incidents.open(opened(incident(f"i{n}")), T0)
    store.incidents.change("i1", lambda i: resolved(i, at(1)), at(1))
    first = store.incidents.page(limit=2)
    second = store.incidents.page(first.next_cursor, limit=2)
    third = store.incidents.page(second.next_cursor, limit=2)
    assert [one.id for page in (first, second, third) for one in page.items] == ["i4", "i3", "i2", "i1", "i0"]
    assert third.next_cursor is None
    assert [one.id for one in store.incidents.page(status=Status.RESOLVED).items] == ["i1"]
    assert len(store.incidents.page(status=(Status.RESOLVED, Status.DETECTED)).items) == 5
    assert store.incidents.by_number(2) == store.incidents.get("i1")
    assert store.incidents.by_number(9) is None


def test_the_latest_change_grows_with_every_update(store: Store) -> None:
    seen = [store.incidents.latest_change()]
    store.incidents.open(opened(incident("x")), T0)
    seen.append(store.incidents.latest_change())
    store.incidents.change("x", lambda i: update(i, UpdateKind.NOTE), T0)
    seen.append(store.incidents.latest_change())
    assert seen == sorted(set(seen))


def test_what_changed_since_a_change_comes_with_its_whole_timeline(store: Store) -> None:
    store.incidents.open(opened(incident("hidden", signal("a"))), T0)
    store.incidents.open(opened(incident("shadow", signal("b"), disclosed_at=T0, shadow=True)), T0)
    store.incidents.open(opened(incident("old", signal("c"), disclosed_at=T0)), T0)
    store.incidents.open(opened(incident("open", signal("d"), disclosed_at=T0)), T0)
    before = store.incidents.latest_change()
    assert store.incidents.disclosed_since_change(before) == ()
    store.incidents.change("old", lambda i: resolved(i, at(1)), at(1))
    assert [[one.key for one in timeline] for timeline in store.incidents.disclosed_since_change(before)] == [
        ["old:1", "old:2"]
    ]
    assert len(store.incidents.disclosed_since_change(0)) == 2


def test_a_silence_is_in_force_from_its_start_to_its_end(store: Store) -> None:
    silence = Silence(id="s", name="w", starts_at=at(1), ends_at=at(9), author="eve", reason="planned")
    assert store.silences.add(silence, T0) == silence
    assert store.silences.add(replace(silence, reason="again"), T0) == silence
    assert [bool(store.silences.active(at(n))) for n in (0, 1, 8, 9)] == [False, True, True, False]
    assert store.silences.end("s", at(5)).ends_at == at(5)
    assert store.silences.end("s", at(7)).ends_at == at(5)
    assert store.silences.active(at(5)) == ()
    store.silences.add(replace(silence, id="later", starts_at=at(20), ends_at=at(30)), T0)
    assert store.silences.end("later", at(10)).ends_at == at(20) + timedelta(microseconds=1)
    page = store.silences.page(limit=1)
    assert [one.id for one in (*page.items, *store.silences.page(page.next_cursor).items)] == ["later", "s"]
    with pytest.raises(NotFound, match="silence 'x'"):
        store.silences.end("x", T0)


def test_an_engineering_ticket_is_updated_in_place(store: Store) -> None:
    store.incidents.open(opened(incident("x")), T0)
    row = EngineeringTicketRow(incident_id="x", title="t", body="b", digest="1", plots={"a.svg": b"<svg/>"})
    assert store.engineering_tickets.get("x") is None
    assert store.engineering_tickets.save(row, T0)
    assert not store.engineering_tickets.save(replace(row, title="unseen"), at(1))
    assert store.engineering_tickets.get("x") == replace(row, created_at=T0, updated_at=T0)
    worst = SeriesPeak(key="w:c:1", series="s", peak=Peak(at=T0, value=493.0, low=-inf, high=95.0))
    changed = replace(row, title="new", digest="2", plots={"b.png": b"\x89"}, peaks=(worst,))
    assert store.engineering_tickets.save(changed, at(2))
    assert store.engineering_tickets.get("x") == replace(changed, created_at=T0, updated_at=at(2))
    assert store.engineering_tickets.peaks("x") == (worst,)
    assert store.engineering_tickets.peaks("nobody") == ()
    with pytest.raises(NotFound):
        store.engineering_tickets.save(replace(row, incident_id="nobody"), T0)


def test_a_checkpoint_is_the_last_one_saved(store: Store) -> None:
    assert store.checkpoints.get("w") is None
    store.checkpoints.save("w", b"\x00one")
    store.checkpoints.save("w", b"two")
    assert store.checkpoints.get("w") == b"two"
    store.checkpoints.forget("w")
    assert store.checkpoints.get("w") is None


def test_an_installation_keeps_the_instant_of_its_beginning(store: Store) -> None:
    assert store.began_at(T0) == T0
    assert store.began_at(at(99)) == T0
    store.ping()
