"""Groups of series: sums, means, ratios, and the quantiles of histograms, as PromQL computes them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats, Labels

Known = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """Series (S,) with their values (S, T), and where there is one; where there is none, the value means nothing.

    there: where the source had the series, with a value or without; None = where there is a value.
    """

    keys: tuple[Labels, ...]
    values: Floats
    known: Known
    there: Known | None = None

    @property
    def seen(self) -> Known:
        """Where the source had the series."""
        return self.known if self.there is None else self.there | self.known


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Sums over groups: what is known of each, and of how many series (G, T). What is NaN is not summed."""

    total: Vector
    counts: NDArray[np.int64]


def grouped(vector: Vector, by: Sequence[str]) -> Grouped:
    """The sum over the series that share the labels `by`; a label that a series lacks stays away."""
    wanted = set(by)
    kept = [tuple(pair for pair in key if pair[0] in wanted and pair[1]) for key in vector.keys]
    keys = tuple(sorted(set(kept)))
    shape = (len(keys), vector.values.shape[1])
    row_of = {key: row for row, key in enumerate(keys)}
    group = np.array([row_of[key] for key in kept], dtype=np.int64)
    order = np.argsort(group, kind="stable")
    begins = np.searchsorted(group[order], np.arange(len(keys)))
    if not keys:
        empty = Vector(keys=(), values=np.zeros(shape), known=np.zeros(shape, bool))
        return Grouped(total=empty, counts=np.zeros(shape, np.int64))
    numbers = vector.values[order]
    known = vector.known[order] & ~np.isnan(numbers)
    counts = np.add.reduceat(known.astype(np.int64), begins, axis=0)
    values = np.add.reduceat(np.where(known, numbers, 0.0), begins, axis=0)
    there = np.logical_or.reduceat(vector.seen[order], begins, axis=0)
    return Grouped(total=Vector(keys=keys, values=values, known=counts > 0, there=there), counts=counts)


def average(sums: Grouped) -> Vector:
    """The mean of each group's series that have a value."""
    values = sums.total.values / np.maximum(sums.counts, 1)
    return replace(sums.total, values=values)


def ratio(part: Vector, whole: Vector) -> Vector:
    """Part by whole where there is a whole; a part that has no series is zero, one that says nothing is none."""
    row_of = {key: row for row, key in enumerate(part.keys)}
    rows = np.array([row_of.get(key, -1) for key in whole.keys], dtype=np.int64)
    unknown = np.where(part.seen, np.nan, 0.0)
    parts = np.vstack([np.where(part.known, part.values, unknown), np.zeros((1, whole.values.shape[1]))])
    return replace(whole, values=parts[rows] / whole.values)


def where_enough(answer: Vector, events: Vector, least: float) -> Vector:
    """The answer, known only where as many events a second as `least` are."""
    row_of = {key: row for row, key in enumerate(events.keys)}
    rows = np.array([row_of.get(key, -1) for key in answer.keys], dtype=np.int64)
    enough = np.vstack([events.known & (events.values >= least), np.zeros((1, answer.values.shape[1]), bool)])
    return replace(answer, known=answer.known & enough[rows], there=answer.seen)


def shared(buckets: Grouped) -> Vector:
    """Of buckets (by `le`) summed over instances, those that all instances of their group have.

    While a deployment changes the bounds, instances with the old and with the new ones are there side by side. A bound
    that only some of them have counts only their observations: as if the others had seen none up to it.
    """
    total, counts = buckets.total, buckets.counts
    keys = [_without_end(key) for key in total.keys]
    row_of = {key: row for row, key in enumerate(dict.fromkeys(keys))}
    group = np.array([row_of[key] for key in keys], dtype=np.int64)
    last = np.zeros((len(row_of), total.values.shape[1]), np.int64)
    ends = np.array([row for row, key in enumerate(total.keys) if _end(key) == np.inf], dtype=np.int64)
    np.add.at(last, group[ends], counts[ends])
    return replace(total, known=total.known & (counts >= last[group]) & (last[group] > 0))


