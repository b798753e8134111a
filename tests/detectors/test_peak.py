"""The sample that a ticket tells: the one furthest outside its band, on the side that is bad."""

from datetime import UTC, datetime
from math import nan

import numpy as np
import pytest

from detectors.frame import Floats
from detectors.peak import finding, peak_of
from detectors.watch import Direction, Query, Watch

T0 = datetime(2026, 3, 2, 14, 0, tzinfo=UTC).timestamp()


def watch(bad: Direction) -> Watch:
    return Watch(name="w", query=Query(metric="m"), component="c", title="p95", unit="s", bad=bad)


@pytest.mark.parametrize(
    ("bad", "values", "start", "worst"),
    [
        pytest.param(Direction.ABOVE, [1, 30, 493, 12, 12], 0, 493, id="the highest"),
        pytest.param(Direction.BELOW, [50, 3, 2, 4, 6], 0, 2, id="the lowest, where low is bad"),
        pytest.param(Direction.BOTH, [50, 3, 2, 4, 6], 0, 50, id="either side"),
        pytest.param(Direction.ABOVE, [900, 30, 40, 40, 1], 1, 40, id="none before it began, the first of equals"),
        pytest.param(Direction.ABOVE, [nan, nan, 30, nan, nan], 0, 30, id="what is missing is passed over"),
        pytest.param(Direction.ABOVE, [6, 7, 8, 9, 10], 0, None, id="all within the band: the mean of an hour spoke"),
        pytest.param(Direction.ABOVE, [nan] * 5, 0, None, id="silence"),
        pytest.param(Direction.BELOW, [50, 60, 70, 80, 90], 0, None, id="on the side that is not bad"),
    ],
)
def test_the_worst_sample_is_found(bad: Direction, values: list[float], start: int, worst: float | None) -> None:
    times: Floats = T0 + 60.0 * np.arange(5.0)
    low, high = np.full(5, 5.0), np.full(5, 10.0)
    peak = peak_of(watch(bad), times, np.array(values), low, high, start=times[start], end=times[-1])
    assert (peak.value if peak else None) == worst


def test_without_a_band_there_is_none() -> None:
    unknown = np.full(2, nan)
    assert peak_of(watch(Direction.BOTH), np.arange(2.0), np.ones(2), unknown, unknown, start=0.0, end=1.0) is None


def test_the_finding_names_the_instant() -> None:
    times: Floats = T0 + 60.0 * np.arange(3.0)
    band = np.full(3, 10.0)
    peak = peak_of(watch(Direction.ABOVE), times, np.array([1.0, 493.0, 2.0]), band, band, start=T0, end=T0 + 120)
    assert peak is not None
    assert finding(watch(Direction.ABOVE), peak) == "p95 493 s at 14:01:00 UTC, expected at most 10 s"
