"""What the running application is made of; built by app.py alone, read by everything else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from prometheus_client import CollectorRegistry

from detectors.sources.source import Source
from detectors.state import State
from incidents.component import ComponentGraph
from incidents.delivery import Sink
from incidents.notifiers.guarded import GuardedCaller
from incidents.settings import Settings
from statuspage.site import Site
from statuspage.spark import Spark
from tickets.account import Account
from tickets.mail.mailbox import Mailbox
from tickets.mail.message import Mailer
from tocsin.config import Config
from tocsin.context.metrics import Metrics
from tocsin.context.recent_samples import RecentSamples
from tocsin.storage import Store

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How a watch's last evaluation went. took: from the question to the signals. error: "" when it got samples."""

    at: datetime
    took: timedelta
    error: str = ""


class Tidied(Protocol):
    """What keeps samples and drops old ones when told."""

    def tidy(self, now: datetime) -> None:
        """Compacts, and deletes what is older than its retention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything built from one configuration; a reload builds another and swaps them in one assignment.

    caller: calls subscribers' webhooks; None = nobody may subscribe one.
    mailbox: the embedded default's local mailbox, None where mail leaves over SMTP.
    secret: signs forms; derived from the installation's key.
    now: the clock of all decisions; a replay's runs `pace` times as fast as the wall's.
    """

    config: Config
    store: Store
    metrics: Metrics
    graph: ComponentGraph
    settings: Settings
    sources: Mapping[str, Source]
    sinks: tuple[Sink, ...]
    account: Account | None
    mailer: Mailer
    mailbox: Mailbox | None
    site: Site
    secret: bytes
    now: Callable[[], datetime]
    pace: float = 1.0
    tidied: tuple[Tidied, ...] = ()
    caller: GuardedCaller | None = None

    @property
    def registry(self) -> CollectorRegistry:
        """Of our own metrics."""
        return self.metrics.registry


class Runtime(Protocol):
    """The running application, as pipeline and web see it."""

    services: Services
    states: dict[str, State]
    sparklines: dict[str, Spark]

    def wake(self, *loops: str) -> None:
        """Asks loops ("place", "publish", "deliver", "mail") for a run as soon as possible."""

    def recent_of(self, watch: str) -> RecentSamples:
        """The last samples and bands of a watch."""

    def checkpointed_at(self, watch: str) -> datetime:
        """When a watch's state was last saved."""

    def mark_checkpoint(self, watch: str, now: datetime) -> None:
        """Notes that it was saved."""

    def evaluation_of(self, watch: str) -> Evaluation | None:
        """How a watch's last evaluation went; None before the first."""

    def mark_evaluation(self, watch: str, evaluation: Evaluation) -> None:
        """Notes how it went."""

    def holds_lease(self) -> bool:
        """Whether this process may decide."""

    def not_ready(self) -> str:
        """What is not ready yet, in words; "" when all is."""

    def reload(self) -> tuple[str, ...]:
        """Reads the configuration again; the problems where it was refused."""