def quantile(buckets: Vector, q: float) -> Vector:
    """The q-quantile, 0 < q < 1, of the histograms whose buckets (by `le`) these are: PromQL's `histogram_quantile`.

    Within a bucket it interpolates; in the one that has no end, it is that one's beginning.
    """
    keys, counts, present, ends = _by_bucket(buckets)
    if not keys or len(ends) < 2 or not np.isposinf(ends[-1]):
        shape = (len(keys), buckets.values.shape[1])
        there = np.asarray(present.any(axis=1))
        return Vector(keys=keys, values=np.full(shape, np.nan), known=np.zeros(shape, bool), there=there)
    heights = np.maximum.accumulate(np.where(present, counts, 0.0), axis=1)  # (G, B, T); never falling, as it should be
    upper = np.where(present, ends[:, None], -np.inf)
    upper[:, -1] = -np.inf
    upper = np.maximum.accumulate(upper, axis=1)  # the end of the bucket, or of the last one before it that is there
    everything = heights[:, -1]
    rank = q * everything
    bucket = np.argmax(heights >= rank[:, None], axis=1)  # (G, T)
    values = _interpolated(heights, upper, bucket, rank)
    enough = present[:, -1] & (present.sum(axis=1) >= 2) & (everything > 0)
    return Vector(keys=keys, values=np.where(enough, values, np.nan), known=np.asarray(present.any(axis=1)))


def apart(buckets: Vector) -> tuple[tuple[Labels, ...], Floats, Known, Floats]:
    """Histograms (G,), the events a second in each bucket alone, whether it is there (G, B, T), and its end (B,).

    Without the bucket that has no end a histogram is not whole: there it has no events.
    """
    keys, counts, present, ends = _by_bucket(buckets)
    heights = np.maximum.accumulate(np.where(present, counts, 0.0), axis=1)
    alone = np.diff(heights, axis=1, prepend=0.0)
    if not len(ends) or not np.isposinf(ends[-1]):
        return keys, np.zeros_like(alone), present, ends
    return keys, np.where(present[:, -1:], alone, 0.0), present, ends


def _interpolated(heights: Floats, upper: Floats, bucket: Rows, rank: Floats) -> Floats:
    """Where in its bucket (G, T) each rank falls."""
    last = heights.shape[1] - 1
    end = _taken(upper, bucket)
    height = _taken(heights, bucket)
    before = np.maximum(bucket - 1, 0)
    first = (bucket == 0) | ~np.isfinite(_taken(upper, before))  # no bucket before it is there
    begin = np.where(first, 0.0, _taken(upper, before))
    below = np.where(first, 0.0, _taken(heights, before))
    within = begin + (end - begin) * ((rank - below) / (height - below))
    within = np.where(first & (end <= 0), end, within)
    return np.where(bucket == last, _taken(upper, np.full_like(bucket, last)), within)


def _taken(table: Floats, bucket: Rows) -> Floats:
    return np.take_along_axis(table, bucket[:, None], axis=1)[:, 0]


def _by_bucket(vector: Vector) -> tuple[tuple[Labels, ...], Floats, Known, Floats]:
    """Histograms (G,), their counts and whether these are there (G, B, T), and the buckets' ends (B,) ascending."""
    some = np.asarray(vector.known.any(axis=1)).tolist()
    entries = [(row, end, key) for row, key in enumerate(vector.keys) if some[row] and (end := _end(key)) is not None]
    keys = tuple(sorted({_without_end(key) for _, _, key in entries}))
    ends = np.array(sorted({end for _, end, _ in entries}), dtype=np.float64)
    group_of = {key: group for group, key in enumerate(keys)}
    bucket_of = {end: bucket for bucket, end in enumerate(ends.tolist())}
    counts = np.zeros((len(keys), len(ends), vector.values.shape[1]))
    present = np.zeros(counts.shape, bool)
    for row, end, key in entries:  # "1" and "1.0" are one bucket, and add up
        cell = group_of[_without_end(key)], bucket_of[end]
        counts[cell] += np.where(vector.known[row], vector.values[row], 0.0)
        present[cell] |= vector.known[row]
    return keys, counts, present, ends


def _end(key: Labels) -> float | None:
    try:
        end = float(dict(key).get("le", ""))
    except ValueError:
        return None
    return None if np.isnan(end) else end


def _without_end(key: Labels) -> Labels:
    return tuple(pair for pair in key if pair[0] != "le")
