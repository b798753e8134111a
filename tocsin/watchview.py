"""How each watch is doing, for whoever looks after them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from detectors.engine import can_score
from detectors.state import State
from detectors.watch import Watch
from tocsin.services import Runtime

GAPS = 2.0  # silences usual for a series, until it counts as silence
LATE = 3  # evaluations missed before a watch counts as late; one or two are a slow query


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRow:
    """One watch. evaluated_at: up to when its samples are scored. problem: "" while it is well."""

    watch: Watch
    series: int
    evaluated_at: datetime | None
    problem: str


def watch_rows(runtime: Runtime) -> tuple[WatchRow, ...]:
    """Every configured watch, in the configuration's order."""
    return tuple(_row(runtime, watch) for watch in runtime.services.config.watches)


def _row(runtime: Runtime, watch: Watch) -> WatchRow:
    state = runtime.states.get(watch.name)
    now = runtime.services.now()
    return WatchRow(
        watch=watch,
        series=len(state.keys) if state else 0,
        evaluated_at=state.watermark if state else None,
        problem=runtime.failure_of(watch.name) or _blindness(watch, state, now),
    )


def _blindness(watch: Watch, state: State | None, now: datetime) -> str:
    heard = heard_at(state) if state else None
    if state is None or heard is None:
        return "waits for its first samples"
    if not can_score(state):
        return "learns what is usual; it can't judge yet"
    return f"no samples since {heard:%Y-%m-%d %H:%M:%S} UTC" if is_blind(watch, state, now) else ""


def heard_at(state: State) -> datetime | None:
    """When the last sample of any of its series came; None before the first."""
    known = state.last[~np.isnan(state.last)]
    return datetime.fromtimestamp(float(known.max()), UTC) if known.size else None


def is_blind(watch: Watch, state: State | None, now: datetime) -> bool:
    """Whether nobody knows any more what the watch looks at.

    It is not scored, or can't be yet, or it is and no series has had a sample for longer than their past makes
    usual: a source that answers that there is nothing has told us nothing.
    """
    heard = heard_at(state) if state else None
    if state is None or state.watermark is None or heard is None or is_late(watch, state.watermark, now):
        return True
    if not can_score(state):
        return True
    usual = timedelta(seconds=GAPS * float(state.patience.min()))
    return is_late(watch, heard + usual, now)


def is_late(watch: Watch, evaluated_at: datetime, now: datetime) -> bool:
    """Whether a watch has not been scored for so long that nobody knows any more."""
    return now - evaluated_at > max(LATE * watch.every, timedelta(seconds=30))
