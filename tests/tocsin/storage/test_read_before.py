"""What was read before stands for a row only as long as the row is the same."""

from dataclasses import replace
from functools import partial

from incidents.incident import Incident, IncidentUpdate, UpdateKind
from tests.tocsin.storage.examples import KEY, at, incident, opened, signal, update
from tocsin.storage import Cipher, Store, open_store

EVIDENCE = tuple(signal(name) for name in ("slow", "stuck", "failing"))


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
