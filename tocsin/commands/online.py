"""Asks the sources of a configuration, and each watch's query, as `tocsin check --online` does; nothing is kept."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from detectors.sources.scrape import Outcome, Scraper
from detectors.sources.scrape_store import ScrapeStore
from detectors.sources.source import Source, SourceError
from detectors.watch import Watch
from tocsin.config import Config, PushSettings, ScrapeSettings
from tocsin.wiring.sources import scraped_targets, sources_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was asked and answered, as it is printed. failed: somebody must mend something."""

    words: str
    failed: bool = False


def ask(config: Config, now: datetime) -> Iterator[Line]:
    """A line for each source and each target that is scraped; then one for each watch of those that answer.

    A watch of a scrape or a push source is not asked: what it reads is there after two scrapes, or when it was pushed.
    """
    with TemporaryDirectory() as folder, ExitStack() as opened:
        samples = opened.enter_context(closing(ScrapeStore(Path(folder) / "samples.db")))
        there: dict[str, Source] = {}
        for name, settings in config.sources.items():
            if isinstance(settings, ScrapeSettings):
                for target in scraped_targets(name, settings):
                    yield _scraped(name, opened.enter_context(closing(Scraper(target, samples))), now)
        for name, source in sources_of(config, samples, opened).items():
            if isinstance(config.sources[name], PushSettings):
                yield Line(words=f"source {name}: samples are pushed to it; nobody is asked")
            elif not isinstance(config.sources[name], ScrapeSettings):
                answer = _probed(name, source)
                yield answer
                if not answer.failed:
                    there[name] = source
        for watch in config.watches:
            if watch.source in there:
                yield _read(watch, there[watch.source], now)


def _probed(name: str, source: Source) -> Line:
    try:
        return Line(words=f"source {name}: {source.probe()}")
    except SourceError as error:
        return Line(words=f"source {name}: {error}", failed=True)


def _scraped(name: str, scraper: Scraper, now: datetime) -> Line:
    scrape = scraper.scrape(now)
    if scrape.outcome is not Outcome.OK:
        return Line(words=f"source {name}: {scrape.why}", failed=True)
    samples = "1 sample" if scrape.samples == 1 else f"{scrape.samples:,} samples"
    return Line(words=f"source {name}: {scraper.target.instance} has a page of {samples}.")


def _read(watch: Watch, source: Source, now: datetime) -> Line:
    try:
        frame = source.read(watch, None, now)
    except SourceError as error:
        return Line(words=f"source {watch.source}: {error}", failed=True)
    series = len(frame.keys)
    if frame.partial is not None and frame.partial.any():
        why = f"{watch.source} answered with a part of what it has, {series} series; ask again when all of it answers"
        return Line(words=f"watch {watch.name}: {why}", failed=True)
    if not series:
        return Line(words=f"watch {watch.name}: no series answers now. Is its metric spelt so, and are its labels?")
    return Line(words=f"watch {watch.name}: {series:,} series.")
