"""Made-up watches of an exchange, with faults that many series share; seeded, and usable on its own.

`make(kind, series=…, rate=…)` draws one watch minute by minute: a day's shape and a quieter weekend, a market
that moves every series together and sometimes bursts, series of very different size, noise of few events, bursts of
single series.
`Made.read(fault)` is what a source would answer: rates, 95th percentiles and error ratios over the last five minutes.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from detectors.frame import Floats, Frame, Labels
from detectors.watch import Direction, FailureKind, Query, Read, Watch

START = 1_767_571_200.0
"""A Monday, midnight UTC."""
MINUTE = 60.0
DAY = 86_400.0
WINDOW = 5
"""Minutes that a rate, a percentile and a ratio look back."""
WEEKEND = 0.85
COMPONENTS = 5
"""Series of a watch that belong to one component."""


class Kind(StrEnum):
    """What a watch measures, and so how it breaks."""

    LATENCY = "latency"
    COUNTS = "counts"
    ERRORS = "errors"


SIZES: dict[Kind, tuple[float, ...]] = {
    Kind.LATENCY: (1.3, 2.0, 4.0),
    Kind.COUNTS: (0.7, 0.4, 0.0),
    Kind.ERRORS: (0.01, 0.05),
}
"""Latency times so much; counts times so much; so many more of the requests fail."""
SHARES = (0.05, 0.3, 1.0)
MINUTES = (10, 30, 60)
RATES = (0.1, 1.0, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """From the minute `begin` on, the series `rows` get worse by `size`, for `minutes`; as SIZES means it."""

    size: float
    rows: NDArray[np.intp]
    begin: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One watch, minute by minute.

    times: (T,) epoch seconds. events: (S, T) happened in that minute. failed: (S, T) of them, for errors.
    logs: (S, T) logarithm of the minute's 95th percentile in seconds, for latency.
    """

    kind: Kind
    watch: Watch
    keys: tuple[Labels, ...]
    times: Floats
    events: NDArray[np.float32]
    failed: NDArray[np.float32]
    logs: NDArray[np.float32]
    seed: int

    def fault(self, size: float, share: float, begin: int, minutes: int) -> Fault:
        """One on a share of the series, at least one, chosen by the seed and the minute alone."""
        series = len(self.keys)
        rng = np.random.default_rng((self.seed, begin))
        rows = np.sort(rng.permutation(series)[: max(1, round(share * series))])
        return Fault(size=size, rows=rows, begin=begin, minutes=minutes)

    def read(self, begin: int, end: int, fault: Fault | None = None, every: int = 1) -> Frame:
        """What a source answers for the minutes begin to end, every so many of them; NaN where nothing happened."""
        span = slice(max(0, begin - WINDOW + 1), end)
        events, failed, logs = (array[:, span].astype(np.float64) for array in (self.events, self.failed, self.logs))
        if fault is not None:
            self._break(fault, span.start, (events, failed, logs))
        lead = begin - span.start
        whole = _window(events)
        match self.kind:
            case Kind.COUNTS:
                values = whole / (WINDOW * MINUTE)
            case Kind.ERRORS:
                values = np.divide(_window(failed), whole, out=np.full_like(whole, np.nan), where=whole > 0) * 100.0
            case Kind.LATENCY:
                # Of the window's minutes each counts as often as it has events.
                values = np.exp(
                    np.divide(_window(events * logs), whole, out=np.full_like(whole, np.nan), where=whole > 0)
                )
        return Frame(keys=self.keys, times=self.times[begin:end:every], values=values[:, lead::every])

    def _break(self, fault: Fault, offset: int, raw: tuple[Floats, Floats, Floats]) -> None:
        events, failed, logs = raw
        begin, end = max(0, fault.begin - offset), max(0, fault.begin + fault.minutes - offset)
        at = np.ix_(fault.rows, np.arange(begin, min(end, events.shape[1])))
        rng = np.random.default_rng((self.seed, fault.begin, 1))
        match self.kind:
            case Kind.COUNTS:
                events[at] = rng.binomial(events[at].astype(np.int64), fault.size)
            case Kind.ERRORS:
                well = (events[at] - failed[at]).astype(np.int64)
                failed[at] += rng.binomial(well, fault.size)
            case Kind.LATENCY:
                logs[at] += np.log(fault.size)


