"""How an update leaves: the protocol of every sink, its one error, and when a failed delivery is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from incidents.incident import IncidentUpdate


class DeliveryError(Exception):
    """The one error that adapters raise.

    retry: whether the same call may work later. retry_after: how long the other side asked us to wait, if it did.
    """

    def __init__(self, message: str, *, retry: bool, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry = retry
        self.retry_after = retry_after


class Sink(Protocol):
    """Whatever is told of an incident's updates, in order, each at least once, each with its idempotency key."""

    @property
    def name(self) -> str:
        """Unique in the configuration; the cursor is kept under it."""

    def deliver(self, update: IncidentUpdate) -> None:
        """Returns once the other side accepted; raises DeliveryError."""

    def send_test(self) -> str:
        """Sends a harmless test; returns what to look for; raises DeliveryError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Doubling waits from `first` to `longest`."""

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)

    def next_at(self, attempts: int, now: datetime) -> datetime:
        """When to try again after `attempts` failures, 1 or more."""
        return now + min(self.longest, self.first * (1 << min(attempts - 1, 30)))
