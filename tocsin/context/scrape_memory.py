"""What the process remembers of each scrape target: how its last scrape went; a reload keeps it."""

from dataclasses import dataclass
from datetime import datetime

from detectors.sources.scrape import Scrape


@dataclass(frozen=True, slots=True, kw_only=True)
class LastScrape:
    """The last scrape of a target. name: its source and address. at, scrape: None before the first."""

    name: str
    at: datetime | None = None
    scrape: Scrape | None = None


class ScrapeMemory:
    """The last scrape of each target, by the target's name."""

    def __init__(self) -> None:
        self._last: dict[str, LastScrape] = {}

    def remember(self, name: str, at: datetime, scrape: Scrape) -> None:
        """Replaces what was remembered of the target."""
        self._last[name] = LastScrape(name=name, at=at, scrape=scrape)

    def last(self, name: str) -> LastScrape:
        """The target's last scrape; empty before the first."""
        return self._last.get(name, LastScrape(name=name))
