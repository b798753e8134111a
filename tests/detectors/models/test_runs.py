"""Runs whose end is overdue."""

import math

import numpy as np
import pytest

from detectors.frame import Floats
from detectors.models import runs

OLD = np.array([1e9])


def of(value: float) -> Floats:
    return np.array([value])


def test_a_run_is_as_rare_as_ends_were_due() -> None:
    slope = runs.slope(of(2.0), of(1_000.0))
    bar = runs.bar(slope, of(8_640.0), OLD)
    assert slope[0] == 1.0
    assert bar[0] == pytest.approx(math.log(8_640 / runs.SHARE))
    assert runs.rarer(bar, bar, slope)[0] == 0.0
    assert runs.rarer(bar + 3.0, bar, slope)[0] == pytest.approx(3.0)


def test_a_series_that_often_stands_still_for_long_is_given_longer() -> None:
    patient = runs.slope(of(30.0), of(1_000.0))
    assert patient[0] == pytest.approx(30 / math.log(1_001))
    assert runs.bar(patient, of(8_640.0), OLD)[0] > 30


def test_what_is_known_for_a_short_time_is_doubted() -> None:
    sure, young = runs.bar(of(1.0), of(100.0), OLD), runs.bar(of(1.0), of(100.0), of(0.0))
    assert young[0] == pytest.approx(2 * sure[0])


@pytest.mark.parametrize(
    ("due", "kept"),
    [
        pytest.param(3.0, 3.0, id="an ordinary run is remembered as it was"),
        pytest.param(500.0, 1.5 * math.log(1_001), id="one that was reported lengthens the longest by half"),
    ],
)
def test_one_outage_teaches_little(due: float, kept: float) -> None:
    assert runs.remembered(of(due), of(1.0), of(1_000.0))[0] == pytest.approx(kept)


@pytest.mark.parametrize(
    ("clump", "due"),
    [
        pytest.param(1.0, 3.0, id="each on its own: P(none) = exp(-3)"),
        pytest.param(2.0, 3.0 * math.log(2.0), id="in pairs: the negative binomial's P(none)"),
        pytest.param(0.5, 3.0, id="steadier than chance is not more than due"),
    ],
)
def test_missing_events_count_by_how_unlikely_none_is(clump: float, due: float) -> None:
    assert runs.missing(of(3.0), of(clump))[0] == pytest.approx(due)


def test_half_is_forgotten_in_a_week() -> None:
    assert runs.faded(7 * 86_400.0) == pytest.approx(0.5)
