"""The channel that writes action items' tickets into one tracker, each by itself."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from incidents.delivery import RETRY_AFTER_MAX, Failure, Policy
from tocsin.storage import AuditEntry, Backlog, DeadLetter, WaitingItem
from tocsin.storage.action_items import ActionItems

BATCH = 20
POLICY = Policy(
    first=timedelta(seconds=1),
    longest=timedelta(minutes=15),
    give_up_after=300,  # about three days of a tracker that is away
    retries_refusals=True,
)


class ItemTickets(Protocol):
    """The action items' tickets of one tracker."""

    @property
    def name(self) -> str:
        """The tracker's."""

    def deliver(self, item_id: str) -> None:
        """Brings the item's ticket to where the item is now; raises DeliveryError."""


@dataclass(slots=True, kw_only=True)
class ItemChannel:
    """The tickets of one tracker. A tracker that asks for time is left alone by all of them until then."""

    tickets: ItemTickets
    items: ActionItems
    policy: Policy = POLICY
    together: int = 1
    rests_until: datetime | None = None

    @property
    def name(self) -> str:
        """After its tracker."""
        return f"items:{self.tickets.name}"

    def due(self, now: datetime) -> Sequence[WaitingItem]:
        """The next ones; one that fails delays no other."""
        if self.rests_until is not None and now < self.rests_until:
            return ()
        return self.items.due(self.tickets.name, now, BATCH)

    @contextmanager
    def sending(self) -> Iterator[Callable[[WaitingItem], None]]:
        """Each by calls of its own."""
        yield lambda one: self.tickets.deliver(one.item.id)

    def settle(
        self, accepted: Sequence[WaitingItem], failed: Sequence[tuple[WaitingItem, Failure]], now: datetime
    ) -> None:
        """Records what failed; what was written was noted with its ticket."""
        del accepted
        for one, failure in failed:
            self.items.failed(one.item.id, failure, now)
        asked = [failure.cause.retry_after for _, failure in failed if failure.cause.retry_after is not None]
        self.rests_until = now + min(max(asked), RETRY_AFTER_MAX) if asked else None

    def backlog(self) -> Backlog:
        """How it stands."""
        return replace(self.items.backlog(self.tickets.name), rests_until=self.rests_until)

    def given_up(self, limit: int) -> Sequence[DeadLetter]:
        """Items whose ticket is written no more."""
        return self.items.given_up(self.tickets.name, limit)

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes a ticket that was given up due again, as if it had never failed. Raises NotFound."""
        self.items.again(self.tickets.name, letter_id, now, audit)

    def free(self) -> None:
        """Nothing is claimed: only the holder of the lease delivers."""
