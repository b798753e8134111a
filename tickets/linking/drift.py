"""Drift: whether agents find recent links right less often than such links were measured to be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tickets.linking.calibration import ENOUGH, Guess, Step

RECENT = 100
"""The newest judged links that are looked at."""
UNLIKELY = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """The newest links that agents judged. expected: how many should be right, as measured before any answer.

    chance: the probability that so few or fewer are right where nothing has changed, 0 to 1.
    """

    judged: int
    right: int
    expected: float
    chance: float

    @property
    def is_worse(self) -> bool:
        """Whether links are right less often than chance explains, over enough answers."""
        return self.judged >= ENOUGH and self.chance < UNLIKELY


def drift(steps: Sequence[Step], guesses: Sequence[Guess]) -> Drift:
    """Compares the newest of these links with how often links of their probability are right.

    steps: the calibration before any answer. guesses: oldest first. Each link is right or wrong by itself, so their
    number is Poisson binomial.
    """
    recent = guesses[-RECENT:]
    expected = [max((s for s in steps if s.above <= g.probability), key=lambda s: s.above).right for g in recent]
    right = sum(g.is_right for g in recent)
    counts = np.ones(1)
    for share in expected:
        counts = np.convolve(counts, (1 - share, share))
    chance = min(1.0, float(counts[: right + 1].sum()))
    return Drift(judged=len(recent), right=right, expected=float(sum(expected)), chance=chance)
