"""Whose turn it is on a ticket, and for how long it was ours: clocks pause while customer or incident have it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from tickets.ticket import Ticket, TicketStatus

WAITS_FOR_US = frozenset({TicketStatus.NEW, TicketStatus.IN_PROGRESS})


def turned(was: Ticket, becomes: Ticket, now: datetime) -> Ticket:
    """The ticket after a change, with the instant of the change where its turn passed from us or to us."""
    if (was.status in WAITS_FOR_US) == (becomes.status in WAITS_FOR_US):
        return replace(becomes, turned_at=was.turned_at)
    return replace(becomes, turned_at=(*was.turned_at, now))


def our_turns(ticket: Ticket, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The spans from its creation until now in which it waited for us, oldest first."""
    is_ours = (ticket.status in WAITS_FOR_US) == (len(ticket.turned_at) % 2 == 0)
    begin = ticket.created_at
    for at in (*ticket.turned_at, now):
        if is_ours and at > begin:
            yield begin, at
        begin, is_ours = max(begin, at), not is_ours


def ours_since(ticket: Ticket, since: datetime, now: datetime) -> timedelta:
    """How long it waited for us since an instant, its pauses left out."""
    spans = ((max(begin, since), end) for begin, end in our_turns(ticket, now))
    return sum((end - begin for begin, end in spans if end > begin), timedelta())
