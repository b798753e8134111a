"""One series over time with its expected band: the data of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats, Frame, Labels
from detectors.scores import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """times: (n,) epoch seconds, ascending. The others (n,), NaN where unknown."""

    labels: Labels
    times: Floats
    values: Floats
    expected: Floats
    low: Floats
    high: Floats


def strip_of(frame: Frame, scores: Scores, labels: Labels) -> Strip:
    """One series of a scored frame; all NaN where the frame does not have it."""
    times = scores.times
    missing = np.full(len(times), np.nan)
    values = frame.values[frame.keys.index(labels), -len(times) :] if labels in frame.keys else missing
    row = scores.keys.index(labels) if labels in scores.keys else None

    def said(array: NDArray[np.float32]) -> Floats:
        return missing if row is None else np.asarray(array[row], np.float64)

    if np.isnan(values).all():  # the sample is what the engine makes of a histogram
        values = said(scores.observed)
    return Strip(
        labels=labels,
        times=times,
        values=np.where(np.isfinite(values), values, np.nan),
        expected=said(scores.expected),
        low=said(scores.low),
        high=said(scores.high),
    )


def joined(pieces: Sequence[Strip]) -> Strip:
    """Strips of one series, in order of time, as one."""
    return Strip(
        labels=pieces[0].labels,
        times=np.concatenate([piece.times for piece in pieces]),
        values=np.concatenate([piece.values for piece in pieces]),
        expected=np.concatenate([piece.expected for piece in pieces]),
        low=np.concatenate([piece.low for piece in pieces]),
        high=np.concatenate([piece.high for piece in pieces]),
    )


def cut(strip: Strip, start: float, end: float) -> Strip:
    """The columns with start <= t <= end."""
    return _of(strip, np.flatnonzero((strip.times >= start) & (strip.times <= end)))


def thinned(strip: Strip, most: int) -> Strip:
    """At most so many columns, evenly: of neighbours the one farthest from what was expected stays."""
    count = len(strip.times)
    if count <= most:
        return strip
    known = strip.values[np.isfinite(strip.values)]
    middle = float(known.mean()) if len(known) else 0.0
    away = np.abs(strip.values - np.where(np.isnan(strip.expected), middle, strip.expected))
    away = np.where(np.isnan(away), -1.0, away)
    edges = np.linspace(0, count, most + 1).astype(int)
    kept = [a + int(np.argmax(away[a:b])) for a, b in pairwise(edges)]
    return _of(strip, np.asarray(kept))


def _of(strip: Strip, columns: NDArray[np.intp]) -> Strip:
    return Strip(
        labels=strip.labels,
        times=strip.times[columns],
        values=strip.values[columns],
        expected=strip.expected[columns],
        low=strip.low[columns],
        high=strip.high[columns],
    )
