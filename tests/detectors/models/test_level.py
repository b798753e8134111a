"""Levels and spreads: a young mean is an average, and a spread has a floor."""

import numpy as np
import pytest

from detectors.models import level


def test_the_first_sample_counts_whole_and_later_ones_fade() -> None:
    shares = level.weight(np.array([60.0, 60.0, 60.0]), np.array([60.0, 120.0, 1e9]), 3_600.0)
    np.testing.assert_allclose(shares, [1.0, 0.5, 1 / 60])


@pytest.mark.parametrize(
    ("size", "quantum", "whole", "floor"),
    [
        pytest.param(1_000.0, np.inf, 0.0, 1.0, id="a thousandth of the size"),
        pytest.param(0.0, np.inf, 1.0, 0.5, id="whole numbers that never changed"),
        pytest.param(0.0, 4.0, 1.0, 2.0, id="half of the smallest change"),
        pytest.param(0.0, 0.2, 0.0, 0.1, id="half of a fraction's"),
    ],
)
def test_a_spread_has_a_floor(size: float, quantum: float, whole: float, floor: float) -> None:
    found = level.spread_floor(np.array([size]), np.array([quantum]), np.array([whole]))
    assert found[0] == pytest.approx(floor, abs=1e-6)


def test_what_is_far_outside_teaches_little_until_it_has_stayed() -> None:
    far, beyond = np.array([True, True, False]), np.array([0.0, 90_000.0, 0.0])
    np.testing.assert_array_equal(level.trust(far, beyond, 86_400.0), [0.1, 1.0, 1.0])
