"""The last samples and bands of a watch, kept for the plots of tickets and of the console."""

from dataclasses import dataclass

import numpy as np

from detectors.frame import Floats, Frame, Labels
from detectors.scores import Scores

KEPT = 86_400.0  # a series that vanished longer ago is of no use in a plot, seconds
COLUMNS = 720  # 12 h at a minute, 12 min at a second: more than a plot of 640 px can show


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One series over time; all arrays (T,), NaN where unknown."""

    times: Floats
    values: Floats
    expected: Floats
    low: Floats
    high: Floats
    scores: Floats


class Recent:
    """A ring of columns per series of one watch; written by its own job, read by others: arrays never change."""

    def __init__(self) -> None:
        self._strips: dict[Labels, Strip] = {}

    def add(self, frame: Frame, scores: Scores) -> None:
        """Appends a scored frame and drops what is older than the ring is long."""
        if not scores.times.size:
            return
        fresh = dict(self._strips)
        columns = np.isin(frame.times, scores.times)
        row_of = {key: row for row, key in enumerate(frame.keys)}
        for row, key in enumerate(scores.keys):
            source = row_of.get(key)
            values = np.full(scores.times.shape, np.nan) if source is None else frame.values[source, columns]
            fresh[key] = _trimmed(_joined(fresh.get(key), _strip(scores, row, values)))
        self._strips = {key: strip for key, strip in fresh.items() if strip.times[-1] >= scores.times[-1] - KEPT}

    def strip(self, labels: Labels) -> Strip | None:
        """The recent past of a series, or None where it is not known."""
        return self._strips.get(labels)

    def strips(self) -> dict[Labels, Strip]:
        """Every series' recent past."""
        return dict(self._strips)


def _strip(scores: Scores, row: int, values: Floats) -> Strip:
    return Strip(
        times=scores.times,
        values=values,
        expected=np.asarray(scores.expected[row], np.float64),
        low=np.asarray(scores.low[row], np.float64),
        high=np.asarray(scores.high[row], np.float64),
        scores=np.asarray(scores.score[row], np.float64),
    )


def _joined(old: Strip | None, new: Strip) -> Strip:
    if old is None:
        return new
    keep = new.times > old.times[-1]
    return Strip(
        times=np.concatenate([old.times, new.times[keep]]),
        values=np.concatenate([old.values, new.values[keep]]),
        expected=np.concatenate([old.expected, new.expected[keep]]),
        low=np.concatenate([old.low, new.low[keep]]),
        high=np.concatenate([old.high, new.high[keep]]),
        scores=np.concatenate([old.scores, new.scores[keep]]),
    )


def _trimmed(s: Strip) -> Strip:
    if s.times.size <= COLUMNS:
        return s
    cut = slice(s.times.size - COLUMNS, None)
    return Strip(
        times=s.times[cut],
        values=s.values[cut],
        expected=s.expected[cut],
        low=s.low[cut],
        high=s.high[cut],
        scores=s.scores[cut],
    )
