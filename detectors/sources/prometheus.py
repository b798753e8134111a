"""A Prometheus server, or whatever speaks its HTTP API (VictoriaMetrics, Thanos, Mimir), as a source of samples."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

import numpy as np
import requests
from prometheus_api_client import PrometheusConnect
from prometheus_api_client.exceptions import PrometheusApiClientException
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3 import Retry
from urllib3.exceptions import HTTPError

from detectors.frame import Frame
from detectors.sources.answer import Answer, AnswerError, answer_of, error_of, instant_of
from detectors.sources.events import of_answer
from detectors.sources.grid import Instants, frame_of, grid, joined, parts
from detectors.sources.login import Login, handshake_hint
from detectors.sources.promql import expression, problems_of, promql
from detectors.sources.source import SourceError
from detectors.watch import Query, Watch

POINTS = 10_000
"""Columns asked for at once: Prometheus refuses more than 11,000."""
HISTORY_POINTS = 2_000
"""Columns a frame of history: 30,000 series of it are 480 MB."""
UNADJUSTED_MS = 60_000
"""The step from which VictoriaMetrics answers a range as it is. Below, and for the last 30 s (`-search.latencyOffset`),
it repeats the value before these; so what is that young is asked for column by column, with this step."""
LONG_QUERY = 4_000
"""Characters from which a query goes as POST: many servers refuse addresses of 8 KiB."""
TOO_MUCH = ("too many samples", "-search.maxSamplesPerQuery", "-search.maxPointsPerTimeseries")
"""What Prometheus and VictoriaMetrics say of a query that takes more memory than they allow."""
TRANSIENT = (408, 429, 500, 502, 503, 504)

_log = logging.getLogger(__name__)


class _Bearer(AuthBase):
    """A bearer token; as a header alone, requests would replace it by what ~/.netrc says."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def _log_warning(warning: str) -> None:
    _log.warning("prometheus answered with a warning", extra={"warning": warning})


