"""Customers' letters to a desk that comes up late, that refuses, and that never answers."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tocsin.demo import sender
from tocsin.demo.customers import Customer, Letter
from tocsin.demo.sender import Sender, Sent

KIM = Customer(id="C1", name="Kim", email="kim@example.org", language="en", tier="basic")
LETTER = Letter(
    key="letter-1", customer=KIM, form="general", subject="My withdrawal", text="It does not arrive.", fields=(),
    label="affected", topic="withdrawal", written_at=0.0,
)  # fmt: skip


@contextmanager
def desk(*, refuses: int, with_status: int) -> Iterator[tuple[str, list[str]]]:
    """A desk that refuses so many letters and then accepts: its address, and the key of each attempt."""
    keys: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            keys.append(self.headers["Idempotency-Key"])
            body = b'{"number": "T-1"}'
            self.send_response(with_status if len(keys) <= refuses else 201)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: object = "-", size: object = "-") -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", keys
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def post(address: str, *, give_up_after_s: float = 600.0) -> Sent:
    """What becomes of one letter."""

    async def posted() -> Sent:
        customer = Sender(address, give_up_after_s=give_up_after_s)
        customer.post(LETTER)
        while customer.under_way:
            await asyncio.sleep(0.01)
        await customer.close()
        return customer.sent[0]

    return asyncio.run(posted())


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr(sender, "LONGEST_PAUSE_S", 0.0)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_letter_is_sent_again_for_as_long_as_the_desk_needs_to_come_up(status: int) -> None:
    with desk(refuses=60, with_status=status) as (address, keys):
        sent = post(address)
    assert (sent.number, sent.error, sent.attempts) == ("T-1", "", 61)
    assert set(keys) == {"letter-1"}  # one letter for the desk, however often it is sent


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_letter_that_the_desk_refuses_is_not_sent_again(status: int) -> None:
    with desk(refuses=1, with_status=status) as (address, keys):
        sent = post(address)
    assert (sent.number, sent.error, sent.answered_at) == ("", f"HTTP {status}", None)
    assert len(keys) == 1


def test_a_letter_to_a_desk_that_never_comes_up_is_given_up_and_says_why() -> None:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))  # bound, and nobody listens: every connection is refused
        sent = post(f"http://127.0.0.1:{held.getsockname()[1]}", give_up_after_s=0.2)
    assert sent.number == ""
    assert sent.error.startswith("ConnectError")
    assert sent.attempts >= 1
