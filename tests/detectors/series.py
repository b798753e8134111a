"""Made-up series and watches that several tests share."""

import pickle
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from detectors.column import Columns
from detectors.engine import learn, settled
from detectors.frame import Floats, Frame, Labels, labels_of
from detectors.scores import Scores, blank
from detectors.state import State
from detectors.watch import Query, Watch

START = 1_767_571_200.0
"""A Monday, midnight UTC."""


def watch(**fields: Any) -> Watch:
    reported: dict[str, Any] = {
        "name": "withdrawals",
        "query": Query(metric="withdrawal_seconds"),
        "component": "withdrawals/{asset}",
        "title": "Withdrawal time, p95",
        "unit": "s",
        "every": timedelta(minutes=5),
    }
    return Watch(**{**reported, **fields})


def key(asset: str = "BTC", **labels: str) -> Labels:
    return labels_of({"asset": asset, **labels})


def frame(times: ArrayLike, values: ArrayLike, keys: tuple[Labels, ...] = (key(),)) -> Frame:
    return Frame(keys=keys, times=np.asarray(times, float), values=np.atleast_2d(np.asarray(values, float)))


def clock(days: float, every: float = 300.0, start: float = START) -> Floats:
    times: Floats = start + np.arange(round(days * 86_400 / every), dtype=np.float64) * every
    return times


def noise(shape: int | tuple[int, ...], seed: int = 7, mean: float = 10.0, spread: float = 1.0) -> Floats:
    drawn: Floats = mean + spread * np.random.default_rng(seed).normal(size=shape)
    return drawn


def part(whole: Frame, start: int, end: int) -> Frame:
    return Frame(keys=whole.keys, times=whole.times[start:end], values=whole.values[:, start:end])


def by_columns(a_watch: Watch, whole: Frame, *, believed: bool = False) -> tuple[State, Scores]:
    """The state and the scores after one column after the other, from nothing on."""
    before = State.empty(a_watch).joined(a_watch, whole.keys)
    columns, scores = Columns(a_watch, before, believed=believed), blank(before, whole.times)
    for column, now in enumerate(whole.times.tolist()):
        columns.take(now, whole.values[:, column], scores, column)
    return columns.state(), scores


def learnt(a_watch: Watch, past: Frame) -> State:
    """What a watch knows after that past; tests with the same past share it, as no step changes the state before it."""
    return _learnt(a_watch, pickle.dumps(past))


@cache
def _learnt(a_watch: Watch, past: bytes) -> State:
    return settled(a_watch, learn(a_watch, State.empty(a_watch), pickle.loads(past)))
