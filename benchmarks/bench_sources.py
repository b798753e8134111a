"""What reading samples costs: the bytes of a Prometheus answer as arrays, beside the peer's; the embedded evaluation.

    python -m benchmarks.bench_sources

A floor is measured in the same run, and every figure is also given as a ratio to it.
"""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson
from prometheus_api_client import MetricRangeDataFrame

from benchmarks.aims import found
from detectors.frame import Floats, Labels, labels_of
from detectors.sources.answer import answer_of
from detectors.sources.embedded import Embedded
from detectors.sources.head import PageSample
from detectors.sources.scrape_store import RawHistory, ScrapeStore
from detectors.watch import Query, Read, Watch

START = datetime(2026, 5, 1, tzinfo=UTC)
MINUTES = 20_160
"""Two weeks."""
MOST_BY_FLOOR, MOST_MS = 2.0, 50.0
"""Samples are to cost about what decoding their JSON does (of one column it is the labels, which a live watch has read
before); a live watch of a second a twentieth of it."""


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The quickest of some runs."""
    best = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def answers(series: int, columns: int) -> None:
    """A range answer: bytes -> Frame's arrays, against the peer's data frame and the JSON decoder alone."""
    chance = np.random.default_rng(1)
    instants = np.arange(columns, dtype=np.int64) * 60_000 + 1_777_593_600_000
    stamps = (instants // 1000).tolist()
    result = [
        {
            "metric": {"__name__": "delay", "asset": f"A{row:04}"},
            "values": [
                [at, repr(value)] for at, value in zip(stamps, chance.normal(100, 5, columns).tolist(), strict=True)
            ],
        }
        for row in range(series)
    ]
    body = json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}).encode()
    ours = seconds(lambda: answer_of(body, instants))
    floor = seconds(lambda: orjson.loads(body))
    peer = seconds(lambda: MetricRangeDataFrame(json.loads(body)["data"]["result"]), times=1)
    print(f"answer of {series} series x {columns} ({len(body) / 2**20:.1f} MiB)")
    found("  ours, a series", ours * 1e6 / series, "us")
    found("  orjson alone, the floor", floor * 1e6 / series, "us")
    found("  ours by the floor", ours / floor, "x", at_most=MOST_BY_FLOOR if columns > 1 else None)
    found("  ours by MetricRangeDataFrame, the peer", ours / peer, "x", at_most=1.0)


def keys(name: str, count: int) -> tuple[Labels, ...]:
    return tuple(labels_of({"asset": f"{name}{row:03}"}) for row in range(count))


def weeks() -> Sequence[RawHistory]:
    """500 series of two weeks: 20 histograms of 12 buckets, 200 counters, 60 gauges."""
    chance = np.random.default_rng(2)
    times: Floats = np.asarray(START.timestamp() + np.arange(MINUTES) * 60.0, np.float64)
    edges = [f"{2.0**at:g}" for at in range(11)] + ["+Inf"]
    seen = np.cumsum(chance.poisson(20, (20, 1, MINUTES)), axis=2) * np.linspace(0.1, 1, 12)[None, :, None] // 1
    buckets = tuple(labels_of({"asset": f"A{row:03}", "le": edge}) for row in range(20) for edge in edges)
    counted = np.cumsum(chance.poisson(5, (200, MINUTES)), axis=1).astype(np.float64)
    return (
        RawHistory(metric="seconds_bucket", keys=buckets, times=times, values=seen.reshape(240, MINUTES)),
        RawHistory(metric="orders_total", keys=keys("B", 200), times=times, values=counted),
        RawHistory(metric="depth", keys=keys("C", 60), times=times, values=chance.normal(100, 5, (60, MINUTES))),
    )


QUERIES = {
    "quantile, 20 x 12 buckets": Query(metric="seconds", read=Read.QUANTILE, quantile=0.95, by=("asset",)),
    "rate, 200 series": Query(metric="orders_total", read=Read.RATE, by=("asset",)),
    "value, 60 series": Query(metric="depth", by=("asset",)),
}


def watch(query: Query, every: timedelta) -> Watch:
    return Watch(name="bench", query=query, component="exchange", every=every)


def embedded(folder: Path) -> None:
    """Two weeks at once, and a live watch of 50 series each second."""
    store, histories = ScrapeStore(folder / "samples.db"), weeks()
    floor = seconds(lambda: [np.diff(history.values, axis=1) for history in histories])
    loading = seconds(lambda: store.load_history(histories), times=1)
    size = (folder / "samples.db").stat().st_size / 2**20
    found(f"500 series x {MINUTES}: loaded into the embedded store", loading, "s")
    found("  by a numpy pass, the floor", loading / floor, "x")
    found("  on disk", size, "MiB")
    source, end = Embedded(store), START + timedelta(minutes=MINUTES)
    for name, query in QUERIES.items():
        asked = watch(query, timedelta(seconds=60))
        took = seconds(lambda: list(source.history(asked, START, end, timedelta(seconds=60))), times=1)  # noqa: B023
        found(f"  two weeks of {name}", took, "s")
    live(store, source, end)
    store.close()


def live(store: ScrapeStore, source: Embedded, end: datetime) -> None:
    names = keys("D", 50)
    for turn in range(240):
        at = end + timedelta(seconds=15 * turn)
        store.append("bench", at, [PageSample(metric="live_total", labels=key, value=turn * 7.0) for key in names])
    asked = watch(Query(metric="live_total", read=Read.RATE, by=("asset",)), timedelta(seconds=1))
    now = end + timedelta(hours=1)
    source.read(asked, None, now)
    took = seconds(lambda: [source.read(asked, None, now - timedelta(seconds=at)) for at in range(200)]) / 200
    found("  a live rate of 50 series, a tick", took * 1e3, "ms", at_most=MOST_MS)


if __name__ == "__main__":
    answers(1000, 1000)
    answers(1000, 1)
    with tempfile.TemporaryDirectory() as made:
        embedded(Path(made))
