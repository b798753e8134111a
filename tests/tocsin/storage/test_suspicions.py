"""Suspicions are kept with how they ended, on both databases."""

from dataclasses import replace
from datetime import timedelta

from incidents.suspicion import Suspicion, SuspicionEnd
from tests.tocsin.storage.examples import T0
from tocsin.storage import Store


def test_a_suspicion_begins_ends_and_is_read_for_as_long_as_is_asked(store: Store) -> None:
    begun = [
        Suspicion(component=name, since=T0, shown_at=T0 + timedelta(seconds=5)) for name in ("trading", "deposits")
    ]
    store.suspicions.keep(begun)
    first, second = store.suspicions.since(T0)
    assert [replace(one, id=None) for one in (first, second)] == begun
    ended_at = T0 + timedelta(minutes=2)
    ended = replace(first, ended_at=ended_at, end=SuspicionEnd.RECOVERED, reason="it does not deviate any more")
    store.suspicions.keep([ended])
    assert store.suspicions.since(T0) == (ended, second)
    assert store.suspicions.since(ended_at) == (second,)
