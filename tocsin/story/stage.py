"""Starts the processes of the demo, the simulated exchange and the service, in one folder."""

import ast
import json
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from argon2 import PasswordHasher

from detectors.sources.scrape_store import RawHistory, ScrapeStore
from tocsin.config import load
from tocsin.context.clock_jumps import wall_clock
from tocsin.storage.accounts import Role
from tocsin.story import prometheus
from tocsin.story.process import StageError, wait_until_ready
from tocsin.story.progress import StartSteps
from tocsin.wiring.installation import keep
from tocsin.wiring.sources import SAMPLES

HISTORY_STEP_S = 30  # two samples in the shortest window of the demo's watches
PEOPLE = (("erin", Role.ENGINEER), ("amir", Role.AGENT), ("mona", Role.MANAGER), ("ada", Role.ADMINISTRATOR))


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOptions:
    """What to put up. port, exchange_port: 0 = any that is free.

    prometheus: "" = the embedded scraper; a URL = that one, which must scrape the exchange; else the program of one
    that is started beside the exchange, with a day of its past.
    """

    folder: Path
    speed: float = 30.0
    seed: int = 7
    port: int = 0
    exchange_port: int = 0
    prometheus: str = ""
    unrelated: float = 1.0
    history_days: float = 7.0


@dataclass(slots=True, kw_only=True)
class Stage:
    """The two processes, where they answer, and what they are asked by."""

    wanted: StageOptions
    address: str
    exchange: str
    passwords: dict[str, str]
    processes: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=30))

    @property
    def config(self) -> Path:
        """The service's configuration file."""
        return self.wanted.folder / "tocsin.yaml"

    def start_service(self) -> None:
        """Starts the service, or starts it again after a kill, and waits until it is ready."""
        log = (self.wanted.folder / "service.log").open("a")
        command = [sys.executable, "-m", "tocsin.cli", "run", "--config", str(self.config)]
        self.processes["service"] = subprocess.Popen(command, stdout=log, stderr=log, text=True)
        wait_until_ready("the service", f"{self.address}/-/ready", self.processes["service"], Path(log.name))

    def fault(self, words: str) -> str:
        """Makes a fault at the exchange; its id."""
        name, _, rest = words.partition(":")
        target, _, factor = rest.partition(":")
        body = {"fault": name, "target": target, "factor": float(factor) if factor else None}
        answer = self.client.post(f"{self.exchange}/faults", json=body)
        if answer.status_code != 201:
            raise StageError(f"the exchange refused the fault {words!r}: {answer.text}")
        return str(answer.json()["id"])

    def mend(self, fault_id: str) -> None:
        """Ends a fault."""
        self.client.delete(f"{self.exchange}/faults/{fault_id}").raise_for_status()

    def truth(self) -> dict[str, Any]:
        """What really happened at the exchange so far."""
        answer: dict[str, Any] = self.client.get(f"{self.exchange}/truth").json()
        return answer

    def stop(self) -> None:
        """Ends both processes; what does not end within ten seconds is killed."""
        self.client.close()
        for process in reversed(self.processes.values()):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def set_up(wanted: StageOptions, say: Callable[[str], None]) -> Stage:
    """Starts the exchange with weeks of history, writes the configuration and the sign-ins, starts the service.

    say: is called with what is under way, a line each time.
    """
    wanted.folder.mkdir(parents=True, exist_ok=True)
    port = _port(wanted.port, "--port")
    address = f"http://127.0.0.1:{port}"
    begins = _starts_prometheus(wanted)
    progress = StartSteps(say=say, steps=4 if begins else 3)
    past = f"{prometheus.HISTORY_DAYS if begins else wanted.history_days:g} days of its past"
    with progress.step(f"The exchange, and {past.replace('1 days', 'a day')}", 15 if begins else 10):
        exchange, process = _start_exchange(wanted, address)
    stage = Stage(wanted=wanted, address=address, exchange=exchange, passwords={}, processes={"exchange": process})
    try:
        source = wanted.prometheus
        if begins:
            with progress.step("Prometheus, which takes in that past", 45):
                source = _start_prometheus(stage)
        stage.config.write_text(configuration(f"127.0.0.1:{port}", exchange, source), encoding="utf-8")
        with progress.step("The service's database, its samples and the sign-ins", 3 if wanted.prometheus else 15):
            stage.passwords.update(_prepare(stage))
        with progress.step("The service, which learns from that past", 20 if wanted.prometheus else 45):
            stage.start_service()
    except BaseException:
        stage.stop()
        raise
    return stage


