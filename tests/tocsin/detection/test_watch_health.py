"""Which watches have no data: not scored, not yet able to judge, or without samples."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from detectors.engine import step
from detectors.frame import Frame, Idle, labels_of
from detectors.state import State
from detectors.watch import Query, Watch
from tocsin.context.watch_memory import WatchMemory
from tocsin.detection.series_listing import Listing, SeriesState
from tocsin.detection.watch_health import WatchState, has_no_data, watch_row

WATCH = Watch(name="queue", query=Query(metric="queue"), component="queue", every=timedelta(minutes=1))
START = datetime(2026, 3, 1, tzinfo=UTC)


def sampled(minutes: int, *, silent: int = 0) -> State:
    """The state after so many minutes of samples, the last `silent` of them without any."""
    times = START.timestamp() + 60.0 * np.arange(1, minutes + 1, dtype=np.float64)
    values = 5.0 + np.sin(np.arange(minutes, dtype=np.float64))[None]
    values[0, minutes - silent :] = np.nan
    key = labels_of({"job": "exchange"})
    return step(WATCH, State.empty(WATCH), Frame(keys=(key,), times=times, values=values))[0]


@pytest.mark.parametrize(
    ("state", "later", "lacks"),
    [
        pytest.param(None, 0, True, id="never evaluated"),
        pytest.param(sampled(30), 0, True, id="it still learns what is usual"),
        pytest.param(sampled(120), 0, False, id="it sees"),
        pytest.param(sampled(120), 10, True, id="it was not evaluated for ten minutes"),
        pytest.param(sampled(120), -10, True, id="the clock was set back by ten minutes"),
        pytest.param(sampled(120), -1, False, id="the clock was set right by a minute"),
        pytest.param(sampled(150, silent=30), 0, True, id="its series have fallen silent"),
    ],
)
def test_a_watch_that_cannot_judge_has_no_data(state: State | None, later: int, lacks: bool) -> None:
    now = START + timedelta(minutes=later)
    if state is not None and state.watermark is not None:
        now = state.watermark + timedelta(minutes=later)
    assert has_no_data(WATCH, state, now) is lacks


@pytest.mark.parametrize(
    ("idle", "silent", "minutes", "state"),
    [
        pytest.param(0, 0, 1, WatchState.NORMAL, id="none"),
        pytest.param(1, 0, 1, WatchState.NORMAL, id="one of two is idle"),
        pytest.param(2, 0, 1, WatchState.IDLE, id="both are idle"),
        pytest.param(2, 0, 50, WatchState.IDLE, id="both are idle for longer than silence would be usual"),
        pytest.param(0, 1, 2, WatchState.NORMAL, id="one missed two samples"),
        pytest.param(0, 1, 50, WatchState.SILENT, id="one of two is silent"),
        pytest.param(0, 2, 50, WatchState.NO_DATA, id="both are silent"),
        pytest.param(1, 1, 50, WatchState.NO_DATA, id="one is idle, the other one silent"),
    ],
)
def test_a_watch_with_nothing_to_judge_is_not_normal(idle: int, silent: int, minutes: int, state: WatchState) -> None:
    """And of its series none is without a number and "normal"."""
    keys = tuple(labels_of({"job": job}) for job in ("a", "b"))
    times = START.timestamp() + 60.0 * np.arange(1, 121, dtype=np.float64)
    values = 5.0 + np.sin(np.arange(240, dtype=np.float64)).reshape(2, 120)
    there = np.zeros((2, 120), bool)
    there[:idle, -minutes:] = True
    values[there] = np.nan
    values[idle : idle + silent, -minutes:] = np.nan
    frame = Frame(keys=keys, times=times, values=values, idle=Idle(keys=keys, at=there))
    memory = WatchMemory()
    memory.states[WATCH.name], scores = step(WATCH, State.empty(WATCH), frame)
    memory.recent(WATCH.name).add(frame, scores)
    row = watch_row(WATCH, memory, START + timedelta(minutes=120), {})
    gone = silent if state is not WatchState.NORMAL else 0
    assert (row.state, row.idle, row.silent) == (state, idle, gone)
    assert bool(row.problem) is (state is WatchState.NO_DATA)
    listing = Listing.of(WATCH, memory.states[WATCH.name], memory.recent(WATCH.name))
    rows = listing.page("", None, 9).items
    found = [each.state for each in rows]
    assert all(np.isnan(each.score) for each in rows if each.state is SeriesState.IDLE)
    assert (found.count(SeriesState.IDLE), found.count(SeriesState.SILENT)) == (idle, gone)
