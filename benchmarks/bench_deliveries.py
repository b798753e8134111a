"""One update of an incident to many receivers: how soon they have it, and what a delivery costs beside an HTTP call.

Ten trackers (GitHub, GitLab, Jira of both kinds, ServiceNow, two of each) and a hundred signed webhooks get the lines
of one incident. Every receiver is a server on loopback, in a process of its own; one webhook never answers. Each
channel has its own thread, as in the running service. The processor's time is this process's alone; beside it, in the
same run: an empty HTTP call by the client that webhooks use.

python -m benchmarks.bench_deliveries [--webhooks 100] [--updates 5]
"""

import argparse
import multiprocessing
import os
import statistics
import threading
import time
from base64 import b64encode
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from benchmarks.aims import found
from incidents.incident import Incident
from incidents.lifecycle import Action
from tests.contracts.trackers.fake import FakeTracker, serving
from tests.contracts.trackers.vendors import VENDORS
from tests.patience import PATIENCE_S
from tests.tocsin.web.running import CONFIG, NOW, Running
from tests.tocsin.web.watching import evaluate, watching
from tests.tocsin.web.watching import measure as grow

SECONDS = 2.0
COST_MS = 5.0
CALLS = 300
HANGS = "hook-0"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--webhooks", type=int, default=100)
    parser.add_argument("--updates", type=int, default=5)
    asked = parser.parse_args()
    os.environ["OPS_TOKEN"] = FakeTracker.token
    os.environ["HOOK_SECRET"] = "whsec_" + b64encode(bytes(range(32))).decode()
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    addresses: dict[str, str] = here.recv()
    with TemporaryDirectory() as folder:
        tocsin = watching(Path(folder), config_of(addresses, asked.webhooks))
        measure(tocsin, addresses, asked.updates)
        tocsin.close()
    here.send("done")
    server.join()


def config_of(addresses: dict[str, str], webhooks: int) -> str:
    """Two trackers of each vendor and so many webhooks, of which the first hangs."""
    lines = []
    for number, (kind, vendor) in enumerate(2 * list(VENDORS.items())):
        name = f"tracker-{number}"
        keys = f'kind: {vendor.kind or kind}, name: {name}, url: "{addresses[name]}", token_env: OPS_TOKEN, gather: 0s'
        lines.append(f"  - {{{keys}, {vendor.config}}}")
    for number in range(webhooks):
        url = addresses["hangs" if number == 0 else "takes"]
        lines.append(f'  - {{kind: webhook, name: hook-{number}, url: "{url}", secret_env: HOOK_SECRET, gather: 0s}}')
    return "trackers:\n" + "\n".join(lines) + "\n" + CONFIG


def measure(tocsin: Running, addresses: dict[str, str], updates: int) -> None:
    store = tocsin.services.store
    names = [sink.name for sink in tocsin.services.sinks if sink.name.startswith(("tracker-", "hook-"))]
    for name in names:
        store.sinks.start(name, tocsin.clock())
    tocsin.clock.pass_(minutes=15)
    evaluate(tocsin)
    tocsin.clock.pass_(minutes=1)
    grow(tocsin, 200.0)
    (incident,) = store.incidents.active()
    with ThreadPoolExecutor(len(names)) as pool:
        tocsin.do(incident, Action.ADD_NOTE, text="we look into it")
        settle(tocsin, pool, names, incident)  # tickets are created, pictures are uploaded
        empty = empty_call(addresses["takes"])
        spent, waited = [], []
        for number in range(updates):
            tocsin.clock.pass_(seconds=70)
            tocsin.do(incident, Action.ADD_NOTE, text=f"looking at it, {number}")
            cost, wait = settle(tocsin, pool, names, incident)
            spent.append(1000 * cost / (len(names) - 1))
            waited.append(wait)
    cost = statistics.median(spent)
    found(
        f"an update to {len(names)} receivers, one hangs: until the others have it", max(waited), "s", at_most=SECONDS
    )
    found("processor time of a delivery", cost, "ms")
    found("  of an empty HTTP call", empty, "ms")
    found("  of a delivery beside an empty call", cost - empty, "ms", at_most=COST_MS)
    found("  load of the machine", os.getloadavg()[0], "")


def settle(tocsin: Running, pool: Executor, names: list[str], incident: Incident) -> tuple[float, float]:
    """Processor seconds, and seconds, until every receiver but the one that hangs is done with the incident's lines."""
    store = tocsin.services.store
    last = store.incidents.timeline(incident.id)[-1].seq
    begun, spent = time.perf_counter(), time.process_time()
    runs = {name: pool.submit(tocsin.deliver, f"updates:{name}") for name in names}
    for name in names:
        if name != HANGS:
            assert runs[name].result(timeout=PATIENCE_S) > 0, name
    found_in = time.perf_counter() - begun, time.process_time() - spent
    behind = [name for name in names if name != HANGS and store.sinks.accepted(name, incident.id) < last]
    assert behind == [], behind
    runs[HANGS].result(timeout=PATIENCE_S)
    return found_in[1], found_in[0]


def empty_call(url: str) -> float:
    """Processor milliseconds of one, by the client that webhooks use."""
    with httpx2.Client() as client:
        client.post(url, content=b"{}")
        begun = time.process_time()
        for _ in range(CALLS):
            with client.stream("POST", url, content=b"{}") as answer:
                assert answer.status_code == 200
    return 1000 * (time.process_time() - begun) / CALLS


class Takes(BaseHTTPRequestHandler):
    """Takes every request."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


class Hangs(Takes):
    """Answers nothing before its caller has gone."""

    def do_POST(self) -> None:
        self.rfile.read()
        self.close_connection = True


def serve(pipe: Connection) -> None:
    """All receivers, until the pipe says so."""
    addresses = {}
    with ExitStack() as running:
        for number, vendor in enumerate(2 * list(VENDORS.values())):
            addresses[f"tracker-{number}"] = running.enter_context(serving(vendor.fake(lambda: NOW)))
        for name, handler in (("takes", Takes), ("hangs", Hangs)):
            server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            running.callback(server.shutdown)
            addresses[name] = f"http://127.0.0.1:{server.server_address[1]}/"
        pipe.send(addresses)
        pipe.recv()


if __name__ == "__main__":
    main()
