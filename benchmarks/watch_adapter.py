"""A whole watch behind an interface that judges it, through the code that serves: many series, scored together."""

from datetime import timedelta

import numpy as np

from detectors.array import FIRST_GAPS
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Floats, Frame, Labels
from detectors.history import warm
from detectors.state import State
from detectors.watch import Direction, Query, Watch

QUIET = 0.999
"""The most that a sample gets where no anomaly opens: inside one that lasts, nobody is told again."""


def score_watch(timestamps: Floats, values: Floats, *, bad: str = "both", learnt: int = 0) -> Floats:
    """(S, n) one number a sample: 1.0 and above where the live engine opens an anomaly of that series.

    timestamps: (n,) epoch seconds, ascending. values: (S, n), NaN = no sample. bad: "above", "below" or "both".
    learnt: so many columns are the past that the watch is warmed from; of them nothing is scored.
    """
    keys: tuple[Labels, ...] = tuple((("series", str(row)),) for row in range(len(values)))
    watch = Watch(
        name="watch",
        query=Query(metric="array"),
        component="{series}",
        bad=Direction(bad),
        every=timedelta(seconds=float(np.median(np.diff(timestamps[learnt:][: FIRST_GAPS + 1])))),
        absent_after=None,
    )
    state = State.empty(watch).joined(watch, keys)
    if learnt:
        state = warm(watch, [Frame(keys=keys, times=timestamps[:learnt], values=values[:, :learnt])])
    state, scores = step(watch, state, Frame(keys=keys, times=timestamps[learnt:], values=values[:, learnt:]))
    _, told = decide(watch, state, scores)
    result = np.full(values.shape, np.nan)
    result[:, learnt:] = np.minimum(scores.score, QUIET)
    for anomaly in told:
        column = int(np.searchsorted(timestamps, anomaly.detected_at.timestamp()))
        row = int(anomaly.component)
        if column >= learnt:
            result[row, column] = max(float(scores.score[row, column - learnt]), 1.0)
    return result
