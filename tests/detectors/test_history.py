"""A warm start: a week at five minutes, then live seconds, without a false alarm and with the first fault seen."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from detectors.engine import step
from detectors.frame import Floats
from detectors.history import warm
from detectors.state import State
from tests.detectors.series import clock, frame, key, part, watch

SERIES = 10
KEYS = tuple(key(f"A{i}") for i in range(SERIES))
PAST = clock(7)
LIVE_EVERY = 5.0


def _spiky(rng: np.random.Generator, count: int, spacing: float) -> Floats:
    """A quantile that is ten times as high for two minutes, some times a day."""
    starts = rng.random((SERIES, count)) < spacing / 21_600
    held = max(1, int(120 / spacing))
    spikes = np.stack([np.convolve(row, np.ones(held))[:count] > 0 for row in starts.astype(float)])
    return rng.lognormal(0.0, 0.2, spikes.shape) * np.where(spikes, rng.uniform(4, 10, spikes.shape), 1.0)


def _noise(rng: np.random.Generator, count: int, _: float) -> Floats:
    return rng.normal(10.0, 1.0, (SERIES, count))


def _waiting(rng: np.random.Generator, count: int, _: float) -> Floats:
    """The oldest item that waits: mostly none."""
    return np.where(rng.random((SERIES, count)) < 0.9, 0.0, rng.random((SERIES, count)))


@pytest.mark.parametrize("draw", [_noise, _spiky, _waiting])
def test_live_seconds_after_a_coarse_week_are_calm_and_a_fault_is_seen_at_once(
    draw: Callable[[np.random.Generator, int, float], Floats],
) -> None:
    rng = np.random.default_rng(8)
    a_watch = watch(every=timedelta(seconds=LIVE_EVERY), absent_after=None)
    past = draw(rng, len(PAST), 300.0)
    state = warm(a_watch, [frame(PAST, past, KEYS)])
    live = draw(rng, 720, LIVE_EVERY)
    times = PAST[-1] + LIVE_EVERY * (1 + np.arange(720))
    _, calm = step(a_watch, state, frame(times, live, KEYS))
    assert np.nanmax(calm.score) < 1
    live[0, :6] = 5 * past[0].max()
    _, fault = step(a_watch, state, frame(times[:6], live[:, :6], KEYS))
    assert (fault.score[0] >= 1).all()


def test_bursts_of_an_hourly_past_are_usual_and_those_that_were_reported_are_not() -> None:
    rng = np.random.default_rng(5)
    hours, past = 28 * 24, 21 * 24
    times = clock(28, 3_600.0)
    burst = rng.random((SERIES, hours)) < 0.02
    values = rng.lognormal(0.0, 0.2, burst.shape) * np.where(burst, rng.uniform(2, 10, burst.shape), 1.0)
    a_watch = watch(every=timedelta(hours=1), absent_after=None, budget=float(SERIES))
    whole = frame(times, values, KEYS)
    state = warm(a_watch, [part(whole, 0, past)])
    _, after_past = step(a_watch, state, part(whole, past, hours))
    _, from_cold = step(a_watch, State.empty(a_watch), whole)
    known, unknown = ((scores.score[:, -(hours - past) :] >= 1).sum() for scores in (after_past, from_cold))
    assert unknown >= 2 * known
    huge = values[:, past : past + 1] * 0 + 10 * values.max()
    _, fault = step(a_watch, state, frame(times[past : past + 1], huge, KEYS))
    assert (fault.score >= 1).all()
