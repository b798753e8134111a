"""Answers people's questions about a watch's state: the band expected at a given time, and which series are silent."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.daytime import all_local, since_midnight, since_monday
from detectors.frame import Floats
from detectors.judge import is_warm
from detectors.models import absence, level, season
from detectors.state import State, Track, place_seconds, slot_seconds
from detectors.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The band that one series would be judged by now, at given times.

    expected, low, high: (T,) in the watch's unit, NaN while the series is learnt.
    seasonal: (T,) whether the profile of the day or of the week speaks there; where not, the level alone does.
    """

    expected: Floats
    low: Floats
    high: Floats
    seasonal: NDArray[np.bool_]


def outlook(watch: Watch, state: State, row: int, times: Floats) -> Outlook:
    """The band of the state's series `row` at times (T,) in epoch seconds: as it is learnt now, not as it was then."""
    local = all_local(times, watch.time_zone)
    slots = (since_midnight(local) // slot_seconds(watch)).astype(np.intp)
    places = (since_monday(local) // place_seconds(watch)).astype(np.intp)
    profile, offset = (np.array([at[0, row] for at in all_], np.float64) for all_ in (state.profile, state.week))
    visits, weeks = (np.array([at[row] for at in all_], np.float64) for all_ in (state.seen, state.weeks))
    errors = {name: getattr(state, f"error_{name}")[0, row] for name in ("flat", "daily", "best", "weekly")}
    by_day = season.is_used(errors["flat"], errors["daily"], visits, state.gate[row])[slots]
    by_week = season.is_used(errors["best"], errors["weekly"], weeks, state.gate_week[row], season.WEEKS)[places]
    offset *= season.believed(weeks)
    clock = np.where(by_day | by_week, profile[slots], 0.0) + np.where(by_week, offset[places], 0.0)
    floor = float(level.spread_floor(state.size[row], state.quantum[row], state.whole[row]))
    half = max(float(state.reach[0, row]) * max(float(np.sqrt(state.var[0, row])), floor), watch.min_change)
    expected = state.level[0, row] + clock
    if not is_warm(state.count[row], state.age[row]):
        expected = np.full(len(times), np.nan)
    return Outlook(expected=expected, low=expected - half, high=expected + half, seasonal=by_day | by_week)


def learning(state: State) -> NDArray[np.bool_]:
    """(S,) whether a series has too few samples to be judged."""
    return ~is_warm(state.count, state.age)


def silent(watch: Watch, state: State) -> NDArray[np.bool_]:
    """(S,) whether a series has no sample for longer than the watch, and its own past, allow."""
    every = watch.every.total_seconds()
    after = 0.0 if watch.absent_after is None else watch.absent_after.total_seconds()
    since = np.where(np.isfinite(state.patient_at), state.watermark_s - state.patient_at, 0.0)
    patience = absence.faded(state.patience, np.maximum(since, 0.0))
    limit = absence.allowed(after, patience, absence.spacing(state.gap, every), state.rested)
    quiet: NDArray[np.bool_] = (state.count > 0) & (state.silent >= limit)
    return quiet


def deviating(state: State) -> tuple[Track, ...]:
    """The anomalies that last: opened, and not ended."""
    return tuple(track for track in state.tracks if track.opened_at is not None and track.ended_at is None)
