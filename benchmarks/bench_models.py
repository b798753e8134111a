"""What each model finds that a level and its spread do not: made-up faults, with the model and without it.

Nothing is pooled, budget one false opening a series in 30 days, ten days of history, then four days with one
fault in them. Recall counts an opening within the fault; what opens outside of it is false.

python -m benchmarks.bench_models [--series 20]
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.aims import found
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Floats, Frame, Labels
from detectors.history import warm
from detectors.watch import Direction, FailureKind, Query, Read, Watch

EVERY, DAY = 300.0, 86_400.0
START = 1_767_571_200.0
PAST, LIVE = 10 * 288, 4 * 288
TIMES: Floats = START + EVERY * np.arange(PAST + LIVE, dtype=np.float64)
AT = PAST + 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A watch and its samples (S, T); lasts: columns of the fault. plain: the watch and samples without the model."""

    name: str
    watch: Watch
    lasts: int
    values: Floats
    events: Floats | None = None
    buckets: Floats | None = None
    ends: tuple[float, ...] = ()
    plain: tuple[Watch, Floats] | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=20)
    told = parser.parse_args()
    for case in cases(told.series):
        for how, outcome in (("with its model", measured(case)), ("without", measured(without(case), off=True))):
            found(f"{case.name}, {how}: recall", outcome.recall, "")
            found("  the median opening after", outcome.delay, "min")
            found("  false openings a series in 30 days", outcome.false, "")


