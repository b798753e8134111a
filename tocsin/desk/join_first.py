"""Makes a customer's second ticket about one transaction part of their first, in the transaction that stores it."""

from dataclasses import replace
from datetime import datetime

from tickets import lifecycle
from tickets.mail.compose import PublicWords, joined
from tickets.routing import soonest
from tickets.ticket import Attachment, Author, Message, NewTicket, Ticket
from tocsin.desk.desk import Desk
from tocsin.desk.letterhead import letterhead
from tocsin.storage import AuditEntry, Joined, Joining, TicketChange


def joining(desk: Desk, first: Ticket, new: NewTicket, now: datetime) -> Joining:
    """What storing the new ticket does with the first, unless that is settled by then.

    The first gets the new one's words and files as a message, and is as urgent as the more urgent of both; it goes on
    waiting for its incident, or is the agents' again. The customer is mailed the number of the first.
    """
    words = words_for(desk, first)

    def join(current: Ticket, ticket: Ticket) -> Joined | None:
        try:
            merged = lifecycle.merge(ticket, current, "tocsin", now).ticket
        except lifecycle.TransitionError:
            return None
        mail = joined(letterhead(desk, ticket.id), merged, current, words, now)
        return Joined(ticket=merged, mails=(mail,), first=_first_after(current, ticket, new.attachments, now))

    audit = AuditEntry(actor=lifecycle.CUSTOMER, action=lifecycle.Action.COMMENT, subject_kind="ticket")
    return Joining(first_id=first.id, join=join, audit=audit)


def words_for(desk: Desk, ticket: Ticket) -> PublicWords | None:
    """What may be said now about the incident that the ticket waits for."""
    incident = desk.store.incidents.get(ticket.incident_id) if ticket.incident_id else None
    if incident is None or incident.shadow or not incident.is_active:
        return None
    return desk.text.words_of(incident, ticket.language or "en")


def _first_after(first: Ticket, second: Ticket, files: tuple[Attachment, ...], now: datetime) -> TicketChange:
    after = lifecycle.comment(first, second.text, now).ticket
    urgent = soonest((first.routing.priority, second.routing.priority))
    name = f"{second.id}-j"
    kept = tuple((f"{name}-{k}", file) for k, file in enumerate(files, start=1))
    message = Message(
        id=name,
        ticket_id=first.id,
        author=Author.CUSTOMER,
        name=second.name,
        text=second.text,
        at=now,
        attachments=tuple(file_id for file_id, _ in kept),
    )
    return TicketChange(
        ticket=replace(after, routing=replace(after.routing, priority=urgent)),
        detail=f"{second.number}, about the same transaction, joined it",
        messages=(message,),
        files=kept,
    )
