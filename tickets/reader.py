"""Reads customers' messages: what each wants, and how alike it is to the words about an incident."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tickets.intent import Embedder, Intent, intent_of, likeness_in_meaning, likeness_in_words

KEPT = 4_096
"""The newest messages whose embeddings are kept: 6 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike a message and the words about an incident are.

    words: 0 to 1, by pieces of words. meaning: -1 to 1, 0 = as any message; None = nothing embeds.
    """

    words: float
    meaning: float | None


class Reader:
    """Reads by pieces of words, and by meaning where there is an embedder. Safe to share between threads.

    A message is embedded once while it is among the KEPT newest ones: a ticket that is looked at again costs nothing.
    """

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def embeds(self) -> bool:
        """Whether it reads by meaning too."""
        return self._embedder is not None

    def prepare(self, messages: Sequence[str]) -> None:
        """Embeds together what is not yet kept of these messages."""
        if self._embedder is None:
            return
        with self._lock:
            unknown = [m for m in dict.fromkeys(messages) if m not in self._vectors]
        if unknown:
            self._keep(unknown, self._embedder.embed(unknown))

    def intent(self, message: str) -> Intent:
        """What one message wants."""
        return intent_of(message, self.vector(message))

    def likeness(self, message: str, others: Sequence[str]) -> Likeness:
        """How alike a message is to some texts about one thing, such as an incident's title and public words."""
        vectors = [v for other in others if (v := self.vector(other)) is not None]
        own = self.vector(message) if vectors else None
        meaning = None if own is None else likeness_in_meaning(own, vectors)
        return Likeness(words=likeness_in_words(message, others), meaning=meaning)

    def vector(self, message: str) -> NDArray[np.float32] | None:
        """The embedding of a message, (d,) of length 1; None where nothing embeds."""
        if self._embedder is None:
            return None
        with self._lock:
            kept = self._vectors.get(message)
            if kept is not None:
                self._vectors.move_to_end(message)
                return kept
        vectors = self._embedder.embed([message])
        self._keep([message], vectors)
        vector: NDArray[np.float32] = vectors[0]
        return vector

    def _keep(self, messages: Sequence[str], vectors: NDArray[np.float32]) -> None:
        with self._lock:
            self._vectors.update(zip(messages, vectors, strict=True))
            while len(self._vectors) > KEPT:
                self._vectors.popitem(last=False)
