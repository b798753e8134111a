"""Makes deviations of amounts comparable: when all series of a watch move together, they move in proportion.

Traffic doubles or halves, and at night a tenth more is fewer events than at noon. In spreads of differences a halving
looks small beside a doubling, and a deviation of the market small at night: series that follow it would seem to part
from it. The cube root of observed by expected (Wilson and Hilferty, 1931) evens counts, waiting times and shares alike
and needs no logarithm of 0.
"""

import numpy as np

from detectors.frame import Floats

ROOM = 3.0
"""Where 0 is nearer than so many spreads, proportions say little: there it counts as so far away."""


def evened(sample: Floats, residual: Floats, spread: Floats, level: Floats) -> Floats:
    """Deviations in the spreads that they would be at the level: about residual / spread where they are small.

    All in the unit of the samples and of one shape; spread above 0. A sample below 0 is no amount: its deviation stays.
    """
    away = residual / spread
    expected = np.maximum((sample - residual) / spread, ROOM)
    usual = np.maximum(level / spread, ROOM)
    amount: Floats = 3.0 * usual * (np.cbrt(1.0 + away / expected) - 1.0)
    return np.where(sample >= 0.0, amount, away)