def make(kind: Kind, *, series: int, rate: float, days: float, seed: int = 1) -> Made:
    """A watch of so many series, whose median has `rate` events a second, over so many days from a Monday on."""
    rng = np.random.default_rng((seed, series, round(rate * 10), list(Kind).index(kind)))
    times: Floats = START + MINUTE * np.arange(round(days * DAY / MINUTE), dtype=np.float64)
    shape = (series, len(times))
    market, burst = _market(rng, times)
    mean = _volume(rng, series, rate, times, market + burst)
    events = rng.poisson(mean).astype(np.float32)
    none = np.zeros((series, 0), np.float32)
    failed = logs = none
    if kind is Kind.ERRORS:
        usual = np.exp(rng.normal(np.log(0.01), 0.5, (series, 1)))
        often = np.exp(_drawn_back(rng, shape, 120.0, 0.2) + 0.2 * burst) * _own_bursts(rng, shape, 3.0)
        failed = rng.binomial(events.astype(np.int64), np.minimum(usual * often, 0.9)).astype(np.float32)
    if kind is Kind.LATENCY:
        usual = np.exp(rng.normal(np.log(0.8), 0.7, (series, 1)))
        own = _drawn_back(rng, shape, 90.0, 0.06) + np.log(_own_bursts(rng, shape, 1.5))
        # The 95th percentile of n lognormal samples, to first order.
        few = rng.normal(size=shape) * 1.0 / np.sqrt(np.maximum(events, 1.0))
        logs = (np.log(usual) + own + 0.15 * market + 0.1 * burst + few).astype(np.float32)
    return Made(
        kind=kind,
        watch=watch_of(kind),
        keys=tuple((("component", f"c{i // COMPONENTS}"), ("series", f"s{i}")) for i in range(series)),
        times=times,
        events=events,
        failed=failed if failed.size else np.zeros(shape, np.float32),
        logs=logs if logs.size else np.zeros(shape, np.float32),
        seed=seed,
    )


def watch_of(kind: Kind) -> Watch:
    """The watch as it would be configured: one line more than the query, which side is bad."""
    bare = Watch(name=kind, query=Query(metric="m"), component="{component}", every=timedelta(minutes=1))
    match kind:
        case Kind.COUNTS:
            return replace(bare, bad=Direction.BELOW, kind=FailureKind.HALT, query=Query(metric="m", read=Read.RATE))
        case Kind.ERRORS:
            return replace(bare, bad=Direction.ABOVE, kind=FailureKind.ERRORS, query=Query(metric="m", read=Read.RATIO))
        case Kind.LATENCY:
            query = Query(metric="m", read=Read.QUANTILE, quantile=0.95)
            return replace(bare, bad=Direction.ABOVE, kind=FailureKind.DELAY, query=query)


def _window(raw: Floats) -> Floats:
    """(S, T) sums over the last WINDOW minutes, of fewer at the beginning."""
    total = np.cumsum(raw, axis=1)
    summed = total.copy()
    summed[:, WINDOW:] -= total[:, :-WINDOW]
    return summed


def _market(rng: np.random.Generator, times: Floats) -> tuple[Floats, Floats]:
    """(T,) each, logarithms: what moves every series for hours; and bursts, one in two days, gone within an hour."""
    slow = _drawn_back(rng, (1, len(times)), 180.0, 0.1)[0]
    burst = np.zeros(len(times))
    for begin in np.flatnonzero(rng.random(len(times)) < MINUTE / (2 * DAY)):
        tail = np.exp(-np.arange(len(times) - begin) / rng.uniform(8.0, 25.0))
        burst[begin:] = np.maximum(burst[begin:], rng.uniform(0.3, 1.0) * tail)
    return slow, burst


def _volume(rng: np.random.Generator, series: int, rate: float, times: Floats, common: Floats) -> Floats:
    """(S, T) events expected in a minute."""
    usual = rate * MINUTE * np.exp(rng.normal(0.0, 0.8, (series, 1)))
    height = rng.uniform(0.2, 0.5, (series, 1))
    day = height * np.sin(2 * np.pi * (times / DAY + rng.normal(0.0, 0.06, (series, 1))))
    weekend = np.where((times // DAY + 3) % 7 >= 5, np.log(WEEKEND), 0.0)
    follows = rng.uniform(0.5, 1.3, (series, 1))
    own = _drawn_back(rng, (series, len(times)), 60.0, 0.08)
    mean: Floats = usual * np.exp(day + weekend + follows * common + own)
    return mean


def _drawn_back(rng: np.random.Generator, shape: tuple[int, int], minutes: float, spread: float) -> Floats:
    """Walks that are drawn back to 0 within so many minutes."""
    pull = np.exp(-1.0 / minutes)
    steps = rng.normal(0.0, spread * np.sqrt(1 - pull**2), shape)
    steps[:, 0] /= np.sqrt(1 - pull**2)
    walk: Floats = lfilter([1.0], [1.0, -pull], steps, axis=1)
    return walk


def _own_bursts(rng: np.random.Generator, shape: tuple[int, int], times: float) -> Floats:
    """A factor of 1, and of up to `times` in one burst a week of each series, of three to twelve minutes."""
    factor = np.ones(shape)
    for row, begin in zip(*np.nonzero(rng.random(shape) < MINUTE / (7 * DAY)), strict=True):
        factor[row, begin : begin + rng.integers(3, 13)] = rng.uniform(1.0, times)
    return factor
