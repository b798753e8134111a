"""Actions of an agent on many tickets at once: each ticket is changed and audited as if alone.

A link or an answer is kept with its tickets before the first of them is changed, so that one that a kill cuts short is
finished later; so is its undoing.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from tickets import lifecycle
from tickets.broadcast import opaque
from tickets.guard import must_stay_human
from tickets.identity import customer_of
from tickets.intent import message_of
from tickets.linking import answer_of
from tickets.mail.compose import mistaken, withdrawn
from tickets.mail.message import Mail
from tickets.ticket import Ticket
from tocsin.desk.desk import Desk
from tocsin.desk.letterhead import letterhead
from tocsin.desk.ticket_actions import active_ids, message_id, recorded
from tocsin.storage import AuditEntry, AuditFilter, TicketChange, TicketFilter, every
from tocsin.storage.bulk_actions import BulkAction, BulkKind, BulkOrder, BulkStage

TOGETHER = "together"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
OPEN = tuple(sorted(lifecycle.OPEN))
CLAIM = timedelta(minutes=2)
"""So long an action is left to who began it; five thousand tickets take seconds."""
DOES = {
    BulkKind.LINK: lifecycle.Action.LINK,
    BulkKind.LET_WAIT: lifecycle.Action.LINK,
    BulkKind.ANSWER: lifecycle.Action.REPLY,
}
UNDOES = {
    BulkKind.LINK: lifecycle.Action.UNLINK,
    BulkKind.LET_WAIT: lifecycle.Action.UNLINK,
    BulkKind.ANSWER: lifecycle.Action.TAKE_BACK,
}
"""By which name the audit trail has it."""

Act = Callable[[Ticket], TicketChange | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The result of one action over many tickets. batch: its id, by which it can be undone."""

    batch: str
    count: int


def link_all(desk: Desk, tickets: Sequence[str], incident_id: str, by: str, now: datetime) -> Done:
    """Links tickets, by id, to one incident; skips tickets that are not open or are linked to it already."""
    return _link(desk, BulkKind.LINK, tickets, incident_id, by=by, now=now)


def let_wait(desk: Desk, tickets: Sequence[str], incident_id: str, by: str, now: datetime) -> Done:
    """Links tickets, by id, that an agent has just read as a human had to: they wait as those do that none has to."""
    return _link(desk, BulkKind.LET_WAIT, tickets, incident_id, by=by, now=now)


def _link(desk: Desk, kind: BulkKind, tickets: Sequence[str], incident_id: str, *, by: str, now: datetime) -> Done:
    order = BulkOrder(tickets=tuple(tickets))
    return _begin(
        desk, BulkAction(batch=_batch(now), kind=kind, incident_id=incident_id, at=now, by=by, order=order)
    )  # fmt: skip


def answer_all(desk: Desk, incident_id: str, text: str, by: str, now: datetime) -> Done:
    """One message to every customer whose open ticket is linked; the same words again reach only who joined since.

    It is the words that count and not the form: a browser that goes back brings the words into a new form. Raises
    TransitionError where there are no words.
    """
    to = listeners(desk, incident_id)
    for ticket in to[:1]:
        lifecycle.reply(ticket, by, text, now)
    order = BulkOrder(text=text, tickets=tuple(t.id for t in to))
    action = BulkAction(
        batch=_batch(now), kind=BulkKind.ANSWER, incident_id=incident_id, at=now, by=by, order=order
    )  # fmt: skip
    return _begin(desk, action)


def _batch(now: datetime) -> str:
    """An action's id, unique and in the order of time."""
    return f"{(now - EPOCH) // INSTANT}-{secrets.token_hex(4)}"


def _begin(desk: Desk, action: BulkAction) -> Done:
    desk.store.bulk_actions.begin(action, action.at + CLAIM)
    return _carry_out(desk, action)


