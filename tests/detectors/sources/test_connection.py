"""Failed connections in words: each of them made for real."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from detectors.sources.prometheus import Prometheus
from detectors.sources.source import SourceError
from tests.detectors.sources.prometheus_server import free_port


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A port where each connection is sent the bytes and closed."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with closing(listening):
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def reported(url: str) -> str:
    source = Prometheus(url)
    with closing(source), pytest.raises(SourceError) as raised:
        source.probe()
    assert raised.value.retry
    return str(raised.value)


def test_nothing_listens() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert reported(url) == f"the probe: nothing listens at {url} (Connection refused): is Prometheus running?"


def test_a_host_that_nobody_knows() -> None:
    words = reported("http://prometheus.invalid:9090")
    assert words.startswith("the probe: the host of http://prometheus.invalid:9090 is not known (")
    assert words.endswith("): is its name right?")


def test_a_server_that_hangs_up() -> None:
    with answering(b"") as port:
        words = reported(f"http://127.0.0.1:{port}")
    assert f"http://127.0.0.1:{port} closed the connection before it had answered (" in words
    assert words.endswith("): is it Prometheus that listens?")


def test_a_server_without_encryption() -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        words = reported(f"https://127.0.0.1:{port}")
    assert f"no encrypted connection to https://127.0.0.1:{port}: " in words
    assert words.endswith("; does it speak plain http there?")


def test_something_that_is_no_web_server() -> None:
    with answering(b"220 mail.example ESMTP\r\n") as port:
        words = reported(f"http://127.0.0.1:{port}")
    assert f"http://127.0.0.1:{port}" in words


@pytest.mark.parametrize("name", ["ConnectionRefusedError", "NewConnectionError", "gaierror", "MaxRetryError"])
def test_no_exception_is_named(name: str) -> None:
    assert name not in reported(f"http://127.0.0.1:{free_port()}") + reported("http://prometheus.invalid:9090")
