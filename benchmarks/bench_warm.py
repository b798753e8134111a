"""A warm start from a real Prometheus: series with four weeks of five-minute samples, until the watch can judge.

python -m benchmarks.bench_warm [--series 1000] [--days 28]

The blocks are made by promtool. The floor is asking for the same bytes and decoding them, without learning.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.aims import found
from benchmarks.prometheus import backfill, programs, serving
from detectors.engine import can_score
from detectors.frame import Floats
from detectors.sources.prometheus import Prometheus
from detectors.state import DAY
from detectors.watch import Query, Watch
from tocsin.detection.warm_start import read_history, warmed

EVERY = 300.0
AIM = 60.0  # seconds for 1,000 series


def history(series: int, days: int, now: datetime) -> tuple[Floats, Floats]:
    """Days with a wave of their own, every third series without; noise that is not Gaussian."""
    times: Floats = now.timestamp() // EVERY * EVERY - EVERY * np.arange(round(days * DAY / EVERY) - 1, -1, -1.0)
    chance = np.random.default_rng(4)
    wave = np.sin(2 * np.pi * (times / DAY + chance.random((series, 1)))) * (np.arange(series) % 3 > 0)[:, None]
    return times, 100.0 + 30.0 * wave + 5.0 * chance.standard_t(4, (series, len(times)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=28)
    told = parser.parse_args()
    print(f"warm start of {told.series:,} series with {told.days} days of five-minute samples from a real Prometheus")
    if programs() is None:
        return
    watch = Watch(
        name="bench",
        query=Query(metric="bench_value", by=("series",)),
        component="bench",
        every=timedelta(seconds=60),
        history=timedelta(days=told.days),
    )
    with tempfile.TemporaryDirectory() as made:
        now = datetime.now(UTC)
        begun = time.perf_counter()
        backfill(Path(made), {"bench_value": history(told.series, told.days, now)})
        print(f"  promtool made the blocks in {time.perf_counter() - begun:.0f} s")
        with serving(Path(made)) as server:
            measure(Prometheus(server.url, timeout=60), watch, now, told.series)


def measure(source: Prometheus, watch: Watch, now: datetime, series: int) -> None:
    begun, spent = time.perf_counter(), time.process_time()
    samples = sum(int(np.isfinite(frame.values).sum()) for frame in read_history(source, watch, now))
    floor, floor_cpu = time.perf_counter() - begun, time.process_time() - spent
    begun, spent = time.perf_counter(), time.process_time()
    state = warmed(source, watch, now)
    took, cpu = time.perf_counter() - begun, time.process_time() - spent
    if len(state.keys) != series or not can_score(state):
        raise RuntimeError(f"{len(state.keys)} series were warmed, expected {series}")
    print(f"  {samples:,} samples")
    found("ready after", took, "s", at_most=AIM * max(1.0, series / 1_000))
    found("  of which our CPU", cpu, "s")
    found("  against reading and decoding alone", took / floor, "x")
    found("  our CPU against decoding alone", cpu / floor_cpu, "x")
    source.close()


if __name__ == "__main__":
    main()