def _carry_out(desk: Desk, action: BulkAction) -> Done:
    """Changes the tickets that are not changed yet; at the instant of the action, by which they are found again."""
    act = _answering(desk, action) if action.kind is BulkKind.ANSWER else _linking(desk, action)
    entry = _entry(action.by, DOES[action.kind], action)
    desk.store.tickets.change_all(action.order.tickets, act, action.at, entry)
    count = len(changed_by(desk, action))
    desk.store.bulk_actions.finish(action, count)
    return Done(batch=action.batch, count=count)


def _linking(desk: Desk, action: BulkAction) -> Act:
    active = active_ids(desk)

    def act(ticket: Ticket) -> TicketChange | None:
        if ticket.status not in lifecycle.OPEN or ticket.incident_id == action.incident_id:
            return None
        link = lifecycle.let_wait if action.kind is BulkKind.LET_WAIT else lifecycle.link
        done = link(ticket, action.incident_id, action.by, action.at)
        return replace(recorded(desk, done, action.at), answer=answer_of(ticket, done.ticket, active))

    return act


def _answering(desk: Desk, action: BulkAction) -> Act:
    key = f"{action.incident_id}:{action.order.text.strip()}"
    ids = {ticket_id: message_id(ticket_id, key) for ticket_id in action.order.tickets}

    def act(ticket: Ticket) -> TicketChange | None:
        if ticket.status not in lifecycle.OPEN:
            return None
        done = lifecycle.reply(ticket, action.by, action.order.text, action.at)
        return recorded(desk, done, action.at, message=ids[ticket.id])

    return act


def changed_by(desk: Desk, action: BulkAction) -> frozenset[str]:
    """The ids of the tickets that an action changed."""
    return _audited(desk, action, DOES[action.kind], action.at)


def _audited(desk: Desk, action: BulkAction, what: str, at: datetime) -> frozenset[str]:
    wanted = AuditFilter(action=what, subject_kind="ticket", since=at, until=at + INSTANT)
    records = every(lambda cursor: desk.store.audit.page(cursor, wanted, 500))
    return frozenset(r.entry.subject for r in records if (TOGETHER, action.batch) in r.entry.detail)


def informed_by(desk: Desk, action: BulkAction) -> frozenset[str]:
    """The ids of the tickets of an action whose customers were mailed because of it.

    Those of an answer all were; those of a link, where the incident was written about since.
    """
    changed = changed_by(desk, action)
    if action.kind is BulkKind.ANSWER:
        return changed
    return desk.store.mail.informed_about(action.incident_id, sorted(changed), action.at)


def undo(desk: Desk, action: BulkAction, by: str, now: datetime) -> Done:
    """Undoes an action: its tickets leave the incident, or its answer is taken back.

    Tickets that are not linked to it any more, or not open, stay as they are. What linking learnt from them is
    forgotten with them. Customers who were mailed because of the action, and no others, get one mail that takes it
    back.
    Undoing it again changes nothing. Raises TransitionError while it, or its undoing, is still carried out.
    """
    if not desk.store.bulk_actions.begin_undo(action.batch, by, now, now + CLAIM):
        found = desk.store.bulk_actions.get(action.batch)
        if found is not None and found.stage is BulkStage.UNDONE:
            return Done(batch=action.batch, count=found.count)
        raise lifecycle.TransitionError("This action is still being carried out: come back in a minute to undo it.")
    undoing = replace(action, stage=BulkStage.UNDOING, undone_by=by, undone_at=now)
    return _carry_out_undo(desk, undoing, now)


def _carry_out_undo(desk: Desk, action: BulkAction, now: datetime) -> Done:
    """Puts back the tickets that are not yet; then, of a link, corrects what was written because of it until now."""
    act = _taking_back(desk, action, now) if action.kind is BulkKind.ANSWER else _unlinking(desk, action, now)
    left = changed_by(desk, action) - _put_back(desk, action, now)
    desk.store.tickets.change_all(left, act, now, _entry(action.undone_by, UNDOES[action.kind], action))
    undone = _put_back(desk, action, now)
    if action.kind is not BulkKind.ANSWER:
        _correct(desk, action, undone & informed_by(desk, action), now)
    desk.store.bulk_actions.finish(action, len(undone))
    return Done(batch=action.batch, count=len(undone))


