"""How fast others' alerts are taken, durably, beside a real Alertmanager that takes them into its memory.

Run: python -m benchmarks.bench_intake [--alerts 12800] [--rounds 3]. Both run, and take turns.

- taken: alerts a second in requests of 64 over one connection, from the request to its answer; and the receiver's
  processor time an alert, until the last answer and until all that follows is done. On PostgreSQL too, whose own
  processes are not counted.
- told: from a POST to the webhook's request, while nothing else happens.
- a storm: 10,000 alerts of 20 causes (500 instances, each with one of five names) that no two components share.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from benchmarks.aims import found
from tests.detectors.sources.pages import serving
from tests.detectors.sources.prometheus_server import free_port, running_server
from tests.require import require
from tocsin.storage import load_cipher, open_store
from tocsin.wiring.installation import KEY_FILE

BATCH = 64
CAUSES = 20
CALLS = 30
PROCESSOR = "process_cpu_seconds_total"
GATHERS = 61  # seconds after which what gathered for a webhook has been sent: its `gather` is a minute
TOCSIN = """\
site: {{name: Bench}}
data: ./data
{database}
listen: "127.0.0.1:{port}"
sources: {{default: {{kind: scrape, targets: [{{url: "http://127.0.0.1:9/metrics", every: 1h}}]}}}}
incidents: {{cause_wait: 0s}}
trackers: [{{kind: webhook, name: ops, url: "{hook}", secret_env: BENCH_SECRET}}]
components:
  - {{for: [{rows}], name: "service/{{n}}", title: "Service {{n}}", disclosure: {{mode: never}}}}
watches: [{{name: none, metric: nothing_of_the_kind, component: service/0, absent_after: null}}]
alerts: {{rules: [{{match: {{service: "*"}}, component: "service/{{service}}"}}]}}
"""
ALERTMANAGER = """\
route: {{receiver: hook, group_by: [service, bench], group_wait: 0s, group_interval: 5m, repeat_interval: 4h}}
receivers: [{{name: hook, webhook_configs: [{{url: "{hook}", send_resolved: false}}]}}]
"""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(kw_only=True)
class Hook:
    """A webhook's end. came: (when, body) of each request."""

    url: str = ""
    came: list[tuple[float, dict[str, object]]] = field(default_factory=list)
    more: threading.Condition = field(default_factory=threading.Condition)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["content-length"]))
        with self.more:
            self.came.append((time.perf_counter(), json.loads(body)))
            self.more.notify_all()
        request.send_response(204)
        request.end_headers()

    def wait(self, many: int) -> None:
        with self.more:
            assert self.more.wait_for(lambda: len(self.came) >= many, 120), f"{len(self.came)} of {many} requests came"


@dataclass(kw_only=True)
class Receiver:
    """A program that takes alerts. headers: who we are to it."""

    name: str
    url: str
    hook: Hook
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, bodies: list[bytes]) -> float:
        """Over one connection, one after the other; the seconds that it took."""
        place = urlsplit(self.url)
        assert place.hostname
        connection = http.client.HTTPConnection(place.hostname, place.port or 80, timeout=120)
        began = time.perf_counter()
        for body in bodies:
            connection.request("POST", "/api/v2/alerts", body, {"Content-Type": "application/json", **self.headers})
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status == 200, (self.name, answer.status, said)
        took = time.perf_counter() - began
        connection.close()
        return took


def alert(name: str, service: str, instance: str, **more: str) -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "labels": {"alertname": name, "service": service, "instance": instance, "severity": "page", **more},
        "annotations": {"summary": f"{name} of {service}", "description": "p95 is 4.1 s, for five minutes now"},
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(minutes=30)).isoformat(),
        "generatorURL": "http://prometheus.internal:9090/graph?g0.expr=up",
    }


def batches(alerts: list[dict[str, object]]) -> list[bytes]:
    return [json.dumps(alerts[at : at + BATCH]).encode() for at in range(0, len(alerts), BATCH)]


@contextmanager
def hook() -> Iterator[Hook]:
    made = Hook()
    with serving(made.answer) as site:
        made.url = f"{site.url}/hook"
        yield made