class Prometheus:
    """A Prometheus behind a URL. Safe to use from several threads.

    url: where the API is, without `/api/v1`; a name and a password in it are used, and never shown.
    link_url: where people reach its pages, if that is elsewhere.
    timeout: seconds a whole answer may take.
    largest: bytes an answer may have.
    warned: is told what Prometheus warns of (an answer that lacks a part, for instance).
    """

    def __init__(
        self,
        url: str,
        *,
        login: Login | None = None,
        link_url: str | None = None,
        timeout: float = 10.0,
        retries: int = 2,
        backoff: float = 0.2,
        largest: int = 512 * 2**20,
        warned: Callable[[str], None] = _log_warning,
    ) -> None:
        bare, found = _apart(url)
        self.url = bare
        self._link_url = _apart(link_url)[0] if link_url else bare
        self._timeout = timeout
        self._largest = largest
        self._warned = warned
        self._login = login or found or Login()
        self._session = _session(self._login)
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
        self._hidden: int | None = None

    def read(self, watch: Watch, after: datetime | None, until: datetime) -> Frame:
        """See Source. A gap after a restart is read whole, however long it was."""
        frames = list(self._frames(watch, grid(after, until, watch.every), POINTS))
        return joined(frames)

    def history(self, watch: Watch, start: datetime, end: datetime, step: timedelta) -> Iterator[Frame]:
        """See Source."""
        return self._frames(watch, grid(start, end, step), HISTORY_POINTS)

    def problems(self, watch: Watch) -> tuple[str, ...]:
        """See Source: what is wrong with the query's words."""
        return problems_of(watch.query)

    def probe(self) -> str:
        """See Source: asks for the version, as anybody who may query may."""
        body = self._ask(f"{self.url}/api/v1/query", {"query": "1"}, "the probe")
        if error_of(body) is not None or b'"success"' not in body:
            raise SourceError(f"{self.url} answers, but not as Prometheus does: {_shown(body)}", retry=False)
        return f"{self.url} answers queries."

    def metrics(self) -> tuple[str, ...]:
        """The names of all metrics it knows. Raises SourceError."""
        return self._discover(self._client.all_metrics)

    def label_values(self, label: str) -> tuple[str, ...]:
        """The values a label takes, over all metrics. Raises SourceError."""
        return self._discover(lambda: self._client.get_label_values(label_name=label))

    def graph_url(self, query: Query, at: datetime) -> str:
        """Prometheus's own page with the hour around an instant."""
        moment = (at.astimezone(UTC) + timedelta(minutes=30)).strftime("%Y-%m-%d %H:%M:%S")
        asked = {"g0.expr": promql(query), "g0.tab": "0", "g0.range_input": "1h", "g0.end_input": moment}
        return f"{self._link_url}/graph?{urlencode({**asked, 'g0.moment_input': moment})}"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _frames(self, watch: Watch, instants: Instants, size: int) -> Iterator[Frame]:
        mistakes = self.problems(watch)
        if mistakes:
            raise SourceError(f"watch {watch.name}: {'; '.join(mistakes)}", retry=False)
        young = self._first_young(instants)
        for part in (*parts(instants[:young], size), *parts(instants[young:], 1)):
            yield from self._range(watch, part)

    def _first_young(self, instants: Instants) -> int:
        """From which of the instants on the server would repeat older values, as VictoriaMetrics does."""
        now = round(time.time() * 1000)
        if len(instants) < 2 or instants[1] - instants[0] >= UNADJUSTED_MS or instants[-1] < now - UNADJUSTED_MS:
            return len(instants)
        if self._hidden is None:
            self._hidden = self._hides(now)
        spare = int(instants[1] - instants[0]) + 1000
        return int(np.searchsorted(instants, now - self._hidden - spare)) if self._hidden else len(instants)

    def _hides(self, now: int) -> int:
        """How many ms of the newest samples the server keeps from queries that do not ask for them in particular."""
        body = self._ask(f"{self.url}/api/v1/query", {"query": "time()", "time": _seconds(now)}, "what time it answers")
        try:
            answered = instant_of(body)
        except AnswerError as error:
            raise SourceError(f"{self.url}: what time it answers: {error}", retry=False) from error
        hidden = round(now - answered * 1000)
        return hidden if hidden >= 1000 else 0

    def _range(self, watch: Watch, instants: Instants) -> Iterator[Frame]:
        """The frame of these columns; in halves where the server says that it is too much at once."""
        query = expression(watch.query)
        step = int(instants[1] - instants[0]) if len(instants) > 1 else UNADJUSTED_MS
        asked = {"query": query, "step": _seconds(step), "timeout": f"{self._timeout:g}s"}
        asked |= {"start": _seconds(int(instants[0])), "end": _seconds(int(instants[-1]))}
        where = f"watch {watch.name}, query {query}"
        try:
            body = self._ask(f"{self.url}/api/v1/query_range", asked, where)
            answer = self._understood(body, instants, where)
        except _TooMuchError as error:
            if len(instants) < 2:
                raise SourceError(str(error), retry=False) from error
            half = len(instants) // 2
            yield from self._range(watch, instants[:half])
            yield from self._range(watch, instants[half:])
            return
        for warning in answer.warnings:
            self._warned(f"{where}: {warning}")
        yield frame_of(of_answer(watch.query, answer.keys, answer.values), instants)

    def _understood(self, body: bytes, instants: Instants, where: str) -> Answer:
        try:
            return answer_of(body, instants)
        except AnswerError as error:
            raise SourceError(f"{self.url}: {where}: {error}", retry=error.cut) from error

    def _ask(self, url: str, asked: dict[str, str], where: str) -> bytes:
        """The body of a 200. Raises SourceError for everything else."""
        long = len(asked["query"]) > LONG_QUERY
        try:
            # What the session says is repeated here, or REQUESTS_CA_BUNDLE in the environment would replace it.
            with closing(
                self._session.request(
                    "POST" if long else "GET",
                    url,
                    params=None if long else asked,
                    data=asked if long else None,
                    timeout=(min(3.0, self._timeout), self._timeout),
                    verify=self._session.verify,
                    cert=self._session.cert,
                    stream=True,
                )
            ) as response:
                body = self._body(response, where)
        except (requests.RequestException, HTTPError, OSError) as error:
            slow = isinstance(_innermost(error), TimeoutError)
            why = f"no answer within {self._timeout:g} s" if slow else self._why(error)
            raise SourceError(f"{self.url}: {where}: {why}", retry=True) from error
        if response.status_code != 200:
            raise self._refusal(response.status_code, body, where)
        return body

    def _body(self, response: requests.Response, where: str) -> bytes:
        """The whole body, within the time and the size that it may have: a server may send a byte a second for ever."""
        deadline = time.monotonic() + self._timeout
        held = bytearray()
        while piece := response.raw.read1(2**20, decode_content=True):
            held += piece
            if len(held) > self._largest:
                most = f"{self._largest / 2**20:g} MiB"
                raise SourceError(f"{self.url}: {where}: the answer is larger than {most}", retry=False)
            if time.monotonic() > deadline:
                raise TimeoutError
        return bytes(held)

    def _refusal(self, status: int, body: bytes, where: str) -> SourceError:
        said = error_of(body) or _shown(body)
        if status == 422 and any(words in said for words in TOO_MUCH):
            return _TooMuchError(f"{self.url}: {where}: {said}")
        if status in (401, 403):
            said = f"{said}; check the source's bearer token or username and password"
        if status == 404:
            said = f"{said}; check the source's url, which is given without /api/v1"
        return SourceError(f"{self.url}: {where}: answered {status}: {said}", retry=status in TRANSIENT)

    def _why(self, error: BaseException) -> str:
        return _reason(error) + handshake_hint(_innermost(error), self._login)

    def _discover(self, ask: Callable[[], list[str]]) -> tuple[str, ...]:
        try:
            return tuple(ask())
        except requests.JSONDecodeError as error:
            raise SourceError(f"{self.url}: asked for names, answered no JSON: {error}", retry=False) from error
        except requests.RequestException as error:
            raise SourceError(f"{self.url}: asked for names: {self._why(error)}", retry=True) from error
        except (PrometheusApiClientException, KeyError, TypeError) as error:
            raise SourceError(f"{self.url}: asked for names: {_reason(error)}", retry=False) from error


class _TooMuchError(SourceError):
    """The server would have to hold more samples than it allows."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry=False)


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


def _apart(url: str) -> tuple[str, Login | None]:
    """The URL without a login, and the login that it held."""
    split = urlsplit(url)
    host = split.netloc.rpartition("@")[2]
    bare = urlunsplit((split.scheme, host, split.path.rstrip("/"), "", ""))
    if split.username is None:
        return bare, None
    return bare, Login(username=unquote(split.username), password=unquote(split.password or ""))


def _seconds(ms: int) -> str:
    return f"{ms // 1000}.{ms % 1000:03d}"


def _shown(body: bytes) -> str:
    """The beginning of an answer that nobody expected, on one line."""
    return repr(" ".join(body[:200].decode("utf-8", "replace").split()))


def _innermost(error: BaseException) -> BaseException:
    """What began it all, below the libraries' own exceptions."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return error


def _reason(error: BaseException) -> str:
    """What happened: `ConnectionRefusedError: [Errno 111] Connection refused`."""
    error = _innermost(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
