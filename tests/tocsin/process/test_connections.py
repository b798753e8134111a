"""Clients that send slowly or never: their connections end, and others are answered meanwhile."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import uvicorn

from tests import loopback
from tests.patience import PATIENCE_S
from tests.tocsin.web.running import CONFIG, running
from tocsin.config import load
from tocsin.process.connections import Connections
from tocsin.process.serve import answering
from tocsin.web.http.bounds import Bounds

LONG = 60.0
"""Seconds after which a connection that should have ended counts as kept for ever."""


@contextmanager
def served(folder: Path, connections: Connections, body_s: float = PATIENCE_S) -> Iterator[int]:
    """The port of a Tocsin that takes its connections so."""
    tocsin = running(folder)
    (bounds,) = (one for one in tocsin.web.user_middleware if "Bounds" in repr(one))
    bounds.kwargs["body_s"] = body_s
    (folder / "other.yaml").write_text(CONFIG)
    config = answering(tocsin.web, load(folder / "other.yaml"))
    config.http = connections  # type: ignore[assignment]
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(PATIENCE_S)
    tocsin.close()


def connected(port: int, said: bytes = b"") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=LONG)
    made.sendall(said)
    return made


def all_said(connection: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    found = b""
    while piece := connection.recv(4096):
        found += piece
    return found


def is_well(port: int) -> bool:
    return loopback.get(f"http://127.0.0.1:{port}/-/healthy").status_code == 200


@pytest.mark.parametrize(
    "said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: x\r\nx-y: "], ids=["nothing", "a line", "half"]
)
def test_headers_that_never_end_are_not_waited_for(tmp_path: Path, said: bytes) -> None:
    with served(tmp_path, Connections(headers_s=0.3)) as port, connected(port, said) as slow:
        assert all_said(slow).startswith(b"HTTP/1.1 408")
        assert is_well(port)


def test_a_second_request_on_a_connection_has_to_come_in_time_too(tmp_path: Path) -> None:
    whole = b"GET /-/healthy HTTP/1.1\r\nhost: x\r\n\r\n"
    with served(tmp_path, Connections(headers_s=0.3)) as port, connected(port, whole + b"GET / HT") as slow:
        answers = all_said(slow)
    assert answers.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in answers


def test_a_body_that_drips_is_not_waited_for(tmp_path: Path) -> None:
    head = b"POST /api/v1/tickets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"
    with served(tmp_path, Connections(), body_s=0.3) as port, connected(port, head) as slow:
        answer = all_said(slow)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"too slowly" in answer


def test_above_the_limit_the_connection_that_waited_longest_makes_room(tmp_path: Path) -> None:
    with served(tmp_path, Connections(most=3, headers_s=PATIENCE_S)) as port, ExitStack() as opened:
        idle = [opened.enter_context(connected(port)) for _ in range(3)]
        assert is_well(port)
        assert all_said(idle[0]) == b""
        idle[2].sendall(b"GET /-/healthy HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert all_said(idle[2]).startswith(b"HTTP/1.1 200"), "the others are kept"


def test_the_service_limits_its_connections(tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text(CONFIG)
    config = answering(Bounds(lambda *_: None), load(tmp_path / "tocsin.yaml"))  # type: ignore[arg-type]
    config.load()
    assert isinstance(config.http_protocol_class, Connections)
