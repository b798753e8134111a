"""Silence: a known series that has no sample for longer than its watch, and its own past, allow."""

import numpy as np

from detectors.frame import Floats

PATIENCE_MEMORY = 7 * 86_400.0
GAPS = 2.0
FIRED = 0.75
SPACINGS = 2.5


def spacing(gap: Floats, every: float) -> Floats:
    """(S,) seconds between samples: the watch's where the series' own are not known."""
    return np.where(gap < np.inf, np.maximum(gap, every), every)


def faded(patience: Floats, since: Floats) -> Floats:
    """(S,) how much of the learnt patience is left after `since` seconds: half in a week."""
    left: Floats = patience * np.exp2(-since / PATIENCE_MEMORY)
    return left


def allowed(after: float, patience: Floats, spacing: Floats) -> Floats:
    """(S,) seconds of silence that are usual: the watch's limit, some spacings, or twice the longest gap lately."""
    return np.maximum(np.maximum(after, SPACINGS * spacing), GAPS * patience)


def learnt(patience: Floats, silent: Floats, limit: Floats, gap: Floats) -> Floats:
    """(S,) the patience after a silence has ended.

    A gap within the limit is remembered as it was. One beyond it was reported: it lengthens the limit by half, so that
    a single outage teaches little and a series that comes and goes is soon left alone.
    """
    remembered = np.where(silent >= limit, FIRED * limit, np.where(silent > 1.5 * gap, silent, 0.0))
    return np.fmax(patience, remembered)
