"""Embeddings of the real model: alike where the meaning is, in whichever language."""

import numpy as np

from tickets.embedder import E5Embedder


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
