"""The survey after a ticket's end: whoever opens the ticket's page answers it once, and may change the answer."""

from datetime import datetime

from tickets.lifecycle import TransitionError
from tickets.ticket import Ticket, TicketStatus
from tocsin.desk.desk import Desk
from tocsin.storage import AuditEntry
from tocsin.storage.surveys import SurveyAnswer

OVER = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED})


def may_answer(ticket: Ticket) -> bool:
    """Whether its customer is asked: it is over, and lives here."""
    return ticket.status in OVER and ticket.home is None


def answer_survey(desk: Desk, ticket: Ticket, answer: SurveyAnswer, now: datetime) -> None:
    """Keeps the answer in place of an earlier one; one without figure and words changes nothing.

    Raises TransitionError where the ticket is not over.
    """
    if not may_answer(ticket):
        raise TransitionError(f"{ticket.number} is {ticket.status}: its survey is answered once it is over.")
    if answer.csat is None and answer.nps is None and not answer.text:
        return
    desk.store.surveys.answer(ticket.id, answer, now)
    entry = AuditEntry(actor="customer", action="survey", subject_kind="ticket", subject=ticket.id)
    desk.store.audit.add(entry, now)