@contextmanager
def tocsin(folder: Path, listener: Hook, name: str = "Tocsin", database: str = "") -> Iterator[Receiver]:
    """database: a PostgreSQL's URL; "" = SQLite."""
    folder.mkdir()
    port, config = free_port(), folder / "tocsin.yaml"
    os.environ["BENCH_SECRET"] = SECRET
    rows = ", ".join(f'{{n: "{n}"}}' for n in range(CAUSES + CALLS + 1))
    config.write_text(
        TOCSIN.format(port=port, hook=listener.url, rows=rows, database=f"database: {json.dumps(database or None)}")
    )
    command = [sys.executable, "-m", "tocsin.cli"]
    key = subprocess.run(
        [*command, "keys", "add", "bench", "--scope", "alerts", "--config", str(config)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()[-1]
    url = f"http://127.0.0.1:{port}"
    with running_server([*command, "run", "--config", str(config)], f"{url}/-/ready", folder / "log"):
        yield Receiver(name=name, url=url, hook=listener, headers={"Authorization": f"Bearer {key}"})


@contextmanager
def alertmanager(folder: Path, listener: Hook) -> Iterator[Receiver]:
    folder.mkdir()
    address, config = f"127.0.0.1:{free_port()}", folder / "am.yml"
    config.write_text(ALERTMANAGER.format(hook=listener.url))
    command = [require("alertmanager"), f"--config.file={config}", f"--storage.path={folder / 'data'}"]
    command += [f"--web.listen-address={address}", "--cluster.listen-address=", "--log.level=error"]
    with running_server(command, f"http://{address}/-/ready", folder / "log"):
        yield Receiver(name="Alertmanager", url=f"http://{address}", hook=listener)


@dataclass(frozen=True, kw_only=True)
class Round:
    """speed: alerts a second. sending, in_all: microseconds of processor time an alert."""

    speed: float
    sending: float
    in_all: float


def taken(receivers: list[Receiver], alerts: int, rounds: int) -> dict[str, Round]:
    """Each figure is the median of the rounds."""
    made: dict[str, list[Round]] = {one.name: [] for one in receivers}
    for turn in range(rounds):
        said = [alert("Taken", "0", f"10.{turn}.{n // 256}.{n % 256}:9100", bench=str(turn)) for n in range(alerts)]
        for one in receivers:
            before = scraped(one, PROCESSOR)
            speed = alerts / one.send(batches(said))
            sent = scraped(one, PROCESSOR)
            settle(one)
            spent = 1e6 * (sent - before) / alerts, 1e6 * (scraped(one, PROCESSOR) - before) / alerts
            made[one.name].append(Round(speed=speed, sending=spent[0], in_all=spent[1]))
    for name, own in made.items():
        print(f"  {name}: {', '.join(f'{one.speed:,.0f}' for one in own)} alerts/s", flush=True)
    return {
        name: Round(
            speed=statistics.median(one.speed for one in own),
            sending=statistics.median(one.sending for one in own),
            in_all=statistics.median(one.in_all for one in own),
        )
        for name, own in made.items()
    }


def settle(one: Receiver) -> None:
    """Waits until nothing more comes to the webhook, and a Tocsin's inbox is worked off."""
    until(lambda: scraped(one, "tocsin_alerts_waiting") == 0)
    many = -1
    while many != len(one.hook.came):
        many = len(one.hook.came)
        time.sleep(2)


def scraped(one: Receiver, metric: str) -> float:
    """One of its own metrics; 0 where it has none of that name."""
    lines = httpx2.get(f"{one.url}/metrics", timeout=60).text.splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith(f"{metric} "))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 600
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def told(one: Receiver) -> list[float]:
    """Milliseconds from a POST to the webhook's request, sorted; each of a cause of its own."""
    spans = []
    for n in range(CALLS):
        body = json.dumps([alert("Told", str(CAUSES + n + 1), "a", bench="told")]).encode()
        before, began = len(one.hook.came), time.perf_counter()
        one.send([body])
        one.hook.wait(before + 1)
        spans.append(1000 * (one.hook.came[before][0] - began))
        time.sleep(0.3)
    return sorted(spans)


def storm(one: Receiver) -> Counter[str]:
    """The kinds of the webhook's requests that 10,000 alerts of 20 causes make."""
    before = len(one.hook.came)
    said = [alert(f"Storm{n % 5}", str(n % CAUSES + 1), f"i{n // CAUSES}") for n in range(10_000)]
    took = one.send(batches(said))
    settle(one)
    time.sleep(GATHERS)
    settle(one)
    print(f"  {one.name}: 10,000 alerts sent in {took:.1f} s", flush=True)
    return Counter(str(body.get("type", "group")) for _, body in one.hook.came[before:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=200 * BATCH)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-bench-")))
        ours, theirs = opened.enter_context(hook()), opened.enter_context(hook())
        receivers = [
            opened.enter_context(tocsin(folder / "tocsin", ours)),
            opened.enter_context(alertmanager(folder / "alertmanager", theirs)),
        ]
        for one in receivers:
            spans = told(one)
            at_most = 50 if one.name == "Tocsin" else None
            found(f"{one.name}: POST to webhook when idle, p50", statistics.median(spans), "ms", at_most=at_most)
            found(f"{one.name}: the same, worst of {CALLS}", spans[-1], "ms")
        for one in receivers:
            kinds = storm(one)
            print(f"  {one.name}: {dict(kinds)}", flush=True)
            if one.name == "Tocsin":
                found("a storm of 20 causes: incidents opened", kinds["incident.opened"], "", at_least=20, at_most=20)
                found("a storm of 20 causes: notifications", kinds.total(), "", at_most=40)
        store = open_store(
            f"sqlite:///{folder / 'tocsin/data/tocsin.db'}", load_cipher(folder / "tocsin/data" / KEY_FILE)
        )
        tickets = sum(store.engineering_tickets.get(i.id) is not None for i in store.incidents.page(limit=200).items)
        found("engineering tickets, one of each incident so far", tickets, "", at_least=CALLS + 20, at_most=CALLS + 20)
        store.close()
        listener = opened.enter_context(hook())
        receivers.append(
            opened.enter_context(tocsin(folder / "postgres", listener, "Tocsin on PostgreSQL", require("postgres")))
        )
        rounds = taken(receivers, asked.alerts, asked.rounds)
        for name, own in rounds.items():
            found(f"{name}: alerts taken, in batches of {BATCH}", own.speed, "/s")
            found(f"{name}: processor time until the last answer", own.sending, "us/alert")
            found(f"{name}: processor time with all that follows", own.in_all, "us/alert")
        found(
            "Tocsin's speed to Alertmanager's",
            rounds["Tocsin"].speed / rounds["Alertmanager"].speed,
            "times",
            at_least=0.5,
        )


if __name__ == "__main__":
    main()
