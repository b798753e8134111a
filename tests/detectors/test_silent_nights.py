"""Silence has a clock: what is silent each night is silent by night alone."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from detectors.anomaly import Anomaly, AnomalyKind
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Floats, Frame
from detectors.history import warm
from detectors.known_day import Calendar
from detectors.outlook import silent
from detectors.state import DAY, State
from detectors.watch import Watch
from tests.detectors.series import START, clock, frame, key, watch

EVERY = 300.0
WEEK = 8.0
"""Days, with a night before the first."""
HOUR = 3_600.0
WATCH = watch(every=timedelta(seconds=EVERY))
KEYS = (key("night"), key("always"))


@cache
def past() -> Frame:
    return lived(clock(WEEK, EVERY))


def lived(times: Floats) -> Frame:
    """Two series, of which one is silent from 22 to 6."""
    values = np.random.default_rng(4).normal(10.0, 1.0, (2, len(times)))
    hour = (times - START) % DAY / HOUR
    values[0, (hour >= 22) | (hour < 6)] = np.nan
    return frame(times, values, KEYS)


@cache
def live() -> tuple[State, tuple[Anomaly, ...]]:
    state, scores = step(WATCH, State.empty(WATCH), past())
    return decide(WATCH, state, scores)


@cache
def warmed() -> State:
    """After the same week as a warm start reads it."""
    return warm(WATCH, [past()])


STARTS = pytest.mark.parametrize("start", [lambda: live()[0], warmed], ids=["lived", "after a warm start"])


def silences(anomalies: Iterable[Anomaly]) -> list[Anomaly]:
    reported = {anomaly.key: anomaly for anomaly in anomalies if anomaly.kind is AnomalyKind.ABSENCE}
    return list(reported.values())


def day(state: State, missing: tuple[float, float], row: int = 0, the_watch: Watch = WATCH) -> list[Anomaly]:
    """What is reported of the day after the week, in whose hours from, to a series has no samples."""
    times = clock(1.5, EVERY, START + WEEK * DAY)
    whole = lived(times)
    hour = (times - START) / HOUR - 24.0 * WEEK
    whole.values[row, (hour >= missing[0]) & (hour < missing[1])] = np.nan
    _, anomalies = decide(the_watch, *step(the_watch, state, whole))
    return silences(anomalies)


def test_three_nights_are_reported_and_the_fourth_is_usual() -> None:
    reported = silences(live()[1])
    assert {anomaly.component for anomaly in reported} == {"withdrawals/night"}
    began = [(anomaly.started_at.timestamp() - START) / DAY for anomaly in reported]
    assert len(began) <= 3
    assert max(began) < 3.0


@STARTS
def test_a_usual_night_is_no_silence(start: Callable[[], State]) -> None:
    assert day(start(), (0.0, 0.0)) == []


@STARTS
def test_a_silence_by_day_is_reported_within_minutes(start: Callable[[], State]) -> None:
    (reported,) = day(start(), (12.0, 14.0))
    late = reported.detected_at.timestamp() - (START + WEEK * DAY + 12 * HOUR)
    assert late <= 30 * 60
    assert reported.started_at.timestamp() - (START + WEEK * DAY + 12 * HOUR) <= EVERY


@STARTS
def test_what_never_rests_is_missed_at_night(start: Callable[[], State]) -> None:
    (reported,) = day(start(), (2.0, 4.0), row=1)
    assert reported.component == "withdrawals/always"
    assert reported.detected_at.timestamp() - (START + WEEK * DAY + 2 * HOUR) <= 10 * 60


@STARTS
def test_a_night_may_last_a_quarter_longer_and_no_more(start: Callable[[], State]) -> None:
    assert day(start(), (6.0, 8.0)) == []
    (reported,) = day(start(), (6.0, 10.0))
    assert 8.0 <= (reported.detected_at.timestamp() - START - WEEK * DAY) / HOUR <= 9.0
    assert reported.started_at.timestamp() - START - WEEK * DAY == pytest.approx(-2 * HOUR, abs=2 * EVERY)


def test_a_night_that_lasted_longer_does_not_make_the_day_patient() -> None:
    times = clock(1.0, EVERY, START + WEEK * DAY)
    whole = lived(times)
    hour = (times - START) / HOUR - 24.0 * WEEK
    whole.values[0, (hour >= 6.0) & (hour < 7.5)] = np.nan
    after, _ = step(WATCH, warmed(), whole)
    assert after.patience[0] <= warmed().patience[0]


def test_a_series_that_rests_is_not_listed_as_silent() -> None:
    times = clock(0.2, EVERY, START + WEEK * DAY)
    state, _ = step(WATCH, warmed(), lived(times))
    assert state.rested[0] > 4 * HOUR
    assert silent(WATCH, state).tolist() == [False, False]


def test_a_holiday_with_samples_is_not_taken_for_silence() -> None:
    months_days = [f"01-{n:02d}" for n in range(5, 13)]
    holidays = watch(
        every=timedelta(seconds=EVERY), calendar=Calendar(days=tuple((day_, "a feast") for day_ in months_days))
    )
    state = warm(holidays, [past()])
    (reported,) = day(state, (12.0, 14.0), the_watch=holidays)
    assert reported.component == "withdrawals/night"
