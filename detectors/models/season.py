"""Profiles of the day and of the week: what a clock time adds, used only where it lowers the series' own error."""

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats

VISITS = 1.0
WEEKS = 2.0
"""A time of the week speaks from its third visit on: what two weeks did is a habit, what one did is not."""
VISIT_MEMORY = 8.0
ERROR_MEMORY = 4 * 86_400.0
WEEK_ERROR_MEMORY = 14 * 86_400.0
"""Each time of the week has its part in the errors twice."""
ERROR_CLIP = 8.0


def is_used(without: Floats, with_it: Floats, visits: Floats, gate: Floats, least: float = VISITS) -> NDArray[np.bool_]:
    """(K, S) whether a profile speaks: its clock time was seen often enough and its error is the smaller."""
    return (visits >= least) & (with_it < gate * without)


def believed(weeks: Floats) -> Floats:
    """(S,) how much of an offset counts that is the mean of so many weeks: each has as much chance in it as habit."""
    share: Floats = weeks / (weeks + 1.0)
    return share


def excess(error: Floats, mean: Floats) -> Floats:
    """|error| − mean, where |error| counts for at most eight times the mean, so that one spike decides nothing."""
    most = ERROR_CLIP * mean
    most[mean <= 0] = np.inf
    return np.minimum(np.abs(error), most) - mean
