"""The sink that writes to an incident's customers: it mails each of them once, and settles their tickets at the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from incidents.incident import ENDED, IncidentUpdate, UpdateKind
from tickets.broadcast import broadcast, for_one, settle, worth
from tickets.identity import proven_id
from tickets.lifecycle import Change
from tickets.linking import linkable
from tickets.mail.compose import incident_mail
from tickets.mail.message import Mail
from tickets.own_transaction import OwnTransaction, own_transaction
from tickets.ticket import Ticket, TicketStatus
from tocsin.context.loops import Loop, Wake
from tocsin.desk.account_look import look
from tocsin.desk.desk import Desk
from tocsin.desk.letterhead import letterhead
from tocsin.desk.ticket_actions import recorded
from tocsin.storage import AuditEntry, TicketChange, TicketFilter, every

ENDS = frozenset({UpdateKind.RESOLVED, UpdateKind.RETRACTED, UpdateKind.MERGED})
RECENT = 20  # of the incidents that ended, those that a ticket may still have been on its way to


class IncidentBroadcast:
    """The customers of an incident, as a sink: mails each of them once, and settles their tickets at the end."""

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


def tell(desk: Desk, update: IncidentUpdate, now: datetime) -> int:
    """Queues one mail per customer and settles the linked tickets in one transaction; returns how many changed."""
    wanted = TicketFilter(incident_id=_whose(desk, update))
    tickets = tuple(every(lambda cursor: desk.store.tickets.page(wanted, cursor, 500)))
    mails = {}
    words_in = cache(lambda language: desk.text.words_at(update, language))  # once a language, not once a customer
    not_done = _not_done(desk, update, tickets)
    for message in broadcast(update, tickets, not_done):
        words = words_in(message.ticket.language or "en")
        if words is not None:
            mails[message.ticket.id] = incident_mail(letterhead(desk, message.ticket.id), message, words, now)
    changes = {change.ticket.id: change for change in settle(update, tickets, not_done)}
    mails.update(_of_target(desk, update, changes.values(), now))

    def apply(ticket: Ticket) -> TicketChange | None:
        mail = mails.get(ticket.id)
        change = _still(changes.get(ticket.id), ticket, update, not_done)
        if change is None and mail is None:
            return None
        left = recorded(desk, change, now) if change else TicketChange(ticket=ticket)
        return replace(left, mails=(*left.mails, *((mail,) if mail else ())))

    touched = [t.id for t in tickets if t.id in mails or t.id in changes]
    entry = AuditEntry(
        actor="tocsin", action=update.kind.value, subject_kind="ticket", detail=(("incident", update.incident.id),)
    )
    return desk.store.tickets.change_all(touched, apply, now, entry)


def _of_target(desk: Desk, update: IncidentUpdate, changes: Iterable[Change], now: datetime) -> Mapping[str, Mail]:
    """By ticket, the mail that others of the target had, for customers of a merged incident that was never public."""
    incident = update.incident
    if update.kind is not UpdateKind.MERGED or incident.merged_into is None or incident.disclosed_at is not None:
        return {}
    mailed = [u for u in desk.store.incidents.timeline(incident.merged_into) if worth(u).mailing is not None]
    if not mailed or not mailed[-1].incident.is_active:
        return {}
    mails = {}
    for change in changes:
        words = desk.text.words_at(mailed[-1], change.ticket.language or "en")
        if words is not None and not change.ticket.human_reason:
            message = for_one(mailed[-1], change.ticket)
            mails[change.ticket.id] = incident_mail(letterhead(desk, change.ticket.id), message, words, now)
    return mails


def _whose(desk: Desk, update: IncidentUpdate) -> str:
    """The incident whose tickets an update is for: its own; where it undoes a merge, the one that was merged into."""
    if update.kind is not UpdateKind.SEPARATED:
        return update.incident.id
    before = [u for u in desk.store.incidents.timeline(update.incident.id) if u.seq < update.seq]
    merged = [u.incident.merged_into for u in before if u.incident.merged_into]
    return merged[-1] if merged else update.incident.id


def _not_done(desk: Desk, update: IncidentUpdate, tickets: Sequence[Ticket]) -> frozenset[str]:
    """The ids of the tickets whose customer's own transaction is not done, though the incident is over.

    Of those of whom the account says nothing nobody knows: they are asked by the mail of the end.
    """
    if update.kind is not UpdateKind.RESOLVED or update.incident.disclosed_at is None:
        return frozenset()
    waiting = [t for t in tickets if t.status is TicketStatus.AWAITING_INCIDENT and proven_id(t)]
    accounts = look(desk.account, map(proven_id, waiting))
    incident = linkable(update.incident, desk.text.graph)
    found = ((t, own_transaction(t, accounts.get(proven_id(t)), incident)) for t in waiting)
    return frozenset(t.id for t, own in found if own is OwnTransaction.NOT_DONE)


def _still(planned: Change | None, ticket: Ticket, update: IncidentUpdate, not_done: frozenset[str]) -> Change | None:
    """The change, judged again on the ticket as it now stands: the customer may have written in between."""
    return next(iter(settle(update, (ticket,), not_done)), None) if planned else None
