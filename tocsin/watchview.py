"""How each watch is doing, for whoever looks after them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from detectors.watch import Watch
from tocsin.services import Runtime

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
    at = state.watermark if state else None
    failure = runtime.failure_of(watch.name)
    return WatchRow(
        watch=watch,
        series=len(state.keys) if state else 0,
        evaluated_at=at,
        problem=failure
        or ("" if at and not is_late(watch, at, runtime.services.now()) else "waits for its first samples"),
    )


def is_late(watch: Watch, evaluated_at: datetime, now: datetime) -> bool:
    """Whether a watch has not been scored for so long that nobody knows any more."""
    return now - evaluated_at > max(LATE * watch.every, timedelta(seconds=30))