def configuration(listen: str, exchange: str, prometheus: str) -> str:
    """The demo's configuration with its words in capitals filled in."""
    pages = ", ".join(
        f'{{url: "{exchange}{path}", every: 1s, labels: {{job: {job}}}}}'
        for path, job in (("/metrics", "exchange"), ("/metrics/chain", "chain"))
    )
    source = f'{{kind: prometheus, url: "{prometheus}"}}' if prometheus else f"{{kind: scrape, targets: [{pages}]}}"
    text = files("tocsin.story").joinpath("tocsin.yaml").read_text(encoding="utf-8")
    return text.replace("LISTEN", listen).replace("EXCHANGE", exchange).replace("SOURCE", source)


def _start_exchange(wanted: StageOptions, desk: str) -> tuple[str, "subprocess.Popen[str]"]:
    log = (wanted.folder / "exchange.log").open("a")
    command = [
        sys.executable, "-m", "tocsin.demo.exchange", "--port", str(wanted.exchange_port), "--seed", str(wanted.seed),
        "--speed", str(wanted.speed), "--desk", desk, "--unrelated", str(wanted.unrelated),
        "--identity-file", str(_identity_file(wanted)), "--history-step", str(HISTORY_STEP_S), *_past_options(wanted),
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise StageError(f"the exchange ended with status {process.wait()}; see {wanted.folder / 'exchange.log'}")
    return str(json.loads(line)["address"]), process


def _identity_file(wanted: StageOptions) -> Path:
    """The key by which the exchange proves to the service which customer writes, made where there is none."""
    path = wanted.folder / "identity-secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="utf-8")
    return path


def _starts_prometheus(wanted: StageOptions) -> bool:
    return bool(wanted.prometheus) and "://" not in wanted.prometheus


def _start_prometheus(stage: Stage) -> str:
    port = _port(0, "Prometheus")
    past = _openmetrics(stage.wanted)
    stage.processes["prometheus"] = prometheus.start(
        stage.wanted.prometheus,
        stage.wanted.folder / "prometheus",
        past,
        port,
        exchange=stage.exchange,
        service=stage.address,
    )
    past.unlink()
    return f"http://127.0.0.1:{port}"


def _past_options(wanted: StageOptions) -> list[str]:
    """For Prometheus a file that promtool reads; its counters then begin anew, as after a restart of the exchange."""
    if _starts_prometheus(wanted):
        return ["--openmetrics", str(_openmetrics(wanted)), "--openmetrics-days", str(prometheus.HISTORY_DAYS)]
    return ["--history-file", str(_history(wanted)), "--history-days", str(wanted.history_days)]


def _history(wanted: StageOptions) -> Path:
    return wanted.folder / "history.npz"


def _openmetrics(wanted: StageOptions) -> Path:
    return wanted.folder / "history.openmetrics"


def _prepare(stage: Stage) -> dict[str, str]:
    """The samples' past, and the sign-ins with fresh passwords."""
    config = load(stage.config)
    if not stage.wanted.prometheus and not (config.data / SAMPLES).exists():
        with closing(ScrapeStore(config.data / SAMPLES)) as samples:
            samples.load_history(read_history(_history(stage.wanted), stage.exchange))
    _history(stage.wanted).unlink(missing_ok=True)
    kept = keep(config)
    known = {user.name for user in kept.store.people.users()}
    passwords = {}
    for name, role in PEOPLE:
        passwords[name] = secrets.token_urlsafe(9)
        hashed = PasswordHasher().hash(passwords[name])
        if name in known:
            kept.store.people.set_password(name, hashed, wall_clock())
        else:
            kept.store.people.add_user(name, f"{name}@northbridge.example", hashed, role, wall_clock())
    kept.store.close()
    kept.samples.close()
    return passwords


def read_history(path: Path, exchange: str) -> list[RawHistory]:
    """The exchange's past as the scraper would have stored it: with the labels of its targets."""
    instance = exchange.removeprefix("http://")
    with np.load(path) as held:
        keys = [ast.literal_eval(text) for text in held["keys"]]
        times, values = held["times"], held["values"]
    rows: dict[str, list[int]] = {}
    for row, (metric, _) in enumerate(keys):
        rows.setdefault(metric, []).append(row)
    return [
        RawHistory(
            metric=metric,
            keys=tuple(_labelled(metric, keys[row][1], instance) for row in chosen),
            times=times,
            values=values[chosen],
        )
        for metric, chosen in rows.items()
    ]


def _labelled(metric: str, labels: tuple[tuple[str, str], ...], instance: str) -> tuple[tuple[str, str], ...]:
    job = "chain" if metric.startswith("exchange_chain_") else "exchange"
    return tuple(sorted((*labels, ("instance", instance), ("job", job))))


def _port(wanted: int, option: str) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise StageError(f"port {wanted} of {option} is not free ({error.strerror}); name another, or 0") from error
        return int(probe.getsockname()[1])
