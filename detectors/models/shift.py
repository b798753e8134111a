"""Measures how far a histogram is from the usual one, whatever its quantiles say.

Pearson's sum over the buckets between the shares now and the usual ones, by what chance alone would make it: 1 is as
far as usual. One event is added to each bucket's expectation, so that a bucket that is nearly always empty decides
nothing alone. What usual days differ by beyond chance grows with the events; it is learnt and divided out.
"""

import numpy as np

from detectors.frame import Floats

MEMORY = 2 * 86_400.0
"""As of the level: the usual shape is one."""


def shares(buckets: Floats) -> Floats:
    """(B, S) the share of each bucket in its histogram; a histogram without events has no shares: NaN."""
    total = buckets.sum(axis=0)
    found: Floats = np.divide(buckets, total, out=np.full_like(buckets, np.nan), where=total > 0)
    return found


def excess(shares: Floats, usual: Floats, events: Floats, known: Floats) -> Floats:
    """(S,) the distance by what chance alone would make it.

    shares, usual: (B, S). events: (S,) behind the shares; known: (S,) behind the usual ones, which are not sure either.
    """
    alike = events * known / (events + known)
    ease = alike * usual + 1.0
    far = ((alike * (shares - usual)) ** 2 / ease).sum(axis=0)
    by_chance = (alike * usual * (1.0 - usual) / ease).sum(axis=0)
    # Where one bucket has held everything, one event elsewhere is what chance may do.
    ratio: Floats = far / np.maximum(by_chance, 0.5)
    return ratio


def distance(excess: Floats, wander: Floats, events: Floats) -> Floats:
    """(S,) the excess by what usual days add to it: 1 = as far as usual, whatever the number of events.

    As a cube root, which is nearly normal where the sum itself leans far to one side (Wilson and Hilferty 1931): a
    young watch knows no tail of its own yet, and would take that lean for news.
    """
    far: Floats = np.cbrt(excess / (1.0 + wander * events))
    return far


def wandering(excess: Floats, events: Floats) -> Floats:
    """(S,) what one column says of how much usual days differ beyond chance, an event."""
    return np.maximum(excess - 1.0, -1.0) / np.maximum(events, 1.0)
