"""Counts by their own tails: held against scipy's exact distributions."""

import numpy as np
import pytest
from scipy import special, stats

from detectors.frame import Floats
from detectors.models import counts
from detectors.watch import Query, Read


def exact(distribution: stats.rv_discrete, count: Floats) -> Floats:
    """The normal deviate of the mid-p, from whichever side is smaller."""
    below = distribution.cdf(count) - 0.5 * distribution.pmf(count)
    above = distribution.sf(count) + 0.5 * distribution.pmf(count)
    found: Floats = np.where(below < 0.5, special.ndtri(below), -special.ndtri(above))
    return found


def one(count: float, expected: float, clump: float = 1.0) -> float:
    return float(counts.deviations(np.array([count]), np.array([expected]), np.array([clump]))[0])


@pytest.mark.parametrize("expected", [0.1, 0.3, 1.0, 3.0, 7.0, 15.0, 30.0])
def test_a_poisson_count_deviates_as_its_exact_tail_says(expected: float) -> None:
    count = np.arange(120.0)
    want = exact(stats.poisson(expected), count)
    found = counts.deviations(count, np.full(120, expected), np.ones(120))
    near = np.abs(want) < 5
    # Up to a quarter of a spread where hardly any are expected or none came, a tenth elsewhere.
    room = np.where((count <= 1) | (expected < 1), 0.27, 0.1)
    assert (np.abs(found - want)[near] <= room[near]).all(), (found - want)[near]


@pytest.mark.parametrize("clump", [1.05, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("expected", [1.0, 3.0, 10.0, 30.0])
def test_clumped_counts_deviate_as_a_negative_binomial(expected: float, clump: float) -> None:
    count = np.arange(300.0)
    want = exact(stats.nbinom(expected / (clump - 1.0), 1.0 / clump), count)
    found = counts.deviations(count, np.full(300, expected), np.full(300, clump))
    near = (np.abs(want) < 5) & (count > 1)
    assert np.abs(found - want)[near].max() <= 0.3


def test_many_events_deviate_by_their_distance() -> None:
    z = one(5_000.0 + 3.0 * np.sqrt(5_000.0), 5_000.0)
    assert z == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize(
    ("count", "expected", "clump", "low", "high"),
    [
        pytest.param(0.0, 3.0, 1.0, -2.1, -1.8, id="none where three are usual is nothing"),
        pytest.param(0.0, 36.0, 1.0, -9.0, -6.5, id="none where 36 are usual is all"),
        pytest.param(0.0, 1e-4, 1.0, -0.1, 0.0, id="none where none is usual"),
        pytest.param(1.0, 1e-3, 1.0, 2.5, 3.4, id="one where none is usual"),
        pytest.param(0.0, 1e-4, 50.0, -0.1, 0.0, id="none where rare clumps are usual"),
        pytest.param(40.0, 1e-3, 40.0, 2.5, 4.5, id="a rare clump is one event"),
    ],
)
def test_few_counts_say_what_they_can(count: float, expected: float, clump: float, low: float, high: float) -> None:
    assert low <= one(count, expected, clump) <= high


def test_more_events_never_deviate_less() -> None:
    count = np.linspace(0.0, 200.0, 801)
    for expected in (0.01, 0.5, 3.0, 20.0):
        for clump in (0.3, 1.0, 1.7, 8.0):
            z = counts.deviations(count, np.full(801, expected), np.full(801, clump))
            assert (np.diff(z) > -0.02).all(), (expected, clump)


@pytest.mark.parametrize(
    ("expected", "clump", "share"),
    [
        pytest.param(3.0, 1.0, 1.0, id="few chance events"),
        pytest.param(30.0, 1.0, 0.5, id="some"),
        pytest.param(40.0, 1.0, 0.0, id="many are as good as normal"),
        pytest.param(3.0, 0.2, 0.0, id="as regular as a clock"),
        pytest.param(3.0, 2.0, 1.0, id="in pairs"),
        pytest.param(3.0, 5.0, 0.0, id="what moves them is not chance"),
    ],
)
def test_only_counts_that_chance_moves_speak_by_its_tail(expected: float, clump: float, share: float) -> None:
    assert counts.share(np.array([expected]), np.array([clump]))[0] == pytest.approx(share)


def test_the_variance_says_how_many_events_come_at_once() -> None:
    assert counts.clump(np.array([6.0, 1.0]), np.array([3.0, 0.0]), 1.0).tolist() == [2.0, 1.0]


@pytest.mark.parametrize("reach", [3.0, 4.0, 6.0])
@pytest.mark.parametrize("expected", [0.5, 3.0, 20.0])
def test_the_band_ends_where_counts_begin_to_deviate(expected: float, reach: float) -> None:
    many, clump = np.array([expected]), np.ones(1)
    low, high = counts.edges(np.array([reach]), many, clump)
    assert one(high[0] + 1.0, expected) > reach - 0.2
    assert one(max(high[0] - 1.5, 0.0), expected) < reach
    assert low[0] == 0.0 or one(max(low[0] - 1.0, 0.0), expected) < -reach + 0.3


@pytest.mark.parametrize(
    ("query", "unit"),
    [
        (Query(metric="deposits_total", read=Read.RATE), 1 / 300),
        (Query(metric="open_orders"), 1.0),
        (Query(promql="sum(increase(x[5m]))"), 1.0),
        (Query(metric="bad", read=Read.RATIO, of="all"), None),
        (Query(metric="secs", read=Read.QUANTILE, quantile=0.5), None),
    ],
)
def test_rates_and_whole_numbers_are_counts(query: Query, unit: float | None) -> None:
    assert counts.unit_of(query) == unit


def test_rows_of_few_counts_are_found() -> None:
    level, whole = np.array([3.0, 3.0, 300.0, -1.0]), np.array([1.0, 0.0, 1.0, 1.0])
    assert counts.low(level, 1.0, whole).tolist() == [0]
    assert counts.low(level / 300.0, 1 / 300, None).tolist() == [0, 1]
