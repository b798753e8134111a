"""Turns an update of an incident into one message per customer, and decides what becomes of their tickets."""

import hashlib
from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import StrEnum

from incidents.incident import IncidentUpdate, UpdateKind
from tickets.identity import customer_of
from tickets.lifecycle import Change, await_again, await_incident, resolve_with_incident, return_to_queue
from tickets.own_transaction import OwnTransaction
from tickets.ticket import Ticket, TicketStatus


class Mailing(StrEnum):
    """The kind of message that customers get for an update."""

    UPDATE = "update"
    RETURN = "return"
    RESOLUTION = "resolution"
    RETRACTION = "retraction"
    CORRECTION = "correction"


class NotMailed(StrEnum):
    """Why an update is not mailed."""

    SHADOW = "the incident is in shadow"
    NOT_DISCLOSED = "it is not public"
    INTERNAL = "it is for engineers alone"
    NOT_ASKED = "a correction is mailed only where that is asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Whether an update is mailed; exactly one of the two is set."""

    mailing: Mailing | None = None
    silence: NotMailed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMessage:
    """One message to one customer.

    key: idempotency key, `incident:seq:customer`. ticket: the one it is threaded under, the customer's first.
    tickets: the ids of all of the customer's tickets that it speaks for. stays_open: of these, the numbers of
    those that the incident's end does not settle, because the customer said so; not_done: because their own transaction
    is not done yet.
    """

    key: str
    mailing: Mailing
    ticket: Ticket
    tickets: tuple[str, ...]
    stays_open: tuple[str, ...] = ()
    not_done: tuple[str, ...] = ()


_NEWS = frozenset({Mailing.UPDATE, Mailing.RETURN, Mailing.CORRECTION})
"""Mailings that whoever wrote after the update has read in the confirmation already."""
MAILINGS = {
    UpdateKind.DISCLOSED: Mailing.UPDATE,
    UpdateKind.MESSAGE: Mailing.UPDATE,
    UpdateKind.RECURRING: Mailing.UPDATE,
    UpdateKind.REOPENED: Mailing.RETURN,
    UpdateKind.RESOLVED: Mailing.RESOLUTION,
    UpdateKind.RETRACTED: Mailing.RETRACTION,
    UpdateKind.CORRECTED: Mailing.CORRECTION,
}


def worth(update: IncidentUpdate) -> Worth:
    """Decides whether an update is mailed: disclosure, a human's words, the end and the return of an incident are."""
    if update.incident.shadow:
        return Worth(silence=NotMailed.SHADOW)
    mailing = MAILINGS.get(update.kind)
    if mailing is None:
        return Worth(silence=NotMailed.INTERNAL)
    if update.incident.disclosed_at is None:
        return Worth(silence=NotMailed.NOT_DISCLOSED)
    if mailing is Mailing.CORRECTION and not update.is_mailed:
        return Worth(silence=NotMailed.NOT_ASKED)
    return Worth(mailing=mailing)


def broadcast(
    update: IncidentUpdate, tickets: Sequence[Ticket], not_done: Container[str] = frozenset()
) -> tuple[CustomerMessage, ...]:
    """The messages of an update, one a customer, in the order of their first tickets.

    tickets: those linked to the incident, as they stood before `settle`. Who wrote after the update has read it in the
    confirmation already; customers whose tickets are settled, or with a human, get no message from here. not_done: the
    ids of those whose customer's own transaction is not done.
    """
    mailing = worth(update).mailing
    if mailing is None:
        return ()
    by_customer: dict[str, list[Ticket]] = {}
    for t in sorted(tickets, key=lambda t: (t.created_at, t.id)):
        if _gets_mail(t, update, mailing):
            by_customer.setdefault(customer_of(t), []).append(t)
    return tuple(_message(update, mailing, customer, own, not_done) for customer, own in by_customer.items())


def for_one(update: IncidentUpdate, ticket: Ticket) -> CustomerMessage:
    """The message of an update to a customer whose ticket is linked after it, with the key that it has for everybody.

    update: one that is worth a mail.
    """
    mailing = worth(update).mailing
    if mailing is None:
        raise ValueError(f"update {update.key} is not mailed: {worth(update).silence}; ask `worth` first")
    return _message(update, mailing, customer_of(ticket), (ticket,))


