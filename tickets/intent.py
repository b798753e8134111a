"""Estimates what a customer's message wants: something is broken, a question, an own mistake, a security case, …

Lists of words know the wordings that somebody thought of. These estimates come from a classifier that learnt from a
thousand example messages in thirteen languages (`benchmarks/messages`), so that they also hold for wordings that nobody
listed.
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tickets.phrases import normalise

Array = NDArray[np.float64]
PIECES = 4096  # columns that pieces of words are hashed into
SHARE = (0.65, 0.5)
"""How much the embedding's and the pieces' log probabilities count where both are known."""
ALONE = 1.3
"""How much the pieces' log odds count where they are alone."""

DOUBTED = 0.8
"""Up to this probability the pieces alone say nothing: "from my account" stands in complaints and in thefts."""


class Matter(StrEnum):
    """What a message is, whatever it is about."""

    COMPLAINT = "complaint"
    ANGRY = "angry"
    QUESTION = "question"
    OWN_MISTAKE = "own_mistake"
    OTHER = "other_matter"
    SECURITY = "security"
    LEGAL = "legal"
    SELF_HARM = "self_harm"
    REPEAT = "repeat"


class Embedder(Protocol):
    """Turns texts into vectors whose angle says how alike their meanings are."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts, d): one vector of length 1 each."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """How likely a message is each matter; the shares add up to 1. by_meaning: an embedding took part."""

    shares: Mapping[Matter, float]
    by_meaning: bool = False

    @property
    def human(self) -> float:
        """The probability that a human must read it: security, law or threats, self-harm."""
        return self.shares[Matter.SECURITY] + self.shares[Matter.LEGAL] + self.shares[Matter.SELF_HARM]

    @property
    def suspicion(self) -> float:
        """How far that probability is acted on, 0 to 1: pieces of words alone must be nearly sure."""
        return self.human if self.by_meaning else max(0.0, self.human - DOUBTED) / (1 - DOUBTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentModel:
    """The classifier's numbers: one multinomial logit over pieces of words, one over embeddings; rows as in Matter.

    rarity: (PIECES,); pieces: (PIECES + 1, matters); embedding: (d + 1, matters); the last row of both is the constant.
    """

    rarity: Array
    pieces: Array
    embedding: Array


def message_of(subject: str, text: str) -> str:
    """A ticket's words as they are read: the subject too, where the text does not repeat it."""
    return text if subject in text else f"{subject}\n{text}"


def intent_of(text: str, vector: NDArray[np.float32] | None = None) -> Intent:
    """The estimate for one message. vector: its embedding, which makes the estimate surer; None = there is none."""
    if vector is None:
        return _by_pieces(text)
    return estimate(_model(), text, vector)


@lru_cache(maxsize=64)  # routing, guard and linking ask about the same ticket one after another
def _by_pieces(text: str) -> Intent:
    return estimate(_model(), text, None)


def estimate(model: IntentModel, text: str, vector: NDArray[np.float32] | None) -> Intent:
    """The estimate by the given numbers."""
    scores = _log_shares(pieces_of(text, model.rarity) @ model.pieces[:-1] + model.pieces[-1])
    if vector is None:
        scores = scores * ALONE
    else:
        own = _log_shares(vector.astype(np.float64) @ model.embedding[:-1] + model.embedding[-1])
        scores = SHARE[0] * own + SHARE[1] * scores
    shares = np.exp(_log_shares(scores))
    found = MappingProxyType(dict(zip(Matter, shares.tolist(), strict=True)))
    return Intent(shares=found, by_meaning=vector is not None)


def pieces_of(text: str, rarity: Array) -> Array:
    """(PIECES,) the pieces of a text's words and its pairs of words: rarer ones weigh more; of length 1."""
    row = np.zeros(PIECES)
    for column, count in counted(text).items():
        row[column] = 1 + math.log(count)
    row *= rarity
    length = float(np.linalg.norm(row))
    return row / length if length else row


def counted(text: str) -> Mapping[int, int]:
    """How often each column's pieces stand in a text: two to five letters of a word, pairs of words; figures alike."""
    words = re.findall(r"\w+", re.sub(r"\d+", "0", normalise(text)))
    found: list[str] = [f"{first} {second}" for first, second in pairwise(words)]
    for word in words:
        padded = f" {word} "
        found += [padded[i : i + n] for n in (2, 3, 4, 5) for i in range(len(padded) - n + 1)]
    return Counter(zlib.crc32(piece.encode()) % PIECES for piece in found)


def _log_shares(scores: Array) -> Array:
    top = float(scores.max())
    shares: Array = scores - top - math.log(float(np.exp(scores - top).sum()))
    return shares


@cache
def _model() -> IntentModel:
    with resources.files("tickets").joinpath("intent_model.npz").open("rb") as file, np.load(file) as numbers:
        return IntentModel(**{name: numbers[name].astype(np.float64) for name in ("rarity", "pieces", "embedding")})
