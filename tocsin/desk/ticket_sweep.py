"""The sink that links what waits: tickets that came before their incident was known, or before it grew."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache

from incidents.incident import Incident, IncidentUpdate, UpdateKind
from tickets import lifecycle
from tickets.broadcast import for_one, worth
from tickets.dampening import Dampening, Reply
from tickets.identity import proven_id
from tickets.intent import message_of
from tickets.mail.compose import PublicWords, incident_mail, question
from tickets.mail.message import Mail
from tickets.ticket import Ticket, TicketStatus
from tocsin.context.loops import Loop, Wake
from tocsin.desk.account_look import Look, look
from tocsin.desk.desk import Desk
from tocsin.desk.intake import assess
from tocsin.desk.letterhead import letterhead
from tocsin.storage import AuditEntry, TicketChange, TicketFilter, every

SWEPT = frozenset({UpdateKind.OPENED, UpdateKind.SIGNALS, UpdateKind.DISCLOSED, UpdateKind.REOPENED})
READ_TOGETHER = 100
BEFORE = timedelta(hours=3)  # tickets that came before their incident was known
Words = Callable[[str], PublicWords | None]


class TicketSweep:
    """Links waiting tickets to an incident that is new, or has grown; each customer is mailed what others were.

    A sink of its own: however long it takes, no update of an incident waits for it, and a kill repeats the sweep.
    """

    name = "sweep"

    def __init__(self, desk: Desk, wake: Wake, now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._wake = wake
        self._now = now

    def deliver(self, update: IncidentUpdate) -> None:
        """Links what fits; idempotent: tickets that were linked, and customers who were mailed, are passed over."""
        if update.incident.shadow or update.kind not in SWEPT or not _fits_more(self._desk, update):
            return
        divide(self._desk, update, self._now())
        if sweep(self._desk, update, self._now()):
            self._wake(Loop.MAIL)

    def send_test(self) -> str:
        """Sends nothing: it only links."""
        return "The sweep sends nothing by itself; test the mail instead."


def _fits_more(desk: Desk, update: IncidentUpdate) -> bool:
    """Whether tickets may fit now that did not before: it is new, published again, or has grown to other components."""
    if update.kind is not UpdateKind.SIGNALS:
        return True
    before = [u for u in desk.store.incidents.timeline(update.incident.id) if u.seq < update.seq]
    return not before or before[-1].incident.components != update.incident.components


def divide(desk: Desk, update: IncidentUpdate, now: datetime) -> int:
    """Of the tickets that wait for the incident that this one was split from, lets those wait for this one that fit it
    better; returns how many. What an agent linked stays.
    """
    incident = update.incident
    if update.kind is not UpdateKind.OPENED or incident.split_from is None:
        return 0
    wanted = TicketFilter(incident_id=incident.split_from, status=(TicketStatus.AWAITING_INCIDENT,))
    waiting = tuple(every(lambda cursor: desk.store.tickets.page(wanted, cursor, 500)))
    waiting = tuple(t for t in waiting if t.linked_by == "tocsin")
    accounts = look(desk.account, (proven_id(ticket) for ticket in waiting))
    fits = [t.id for t in _prepared(desk, waiting) if _best(desk, t, now, accounts) == incident.id]

    def change(current: Ticket) -> TicketChange | None:
        if current.incident_id != incident.split_from or current.status is not TicketStatus.AWAITING_INCIDENT:
            return None
        done = lifecycle.await_incident(current, incident.id, "its incident was split", now)
        return TicketChange(ticket=done.ticket, detail=done.detail)

    detail = (("incident", incident.id), ("reason", "its incident was split"))
    entry = AuditEntry(actor="tocsin", action="link", subject_kind="ticket", detail=detail)
    return desk.store.tickets.change_all(fits, change, now, entry) if fits else 0


def _best(desk: Desk, ticket: Ticket, now: datetime, accounts: Look) -> str | None:
    return assess(desk, ticket, now, accounts).dampening.incident_id


def sweep(desk: Desk, update: IncidentUpdate, now: datetime) -> int:
    """Looks again at the unlinked tickets of the hours before; returns how many it linked, asked about or suggested."""
    incident = update.incident
    waiting = tuple(desk.store.tickets.unlinked_since(incident.opened_at - BEFORE))
    accounts = look(desk.account, (proven_id(ticket) for ticket in waiting))
    mailed = [u for u in desk.store.incidents.timeline(incident.id) if worth(u).mailing is not None]
    latest = mailed[-1] if mailed and mailed[-1].incident.is_active else None
    words: Words = cache(lambda language: desk.text.words_at(latest, language) if latest else None)
    changed = 0
    for ticket in _prepared(desk, waiting):
        d = assess(desk, ticket, now, accounts).dampening
        if d.incident_id == incident.id and d.status is not ticket.status:
            changed += _link(desk, ticket, d, now, latest, words(ticket.language or "en"))
        elif d.suggested_id == incident.id and (d.reply is Reply.QUESTION or ticket.suggested_id != incident.id):
            changed += _suggest(desk, ticket, d, incident, now)
    return changed


def _prepared(desk: Desk, waiting: Sequence[Ticket]) -> Iterator[Ticket]:
    """The tickets, their messages read by meaning a batch at a time."""
    for start in range(0, len(waiting), READ_TOGETHER):
        some = waiting[start : start + READ_TOGETHER]
        desk.reader.prepare([message_of(t.subject, t.text) for t in some])
        yield from some


def _suggest(desk: Desk, ticket: Ticket, d: Dampening, incident: Incident, now: datetime) -> int:
    """Notes what one ticket may be about, and asks its customer where that is likely enough and public."""
    words = desk.text.words_of(incident, ticket.language or "en") if d.reply is Reply.QUESTION else None

    def change(current: Ticket) -> TicketChange | None:
        if _is_taken(current) or current.asked_about == incident.id:
            return None
        done = lifecycle.suggest(current, incident.id, d.probability, d.link_reasons, now, asks=words is not None)
        mails = (question(letterhead(desk, ticket.id), done.ticket, words, now),) if words is not None else ()
        return TicketChange(ticket=done.ticket, detail=done.detail, mails=mails)

    why = (("incident", incident.id), ("reason", d.reason.value))
    entry = AuditEntry(actor="tocsin", action="suggest", subject_kind="ticket", subject=ticket.id, detail=why)
    return desk.store.tickets.change_all([ticket.id], change, now, entry)


def _is_taken(ticket: Ticket) -> bool:
    """Whether it is linked, an agent or a human's by now, or over."""
    taken = ticket.incident_id is not None or ticket.assignee or ticket.human_reason
    return bool(taken) or ticket.status not in lifecycle.OPEN


def _link(  # noqa: PLR0917 - the parts of one decision, each made by the caller
    desk: Desk,
    ticket: Ticket,
    d: Dampening,
    now: datetime,
    latest: IncidentUpdate | None,
    words: PublicWords | None,
) -> int:
    """Links one ticket where nobody took it meanwhile, with the mail that others of the incident had."""

    def change(current: Ticket) -> TicketChange | None:
        if _is_taken(current):
            return None
        done = lifecycle.link(
            current, str(d.incident_id), "tocsin", now, probability=d.probability, reasons=d.link_reasons
        )
        mails: tuple[Mail, ...] = ()
        if latest is not None and words is not None:
            message = for_one(latest, done.ticket)
            mails = (incident_mail(letterhead(desk, ticket.id), message, words, now),)
        return TicketChange(ticket=done.ticket, detail=done.detail, mails=mails)

    why = (("incident", str(d.incident_id)), ("reason", d.reason.value))
    entry = AuditEntry(actor="tocsin", action="link", subject_kind="ticket", subject=ticket.id, detail=why)
    return desk.store.tickets.change_all([ticket.id], change, now, entry)
