"""Silence: a known series that has no sample for longer than its watch, and its own past, allow.

A silence has a clock: where a series is silent at a time of day on most days, its silence is usual then, and by day it
is told as soon as that of any other series.
"""

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats

PATIENCE_MEMORY = 7 * 86_400.0
GAPS = 2.0
FIRED = 0.75
SPACINGS = 2.5
NIGHTS = 3
"""A silence is usual at a time of day from so many days on that were silent then."""
MOST = 0.7
"""And where this share of the last week's days was."""
LONGER = 0.25
"""A silence that began when it was usual may last so much longer than it was usual for."""


def spacing(gap: Floats, every: float) -> Floats:
    """(S,) seconds between samples: the watch's where the series' own are not known."""
    return np.where(gap < np.inf, np.maximum(gap, every), every)


def faded(patience: Floats, since: Floats) -> Floats:
    """(S,) how much of the learnt patience is left after `since` seconds: half in a week."""
    left: Floats = patience * np.exp2(-since / PATIENCE_MEMORY)
    return left


def allowed(after: float, patience: Floats, spacing: Floats, rested: Floats) -> Floats:
    """(S,) seconds of silence that are usual when a sample is due: the watch's limit, some spacings, or twice the
    longest gap lately; after a rest of so many seconds a quarter of that.
    """
    return np.maximum(np.maximum(after, SPACINGS * spacing), np.maximum(GAPS * patience, LONGER * rested))


def usual_nights(silent: Floats, known: Floats) -> NDArray[np.bool_]:
    """(S,) whether a series' silence is usual at a time of day; silent: of the `known` days before, so many were."""
    usual: NDArray[np.bool_] = (silent >= NIGHTS) & (silent >= MOST * known)
    return usual


def learnt(patience: Floats, silent: Floats, limit: Floats, gap: Floats, rested: Floats) -> Floats:
    """(S,) the patience after a silence has ended.

    A gap within the limit is remembered as it was. One beyond it was reported: it lengthens the limit by half, so that
    a single outage teaches little and a series that comes and goes is soon left alone. A rest says nothing of when a
    sample is due.
    """
    remembered = np.where(silent >= limit, FIRED * limit, np.where(silent > 1.5 * gap, silent, 0.0))
    return np.fmax(patience, np.where(rested > 0, 0.0, remembered))
