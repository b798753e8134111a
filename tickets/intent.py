"""Estimates what a customer's message wants: something is broken, a question, an own mistake, a security case, …

Lists of words know the wordings that somebody thought of. These estimates come from a classifier that learnt from
example messages of several authors in thirteen languages (`benchmarks/messages`), so that they also hold for wordings
that nobody listed.
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
from tickets.word import WORD

Array = NDArray[np.float64]
NUMBERS = ("rarity", "pieces", "embedding", "others")
PIECES = 16_384  # columns that words and pieces of words are hashed into
NEAREST = 20
"""How many of the English examples are nearest to a text, so that it is known how near any text is to it."""
SHARE = (0.65, 0.5)
"""How much the embedding's and the pieces' log probabilities count where both are known."""
ALONE = 1.3
"""How much the pieces' log odds count where they are alone."""

SURE_BY_MEANING, SURE_BY_PIECES = 0.8, 0.95
"""Pieces alone must be surer: "from my account" stands in complaints and in thefts."""
MAY_BE = 0.3
"""From this share on a message is not linked in bulk."""
LEARNT_FROM, LIVE, LIVE_BY_PIECES = 0.23, 0.03, 0.01
"""The share of messages that a human must read: in the examples, and in a day's tickets; pieces alone take less for it,
since they suspect plain complaints too."""


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
        """That probability in a day's tickets, where such cases are rarer than among the examples (Saerens 2002)."""
        live = LIVE if self.by_meaning else LIVE_BY_PIECES
        yes = self.human * live / LEARNT_FROM
        return yes / (yes + (1 - self.human) * (1 - live) / (1 - LEARNT_FROM))

    @property
    def is_humans(self) -> bool:
        """Whether it reads so surely like a human's case that a human must have it, whichever words it uses."""
        return self.human >= (SURE_BY_MEANING if self.by_meaning else SURE_BY_PIECES)

    @property
    def may_be_humans(self) -> bool:
        """Whether it may be a human's case, so that nothing is done to it unread together with a hundred others."""
        return self.human >= MAY_BE


@dataclass(frozen=True, slots=True)
class Pieces:
    """The words of a text, their pairs and their pieces: rarer ones weigh more; a vector of length 1 (0 of no words).

    columns: (n,) those of PIECES that are not 0, ascending; weights: (n,) their values.
    """

    columns: NDArray[np.int64]
    weights: Array

    def cosine(self, other: "Pieces") -> float:
        """How alike the words of two texts are, 0 to 1."""
        _, own, others = np.intersect1d(self.columns, other.columns, assume_unique=True, return_indices=True)
        return float(self.weights[own] @ other.weights[others])


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentModel:
    """The classifier's numbers: one multinomial logit over pieces of words, one over embeddings; rows as in Matter.

    rarity: (PIECES,); pieces: (PIECES + 1, matters); embedding: (d + 1, matters); the last row of both is the constant.
    others: (m, d) the embeddings of the English examples: what customers write, whatever it is about.
    """

    rarity: Array
    pieces: Array
    embedding: Array
    others: Array


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
    pieces = pieces_of(text, model.rarity)
    scores = _log_shares(pieces.weights @ model.pieces[pieces.columns] + model.pieces[-1])
    if vector is None:
        scores = scores * ALONE
    else:
        own = _log_shares(vector.astype(np.float64) @ model.embedding[:-1] + model.embedding[-1])
        scores = SHARE[0] * own + SHARE[1] * scores
    shares = np.exp(_log_shares(scores))
    found = MappingProxyType(dict(zip(Matter, shares.tolist(), strict=True)))
    return Intent(shares=found, by_meaning=vector is not None)


def likeness_in_words(text: str, others: Sequence[str]) -> float:
    """How alike a message and some texts are by their pieces of words, 0 to 1: the mean of the cosines."""
    if not others:
        return 0.0
    own = _pieces(text)
    return float(np.mean([own.cosine(_pieces(other)) for other in others]))


def likeness_in_meaning(vector: NDArray[np.float32], others: Sequence[NDArray[np.float32]]) -> float:
    """How much nearer a message is to some texts than either is to what customers usually write, about -0.2 to 0.2.

    vector, others: embeddings. Some texts are near to every other one: twice the cosine, less how near both are to the
    examples that are nearest to them (CSLS, Conneau et al. 2018); the mean over the texts.
    """
    if not others:
        return 0.0
    own, texts = vector.astype(np.float64), np.array(others, dtype=np.float64)
    return float(np.mean(2 * texts @ own - _near_examples(texts)) - _near_examples(own[None])[0])


def _near_examples(vectors: Array) -> Array:
    """(n,) the mean cosine of each embedding with the NEAREST examples."""
    cosines = vectors @ _model().others.T
    nearest: Array = np.partition(cosines, -NEAREST, axis=1)[:, -NEAREST:].mean(axis=1)
    return nearest


@lru_cache(maxsize=256)  # each ticket is compared with the same few incidents
def _pieces(text: str) -> Pieces:
    return pieces_of(text, _model().rarity)


def pieces_of(text: str, rarity: Array) -> Pieces:
    """What the classifier reads of a text. rarity: (PIECES,)."""
    counts = counted(text)
    columns = np.array(sorted(counts), dtype=np.int64)
    weights = rarity[columns] * np.array([1 + math.log(counts[column]) for column in columns.tolist()])
    length = float(np.linalg.norm(weights))
    return Pieces(columns, weights / length if length else weights)


def counted(text: str) -> Mapping[int, int]:
    """How often each column's pieces stand in a text: words, pairs of words, two to five letters; figures alike."""
    words = WORD.findall(re.sub(r"\d+", "0", normalise(text)))
    found: list[str] = [f"={word}" for word in words] + [f"{first} {second}" for first, second in pairwise(words)]
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
        return IntentModel(**{name: numbers[name].astype(np.float64) for name in NUMBERS})
