"""Judges shares by the number of their events: 3 of 4 is not 3,000 of 4,000.

A share p of n events has the variance p (1 - p) / n by chance alone, and beyond it what its true value moves by, which
is learnt. Together they are a beta-binomial, whose own tail gives the deviation.
"""

import numpy as np

from detectors.frame import Floats
from detectors.models.likelihood import deviation, shape_of


def chance(share: Floats, events: Floats) -> Floats:
    """The variance of a share of so many events by chance alone."""
    spread: Floats = share * (1.0 - share) / np.maximum(events, 1.0)
    return spread


def sure(share: Floats, known: Floats) -> Floats:
    """The share, never nearer to 0 or 1 than `known` events can tell: one event."""
    least = 1.0 / np.maximum(known, 2.0)
    return np.clip(share, least, 1.0 - least)


def deviations(share: Floats, expected: Floats, variance: Floats) -> Floats:
    """The signed deviation of shares in spreads, by the tail of the binomial with this mean and variance.

    share: 0 to 1. expected: above 0 and below 1. variance: of the share, by chance and beyond.
    """
    # So many independent events would vary as much.
    trials = np.maximum(expected * (1.0 - expected) / variance, 0.5)
    hits = shape_of(share * trials, expected * trials)
    misses = shape_of((1.0 - share) * trials, (1.0 - expected) * trials)
    return deviation(hits, misses, misses * expected / (hits * (1.0 - expected)))


def widening(usual: Floats, events: Floats) -> Floats:
    """How much wider than usual the spread of a quantile of so many events is; 1 where there are as many as usual.

    Not narrower where there are more: what moves a quantile beyond chance does not shrink with them.
    """
    wide: Floats = np.sqrt(np.maximum(1.0, usual / np.maximum(events, 1.0)))
    return wide


def edges(reach: Floats, expected: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The shares that deviate by `reach` spreads below and above, to within about one event; see counts."""
    bend = variance / expected * np.maximum(reach**2 - 1.0, 0.0) / 6.0
    skew = (1.0 - 2.0 * expected) / (1.0 - expected) * bend
    spread = reach * np.sqrt(variance)
    below = np.maximum(np.sqrt(expected) - 0.5 * spread / np.sqrt(expected), 0.0) ** 2 - 0.5 * bend
    low = np.where(expected < 0.5, below, expected - spread + skew)
    return np.clip(low, 0.0, 1.0), np.clip(expected + spread + skew, 0.0, 1.0)
