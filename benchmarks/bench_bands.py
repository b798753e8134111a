"""The engine beside a real Prometheus that evaluates adaptive bands as recording rules, over the same series.

python -m benchmarks.bench_bands [--series 1000] [--evaluations 4]

The rules are of the kind that Grafana's adaptive bands are: a mean and a spread of an hour, those smoothed over 26
hours, an upper and a lower edge of them. History is backfilled by promtool, that of the recorded means too, so that
every window is full.
CPU time of either process: others share the machine.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import numpy as np

from benchmarks.aims import found
from benchmarks.prometheus import Server, backfill, programs, serving
from detectors.frame import Floats, Frame, labels_of
from detectors.observe import look
from detectors.state import State
from detectors.watch import Query, Watch

EVERY = 60.0
HOURS = 28
EVALUATION = 5  # seconds between two of Prometheus's
RULES = """\
groups:
  - name: bands
    rules:
      - {record: "bench:mean_1h", expr: "avg_over_time(bench_value[1h])"}
      - {record: "bench:spread_1h", expr: "stddev_over_time(bench_value[1h])"}
      - {record: "bench:middle", expr: "avg_over_time(bench:mean_1h[26h])"}
      - {record: "bench:margin", expr: "stddev_over_time(bench:mean_1h[26h]) + avg_over_time(bench:spread_1h[26h])"}
      - {record: "bench:upper", expr: "bench:middle + 2 * bench:margin"}
      - {record: "bench:lower", expr: "bench:middle - 2 * bench:margin"}
"""


def history(series: int, now: float) -> tuple[Floats, Floats]:
    times: Floats = now // EVERY * EVERY - EVERY * np.arange(round(HOURS * 3_600 / EVERY), 0, -1.0)
    return times, np.random.default_rng(6).normal(100.0, 5.0, (series, len(times)))


def engine(series: int, times: Floats, values: Floats) -> float:
    """CPU seconds a series and evaluation over the last hour, a column a call."""
    watch = Watch(name="bench", query=Query(metric="m"), component="bench", every=timedelta(seconds=EVERY))
    keys = tuple(labels_of({"series": f"{row:05}"}) for row in range(series))
    first = len(times) - 60
    state = look(watch, State.empty(watch), Frame(keys=keys, times=times[:first], values=values[:, :first])).state
    spent = 0.0
    for column in range(first, len(times)):
        frame = Frame(keys=keys, times=times[column : column + 1], values=values[:, column : column + 1])
        begun = time.process_time()
        state = look(watch, state, frame).state
        spent += time.process_time() - begun
    return spent / 60 / series


def rules(server: Server, series: int, evaluations: int) -> tuple[float, float]:
    """CPU seconds a series and evaluation of Prometheus, and the wall's as it tells them itself."""
    count = 'prometheus_rule_group_iterations_total{rule_group=~".*bands"}'
    wait_for(server, 'count({__name__="bench:upper"})', series)
    began, cpu = iterations(server), server.cpu()
    deadline = time.monotonic() + 60 + 3 * EVALUATION * evaluations
    while iterations(server) < began + evaluations:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{count}: fewer than {evaluations} evaluations in time")
        time.sleep(0.2)
    spent = server.cpu() - cpu
    done = iterations(server) - began
    (last,) = own_metric(server, "prometheus_rule_group_last_duration_seconds")
    return spent / done / series, last / series


def own_metric(server: Server, name: str) -> list[float]:
    """A metric of Prometheus's own, of every label set."""
    lines = httpx2.get(f"{server.url}/metrics", timeout=10).text.splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name} ", f"{name}{{"))]


def iterations(server: Server) -> float:
    return sum(own_metric(server, "prometheus_rule_group_iterations_total"))


def wait_for(server: Server, query: str, wanted: float) -> None:
    deadline = time.monotonic() + 60
    while server.asked(query).get("", 0.0) < wanted:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{query} is {server.asked(query)}, expected {wanted:g}")
        time.sleep(0.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=1_000)
    parser.add_argument("--evaluations", type=int, default=4)
    told = parser.parse_args()
    print(
        f"adaptive bands as recording rules in a real Prometheus, beside the engine, {told.series:,} series at a minute"
    )
    if programs() is None:
        return
    with tempfile.TemporaryDirectory() as made:
        folder, now = Path(made), datetime.now(UTC).timestamp()
        times, values = history(told.series, now)
        means = np.apply_along_axis(lambda row: np.convolve(row, np.full(60, 1 / 60), "same"), 1, values)
        spreads = np.full_like(values, 5.0)
        backfill(
            folder,
            {"bench_value": (times, values), "bench:mean_1h": (times, means), "bench:spread_1h": (times, spreads)},
        )
        (folder / "rules.yml").write_text(RULES)
        with serving(folder, [str(folder / "rules.yml")], f"{EVALUATION}s") as server:
            theirs, wall = rules(server, told.series, told.evaluations)
        ours = engine(told.series, times, values)
    found("the rules: CPU a series and evaluation", theirs * 1e6, "us")
    found("the rules: the wall's time, as Prometheus tells it", wall * 1e6, "us")
    found("the engine: CPU a series and evaluation", ours * 1e6, "us")
    found("  of the rules'", ours / theirs, "x", at_most=0.05)


if __name__ == "__main__":
    main()
