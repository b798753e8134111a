"""A small client for foreign REST APIs: JSON over HTTP, bounded in time and size, polite to rate limits.

The adapters of trackers and helpdesks share it. It never repeats a request: whether and when a failed delivery is
tried again is the delivery loop's decision, and what to look up first is its adapter's.
"""

import re
import ssl
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2
import orjson

from incidents.delivery import RETRY_AFTER_MAX, DeliveryError, wait_of
from incidents.notifiers.guarded_connection import Address, Deadline, GuardedBackend, is_public, system_trust
from tickets.call_gate import SILENT_MAX, CallGate

ANSWER_MAX = 5_000_000
"""Bytes of an answer that are read; a longer one is an error, since half of a JSON text says nothing."""
_EXPLANATION_MAX = 300
_IDLE_SECONDS = 15.0
_TRY_LATER = frozenset({408, 409, 423, 425, 429})
_LATEST_SECONDS = 1_000_000_000
"""A number of seconds above this is an instant since 1970, below it a wait."""
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_NEXT = re.compile(r";\s*rel=\"?next\b")
_REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining")
_RESET = ("x-ratelimit-reset", "ratelimit-reset")

Query = Mapping[str, str | int | Sequence[str | int]]


class RestError(DeliveryError):
    """A request that was not answered with 2xx. status: of the answer; 0 = there was none, the work may be done."""

    def __init__(self, message: str, *, status: int, retry: bool, retry_after: timedelta | None = None) -> None:
        super().__init__(message, retry=retry, retry_after=retry_after)
        self.status = status

    @property
    def is_missing(self) -> bool:
        """Whether the other side says that there is no such thing."""
        return self.status in (404, 410)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to upload. name: without a folder. field: of the form that carries it."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    field: str = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestAnswer:
    """An answer with 2xx. headers: names in lower case. of: the request in words, for errors."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    of: str = ""

    def json(self) -> Any:
        """What the body says; None where it is empty. Raises DeliveryError where it is no JSON."""
        if not self.body.strip():
            return None
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise DeliveryError(
                f"{self.of}: the answer is not JSON ({error}); is the url right?", retry=False
            ) from error

    @property
    def next_page(self) -> str:
        """The address that the `Link` header calls the next page (RFC 8288); "" where it names none."""
        links = _LINK.findall(self.headers.get("link", ""))
        return next((target for target, parameters in links if _NEXT.search(parameters)), "")


def bearer(token: str) -> Mapping[str, str]:
    """The header that signs in with a token."""
    return {"authorization": f"Bearer {token}"}


def basic(user: str, password: str) -> Mapping[str, str]:
    """The header that signs in with a name and a password or token (RFC 7617)."""
    return {"authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


class RestClient:
    """Sends requests to one foreign API; safe to share between threads, each call has its own deadline.

    name: of the configured thing, such as "tracker ops", for errors. base: the API's address, to which paths are
    appended. headers: of every request, the credentials among them; no error ever says one. clock: for dates of
    `Retry-After`. allow_private: to this network's own addresses too. Over plain http credentials go to
    nothing but private and loopback addresses. deadline: of one call, from its first packet to its last.
    explain: what is worth quoting of the JSON with which the other side refuses; by default nothing, since it may
    repeat what it was sent. context: whose certificates are believed; None = the system's.

    Once the other side asked for a pause, no call leaves before it is over: it fails at once, with the wait's rest.
    So it is where it did not answer several times in a row; and so many calls are under way at once: `gate`.
    """

    def __init__(
        self,
        name: str,
        base: str,
        *,
        headers: Mapping[str, str],
        clock: Callable[[], datetime],
        allow_private: bool,
        deadline: timedelta = timedelta(seconds=10),
        explain: Callable[[Any], str] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(base)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            raise ValueError(f"{name}: url must be https://host/… without a user in it")
        if parts.scheme == "http" and not allow_private:
            raise ValueError(f"{name}: url begins with http://, must be https:// where it may not be private")
        self._name = name
        self._base = base.rstrip("/")
        self._headers = {"accept": "application/json", "user-agent": "tocsin", **headers}
        self._secrets = tuple(_secrets(headers))
        self._clock = clock
        self._length = deadline
        self._explain = explain
        self._deadline = Deadline()
        self._pause_until: datetime | None = None
        self.gate = CallGate(clock)
        self.name = name
        may_connect, refusal = _rule(parts.scheme, allow_private=allow_private)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context or system_trust(),
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=GuardedBackend(self._deadline, may_connect=may_connect, refusal=refusal),
        )

    def get(self, path: str, params: Query | None = None) -> Any:
        """The JSON that a GET is answered with; raises RestError."""
        return self.send("GET", path, params=params).json()

    def pages(self, path: str, params: Query | None = None, *, at_most: int) -> list[Any]:
        """The items of all pages of a list, following `Link: rel=next` on the same host.

        Raises RestError where there are more than `at_most` pages: half of a list passes for no whole one.
        """
        answer = self.send("GET", path, params=params)
        found = list(answer.json() or ())
        for _ in range(at_most - 1):
            if not answer.next_page:
                break
            answer = self.send("GET", answer.next_page)
            found += answer.json() or ()
        if answer.next_page:
            raise RestError(f"{answer.of}: more than {at_most} pages, nothing of them is used", status=0, retry=True)
        return found

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Query | None = None,
        json: object = None,
        file: File | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RestAnswer:
        """One request; returns an answer with 2xx, raises RestError for every other.

        path: appended to the base, or a whole address on the same host, as pagination gives it. json, file, content:
        the body, at most one of them; of `content` the caller names the type in `headers`.
        """
        of = f"{self._name}: {method} {urlsplit(path).path}"
        self._require_no_pause(of)
        request = self._request(method, path, params=params, json=json, file=file, content=content, headers=headers)
        status, found, body = self._let_through(of, request)
        if 200 <= status < 300:
            return RestAnswer(status=status, headers=found, body=body, of=of)
        raise self._refused(of, status, found, body)

    def close(self) -> None:
        """Closes the connections."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: Query | None,
        json: object,
        file: File | None,
        content: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> httpx2.Request:
        url = self._url(path)
        more: dict[str, Any] = {"params": params} if params else {}
        if json is not None:
            more["json"] = json
        elif file is not None:
            more["files"] = {file.field: (file.name, file.content, file.media_type)}
        elif content is not None:
            more["content"] = content
        return httpx2.Request(method, url, headers={**self._headers, **(headers or {})}, **more)

    def _url(self, path: str) -> str:
        if "://" not in path:
            return f"{self._base}/{path.lstrip('/')}"
        url = urljoin(self._base, path)
        if _origin(url) != _origin(self._base):
            raise RestError(
                f"{self._name}: an answer names an address on another host, which gets no credentials of ours",
                status=0,
                retry=False,
            )
        return url

    def _let_through(self, of: str, request: httpx2.Request) -> tuple[int, Mapping[str, str], bytes]:
        rest = self.gate.rest()
        if rest > timedelta(0):
            self.gate.refused()
            said = f"{of}: not sent, it did not answer {SILENT_MAX} times in a row"
            raise RestError(said, status=429, retry=True, retry_after=rest)
        if not self.gate.enter(self._length.total_seconds() / 4):
            self.gate.refused()
            said = f"{of}: not sent, {self.gate.at_once} calls are under way and none ends"
            raise RestError(said, status=429, retry=True)
        answered = False
        try:
            found = self._exchange(of, request)
            answered = True
            return found
        except RestError as error:
            answered = not error.retry  # it answered more than we read, or the address cannot be used
            raise
        finally:
            self.gate.leave(answered=answered)

    def _exchange(self, of: str, request: httpx2.Request) -> tuple[int, Mapping[str, str], bytes]:
        self._deadline.begin(self._length)
        try:
            with self._pool.stream(
                request.method,
                str(request.url),
                headers=[*((k, v) for k, v in request.headers.raw), (b"accept-encoding", b"identity")],
                content=request.read(),
            ) as answer:
                found = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in answer.headers}
                return answer.status, found, _whole(of, answer.iter_stream())
        except httpcore2.TimeoutException as error:
            raise RestError(
                f"{of}: no answer within {self._length.total_seconds():g} s", status=0, retry=True
            ) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            said = self._redacted(f"{of}: cannot be reached: {error}")
            raise RestError(said, status=0, retry=True) from error
        except (httpcore2.UnsupportedProtocol, httpx2.InvalidURL, UnicodeError, ValueError) as error:
            said = self._redacted(f"{of}: the address cannot be used: {error}")
            raise RestError(said, status=0, retry=False) from error

    def _refused(self, of: str, status: int, headers: Mapping[str, str], body: bytes) -> RestError:
        said = f"{of}: answered {status}, expected 2xx{self._explained(body)}"
        wait = asked_wait(status, headers, self._clock())
        limited = status == 429 or (status in (403, 503) and wait is not None)
        if limited and wait is not None:
            self._pause_until = self._clock() + min(wait, RETRY_AFTER_MAX)
        if status in (401, 403) and not limited:
            said += "; mend the token or what it may do"
        if 300 <= status < 400:
            said += "; redirects are not followed, give the final address as its url"
        later = limited or status in _TRY_LATER or status >= 500
        return RestError(said, status=status, retry=later, retry_after=wait if later else None)

    def _explained(self, body: bytes) -> str:
        if self._explain is None:
            return ""
        try:
            words = self._explain(orjson.loads(body))
        except (orjson.JSONDecodeError, AttributeError, TypeError, KeyError, IndexError, ValueError):
            return ""
        quoted = self._redacted(" ".join(str(words).split()))[:_EXPLANATION_MAX]
        return f" ({quoted})" if quoted else ""

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text

    def _require_no_pause(self, of: str) -> None:
        if self._pause_until is None:
            return
        left = self._pause_until - self._clock()
        if timedelta(0) < left <= RETRY_AFTER_MAX:  # a longer one is of a clock that was set back
            raise RestError(f"{of}: not sent, a pause was asked for", status=429, retry=True, retry_after=left)
        self._pause_until = None


