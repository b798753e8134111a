"""One series in plain numbers: the same as column by column, to the last bit, whatever its samples are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from detectors.engine import step
from detectors.frame import Floats, Frame
from detectors.known_day import Calendar, Planned
from detectors.lone import LONG, Lone, is_plain
from detectors.scores import Scores, blank
from detectors.state import State
from detectors.watch import Direction, FailureKind, Watch
from tests.detectors.series import START, by_columns, clock, frame, noise, part, watch

WORK = Planned(
    title="work", components=frozenset({"withdrawals/BTC"}), start=START + 2.1 * 86_400, end=START + 2.5 * 86_400
)
Draw = Callable[[np.random.Generator, Floats], Floats]


def _faults_and_gaps(rng: np.random.Generator, times: Floats) -> Floats:
    values = 20.0 + 8.0 * np.sin(times * 2 * np.pi / 86_400) + rng.standard_t(3, len(times))
    values[rng.random(len(times)) < 0.02] = np.nan
    values[700:790] = np.nan
    values[1_000:1_012] += 40.0
    values[-60:] += 12.0
    return values


def _lognormal(rng: np.random.Generator, times: Floats) -> Floats:
    return rng.lognormal(0.0, 0.7, len(times))


def _counts(rng: np.random.Generator, times: Floats) -> Floats:
    return rng.poisson(np.where(times % 86_400 < 40_000, 60.0, 4.0)).astype(np.float64)


def _stands_still(rng: np.random.Generator, times: Floats) -> Floats:
    values = np.round(rng.normal(100.0, 3.0, len(times)), 1)
    values[500:560] = values[499]
    return values


def _night_off(rng: np.random.Generator, times: Floats) -> Floats:
    return np.where(times % 86_400 < 60_000, rng.normal(30.0, 2.0, len(times)), np.nan)


@pytest.mark.parametrize(
    ("draw", "every", "keys"),
    [
        pytest.param(_faults_and_gaps, 300.0, {"absent_after": timedelta(minutes=30)}, id="faults, gaps, silence"),
        pytest.param(_lognormal, 60.0, {"bad": Direction.ABOVE, "min_change": 0.5}, id="above, a least change"),
        pytest.param(_counts, 300.0, {"bad": Direction.BELOW}, id="few events by night"),
        pytest.param(_stands_still, 300.0, {}, id="stands still for five hours"),
        pytest.param(_night_off, 900.0, {"time_zone": "Europe/Berlin"}, id="nights without samples"),
        pytest.param(_faults_and_gaps, 300.0, {"calendar": Calendar(days=(("01-07", "a day"),))}, id="a known day"),
        pytest.param(_faults_and_gaps, 300.0, {"planned": (WORK,)}, id="planned work"),
        pytest.param(_lognormal, 3_600.0, {}, id="hourly"),
        pytest.param(_lognormal, 2_500.0, {}, id="blocks that end within an hour"),
    ],
)
def test_a_lone_series_is_judged_as_column_by_column(draw: Draw, every: float, keys: dict[str, Any]) -> None:
    a_watch = watch(**{"every": timedelta(seconds=every), "absent_after": None, **keys})
    times = clock(1_100 * every / 86_400, every)
    whole = frame(times, draw(np.random.default_rng(7), times))
    state, scores = _in_numbers(a_watch, whole)
    slow, slowly = by_columns(a_watch, whole)
    for name in ("score", "observed", "expected", "low", "high", "model", "silent"):
        np.testing.assert_array_equal(getattr(scores, name), getattr(slowly, name), err_msg=name)
    assert state.to_bytes(a_watch) == slow.to_bytes(a_watch)


def test_a_past_that_nobody_is_notified_of_teaches_a_lone_series_the_same() -> None:
    a_watch = watch(absent_after=None)
    times = clock(5)
    whole = frame(times, _faults_and_gaps(np.random.default_rng(3), times))
    state, _ = _in_numbers(a_watch, whole, believed=True)
    assert state.to_bytes(a_watch) == by_columns(a_watch, whole, believed=True)[0].to_bytes(a_watch)


def test_the_state_before_is_left_as_it_was() -> None:
    whole = frame(clock(4), noise(1_152))
    state, _ = step(watch(), State.empty(watch()), part(whole, 0, 1_000))
    before = state.to_bytes(watch())
    step(watch(), state, part(whole, 1_000, 1_152))
    assert state.to_bytes(watch()) == before


@pytest.mark.parametrize(
    ("a_watch", "columns"),
    [
        pytest.param(watch(kind=FailureKind.BACKLOG), LONG, id="a backlog that may grow"),
        pytest.param(watch(slo=99.9), LONG, id="an objective"),
        pytest.param(watch(), LONG - 1, id="few columns"),
    ],
)
def test_what_columns_alone_know_goes_through_them(a_watch: Watch, columns: int) -> None:
    assert not is_plain(a_watch, _empty(a_watch, frame(clock(1), noise(288))), columns)


def _empty(a_watch: Watch, whole: Frame) -> State:
    return State.empty(a_watch).joined(a_watch, whole.keys)


def _in_numbers(a_watch: Watch, whole: Frame, *, believed: bool = False) -> tuple[State, Scores]:
    before = _empty(a_watch, whole)
    assert is_plain(a_watch, before, len(whole.times))
    scores = blank(before, whole.times)
    return Lone(a_watch, before, believed=believed).take(whole.times, whole.values[0], scores), scores
