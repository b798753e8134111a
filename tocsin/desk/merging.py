"""Merges a ticket into another one of the same customer: both threads go on as one."""

import hashlib
from dataclasses import replace
from datetime import datetime

from tickets import lifecycle
from tickets.lifecycle import Action, TransitionError
from tickets.ticket import Message, Ticket
from tocsin.desk.desk import Desk
from tocsin.storage import AuditEntry, TicketChange


def merge_into(desk: Desk, ticket: Ticket, number: str, by: str, now: datetime) -> Ticket:
    """Makes a ticket part of the one of that number, whose thread gets its messages, each at its own time.

    The other is written first and each message has an id of its own, so one that is cut short is done by doing it
    again. Raises TransitionError where there is no such ticket, or they may not meet.
    """
    into = desk.store.tickets.by_number(number.removeprefix("#")) if number.isascii() and "\x00" not in number else None
    if into is None:
        raise TransitionError(f"there is no ticket {number[:40]!r}: give the number of the ticket that goes on")
    lifecycle.merge(ticket, into, by, now)
    copies = [_copy(message, into) for message in desk.store.tickets.thread(ticket.id)]
    known = desk.store.tickets.written([one.id for one in copies])
    fresh = tuple(one for one in copies if one.id not in known)
    detail = (("what", f"took in {ticket.number}"),)
    entry = AuditEntry(actor=by, action=Action.MERGE, subject_kind="ticket", detail=detail)

    def take_in(current: Ticket) -> TicketChange:
        lifecycle.merge(ticket, current, by, now)
        return TicketChange(ticket=replace(current, updated_at=now), messages=fresh)

    def leave(current: Ticket) -> TicketChange:
        done = lifecycle.merge(current, into, by, now)
        return TicketChange(ticket=done.ticket, detail=done.detail)

    desk.store.tickets.change(into.id, take_in, now, entry)
    return desk.store.tickets.change(ticket.id, leave, now, replace(entry, detail=()))


def _copy(message: Message, into: Ticket) -> Message:
    name = hashlib.sha256(f"{into.id}:merged:{message.id}".encode()).hexdigest()[:32]
    return replace(message, id=name, ticket_id=into.id, attachments=())
