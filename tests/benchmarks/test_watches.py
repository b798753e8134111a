"""The made-up watches, and the interface through which a whole watch is judged."""

import numpy as np
import pytest

from benchmarks.watch_adapter import score_watch
from benchmarks.watches import SIZES, Kind, make


@pytest.mark.parametrize("kind", list(Kind))
def test_a_watch_is_drawn_again_by_its_seed_and_a_fault_touches_its_series_alone(kind: Kind) -> None:
    one, other = (make(kind, series=6, rate=1.0, days=0.5, seed=3) for _ in range(2))
    fault = one.fault(SIZES[kind][-1], 0.3, 400, 60)
    well, broken = one.read(380, 480), one.read(380, 480, fault)
    np.testing.assert_array_equal(well.values, other.read(380, 480).values)
    np.testing.assert_array_equal(
        broken.values, other.read(380, 480, other.fault(SIZES[kind][-1], 0.3, 400, 60)).values
    )
    touched = (well.values != broken.values).any(axis=1)
    assert set(np.flatnonzero(touched)) == set(fault.rows)
    np.testing.assert_array_equal(well.values[:, :20], broken.values[:, :20])
    worse = broken.values[fault.rows, 30:80].mean() - well.values[fault.rows, 30:80].mean()
    assert worse < 0 if kind is Kind.COUNTS else worse > 0


def test_a_watch_is_scored_as_the_live_engine_opens_its_anomalies() -> None:
    times = 1.7672256e9 + 3_600.0 * np.arange(24 * 10, dtype=np.float64)
    values = np.random.default_rng(1).normal(10.0, 1.0, (12, len(times)))
    values[:, -12:] += 4.0
    scores = score_watch(times, values, bad="above", learnt=200)
    assert scores.shape == values.shape
    assert np.isnan(scores[:, :200]).all()
    assert not (scores[:, 200:-12] >= 1.0).any()
    assert (scores[:, -12:] >= 1.0).any(axis=1).all()
    assert np.count_nonzero(scores[:, -12:] >= 1.0) < 40
