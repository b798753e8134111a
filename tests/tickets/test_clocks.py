from dataclasses import replace
from typing import Any

import pytest

from tests.tickets.make import NOON, minutes, stored
from tickets.clocks import ClockKind, TicketClock, nearest_clock
from tickets.ticket import Priority, Ticket, TicketStatus

LATER = NOON + minutes(5)


def first(ticket: Ticket) -> Ticket:
    return replace(ticket, first_response_at=LATER)


def tier(number: int, **changes: Any) -> Ticket:
    made = stored(handed_at=LATER, **changes)
    return replace(made, routing=replace(made.routing, tier=number))


@pytest.mark.parametrize(("priority", "allowed"), list(zip(Priority, (15, 30, 60, 4 * 60, 12 * 60), strict=True)))
def test_the_first_answer_is_due_by_priority(priority: Priority, allowed: int) -> None:
    ticket = stored(routing=replace(stored().routing, priority=priority))
    assert nearest_clock(ticket) == TicketClock(kind=ClockKind.FIRST_ANSWER, due_at=NOON + minutes(allowed))


@pytest.mark.parametrize(("number", "allowed"), [(1, 15), (2, 30), (3, 60)])
def test_a_tier_picks_up_by_its_number(number: int, allowed: int) -> None:
    assert nearest_clock(first(tier(number))) == TicketClock(kind=ClockKind.PICK_UP, due_at=LATER + minutes(allowed))


@pytest.mark.parametrize(
    ("ticket", "kind"),
    [
        (tier(2), ClockKind.PICK_UP),
        (tier(2, routing=replace(stored().routing, priority=Priority.CRITICAL)), ClockKind.FIRST_ANSWER),
        (tier(2, picked_up_at=LATER), ClockKind.FIRST_ANSWER),
        (first(tier(2, picked_up_at=LATER)), None),
        (stored(status=TicketStatus.AWAITING_CUSTOMER), None),
        (stored(status=TicketStatus.AWAITING_INCIDENT), None),
        (stored(status=TicketStatus.RESOLVED), None),
    ],
)
def test_the_clock_that_ends_first_is_shown_and_none_while_others_have_the_word(
    ticket: Ticket, kind: ClockKind | None
) -> None:
    clock = nearest_clock(ticket)
    assert (clock.kind if clock else None) == kind
