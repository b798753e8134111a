"""Who of ours is told of an incident's updates: our own tracker, and the customers whose tickets wait for it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from incidents.incident import ENDED, IncidentUpdate, UpdateKind
from tickets.broadcast import broadcast, settle
from tickets.lifecycle import Change
from tickets.mail.compose import incident_mail
from tickets.ticket import Ticket, TicketStatus
from tocsin.desk import recorded
from tocsin.engineering import ticket_of
from tocsin.publicwords import letterhead, words_at
from tocsin.reception import rescan
from tocsin.services import Runtime, Services
from tocsin.storage import AuditEntry, EngineeringTicketRow, TicketChange, TicketFilter, every

# After these, unlinked tickets are looked at again: what is new may fit them.
RESCANNED = frozenset({UpdateKind.OPENED, UpdateKind.SIGNALS, UpdateKind.DISCLOSED, UpdateKind.REOPENED})
ENDS = frozenset({UpdateKind.RESOLVED, UpdateKind.RETRACTED, UpdateKind.MERGED})
RECENT = 20  # of the incidents that ended, those that a ticket may still have been on its way to


class Tracker:
    """Tocsin's own tracker: one ticket an incident, updated in place."""

    name = "tracker"

    def __init__(self, runtime: Callable[[], Runtime]) -> None:
        self._runtime = runtime

    def deliver(self, update: IncidentUpdate) -> None:
        """Writes the ticket as it now reads; an unchanged one is not written."""
        self._write(update)

    def refresh(self) -> None:
        """Writes the tickets of what is open again: the count of customers and the plots go on without an update."""
        store = self._runtime().services.store
        for incident in store.active_incidents():
            self._write(store.timeline(incident.id)[-1])

    def _write(self, update: IncidentUpdate) -> None:
        runtime = self._runtime()
        ticket = ticket_of(runtime, update)
        row = EngineeringTicketRow(
            incident_id=update.incident.id,
            title=ticket.title,
            body=ticket.body,
            digest=ticket.digest,
            plots={p.name: p.content for p in ticket.plots} or self._kept_plots(update.incident.id),
        )
        runtime.services.store.save_engineering_ticket(row, runtime.services.now())

    def _kept_plots(self, incident_id: str) -> Mapping[str, bytes]:
        """Those drawn before a restart, after which the samples of an incident that is over are not in memory."""
        kept = self._runtime().services.store.engineering_ticket(incident_id)
        return kept.plots if kept else {}

    def send_test(self) -> str:
        """There is nothing to reach: the tracker is in the same database."""
        return "Tocsin's own tracker needs no test: it is the console's list of incidents."


class Customers:
    """The customers of an incident: links who waits, writes to each once, settles their tickets at its end."""

    name = "customers"

    def __init__(self, runtime: Callable[[], Runtime]) -> None:
        self._runtime = runtime

    def deliver(self, update: IncidentUpdate) -> None:
        """Idempotent: what was linked, mailed or settled before is passed over."""
        runtime = self._runtime()
        services = runtime.services
        now = services.now()
        if update.incident.shadow:
            return
        if update.kind in RESCANNED and _fits_more(services, update):
            rescan(services, update, now)
        if tell(services, update, now):
            runtime.wake("mail")

    def refresh(self) -> None:
        """Settles what was linked in the very moment in which its incident ended, after its end had been told."""
        services = self._runtime().services
        for incident in services.store.incidents(limit=RECENT, status=tuple(ENDED)).items:
            waiting = TicketFilter(incident_id=incident.id, status=(TicketStatus.AWAITING_INCIDENT,))
            if not services.store.tickets(waiting, None, 1).items:
                continue
            ends = [u for u in services.store.timeline(incident.id) if u.kind in ENDS]
            if ends and tell(services, ends[-1], services.now()):
                self._runtime().wake("mail")

    def send_test(self) -> str:
        """Customers are never sent a test."""
        return "Customers are not sent tests; test the mail instead."


def _fits_more(services: Services, update: IncidentUpdate) -> bool:
    """Whether tickets may fit now that did not before: it is new, told anew, or has grown to other components."""
    if update.kind is not UpdateKind.SIGNALS:
        return True
    before = [u for u in services.store.timeline(update.incident.id) if u.seq < update.seq]
    return not before or before[-1].incident.components != update.incident.components


def tell(services: Services, update: IncidentUpdate, now: datetime) -> int:
    """Queues one mail a customer and settles the linked tickets, both in one transaction; how many changed."""
    wanted = TicketFilter(incident_id=update.incident.id)
    tickets = tuple(every(lambda cursor: services.store.tickets(wanted, cursor, 500)))
    mails = {}
    for message in broadcast(update, tickets):
        words = words_at(services, update, message.ticket.language or "en")
        if words is not None:
            mails[message.ticket.id] = incident_mail(letterhead(services, message.ticket.id), message, words, now)
    changes = {change.ticket.id: change for change in settle(update, tickets)}

    def apply(ticket: Ticket) -> TicketChange | None:
        mail = mails.get(ticket.id)
        change = _still(changes.get(ticket.id), ticket, update)
        if change is None and mail is None:
            return None
        left = recorded(services, change, now) if change else TicketChange(ticket=ticket)
        return TicketChange(ticket=left.ticket, messages=left.messages, mails=(*left.mails, *((mail,) if mail else ())))

    touched = [t.id for t in tickets if t.id in mails or t.id in changes]
    entry = AuditEntry(
        actor="tocsin", action=update.kind.value, subject_kind="ticket", detail=(("incident", update.incident.id),)
    )
    return services.store.change_tickets(touched, apply, now, entry)


def _still(planned: Change | None, ticket: Ticket, update: IncidentUpdate) -> Change | None:
    """The change, judged again on the ticket as it now stands: the customer may have written in between."""
    return next(iter(settle(update, (ticket,))), None) if planned else None