def without(case: Case) -> Case:
    """The same without events behind the samples, and without objective; or as the case itself says."""
    if case.plain:
        return replace(case, watch=case.plain[0], values=case.plain[1], events=None, buckets=None, ends=())
    return replace(case, events=None, watch=replace(case.watch, slo=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Recall, median minutes to the opening (NaN = none), false openings a series in 30 days."""

    recall: float
    delay: float
    false: float


def measured(case: Case, *, off: bool = False) -> Outcome:
    with switched(off=off), patch("detectors.pool.is_pooled", return_value=False):
        opened = openings(case)
    begin, end = TIMES[AT], TIMES[AT + case.lasts]
    first: dict[str, float] = {}
    false = 0
    for component, at in sorted(opened):
        if begin <= at <= end:
            first.setdefault(component, at)
        else:
            false += 1
    series = len(case.values)
    delay = (float(np.median(list(first.values()))) - begin) / 60 if first else float("nan")
    each = false / series / (LIVE * EVERY / DAY) * 30
    return Outcome(recall=len(first) / series, delay=delay, false=each)


@contextmanager
def switched(*, off: bool) -> Iterator[None]:
    """With `off`, counts and runs have no models."""
    if not off:
        yield
        return
    with patch("detectors.chance.counts.unit_of", return_value=None), patch("detectors.column.wait", return_value=()):
        yield


def openings(case: Case) -> set[tuple[str, float]]:
    series = len(case.values)
    keys: tuple[Labels, ...] = tuple((("series", f"{at:03d}"),) for at in range(series))
    watch = replace(case.watch, component="{series}", budget=float(series), absent_after=None)

    def part(begin: int, end: int) -> Frame:
        return Frame(
            keys=keys,
            times=TIMES[begin:end],
            values=case.values[:, begin:end],
            events=None if case.events is None else case.events[:, begin:end],
            buckets=None if case.buckets is None else case.buckets[..., begin:end],
            ends=case.ends,
        )

    state = warm(watch, [part(0, PAST)])
    state, scores = step(watch, state, part(PAST, PAST + LIVE))
    _, told = decide(watch, state, scores)
    return {(anomaly.component, anomaly.detected_at.timestamp()) for anomaly in told}


def cases(series: int) -> Iterator[Case]:
    """Each fault as it was asked for."""
    rng = np.random.default_rng(5)
    shape = (series, PAST + LIVE)
    deposits = rng.poisson(3.0, shape) / EVERY
    deposits[:, AT : AT + 12] = 0.0
    yield Case(
        name="deposits, 3 in 5 min to none for 1 h", watch=_watch(Read.RATE, Direction.BELOW), lasts=12, values=deposits
    )
    for events, bad in ((4, 0.06), (4, 0.75), (4_000, 0.06)):
        share = rng.binomial(events, 0.01, shape) / events
        share[:, AT : AT + 12] = rng.binomial(events, bad, (series, 12)) / events
        yield Case(
            name=f"errors 1% to {bad:.0%} of {events} for 1 h",
            watch=_watch(Read.RATIO, Direction.ABOVE),
            lasts=12,
            values=share,
            events=np.full(shape, float(events)),
        )
    many = np.where(np.arange(shape[1]) % 288 >= 192, 4, 4_000) * np.ones(shape, int)
    share = rng.binomial(many, 0.01) / many
    share[:, AT : AT + 12] = rng.binomial(many[:, AT : AT + 12], 0.06) / many[:, AT : AT + 12]
    yield Case(
        name="errors 1% to 6% by day, 4 events a night",
        watch=_watch(Read.RATIO, Direction.ABOVE),
        lasts=12,
        values=share,
        events=many.astype(np.float64),
    )
    gauge = rng.normal(41.0, 0.5, shape)
    gauge[:, AT : AT + 36] = gauge[:, AT - 1 : AT]
    yield Case(name="a gauge frozen for 3 h", watch=_watch(Read.VALUE, Direction.BOTH), lasts=36, values=gauge)
    queue = np.empty(shape)
    now = np.full(series, 40.0)
    for at in range(shape[1]):
        now = np.maximum(0.0, now + 0.1 * (40.0 - now) + rng.normal(0.0, 6.0, series))
        queue[:, at] = np.round(now)
    queue[:, AT : AT + 24] = queue[:, AT - 1 : AT] + 1.5 * np.arange(1, 25)
    backlog = replace(_watch(Read.VALUE, Direction.ABOVE), kind=FailureKind.BACKLOG)
    yield Case(name="a queue that only grows for 2 h", watch=backlog, lasts=24, values=queue)
    budget = rng.binomial(5_000, 0.0003, shape) / 5_000
    bursts = rng.random(shape) < 0.01
    budget[bursts] += 0.012
    budget[:, AT : AT + 24] = rng.binomial(5_000, 0.0144, (series, 24)) / 5_000
    objective = replace(_watch(Read.RATIO, Direction.ABOVE), slo=99.9)
    yield Case(
        name="99.9% spent 14.4 times too fast for 2 h, usual spikes",
        watch=objective,
        lasts=24,
        values=budget,
        events=np.full(shape, 5_000.0),
    )
    yield _humps(rng, series)


def _humps(rng: np.random.Generator, series: int) -> Case:
    """Two humps where one was: below 0.5 s lies as much as before, and below 2 s."""
    usual, humps = (0.05, 0.2, 0.25, 0.25, 0.2, 0.05), (0.05, 0.4, 0.05, 0.05, 0.4, 0.05)
    buckets = np.moveaxis(rng.multinomial(300, usual, (series, PAST + LIVE)), 2, 1).astype(np.float64)
    buckets[:, :, AT : AT + 12] = np.moveaxis(rng.multinomial(300, humps, (series, 12)), 2, 1)
    return Case(
        name="latency in two humps for 1 h; p50 without",
        watch=_watch(Read.SHIFT, Direction.ABOVE),
        lasts=12,
        values=buckets.sum(axis=1),
        events=buckets.sum(axis=1),
        buckets=buckets,
        ends=(0.1, 0.2, 0.5, 1.0, 2.0, float("inf")),
        plain=(replace(_watch(Read.VALUE, Direction.BOTH)), _median(buckets)),
    )


def _median(buckets: Floats) -> Floats:
    """What histogram_quantile(0.5) says of them."""
    ends = np.array([0.1, 0.2, 0.5, 1.0, 2.0, 2.0])
    below = np.cumsum(buckets, axis=1)
    rank = 0.5 * below[:, -1]
    found = np.empty(rank.shape)
    for row, column in np.ndindex(rank.shape):
        at = int(np.argmax(below[row, :, column] >= rank[row, column]))
        begin, under = (0.0, 0.0) if at == 0 else (ends[at - 1], below[row, at - 1, column])
        found[row, column] = begin + (ends[at] - begin) * (rank[row, column] - under) / buckets[row, at, column]
    return found


def _watch(read: Read, bad: Direction) -> Watch:
    more: dict[str, Any] = {"of": "all_total"} if read is Read.RATIO else {}
    return Watch(
        name="models",
        query=Query(metric="m", read=read, **more),
        component="{series}",
        bad=bad,
        every=timedelta(seconds=EVERY),
        recover=timedelta(minutes=15),
    )


if __name__ == "__main__":
    main()
