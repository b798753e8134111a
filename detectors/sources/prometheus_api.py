"""The HTTP API of a Prometheus, or of what speaks it: a question, and its body or the one error of a source."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
from prometheus_api_client import PrometheusConnect
from prometheus_api_client.exceptions import PrometheusApiClientException
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3 import Retry
from urllib3.exceptions import HTTPError

from detectors.frame import Labels
from detectors.sources.answer import AnswerError, error_of, kinds_of, lacks_of, number_of, series_of, texts_of
from detectors.sources.byte_budget import ByteBudget, Share
from detectors.sources.connection import connection_words, innermost
from detectors.sources.login import Login
from detectors.sources.source import SourceError

Found = TypeVar("Found")

LARGEST = 128 * 2**20
"""Bytes of an answer; a longer one is asked for in pieces. What it is decoded to takes as much once more."""

LONG_QUERY = 4_000
"""Characters from which a query goes as POST: many servers refuse addresses of 8 KiB."""
TOO_MUCH = ("too many samples", "-search.maxSamplesPerQuery", "-search.maxPointsPerTimeseries")
"""What Prometheus and VictoriaMetrics say of a query that takes more memory than they allow."""
UNHIDDEN = {"nocache": "1"}
"""With it VictoriaMetrics shows the last half minute (`-search.latencyOffset`); others do not know it."""
WHOLE = {"deny_partial_response": "1", "partial_response": "false"}
"""So VictoriaMetrics and Thanos are asked to refuse where they would answer with a part; others do not know it."""
NAMES = "/api/v1/label/__name__/values"
TRANSIENT = (408, 429, 500, 502, 503, 504)
LACKING = ("rpc error", "partial response", "unavailable", "deadline exceeded")
"""What a 422 says of a store that is away; of a wrong query it says other things."""


class TooMuchError(SourceError):
    """The server would have to hold more samples than it allows, or its answer is larger than we take."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry=False)


