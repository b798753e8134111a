"""A query's words over raw samples, with PromQL's meaning: what Prometheus 2.42 answers, this answers.

Both ends of a window count, a value is at most five minutes old, and a series that ended says so with a marker.
Prometheus 3 differs in one thing: a sample that stands exactly at a window's start is no longer part of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats, Labels
from detectors.sources.events import of_buckets, of_quantile, of_ratio, plain
from detectors.sources.grid import Instants, ms_of
from detectors.sources.groups import Grouped, Vector, average, grouped, quantile
from detectors.sources.reading import Reading
from detectors.watch import Query, Read

STALE_BITS = np.uint64(0x7FF0000000000002)
"""The NaN that Prometheus writes when a series ends; every other NaN is a value that happens not to be a number."""
STALE = float(np.array([STALE_BITS]).view(np.float64)[0])
LOOKBACK = timedelta(minutes=5)

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Raw samples of S series, one series after the other.

    keys: (S,) labels, without the metric's name, unique.
    starts: (S + 1,) int64, where each series begins; its samples are times[starts[s]:starts[s + 1]].
    times: (N,) int64 ms, strictly ascending within a series.
    values: (N,) float64; STALE where a series ended.
    """

    keys: tuple[Labels, ...]
    starts: Rows
    times: Instants
    values: Floats


Select = Callable[[str, tuple[tuple[str, str], ...], int, int], Samples]
"""The raw samples of a metric's series with these labels, from one instant to another (ms), both included."""


def evaluate(query: Query, at: Instants, select: Select, lookback: timedelta = LOOKBACK) -> Reading:
    """What a query in words says at these instants, at least one."""
    with np.errstate(divide="ignore", invalid="ignore"):  # infinities in samples are no fault of ours
        return _evaluate(query, at, select, lookback)


def _evaluate(query: Query, at: Instants, select: Select, lookback: timedelta) -> Reading:
    metric, first, last = query.metric or "", int(at[0]), int(at[-1])
    if query.read is Read.VALUE:
        samples = select(metric, query.match, first - ms_of(lookback), last)
        return plain(average(grouped(_newest(samples, at, ms_of(lookback)), query.by)))
    window = ms_of(query.window)

    def rates(name: str, match: tuple[tuple[str, str], ...], by: tuple[str, ...]) -> Grouped:
        return grouped(_rates(select(name, match, first - window, last), at, window), by)

    match query.read:
        case Read.RATE:
            return plain(rates(metric, query.match, query.by).total)
        case Read.RATIO:
            whole = rates(query.of or "", query.match_of, query.by).total
            return of_ratio(query, rates(metric, query.match, query.by).total, whole)
        case Read.QUANTILE:
            answer = quantile(rates(f"{metric}_bucket", query.match, (*query.by, "le")), query.quantile or 0.0)
            return of_quantile(query, answer, rates(f"{metric}_count", query.match, query.by).total)
        case Read.SHIFT:
            return of_buckets(query, rates(f"{metric}_bucket", query.match, (*query.by, "le")))


def _newest(samples: Samples, at: Instants, lookback: int) -> Vector:
    """The newest sample of each series at each instant, unless it is older than the lookback or a marker of the end."""
    shape = (len(samples.keys), len(at))
    if not len(samples.times):
        return Vector(keys=samples.keys, values=np.zeros(shape), known=np.zeros(shape, bool))
    newest = _positions(samples, at, "right") - 1
    there = np.maximum(newest, 0)
    known = (newest >= samples.starts[:-1, None]) & (samples.times[there] >= at - lookback)
    known &= samples.values.view(np.uint64)[there] != STALE_BITS
    return Vector(keys=samples.keys, values=samples.values[there], known=known)


def _rates(samples: Samples, at: Instants, window: int) -> Vector:
    """The increase of each counter a second over the window before each instant; resets and edges as in PromQL."""
    samples = _unmarked(samples)
    first = _positions(samples, at - window, "left")
    last = _positions(samples, at, "right") - 1
    known = last > first
    values = np.zeros(known.shape)
    series, column = np.nonzero(known)
    values[known] = _extrapolated(samples, first[series, column], last[series, column], at[column], window)
    return Vector(keys=samples.keys, values=values, known=known)


def _extrapolated(samples: Samples, first: Rows, last: Rows, at: Instants, window: int) -> Floats:
    """Rates of K windows, each with the samples first..last (K,): what `extrapolatedRate` of Prometheus computes."""
    times, values = samples.times, samples.values
    gained = values[last] - values[first] + _lost_in_resets(samples, first, last)
    sampled = (times[last] - times[first]) / 1000.0
    spacing = sampled / (last - first)
    before = (times[first] - (at - window)) / 1000.0
    after = (at - times[last]) / 1000.0
    # A counter was never below zero: it did not grow for longer than it took from zero.
    rising = (gained > 0) & (values[first] >= 0)
    since_zero = np.divide(sampled * values[first], gained, out=np.full(len(gained), np.inf), where=rising)
    before = np.minimum(before, since_zero)
    near = spacing * 1.1
    covered = sampled + np.where(before < near, before, spacing / 2) + np.where(after < near, after, spacing / 2)
    return np.asarray(gained * (covered / sampled / (window / 1000.0)))


def _lost_in_resets(samples: Samples, first: Rows, last: Rows) -> Floats:
    """What counters held just before each fall within first..last, summed: (K,)."""
    fell = np.flatnonzero(samples.values[1:] < samples.values[:-1]) + 1  # also where series meet, which no window spans
    begin = np.searchsorted(fell, first, "right")
    end = np.searchsorted(fell, last, "right")
    some = np.flatnonzero(end > begin)
    lost = np.zeros(len(first))
    if len(some):
        held = np.append(samples.values[fell - 1], 0.0)
        bounds = np.stack([begin[some], end[some]], axis=1).ravel()
        lost[some] = np.add.reduceat(held, bounds)[::2]
    return lost


def _positions(samples: Samples, at: Instants, side: Literal["left", "right"]) -> Rows:
    """Where each instant falls among each series' samples: (S, T) indices into all samples."""
    series, width = len(samples.keys), len(samples.times) // max(len(samples.keys), 1)
    begin = samples.starts[:-1, None]
    if not len(samples.times):
        return np.broadcast_to(begin, (series, len(at)))
    if (np.diff(samples.starts) == width).all():
        table = samples.times.reshape(series, width)
        if (table == table[0]).all():  # scraped together, as nearly all are: one search serves them all
            return np.asarray(begin + np.searchsorted(table[0], at, side))
    # One ascending number a sample, series by series: a single search over all of them.
    origin = min(samples.times.min(), at.min())
    span = max(samples.times.max(), at.max()) - origin + 2
    lane = np.arange(series, dtype=np.int64) * span
    numbers = np.repeat(lane, np.diff(samples.starts)) + (samples.times - origin)
    return np.asarray(np.searchsorted(numbers, lane[:, None] + (at - origin), side))


def _unmarked(samples: Samples) -> Samples:
    """Without the markers of ended series, which windows do not see."""
    kept = samples.values.view(np.uint64) != STALE_BITS
    if kept.all():
        return samples
    before = np.concatenate([[0], np.cumsum(kept)])
    return Samples(
        keys=samples.keys, starts=before[samples.starts], times=samples.times[kept], values=samples.values[kept]
    )
