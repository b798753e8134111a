"""What customers and agents do with tickets: each action is judged, recorded, audited and mailed in one transaction."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from tickets import lifecycle
from tickets.lifecycle import Change
from tickets.mail.compose import agent_reply
from tickets.mail.message import Mail
from tickets.ticket import Author, Message, Ticket
from tocsin.publicwords import letterhead
from tocsin.services import Services
from tocsin.storage import AuditEntry, TicketChange

Act = Callable[[Ticket], Change]


def perform(services: Services, ticket_id: str, act: Act, actor: str, action: str, now: datetime) -> Ticket:
    """Does one action on one ticket. Raises TransitionError where its state does not allow it, NotFound without it."""
    entry = AuditEntry(actor=actor, action=action, subject_kind="ticket", subject=ticket_id)
    return services.store.change_ticket(ticket_id, lambda t: recorded(services, act(t), now), now, entry)


def recorded(services: Services, change: Change, now: datetime) -> TicketChange:
    """What an action leaves behind: the ticket, its message, and the mail that tells of it."""
    if change.author is None:
        return TicketChange(ticket=change.ticket)
    message = Message(
        id=uuid4().hex,
        ticket_id=change.ticket.id,
        author=change.author,
        name=change.ticket.name if change.author is Author.CUSTOMER else change.actor,
        text=change.text,
        at=now,
    )
    return TicketChange(ticket=change.ticket, messages=(message,), mails=_mails(services, change, message, now))


def _mails(services: Services, change: Change, message: Message, now: datetime) -> tuple[Mail, ...]:
    if change.author is not Author.AGENT:
        return ()
    return (agent_reply(letterhead(services), change.ticket, message, now),)


def customer_writes(services: Services, ticket_id: str, text: str, now: datetime, *, unsolved: bool = False) -> Ticket:
    """The customer adds a message; on a resolved ticket that opens it again."""

    def act(ticket: Ticket) -> Change:
        return lifecycle.comment(ticket, text, now, unsolved=unsolved)

    return perform(services, ticket_id, act, "customer", "comment", now)


def view(services: Services, ticket: Ticket, actor: str, now: datetime) -> tuple[Message, ...]:
    """A ticket's thread as somebody reads it; the reading is audited."""
    services.store.audit(AuditEntry(actor=actor, action="view", subject_kind="ticket", subject=ticket.id), now)
    return services.store.thread(ticket.id)
