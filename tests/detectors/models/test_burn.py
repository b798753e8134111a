"""Error budgets by their windows."""

import numpy as np
import pytest

from detectors.models import burn

NOW = 1_767_571_200.0
DAY = 86_400.0


def after(seconds: float, bad: float, every: float = 60.0, events: float = 1_000.0, good_before: float = 0.0) -> float:
    """The score at a 99.9 % objective after so many seconds with this share of bad events."""
    rings = burn.rings(np.zeros((burn.CELLS, 1)))
    before, start = np.nan, NOW - good_before
    steps = int((seconds + good_before) / every)
    for step in range(steps):
        now = start + every * step
        burn.turned(rings, before, now)
        share = bad if now >= NOW else 0.0
        burn.counted(rings, now, np.array([share * events]), np.array([events]))
        before = now
    rates = burn.rates(rings, before, np.array([every * steps]), 0.001)
    return float(burn.score(rates)[0][0])


@pytest.mark.parametrize(
    ("bad", "seconds", "score"),
    [
        pytest.param(0.0144, 3_600.0, 1.0, id="14.4 times for an hour"),
        pytest.param(0.0288, 3_600.0, 2.0, id="twice as fast"),
        pytest.param(0.006, 6 * 3_600.0, 1.0, id="6 times for six hours"),
        pytest.param(0.001, 3 * DAY, 1.0, id="as fast as it lasts for three days"),
        pytest.param(0.0, 3_600.0, 0.0, id="nothing spent"),
    ],
)
def test_the_score_is_one_exactly_at_a_pairs_threshold(bad: float, seconds: float, score: float) -> None:
    assert after(seconds, bad, every=60.0 if seconds < DAY else 600.0) == pytest.approx(score, rel=0.02)


def test_a_total_outage_is_reported_within_a_minute_or_two() -> None:
    assert after(60.0, 1.0, good_before=DAY) >= 1.0


def test_what_was_not_seen_has_spent_nothing() -> None:
    assert after(600.0, 0.0144) < 0.5


def test_a_short_burst_long_ago_is_over() -> None:
    rings = burn.rings(np.zeros((burn.CELLS, 1)))
    burn.turned(rings, np.nan, NOW)
    burn.counted(rings, NOW, np.array([500.0]), np.array([500.0]))
    before = NOW
    for minute in range(1, 41):
        now = NOW + 60.0 * minute
        burn.turned(rings, before, now)
        burn.counted(rings, now, np.array([0.0]), np.array([100.0]))
        before = now
    rates = burn.rates(rings, before, np.array([DAY]), 0.001)
    assert rates[2, 0] > 14.4  # over the hour it is still too much
    assert rates[0, 0] == 0.0  # but the last five minutes were well


def test_few_events_of_a_bad_night_weigh_little() -> None:
    rings = burn.rings(np.zeros((burn.CELLS, 1)))
    burn.turned(rings, np.nan, NOW)
    burn.counted(rings, NOW, np.array([0.0]), np.array([100_000.0]))
    burn.counted(rings, NOW, np.array([3.0]), np.array([4.0]))
    assert burn.score(burn.rates(rings, NOW, np.array([DAY]), 0.001))[0][0] < 0.1


def test_memory_is_bounded_and_a_ring_that_was_away_is_empty() -> None:
    rings = burn.rings(np.ones((burn.CELLS, 2)))
    burn.turned(rings, NOW, NOW + 30 * DAY)
    assert not rings.any()
    assert burn.CELLS == 130
