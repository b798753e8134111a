"""Shares with their denominators: held against scipy's exact binomial."""

import numpy as np
import pytest
from scipy import special, stats

from detectors.models import ratio


def one(share: float, expected: float, events: float, beyond: float = 0.0) -> float:
    variance = ratio.chance(np.array([expected]), np.array([events])) + beyond
    return float(ratio.deviations(np.array([share]), np.array([expected]), variance)[0])


@pytest.mark.parametrize("events", [4, 20, 100, 1_000])
@pytest.mark.parametrize("expected", [0.01, 0.1, 0.5])
def test_a_share_deviates_as_the_exact_tail_says(expected: float, events: int) -> None:
    hits = np.arange(events + 1.0)
    exactly = stats.binom(events, expected)
    below, above = exactly.cdf(hits) - 0.5 * exactly.pmf(hits), exactly.sf(hits) + 0.5 * exactly.pmf(hits)
    want = np.where(below < 0.5, special.ndtri(below), -special.ndtri(above))
    variance = ratio.chance(np.full(events + 1, expected), np.full(events + 1, float(events)))
    found = ratio.deviations(hits / events, np.full(events + 1, expected), variance)
    near = (np.abs(want) < 5) & (hits > 0) & (hits < events)
    assert np.abs(found - want)[near].max() <= 0.35


@pytest.mark.parametrize(
    ("share", "expected", "events", "low", "high"),
    [
        pytest.param(0.75, 0.01, 4, 4.0, 5.0, id="3 of 4 where 1 percent is usual"),
        pytest.param(0.75, 0.01, 4_000, 100.0, 1e9, id="3,000 of 4,000"),
        pytest.param(0.25, 0.01, 4, 1.5, 2.6, id="one of 4 is nothing"),
        pytest.param(0.06, 0.01, 4_000, 15.0, 40.0, id="six percent of many"),
        pytest.param(0.0, 0.01, 4, -0.6, 0.2, id="none of 4 is usual"),
    ],
)
def test_three_of_four_is_not_three_thousand_of_four_thousand(
    share: float, expected: float, events: float, low: float, high: float
) -> None:
    assert low <= one(share, expected, events) <= high


def test_what_a_share_moves_by_beyond_chance_widens_its_spread() -> None:
    assert one(0.06, 0.01, 4_000, beyond=0.02**2) < 3.0 < one(0.06, 0.01, 4_000)


def test_a_share_of_nothing_seen_is_as_large_as_one_event_could_be() -> None:
    assert ratio.sure(np.array([0.0, 1.0, 0.3]), np.array([1_000.0, 10.0, 5.0])).tolist() == [0.001, 0.9, 0.3]


def test_a_quantile_of_fewer_events_is_less_sure_and_of_more_is_not_surer() -> None:
    assert ratio.widening(np.full(3, 100.0), np.array([25.0, 100.0, 400.0])).tolist() == [2.0, 1.0, 1.0]


@pytest.mark.parametrize(("expected", "events"), [(0.01, 400.0), (0.3, 50.0), (0.9, 100.0)])
def test_the_band_ends_where_shares_begin_to_deviate(expected: float, events: float) -> None:
    variance = ratio.chance(np.array([expected]), np.array([events]))
    low, high = ratio.edges(np.array([3.5]), np.array([expected]), variance)
    assert 0 <= low[0] < expected < high[0] <= 1
    if high[0] < 1 - 2 / events:
        assert 3.1 < one(float(high[0]), expected, events) < 4.1
    if low[0] > 2 / events:
        assert -4.2 < one(float(low[0]), expected, events) < -3.1
