"""What is usual needs a clock: a job at three each day is, a fault three times in a week is three faults."""

from datetime import timedelta

import numpy as np
import pytest

from detectors.anomaly import Anomaly
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Floats
from detectors.state import DAY, State
from tests.detectors.series import START, clock, frame, noise, watch

WATCH = watch(every=timedelta(minutes=15), absent_after=None)
PER_DAY = 96
TIMES = clock(16, 900.0)
LIVE = 6
"""From this day on faults are made."""


def reported(values: Floats) -> list[Anomaly]:
    """Each anomaly from the day LIVE on, as it was first reported."""
    state, scores = step(WATCH, State.empty(WATCH), frame(TIMES, values))
    _, anomalies = decide(WATCH, state, scores)
    found = {anomaly.key: anomaly for anomaly in reversed(anomalies)}
    return [one for one in reversed(found.values()) if one.started_at.timestamp() >= START + LIVE * DAY]


def with_faults(*hours: float, size: float = 15.0, lasts: int = 3) -> Floats:
    """Noise, and a fault at each of these hours after the day LIVE began."""
    values = noise(len(TIMES))
    for hour in hours:
        at = LIVE * PER_DAY + round(hour * 4)
        values[at : at + lasts] += size
    return values


@pytest.mark.parametrize(
    ("hours", "faults"),
    [
        pytest.param((10,), 1, id="once"),
        pytest.param((10, 45, 90), 3, id="three times in a week"),
        pytest.param((10, 12), 2, id="back after two hours"),
        pytest.param((10, 12, 14, 33, 41, 55, 66), 7, id="seven times in three days"),
        pytest.param((), 0, id="never"),
    ],
)
def test_each_fault_is_reported_however_often_it_comes(hours: tuple[float, ...], faults: int) -> None:
    assert len(reported(with_faults(*hours))) == faults


def test_what_comes_at_the_same_time_of_day_is_usual_after_some_days() -> None:
    anomalies = reported(with_faults(*[24 * day + 3 for day in range(10)]))
    last = max(anomaly.started_at.timestamp() for anomaly in anomalies)
    assert 1 <= len(anomalies) <= 4
    assert last < START + (LIVE + 4) * DAY


def test_a_habit_of_one_hour_hides_no_fault_of_another() -> None:
    job = [24 * day + 3 for day in range(10)]
    anomalies = reported(with_faults(*job, 24 * 8 + 15))
    assert anomalies[-1].started_at.timestamp() == START + (LIVE + 8) * DAY + 15 * 3_600


def test_a_day_whose_habit_stays_away_is_reported_by_the_days_before() -> None:
    values = noise(len(TIMES))
    busy = (np.arange(len(TIMES)) % PER_DAY >= 40) & (np.arange(len(TIMES)) % PER_DAY < 60)
    values[busy] += 40.0
    values[(LIVE + 8) * PER_DAY + 40 : (LIVE + 8) * PER_DAY + 60] -= 40.0
    anomalies = reported(values)
    # Its first quarter of an hour may be a beginning that is late.
    assert [anomaly.started_at.timestamp() for anomaly in anomalies] == [TIMES[(LIVE + 8) * PER_DAY + 41]]
    assert " at this time " in anomalies[0].reason
