from datetime import timedelta

import pytest

from tests.tickets.make import NOON, minutes, stored, waiting
from tickets.answer import NextState, answer, refuse_outdated
from tickets.lifecycle import TransitionError
from tickets.ticket import Author, TicketStatus

LATER = NOON + minutes(10)


@pytest.mark.parametrize(
    ("following", "status"),
    [
        (NextState.WAIT, TicketStatus.AWAITING_CUSTOMER),
        (NextState.SOLVE, TicketStatus.RESOLVED),
        (NextState.KEEP, TicketStatus.IN_PROGRESS),
    ],
)
def test_an_answer_leaves_the_ticket_as_the_agent_says(following: NextState, status: TicketStatus) -> None:
    done = answer(stored(), "mia", "Here it is.", LATER, following)
    assert (done.ticket.status, done.ticket.assignee) == (status, "mia")
    assert done.ticket.first_response_at == LATER
    assert (done.ticket.resolved_at is not None) == (following is NextState.SOLVE)
    assert (done.author, done.text) == (Author.AGENT, "Here it is.")


def test_an_answer_on_a_parked_ticket_leaves_it_parked() -> None:
    assert answer(waiting(), "mia", "We know.", LATER).ticket.status is TicketStatus.AWAITING_INCIDENT


def test_words_for_an_older_version_of_the_ticket_are_refused() -> None:
    ticket = stored()
    refuse_outdated(ticket, ticket.updated_at)
    refuse_outdated(ticket, None)
    with pytest.raises(TransitionError, match="changed while you wrote"):
        refuse_outdated(ticket, ticket.updated_at - timedelta(microseconds=1))
