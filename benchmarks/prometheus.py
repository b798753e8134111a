"""A real Prometheus on loopback over made-up history: backfilled by promtool, ended with the context."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import numpy as np

from detectors.frame import Floats
from tests.detectors.sources.prometheus_server import free_port

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where it answers, and its process."""

    url: str
    process: int

    def cpu(self) -> float:
        """Seconds of CPU that it has used."""
        spent = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(spent[11]) + int(spent[12])) / TICKS

    def asked(self, query: str) -> dict[str, float]:
        """An instant query's values by the label `rule_group`, or "" where there is none."""
        body = httpx2.get(f"{self.url}/api/v1/query", params={"query": query}, timeout=60).json()
        return {one["metric"].get("rule_group", ""): float(one["value"][1]) for one in body["data"]["result"]}


def programs() -> tuple[str, str] | None:
    """Prometheus and promtool; None where one is missing, which is said."""
    found = shutil.which("prometheus"), shutil.which("promtool")
    if found[0] is None or found[1] is None:
        print("  left out: prometheus and promtool are not on the PATH")
        return None
    return found[0], found[1]


def backfill(folder: Path, metrics: Mapping[str, tuple[Floats, Floats]]) -> None:
    """Writes blocks of each metric's times (T,) and values (S, T); its series have the label `series`."""
    text = folder / "history.om"
    with text.open("w") as file:
        for name, (times, values) in metrics.items():
            file.write(f"# TYPE {name} gauge\n")
            stamps = [f" {at:.0f}\n" for at in times.tolist()]
            for row, line in enumerate(np.round(values, 4).tolist()):
                head = f'{name}{{series="{row:05}"}} '
                file.write("".join([f"{head}{value}{at}" for value, at in zip(line, stamps, strict=True)]))
        file.write("# EOF\n")
    made = (programs() or ("", "promtool"))[1]
    # One block of twenty days, not 336 of two hours each with a pass over the whole file.
    order = [made, "tsdb", "create-blocks-from", "--max-block-duration=744h", "-q", "openmetrics"]
    subprocess.run([*order, str(text), str(folder / "data")], check=True, capture_output=True, timeout=600)
    text.unlink()


@contextmanager
def serving(folder: Path, rules: Sequence[str] = (), every: str = "1m") -> Iterator[Server]:
    """A Prometheus over the blocks in the folder, which evaluates the rule files and scrapes nobody."""
    binary = (programs() or ("prometheus", ""))[0]
    config = folder / "prometheus.yml"
    config.write_text(f"global: {{evaluation_interval: {every}}}\nrule_files: [{', '.join(rules)}]\n")
    address = f"127.0.0.1:{free_port()}"
    order = [binary, f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
    order += ["--storage.tsdb.retention.time=100y", f"--web.listen-address={address}", "--log.level=warn"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(order, stdout=log, stderr=log)
    server = Server(url=f"http://{address}", process=process.pid)
    try:
        _wait(server, process, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _wait(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"Prometheus ended: {log.read_text()}")
        try:
            if httpx2.get(f"{server.url}/-/ready", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"Prometheus is not ready after {PATIENCE:g} s: {log.read_text()}")
