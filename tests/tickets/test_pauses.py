"""How long it was our turn on a ticket: exact over every change of its status, against a slow and obvious model."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.make import NOON, minutes, stored
from tickets.pauses import WAITS_FOR_US, our_turns, ours_since, turned
from tickets.ticket import Ticket, TicketStatus

S = TicketStatus
STEPS = st.lists(st.tuples(st.integers(0, 90), st.sampled_from(list(S))), max_size=25)


def changed(ticket: Ticket, at: datetime, status: TicketStatus) -> Ticket:
    return turned(ticket, replace(ticket, status=status, updated_at=at), at)


@given(first=st.sampled_from(list(S)), steps=STEPS, rest=st.integers(0, 90), since=st.integers(-30, 400))
def test_our_turns_are_those_of_a_minute_by_minute_model(
    first: TicketStatus, steps: list[tuple[int, TicketStatus]], rest: int, since: int
) -> None:
    ticket, at = stored(status=first), NOON
    status_by_minute: list[TicketStatus] = []
    for pause, status in steps:
        status_by_minute += [ticket.status] * pause
        at += minutes(pause)
        ticket = changed(ticket, at, status)
    status_by_minute += [ticket.status] * rest
    at += minutes(rest)
    ours = sum(status in WAITS_FOR_US for minute, status in enumerate(status_by_minute) if minute >= since)
    assert ours_since(ticket, NOON + minutes(since), at) == minutes(ours)


def test_a_ticket_that_nobody_touched_is_ours_from_its_creation_or_not_at_all() -> None:
    now = NOON + minutes(90)
    assert list(our_turns(stored(), now)) == [(NOON, now)]
    assert list(our_turns(stored(status=S.AWAITING_INCIDENT), now)) == []


@pytest.mark.parametrize(("was", "becomes"), [(S.NEW, S.IN_PROGRESS), (S.AWAITING_CUSTOMER, S.RESOLVED)])
def test_a_change_within_one_turn_is_none(was: TicketStatus, becomes: TicketStatus) -> None:
    assert changed(stored(status=was), NOON + timedelta(hours=1), becomes).turned_at == ()
