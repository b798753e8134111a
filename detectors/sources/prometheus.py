"""A Prometheus server, or whatever speaks its HTTP API (VictoriaMetrics, Thanos, Mimir), as a source of samples."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import numpy as np

from detectors.frame import Floats, Frame
from detectors.sources.ahead import ahead
from detectors.sources.answer import AnswerError, Envelope, NativeError, RangeAnswer, answer_of, error_of
from detectors.sources.byte_budget import ByteBudget
from detectors.sources.evaluate import LOOKBACK
from detectors.sources.events import of_answer
from detectors.sources.grid import Instants, frame_of, grid, joined, ms_of, parts
from detectors.sources.login import Login
from detectors.sources.prometheus_api import LARGEST, PrometheusApi, TooMuchError, shown, without_login
from detectors.sources.promql import (
    HISTOGRAMS,
    PARTS,
    QUANTILE,
    expression,
    joins_series,
    native,
    problems_of,
    promql,
    quoted_names,
    selector,
    window_of,
)
from detectors.sources.recording import ScrapeRecord
from detectors.sources.source import SourceError
from detectors.watch import Query, Read, Watch

POINTS = 10_000
"""Columns asked for at once: Prometheus refuses more than 11,000."""
HISTORY_POINTS = 1_000
"""Columns a frame of history, of which two are in memory at a time: 30,000 series of them are 480 MB."""
ENVELOPES = 500
"""Queries whose series are remembered, so that the same labels are not read anew at every answer."""
UNADJUSTED_MS = 60_000
"""The step from which VictoriaMetrics answers a range as it is. Below, and for the last 30 s (`-search.latencyOffset`),
it repeats the value before these; so what is that young is asked for column by column, with this step."""
NATIVE = "is a native histogram, whose samples are no numbers: read: quantile reads it"
_log = logging.getLogger(__name__)


def _log_warning(warning: str) -> None:
    _log.warning("prometheus answered with a warning", extra={"warning": warning})


class Prometheus:
    """A Prometheus behind a URL. Safe to use from several threads.

    url: where the API is, without `/api/v1`; a name and a password in it are used, and never shown.
    link_url: where people reach its pages, if that is elsewhere.
    timeout: seconds a whole answer may take.
    largest: bytes an answer may have. at_once: questions under way at one time; more wait for their turn.
    budget: the memory that answers of all sources may take together.
    warned: is called with what Prometheus warns of (an answer that lacks a part, for instance).
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
        largest: int = LARGEST,
        at_once: int = 16,
        budget: ByteBudget | None = None,
        warned: Callable[[str], None] = _log_warning,
    ) -> None:
        self._api = PrometheusApi(
            url,
            login=login,
            timeout=timeout,
            retries=retries,
            backoff=backoff,
            largest=largest,
            at_once=at_once,
            budget=budget,
        )
        self.url = self._api.url
        self._link_url = without_login(link_url)[0] if link_url else self.url
        self._warned = warned
        self._hidden: int | None = None
        self._envelopes: dict[str, Envelope] = {}
        self._native: set[Query] = set()
        self._seen: set[Query] = set()
        self._recording = ScrapeRecord(self._scrapes_now, self._scrapes)

    def read(self, watch: Watch, after: datetime | None, until: datetime) -> Frame:
        """See Source. A gap after a restart is read whole, however long it was.

        Columns at which Prometheus itself recorded nothing are left out: then it was away, and nobody was silent.
        """
        frames = list(self._frames(watch, grid(after, until, watch.every), POINTS))
        return joined(frames)

    def history(self, watch: Watch, start: datetime, end: datetime, step: timedelta) -> Iterator[Frame]:
        """See Source. While a frame is worked on, the server answers the next question."""
        # Who knows how often was scraped weeks ago? What is missing for five minutes is missing.
        return ahead(self._frames(watch, grid(start, end, step), HISTORY_POINTS, ms_of(LOOKBACK)))

    def problems(self, watch: Watch) -> tuple[str, ...]:
        """See Source: what is wrong with the query's words."""
        return problems_of(watch.query)

    def probe(self) -> str:
        """See Source: asks for the version, as anybody who may query may."""
        body = self._api.ask("query", {"query": "1"}, "the probe")
        if error_of(body) is not None or b'"success"' not in body:
            raise SourceError(f"{self.url} answers, but not as Prometheus does: {shown(body)}", retry=False)
        return f"{self.url} answers queries."

    def metrics(self) -> tuple[str, ...]:
        """The names of all metrics it knows. Raises SourceError."""
        return self._api.metrics()

    def graph_url(self, query: Query, start: datetime, end: datetime) -> str:
        """Prometheus's own page with the query from start to end, to whole minutes."""
        last = -(-end.timestamp() // 60) * 60
        minutes = max(1, round((last - start.timestamp() // 60 * 60) / 60))
        moment = datetime.fromtimestamp(last, UTC).strftime("%Y-%m-%d %H:%M:%S")
        asked = {"g0.expr": promql(query), "g0.tab": "0", "g0.range_input": f"{minutes}m", "g0.end_input": moment}
        return f"{self._link_url}/graph?{urlencode({**asked, 'g0.moment_input': moment})}"

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _frames(self, watch: Watch, instants: Instants, size: int, patience: float = 0.0) -> Iterator[Frame]:
        mistakes = self.problems(watch)
        if mistakes:
            raise SourceError(f"watch {watch.name}: {'; '.join(mistakes)}", retry=False)
        young = self._first_young(instants)
        for part in (*parts(instants[:young], size), *parts(instants[young:], 1)):
            for frame in self._range(watch, part):
                yield self._while_recording(watch, frame, patience)

    def _while_recording(self, watch: Watch, frame: Frame, patience: float) -> Frame:
        try:
            return self._recording.seen(frame, window_of(watch.query), time.time(), patience)
        except SourceError as error:
            if error.retry:
                raise
            # Whoever may read the metric but not `up` reads on, only without this.
            self._warned(f"what Prometheus itself recorded is not known: {error}")
            return frame

    def _scrapes_now(self, query: str) -> float | None:
        return self._api.number(query, time.time(), "how often it scrapes", whole=False)

    def _scrapes(self, query: str, instants: Instants) -> Floats:
        """What a query of one series answers at evenly spaced instants (T,)."""
        asked = Watch(name="what Prometheus recorded", query=Query(promql=query), component="")
        young = self._first_young(instants)
        pieces = (*parts(instants[:young], POINTS), *parts(instants[young:], 1))
        frame = joined([frame for piece in pieces for frame in self._range(asked, piece)])
        return frame.values[0] if len(frame.keys) else np.full(len(instants), np.nan)

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
        answered = self._api.number("time()", now / 1000.0, "what time it answers", hidden=True, whole=False)
        hidden = round(now - answered * 1000) if answered is not None else 0
        return hidden if hidden >= 1000 else 0

    def _range(self, watch: Watch, instants: Instants) -> Iterator[Frame]:
        """The frame of these columns; in halves where it is too much at once for the server or for us."""
        query = native(watch.query) if watch.query in self._native else expression(watch.query)
        step = int(instants[1] - instants[0]) if len(instants) > 1 else UNADJUSTED_MS
        asked = {"query": query, "step": _seconds(step), "timeout": f"{self._api.timeout:g}s"}
        asked |= {"start": _seconds(int(instants[0])), "end": _seconds(int(instants[-1]))}
        where = f"watch {watch.name}, query {query}"
        try:
            with ExitStack() as held:
                body = self._asked(watch.query, asked, where, held)
                answer = self._understood(watch, body, instants, query, where)
                del body
        except TooMuchError as error:
            if len(instants) < 2:
                raise SourceError(str(error), retry=False) from error
            half = len(instants) // 2
            yield from self._range(watch, instants[:half])
            yield from self._range(watch, instants[half:])
            return
        if not self._says_something(watch.query, answer) and self._is_other(watch.query, instants, where):
            yield from self._range(watch, instants)
            return
        for warning in answer.warnings:
            self._warned(f"{where}: {warning}")
        lacks = answer.envelope.lacks
        if lacks and joins_series(watch.query):
            why = f"a part of the series answered, which gives another number than all of them: {'; '.join(lacks)}"
            raise SourceError(f"{self.url}: {where}: {why}", retry=True)
        frame = frame_of(of_answer(watch.query, answer.keys, answer.values, answer.there), instants)
        yield replace(frame, partial=np.ones(len(instants), bool)) if lacks else frame

    def _asked(self, query: Query, asked: dict[str, str], where: str, held: ExitStack) -> bytes:
        names = () if query.promql is not None else quoted_names(query)
        try:
            return held.enter_context(self._api.holding("query_range", asked, where))
        except SourceError as error:
            if not names or error.retry or isinstance(error, TooMuchError):
                raise
            since = f"{', '.join(names)}: names with dots or other letters are known to Prometheus since version 3"
            raise SourceError(
                f"{error}. {since}; an older one has such a metric under another name", retry=False
            ) from error

    def _says_something(self, query: Query, answer: RangeAnswer) -> bool:
        """Whether there are samples, not only events (a summary has a count, too) or series without a number.

        To Prometheus 2.42 the mean of native histograms is 0: the first time, zeros say nothing.
        """
        if query.promql is None and query.read is Read.QUANTILE:
            return any((PARTS, "value") in key for key in answer.keys)
        numbers = np.isfinite(answer.values)
        if query.read is Read.VALUE and query not in self._seen and not (numbers & (answer.values != 0)).any():
            self._seen.add(query)
            return False
        return bool(numbers.any())

    def _is_other(self, query: Query, instants: Instants, where: str) -> bool:
        """Whether the query is to be asked in another form, as its metric is a native histogram, or no longer one.

        Raises SourceError, in words, where the metric is what the query cannot read.
        """
        if query.promql is not None or query.metric is None:
            return False
        count = self._count(f"histogram_count({selector(query.metric, query.match)})", instants, where)
        if (count > 0) is (query in self._native):
            return False if count or query.read not in HISTOGRAMS else self._is_no_summary(query, instants, where)
        if query.read is not Read.QUANTILE:
            raise SourceError(f"{self.url}: {where}: {query.metric} {NATIVE}", retry=False)
        (self._native.add if count else self._native.discard)(query)
        return True

    def _is_no_summary(self, query: Query, instants: Instants, where: str) -> bool:
        """False. Raises SourceError where the metric is a summary."""
        if self._count(selector(query.metric or "", query.match, f'{QUANTILE}!=""'), instants, where):
            what = f"{query.metric} is a summary, which has no buckets to read a {query.read} from"
            how = f'read: value with match: {{{QUANTILE}: "0.95"}} reads a quantile that its clients worked out'
            raise SourceError(f"{self.url}: {where}: {what}: {how}", retry=False)
        return False

    def _count(self, vector: str, instants: Instants, where: str) -> float:
        """How many series there are; 0 where the server does not know how to say it, as one without such histograms."""
        try:
            return self._api.number(f"count({vector})", float(instants[-1]) / 1000.0, where, whole=False) or 0.0
        except SourceError as error:
            if error.retry:
                raise
            return 0.0

    def _understood(self, watch: Watch, body: bytes, instants: Instants, query: str, where: str) -> RangeAnswer:
        try:
            answer = answer_of(body, instants, self._envelopes.get(query))
        except NativeError as error:
            what = f"{watch.query.metric} {NATIVE}" if watch.query.metric else str(error)
            raise SourceError(f"{self.url}: {where}: {what}", retry=False) from error
        except AnswerError as error:
            raise SourceError(f"{self.url}: {where}: {error}", retry=error.cut) from error
        if len(self._envelopes) >= ENVELOPES:
            self._envelopes.clear()
        self._envelopes[query] = answer.envelope
        return answer


def _seconds(ms: int) -> str:
    return f"{ms // 1000}.{ms % 1000:03d}"
