"""A reader embeds each message once, a bounded number of them, and is the same with and without a preparation."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from tickets import reader as module
from tickets.intent import intent_of
from tickets.reader import Reader

TEXTS = ("my withdrawal is late", "how do I withdraw?", "somebody took my coins")


class Counting:
    """An embedder that says how often it was asked for what."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(tuple(texts))
        rows = [np.random.default_rng(len(t)).normal(size=384) for t in texts]
        vectors: NDArray[np.float32] = np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)
        return vectors


def test_what_is_prepared_is_embedded_together_and_once() -> None:
    counting = Counting()
    reader = Reader(counting)
    reader.prepare([*TEXTS, TEXTS[0]])
    reader.prepare(TEXTS)
    for text in TEXTS:
        reader.intent(text)
    assert counting.asked == [TEXTS]


def test_a_preparation_changes_nothing_but_the_work() -> None:
    prepared, plain = Reader(Counting()), Reader(Counting())
    prepared.prepare(TEXTS)
    assert [prepared.intent(t) for t in TEXTS] == [plain.intent(t) for t in TEXTS]


def test_no_more_than_stated_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    counting = Counting()
    reader = Reader(counting)
    reader.prepare(TEXTS)
    reader.intent(TEXTS[2])
    reader.intent(TEXTS[0])
    assert counting.asked == [TEXTS, (TEXTS[0],)]


def test_without_an_embedder_words_are_read() -> None:
    reader = Reader()
    reader.prepare(TEXTS)
    assert reader.intent(TEXTS[0]) == intent_of(TEXTS[0])
    assert reader.likeness(TEXTS[0], TEXTS[1:]).meaning is None


def test_likeness_in_words_is_more_for_the_same_words() -> None:
    reader = Reader()
    same, other, none = (
        reader.likeness("bitcoin withdrawals delayed", texts).words
        for texts in (("Bitcoin withdrawals are delayed.",), ("Sign-in unavailable",), ())
    )
    assert same > 0.5 > other >= none == 0.0
