"""How each watch is doing, for whoever looks after them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import numpy as np

from detectors import outlook
from detectors.engine import can_score
from detectors.state import State
from detectors.watch import Watch
from tocsin.context.watch_memory import Evaluation, WatchMemory
from tocsin.detection.false_alarm_budget import NONE
from tocsin.detection.observe import is_ahead
from tocsin.detection.series_listing import SeriesRow, worst_of
from tocsin.storage import Openings

GAPS = 2.0  # silences usual for a series, until it counts as silence
LATE = 3  # evaluations missed before a watch counts as late; one or two are a slow query


class WatchState(StrEnum):
    """How a watch is doing, the worst first."""

    NO_DATA = "no_data"
    DEVIATING = "deviating"
    SILENT = "silent"
    LEARNING = "learning"
    IDLE = "no_observations"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRow:
    """One watch.

    problem: why it can't judge; "" while it can. deviating: components whose anomaly lasts.
    series, silent, idle: how many it has, how many of them have no samples, and how many are there without a number.
    worst: the series furthest outside, if any.
    evaluated_at: up to when its samples are scored. evaluation: how the last attempt went; None before the first.
    openings: incidents of the last 30 days that rest on it.
    """

    watch: Watch
    state: WatchState
    problem: str
    deviating: tuple[str, ...]
    series: int
    silent: int
    idle: int
    worst: SeriesRow | None
    evaluated_at: datetime | None
    evaluation: Evaluation | None
    openings: Openings


def watch_rows(
    watches: Iterable[Watch], memory: WatchMemory, now: datetime, opened: Mapping[str, Openings] | None = None
) -> tuple[WatchRow, ...]:
    """Each watch, in the order given; `opened` counts their incidents."""
    counts = opened or {}
    return tuple(watch_row(watch, memory, now, counts) for watch in watches)


def watch_row(watch: Watch, memory: WatchMemory, now: datetime, opened: Mapping[str, Openings]) -> WatchRow:
    """One of them."""
    state, evaluation = memory.states.get(watch.name), memory.evaluations.get(watch.name)
    failure = evaluation.error if evaluation else ""
    latest = memory.recent(watch.name).latest()
    of_state = set(state.keys) if state else set()
    idle = sum(key in of_state for key, is_idle in zip(latest.keys, latest.idle, strict=False) if is_idle)
    problem = failure or ("" if _has_nothing_to_judge(watch, state, idle, now) else _why_no_data(watch, state, now))
    deviating = tuple(sorted({track.component for track in outlook.deviating(state)})) if state else ()
    silent = int(np.count_nonzero(outlook.silent(watch, state))) if state else 0
    return WatchRow(
        watch=watch,
        state=_state(state, problem, failure, deviating, idle=idle, silent=silent),
        problem=problem,
        deviating=deviating,
        series=len(state.keys) if state else 0,
        silent=silent,
        idle=idle,
        worst=worst_of(watch, state, memory.recent(watch.name)) if state else None,
        evaluated_at=state.watermark if state else None,
        evaluation=evaluation,
        openings=opened.get(watch.name, NONE),
    )


def _state(
    state: State | None, problem: str, failure: str, deviating: tuple[str, ...], *, idle: int, silent: int
) -> WatchState:
    if not failure and state is not None and last_sample_at(state) is not None and not can_score(state):
        return WatchState.LEARNING
    if problem:
        return WatchState.NO_DATA
    if deviating:
        return WatchState.DEVIATING
    if silent:
        return WatchState.SILENT
    return WatchState.IDLE if state is not None and 0 < idle == len(state.keys) else WatchState.NORMAL


def _has_nothing_to_judge(watch: Watch, state: State | None, idle: int, now: datetime) -> bool:
    """Whether all of a watch's series are there, each without a number, as of an evaluation that is not late."""
    if state is None or state.watermark is None or not idle or not can_score(state):
        return False
    return idle == len(state.keys) and not is_late(watch, state.watermark, now)


def _why_no_data(watch: Watch, state: State | None, now: datetime) -> str:
    last = last_sample_at(state) if state else None
    if state is None or last is None:
        return "waits for its first samples"
    if not can_score(state):
        return "learns what is usual; it can't judge yet"
    if is_ahead(watch, state, now):
        return "the clock was set back; it learns afresh"
    return f"no samples since {last:%Y-%m-%d %H:%M:%S} UTC" if has_no_data(watch, state, now) else ""


def last_sample_at(state: State) -> datetime | None:
    """When the last sample of any of its series came; None before the first."""
    known = state.last[~np.isnan(state.last)]
    return datetime.fromtimestamp(float(known.max()), UTC) if known.size else None


def has_no_data(watch: Watch, state: State | None, now: datetime) -> bool:
    """Whether Tocsin does not know the present state of what the watch observes.

    It is not scored, or can't be yet, or a clock that was set back left its scores in the future, or it is scored and
    no series has had a sample for longer than their past makes usual: a source that answers that there is nothing has
    given no data.
    """
    last = last_sample_at(state) if state else None
    if state is None or state.watermark is None or last is None or is_late(watch, state.watermark, now):
        return True
    if is_ahead(watch, state, now) or not can_score(state):
        return True
    usual = timedelta(seconds=GAPS * float(state.patience.min()))
    return is_late(watch, last + usual, now)


def is_late(watch: Watch, evaluated_at: datetime, now: datetime) -> bool:
    """Whether a watch has not been scored for so long that nobody knows any more."""
    return now - evaluated_at > max(LATE * watch.every, timedelta(seconds=30))
