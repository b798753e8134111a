"""What a watch has learnt, as people ask for it."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Floats, Frame, Labels
from detectors.outlook import deviating, learning, outlook, silent
from detectors.state import DAY, State
from detectors.watch import Direction, Query, Watch

WATCH = Watch(
    name="queue",
    query=Query(metric="queue"),
    component="queue",
    every=timedelta(minutes=5),
    bad=Direction.ABOVE,
    absent_after=timedelta(minutes=15),
)
BEGIN = 1.7672256e9  # midnight UTC
KEYS: tuple[Labels, ...] = ((("asset", "BTC"),), (("asset", "ETH"),))


def wave(times: Floats) -> Floats:
    return 100.0 + 50.0 * np.sin(2 * np.pi * times / DAY)


def samples(days: float) -> Frame:
    """BTC follows the day, ETH does not; both with a little noise."""
    times: Floats = BEGIN + 300.0 * np.arange(round(days * 288), dtype=np.float64)
    noise = np.random.default_rng(2).normal(0.0, 1.0, (2, len(times)))
    return Frame(keys=KEYS, times=times, values=np.array([wave(times), np.full(len(times), 20.0)]) + noise)


@pytest.fixture(scope="module")
def state() -> State:
    return step(WATCH, State.empty(WATCH), samples(6))[0]


def test_the_band_follows_a_series_own_day(state: State) -> None:
    times: Floats = BEGIN + 300.0 * np.arange(288, dtype=np.float64)
    usual = outlook(WATCH, state, 0, times)
    assert usual.seasonal.all()
    assert np.corrcoef(usual.expected, wave(times))[0, 1] > 0.95
    assert (usual.low < usual.expected).all()
    assert (usual.expected < usual.high).all()


def test_the_band_is_the_one_that_the_next_sample_is_judged_by(state: State) -> None:
    at = state.watermark_s + 300.0
    usual = [outlook(WATCH, state, row, np.array([at])) for row in (0, 1)]
    _, scores = step(WATCH, state, Frame(keys=KEYS, times=np.array([at]), values=np.array([[100.0], [20.0]])))
    for row in (0, 1):
        reported = [float(array[row, 0]) for array in (scores.expected, scores.low, scores.high)]
        assert [usual[row].expected[0], usual[row].low[0], usual[row].high[0]] == pytest.approx(reported, rel=0.02)


def test_a_change_too_small_to_wake_for_widens_the_band(state: State) -> None:
    reported = outlook(replace(WATCH, min_change=500.0), state, 1, np.array([BEGIN]))
    assert reported.high[0] - reported.expected[0] == 500.0


def test_a_young_series_has_no_band_yet() -> None:
    young = step(WATCH, State.empty(WATCH), samples(0.04))[0]
    assert learning(young).tolist() == [True, True]
    assert np.isnan(outlook(WATCH, young, 0, np.array([BEGIN])).expected).all()


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        pytest.param(5, [False, False], id="one sample may be late"),
        pytest.param(30, [False, True], id="half an hour is silence"),
    ],
)
def test_who_is_silent(state: State, minutes: int, expected: list[bool]) -> None:
    times: Floats = state.watermark_s + np.arange(300.0, 60.0 * minutes + 1, 300.0)
    values = np.array([wave(times), np.full(len(times), np.nan)])
    after, _ = step(WATCH, state, Frame(keys=KEYS, times=times, values=values))
    assert silent(WATCH, after).tolist() == expected


def test_a_deviation_lasts_until_it_has_ended(state: State) -> None:
    times: Floats = state.watermark_s + np.arange(300.0, 901.0, 300.0)
    values = np.array([wave(times), [900.0, 900.0, 900.0]])
    after, reported = decide(WATCH, *step(WATCH, state, Frame(keys=KEYS, times=times, values=values)))
    assert [track.component for track in deviating(after)] == ["queue"]
    assert reported
    later: Floats = after.watermark_s + np.arange(300.0, 3_601.0, 300.0)
    calm = Frame(keys=KEYS, times=later, values=np.array([wave(later), np.full(len(later), 20.0)]))
    assert deviating(decide(WATCH, *step(WATCH, after, calm))[0]) == ()
