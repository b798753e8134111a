"""The service on a Prometheus that scrapes a real node-exporter and itself: quiet, until the machine is loaded.

The watches are an operator's. On a machine that others share, busy processors are no news and load is: it counts who
has to wait, and goes on counting where all processors are busy. So the load a processor is what shall ring, from
four more than usual on; busy processors, lost and slow scrapes are watched beside it and shall not ring for noise.

The exporter has no past, so Prometheus is given six hours of one. A second service, which may not look at the past,
stands for a cold start: it must say nothing as long as it does not know what is usual.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import numpy as np

from detectors.frame import Floats, labels_of
from detectors.sources.scrape_store import RawHistory
from tests.detectors.sources.prometheus_server import free_port, running_prometheus, write_samples
from tests.require import require
from tests.scenarios.service import Running, running

QUIET = timedelta(minutes=float(os.environ.get("TOCSIN_QUIET_MINUTES", "1.5")))
PROCESSORS = os.cpu_count() or 1
BURNERS = 16 * PROCESSORS
LOAD_S = 75.0
PAST_S, STEP_S = 6 * 3600, 15
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


@contextmanager
def node_exporter() -> Iterator[str]:
    """Where it listens."""
    address = f"127.0.0.1:{free_port()}"
    command = [require("node-exporter"), f"--web.listen-address={address}", "--log.level=error"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                if httpx2.get(f"http://{address}/metrics", timeout=5).status_code == 200:
                    break
            except httpx2.TransportError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def loaded(seconds: float) -> Iterator[None]:
    """More who want a processor than there are, for at most so long; gone at the end."""
    command = [sys.executable, "-m", "tests.scenarios.burn", str(BURNERS), str(seconds)]
    process = subprocess.Popen(command, start_new_session=True)
    try:
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # a session of its own: it and its children
        process.wait()


def wandering(rng: np.random.Generator, count: int) -> Floats:
    """(count,) noise around 0, of variance 1, that forgets in about five minutes."""
    keep = np.exp(-STEP_S / 300)
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


def told(service: Running) -> list[str]:
    """All that was ever opened, with its evidence."""
    return [f"{i.title}: {[dict(s.facts)['reason'] for s in i.signals]}" for i in service.incidents()]


def watch(service: Running, seconds: float, *, until_opened: bool) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not (until_opened and service.incidents()):
        time.sleep(1.0)


def test_a_machine_is_left_in_peace_until_it_is_loaded(tmp_path: Path) -> None:
    tsdb, itself = tmp_path / "prometheus", f"127.0.0.1:{free_port()}"
    with node_exporter() as exporter:
        with running_prometheus(tsdb) as url:  # the past first: beside fresh samples it would be refused as too old
            write_samples(url, past(time.time() - STEP_S))
        scraped = SCRAPED.format(exporter=exporter, itself=itself)
        with (
            running_prometheus(tsdb, scraped, address=itself) as url,
            running(tmp_path / "warm", configuration(url, "6h")) as warm,
            running(tmp_path / "cold", configuration(url, "1s")) as cold,
        ):
            watch(warm, QUIET.total_seconds(), until_opened=False)
            assert told(warm) == []
            assert told(cold) == []
            with loaded(LOAD_S):
                watch(warm, LOAD_S, until_opened=True)
                watch(warm, 15.0, until_opened=False)  # whatever else the load sets off would show by now
            assert len(told(warm)) == 1, told(warm)
            (incident,) = warm.incidents()
            assert incident.component == "machine"
            assert "load" in {s.name for s in incident.signals}
            assert told(cold) == []
            for service in (warm, cold):
                said = service.log.read_text(encoding="utf-8")
                assert "tick failed" not in said
