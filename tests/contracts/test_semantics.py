"""Drawn samples and drawn queries: the embedded evaluation answers what a real Prometheus does, whatever befell them.

Counters reset, miss scrapes, end with and without a marker, begin late; gauges jump to infinities; buckets go missing,
fall where they should rise, and are named in more than one way.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import Floats, Labels, labels_of
from detectors.sources.embedded import Embedded
from detectors.sources.evaluate import NO_NUMBER, STALE
from detectors.sources.prometheus import Prometheus
from detectors.sources.scrape_store import RawHistory, ScrapeStore
from detectors.watch import Query, Read, Watch
from tests.contracts.test_sources import assert_same
from tests.detectors.sources.prometheus_server import running_prometheus, write_samples

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LENGTH = timedelta(hours=1)
SEEDS = range(12)
QUERIES = 12
"""A seed."""
EDGES = (("0.1", "0.5", "1", "+Inf"), ("0.1", "0.5", "1.0", "2.5", "10", "+Inf"), ("-1", "0", "3", "+Inf"), ("1", "5"))


def drawn_times(chance: np.random.Generator) -> Floats:
    """A scrape each 5, 15 or 30 s, more or less."""
    spacing = float(chance.choice([5.0, 15.0, 30.0]))
    at = START.timestamp() + chance.uniform(0, spacing) + np.arange(0, LENGTH.total_seconds(), spacing)
    return np.asarray(np.round(at + chance.uniform(-0.2, 0.2, len(at)), 3), np.float64)


def keys(chance: np.random.Generator) -> tuple[Labels, ...]:
    """Some of two assets on three networks at two pods; a network is missing here and there."""
    every = [(asset, network, pod) for asset in ("BTC", "ETH") for network in ("a", "b", "") for pod in ("x", "y")]
    chosen = chance.choice(len(every), size=int(chance.integers(2, 8)), replace=False)
    names = ("asset", "network", "pod")
    return tuple(
        labels_of({name: value for name, value in zip(names, every[at], strict=True) if value}) for at in sorted(chosen)
    )


def wear(values: Floats, chance: np.random.Generator) -> None:
    """What happens to series: gaps, scrapes that fail, ends with and without a marker, late beginnings."""
    count = values.shape[1]
    for row in values:
        for _ in range(int(chance.integers(0, 3))):
            begin = int(chance.integers(0, count))
            row[begin : begin + int(chance.integers(1, count // 4))] = np.nan
        if chance.uniform() < 0.3:
            row[chance.uniform(size=count) < 0.25] = np.nan
        if chance.uniform() < 0.4:  # it ends, and may come back
            begin = int(chance.integers(1, count))
            row[begin : begin + int(chance.integers(2, count))] = np.nan
            row[begin] = STALE
        if chance.uniform() < 0.25:
            row[: int(chance.integers(1, count))] = np.nan


def counters(chance: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Whole numbers or not, from nothing or from somewhere, with restarts."""
    grown = chance.poisson(float(chance.choice([0.05, 1.0, 40.0])), shape).astype(np.float64)
    values = np.cumsum(grown * float(chance.choice([1.0, 0.37])), axis=1)
    values += float(chance.choice([0.0, 1e6]))
    for row in values:
        for at in np.sort(chance.integers(1, shape[1], int(chance.integers(0, 4)))):  # none is ever below zero
            row[at:] -= row[at] - float(chance.choice([0.0, 3.0]))
    return np.asarray(values, np.float64)


def histories(seed: int) -> list[RawHistory]:
    chance, times = np.random.default_rng(seed), drawn_times(np.random.default_rng(seed + 1000))
    made = []
    for name in ("part", "whole"):
        names = keys(chance)
        values = counters(chance, (len(names), len(times)))
        wear(values, chance)
        made.append(RawHistory(metric=f"s{seed}_{name}_total", keys=names, times=times, values=values))
    names = keys(chance)
    values = np.asarray(chance.normal(0, 1e3, (len(names), len(times))), np.float64)
    values[chance.uniform(size=values.shape) < 0.01] = np.inf
    wear(values, chance)
    return [*made, RawHistory(metric=f"s{seed}_gauge", keys=names, times=times, values=values), *buckets(seed, chance)]


def buckets(seed: int, chance: np.random.Generator) -> list[RawHistory]:
    times, edges = drawn_times(chance), EDGES[seed % len(EDGES)]
    names, rows, labels = keys(chance), [], []
    for key in names:
        seen = np.cumsum(counters(chance, (len(edges), len(times))), axis=0)
        if chance.uniform() < 0.3:  # they fall where they should rise
            seen[1] *= 0.5
        rows += list(seen)
        labels += [labels_of({**dict(key), "le": edge}) for edge in edges]
    values = np.asarray(rows, np.float64)
    counted = values[len(edges) - 1 :: len(edges)].copy()
    wear(values, chance)
    return [
        RawHistory(metric=f"s{seed}_seconds_bucket", keys=tuple(labels), times=times, values=values),
        RawHistory(metric=f"s{seed}_seconds_count", keys=names, times=times, values=counted),
    ]


