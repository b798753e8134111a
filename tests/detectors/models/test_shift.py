"""A whole distribution against its usual one."""

import numpy as np
import pytest

from detectors.frame import Floats
from detectors.models import shift

USUAL = np.array([0.05, 0.2, 0.3, 0.25, 0.15, 0.04, 0.009, 0.001])


def drawn(shares: Floats, events: int, histograms: int, seed: int = 3) -> Floats:
    """(B, S) histograms of so many events."""
    return np.random.default_rng(seed).multinomial(events, shares, histograms).T.astype(np.float64)


def excess(buckets: Floats, known: float = 1e9) -> Floats:
    many = buckets.shape[1]
    usual = np.repeat(USUAL[:, None], many, axis=1)
    return shift.excess(shift.shares(buckets), usual, buckets.sum(axis=0), np.full(many, known))


@pytest.mark.parametrize("events", [5, 50, 500, 50_000])
def test_by_chance_the_excess_is_one_whatever_the_number_of_events(events: int) -> None:
    found = excess(drawn(USUAL, events, 4_000))
    assert found.mean() == pytest.approx(1.0, abs=0.06)
    assert np.quantile(found, 0.999) < 6.0


def test_a_usual_shape_of_few_events_is_not_sure_itself() -> None:
    usual = shift.shares(drawn(USUAL, 300, 4_000, seed=4))
    now = drawn(USUAL, 300, 4_000, seed=5)
    naive = shift.excess(shift.shares(now), usual, now.sum(axis=0), np.full(4_000, 1e9))
    fair = shift.excess(shift.shares(now), usual, now.sum(axis=0), np.full(4_000, 300.0))
    assert fair.mean() == pytest.approx(1.0, abs=0.1)
    assert naive.mean() > 1.5


def test_a_second_hump_between_the_quantiles_is_seen() -> None:
    humps = np.array([0.05, 0.2, 0.1, 0.45, 0.15, 0.04, 0.009, 0.001])
    assert excess(drawn(humps, 200, 500)).min() > 3.0


def test_two_percent_in_the_far_tail_are_seen() -> None:
    tail = USUAL - np.array([0.0, 0.0, 0.02, 0, 0, 0, 0, 0]) + np.array([0, 0, 0, 0, 0, 0, 0, 0.02])
    assert np.median(excess(drawn(tail, 2_000, 500))) > 20.0


def test_what_usual_days_differ_by_is_divided_out_for_any_number_of_events() -> None:
    rng = np.random.default_rng(1)
    found = []
    for events in (200, 20_000):
        shares = rng.dirichlet(USUAL * 2_000, 2_000)  # each day has a shape of its own
        buckets = np.stack([rng.multinomial(events, one) for one in shares], axis=1).astype(np.float64)
        found.append(excess(buckets))
    wander = float(shift.wandering(found[1], np.full(2_000, 20_000.0)).mean())
    for many, each in zip((200.0, 20_000.0), found, strict=True):
        assert shift.distance(each, np.full(2_000, wander), np.full(2_000, many)).mean() == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("events", [50, 500, 5_000])
def test_chance_reaches_no_further_than_it_does_around_a_level(events: int) -> None:
    found = excess(drawn(USUAL, events, 20_000))
    far = shift.distance(found, np.zeros(20_000), np.full(20_000, float(events)))
    spreads = (far - far.mean()) / far.std()
    assert np.quantile(spreads, 0.999) == pytest.approx(3.09, abs=0.35)  # the excess itself: 4.6 to 5.2


def test_no_events_have_no_shape() -> None:
    assert np.isnan(shift.shares(np.zeros((3, 1)))).all()


def test_one_event_elsewhere_is_not_news_where_all_were_alike() -> None:
    usual = np.array([[1.0], [0.0], [0.0]])
    now = np.array([[99.0], [1.0], [0.0]])
    assert shift.excess(shift.shares(now), usual, np.array([100.0]), np.array([1e6]))[0] < 3.0
