"""A tiny exchange whose `/metrics` a test decides: a handful of series, healthy or not, or a page that is no page."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from detectors.sources.scrape_store import RawHistory, ScrapeStore
from tests.detectors.sources.pages import page, serving

METRIC = "exchange_oldest_unsigned_withdrawal_seconds"
PAIRS = (("USDT", "tron"), ("BTC", "bitcoin"), ("ETH", "ethereum"))
USUAL, STUCK = 0.5, 30.0
PAST = 8 * 3_600


@dataclass(kw_only=True)
class Exchange:
    """stuck: the networks whose withdrawals are not signed. says: what the page is instead, None = the metrics."""

    url: str = ""
    stuck: set[str] = field(default_factory=set)
    says: Callable[[BaseHTTPRequestHandler], None] | None = None
    scrapes: int = 0
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.scrapes += 1
        (self.says or page(self.metrics()))(request)

    def metrics(self) -> bytes:
        registry = CollectorRegistry()
        gauge = Gauge(METRIC, "Age of the oldest.", ["asset", "network"], registry=registry)
        for asset, network in PAIRS:
            gauge.labels(asset, network).set(
                (STUCK if network in self.stuck else USUAL) + self.chance.uniform(-0.1, 0.1)
            )
        return generate_latest(registry)

    def history(self) -> RawHistory:
        """Eight hours of every five minutes, up to a minute ago."""
        end = time.time() - 60
        times = np.arange(end - PAST, end, 300.0)
        instance = self.url.removeprefix("http://")
        keys = tuple(
            tuple(sorted({"asset": a, "network": n, "instance": instance, "job": "exchange"}.items())) for a, n in PAIRS
        )
        values = USUAL + self.chance.uniform(-0.1, 0.1, (len(PAIRS), len(times)))
        return RawHistory(metric=METRIC, keys=keys, times=times, values=values)

    def write_history(self, path: Path) -> None:
        """Into the samples of an installation that never ran."""
        path.parent.mkdir(parents=True, exist_ok=True)
        store = ScrapeStore(path)
        store.load_history([self.history()])
        store.close()


@contextmanager
def exchange() -> Iterator[Exchange]:
    """One that answers until the end."""
    made = Exchange()
    with serving(made.answer) as site:
        made.url = site.url
        yield made