class _Bearer(AuthBase):
    """A bearer token; as a header alone, requests would replace it by what ~/.netrc says."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class PrometheusApi:
    """One server. Safe to use from several threads.

    url: where the API is, without `/api/v1`; a name and a password in it are used, and never shown.
    timeout: seconds a whole answer may take.
    largest: bytes an answer may have.
    at_once: questions that are under way at one time; more wait for their turn, as long as an answer may take.
    budget: the memory that answers of all sources may take together.
    """

    def __init__(
        self,
        url: str,
        *,
        login: Login | None = None,
        timeout: float = 10.0,
        retries: int = 2,
        backoff: float = 0.2,
        largest: int = LARGEST,
        at_once: int = 16,
        budget: ByteBudget | None = None,
    ) -> None:
        self._budget = budget or ByteBudget()
        self.url, found = without_login(url)
        self.timeout = timeout
        self._largest = largest
        self._login = login or found or Login()
        self._session = _session(self._login)
        self._session.hooks["response"].append(self._only_whole_names)
        # A read that timed out is not repeated: the next tick asks anyway, and three time-outs are a minute lost.
        retry = Retry(
            total=retries,
            read=0,
            backoff_factor=backoff,
            status_forcelist=(429, 502, 503, 504),
            allowed_methods={"GET", "POST"},
            raise_on_status=False,
            respect_retry_after_header=False,
        )
        self._client = PrometheusConnect(self.url, session=self._session, timeout=timeout, retry=retry)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry, pool_maxsize=at_once))
        self._at_once = at_once
        self._turns = threading.BoundedSemaphore(at_once)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, path: str, asked: dict[str, str], where: str) -> bytes:
        """The body of a 200. path: behind `/api/v1/`; where: who asks, for messages. Raises SourceError."""
        with self.holding(path, asked, where) as body:
            return body

    @contextmanager
    def holding(self, path: str, asked: dict[str, str], where: str) -> Iterator[bytes]:
        """The same; the memory that it takes counts until the end of the context."""
        with self._budget.share() as share:
            yield self._in_turn(path, asked | WHOLE, where, share)

    def _in_turn(self, path: str, asked: dict[str, str], where: str, share: Share) -> bytes:
        if not self._turns.acquire(timeout=self.timeout):
            busy = f"{self._at_once} questions (at_once) are under way, none was answered within {self.timeout:g} s"
            raise SourceError(f"{self.url}: {where}: not asked: {busy}", retry=True)
        try:
            return self._asked(path, asked, where, share)
        finally:
            self._turns.release()

    def _asked(self, path: str, asked: dict[str, str], where: str, share: Share) -> bytes:
        long = len(asked.get("query", "")) > LONG_QUERY
        try:
            # What the session says is repeated here, or REQUESTS_CA_BUNDLE in the environment would replace it.
            with closing(
                self._session.request(
                    "POST" if long else "GET",
                    f"{self.url}/api/v1/{path}",
                    params=None if long else asked,
                    data=asked if long else None,
                    timeout=(min(3.0, self.timeout), self.timeout),
                    verify=self._session.verify,
                    cert=self._session.cert,
                    stream=True,
                )
            ) as response:
                body = self._body(response, where, share)
        except (requests.RequestException, HTTPError, OSError) as error:
            slow = isinstance(innermost(error), TimeoutError)
            why = f"{self.url}: no answer within {self.timeout:g} s" if slow else self._why(error)
            raise SourceError(f"{where}: {why}", retry=True) from error
        if response.status_code != 200:
            raise self._refusal(response.status_code, body, where)
        return body

    def _body(self, response: requests.Response, where: str, share: Share) -> bytes:
        """The whole body, within the time and the size that it may have: a server may send a byte a second for ever."""
        deadline = time.monotonic() + self.timeout
        held = bytearray()
        while piece := response.raw.read1(2**20, decode_content=True):
            held += piece
            if len(held) > self._largest:
                most = f"{self._largest / 2**20:g} MiB"
                raise TooMuchError(f"{self.url}: {where}: the answer is larger than {most}")
            if not share.grow(len(piece), deadline):
                full = f"the answers of all sources have {self._budget.total / 2**20:g} MiB, and others hold them"
                raise SourceError(f"{self.url}: {where}: not read: {full}", retry=True)
            if time.monotonic() > deadline:
                raise TimeoutError
        return bytes(held)

    def number(self, query: str, at: float, where: str, *, hidden: bool = False, whole: bool = True) -> float | None:
        """What an instant query answers, if that is one number; None where it answers nothing. Raises SourceError.

        hidden: leave out what VictoriaMetrics hides for half a minute unless asked not to.
        whole: refuse the number where the answer says that it lacks something.
        """
        asked = {"query": query, "time": f"{at:.3f}"} | ({} if hidden else UNHIDDEN)
        return self._read(self.ask("query", asked, where), number_of, where, whole=whole)

    def vector(self, query: str, where: str) -> tuple[Labels, ...]:
        """The series that an instant query answers, without their values. Raises SourceError."""
        return self._read(self.ask("query", {"query": query} | UNHIDDEN, where), series_of, where)

    def labels(self, selector: str, where: str) -> tuple[str, ...]:
        """The names of the labels that these series have. Raises SourceError."""
        return self._read(self.ask("labels", {"match[]": selector}, where), texts_of, where)

    def metadata(self) -> dict[str, tuple[str, str]]:
        """Type and help of each metric, as their pages state them; VictoriaMetrics keeps none. Raises SourceError."""
        where = "what metrics are"
        return self._read(self.ask("metadata", {}, where), kinds_of, where)

    def _read(self, body: bytes, read: Callable[[bytes], Found], where: str, *, whole: bool = True) -> Found:
        try:
            if whole:
                self._refuse_part(body, where)
            return read(body)
        except AnswerError as error:
            raise SourceError(f"{self.url}: {where}: {error}", retry=error.cut) from error

    def metrics(self) -> tuple[str, ...]:
        """The names of all metrics it knows. Raises SourceError, also where the answer says that it lacks some."""
        return self._names(lambda: self._client.all_metrics(params=dict(WHOLE)))

    def _only_whole_names(self, response: requests.Response, **_: object) -> None:
        """Raises SourceError where a list of names lacks some: the client drops what the answer says beside it."""
        if response.status_code == 200 and urlsplit(response.url).path.endswith(NAMES):
            with suppress(AnswerError):  # which the client says in its own way
                self._refuse_part(response.content, "the names of metrics")

    def _refuse_part(self, body: bytes, where: str) -> None:
        if lacks := lacks_of(body):
            why = f"answered with a part of what it has: {'; '.join(lacks)}; ask again when all of it answers"
            raise SourceError(f"{self.url}: {where}: {why}", retry=True)

    def _refusal(self, status: int, body: bytes, where: str) -> SourceError:
        said = error_of(body) or shown(body)
        if status == 422 and any(words in said for words in TOO_MUCH):
            return TooMuchError(f"{self.url}: {where}: {said}")
        if status in (401, 403):
            said = f"{said}; check the source's bearer token or username and password"
        if status == 404:
            said = f"{said}; check the source's url, which is given without /api/v1"
        away = status == 422 and any(words in said for words in LACKING)
        return SourceError(f"{self.url}: {where}: answered {status}: {said}", retry=away or status in TRANSIENT)

    def _why(self, error: BaseException) -> str:
        return connection_words(error, self.url, self._login, program="Prometheus")

    def _names(self, ask: Callable[[], list[str]]) -> tuple[str, ...]:
        try:
            return tuple(ask())
        except requests.JSONDecodeError as error:
            raise SourceError(f"{self.url}: asked for names, answered no JSON: {error}", retry=False) from error
        except requests.RequestException as error:
            raise SourceError(f"the names of metrics: {self._why(error)}", retry=True) from error
        except (PrometheusApiClientException, KeyError, TypeError) as error:
            raise SourceError(f"{self.url}: asked for names: {innermost(error)}", retry=False) from error


def _session(login: Login) -> requests.Session:
    session = requests.Session()
    # Measured on 1,000 series x 1,000 points: gzip costs both sides more than the loopback or a data centre's wire.
    session.headers.update({"Accept-Encoding": "identity", "User-Agent": "tocsin", **dict(login.headers)})
    session.verify = str(login.ca) if login.ca else True
    if login.certificate:
        session.cert = (str(login.certificate), str(login.key or login.certificate))
    if login.bearer is not None:
        session.auth = _Bearer(login.bearer)
    elif login.username is not None:
        # As bytes: requests would send text as Latin-1.
        session.auth = HTTPBasicAuth(login.username.encode(), login.password.encode())
    return session


def without_login(url: str) -> tuple[str, Login | None]:
    """The URL without a login, and the login that it held."""
    split = urlsplit(url)
    host = split.netloc.rpartition("@")[2]
    bare = urlunsplit((split.scheme, host, split.path.rstrip("/"), "", ""))
    if split.username is None:
        return bare, None
    return bare, Login(username=unquote(split.username), password=unquote(split.password or ""))


def shown(body: bytes) -> str:
    """The beginning of an answer that nobody expected, on one line."""
    return repr(" ".join(body[:200].decode("utf-8", "replace").split()))
