"""The sink that links what waits: tickets that came before their incident was known, or before it grew."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, partial

from incidents.incident import Incident, IncidentUpdate, UpdateKind
from tickets import lifecycle
from tickets.broadcast import for_one, worth
from tickets.dampening import Dampening, Reply
from tickets.identity import customer_of, is_proven, proven_id
from tickets.intent import message_of
from tickets.mail.compose import PublicWords, incident_mail, question
from tickets.mail.message import Mail
from tickets.ticket import Ticket, TicketStatus
from tocsin.context.loops import Loop, Wake
from tocsin.desk.account_look import Look, look
from tocsin.desk.desk import Desk
from tocsin.desk.intake import EARLIER, assess
from tocsin.desk.letterhead import letterhead
from tocsin.desk.surroundings import surroundings
from tocsin.storage import AuditEntry, TicketChange, TicketFilter, every

SWEPT = frozenset({UpdateKind.OPENED, UpdateKind.SIGNALS, UpdateKind.DISCLOSED, UpdateKind.REOPENED})
TOGETHER = 100
BEFORE = timedelta(hours=3)  # tickets that came before their incident was known
Words = Callable[[str], PublicWords | None]
Judged = tuple[Ticket, Dampening]
Change = Callable[[Ticket, Dampening], TicketChange | None]


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
    fits = [
        ticket.id
        for start in range(0, len(waiting), TOGETHER)
        for ticket, d in _judged(desk, waiting[start : start + TOGETHER], now, accounts)
        if d.incident_id == incident.id
    ]

    def change(current: Ticket) -> TicketChange | None:
        if current.incident_id != incident.split_from or current.status is not TicketStatus.AWAITING_INCIDENT:
            return None
        done = lifecycle.await_incident(current, incident.id, "its incident was split", now)
        return TicketChange(ticket=done.ticket, detail=done.detail)

    detail = (("incident", incident.id), ("reason", "its incident was split"))
    entry = AuditEntry(actor="tocsin", action="link", subject_kind="ticket", detail=detail)
    return desk.store.tickets.change_all(fits, change, now, entry) if fits else 0


def sweep(desk: Desk, update: IncidentUpdate, now: datetime) -> int:
    """Looks again at the unlinked tickets of the hours before; returns how many it linked, asked about or suggested.

    Some are judged and written together: each transaction is short, so that whoever writes meanwhile hardly waits.
    """
    incident = update.incident
    waiting = tuple(desk.store.tickets.unlinked_since(incident.opened_at - BEFORE))
    accounts = look(desk.account, (proven_id(ticket) for ticket in waiting))
    mailed = [u for u in desk.store.incidents.timeline(incident.id) if worth(u).mailing is not None]
    latest = mailed[-1] if mailed and mailed[-1].incident.is_active else None
    words: Words = cache(lambda language: desk.text.words_at(latest, language) if latest else None)
    asking: Words = cache(lambda language: desk.text.words_of(incident, language))
    link = partial(_linked, desk=desk, now=now, latest=latest, words=words)
    suggest = partial(_suggested, desk=desk, now=now, incident=incident, words=asking)
    changed = 0
    for start in range(0, len(waiting), TOGETHER):
        links, suggestions = [], []
        for ticket, d in _judged(desk, waiting[start : start + TOGETHER], now, accounts):
            if d.incident_id == incident.id and d.status is not ticket.status:
                links.append((ticket, d))
            elif d.suggested_id == incident.id and (d.reply is Reply.QUESTION or ticket.suggested_id != incident.id):
                suggestions.append((ticket, d))
        changed += _change(desk, "link", links, now, link)
        changed += _change(desk, "suggest", suggestions, now, suggest)
    return changed


def _judged(desk: Desk, some: Sequence[Ticket], now: datetime, accounts: Look) -> Iterator[tuple[Ticket, Dampening]]:
    """The tickets, each beside what becomes of it; what all of them need is read once."""
    desk.reader.prepare([message_of(ticket.subject, ticket.text) for ticket in some])
    around = surroundings(desk, now)
    proven = [customer_of(ticket) for ticket in some if is_proven(ticket)]
    theirs = desk.store.tickets.of_each_proven(proven, {ticket.id: ticket for ticket in some}, EARLIER)
    for ticket in some:
        earlier = theirs[customer_of(ticket)] if is_proven(ticket) else ()
        others = tuple(one for one in earlier if one.id != ticket.id)
        yield ticket, assess(desk, ticket, now, accounts, earlier=others, around=around).dampening


def _change(desk: Desk, action: str, judged: Sequence[Judged], now: datetime, change: Change) -> int:
    """Writes one change for each ticket; those with the same reason in one transaction."""
    changed = 0
    by_reason: dict[str, dict[str, Dampening]] = defaultdict(dict)
    for ticket, d in judged:
        by_reason[d.reason.value][ticket.id] = d
    for reason, some in by_reason.items():
        about = next(iter(some.values()))
        why = (("incident", str(about.incident_id or about.suggested_id)), ("reason", reason))
        entry = AuditEntry(actor="tocsin", action=action, subject_kind="ticket", detail=why)
        changed += desk.store.tickets.change_all(some, partial(_as_judged, some, change), now, entry)
    return changed


def _as_judged(some: Mapping[str, Dampening], change: Change, current: Ticket) -> TicketChange | None:
    return change(current, some[current.id])


def _suggested(
    current: Ticket, d: Dampening, *, desk: Desk, now: datetime, incident: Incident, words: Words
) -> TicketChange | None:
    """Notes what one ticket may be about, and asks its customer where that is likely enough and public."""
    if _is_taken(current) or current.asked_about == incident.id:
        return None
    asked = words(current.language or "en") if d.reply is Reply.QUESTION else None
    done = lifecycle.suggest(current, incident.id, d.probability, d.link_reasons, now, asks=asked is not None)
    mails = (question(letterhead(desk, current.id), done.ticket, asked, now),) if asked is not None else ()
    return TicketChange(ticket=done.ticket, detail=done.detail, mails=mails)


def _is_taken(ticket: Ticket) -> bool:
    """Whether it is linked, an agent or a human's by now, or over."""
    taken = ticket.incident_id is not None or ticket.assignee or ticket.human_reason
    return bool(taken) or ticket.status not in lifecycle.OPEN


def _linked(
    current: Ticket, d: Dampening, *, desk: Desk, now: datetime, latest: IncidentUpdate | None, words: Words
) -> TicketChange | None:
    """Links one ticket where nobody took it meanwhile, with the mail that others of the incident had."""
    if _is_taken(current):
        return None
    done = lifecycle.link(current, str(d.incident_id), "tocsin", now, probability=d.probability, reasons=d.link_reasons)
    mails: tuple[Mail, ...] = ()
    said = words(current.language or "en")
    if latest is not None and said is not None:
        mails = (incident_mail(letterhead(desk, current.id), for_one(latest, done.ticket), said, now),)
    return TicketChange(ticket=done.ticket, detail=done.detail, mails=mails)
