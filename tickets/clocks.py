"""The two clocks of a ticket: the customer's first answer, by priority, and a tier's pick-up of what it was handed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from tickets.ticket import Priority, Ticket, TicketStatus

FIRST_ANSWER: Mapping[Priority, timedelta] = MappingProxyType(
    {
        Priority.CRITICAL: timedelta(minutes=15),
        Priority.URGENT: timedelta(minutes=30),
        Priority.HIGH: timedelta(hours=1),
        Priority.NORMAL: timedelta(hours=4),
        Priority.LOW: timedelta(hours=12),
    }
)
PICK_UP: Mapping[int, timedelta] = MappingProxyType(
    {1: timedelta(minutes=15), 2: timedelta(minutes=30), 3: timedelta(hours=1)}
)
"""By tier."""
WAITS_FOR_US = frozenset({TicketStatus.NEW, TicketStatus.IN_PROGRESS})


class ClockKind(StrEnum):
    """What a clock counts down to."""

    FIRST_ANSWER = "first answer"
    PICK_UP = "pick-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClock:
    """A clock that runs, and the instant at which it ends."""

    kind: ClockKind
    due_at: datetime


def nearest_clock(ticket: Ticket) -> TicketClock | None:
    """The running clock that ends first; None while none runs: it is answered, or waits for customer or incident."""
    running = []
    if ticket.status in WAITS_FOR_US and ticket.first_response_at is None:
        due = ticket.created_at + FIRST_ANSWER[ticket.routing.priority]
        running.append(TicketClock(kind=ClockKind.FIRST_ANSWER, due_at=due))
    if ticket.status in WAITS_FOR_US and ticket.handed_at is not None and ticket.picked_up_at is None:
        due = ticket.handed_at + PICK_UP.get(ticket.routing.tier, PICK_UP[3])
        running.append(TicketClock(kind=ClockKind.PICK_UP, due_at=due))
    return min(running, key=lambda clock: clock.due_at, default=None)
