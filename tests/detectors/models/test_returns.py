"""Return periods: peaks apart, a tail from the largest, and what is believed of it."""

import numpy as np
import pytest

from detectors.models import returns
from detectors.state import BLOCK, Singles


def blocks(*peaks: float) -> list[Singles]:
    ring = np.zeros((56, 1, 1), np.float32)
    ring[: len(peaks), 0, 0] = peaks
    return list(ring)


@pytest.mark.parametrize(
    ("away", "peak", "enters", "leaves"),
    [
        pytest.param(1.5 * BLOCK, 0.1, True, False, id="far from the last one"),
        pytest.param(0.5 * BLOCK, 0.1, False, False, id="near a larger one"),
        pytest.param(0.5 * BLOCK, 2.0, True, True, id="near a smaller one"),
        pytest.param(1.5 * BLOCK, 0.0, False, False, id="no peak"),
    ],
)
def test_of_peaks_nearer_than_half_a_day_the_largest_stays(
    away: float, peak: float, enters: bool, leaves: bool
) -> None:
    now = 100.25 * BLOCK
    found = returns.kept(now, np.array([[peak]]), np.array([[1.0]]), np.array([[now - away]]))
    assert [bool(each[0, 0]) for each in found] == [enters, leaves]


def test_an_exponential_tail_is_found_from_its_peaks() -> None:
    drawn = 1.0 + np.random.default_rng(1).exponential(0.5, (56, 1, 400))
    assert np.median(returns.tail(list(drawn.astype(np.float32))).slope) == pytest.approx(0.41, abs=0.05)


def test_five_incidents_do_not_move_the_edge() -> None:
    usual = [1.0 + i / 100 for i in range(30)]
    calm, hurt = returns.tail(blocks(*usual)), returns.tail(blocks(*usual, 9.0, 9.0, 9.0, 9.0, 9.0))
    assert hurt.edge[0, 0] - calm.edge[0, 0] < 0.06


def test_a_young_series_is_judged_by_what_it_showed_six_times() -> None:
    tail, day = returns.tail(blocks(*([2.0] * 8))), np.array([86_400.0])
    assert returns.level(tail, day, np.array([288.0]), 8_640.0)[0, 0] > 2.0
    assert returns.level(returns.tail(blocks(2.0, 2.0)), day, np.array([288.0]), 8_640.0)[0, 0] == returns.LEVEL


def test_nothing_has_to_be_far_beyond_a_history_that_was_read_whole() -> None:
    tail = returns.tail(blocks(*np.linspace(1.0, 3.0, 20)))
    bar = returns.believed(tail, np.array([2_016.0]), 1e12, returns.BEYOND)
    assert bar[0, 0] == pytest.approx(tail.second[0, 0] + np.log(2.0))


def bursting(series: int, burst: float) -> list[Singles]:
    """Two weeks of even peaks, in which every series once has a burst of its own; not all are of one size."""
    ring = np.zeros((56, 1, series), np.float32)
    rng = np.random.default_rng(2)
    ring[:28] = rng.uniform(0.8, 1.0, (28, 1, series))
    ring[rng.integers(0, 28, series), 0, np.arange(series)] += rng.uniform(0.0, burst, series)
    return list(ring)


@pytest.mark.parametrize(("series", "burst", "far"), [(200, 2.0, True), (200, 0.0, False), (1, 2.0, False)])
def test_what_one_of_many_series_does_every_other_day_is_beyond_no_past_of_another(
    series: int, burst: float, far: bool
) -> None:
    ring = bursting(series, burst)
    beyond = returns.beyond(ring, returns.tail(ring).third, 120.0)
    assert beyond > burst if far else beyond == returns.BEYOND


def test_an_incident_of_all_series_in_the_past_teaches_little_of_how_far_one_goes() -> None:
    ring = bursting(40, 1.0)
    usual = returns.beyond(ring, returns.tail(ring).third, 120.0)
    ring[13], ring[14] = ring[13] + 5.0, ring[14] + 5.0
    assert returns.beyond(ring, returns.tail(ring).third, 120.0) < usual + 0.5


def test_two_scales_speak_as_one() -> None:
    assert returns.together(np.array([[2.0], [2.0]]))[0] == pytest.approx(2.0)
    assert returns.together(np.array([[2.0], [-9.0]]))[0] == pytest.approx(2.0 - np.log(2) / returns.HUNDREDFOLD)
