"""Connects only to addresses that were judged, and never waits past a call's deadline.

What a name leads to is asked once and judged, and the very address that was judged is connected to: a name that leads
elsewhere at the second asking (DNS rebinding) gains nothing.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpcore2

Address = IPv4Address | IPv6Address
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_Options = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]


class Deadline(threading.local):
    """When the call that this thread makes must be over; each thread has its own."""

    _until = 0.0

    def begin(self, length: timedelta) -> None:
        """The call of this thread begins now and may take so long."""
        self._until = time.monotonic() + length.total_seconds()

    def left(self, late: type[httpcore2.TimeoutException]) -> float:
        """Seconds that are left of it, above 0; raises `late` where none are."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise late("the deadline of the call has passed")
        return left


class GuardedBackend(httpcore2.SyncBackend):
    """Connects only where it may, and never waits past the deadline. may_connect: judges an address.

    refusal: what is said of a name that leads to an address that may not be connected to.
    """

    def __init__(self, deadline: Deadline, *, may_connect: Callable[[Address], bool], refusal: str) -> None:
        self._deadline = deadline
        self._may_connect = may_connect
        self._refusal = refusal

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline is the only timeout
        local_address: str | None = None,
        socket_options: _Options | None = None,
    ) -> httpcore2.NetworkStream:
        """To the address that was judged."""
        address = self._judged(host, port)
        left = self._deadline.left(httpcore2.ConnectTimeout)
        stream = super().connect_tcp(address, port, left, local_address, socket_options)
        return _Hasty(stream, self._deadline)

    def _judged(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} is not known: {error}") from error
        addresses = [str(info[4][0]) for info in found]
        if not all(self._may_connect(ip_address(a.partition("%")[0])) for a in addresses):
            raise httpcore2.ConnectError(self._refusal)
        return addresses[0]


class _Hasty(httpcore2.NetworkStream):
    """A connection whose every wait ends at the deadline, however often a little comes."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline's
        return self._inner.read(max_bytes, self._deadline.left(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline's
        self._inner.write(buffer, self._deadline.left(httpcore2.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline's
    ) -> httpcore2.NetworkStream:
        left = self._deadline.left(httpcore2.ConnectTimeout)
        return _Hasty(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


@cache
def system_trust() -> ssl.SSLContext:
    """The certificates that this machine trusts: read once, as reading them costs more than a call."""
    return ssl.create_default_context()


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet, also where it hides an IPv4 address in an IPv6 one."""
    if isinstance(address, IPv6Address):
        if address in _TRANSLATED:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if hidden is not None:
            return is_public(hidden)
    return address.is_global and not address.is_multicast and not address.is_reserved
