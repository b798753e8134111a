"""Return periods: the largest deviation of each block, their Gumbel tail, and what half of them can not move."""

import numpy as np
import pytest

from detectors.frame import Singles
from detectors.models import returns
from detectors.models.returns import PRIOR_BAR, PRIOR_SLOPE


def blocks(*largest: float, of: int = 38) -> list[Singles]:
    """One series' blocks: the largest deviation of each in spreads, the others not judged."""
    ring = np.zeros((of, 1, 1), np.float32)
    ring[: len(largest), 0, 0] = largest
    return list(ring)


MANY, FEW = 900.0, 36.0
"""Samples in a block: of a minute each, of an hour each."""


def bar(*largest: float, wanted: float = 40.0, samples: float = MANY) -> float:
    return float(returns.bars(blocks(*largest), wanted, samples)[0][0, 0])


def test_where_nothing_is_known_the_prior_speaks() -> None:
    level, slope = returns.bars(blocks(), 40.0, MANY)
    assert (level[0, 0], slope[0, 0]) == (PRIOR_BAR, PRIOR_SLOPE)
    assert bar(2.5) == PRIOR_BAR


def test_a_gumbel_tail_is_found_from_its_maxima() -> None:
    uniform = np.random.default_rng(1).random((38, 1, 400))
    peaks = 3.0 - 0.6 * np.log(-np.log(uniform))
    level, slope = returns.bars(list(returns.size_of(peaks).astype(np.float32)), 40.0, MANY)
    leaning = (returns.PRIOR_BLOCKS * PRIOR_SLOPE + 38 * 0.6) / (returns.PRIOR_BLOCKS + 38)
    assert np.median(slope) == pytest.approx(leaning, abs=0.03)
    assert np.median(level) == pytest.approx(3.22 + leaning * (np.log(40) - 0.37), abs=0.15)


@pytest.mark.parametrize(
    ("faults", "moves"), [(3, False), (12, False), (18, False), (24, True)], ids=["3", "12", "nearly half", "most"]
)
def test_faults_in_less_than_half_of_the_blocks_are_not_usual(faults: int, moves: bool) -> None:
    usual = [5.0 + i / 100 for i in range(38)]
    hurt = [*usual[: 38 - faults], *[60.0] * faults]
    assert (bar(*hurt) > bar(*usual) + 0.5) is moves


def test_of_few_samples_a_block_what_one_in_200_did_is_usual_unless_it_was_reported() -> None:
    quiet, bursts = [3.0 + i / 100 for i in range(20)], [20.0 + i for i in range(18)]
    assert bar(*quiet, *bursts, samples=FEW) > returns.peakiness(np.array(25.0))
    assert bar(*quiet, *bursts, samples=MANY) < returns.peakiness(np.array(20.0))
    reported = [-burst for burst in bursts]
    assert bar(*quiet, *reported, samples=FEW) < returns.peakiness(np.array(20.0))
    assert bar(*quiet, *reported, samples=MANY) == bar(*quiet, *bursts, samples=MANY)


def test_a_deviation_is_news_where_no_usual_one_is_as_large() -> None:
    largest = np.array([[9.0], [9.0], [9.0]])
    others = [np.array([[4.0], [-12.0], [10.0]], np.float32), np.zeros((3, 1), np.float32)]
    assert returns.is_news(largest, others).ravel().tolist() == [True, True, False]


def test_a_budget_for_more_series_asks_for_more() -> None:
    usual = [*[8.0] * 37, 14.0]
    assert bar(*usual, wanted=400.0) - bar(*usual) == pytest.approx(
        np.log(10) * returns.bars(blocks(*usual), 1, MANY)[1][0, 0]
    )


def test_five_times_as_far_as_ever_is_always_an_anomaly() -> None:
    level, slope = returns.bars(blocks(*[8.0] * 38), 1e12, MANY)
    assert level[0, 0] == pytest.approx(np.log(7.0) + np.log(5.0) - np.log(3.0) * slope[0, 0])


def test_thousands_of_series_are_ranked_as_one() -> None:
    ring = list(np.random.default_rng(3).gumbel(5.0, 1.0, (38, 3, 2_500)).clip(0.1).astype(np.float32))
    whole = returns.bars(ring, 40.0, MANY)[0]
    np.testing.assert_array_equal(whole[:, 2_400:], returns.bars([block[:, 2_400:] for block in ring], 40.0, MANY)[0])


def test_a_past_read_more_coarsely_would_have_seen_larger_ones() -> None:
    same, more = (returns.as_if_finer(blocks(8.0, 8.0), np.array([times])) for times in (1.0, 30.0))
    assert same[0][0, 0] == pytest.approx(8.0)
    assert np.log(more[0][0, 0] - 1.0) - np.log(same[0][0, 0] - 1.0) == pytest.approx(0.2 * np.log(30), 1e-5)
    assert more[5][0, 0] == 0.0


def test_experts_speak_as_one() -> None:
    assert returns.together(np.array([[2.0], [2.0], [2.0]]))[0] == pytest.approx(2.0)
    one = returns.together(np.array([[2.0], [-9.0], [-9.0]]))[0]
    assert one == pytest.approx(2.0 - np.log(3) / returns.HUNDREDFOLD)
    assert returns.together(np.array([[2.0], [np.nan], [np.nan]]))[0] == pytest.approx(2.0)
    assert returns.together(np.array([[2.0, 0.0], [np.nan, 0.0], [2.0, 0.0]])).tolist() == pytest.approx([2.0, 0.0])
