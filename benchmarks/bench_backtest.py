"""What a backtest costs: 1,000 series over ten weeks at five minutes, the first four of which warm the engine.

    python -m benchmarks.bench_backtest [--series 1000] [--weeks 10] [--only memory|files|prometheus]

Each run is a process of its own: wall and CPU seconds, and its peak memory. Its floor: what reading alone costs.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.aims import found
from detectors.frame import Floats, Frame, Labels, labels_of
from detectors.sources.grid import grid
from detectors.sources.prometheus import Prometheus
from detectors.sources.replay import Replay
from detectors.sources.source import Source
from detectors.watch import Query, Watch
from incidents.component import ComponentGraph
from incidents.settings import Settings
from tests.detectors.sources.prometheus_server import running_prometheus
from tocsin.backtest.report import ReportSpan
from tocsin.backtest.run import Setup, backtest

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
EVERY = timedelta(minutes=5)
COLUMNS = 2_000
SOURCES = {"memory": "made as they are read", "files": "from CSV", "prometheus": "from a Prometheus"}
MOST_S, MOST_MIB = 300.0, 600.0
"""Minutes, and memory that does not grow with the weeks (of files: 8 bytes a sample)."""


class Generated:
    """Samples made as they are asked for: what remains is the backtest's own cost. Faults of one hour a week."""

    def __init__(self, series: int, end: datetime) -> None:
        self.keys: tuple[Labels, ...] = tuple(labels_of({"column": f"s{row:04}"}) for row in range(series))
        self.mean = np.random.default_rng(0).uniform(10, 100, (series, 1))
        self.end = end

    def values(self, times: Floats) -> Floats:
        chance = np.random.default_rng(int(times[0]))
        noise = np.exp(chance.normal(0, 0.1, (len(self.keys), len(times))))
        values: Floats = self.mean * (1 + 0.3 * np.sin(2 * np.pi * times / 86_400)) * noise
        values[: max(1, len(self.keys) // 50), (times - BEGIN.timestamp()) % 604_800 < 3_600] *= 8.0
        return values

    def history(self, watch: Watch, start: datetime, end: datetime, step: timedelta) -> Iterator[Frame]:  # noqa: ARG002  # as every source
        times = grid(max(start, BEGIN), min(end, self.end), step) / 1000.0
        for at in range(0, len(times), COLUMNS):
            part = times[at : at + COLUMNS]
            yield Frame(keys=self.keys, times=part, values=self.values(part))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=1_000)
    parser.add_argument("--weeks", type=int, default=10)
    parser.add_argument("--only", choices=list(SOURCES))
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.child:
        print(json.dumps(measured(told.only, told.series, told.weeks)))
        return
    for kind in [told.only] if told.only else SOURCES:
        command = [sys.executable, "-m", "benchmarks.bench_backtest", "--child", "--only", kind]
        command += ["--series", str(told.series), "--weeks", str(told.weeks)]
        answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        tell(kind, told.series, told.weeks, json.loads(answer.stdout))


def tell(kind: str, series: int, weeks: int, cost: Mapping[str, float]) -> None:
    """The figures of one run. The aims are those of ten weeks of 1,000 series, or of more."""
    what = f"backtest of {series} series, {weeks} weeks, {SOURCES[kind]}"
    found(what, cost["wall"], "s", at_most=MOST_S)
    found("  CPU", cost["cpu"], "s")
    found("  CPU a sample", cost["cpu"] * 1e6 / cost["columns"] / cost["series"], "us")
    found("  reading alone, the floor", cost["reading"], "s")
    found("  peak memory", cost["peak"], "MiB", at_most=MOST_MIB)
    found("  of it before it began", cost["idle"], "MiB")
    found("  incidents", cost["incidents"], "")


def measured(kind: str, series: int, weeks: int) -> dict[str, float]:
    end = BEGIN + timedelta(weeks=weeks)
    made = Generated(series, end)
    watch = Watch(
        name="bench", query=Query(metric="bench", by=("column",)), component="exchange", every=EVERY,
        history=timedelta(weeks=0.4 * weeks),
    )  # fmt: skip
    span = ReportSpan(start=BEGIN + 0.4 * timedelta(weeks=weeks), end=end)
    setup = Setup(name="bench", watches=(watch,), graph=ComponentGraph(()), settings=Settings())
    idle = peak()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        if kind == "files":
            written(folder / "bench.csv", made)
        begun, spent = time.perf_counter(), time.process_time()
        source: Source = made  # type: ignore[assignment]  # a backtest reads history alone
        if kind == "files":
            source = Replay({"bench": folder / "bench.csv"})
        if kind == "prometheus":
            source = recorded(opened, folder, made)
            begun, spent = time.perf_counter(), time.process_time()
        report = backtest(setup, {"default": source}, span)
        wall, cpu, most = time.perf_counter() - begun, time.process_time() - spent, peak()
        begun = time.perf_counter()
        columns = sum(len(frame.times) for frame in source.history(watch, BEGIN, end, EVERY))
        reading = time.perf_counter() - begun
    return {
        "wall": wall, "cpu": cpu, "peak": most, "idle": idle, "columns": columns, "series": series,
        "reading": reading, "incidents": len(report.incidents),
    }  # fmt: skip


def written(path: Path, made: Generated) -> None:
    """A column a series, as spreadsheets have it."""
    times = grid(BEGIN, made.end, EVERY) / 1000.0
    with path.open("w") as file:
        file.write("time," + ",".join(dict(key)["column"] for key in made.keys) + "\n")
        for at in range(0, len(times), COLUMNS):
            part = times[at : at + COLUMNS]
            np.savetxt(file, np.column_stack([part, made.values(part).T]), fmt="%.3f", delimiter=",")


def recorded(opened: ExitStack, folder: Path, made: Generated) -> Prometheus:
    """A real Prometheus with these samples in blocks, made by promtool."""
    times = grid(BEGIN, made.end, EVERY) / 1000.0
    text = folder / "samples.txt"
    with text.open("w") as file:
        file.write("# TYPE bench gauge\n")
        for at in range(0, len(times), COLUMNS):
            part = times[at : at + COLUMNS]
            rows = made.values(part)
            for key, values in zip(made.keys, rows, strict=True):
                name = dict(key)["column"]
                file.writelines(
                    f'bench{{column="{name}"}} {value:.3f} {when:.0f}\n'
                    for when, value in zip(part.tolist(), values.tolist(), strict=True)
                )
        file.write("# EOF\n")
    data = folder / "prometheus" / "data"
    data.mkdir(parents=True)
    blocks = ["--max-block-duration=720h", str(text), str(data)]
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", *blocks], check=True, stdout=subprocess.DEVNULL
    )
    text.unlink()
    return Prometheus(opened.enter_context(running_prometheus(folder / "prometheus")), timeout=60.0)


def peak() -> float:
    """MiB at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
