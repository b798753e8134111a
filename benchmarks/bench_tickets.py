"""How fast customers' tickets are taken, durably, while five incidents are active: how many a second, and how soon.

Run: python -m benchmarks.bench_tickets [--tickets 2000] [--rounds 3] [--beside CHECKOUT] [--embeddings].
--beside: a checkout of another state of Tocsin, which takes turns with this one on the same tickets. The service is the
real one, a process of its own on SQLite (synchronous FULL), with the tickets of two usual days in it.

- taken: tickets a second over 16 connections, and the processor time of the service for each, its mail delivered.
- a ticket: from its request to its answer, at 17 a second in a Poisson process; the median and the 95th percentile.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.flood import CONFIG, flood_of, open_incidents, usual_days
from tests.detectors.sources.prometheus_server import free_port, running_server
from tests.tocsin.web.running import running
from tickets.identity import Identity
from tickets.ticket import Proof
from tocsin.desk.intake import receive
from tocsin.web.api.tickets import TicketIn, as_ticket

CONNECTIONS, A_SECOND = 16, 17
HERE = Path(__file__).resolve().parent.parent


@dataclass(kw_only=True)
class Served:
    """One running service, and what was measured of it."""

    name: str
    port: int
    token: str
    pid: int
    rates: list[float] = field(default_factory=list)
    costs_ms: list[float] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)

    def cpu_s(self) -> float:
        """The processor time of the service and its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def send(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        connection.request("POST", "/api/v1/tickets", body, headers)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status == 201, (self.name, answer.status, said)


def settle(one: Served) -> None:
    """Until the service has delivered what it had to, and computes nothing more."""
    for _ in range(240):
        before = one.cpu_s()
        time.sleep(0.5)
        if one.cpu_s() - before < 0.05:
            return


def prepare(folder: Path, config: str) -> None:
    """A database with two usual days of tickets and five incidents, and a program's token on standard output."""
    made = running(folder, config)
    made.clock.at = datetime.now(UTC) - timedelta(days=2)
    usual = usual_days(1)
    for one in usual:
        made.clock.pass_(days=2 / (len(usual) + 100))
        identity = Identity(proof=Proof.MACHINE, vouches=True)
        ticket = as_ticket(TicketIn.model_validate(one.body()))
        receive(made.services.desk, ticket, made.clock(), identity=identity, idempotency_key=None)
    open_incidents(made)
    for name in ("Trading is slow", "Orders hang", "Charts are empty"):
        made.incident(name, components=("trading",))
    sys.stdout.write(f"\n{made.token('tickets:write')}\n")
    made.close()


@contextmanager
def served(name: str, tree: Path, folder: Path, *, embeddings: bool) -> Iterator[Served]:
    folder.mkdir()
    port = free_port()
    config = f'listen: "127.0.0.1:{port}"\n{CONFIG}desk: {{embeddings: {str(embeddings).lower()}}}\n'
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    (folder / "config").write_text(config, encoding="utf-8")
    (folder / "store").mkdir()
    made = subprocess.run(
        [sys.executable, __file__, "--prepare", str(folder)],
        env=environment, capture_output=True, text=True, check=True, cwd=tree,
    )  # fmt: skip
    command = [sys.executable, "-P", "-m", "tocsin.cli", "run", "--config", str(folder / "store" / "tocsin.yaml")]
    os.environ["PYTHONPATH"] = str(tree)
    with running_server(command, f"http://127.0.0.1:{port}/-/ready", folder / "log") as pid:
        yield Served(name=name, port=port, token=made.stdout.split()[-1], pid=pid)


def taken(one: Served, bodies: Sequence[bytes]) -> None:
    """All of them over many connections."""
    rest, lock = iter(bodies), threading.Lock()

    def work() -> None:
        with closing(one.connect()) as connection:
            while True:
                with lock:
                    body = next(rest, None)
                if body is None:
                    return
                one.send(connection, body)

    settle(one)
    began, cpu = time.perf_counter(), one.cpu_s()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for done in [pool.submit(work) for _ in range(CONNECTIONS)]:
            done.result()
    one.rates.append(len(bodies) / (time.perf_counter() - began))
    settle(one)
    one.costs_ms.append(1000 * (one.cpu_s() - cpu) / len(bodies))


def paced(one: Served, bodies: Sequence[bytes], seed: int) -> None:
    """Each at an instant of its own, whether the ones before it were answered or not."""
    chance, at = random.Random(seed), time.perf_counter()

    def work(body: bytes, due: float) -> float:
        with closing(one.connect()) as connection:
            one.send(connection, body)
        return 1000 * (time.perf_counter() - due)

    with ThreadPoolExecutor(len(bodies)) as pool:
        waits = []
        for body in bodies:
            at += chance.expovariate(A_SECOND)
            time.sleep(max(0.0, at - time.perf_counter()))
            waits.append(pool.submit(work, body, at))
        one.waits_ms += [wait.result() for wait in waits]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--embeddings", action="store_true")
    parser.add_argument("--prepare", type=Path)
    given = parser.parse_args()
    if given.prepare:
        prepare(given.prepare / "store", (given.prepare / "config").read_text(encoding="utf-8"))
        return
    trees = {"now": HERE} | ({"beside": given.beside.resolve()} if given.beside else {})
    bodies = [json.dumps(one.body()).encode() for one in flood_of(given.tickets * given.rounds, 5)]
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        services = [
            stack.enter_context(served(name, tree, Path(home) / name, embeddings=given.embeddings))
            for name, tree in trees.items()
        ]
        for turn in range(given.rounds):
            some = bodies[turn * given.tickets : (turn + 1) * given.tickets]
            paced_many = min(len(some) // 4, A_SECOND * 20)
            for one in services:
                taken(one, some[paced_many:])
                paced(one, some[:paced_many], turn)
        for one in services:
            waits = statistics.quantiles(one.waits_ms, n=20)
            print(
                f"{one.name}: {statistics.median(one.rates):.0f} tickets a second over {CONNECTIONS} connections "
                f"({statistics.median(one.costs_ms):.1f} ms of processor time each); "
                f"at {A_SECOND}/s: median {waits[9]:.0f} ms, 95 % {waits[18]:.0f} ms; load {os.getloadavg()[0]:.1f}"
            )


if __name__ == "__main__":
    main()
