"""The service on a Prometheus that scrapes a real node-exporter and itself: quiet, until the machine is loaded.

The watches are an operator's. On a machine that others share, busy processors are no news and load is: it counts who
has to wait, and goes on counting where all processors are busy. So the load a processor is what shall ring, from
four more than usual on; busy processors, lost and slow scrapes are watched beside it and shall not ring for noise.

The exporter reads the files of a machine that the test plays, so what else runs beside the test says nothing. It has no
past, so Prometheus is given six hours of one. A second service, which may not look at the past, stands for a cold
start: it must say nothing as long as it does not know what is usual.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np

from detectors.frame import Floats, labels_of
from detectors.sources.scrape_store import RawHistory
from tests.detectors.sources.prometheus_server import (
    free_port,
    running_prometheus,
    running_server,
    write_samples,
)
from tests.require import require
from tests.scenarios.service import Running, running

QUIET = timedelta(minutes=float(os.environ.get("TOCSIN_QUIET_MINUTES", "1.5")))
PATIENCE_S = 300.0
PROCESSORS, BURNERS = 2, 32
PAST_S, STEP_S = 6 * 3600, 15
MEMORY_S = 300.0
TICKS = 100
"""In which Linux counts a second of a processor."""
SCRAPED = """[
    {{job_name: node, scrape_interval: 2s, scrape_timeout: 2s,
      static_configs: [{{targets: ["{exporter}"], labels: {{instance: machine}}}}]}},
    {{job_name: prometheus, scrape_interval: 2s, scrape_timeout: 2s, metrics_path: /metrics,
      static_configs: [{{targets: ["{itself}"], labels: {{instance: machine}}}}]}}]"""
CONFIG = """\
site: {name: Northbridge, public_url: "http://LISTEN"}
data: .
listen: LISTEN
sources: {default: {kind: prometheus, url: "PROMETHEUS"}}
incidents: {cause_wait: 3s, recovery_hold: 1m}
components:
  - {name: machine, title: Servers, disclosure: {mode: auto, after: 0s}}
  - {name: monitoring, title: Monitoring, public: false, depends_on: [machine], disclosure: {mode: never}}
watches:
  - name: load
    title: Load a processor
    promql: node_load1 / scalar(count(node_cpu_seconds_total{mode="idle"}))
    component: machine
    bad: above
    kind: backlog
    min_change: 4
    user_visible: true
    every: 5s
    hold: 10s
    recover: 30s
    history: PAST
  - name: idle
    title: Idle processors
    metric: node_cpu_seconds_total
    read: rate
    match: {mode: idle}
    by: [instance]
    window: 1m
    component: machine
    bad: below
    kind: backlog
    min_change: IDLE
    every: 5s
    hold: 30s
    absent_after: 1m
    history: PAST
  - name: scraped
    title: Targets that answer
    metric: up
    by: [job]
    component: monitoring
    bad: below
    kind: silence
    min_change: 0.5
    every: 5s
    hold: 10s
    history: PAST
  - name: scrape-time
    title: Time of a scrape
    metric: scrape_duration_seconds
    by: [job]
    component: monitoring
    unit: s
    bad: above
    kind: delay
    min_change: 1
    every: 5s
    hold: 10s
    history: PAST
