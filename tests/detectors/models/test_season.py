"""The daily profile speaks only where it was seen and helps."""

import numpy as np
import pytest

from detectors.models import season


@pytest.mark.parametrize(
    ("flat", "daily", "visits", "used"),
    [
        pytest.param(10.0, 2.0, 1.0, True, id="yesterday helps"),
        pytest.param(10.0, 9.5, 5.0, False, id="it hardly helps"),
        pytest.param(10.0, 2.0, 0.9, False, id="not seen whole"),
    ],
)
def test_a_profile_is_used_where_it_helps(flat: float, daily: float, visits: float, used: bool) -> None:
    gate = np.array([0.9])
    assert season.is_used(np.array([flat]), np.array([daily]), np.array([visits]), gate)[0] == used


def test_one_spike_decides_nothing() -> None:
    assert season.excess(np.array([1e6, 1e6]), np.array([1.0, 0.0])).tolist() == [7.0, 1e6]
