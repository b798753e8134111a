"""The exchange as the process that it is, with a small desk beside it."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.patience import PATIENCE_S, until


class Desk(ThreadingHTTPServer):
    """Refuses each ticket once with 503, after having taken it: the same key must bring the same number."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.numbers: dict[str, str] = {}
        self.bodies: dict[str, dict[str, object]] = {}


class Answer(BaseHTTPRequestHandler):
    server: Desk

    def do_POST(self) -> None:
        key, desk = self.headers["Idempotency-Key"], self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = key in desk.numbers
        number = desk.numbers.setdefault(key, f"TOC-{len(desk.numbers) + 1}")
        desk.bodies[number] = body
        content = json.dumps({"number": number, "status": "new", "url": f"/support/{number}"}).encode()
        self.send_response(200 if known else 503)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    server = Desk()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def started(*options: str) -> tuple[subprocess.Popen[str], dict[str, object]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tocsin.demo.exchange", "--port", "0", *options], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def ended(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    with process:
        return process.wait(timeout=PATIENCE_S)


def test_a_whole_story_over_http(desk: Desk) -> None:
    options = ("--seed", "3", "--speed", "200", "--desk", f"http://127.0.0.1:{desk.server_address[1]}")
    process, said = started(*options, "--fault", "withdrawals-stuck:tron", "--fault-at", "0.5")
    try:
        with httpx2.Client(base_url=str(said["address"])) as client:
            truth = _truth_with_affected(client)
            ticket = next(one for one in truth["tickets"] if one["label"] == "affected")
            assert ticket["number"] == desk.numbers[ticket["key"]]
            assert ticket["attempts"] == 2
            assert desk.bodies[ticket["number"]]["customer_id"] == ticket["customer_id"]
            assert ticket["fault"] == truth["faults"][0]["id"]
            assert ticket["written_at"] > truth["faults"][0]["started_at"]
            account = client.get(f"/accounts/{ticket['customer_id']}").json()
            own = next(one for one in account["transactions"] if one["txid"] == ticket["txid"])
            assert own["late"]
            assert own["status"] == "pending"
            assert client.delete(f"/faults/{ticket['fault']}").json()["ended_at"]
    finally:
        assert ended(process) == 0


def _truth_with_affected(client: httpx2.Client) -> dict[str, Any]:
    def reported() -> dict[str, Any] | None:
        truth: dict[str, Any] = client.get("/truth").json()
        return truth if any(one["label"] == "affected" for one in truth["tickets"]) else None

    truth = until(reported, "an affected customer has written")
    assert truth
    return truth


def test_its_pages_faults_and_accounts(tmp_path: Path) -> None:
    past = tmp_path / "past.npz"
    process, said = started("--speed", "200", "--history-file", str(past), "--history-days", "0.1")
    try:
        assert past.exists()
        with httpx2.Client(base_url=str(said["address"])) as client:
            assert client.get("/-/healthy").status_code == 200
            page = client.get("/metrics")
            samples = [s for family in text_string_to_metric_families(page.text) for s in family.samples]
            trades = sum(s.value for s in samples if s.name == "exchange_orders_total")
            assert trades > 0.1 * 86_400 * 5  # it goes on from the past, not from nothing
            made = client.post("/faults", json={"fault": "exporter-silent", "target": "chain"})
            assert made.status_code == 201
            assert client.post("/faults", json={"fault": "exporter-silent", "target": "chain"}).status_code == 409
            assert client.get("/metrics/chain").status_code == 503
            assert client.get("/metrics").status_code == 200
            assert client.delete(f"/faults/{made.json()['id']}").status_code == 200
            assert client.get("/metrics/chain").status_code == 200
            assert client.delete("/faults/F99").status_code == 404
            assert client.post("/faults", json={"fault": "flood"}).status_code == 422
            assert client.get("/accounts/C-100001").json()["customer_id"] == "C-100001"
            assert client.get("/accounts/C-1").status_code == 404
    finally:
        assert ended(process) == 0


def test_a_wrong_option_is_refused_with_a_word() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tocsin.demo.exchange", "--fault", "flood"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert run.returncode == 2
    assert "--fault flood" in run.stderr


def test_the_exchange_imports_nothing_of_the_product() -> None:
    words = "import sys, tocsin.demo.exchange; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    loaded = run.stdout.split()
    product = {"detectors", "incidents", "statuspage", "tickets", "dashboards"}
    assert [name for name in loaded if name.split(".")[0] in product] == []
    assert all(name.startswith("tocsin.demo") for name in loaded if name.startswith("tocsin."))
