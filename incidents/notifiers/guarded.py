"""Calls webhook addresses that strangers gave: public internet only, signed, limited in time and size.

Redirects are not followed.
"""

import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpcore2
import orjson
from standardwebhooks.webhooks import Webhook

from incidents.delivery import DeliveryError, GoneError, wait_of
from incidents.notifiers.guarded_connection import Deadline, GuardedBackend, is_public, system_trust

ANSWER_MAX = 4096  # bytes of an answer that are read
_TRY_LATER = frozenset({408, 425, 429})
_GONE = 410
_PRIVATE = "its name leads to an address that is not on the public internet"


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
        self._length = deadline
        self._deadline = Deadline()
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
            "idempotency-key": key,
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(key, at, body.decode()),
        }

    def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[WebhookAnswer, str]:
        """One request over a connection of its own: another name at the same address never gets this one's."""
        self._deadline.begin(self._length)
        may_connect = (lambda _: True) if self._allow_private else is_public
        backend = GuardedBackend(self._deadline, may_connect=may_connect, refusal=_PRIVATE)
        pool = httpcore2.ConnectionPool(
            ssl_context=self._context or system_trust(),
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


def _beginning(chunks: Iterable[bytes]) -> bytes:
    read = b""
    for chunk in chunks:
        read += chunk
        if len(read) >= ANSWER_MAX:
            break
    return read[:ANSWER_MAX]
