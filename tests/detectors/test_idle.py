"""A series that is there without a number is not silent."""

from datetime import timedelta

import numpy as np
import pytest

from detectors.engine import step
from detectors.frame import Frame, Idle, Labels
from detectors.observe import look
from detectors.scores import Model
from detectors.state import State
from tests.detectors.series import clock, frame, key, noise, watch

KEY, OTHER = key("BTC"), key("ETH")
HOUR = 60


def gone(times: np.ndarray, idle: Idle | None) -> Frame:
    return Frame(keys=(), times=times, values=np.empty((0, len(times))), idle=idle)


def reported(there: np.ndarray | None, named: Labels = KEY) -> set[str]:
    """The kinds of anomalies in an hour without a number, after a day with some."""
    a_watch = watch(absent_after=timedelta(minutes=5))
    times = clock(1 + 1 / 24, 60.0)
    past, rest = times[:-HOUR], times[-HOUR:]
    state, _ = step(a_watch, State.empty(a_watch), frame(past, noise(len(past))[None], (KEY,)))
    idle = None if there is None else Idle(keys=(named,), at=there[None])
    return {str(anomaly.kind) for anomaly in look(a_watch, state, gone(rest, idle)).anomalies}


@pytest.mark.parametrize(
    ("there", "named", "expected"),
    [
        (None, KEY, {"absence"}),
        (np.ones(HOUR, bool), KEY, set()),
        (np.ones(HOUR, bool), OTHER, {"absence"}),
        (np.arange(HOUR) % 4 == 0, KEY, set()),
        (np.arange(HOUR) < 20, KEY, {"absence"}),
    ],
    ids=["nobody is there", "it is idle", "another one is idle", "it is idle now and then", "it is idle, then gone"],
)
def test_silence_is_reported_and_idleness_is_not(there: np.ndarray | None, named: Labels, expected: set[str]) -> None:
    assert reported(there, named) == expected


def test_who_comes_back_idle_has_ended_its_silence() -> None:
    a_watch = watch(absent_after=timedelta(minutes=5), recover=timedelta(minutes=5))
    times = clock(1 + 1 / 24, 60.0)
    past, rest = times[:-HOUR], times[-HOUR:]
    state, _ = step(a_watch, State.empty(a_watch), frame(past, noise(len(past))[None], (KEY,)))
    idle = Idle(keys=(KEY,), at=(np.arange(HOUR) > 20)[None])
    seen = look(a_watch, state, gone(rest, idle))
    assert [anomaly.ended_at is None for anomaly in seen.anomalies][::2] == [True, False]  # opened, worse, ended
    assert seen.scores.model[0, -1] == Model.ABSENCE
    assert np.isnan(seen.scores.observed[0, -1])
