"""The embedded scraper: fetches a target's `/metrics` page as Prometheus does, and stores what it says."""

import ssl
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from urllib.parse import urlsplit

import httpx2

from detectors.sources.byte_budget import ByteBudget, Share
from detectors.sources.connection import connection_words
from detectors.sources.login import Login
from detectors.sources.page import ACCEPT, MetricsPage, PageError, page_of, reports
from detectors.sources.scrape_store import ScrapeStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A page to scrape. Its series get the labels `job`, `instance` (host:port) and `labels`.

    largest: bytes that the page may have. timeout: for the whole page.
    """

    job: str
    url: str
    interval: timedelta = timedelta(seconds=15)
    timeout: timedelta = timedelta(seconds=10)
    largest: int = 32 * 2**20
    labels: tuple[tuple[str, str], ...] = ()
    login: Login = field(default_factory=Login)

    @property
    def instance(self) -> str:
        """The host and port, as Prometheus names an instance."""
        split = urlsplit(self.url)
        return f"{split.hostname}:{split.port or (443 if split.scheme == 'https' else 80)}"

    @property
    def identity(self) -> dict[str, str]:
        """The labels that all its series get."""
        return {"job": self.job, "instance": self.instance, **dict(self.labels)}


class Outcome(StrEnum):
    """How a scrape went."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REFUSED = "refused"  # answered, but not with 200
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrape:
    """What a scrape brought; `why` says in a sentence what went wrong.

    samples: stored of the page. repeated, ahead, set_back: as in Appended. seconds: how long it took.
    """

    outcome: Outcome
    why: str = ""
    samples: int = 0
    repeated: int = 0
    ahead: int = 0
    set_back: timedelta = timedelta(0)
    seconds: float = 0.0


class _ScrapeError(Exception):
    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome


class Scraper:
    """Scrapes one target into a store, each time it is asked to. Not for several threads at once."""

    def __init__(self, target: Target, store: ScrapeStore, budget: ByteBudget | None = None) -> None:
        self.target = target
        self._budget = budget or ByteBudget()
        self._store = store
        self._client: httpx2.Client | None = None
        self._made_of: tuple[int, ...] = ()

    def scrape(self, now: datetime) -> Scrape:
        """Fetch the page and store it as of `now`; a page that fails is `up` 0, and its series end.

        Raises SourceError when the store cannot be written.
        """
        identity = self.target.identity
        begun = time.monotonic()
        page, outcome, why = MetricsPage(readings=(), kinds={}), Outcome.OK, ""
        try:
            with self._budget.share() as share:
                body, content_type = self._fetched(begun, share)
                page = page_of(body, content_type, identity)
        except _ScrapeError as error:
            outcome, why = error.outcome, f"{self.target.job} ({_shown(self.target.url)}): {error}"
        except PageError as error:
            outcome, why = Outcome.MALFORMED, f"{self.target.job} ({_shown(self.target.url)}): {error}"
        seconds = time.monotonic() - begun
        own = reports(identity, up=outcome is Outcome.OK, seconds=seconds, samples=len(page.readings))
        name = f"{self.target.job} {_shown(self.target.url)}"
        stored = self._store.append(name, now, [*page.readings, *own], page.kinds)
        return Scrape(
            outcome=outcome,
            why=why,
            samples=len(page.readings),
            repeated=stored.repeated,
            ahead=stored.ahead,
            set_back=stored.set_back,
            seconds=seconds,
        )

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _fetched(self, begun: float, share: Share) -> tuple[bytes, str]:
        """The page and its content type. Raises _ScrapeError."""
        allowed = self.target.timeout.total_seconds()
        held = bytearray()
        try:
            with self._connected().stream("GET", self.target.url) as response:
                if response.status_code != 200:
                    raise _ScrapeError(Outcome.REFUSED, f"answered {response.status_code}, expected 200")
                for piece in response.iter_bytes():
                    held += piece
                    if len(held) > self.target.largest:
                        limit = f"{self.target.largest} bytes"
                        raise _ScrapeError(Outcome.TOO_LARGE, f"the page is larger than {limit} (`largest`)")
                    if not share.grow(len(piece), begun + allowed):
                        raise _ScrapeError(Outcome.TIMEOUT, "other answers hold the memory that all may take")
                    if time.monotonic() - begun > allowed:  # a page may come a byte a second
                        raise httpx2.ReadTimeout("the page is not whole")
                return bytes(held), response.headers.get("content-type", "")
        except httpx2.TimeoutException as error:
            raise _ScrapeError(Outcome.TIMEOUT, f"no page within {allowed:g} s") from error
        except httpx2.HTTPError as error:
            raise _ScrapeError(Outcome.UNREACHABLE, self._why(error)) from error
        except OSError as error:  # a certificate's file
            raise _ScrapeError(Outcome.UNREACHABLE, str(error)) from error

    def _why(self, error: httpx2.HTTPError) -> str:
        return connection_words(error, _shown(self.target.url), self.target.login, program="the target")

    def _connected(self) -> httpx2.Client:
        """The client; another one where certificates were renewed in their files, as happens daily. Raises OSError."""
        made_of = tuple(path.stat().st_mtime_ns for path in self.target.login.files)
        if self._client is None or made_of != self._made_of:
            self.close()
            self._client = _client(self.target)
            self._made_of = made_of
        return self._client


def _client(target: Target) -> httpx2.Client:
    login = target.login
    headers = {"Accept": ACCEPT, "User-Agent": "tocsin", "Accept-Encoding": "identity", **dict(login.headers)}
    headers["X-Prometheus-Scrape-Timeout-Seconds"] = f"{target.timeout.total_seconds():g}"
    if login.bearer is not None:
        headers["Authorization"] = f"Bearer {login.bearer}"
    basic = None if login.username is None else (login.username, login.password)
    tls = login.tls() if login.files else _trust()
    timeout = target.timeout.total_seconds()
    return httpx2.Client(headers=headers, auth=basic, verify=tls, timeout=timeout, follow_redirects=True)


@cache
def _trust() -> ssl.SSLContext:
    """Whom this machine trusts: read once, not for each of hundreds of targets."""
    return httpx2.create_ssl_context()


def _shown(url: str) -> str:
    """The URL without a login."""
    split = urlsplit(url)
    return split._replace(netloc=split.netloc.rpartition("@")[2]).geturl()
