"""Builds the sources of samples from the configuration."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import structlog

from detectors.sources.byte_budget import ByteBudget
from detectors.sources.embedded import Embedded
from detectors.sources.login import Login
from detectors.sources.prometheus import Prometheus
from detectors.sources.prometheus_api import PrometheusApi
from detectors.sources.replay import Replay
from detectors.sources.scrape import Outcome, Scraper, Target
from detectors.sources.scrape_store import ScrapeStore
from detectors.sources.source import Source
from tocsin.config import (
    AccessSettings,
    Config,
    PrometheusSettings,
    PushSettings,
    ReplaySettings,
    ScrapeSettings,
    ScrapeTarget,
    SourceSettings,
)
from tocsin.context.metrics import Metrics
from tocsin.context.scrape_memory import ScrapeMemory

log = structlog.get_logger()

SAMPLES = "samples.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scraping:
    """One scrape as a job of the schedule."""

    name: str
    every: timedelta
    work: Callable[[], None]


def source_problems(config: Config) -> tuple[str, ...]:
    """Why a watch cannot be read from its source, for every watch; asks no source."""
    with TemporaryDirectory() as folder, ExitStack() as opened:
        samples = opened.enter_context(closing(ScrapeStore(Path(folder) / SAMPLES)))
        sources = sources_of(config, samples, opened)
        return tuple(
            f"watch {watch.name}: {problem}"
            for watch in config.watches
            for problem in sources[watch.source].problems(watch)
        )


@contextmanager
def past_sources(config: Config) -> Iterator[Mapping[str, Source]]:
    """Sources for reading the past only: nothing of the installation is written. Raises SourceError."""
    with ExitStack() as opened:
        if any(isinstance(s, ScrapeSettings | PushSettings) for s in config.sources.values()):
            samples = ScrapeStore(config.data / SAMPLES, read_only=True)
        else:
            samples = ScrapeStore(Path(opened.enter_context(TemporaryDirectory())) / SAMPLES)
        opened.enter_context(closing(samples))
        yield sources_of(config, samples, opened)


def sources_of(
    config: Config, samples: ScrapeStore, opened: ExitStack, budget: ByteBudget | None = None
) -> dict[str, Source]:
    """The configured sources by name; `opened` closes them. Raises LookupError or OSError where a secret is gone.

    budget: the memory for their answers, of all of them together.
    """
    sources = {}
    budget = budget or ByteBudget()
    for name, settings in config.sources.items():
        sources[name] = source = source_of(name, settings, samples, budget)
        if isinstance(source, Prometheus):
            opened.enter_context(closing(source))
    return sources


def source_of(name: str, settings: SourceSettings, samples: ScrapeStore, budget: ByteBudget) -> Source:
    """The adapter of one configured source. Raises LookupError or OSError where a secret is gone."""
    match settings:
        case ScrapeSettings():
            return Embedded(samples, scraped_targets(name, settings))
        case PushSettings():
            return Embedded(samples, pushed=settings.every)
        case PrometheusSettings():
            login = _login(settings)
            timeout = settings.timeout.total_seconds()
            return Prometheus(settings.url, login=login, timeout=timeout, at_once=settings.at_once, budget=budget)
        case ReplaySettings():
            return Replay(dict(settings.files))


def api_of(settings: PrometheusSettings) -> PrometheusApi:
    """The HTTP client of a prometheus source. Raises LookupError or OSError where a secret is gone."""
    return PrometheusApi(settings.url, login=_login(settings), timeout=settings.timeout.total_seconds())


def scraped_targets(name: str, settings: ScrapeSettings) -> tuple[Target, ...]:
    """The targets of a scrape source. Raises LookupError or OSError where a secret is gone."""
    return tuple(_target(name, target) for target in settings.targets)


def _target(job: str, target: ScrapeTarget) -> Target:
    labels = dict(target.labels)
    job = labels.pop("job", job)
    return Target(
        job=job,
        url=target.url,
        interval=target.every,
        timeout=min(target.every, timedelta(seconds=10)),
        labels=tuple(sorted(labels.items())),
        login=_login(target),
    )


def _login(access: AccessSettings) -> Login:
    """Raises LookupError or OSError where a secret is gone."""
    basic = access.basic
    return Login(
        bearer=access.bearer.reveal() if access.bearer else None,
        username=basic.user if basic else None,
        password=basic.password.reveal() if basic and basic.password else "",
        ca=access.ca_file,
        certificate=access.cert_file,
        key=access.key_file,
    )


class Scraped(Protocol):
    """What the scrapes of an installation work with: where samples go, what counts, and what is remembered."""

    @property
    def samples(self) -> ScrapeStore:
        """The store of the samples."""

    @property
    def metrics(self) -> Metrics:
        """Our own metrics."""

    @property
    def budget(self) -> ByteBudget:
        """The memory for answers of sources."""

    @property
    def scraped(self) -> ScrapeMemory:
        """The last scrape of each target."""


def scrapes_of(config: Config, kept: Scraped, now: Callable[[], datetime], opened: ExitStack) -> tuple[Scraping, ...]:
    """The scrapes that the configuration asks for; `opened` closes their connections."""
    jobs = []
    for name, settings in config.sources.items():
        if isinstance(settings, ScrapeSettings):
            for target in scraped_targets(name, settings):
                scraper = opened.enter_context(closing(Scraper(target, kept.samples, kept.budget)))
                job = f"{name}:{scraper.target.url}"
                jobs.append(Scraping(name=job, every=scraper.target.interval, work=_scraping(job, scraper, kept, now)))
    return tuple(jobs)


def _scraping(name: str, scraper: Scraper, kept: Scraped, now: Callable[[], datetime]) -> Callable[[], None]:
    def work() -> None:
        at = now()
        scrape = scraper.scrape(at)
        kept.scraped.remember(name, at, scrape)
        kept.metrics.scrapes.labels(scraper.target.instance, scrape.outcome.value).inc()
        if scrape.outcome is not Outcome.OK:
            log.warning("scrape failed", target=scraper.target.instance, why=scrape.why)

    return work


def clock_of(
    config: Config, sources: Mapping[str, Source], clock: Callable[[], datetime]
) -> tuple[Callable[[], datetime], float]:
    """The clock of all decisions and its pace: real time, or a replay's own time."""
    for name, settings in config.sources.items():
        source = sources[name]
        if isinstance(settings, ReplaySettings) and isinstance(source, Replay):
            start = datetime.fromtimestamp(source.span()[0], UTC) + settings.warm
            return _quick(clock, start, settings.speed), settings.speed
    return clock, 1.0


def _quick(clock: Callable[[], datetime], start: datetime, speed: float) -> Callable[[], datetime]:
    """A clock that shows `start` now and runs `speed` times as fast as the wall's."""
    began = clock()
    return lambda: start + speed * (clock() - began)
