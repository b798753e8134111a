"""A daily profile: what a clock time adds to the level, used only where it lowers the series' own error."""

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats

VISITS = 1.0
VISIT_MEMORY = 8.0
ERROR_MEMORY = 4 * 86_400.0
ERROR_CLIP = 8.0


def is_used(flat: Floats, daily: Floats, visits: Floats, gate: Floats) -> NDArray[np.bool_]:
    """(K, S) whether the profile speaks: this clock time was seen before and the profile's error is the smaller."""
    return (visits >= VISITS) & (daily < gate * flat)


def excess(error: Floats, mean: Floats) -> Floats:
    """|error| − mean, where |error| counts for at most eight times the mean, so that one spike decides nothing."""
    size = np.abs(error)
    return np.minimum(size, np.where(mean > 0, ERROR_CLIP * mean, np.inf)) - mean
