"""The services built from one configuration, and how a reload replaces and closes them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Protocol

from detectors.sources.source import Source
from incidents.component import ComponentGraph
from incidents.delivery import Sink
from statuspage.site import Site
from tickets.mail.mailbox import Mailbox
from tickets.mail.message import Mailer
from tocsin.config import Config
from tocsin.context.metrics import Metrics
from tocsin.context.retention import RetentionPolicy
from tocsin.context.scrape_memory import LastScrape, ScrapeMemory
from tocsin.context.watch_memory import WatchMemory
from tocsin.delivery.channel import DeliveryChannel
from tocsin.desk.desk import Desk
from tocsin.desk.helpdesk_intake import HelpdeskIntake
from tocsin.detection.observe import Observer
from tocsin.intake.intake import Intake
from tocsin.intake.samples import SampleIntake
from tocsin.kpi.reports import ReportSettings
from tocsin.oncall.oncall import Oncall
from tocsin.page.publisher import PagePublisher
from tocsin.response.response import Response
from tocsin.storage import Store
from tocsin.subscriptions.subscriptions import SubscriptionServices
from tocsin.wiring.sources import Scraping


class Tidied(Protocol):
    """A store of samples that deletes old ones on request."""

    def tidy(self, now: datetime) -> None:
        """Compacts, and deletes what is older than its retention."""


class Refreshed(Sink, Protocol):
    """A sink that is also brought up to date between two updates."""

    def refresh(self) -> None:
        """Rewrites what may have changed without an update."""


class Inbox(Protocol):
    """A place elsewhere that is asked for what people did there."""

    @property
    def every(self) -> timedelta:
        """How often."""

    @property
    def name(self) -> str:
        """Unique in the configuration."""

    def poll(self, now: datetime) -> int:
        """Takes what is new; returns how much that was; raises DeliveryError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything built from one configuration; a reload builds another and replaces all of it at once.

    observer, intake, response, desk, subscriptions, publisher: what each room works with. subscriptions is None
    where nobody may subscribe, sample_intake where no source takes pushed samples.
    helpdesks: what reads each helpdesk where tickets live.
    channels: all that leaves the house. refreshed: those of the sinks that are refreshed between two updates.
    inboxes: places elsewhere that are asked for what people did there.
    oncall: who is notified until somebody acknowledges; None = nobody is.
    reports: what views by mail are made from.
    mailbox: the embedded default's local mailbox, None where mail leaves over SMTP.
    secret: signs forms; derived from the installation's key.
    now: the clock of all decisions; a replay's runs `pace` times as fast as the wall's.
    opened: the adapters to close once nobody uses them any more.
    """

    config: Config
    store: Store
    metrics: Metrics
    graph: ComponentGraph
    memory: WatchMemory
    sources: Mapping[str, Source]
    scrapes: tuple[Scraping, ...]
    scraped: ScrapeMemory
    tidied: tuple[Tidied, ...]
    observer: Observer
    intake: Intake
    sample_intake: SampleIntake | None
    response: Response
    desk: Desk
    helpdesks: tuple[HelpdeskIntake, ...]
    sinks: tuple[Sink, ...]
    channels: tuple[DeliveryChannel[Any], ...]
    refreshed: tuple[Refreshed, ...]
    inboxes: tuple[Inbox, ...]
    subscriptions: SubscriptionServices | None
    oncall: Oncall | None
    reports: ReportSettings
    publisher: PagePublisher
    retention: RetentionPolicy
    mailer: Mailer
    mailbox: Mailbox | None
    secret: bytes
    now: Callable[[], datetime]
    pace: float = 1.0
    opened: ExitStack

    @property
    def site(self) -> Site:
        """The public page's site, in its first language."""
        return self.publisher.site

    @property
    def targets(self) -> tuple[LastScrape, ...]:
        """How the last scrape of each configured target went."""
        return tuple(self.scraped.last(scrape.name) for scrape in self.scrapes)

    def close(self) -> None:
        """Closes every connection of this configuration; the store and the samples stay open."""
        self.opened.close()


class Current:
    """The services of the last good configuration; they stay open as long as somebody uses them."""

    def __init__(self, services: Services) -> None:
        self._lock = Lock()
        self._users: dict[int, int] = {}
        self._services = services

    @property
    def services(self) -> Services:
        """The newest services, for reading parts that no reload closes."""
        return self._services

    @contextmanager
    def using(self) -> Iterator[Services]:
        """The newest services, which stay open until the context ends even if a reload replaces them."""
        with self._lock:
            services = self._services
            self._users[id(services)] = self._users.get(id(services), 0) + 1
        try:
            yield services
        finally:
            self._leave(services)

    def replace(self, services: Services) -> None:
        """Makes these the current services; the previous ones are closed when their last user is done."""
        with self._lock:
            before, self._services = self._services, services
            is_idle = id(before) not in self._users
        if is_idle:
            before.close()

    def _leave(self, services: Services) -> None:
        with self._lock:
            self._users[id(services)] -= 1
            is_idle = not self._users[id(services)]
            if is_idle:
                del self._users[id(services)]
            is_replaced = services is not self._services
        if is_idle and is_replaced:
            services.close()
