"""Actions of an agent on many tickets at once: each ticket is changed and audited as if alone."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from tickets import lifecycle
from tickets.broadcast import opaque
from tickets.identity import customer_of
from tickets.linking import answer_of
from tickets.mail.compose import mistaken
from tickets.mail.message import Mail
from tickets.ticket import Ticket
from tocsin.desk.desk import Desk
from tocsin.desk.letterhead import letterhead
from tocsin.desk.ticket_actions import active_ids, message_id, recorded
from tocsin.storage import AuditEntry, AuditFilter, TicketChange, TicketFilter, every
from tocsin.storage.bulk_links import BulkLink

TOGETHER = "together"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
OPEN = tuple(sorted(lifecycle.OPEN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The result of one action over many tickets. batch: its id, by which it can be undone."""

    batch: str
    count: int


def link_all(desk: Desk, tickets: Sequence[str], incident_id: str, by: str, now: datetime) -> Done:
    """Links tickets, by id, to one incident; skips tickets that are not open or are linked to it already."""
    active = active_ids(desk)

    def act(ticket: Ticket) -> TicketChange | None:
        if ticket.status not in lifecycle.OPEN or ticket.incident_id == incident_id:
            return None
        done = lifecycle.link(ticket, incident_id, by, now)
        return replace(recorded(desk, done, now), answer=answer_of(ticket, done.ticket, active))

    batch = _batch(now)
    entry = _entry(by, "link", incident_id, batch)
    desk.store.bulk_links.begin(BulkLink(batch=batch, incident_id=incident_id, at=now, by=by))
    count = desk.store.tickets.change_all(tickets, act, now, entry)
    desk.store.bulk_links.finish(batch, count)
    return Done(batch=batch, count=count)


def linked_by(desk: Desk, batch: str) -> tuple[str, ...]:
    """The ids of the tickets that one `link_all` linked."""
    at = _instant_of(batch)
    wanted = AuditFilter(action="link", subject_kind="ticket", since=at, until=at + INSTANT)
    records = every(lambda cursor: desk.store.audit.page(cursor, wanted, 500))
    return tuple(r.entry.subject for r in records if (TOGETHER, batch) in r.entry.detail)


def informed_by(desk: Desk, incident_id: str, batch: str) -> frozenset[str]:
    """The ids of the tickets of one `link_all` whose customers were mailed about the incident since."""
    return desk.store.mail.informed_about(incident_id, linked_by(desk, batch), _instant_of(batch))


def undo_link(desk: Desk, incident_id: str, batch: str, by: str, now: datetime) -> Done:
    """Undoes one `link_all`: unlinks its tickets where they are still linked to the incident and open.

    What linking learnt from them is forgotten with them. Customers who were mailed about the incident since then, and
    no others, get one mail that takes it back.
    """
    tickets = linked_by(desk, batch)
    informed = informed_by(desk, incident_id, batch)
    incident = desk.store.incidents.get(incident_id)
    words_in = cache(lambda language: desk.text.words_of(incident, language) if incident else None)

    def correction(ticket: Ticket) -> tuple[Mail, ...]:
        if ticket.id not in informed:
            return ()
        key = f"mistaken:{batch}:{opaque(customer_of(ticket))}"
        return (mistaken(letterhead(desk, ticket.id), ticket, words_in(ticket.language or "en"), now, key=key),)

    def act(ticket: Ticket) -> TicketChange | None:
        if ticket.status not in lifecycle.OPEN or ticket.incident_id != incident_id:
            return None
        done = lifecycle.unlink(ticket, by, now, undoes=True)
        return replace(recorded(desk, done, now), forgets=True, mails=correction(done.ticket))

    entry = _entry(by, "unlink", incident_id, batch)
    count = desk.store.tickets.change_all(tickets, act, now, entry)
    desk.store.bulk_links.finish(batch, 0)
    return Done(batch=batch, count=count)


def listeners(desk: Desk, incident_id: str) -> tuple[Ticket, ...]:
    """One open linked ticket per customer: the customer's first, whose thread gets the message."""
    first: dict[str, Ticket] = {}
    wanted = TicketFilter(incident_id=incident_id, status=OPEN)
    for ticket in every(
        lambda cursor: desk.store.tickets.page(wanted, cursor, 500)
    ):  # newest first: the last one stays
        first[customer_of(ticket)] = ticket
    return tuple(first.values())


def answer_all(desk: Desk, incident_id: str, text: str, by: str, now: datetime) -> Done:
    """One message to every customer whose open ticket is linked; the same words again reach only who joined since.

    It is the words that count and not the form: a browser that goes back brings the words into a new form.
    """
    key = f"{incident_id}:{text.strip()}"
    ids = {ticket.id: message_id(ticket.id, key) for ticket in listeners(desk, incident_id)}
    written = desk.store.tickets.written(list(ids.values()))

    waiting = [ticket for ticket, message in ids.items() if message not in written]

    def act(ticket: Ticket) -> TicketChange | None:
        if ticket.status not in lifecycle.OPEN:
            return None
        change = lifecycle.reply(ticket, by, text, now)
        return recorded(desk, change, now, message=ids[ticket.id])

    batch = _batch(now)
    entry = _entry(by, "reply", incident_id, batch)
    return Done(batch=batch, count=desk.store.tickets.change_all(waiting, act, now, entry))


def resolve_all(desk: Desk, incident_id: str, by: str, now: datetime) -> Done:
    """Resolves every open linked ticket but those that must stay with a human or whose customer said "not solved"."""

    def act(ticket: Ticket) -> TicketChange | None:
        if ticket.human_reason or ticket.keep_open:
            return None
        return recorded(desk, lifecycle.resolve(ticket, by, now), now)

    batch = _batch(now)
    which = TicketFilter(incident_id=incident_id, status=OPEN)
    return Done(
        batch=batch, count=desk.store.tickets.change_all(which, act, now, _entry(by, "resolve", incident_id, batch))
    )


def _entry(by: str, action: str, incident_id: str, batch: str) -> AuditEntry:
    detail = (("incident", incident_id), (TOGETHER, batch))
    return AuditEntry(actor=by, action=action, subject_kind="ticket", detail=detail)


def _batch(now: datetime) -> str:
    """Names an action by its instant, by which the audit finds it, and chance."""
    return f"{(now - EPOCH) // INSTANT}-{secrets.token_hex(4)}"


def _instant_of(batch: str) -> datetime:
    microseconds = batch.partition("-")[0]
    if not microseconds.isascii() or not microseconds.isdigit() or len(microseconds) > 17:
        raise ValueError(f"{batch[:40]!r} names no action on many tickets")
    return EPOCH + int(microseconds) * INSTANT
