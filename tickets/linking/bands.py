"""Bands: what becomes of a ticket that may be about an incident, so that a wanted share of each band is right.

A band is wanted by its precision: of a hundred tickets that are linked by themselves, 99 are to be about the incident.
From which probability on that holds is read off the calibration: how often links of each probability were right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tickets.linking.calibration import Step


class Band(StrEnum):
    """What a probable link leads to."""

    ATTACH = "attach"  # it is linked, without a human
    ASK = "ask"  # the customer is asked whether it is about the incident
    SUGGEST = "suggest"  # an agent is shown the incident
    LEAVE = "leave"  # nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The share of each band's tickets that are to be about the incident, 0 to 1."""

    attach: float
    ask: float
    suggest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """The probabilities from which on each band begins; infinite where none is probable enough."""

    attach: float
    ask: float
    suggest: float

    def band(self, probability: float) -> Band:
        """The band of a link of this probability."""
        if probability >= self.attach:
            return Band.ATTACH
        if probability >= self.ask:
            return Band.ASK
        return Band.SUGGEST if probability >= self.suggest else Band.LEAVE


def bands(steps: Sequence[Step], targets: Targets) -> Bands:
    """The bands by which the targets hold, each as wide as it can be. steps: the calibration, lowest probability first.

    Of each band the expected share of right links is that of all its steps together.
    """
    attach = _begin(steps, math.inf, targets.attach)
    ask = _begin(steps, attach, targets.ask)
    return Bands(attach=attach, ask=ask, suggest=_begin(steps, ask, targets.suggest))


def _begin(steps: Sequence[Step], end: float, target: float) -> float:
    """The least probability from which up to `end` the target holds; `end` where it holds from none."""
    begin, share, right = end, 0.0, 0.0
    for step in reversed([s for s in steps if s.above < end]):
        share += step.share
        right += step.share * step.right
        if right < target * share:
            break
        begin = step.above
    return begin