def drawn_query(seed: int, number: int) -> Query:
    """Odd quantiles and bounds: where two rounded numbers are equal by chance, nobody is right."""
    chance = np.random.default_rng(1_000_000 + 1000 * seed + number)
    read = (Read.VALUE, Read.RATE, Read.RATIO, Read.QUANTILE)[number % 4]
    by = tuple(label for label in ("asset", "network", "pod") if chance.uniform() < 0.5)
    matches: list[tuple[tuple[str, str], ...]] = [(), (("asset", "BTC"),), (("network", ""),), (("pod", "x"),)]
    match, match_of = (matches[int(chance.integers(len(matches)))] for _ in range(2))
    window = timedelta(seconds=int(chance.choice([31, 60, 300, 1020])))
    least = float(chance.choice([0.0, 7.31, 103.7]))
    if read is Read.VALUE:
        return Query(metric=f"s{seed}_gauge", by=by, match=match)
    if read is Read.RATE:
        return Query(metric=f"s{seed}_part_total", read=read, by=by, match=match, window=window)
    if read is Read.RATIO:
        part, whole = f"s{seed}_part_total", f"s{seed}_whole_total"
        return Query(
            metric=part, read=read, of=whole, by=by, match=match, match_of=match_of, window=window, at_least=least
        )
    q = float(chance.choice([0.0313, 0.5171, 0.9337]))
    return Query(metric=f"s{seed}_seconds", read=read, quantile=q, by=by, match=match, window=window, at_least=least)


def without_numbers() -> dict[str, Floats]:
    """Two counters each (2, 240), one of which is no number in one way or another."""
    count = int(LENGTH.total_seconds()) // 15
    made = {}
    for name in ("beside_inf", "minus_inf", "every_second", "once", "always", "beside_an_end", "then_an_end"):
        made[name] = np.asarray([np.arange(count) * 3.0, np.arange(count) + 1.0])
    made["beside_inf"][0, 50:100] = np.inf
    made["beside_inf"][1, 50:150] = NO_NUMBER
    made["minus_inf"][0] = -np.inf
    made["every_second"][0, ::2] = NO_NUMBER
    made["once"][0, 75] = NO_NUMBER
    made["always"][:] = NO_NUMBER
    made["beside_an_end"][0, 100:] = np.nan
    made["beside_an_end"][0, 100] = STALE
    made["beside_an_end"][1, 100:] = NO_NUMBER
    made["then_an_end"][0, 51:75] = np.nan
    made["then_an_end"][0, 50:52] = NO_NUMBER, STALE
    return made


def no_numbers() -> list[RawHistory]:
    pods = tuple(labels_of({"pod": pod}) for pod in "ab")
    times = np.asarray(START.timestamp() + 3 + np.arange(0, LENGTH.total_seconds(), 15), np.float64)
    return [
        RawHistory(metric=f"{name}_total", keys=pods, times=times, values=values)
        for name, values in without_numbers().items()
    ]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Prometheus, Embedded]]:
    every = [*(history for seed in SEEDS for history in histories(seed)), *no_numbers()]
    folder: Path = tmp_path_factory.mktemp("semantics")
    with closing(ScrapeStore(folder / "samples.db")) as store, running_prometheus(folder / "prometheus") as url:
        store.load_history(every)
        write_samples(url, every)
        with closing(Prometheus(url)) as real:
            yield real, Embedded(store)


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_samples_are_answered_as_prometheus_does(sources: tuple[Prometheus, Embedded], seed: int) -> None:
    real, embedded = sources
    answered = 0
    for number in range(QUERIES):
        query = drawn_query(seed, number)
        every = timedelta(seconds=(60, 7)[number % 2])
        watch = Watch(name=f"{seed}/{number}", query=query, component="exchange", every=every)
        span = START - timedelta(minutes=6), START + LENGTH + timedelta(minutes=8)
        expected, found = real.read(watch, *span), embedded.read(watch, *span)
        assert_same(found, expected)
        answered += len(expected.keys)
    assert answered >= QUERIES // 2  # most of them have an answer


@pytest.mark.parametrize("by", [(), ("pod",)], ids=["all", "each"])
@pytest.mark.parametrize("read", [Read.VALUE, Read.RATE, Read.RATIO])
@pytest.mark.parametrize("name", without_numbers())
def test_what_is_no_number_means_the_same_on_both(
    sources: tuple[Prometheus, Embedded], name: str, read: Read, by: tuple[str, ...]
) -> None:
    query = Query(metric=f"{name}_total", read=read, by=by, of="once_total" if read is Read.RATIO else None)
    watch = Watch(name="it", query=query, component="exchange", every=timedelta(seconds=60))
    expected, found = (source.read(watch, START, START + LENGTH) for source in sources)
    assert_same(found, expected)
    assert found.keys or found.idle is not None
