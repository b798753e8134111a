"""A level and a spread that adapt: exponential averages whose memory is stated in time."""

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats

DAY = 86_400.0
LEVEL_MEMORY = 2 * DAY
SPREAD_MEMORY = 5 * DAY
SPREAD_ROWS = 96
SIZE_MEMORY = DAY
RELATIVE_FLOOR = 1e-3
QUANTUM_FLOOR = 0.5
FIRST_SPAN = 3_600.0
"""In its first seconds a series' level is sought: it is not judged yet, and teaches no clock time."""
FAR = 5.0
DOUBT = 0.1
MOST = 10.0
"""A residual widens the spread as one of ten spreads at most: one spike must not hide a day."""
SETTLE_MEMORY = 3_600.0


def weight(dt: Floats, age: Floats, memory: float | Floats) -> Floats:
    """The share of one sample that stands for `dt` seconds, in a mean over the last `memory` seconds.

    A young mean is the plain average: its first sample counts whole.
    """
    share: Floats = dt / np.minimum(age, memory)
    return np.minimum(share, 1.0)


def spread_floor(size: Floats, quantum: Floats, whole: Floats) -> Floats:
    """(S,) the least spread: a thousandth of the usual size, and half of the smallest change seen.

    quantum: the smallest change in the past, inf before there was one.
    whole: 1.0 where every sample was a whole number, so that one more or less is never news.
    """
    # Before there was a change, whole numbers say that it will be one at least.
    step = np.where(quantum < np.inf, quantum, whole)
    floor: Floats = np.maximum(RELATIVE_FLOOR * size + 1e-9, QUANTUM_FLOOR * np.maximum(step, whole))
    return floor


def trust(far: NDArray[np.bool_], beyond: Floats, accept: float) -> Floats:
    """(K, S) how much a sample teaches: little while far outside, until the change has stayed `accept` seconds."""
    return np.where(far & (beyond < accept), DOUBT, 1.0)