def _gets_mail(ticket: Ticket, update: IncidentUpdate, mailing: Mailing) -> bool:
    if ticket.incident_id != update.incident.id or ticket.human_reason:
        return False
    if update.continues in ticket.waited_for:
        return False
    if mailing is Mailing.RETURN and _was_settled_with(ticket, update):
        return True
    if mailing is Mailing.CORRECTION and ticket.status is TicketStatus.RESOLVED:
        return ticket.created_at <= update.at
    if ticket.status is not TicketStatus.AWAITING_INCIDENT:
        return False
    return mailing not in _NEWS or ticket.created_at <= update.at


def _message(
    update: IncidentUpdate,
    mailing: Mailing,
    customer: str,
    tickets: Sequence[Ticket],
    not_done: Container[str] = frozenset(),
) -> CustomerMessage:
    return CustomerMessage(
        key=f"{update.key}:{opaque(customer)}",
        mailing=mailing,
        ticket=tickets[0],
        tickets=tuple(t.id for t in tickets),
        stays_open=tuple(t.quoted for t in tickets if t.keep_open),
        not_done=tuple(t.quoted for t in tickets if t.id in not_done and not t.keep_open),
    )


def opaque(customer: str) -> str:
    """A customer in a key or a Message-ID, without their address: 20 hexadecimal characters."""
    return hashlib.sha256(customer.encode()).hexdigest()[:20]


def settle(
    update: IncidentUpdate, tickets: Sequence[Ticket], not_done: Container[str] = frozenset()
) -> tuple[Change, ...]:
    """Decides what an update does to the tickets linked to its incident.

    Resolved and disclosed: those that wait for it are resolved; who said "still not solved", and whose own transaction
    is not done (`not_done`, ids of tickets), goes to a human. Never
    disclosed, or a false alarm: nobody was answered, so each goes back to the queue. Merged: they wait for the other.
    Separated: those that the merge had brought there wait for this one again.
    Reopened: those that its end had resolved wait for it once more.
    """
    incident = update.incident
    waiting = [t for t in tickets if t.incident_id == incident.id and t.status is TicketStatus.AWAITING_INCIDENT]
    match update.kind:
        case UpdateKind.RESOLVED if incident.disclosed_at is not None and not incident.shadow:
            return tuple(_end(t, update, not_done) for t in waiting)
        case UpdateKind.RESOLVED:
            return tuple(return_to_queue(t, "its incident ended and was never made public", update.at) for t in waiting)
        case UpdateKind.RETRACTED:
            return tuple(return_to_queue(t, "its incident was a false alarm", update.at) for t in waiting)
        case UpdateKind.REOPENED:
            return tuple(await_again(t, update.at) for t in tickets if _was_settled_with(t, update))
        case UpdateKind.MERGED if incident.merged_into:
            return tuple(await_incident(t, incident.merged_into, "its incident was merged", update.at) for t in waiting)
        case UpdateKind.SEPARATED:
            taken = [t for t in tickets if incident.id in t.waited_for and t.status is TicketStatus.AWAITING_INCIDENT]
            return tuple(await_incident(t, incident.id, "its incident goes on by itself", update.at) for t in taken)
        case _:
            return ()


def _was_settled_with(ticket: Ticket, update: IncidentUpdate) -> bool:
    """Whether the end that this reopening takes back had resolved the ticket; what an agent resolved stays so."""
    incident = update.incident
    return (
        update.kind is UpdateKind.REOPENED
        and incident.disclosed_at is not None
        and not incident.shadow
        and not ticket.human_reason
        and ticket.incident_id == incident.id
        and ticket.status is TicketStatus.RESOLVED
        and incident.last_resolved_at is not None
        and ticket.resolved_at == incident.last_resolved_at
    )


def _end(ticket: Ticket, update: IncidentUpdate, not_done: Container[str]) -> Change:
    if ticket.keep_open or ticket.human_reason:
        reason = ticket.human_reason or "the customer says that the incident's end does not settle it"
        return return_to_queue(ticket, reason, update.at)
    if ticket.id in not_done:
        return return_to_queue(ticket, OwnTransaction.NOT_DONE, update.at, first=True)
    return resolve_with_incident(ticket, update.at)
