"""The live engine over one array of samples."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detectors.anomaly import Anomaly
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Floats, Frame
from detectors.state import State
from detectors.watch import Query, Watch

FIRST_GAPS = 20
"""Without a watch, the spacing is the median of this many first gaps, so that later samples don't change it."""


def score_series(times: ArrayLike, values: ArrayLike, watch: Watch | None = None) -> Floats:
    """The live engine's score of each sample of one series.

    times: (n,) epoch seconds. values: (n,), NaN = no sample.
    watch: None is one with every default, but for `every`, which is the median of the first gaps, and silence, which is
    not judged.
    Returns (n,) float64: 1.0 and above = anomalous; NaN = unknown: warming up, no sample, or not later than one before.
    Raises ValueError where the two differ in length or are not one-dimensional.
    """
    return judge_series(times, values, watch)[0]


def find_anomalies(times: ArrayLike, values: ArrayLike, watch: Watch | None = None) -> list[Anomaly]:
    """What the live engine reports of one series, as it stood when last reported; arguments as in score_series."""
    return judge_series(times, values, watch)[1]


def judge_series(times: ArrayLike, values: ArrayLike, watch: Watch | None = None) -> tuple[Floats, list[Anomaly]]:
    """What score_series and find_anomalies return, from one run of the engine; arguments as in score_series."""
    at, seen = np.asarray(times, np.float64), np.asarray(values, np.float64)
    if at.ndim != 1 or at.shape != seen.shape:
        raise ValueError(f"times and values have the shapes {at.shape} and {seen.shape}; expected (n,) both")
    kept = _ascending(at)
    watch = watch or _default(at[kept])
    # A template has nothing to fill in here: an array has no labels.
    watch = replace(watch, component=watch.component.replace("{", "").replace("}", ""))
    frame = Frame(keys=((),), times=at[kept], values=seen[kept][None])
    state, scores = step(watch, State.empty(watch).joined(watch, frame.keys), frame)
    _, reported = decide(watch, state, scores)
    result = np.full(len(kept), np.nan)
    result[kept] = scores.score[0]
    return result, list({anomaly.key: anomaly for anomaly in reported}.values())


def _ascending(times: Floats) -> NDArray[np.bool_]:
    """(n,) whether a sample is later than all before it."""
    if not len(times):
        return np.zeros(0, np.bool_)
    latest = np.fmax.accumulate(times)
    later: NDArray[np.bool_] = np.concatenate([[True], ~(latest[1:] <= latest[:-1])])
    return np.isfinite(times) & later


def _default(times: Floats) -> Watch:
    gaps = np.diff(times[: FIRST_GAPS + 1])
    every = float(np.median(gaps)) if len(gaps) else 60.0
    return Watch(
        name="array",
        query=Query(metric="array"),
        component="array",
        title="value",
        every=timedelta(seconds=every),
        absent_after=None,
    )