"""


@dataclass(kw_only=True)
class Machine:
    """What Linux tells in /proc of a machine with two processors that others use.

    idle_s: seconds that each of its processors has been idle. runnable: who else wants a processor from now on.
    """

    proc: Path
    idle_s: float
    runnable: int = 0
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(4))
    usual: float = 0.0
    load: float = float(PROCESSORS)

    def go_on(self, seconds: float) -> None:
        """Its files after so many seconds more; load averages follow within a minute, as Linux reckons them."""
        keep = np.exp(-seconds / MEMORY_S)
        self.usual = keep * self.usual + np.sqrt(1 - keep**2) * self.chance.standard_normal()
        wanted = self.runnable + PROCESSORS * np.exp(0.5 * self.usual)
        self.load += (wanted - self.load) * (1 - np.exp(-seconds / 60))
        self.idle_s += 0.0 if self.runnable else seconds * float(np.clip(0.5 - 0.25 * self.usual, 0.02, 0.98))
        self._write("loadavg", f"{self.load:.2f} {self.load:.2f} {self.load:.2f} 1/100 1000\n")
        counts = f"0 0 0 {round(self.idle_s * TICKS)} 0 0 0 0 0 0"
        self._write("stat", "".join(f"{name} {counts}\n" for name in ("cpu ", "cpu0", "cpu1")))

    def _write(self, name: str, text: str) -> None:
        fresh = self.proc / f"{name}.new"
        fresh.write_text(text, encoding="ascii")
        fresh.replace(self.proc / name)


@contextmanager
def going_on(machine: Machine) -> Iterator[None]:
    """Its time passes until the end."""
    over = threading.Event()

    def live() -> None:
        last = time.monotonic()
        while not over.wait(0.5):
            now = time.monotonic()
            machine.go_on(now - last)
            last = now

    thread = threading.Thread(target=live)
    machine.go_on(1.0)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def node_exporter(machine: Machine, log: Path) -> Iterator[str]:
    """Where it listens."""
    address = f"127.0.0.1:{free_port()}"
    only = ["--collector.disable-defaults", "--collector.cpu", "--collector.loadavg"]
    command = [require("node-exporter"), f"--web.listen-address={address}", f"--path.procfs={machine.proc}", *only]
    with running_server(command, f"http://{address}/metrics", log):
        yield address


def wandering(rng: np.random.Generator, count: int) -> Floats:
    """(count,) noise around 0, of variance 1, that forgets in about five minutes."""
    keep = np.exp(-STEP_S / MEMORY_S)
    noise = rng.standard_normal(count) * np.sqrt(1 - keep**2)
    value, values = 0.0, np.empty(count)
    for at in range(count):
        value = keep * value + noise[at]
        values[at] = value
    return values


def past(now: float) -> list[RawHistory]:
    """Six hours of a machine that others use: a load of 0.3 to 3 a processor, and half of its processors' time idle."""
    rng = np.random.default_rng(3)
    times = np.arange(now - PAST_S, now, STEP_S, dtype=np.float64)
    load = PROCESSORS * np.exp(0.5 * wandering(rng, len(times)))
    idle = np.clip(0.5 + 0.25 * wandering(rng, len(times)), 0.02, 0.98)
    answer = 0.05 * np.exp(0.4 * wandering(rng, 2 * len(times))).reshape(2, -1)
    jobs = tuple(labels_of({"instance": "machine", "job": job}) for job in ("node", "prometheus"))
    of_cpu = tuple(labels_of({**dict(jobs[0]), "cpu": str(cpu), "mode": "idle"}) for cpu in range(PROCESSORS))
    counted = np.tile(np.cumsum(idle * STEP_S), (PROCESSORS, 1))
    return [
        RawHistory(metric="node_load1", keys=jobs[:1], times=times, values=load[None]),
        RawHistory(metric="node_cpu_seconds_total", keys=of_cpu, times=times, values=counted),
        RawHistory(metric="up", keys=jobs, times=times, values=np.ones((2, len(times)))),
        RawHistory(metric="scrape_duration_seconds", keys=jobs, times=times, values=answer),
    ]


def configuration(prometheus: str, known: str) -> str:
    words = {"PROMETHEUS": prometheus, "PAST": known, "IDLE": f"{0.6 * PROCESSORS:.1f}"}
    text = CONFIG
    for name, value in words.items():
        text = text.replace(name, value)
    return text


def reported(service: Running) -> list[str]:
    """All that was ever opened, with its evidence."""
    return [f"{i.title}: {[dict(s.facts)['reason'] for s in i.signals]}" for i in service.incidents()]


def until_opened(service: Running) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not service.incidents():
        assert time.monotonic() < deadline, service.log.read_text(encoding="utf-8")[-2000:]
        time.sleep(0.5)


def test_a_machine_is_left_in_peace_until_it_is_loaded(tmp_path: Path) -> None:
    tsdb, itself, proc = tmp_path / "prometheus", f"127.0.0.1:{free_port()}", tmp_path / "proc"
    proc.mkdir()
    before = past(time.time() - STEP_S)
    machine = Machine(proc=proc, idle_s=float(before[1].values[0, -1]))
    with going_on(machine), node_exporter(machine, tmp_path / "exporter.log") as exporter:
        with running_prometheus(tsdb) as url:  # the past first: beside fresh samples it would be refused as too old
            write_samples(url, before)
        scraped = SCRAPED.format(exporter=exporter, itself=itself)
        with (
            running_prometheus(tsdb, scraped, address=itself) as url,
            running(tmp_path / "warm", configuration(url, "6h")) as warm,
            running(tmp_path / "cold", configuration(url, "1s")) as cold,
        ):
            time.sleep(QUIET.total_seconds())  # nothing is to come
            assert reported(warm) == []
            assert reported(cold) == []
            machine.runnable = BURNERS
            until_opened(warm)
            time.sleep(15.0)  # whatever else the load sets off would show by now
            machine.runnable = 0
            assert len(reported(warm)) == 1, reported(warm)
            (incident,) = warm.incidents()
            assert incident.component == "machine"
            assert "load" in {s.name for s in incident.signals}
            assert reported(cold) == []
            for service in (warm, cold):
                said = service.log.read_text(encoding="utf-8")
                assert "tick failed" not in said
