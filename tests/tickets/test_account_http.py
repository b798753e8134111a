import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep

import pytest

from tests.tickets.make import NOON
from tickets.account_http import HttpAccount

ROW = {
    "kind": "withdrawal",
    "asset": "btc",
    "network": "Bitcoin",
    "amount_usd": 250.5,
    "txid": "abc",
    "status": "Pending",
    "created_at": "2026-03-02T12:00:00Z",
    "late": True,
}


class Exchange(BaseHTTPRequestHandler):
    """An exchange's account API with a customer for each way it may answer."""

    def do_GET(self) -> None:
        customer = self.path.rpartition("/")[2]
        if self.headers["Authorization"] != "Bearer secret":
            return self._answer(401, b"{}")
        rows: dict[str, object] = {
            "C1": [ROW],
            "C0": [],
            "naive": [{**ROW, "created_at": "2026-03-02T12:00:00"}],
            "vague": [{**ROW, "late": "yes"}],
            "torn": [{"asset": "BTC"}],
            "odd": {"a": 1},
        }
        if customer == "slow":
            sleep(0.6)
        if customer in {"dripping", "endless"}:
            return self._goes_on(
                b" " if customer == "dripping" else b" " * 65536, 0.05 if customer == "dripping" else 0
            )
        if customer == "broken":
            return self._answer(200, b"<html>")
        if customer == "moved":
            return self._answer(302, b"")
        if customer not in rows:
            return self._answer(500, b"{}")
        return self._answer(200, json.dumps({"customer_id": customer, "transactions": rows[customer]}).encode())

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _goes_on(self, piece: bytes, pause: float) -> None:
        """An answer without an end, as far as its reader lets it go on."""
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            for _ in range(2000):
                self.wfile.write(piece)
                self.wfile.flush()
                sleep(pause)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the standard library
        """Silent."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_api_that_is_silent_is_left_alone_for_a_while() -> None:
    now = [NOON]
    with HttpAccount("http://127.0.0.1:9", clock=lambda: now[0]) as account:
        for _ in range(5):
            assert account.transactions("C1") is None
        assert "not asked again before 12:00:30 UTC" in account.last_error
        assert account.transactions("C1") is None
        assert "not sent, it did not answer 5 times in a row" in account.last_error
        now[0] += timedelta(seconds=31)
        assert account.transactions("C1") is None
        assert "not asked again before 12:01:01 UTC" in account.last_error


def test_a_customers_transactions(base: str) -> None:
    with HttpAccount(base + "/", clock=lambda: NOON, token="secret") as account:
        (one,) = account.transactions("C1") or ()
        assert (one.asset, one.network, one.status, one.late, one.created_at) == (
            "BTC",
            "bitcoin",
            "pending",
            True,
            NOON,
        )
        assert account.transactions("C0") == ()
        assert account.last_error == ""


@pytest.mark.parametrize(
    "customer", ["broken", "naive", "vague", "torn", "odd", "unknown", "moved", "slow", "../C1", ""]
)
def test_what_is_not_understood_is_unknown_and_never_empty(base: str, customer: str) -> None:
    with HttpAccount(base, clock=lambda: NOON, token="secret", deadline=timedelta(seconds=0.3)) as account:
        assert account.transactions(customer) is None
        assert bool(account.last_error) == bool(customer)


def test_a_wrong_token_is_unknown(base: str) -> None:
    with HttpAccount(base, clock=lambda: NOON) as account:
        assert account.transactions("C1") is None
        assert "401" in account.last_error


def test_an_exchange_that_is_not_there_is_unknown() -> None:
    with HttpAccount("http://127.0.0.1:9", clock=lambda: NOON) as account:
        assert account.transactions("C1") is None


def test_an_answer_that_drips_or_never_ends_is_unknown_in_time(base: str) -> None:
    with HttpAccount(base, clock=lambda: NOON, token="secret", deadline=timedelta(seconds=0.3)) as account:
        assert account.transactions("dripping") is None
        assert "no answer within 0.3 s" in account.last_error
    with HttpAccount(base, clock=lambda: NOON, token="secret", deadline=timedelta(minutes=5)) as account:
        assert account.transactions("endless") is None
        assert "longer than 5,000,000 bytes" in account.last_error


def test_no_error_names_the_customer_or_the_token(base: str) -> None:
    with HttpAccount(base, clock=lambda: NOON, token="secret", deadline=timedelta(seconds=0.3)) as account:
        for customer in ("unknown", "moved", "slow", "broken", "dripping"):
            assert account.transactions(customer) is None
            assert "accounts/…" in account.last_error or "not JSON" in account.last_error
            assert customer not in account.last_error
            assert "secret" not in account.last_error
