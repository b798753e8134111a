"""Evaluates a query in words over raw samples; it answers what Prometheus 2.42 answers to the same PromQL.

Both ends of a window count, a value is at most five minutes old, and a series that ended says so with a marker.
Prometheus 3 differs in one thing: a sample that stands exactly at a window's start is no longer part of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats, Labels
from detectors.sources.events import of_buckets, of_quantile, of_ratio, plain
from detectors.sources.grid import Instants, ms_of
from detectors.sources.groups import Grouped, Vector, average, grouped, quantile, shared
from detectors.sources.promql import QUANTILE, is_of_summary
from detectors.sources.reading import Reading
from detectors.watch import Query, Read

STALE_BITS = np.uint64(0x7FF0000000000002)
"""The NaN that Prometheus writes when a series ends."""
STALE = float(np.array([STALE_BITS]).view(np.float64)[0])
NO_NUMBER_BITS = np.uint64(0x7FF8000000000001)
"""The NaN that Prometheus writes for a sample that is one: the series is there, and says nothing."""
NO_NUMBER = float(np.array([NO_NUMBER_BITS]).view(np.float64)[0])
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
    metric, first, last, back = query.metric or "", int(at[0]), int(at[-1]), ms_of(lookback)
    if query.read is Read.VALUE:
        newest = _finite(_newest(select(metric, query.match, first - back, last), at, back))
        if is_of_summary(query):
            newest = _without_idle(query, newest, at, select)
        return plain(average(grouped(newest, query.by)))
    window = ms_of(query.window)

    def rates(name: str, match: tuple[tuple[str, str], ...], by: tuple[str, ...]) -> Grouped:
        return grouped(_rates(select(name, match, first - window, last), at, window), by)

    def events(name: str, match: tuple[tuple[str, str], ...]) -> Vector:
        """Rates; a counter that is there without one, as one that has just begun, is there."""
        samples = select(name, match, first - max(window, back), last)
        found = _rates(samples, at, window)
        numbers = found.known & ~np.isnan(found.values)
        return grouped(replace(found, known=numbers, there=_newest(samples, at, back).known), query.by).total

    match query.read:
        case Read.RATE:
            return plain(events(metric, query.match))
        case Read.RATIO:
            return of_ratio(query, events(metric, query.match), events(query.of or "", query.match_of))
        case Read.QUANTILE:
            buckets = shared(rates(f"{metric}_bucket", query.match, (*query.by, "le")))
            return of_quantile(query, quantile(buckets, query.quantile or 0.0), events(f"{metric}_count", query.match))
        case Read.SHIFT:
            return of_buckets(query, shared(rates(f"{metric}_bucket", query.match, (*query.by, "le"))))


def _finite(newest: Vector) -> Vector:
    """Those that are finite numbers; the others are there without one."""
    return replace(newest, known=newest.known & np.isfinite(newest.values), there=newest.known)


def _without_idle(query: Query, newest: Vector, at: Instants, select: Select) -> Vector:
    """A summary's quantiles without those that are 0 because nothing was observed: some clients say 0 then, not NaN."""
    window = ms_of(query.window)
    match = tuple(pair for pair in query.match if pair[0] != QUANTILE)
    counts = _rates(select(f"{query.metric}_count", match, int(at[0]) - window, int(at[-1])), at, window)
    row_of = {key: row for row, key in enumerate(counts.keys)}
    rows = np.array([row_of.get(_without_quantile(key), -1) for key in newest.keys], dtype=np.int64)
    idle = np.vstack([counts.known & (counts.values == 0), np.zeros((1, len(at)), bool)])[rows]
    return replace(newest, known=newest.known & ~(idle & (newest.values == 0)))


def _without_quantile(key: Labels) -> Labels:
    return tuple(pair for pair in key if pair[0] != QUANTILE)


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
    """The values of counters just before each fall within first..last, summed: (K,)."""
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