def asked_wait(status: int, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long an answer asks to be left alone; None where it does not ask.

    `Retry-After` in seconds or as a date (RFC 9110); else the reset of a rate limit of which nothing remains, as
    seconds, as an instant since 1970 or as an ISO 8601 date: GitHub answers so with 403.
    """
    if "retry-after" in headers:
        return wait_of(headers["retry-after"], now)
    is_spent = status == 429 or any(headers.get(name, "").strip() == "0" for name in _REMAINING)
    reset = next((headers[name].strip() for name in _RESET if name in headers), "")
    return _until_reset(reset, now) if is_spent and reset else None


def _until_reset(text: str, now: datetime) -> timedelta | None:
    try:
        if text.replace(".", "", 1).isdecimal():
            seconds = float(text)
            wait = timedelta(seconds=min(seconds, _LATEST_SECONDS))
            at = datetime.fromtimestamp(seconds, UTC) if seconds > _LATEST_SECONDS else now + wait
        else:
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return max(timedelta(0), at - now)


def _rule(scheme: str, *, allow_private: bool) -> tuple[Callable[[Address], bool], str]:
    if scheme == "http":
        return lambda address: not is_public(address), "over http:// only a private address gets credentials: use https"
    if allow_private:
        return lambda _: True, ""
    return is_public, "its name leads to an address that is not on the public internet"


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _secrets(headers: Mapping[str, str]) -> Sequence[str]:
    """Values of headers, whole and without the word that says how to sign in: none of them is ever quoted."""
    values = [value for name, value in headers.items() if name.lower() not in ("accept", "content-type")]
    return [part for value in values for part in (value, value.rpartition(" ")[2]) if len(part) > 4]


def _whole(of: str, chunks: Any) -> bytes:
    read = bytearray()
    for chunk in chunks:
        read += chunk
        if len(read) > ANSWER_MAX:
            raise RestError(f"{of}: the answer is longer than {ANSWER_MAX:,} bytes", status=0, retry=False)
    return bytes(read)
