"""The sink that writes to an incident's customers: it links tickets, mails each customer once, settles at the end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache

from incidents.incident import ENDED, IncidentUpdate, UpdateKind
from tickets.broadcast import broadcast, settle
from tickets.lifecycle import Change
from tickets.mail.compose import incident_mail
from tickets.ticket import Ticket, TicketStatus
from tocsin.context.loops import Loop, Wake
from tocsin.desk.desk import Desk
from tocsin.desk.intake import rescan
from tocsin.desk.letterhead import letterhead
from tocsin.desk.ticket_actions import recorded
from tocsin.storage import AuditEntry, TicketChange, TicketFilter, every

RESCANNED = frozenset({UpdateKind.OPENED, UpdateKind.SIGNALS, UpdateKind.DISCLOSED, UpdateKind.REOPENED})
ENDS = frozenset({UpdateKind.RESOLVED, UpdateKind.RETRACTED, UpdateKind.MERGED})
RECENT = 20  # of the incidents that ended, those that a ticket may still have been on its way to


class IncidentBroadcast:
    """The customers of an incident, as a sink: links waiting tickets, mails each customer once, settles at the end."""

    name = "customers"

    def __init__(self, desk: Desk, wake: Wake, now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._wake = wake
        self._now = now

    def deliver(self, update: IncidentUpdate) -> None:
        """Delivers an update; idempotent: tickets that were linked, mailed or settled before are skipped."""
        now = self._now()
        if update.incident.shadow:
            return
        if update.kind in RESCANNED and _fits_more(self._desk, update):
            rescan(self._desk, update, now)
        if tell(self._desk, update, now):
            self._wake(Loop.MAIL)

    def refresh(self) -> None:
        """Settles tickets that were linked while their incident's end was being delivered."""
        store = self._desk.store
        for incident in store.incidents.page(limit=RECENT, status=tuple(ENDED)).items:
            waiting = TicketFilter(incident_id=incident.id, status=(TicketStatus.AWAITING_INCIDENT,))
            if not store.tickets.page(waiting, None, 1).items:
                continue
            ends = [u for u in store.incidents.timeline(incident.id) if u.kind in ENDS]
            if ends and tell(self._desk, ends[-1], self._now()):
                self._wake(Loop.MAIL)

    def send_test(self) -> str:
        """Sends nothing: customers never get a test message."""
        return "Customers are not sent tests; test the mail instead."


def _fits_more(desk: Desk, update: IncidentUpdate) -> bool:
    """Whether tickets may fit now that did not before: it is new, published again, or has grown to other components."""
    if update.kind is not UpdateKind.SIGNALS:
        return True
    before = [u for u in desk.store.incidents.timeline(update.incident.id) if u.seq < update.seq]
    return not before or before[-1].incident.components != update.incident.components


def tell(desk: Desk, update: IncidentUpdate, now: datetime) -> int:
    """Queues one mail per customer and settles the linked tickets in one transaction; returns how many changed."""
    wanted = TicketFilter(incident_id=update.incident.id)
    tickets = tuple(every(lambda cursor: desk.store.tickets.page(wanted, cursor, 500)))
    mails = {}
    words_in = cache(lambda language: desk.text.words_at(update, language))  # once a language, not once a customer
    for message in broadcast(update, tickets):
        words = words_in(message.ticket.language or "en")
        if words is not None:
            mails[message.ticket.id] = incident_mail(letterhead(desk, message.ticket.id), message, words, now)
    changes = {change.ticket.id: change for change in settle(update, tickets)}

    def apply(ticket: Ticket) -> TicketChange | None:
        mail = mails.get(ticket.id)
        change = _still(changes.get(ticket.id), ticket, update)
        if change is None and mail is None:
            return None
        left = recorded(desk, change, now) if change else TicketChange(ticket=ticket)
        return replace(left, mails=(*left.mails, *((mail,) if mail else ())))

    touched = [t.id for t in tickets if t.id in mails or t.id in changes]
    entry = AuditEntry(
        actor="tocsin", action=update.kind.value, subject_kind="ticket", detail=(("incident", update.incident.id),)
    )
    return desk.store.tickets.change_all(touched, apply, now, entry)


def _still(planned: Change | None, ticket: Ticket, update: IncidentUpdate) -> Change | None:
    """The change, judged again on the ticket as it now stands: the customer may have written in between."""
    return next(iter(settle(update, (ticket,))), None) if planned else None
