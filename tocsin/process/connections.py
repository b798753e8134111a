"""Connections of clients: a request's headers must arrive in time, and there are so many connections at once."""

import asyncio
import resource
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_S = 10.0
MOST = 1000
FILES = 4096
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connections:
    """Makes the connections of one server. most: at once; headers_s: from a request's first byte, or the connection's.

    Above `most` the one that has waited longest without a request is closed; where each has one, the newest is.
    """

    def __init__(self, *, most: int = MOST, headers_s: float = HEADERS_S) -> None:
        self.most = most
        self.headers_s = headers_s
        self.idle: dict[ClientConnection, None] = {}

    def __call__(self, **given: Any) -> "ClientConnection":
        """One connection, as uvicorn asks for it."""
        return ClientConnection(self, **given)


class ClientConnection(HttpToolsProtocol):
    """A connection that does not wait for headers for ever; what else it does is uvicorn's."""

    def __init__(self, all_of_them: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._all = all_of_them
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Waits for the first request."""
        super().connection_made(transport)
        self._all.idle[self] = None
        self._expect_headers()
        if len(self.connections) > self._all.most:
            next(iter(self._all.idle)).transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._all.idle.pop(self, None)
        self._forget()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._expect_headers()

    def on_headers_complete(self) -> None:
        """The request is known; its body has a time of its own."""
        self._forget()
        self._all.idle.pop(self, None)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """It may be asked once more."""
        if not self.pipeline:
            self._all.idle[self] = None
        super().on_response_complete()

    def _expect_headers(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self._all.headers_s, self._end)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _end(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(TOO_SLOW)
            self.transport.close()


def allow_open_files() -> None:
    """Lets the process open as many files as its connections need, as far as the system allows it."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
