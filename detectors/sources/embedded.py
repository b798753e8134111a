"""The embedded default: watches answered from the samples that Tocsin scraped itself."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Frame
from detectors.sources.evaluate import evaluate
from detectors.sources.grid import Instants, frame_of, grid, joined, ms_of, parts
from detectors.sources.promql import HISTOGRAMS, problems_of, window_of
from detectors.sources.push import PUSHED
from detectors.sources.recording import at_columns
from detectors.sources.scrape import Target
from detectors.sources.scrape_store import ScrapeStore
from detectors.sources.source import SourceError
from detectors.watch import Query, Read, Watch

CELLS = 500_000
"""Series times columns evaluated at once: what fits a processor's cache half-way and the memory always."""


class Embedded:
    """The source over a store that scrapers fill (`Scraper`) or senders, or that a history was loaded into."""

    def __init__(self, store: ScrapeStore, targets: Sequence[Target] = (), *, pushed: timedelta | None = None) -> None:
        """pushed: how far apart the samples of who pushes them are at the most; None = they are scraped."""
        self._store = store
        self._beat = "up" if pushed is None else PUSHED
        self._slowest = pushed or max((target.interval for target in targets), default=None)

    def read(self, watch: Watch, after: datetime | None, until: datetime) -> Frame:
        """See Source. Columns at which nothing was scraped or pushed are left out: then it was we, or the sender."""
        return self._while_scraping(watch, joined(list(self._frames(watch, grid(after, until, watch.every)))))

    def history(self, watch: Watch, start: datetime, end: datetime, step: timedelta) -> Iterator[Frame]:
        """See Source."""
        return self._frames(watch, grid(start, end, step))

    def problems(self, watch: Watch) -> tuple[str, ...]:
        """See Source: wrong words, PromQL, and a window that is too short for two scrapes."""
        query = watch.query
        if query.promql is not None:
            return (
                "promql needs a Prometheus: the embedded scraper answers a query in words (metric, read, match, by)",
            )
        slowest = self._slowest or timedelta(0)
        if query.read is not Read.VALUE and query.window < 2 * slowest:
            comes = "a target is scraped" if self._beat == "up" else "samples are pushed"
            short = f"window is {query.window}, but {comes} every {slowest}"
            return (*problems_of(query), f"{short}: a rate needs two samples, make it {4 * slowest} or more")
        return problems_of(query)

    def probe(self) -> str:
        """See Source: how much there is."""
        metrics = self._store.metrics()
        series = sum(self._store.count(metric) for metric in metrics)
        return f"{self._store.path} holds {series} series of {len(metrics)} metrics."

    def _while_scraping(self, watch: Watch, frame: Frame) -> Frame:
        """Without the columns at which nothing came, nor where the window of a rate begins in such a time.

        A window that begins before our first scrape ever began in a history that was loaded, or in nothing.
        """
        if self._slowest is None or not len(frame.times):
            return frame
        patience = ms_of(2 * self._slowest)  # one scrape may be late
        window = window_of(watch.query)
        columns = np.round(frame.times * 1000.0).astype(np.int64)
        scraped = np.sort(
            self._store.select(self._beat, (), int(columns[0]) - window - patience, int(columns[-1])).times
        )
        kept = _soon_after(scraped, columns, patience)
        begins = columns - window
        unsure = kept & ~_soon_after(scraped, begins, patience)
        if window and unsure.any():
            before = self._store.select(self._beat, (), 0, int(begins[unsure][-1])).times
            kept &= ~(unsure & (begins >= before.min(initial=begins[-1] + 1)))
        return frame if kept.all() else at_columns(frame, kept)

    def _frames(self, watch: Watch, instants: Instants) -> Iterator[Frame]:
        mistakes = self.problems(watch)
        if mistakes:
            raise SourceError(f"watch {watch.name}: {'; '.join(mistakes)}", retry=False)
        if watch.query.read in HISTOGRAMS:
            self._refuse_without_buckets(watch)
        for part in parts(instants, self._columns(watch.query)):
            yield frame_of(evaluate(watch.query, part, self._store.select), part)

    def _refuse_without_buckets(self, watch: Watch) -> None:
        """Raises SourceError, in words, where a histogram's buckets are asked for of what has none."""
        metric = watch.query.metric or ""
        if self._store.has_bounds(f"{metric}_bucket") or not self._store.count(f"{metric}_count"):
            return
        if self._store.count(metric):
            what = "is a summary, which has no buckets: read: value with match: {quantile: ...} reads its quantiles"
        else:
            what = (
                "has a count and no buckets: it is a native histogram, which text pages do not carry: let the exporter "
                "keep classic buckets, or watch it through a Prometheus"
            )
        raise SourceError(f"watch {watch.name}: {metric} {what}", retry=False)

    def _columns(self, query: Query) -> int:
        metric = f"{query.metric}_bucket" if query.read in HISTOGRAMS else query.metric or ""
        series = max(self._store.count(metric, query.match), self._store.count(query.of or "", query.match_of), 1)
        return max(CELLS // series, 16)


def _soon_after(scraped: Instants, instants: Instants, patience: int) -> NDArray[np.bool_]:
    """Which of the instants have a scrape (ascending) not longer ago than the patience."""
    newest = np.searchsorted(scraped, instants, "right")
    return np.asarray(np.concatenate([[-np.inf], scraped])[newest] >= instants - patience)
