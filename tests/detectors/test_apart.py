"""A few series in plain numbers: the same as column by column, to the last bit, whatever their samples are."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from detectors.apart import goes_apart
from detectors.engine import learn, step
from detectors.frame import Floats, Frame
from detectors.known_day import Calendar, Planned
from detectors.lone import LONG
from detectors.state import State
from detectors.watch import Direction, FailureKind, Query, Read, Watch
from tests.detectors.series import START, by_columns, clock, frame, key, noise, part, watch

KEYS = (key("BTC"), key("ETH"), key("XRP"), key("BTC", pool="b"))
EVERY = 600.0
TIMES = clock(620 * EVERY / 86_400, EVERY)
WORK = Planned(
    title="work", components=frozenset({"withdrawals/BTC"}), start=START + 2.1 * 86_400, end=START + 2.5 * 86_400
)


def _unlike(series: int) -> Floats:
    """(S, T) series that begin, fail, fall silent and return at times of their own."""
    rng = np.random.default_rng(7)
    day = 8.0 * np.sin(TIMES * 2 * np.pi / 86_400)
    values = 80.0 + day + rng.standard_t(3, (4, len(TIMES)))
    values[0, rng.random(len(TIMES)) < 0.02] = np.nan
    values[0, 420:470] = np.nan
    values[1, :50] = np.nan
    values[1, 560:566] += 40.0
    values[2] = np.round(values[2], 1)
    values[2, 250:290] = values[2, 249]
    values[3] = rng.lognormal(3.0, 0.7, len(TIMES))
    values[3, -40:] += 60.0
    values[:, 500:503] = np.nan
    return values[:series]


def _empty(a_watch: Watch, whole: Frame) -> State:
    return State.empty(a_watch).joined(a_watch, whole.keys)


@pytest.mark.parametrize(
    ("series", "keys"),
    [
        pytest.param(2, {"absent_after": timedelta(minutes=30)}, id="two, of which one falls silent"),
        pytest.param(4, {"absent_after": timedelta(minutes=30)}, id="four, of which one falls silent"),
        pytest.param(3, {"bad": Direction.ABOVE, "min_change": 5.0}, id="above, a least change"),
        pytest.param(3, {"bad": Direction.BELOW, "time_zone": "Europe/Berlin"}, id="below"),
        pytest.param(4, {"query": Query(metric="m", read=Read.QUANTILE), "budget": 9.0}, id="a large budget"),
        pytest.param(2, {"calendar": Calendar(days=(("01-07", "a day"),))}, id="a known day"),
        pytest.param(2, {"planned": (WORK,)}, id="planned work of one component"),
    ],
)
def test_few_series_are_judged_as_column_by_column(series: int, keys: dict[str, Any]) -> None:
    a_watch = watch(every=timedelta(seconds=EVERY), **keys)
    whole = frame(TIMES, _unlike(series), KEYS[:series])
    assert goes_apart(a_watch, _empty(a_watch, whole), whole.values.T)
    state, scores = step(a_watch, _empty(a_watch, whole), whole)
    slow, slowly = by_columns(a_watch, whole)
    for name in ("score", "observed", "expected", "low", "high", "model", "silent", "together", "pardoned"):
        np.testing.assert_array_equal(getattr(scores, name), getattr(slowly, name), err_msg=name)
    assert state.to_bytes(a_watch) == slow.to_bytes(a_watch)


def test_a_past_that_nobody_is_notified_of_teaches_few_series_the_same() -> None:
    a_watch = watch(every=timedelta(seconds=EVERY), absent_after=None)
    whole = frame(TIMES, _unlike(3), KEYS[:3])
    slow, _ = by_columns(a_watch, whole, believed=True)
    assert learn(a_watch, _empty(a_watch, whole), whole).to_bytes(a_watch) == slow.to_bytes(a_watch)


def test_the_state_before_is_left_as_it_was() -> None:
    whole = frame(TIMES, _unlike(3), KEYS[:3])
    state, _ = step(watch(), State.empty(watch()), part(whole, 0, 600))
    before = state.to_bytes(watch())
    step(watch(), state, part(whole, 600, 620))
    assert state.to_bytes(watch()) == before


COUNTS = np.random.default_rng(3).poisson(4.0, (288, 3)).astype(np.float64)
HALF = np.where(np.arange(288)[:, None] % 2, np.nan, noise((288, 3)))


@pytest.mark.parametrize(
    ("a_watch", "series", "values", "apart"),
    [
        pytest.param(watch(), 3, noise((288, 3)), True, id="three series"),
        pytest.param(watch(), 1, noise((288, 1)), True, id="one"),
        pytest.param(watch(), 1, HALF[:, :1], False, id="one, of which every second sample is missing"),
        pytest.param(watch(), 0, np.zeros((288, 0)), False, id="none"),
        pytest.param(watch(), 5, noise((288, 5)), False, id="five, which are pooled"),
        pytest.param(watch(), 3, HALF, False, id="every second sample is missing"),
        pytest.param(watch(), 3, np.full((288, 3), 7.0), False, id="values that stand still"),
        pytest.param(watch(query=Query(metric="m", read=Read.VALUE)), 3, COUNTS, False, id="few events"),
        pytest.param(watch(kind=FailureKind.BACKLOG), 3, noise((288, 3)), False, id="a backlog that may grow"),
        pytest.param(watch(slo=99.9), 3, noise((288, 3)), False, id="an objective"),
        pytest.param(watch(), 3, noise((LONG - 1, 3)), False, id="few columns"),
    ],
)
def test_series_go_apart_where_that_is_quicker(a_watch: Watch, series: int, values: Floats, apart: bool) -> None:
    state = State.empty(a_watch).joined(a_watch, tuple(key(f"A{row}") for row in range(series)))
    assert goes_apart(a_watch, state, values) is apart
