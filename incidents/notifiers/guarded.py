"""Calls webhook addresses that strangers gave: public internet only, signed, limited in time and size.

What the name leads to is asked once and judged, and the very address that was judged is connected to: a name that leads
elsewhere at the second asking (DNS rebinding) gains nothing. Redirects are not followed.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import httpcore2
import orjson
from standardwebhooks.webhooks import Webhook

from incidents.delivery import DeliveryError, GoneError
from incidents.notifiers.webhook import wait_of

ANSWER_MAX = 4096  # bytes of an answer that are read
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_TRY_LATER = frozenset({408, 425, 429})
_GONE = 410
_Options = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAnswer:
    """The answer of a receiver; body: its beginning."""

    status: int
    body: bytes


class GuardedCaller:
    """Posts signed JSON. allow_private: to this network's own addresses too, and over http.

    clock: for the time of the signature. deadline: of one call, from its first packet to its last, whoever dawdles.
    context: whose certificates are believed; None = the system's.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        allow_private: bool = False,
        deadline: timedelta = timedelta(seconds=10),
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._allow_private = allow_private
        self._deadline = deadline.total_seconds()
        self._context = context

    def is_allowed(self, url: str) -> bool:
        """Whether an address could be called at all; where its name leads is judged at each call."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        schemes = {"https", "http"} if self._allow_private else {"https"}
        whole = parts.scheme in schemes and bool(parts.hostname) and not parts.username and port != 0
        if not whole or not url.isascii() or not url.isprintable() or " " in url or len(url) > 2000:
            return False
        try:
            return self._allow_private or is_public(ip_address(str(parts.hostname)))
        except ValueError:  # a name
            return True

    def post(self, url: str, *, key: str, secret: str, payload: Mapping[str, object] | bytes) -> WebhookAnswer:
        """Returns what was answered with 2xx; raises DeliveryError, GoneError."""
        if not self.is_allowed(url):
            raise DeliveryError("the webhook's address is not one that may be called", retry=False)
        body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
        answer, retry_after = self._send(url, self._headers(key, secret, body), body)
        if 200 <= answer.status < 300:
            return answer
        said = f"the webhook answered {answer.status}, expected 2xx"
        if answer.status == _GONE:
            raise GoneError(said, retry=False)
        later = answer.status in _TRY_LATER or answer.status >= 500
        raise DeliveryError(said, retry=later, retry_after=wait_of(retry_after, self._clock()) if later else None)

    def _headers(self, key: str, secret: str, body: bytes) -> Mapping[str, str]:
        at = self._clock().astimezone(UTC)
        return {
            "content-type": "application/json",
            "user-agent": "tocsin",
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(key, at, body.decode()),
        }

    def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[WebhookAnswer, str]:
        """One request over a connection of its own: another name at the same address never gets this one's."""
        backend = _Guard(time.monotonic() + self._deadline, allow_private=self._allow_private)
        pool = httpcore2.ConnectionPool(
            ssl_context=self._context or _trust(),
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=backend,
        )
        try:
            with pool, pool.stream("POST", url, headers=list(headers.items()), content=body) as response:
                found = dict(response.headers)
                read = _beginning(response.iter_stream())
                return WebhookAnswer(status=response.status, body=read), found.get(b"retry-after", b"").decode(
                    "latin-1"
                )
        except httpcore2.TimeoutException as error:
            raise DeliveryError("the webhook did not answer in time", retry=True) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise DeliveryError(f"the webhook cannot be reached: {error}", retry=True) from error
        except (httpcore2.UnsupportedProtocol, UnicodeError, ValueError) as error:
            raise DeliveryError(f"the webhook's address cannot be used: {error}", retry=False) from error


@cache
def _trust() -> ssl.SSLContext:
    """Whom this machine trusts: read once, as reading it costs more than a call."""
    return ssl.create_default_context()


class _Guard(httpcore2.SyncBackend):
    """Connects only where it may, and never waits past the deadline."""

    def __init__(self, until: float, *, allow_private: bool) -> None:
        self._until = until
        self._allow_private = allow_private

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
        left = _left(self._until, httpcore2.ConnectTimeout)
        stream = super().connect_tcp(address, port, left, local_address, socket_options)
        return _Hasty(stream, self._until)

    def _judged(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} is not known: {error}") from error
        addresses = [str(info[4][0]) for info in found]
        if not self._allow_private and not all(is_public(ip_address(a.partition("%")[0])) for a in addresses):
            raise httpcore2.ConnectError("its name leads to an address that is not on the public internet")
        return addresses[0]


class _Hasty(httpcore2.NetworkStream):
    """A connection whose every wait ends at the deadline, however often a little comes."""

    def __init__(self, inner: httpcore2.NetworkStream, until: float) -> None:
        self._inner = inner
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline's
        return self._inner.read(max_bytes, _left(self._until, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline's
        self._inner.write(buffer, _left(self._until, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline's
    ) -> httpcore2.NetworkStream:
        left = _left(self._until, httpcore2.ConnectTimeout)
        return _Hasty(self._inner.start_tls(ssl_context, server_hostname, left), self._until)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the public internet, also where it hides an IPv4 address in an IPv6 one."""
    if isinstance(address, IPv6Address):
        if address in _TRANSLATED:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if hidden is not None:
            return is_public(hidden)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _left(until: float, late: type[httpcore2.TimeoutException]) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise late("the deadline of the call has passed")
    return left


def _beginning(chunks: Iterable[bytes]) -> bytes:
    read = b""
    for chunk in chunks:
        read += chunk
        if len(read) >= ANSWER_MAX:
            break
    return read[:ANSWER_MAX]
