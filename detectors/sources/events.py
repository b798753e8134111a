"""Samples with the events behind them: of a ratio its whole, of a quantile the observations, of a histogram both."""

import numpy as np

from detectors.frame import Floats, Labels
from detectors.sources.groups import Known, Vector, apart, grouped, ratio, where_enough
from detectors.sources.promql import PARTS, least_rate
from detectors.sources.reading import Reading
from detectors.watch import Query, Read


def plain(vector: Vector) -> Reading:
    """The values as they stand."""
    return Reading(keys=vector.keys, values=np.where(vector.known, vector.values, np.nan), there=vector.seen)


def of_ratio(query: Query, part: Vector, whole: Vector) -> Reading:
    """Part by whole, both in events a second."""
    return _with_events(query, ratio(part, whole), whole)


def of_quantile(query: Query, answer: Vector, events: Vector) -> Reading:
    """A quantile and the events a second that it was taken from; series are there where either is."""
    place = {key: row for row, key in enumerate(answer.keys)}
    keys = tuple(sorted({*answer.keys, *events.keys}))
    rows = np.array([place.get(key, -1) for key in keys], dtype=np.int64)
    nothing = np.zeros((1, answer.values.shape[1]), bool)
    whole = Vector(
        keys=keys,
        values=np.vstack([answer.values, nothing])[rows],
        known=np.vstack([answer.known, nothing])[rows],
        there=np.vstack([answer.seen, nothing])[rows],
    )
    return _with_events(query, whole, events)


def of_buckets(query: Query, buckets: Vector) -> Reading:
    """The histograms themselves; as values their events in the window, where there are any, and enough."""
    keys, alone, present, ends = apart(buckets)
    counts = alone * query.window.total_seconds()
    total = counts.sum(axis=1)
    values = np.where(np.isfinite(total) & (total > 0) & (total >= query.at_least), total, np.nan)
    there = np.asarray(present.any(axis=1))
    return Reading(
        keys=keys,
        values=values,
        there=there,
        events=values,
        buckets=counts,
        ends=tuple(ends.tolist()),
        bounds=None if present.all() else present,
    )


def of_answer(query: Query, keys: tuple[Labels, ...], values: Floats, there: Known) -> Reading:
    """What a Prometheus answered to the `expression` of the query; values (S, T), there: whether it answered one."""
    if query.promql is not None or query.read in (Read.VALUE, Read.RATE):
        return Reading(keys=keys, values=values, there=there)
    vector = Vector(keys=keys, values=values, known=np.isfinite(values), there=there)
    with np.errstate(divide="ignore", invalid="ignore"):  # a whole of nothing makes no ratio
        if query.read is Read.SHIFT:
            return of_buckets(query, grouped(vector, (*query.by, "le")).total)
        events = _part(vector, "events")
        if query.read is Read.RATIO:
            return of_ratio(query, _part(vector, "part"), events)
        return of_quantile(query, _part(vector, "value"), events)


def _part(vector: Vector, name: str) -> Vector:
    """Those series of an answer that belong to one of its parts."""
    rows = [row for row, key in enumerate(vector.keys) if (PARTS, name) in key]
    keys = tuple(tuple(pair for pair in vector.keys[row] if pair[0] != PARTS) for row in rows)
    return Vector(keys=keys, values=vector.values[rows], known=vector.known[rows], there=vector.seen[rows])


def _with_events(query: Query, answer: Vector, rates: Vector) -> Reading:
    """The answer where there were events enough, and the events in the window where there is one."""
    if query.at_least:
        answer = where_enough(answer, rates, least_rate(query))
    row_of = {key: row for row, key in enumerate(rates.keys)}
    rows = np.array([row_of.get(key, -1) for key in answer.keys], dtype=np.int64)
    nothing = np.zeros((1, answer.values.shape[1]), bool)
    there = answer.seen | np.vstack([rates.seen, nothing])[rows]
    values = np.where(answer.known, answer.values, np.nan)
    known = np.where(rates.known, rates.values * query.window.total_seconds(), np.nan)
    events = np.vstack([known, np.full((1, values.shape[1]), np.nan)])[rows]
    return Reading(keys=answer.keys, values=values, there=there, events=np.where(np.isfinite(values), events, np.nan))
