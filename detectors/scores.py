"""The scores: what the engine says of each sample."""

from dataclasses import dataclass, fields, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from detectors.components import Components
from detectors.frame import Floats, Labels, Singles
from detectors.state import State


class Model(IntEnum):
    """Which model spoke.

    The sample against its level, its clock time or its time of the week, the mean of an hour, silence, many series; a
    count or a share of few events by its own tail; a value that stands still, no events, a backlog without a fall; a
    budget; a histogram's distance; the sample against the same time on the days before.
    """

    NONE = 0
    LEVEL = 1
    SEASON = 2
    DRIFT = 3
    ABSENCE = 4
    POOL = 5
    COUNT = 6
    SHARE = 7
    FLAT = 8
    QUIET = 9
    GROWTH = 10
    BURN = 11
    SHIFT = 12
    WEEK = 13
    DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What `step` says of each series at each time.

    keys: the S series, in the state's order, with their components.
    times: (T,) float64 epoch seconds, those after the state's watermark alone.
    score: (S, T) float32; 1.0 and above = anomalous, NaN = unknown (no sample, or warming up).
    observed, expected, low, high: (S, T) float32 in the watch's unit; outside the band's edges the score is 1 or more.
        Of the hour's mean where the model is DRIFT; NaN where it is ABSENCE.
        Of a pair's long window where it is BURN.
    model: (S, T) int8, a Model. silent: (S, T) float32, seconds of an ABSENCE without a sample, or that a run has
        lasted where the model is FLAT, QUIET or GROWTH; else NaN.
    together: (S, T) whether the series takes part in what the watch as a whole shows, also where another model spoke.
    pardoned: (S, T) whether the score is lower by a person's word that such an excursion is usual.
    pooled, of: (T,) int32, where the model is POOL: how many series deviate together, of how many.
    """

    keys: tuple[Labels, ...]
    components: Components
    times: Floats
    score: Singles
    observed: Singles
    expected: Singles
    low: Singles
    high: Singles
    model: NDArray[np.int8]
    silent: Singles
    together: NDArray[np.bool_]
    pardoned: NDArray[np.bool_]
    pooled: NDArray[np.int32]
    of: NDArray[np.int32]

    def columns(self, start: int, end: int) -> "Scores":
        """Those from the column `start` up to, not with, `end`."""
        of_times = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("keys", "components")}
        return replace(self, **{name: array[..., start:end] for name, array in of_times.items()})


def blank(state: State, times: Floats) -> Scores:
    """Scores of the state's series that know nothing yet."""
    shape = (len(times), len(state.keys))
    # One column is written at a time: columns lie together in memory.
    score, observed, expected, low, high, silent = np.full((6, *shape), np.nan, np.float32)
    return Scores(
        keys=state.keys,
        components=state.components,
        times=times,
        score=score.T,
        observed=observed.T,
        expected=expected.T,
        low=low.T,
        high=high.T,
        model=np.zeros(shape, np.int8).T,
        silent=silent.T,
        together=np.zeros(shape, np.bool_).T,
        pardoned=np.zeros(shape, np.bool_).T,
        pooled=np.zeros(len(times), np.int32),
        of=np.zeros(len(times), np.int32),
    )
