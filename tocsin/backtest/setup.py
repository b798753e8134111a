"""Derives from a configuration what a backtest needs, and chooses the time span where none was given."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from detectors.sources.replay import Replay
from detectors.sources.source import Source
from incidents.component import ComponentGraph
from tocsin.backtest.report import ReportSpan
from tocsin.backtest.run import Setup
from tocsin.config import Config, ReplaySettings
from tocsin.wiring.build import settings_of, shadowed

DAYS = 14
"""How much is reported where nobody says it."""


def setup_of(config: Config) -> Setup:
    """The configuration's watches and how their signals become incidents, as the service has them."""
    return Setup(
        name=config.path.name,
        watches=shadowed(config).watches,
        graph=ComponentGraph(config.components),
        settings=settings_of(config),
    )


def span_of(
    config: Config,
    sources: Mapping[str, Source],
    now: datetime,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    days: float | None = None,
) -> ReportSpan:
    """The span that is reported: as asked, else the last `days` (14) up to now.

    With a replay, up to its files' end, and unless asked otherwise from where the replay itself would begin: after
    `warm` of the files. Raises ValueError for a span that ends before it begins, SourceError for files without samples.
    """
    if start is not None and days is not None:
        raise ValueError(f"--from {start:%Y-%m-%d %H:%M} and --days {days:g}: give one of the two")
    files = _recorded(config, sources)
    end = end or (files.end if files else now)
    if start is None and days is None and files:
        return ReportSpan(start=files.start, end=end)
    return ReportSpan(start=start or end - timedelta(days=DAYS if days is None else days), end=end)


def _recorded(config: Config, sources: Mapping[str, Source]) -> ReportSpan | None:
    """When a replay would begin and end; None without one."""
    for name, settings in config.sources.items():
        source = sources[name]
        if isinstance(settings, ReplaySettings) and isinstance(source, Replay):
            first, last = (datetime.fromtimestamp(at, UTC) for at in source.span())
            return ReportSpan(start=min(first + settings.warm, last - timedelta(milliseconds=1)), end=last)
    return None
