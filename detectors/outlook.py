"""What a watch has learnt, as people ask for it: the band that it would hold against a clock time, who is silent."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.daytime import all_since_midnight
from detectors.frame import Floats
from detectors.judge import is_warm
from detectors.models import absence, level, season
from detectors.state import State, Track, slot_seconds
from detectors.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The band that one series would be judged by now, at given times.

    expected, low, high: (T,) in the watch's unit, NaN while the series is learnt.
    seasonal: (T,) whether the daily profile speaks there; where not, the level alone does.
    """

    expected: Floats
    low: Floats
    high: Floats
    seasonal: NDArray[np.bool_]


def outlook(watch: Watch, state: State, row: int, times: Floats) -> Outlook:
    """The band of the state's series `row` at times (T,) in epoch seconds: as it is learnt now, not as it was then."""
    slots = (all_since_midnight(times, watch.time_zone) // slot_seconds(watch)).astype(np.intp)
    profile = np.array([slot[0, row] for slot in state.profile], np.float64)
    visits = np.array([slot[row] for slot in state.seen], np.float64)
    error_flat, error_daily = state.error_flat[0, row], state.error_daily[0, row]
    seasonal = season.is_used(error_flat, error_daily, visits, state.gate[row])[slots]
    floor = float(level.spread_floor(state.size[row], state.quantum[row], state.whole[row]))
    half = max(float(state.reach[0, row]) * max(float(np.sqrt(state.var[0, row])), floor), watch.min_change)
    expected = state.level[0, row] + np.where(seasonal, profile[slots], 0.0)
    if not is_warm(state.count[row], state.age[row]):
        expected = np.full(len(times), np.nan)
    return Outlook(expected=expected, low=expected - half, high=expected + half, seasonal=seasonal)


def learning(state: State) -> NDArray[np.bool_]:
    """(S,) whether a series was heard too little to be judged."""
    return ~is_warm(state.count, state.age)


def silent(watch: Watch, state: State) -> NDArray[np.bool_]:
    """(S,) whether a series has no sample for longer than the watch, and its own past, allow."""
    every = watch.every.total_seconds()
    after = 0.0 if watch.absent_after is None else watch.absent_after.total_seconds()
    since = np.where(np.isfinite(state.patient_at), state.watermark_s - state.patient_at, 0.0)
    patience = absence.faded(state.patience, np.maximum(since, 0.0))
    limit = absence.allowed(after, patience, absence.spacing(state.gap, every))
    quiet: NDArray[np.bool_] = (state.count > 0) & (state.silent >= limit)
    return quiet


def deviating(state: State) -> tuple[Track, ...]:
    """The anomalies that last: opened, and not ended."""
    return tuple(track for track in state.tracks if track.opened_at is not None and track.ended_at is None)