def _put_back(desk: Desk, action: BulkAction, now: datetime) -> frozenset[str]:
    return _audited(desk, action, UNDOES[action.kind], now)


def _unlinking(desk: Desk, action: BulkAction, now: datetime) -> Act:
    def act(ticket: Ticket) -> TicketChange | None:
        if ticket.status not in lifecycle.OPEN or ticket.incident_id != action.incident_id:
            return None
        done = lifecycle.unlink(ticket, action.undone_by, now, undoes=True)
        if action.kind is BulkKind.LET_WAIT:
            intent = desk.reader.intent(message_of(ticket.subject, ticket.text))
            reason = must_stay_human(ticket, now=now, intent=intent).reason
            done = replace(done, ticket=replace(done.ticket, human_reason=reason))
        return replace(recorded(desk, done, now), forgets=True)

    return act


def _correct(desk: Desk, action: BulkAction, tickets: frozenset[str], now: datetime) -> None:
    """One mail a customer; those that were queued before a kill are not queued again."""
    incident = desk.store.incidents.get(action.incident_id)
    words_in = cache(lambda language: desk.text.words_of(incident, language) if incident else None)

    def correction(ticket: Ticket) -> Mail:
        key = f"mistaken:{action.batch}:{opaque(customer_of(ticket))}"
        return mistaken(letterhead(desk, ticket.id), ticket, words_in(ticket.language or "en"), now, key=key)

    desk.store.mail.enqueue([correction(ticket) for ticket in desk.store.tickets.of_ids(tickets)], now)


def _taking_back(desk: Desk, action: BulkAction, now: datetime) -> Act:
    def act(ticket: Ticket) -> TicketChange:
        done = lifecycle.take_back_reply(
            ticket, action.undone_by, now, replied_at=action.at, replied_by=action.by
        )  # fmt: skip
        key = f"withdrawn:{action.batch}:{ticket.id}"
        mail = withdrawn(letterhead(desk, ticket.id), ticket, action.order.text, now, key=key)
        return replace(recorded(desk, done, now), mails=(mail,))

    return act


def finish_cut_short(desk: Desk, now: datetime) -> int:
    """Finishes the actions, and undoings, that a kill cut short; how many those were."""
    found = desk.store.bulk_actions.claim_cut_short(now, now + CLAIM)
    for action in found:
        if action.stage is BulkStage.UNDOING:
            _carry_out_undo(desk, action, action.undone_at or now)
        else:
            _carry_out(desk, action)
    return len(found)


def listeners(desk: Desk, incident_id: str) -> tuple[Ticket, ...]:
    """One open linked ticket per customer: the customer's first, whose thread gets the message."""
    first: dict[str, Ticket] = {}
    wanted = TicketFilter(incident_id=incident_id, status=OPEN)
    for ticket in every(
        lambda cursor: desk.store.tickets.page(wanted, cursor, 500)
    ):  # newest first: the last one stays
        first[customer_of(ticket)] = ticket
    return tuple(first.values())


def resolve_all(desk: Desk, incident_id: str, by: str, now: datetime) -> int:
    """Resolves every open linked ticket but those that must stay with a human or whose customer said "not solved".

    Returns how many those were.
    """

    def act(ticket: Ticket) -> TicketChange | None:
        if ticket.human_reason or ticket.keep_open:
            return None
        return recorded(desk, lifecycle.resolve(ticket, by, now), now)

    which = TicketFilter(incident_id=incident_id, status=OPEN)
    detail = (("incident", incident_id),)
    entry = AuditEntry(actor=by, action="resolve", subject_kind="ticket", detail=detail)
    return desk.store.tickets.change_all(which, act, now, entry)


def _entry(by: str, what: str, action: BulkAction) -> AuditEntry:
    detail = (("incident", action.incident_id), (TOGETHER, action.batch))
    return AuditEntry(actor=by, action=what, subject_kind="ticket", detail=detail)
