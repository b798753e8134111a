"""What was read before stands for a row only as long as the row is the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from incidents.correlate import Placement
from incidents.incident import Incident, IncidentUpdate, UpdateKind
from incidents.signal import Signal
from tests.tocsin.storage.examples import KEY, at, incident, opened, signal, update
from tocsin.storage import Cipher, Store, open_store
from tocsin.storage.tables.incidents import evidence, incidents, timeline

EVIDENCE = tuple(signal(name) for name in ("failing", "slow", "stuck"))


def retitled(title: str, one: Incident) -> IncidentUpdate:
    return update(replace(one, title=title), UpdateKind.NOTE, at(1))


def test_what_another_process_changed_is_read_anew(store: Store, url: str) -> None:
    store.incidents.open(opened(incident("x", *EVIDENCE)), at(0))
    other = open_store(url, Cipher(KEY))
    for reader, writer, title in ((store, other, "late"), (other, store, "very late"), (store, other, "over")):
        assert writer.incidents.get("x") == reader.incidents.get("x")
        writer.incidents.change("x", partial(retitled, title), at(1))
        assert [i.title for i in reader.incidents.active()] == [title]
        assert reader.incidents.timeline("x")[-1].incident == reader.incidents.get("x")
    other.close()


def test_evidence_that_lasts_is_one_object_in_all_that_holds_it(store: Store, url: str) -> None:
    store.incidents.open(opened(incident("x", *EVIDENCE)), at(0))
    worse = replace(EVIDENCE[2], seen_at=at(2), score=9.0)
    store.incidents.change(
        "x", lambda one: update(replace(one, signals=(*EVIDENCE[:2], worse)), UpdateKind.SIGNALS, at(2)), at(2)
    )
    fresh = open_store(url, Cipher(KEY))
    first, second = (line.incident.signals for line in fresh.incidents.timeline("x"))
    now = fresh.incidents.active()[0].signals
    assert first == EVIDENCE
    assert second == now == (*EVIDENCE[:2], worse)
    assert all(one is other is third for one, other, third in zip(first[:2], second[:2], now[:2], strict=True))
    assert second[2] is now[2]
    fresh.close()


def test_text_with_half_a_character_comes_back_as_it_was(store: Store) -> None:
    half = replace(EVIDENCE[0], title="\ud800")
    store.incidents.open(opened(incident("x", half)), at(0))
    assert [one.signals for one in store.incidents.active()] == [(half,)]


def changed(*signals: Signal) -> Callable[[Incident], IncidentUpdate]:
    return lambda one: update(replace(one, signals=signals), UpdateKind.SIGNALS, at(3))


def test_each_line_holds_the_evidence_as_it_then_was_and_each_statement_is_kept_once(store: Store, url: str) -> None:
    failing, slow, stuck = EVIDENCE
    worse = replace(slow, seen_at=at(2), score=9.0)
    states = ((failing, slow), (failing, slow, stuck), (failing, worse), (failing, worse), (), (failing, slow))
    written = [store.incidents.open(opened(incident("x", *states[0])), at(0))]
    written += [store.incidents.change("x", changed(*state), at(3)) for state in states[1:]]
    fresh = open_store(url, Cipher(KEY))
    assert list(fresh.incidents.timeline("x")) == written
    assert [line.incident.signals for line in written] == list(states)
    assert fresh.incidents.get("x") == written[-1].incident
    with store._database.read() as connection:
        kept = connection.execute(select(evidence.c.key, evidence.c.since, evidence.c.until)).all()
        texts = [*connection.scalars(select(timeline.c.value)), *connection.scalars(select(incidents.c.value))]
    assert sorted(kept) == sorted(
        [
            (failing.key, 1, 5),
            (failing.key, 6, None),
            (slow.key, 1, 3),
            (slow.key, 3, 5),
            (slow.key, 6, None),
            (stuck.key, 2, 3),
        ]
    )
    assert not any(slow.key in one for one in texts)
    fresh.close()


def test_lines_of_one_transaction_hold_what_each_of_them_says(store: Store, url: str) -> None:
    failing, slow, stuck = EVIDENCE
    first = opened(incident("x", failing))
    second = update(replace(first.incident, signals=(failing, slow)), UpdateKind.SIGNALS, at(1))
    third = update(replace(first.incident, signals=(slow, stuck)), UpdateKind.SIGNALS, at(1))
    store.incidents.decide(lambda _waiting, _known: Placement(updates=(first, second, third)), at(1), timedelta(0))
    fresh = open_store(url, Cipher(KEY))
    held = [line.incident.signals for line in fresh.incidents.timeline("x")]
    assert held == [(failing,), (failing, slow), (slow, stuck)]
    assert [one.signals for one in fresh.incidents.active()] == [(slow, stuck)]
    fresh.close()


def test_evidence_is_read_in_the_order_of_its_beginnings(store: Store) -> None:
    late, early = replace(EVIDENCE[0], started_at=at(1)), EVIDENCE[1]
    assert store.incidents.open(opened(incident("x", late, early)), at(0)).incident.signals == (early, late)
    assert store.incidents.get("x") == store.incidents.timeline("x")[0].incident


def test_what_was_rolled_back_was_never_read(store: Store) -> None:
    store.incidents.open(opened(incident("x", *EVIDENCE)), at(0))
    late = Placement(updates=(update(incident("x", EVIDENCE[0]), UpdateKind.SIGNALS, at(1)),))
    assert store.incidents.decide(lambda _waiting, _known: late, at(1), timedelta(0), hold=lambda: False) == ()
    assert [one.signals for one in store.incidents.active()] == [EVIDENCE]
    assert len(store.incidents.timeline("x")) == 1
