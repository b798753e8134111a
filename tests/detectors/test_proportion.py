"""Deviations of amounts: halving is about as far as doubling, and a share of a quiet hour is a share of a busy one."""

import numpy as np
import pytest

from detectors.frame import Floats
from detectors.proportion import evened

LEVEL, SPREAD = 100.0, 10.0


def deviation(sample: float, expected: float = LEVEL, spread: float = SPREAD, level: float = LEVEL) -> float:
    arrays: list[Floats] = [np.array([number]) for number in (sample, sample - expected, spread, level)]
    return float(evened(*arrays)[0])


@pytest.mark.parametrize("share", [-0.02, -0.001, 0.0, 0.001, 0.02])
def test_what_is_small_stays_as_it_is(share: float) -> None:
    assert deviation(LEVEL * (1 + share)) == pytest.approx(share * LEVEL / SPREAD, rel=0.02)


def test_a_halving_is_about_as_far_as_a_doubling() -> None:
    assert 0.75 < -deviation(50.0) / deviation(200.0) < 1.0


def test_a_share_of_a_quiet_hour_is_as_far_as_the_same_share_of_a_busy_one() -> None:
    assert deviation(0.4 * 40.0, expected=40.0) == pytest.approx(deviation(0.4 * 200.0, expected=200.0))


def test_nothing_is_far_and_finite() -> None:
    assert deviation(0.0) == pytest.approx(-3.0 * LEVEL / SPREAD)


def test_where_0_is_near_a_difference_is_nearly_what_it_was() -> None:
    assert deviation(0.0, expected=5.0, level=5.0) == pytest.approx(-0.5, rel=0.1)


@pytest.mark.parametrize(("sample", "expected"), [(-5.0, 5.0), (-120.0, -100.0)])
def test_below_0_there_are_no_amounts(sample: float, expected: float) -> None:
    assert deviation(sample, expected=expected, level=expected) == pytest.approx((sample - expected) / SPREAD)
