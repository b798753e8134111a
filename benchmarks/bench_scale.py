"""How cost and memory grow with the series of a watch, what a checkpoint costs, and what series that come and go cost.

python -m benchmarks.bench_scale [--most 1000000]

CPU time, not the wall's: other processes share the machine. Each size in a process of its own, for its memory.
"""

import argparse
import dataclasses
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import numpy as np

from benchmarks.aims import found
from detectors.frame import Frame, Labels
from detectors.observe import look
from detectors.scores import Scores
from detectors.state import State
from detectors.watch import Query, Watch
from tocsin.context.recent_samples import RecentSamples

SIZES = (1_000, 10_000, 100_000, 1_000_000)
WATCH = Watch(name="bench", query=Query(metric="m"), component="bench", every=timedelta(minutes=5))
START, EVERY = 1.7e9, 300.0
HOURS = 12  # columns of an hour: one of them works out anew what a score of 1 takes
CHURN = 0.01
CELLS = 12_000_000  # series-steps of a measurement, at the most


def keys_of(first: int, count: int) -> tuple[Labels, ...]:
    return tuple((("asset", f"A{k % 97}"), ("series", str(k))) for k in range(first, first + count))


def frame(keys: tuple[Labels, ...], now: float, rng: np.random.Generator) -> Frame:
    return Frame(keys=keys, times=np.array([now]), values=rng.normal(10.0, 1.0, (len(keys), 1)))


def cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def arrays_of(state: State) -> list[np.ndarray]:
    """Every array of a state, whatever it is made of."""
    fields = [getattr(state, field.name) for field in dataclasses.fields(state)]
    parts = [part for field in fields for part in (field if isinstance(field, tuple) else (field,))]
    return [part for part in parts if isinstance(part, np.ndarray)]


def bytes_of(state: State) -> int:
    return sum(array.nbytes for array in arrays_of(state))


def copied(state: State) -> bytes:
    """The floor of whatever saves or widens a state."""
    return b"".join(np.ascontiguousarray(array).tobytes() for array in arrays_of(state))


class Running:
    """A watch that is evaluated a column at a time."""

    def __init__(self, keys: tuple[Labels, ...]) -> None:
        self.state, self.keys, self.rng = State.empty(WATCH), keys, np.random.default_rng(1)
        self.now, self.spent = START, 0.0
        self.last: tuple[Frame, Scores] | None = None

    def columns(self, count: int) -> float:
        """CPU seconds of so many evaluations."""
        spent = 0.0
        for _ in range(count):
            self.now += EVERY
            asked = frame(self.keys, self.now, self.rng)
            begun = time.process_time()
            seen = look(WATCH, self.state, asked)
            self.state = seen.state
            spent += time.process_time() - begun
            self.last = (asked, seen.scores)
        return spent


def size(series: int) -> dict[str, float]:
    """One size, in this process."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    running = Running(keys_of(0, series))
    warm, counted = (2 * HOURS, 2 * HOURS) if 4 * HOURS * series <= CELLS else (2, HOURS)
    running.columns(warm)
    spent = running.columns(counted)
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    return {"us": spent / series / counted * 1e6, "bytes": bytes_of(running.state) / series, "peak": peak / series}


def growth(most: int) -> None:
    print("cost and memory as series grow (state; peak of the process with the frame and the scores)")
    costs: dict[int, float] = {}
    for series in [s for s in SIZES if s <= most]:
        ran = subprocess.run(
            [sys.executable, "-m", "benchmarks.bench_scale", "--one", str(series)],
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
        )
        told = json.loads(ran.stdout)
        costs[series] = told["us"]
        found(
            f"{series:,} series: CPU a series and evaluation",
            told["us"],
            "us",
            at_most=0.5 if series == 10_000 else None,
        )
        found(f"{series:,} series: state", told["bytes"], "B/series", at_most=20_480)
        found(f"{series:,} series: peak of the process", told["peak"], "B/series")
    if {10_000, most} <= costs.keys() and most > 10_000:
        found(f"cost a series at {most:,} against 10,000", costs[most] / costs[10_000], "x", at_most=3)


def checkpoint(series: int = 10_000) -> None:
    """What is saved every three minutes, beside the bytes of the same arrays as they stand."""
    print(f"a checkpoint of {series:,} series")
    running = Running(keys_of(0, series))
    running.columns(300)
    written: list[bytes] = []
    floor = cpu(lambda: copied(running.state))
    save = cpu(lambda: written.append(running.state.to_bytes(WATCH)))
    load = cpu(lambda: State.from_bytes(WATCH, written[0]))
    found("saved in", save, "s", at_most=1.8)
    found("  against copying the arrays", save / floor, "x")
    found("  of the three minutes between two", 100 * save / 180, "%", at_most=1)
    found("read in", load, "s")
    found("bytes", len(written[0]) / series, "B/series", at_most=20_480)


def churn(series: int = 100_000) -> None:
    """Of a hundred series one goes and one comes, at every evaluation."""
    print(f"{series:,} series, of which {CHURN:.0%} go and as many come at each evaluation")
    still = Running(keys_of(0, series))
    still.columns(2)
    calm = still.columns(6) / 6
    moving, step = Running(keys_of(0, series)), round(CHURN * series)
    moving.columns(2)
    spent = 0.0
    for turn in range(6):
        moving.keys = keys_of((turn + 1) * step, series)
        spent += moving.columns(1)
    floor = cpu(lambda: copied(still.state))
    found("an evaluation without", calm, "s")
    found("an evaluation with", spent / 6, "s")
    found("  against one without", spent / 6 / calm, "x")
    found("  against copying the state once", spent / 6 / floor, "x", at_most=4)
    found("  of a minute between two", 100 * spent / 6 / 60, "%", at_most=2)


def ring(series: int = 10_000) -> None:
    """The last samples and bands, kept for plots: beside writing the same numbers into an array."""
    print(f"what is kept for plots, {series:,} series")
    running, recent = Running(keys_of(0, series)), RecentSamples()
    spent, floor = 0.0, 0.0
    for _ in range(30):
        running.columns(1)
        if running.last is None:
            raise RuntimeError("nothing was evaluated")
        asked, scores = running.last
        spent += cpu(lambda: recent.add(asked, scores))  # noqa: B023 - called at once
        target = np.empty((5, series), np.float32)
        floor += cpu(lambda: [target.__setitem__(k, scores.score[:, 0]) for k in range(5)])  # noqa: B023
    found("a column kept", spent / 30 / series * 1e6, "us/series", at_most=1)
    found("  against writing the same bytes", spent / max(floor, 1e-9), "x")
    found("memory", recent.nbytes / series, "B/series", at_most=20_480)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--one", type=int)
    told = parser.parse_args()
    if told.one:
        print(json.dumps(size(told.one)))
        return
    growth(told.most)
    checkpoint()
    churn()
    ring()


if __name__ == "__main__":
    main()
