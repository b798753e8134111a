"""What the clock says: days that differ by the week, jobs that begin within a slot."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Floats, Frame
from detectors.history import warm
from detectors.models.season import WEEKS
from detectors.outlook import outlook
from detectors.scores import Model, Scores
from detectors.state import DAY, WEEK, State
from tests.detectors.series import START, clock, frame, key, watch

HOURLY = watch(every=timedelta(hours=1), absent_after=None)
PER_DAY, PER_WEEK = 24, 168


def working_days(times: Floats, seed: int = 1) -> Floats:
    """Busy from nine to five, but for Saturday and Sunday."""
    hour, day = times % DAY / 3_600, (times - START) // DAY % 7
    busy = (hour >= 9) & (hour < 17) & (day < 5)
    values: Floats = 20.0 + 80.0 * busy + np.random.default_rng(seed).normal(0.0, 2.0, len(times))
    return values


@pytest.fixture(scope="module")
def weeks() -> tuple[State, Scores]:
    times = clock(42, 3_600)
    return step(HOURLY, State.empty(HOURLY), frame(times, working_days(times)))


def test_a_week_is_learnt_while_it_is_lived(weeks: tuple[State, Scores]) -> None:
    _, scores = weeks
    last = slice(5 * PER_WEEK, None)
    assert (scores.model[0, last] == Model.WEEK).mean() > 0.95
    assert np.abs(scores.observed[0, last] - scores.expected[0, last]).mean() < 6.0
    assert np.nanmax(scores.score[0, last]) < 1.0


@pytest.mark.parametrize(
    ("day", "value", "reported"),
    [
        pytest.param(2, 20.0, True, id="a Wednesday like a Sunday"),
        pytest.param(6, 100.0, True, id="a Sunday like a Wednesday"),
        pytest.param(6, 20.0, False, id="a Sunday"),
        pytest.param(0, 100.0, False, id="a Monday"),
    ],
)
def test_a_day_is_held_against_its_own_of_other_weeks(
    weeks: tuple[State, Scores], day: int, value: float, reported: bool
) -> None:
    state, _ = weeks
    times = clock(42 + day + 0.6, 3_600)[42 * PER_DAY :]
    values = working_days(times, seed=2)
    values[-5:] = value
    state, scores = step(HOURLY, state, frame(times, values))
    _, anomalies = decide(HOURLY, state, scores)
    assert bool(anomalies) is reported
    assert all("at this time of the week" in anomaly.reason for anomaly in anomalies)


def test_the_band_for_the_next_day_knows_the_week(weeks: tuple[State, Scores]) -> None:
    state, _ = weeks
    monday = clock(43, 3_600)[-PER_DAY:]
    usual = outlook(HOURLY, state, 0, monday)
    by_day = outlook(HOURLY, replace(state, gate_week=np.zeros(1)), 0, monday)
    busy = slice(9, 17)
    assert np.abs(usual.expected - 100.0)[busy].mean() < 12.0
    assert np.abs(by_day.expected - 100.0)[busy].mean() > 20.0


def test_a_time_of_the_week_speaks_from_its_third_visit_on() -> None:
    times = clock(21, 3_600)
    _, scores = step(HOURLY, State.empty(HOURLY), frame(times, working_days(times)))
    speaks = np.flatnonzero(scores.model[0] == Model.WEEK)
    assert speaks.min() >= WEEKS * PER_WEEK


def test_a_state_goes_on_after_it_was_kept(weeks: tuple[State, Scores]) -> None:
    state, _ = weeks
    kept = State.from_bytes(HOURLY, state.to_bytes(HOURLY))
    assert kept is not None
    times = clock(44, 3_600)[-2 * PER_DAY :]
    later = frame(times, working_days(times))
    np.testing.assert_array_equal(step(HOURLY, kept, later)[1].score, step(HOURLY, state, later)[1].score)


@pytest.mark.parametrize(
    ("days", "weekly", "gate"),
    [
        pytest.param(28, True, 1.0, id="four weeks that echo"),
        pytest.param(28, False, 0.75, id="four weeks without a week"),
        pytest.param(10, True, 0.9, id="too few days to tell"),
    ],
)
def test_the_past_says_how_much_a_week_must_help(days: int, weekly: bool, gate: float) -> None:
    times = clock(days, 3_600)
    day = 100.0 + 40.0 * np.sin(2 * np.pi * times / DAY) + np.random.default_rng(3).normal(0.0, 2.0, len(times))
    values = working_days(times) if weekly else day
    assert warm(HOURLY, [frame(times, values)]).gate_week.tolist() == [gate]


@pytest.mark.parametrize(
    ("weekend", "gate"), [pytest.param(2 / 3, 1.0, id="quiet"), pytest.param(1.0, 0.75, id="none")]
)
def test_an_unclear_week_is_decomposed(weekend: float, gate: float) -> None:
    """A weekend at two thirds echoes little beside the day: its autocorrelation alone would not do."""
    times = clock(28, 3_600)
    day = 100.0 + 40.0 * np.sin(2 * np.pi * times / DAY)
    quiet = np.where((times - START) // DAY % 7 >= 5, weekend, 1.0)
    values = day * quiet + np.random.default_rng(3).normal(0.0, 5.0, len(times))
    assert warm(HOURLY, [frame(times, values)]).gate_week.tolist() == [gate]


def test_a_job_may_begin_within_a_clock_slot() -> None:
    """Every eight hours for an hour, three minutes into a slot: its first minutes are those of the slot beside."""
    every = watch(every=timedelta(minutes=1), absent_after=None)
    times, state, opened = clock(9, 60.0), State.empty(every), 0
    rng = np.random.default_rng(5)
    runs = (times - START - 180.0) % (8 * 3_600) < 3_600
    values = np.where(runs, rng.normal(80.0, 4.0, len(times)), np.abs(rng.normal(2.0, 0.5, len(times))))
    for begin in range(0, len(times), 1_440):
        piece = slice(begin, begin + 1_440)
        state, scores = step(every, state, Frame(keys=(key(),), times=times[piece], values=values[None, piece]))
        state, reported = decide(every, state, scores)
        opened += sum(anomaly.ended_at is None for anomaly in reported if begin >= 3 * 1_440)
    assert opened <= 1
    assert state.keys == (key(),)
    assert len(state.week) == WEEK // 1_800
