"""Sixty days of tickets and incidents, the same each time, so that every chart has something to show."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from incidents.incident import Incident, IncidentUpdate, UpdateKind
from incidents.lifecycle import Action
from tests.tocsin.storage.examples import incident as example_incident
from tests.tocsin.storage.examples import message
from tests.tocsin.storage.examples import signal as example_signal
from tests.tocsin.storage.examples import ticket as example_ticket
from tests.tocsin.web.running import Running
from tickets.ticket import Author, Form, Message, Priority, Routing, Team, Ticket, TicketStatus
from tocsin.storage import AuditEntry, TicketOrder

ENTRY = AuditEntry(actor="customer", action="create", subject_kind="ticket")
TEAMS = {
    Form.WITHDRAWAL: Team.TECHNICAL,
    Form.DEPOSIT: Team.TECHNICAL,
    Form.ACCOUNT_VERIFICATION: Team.ACCOUNT,
    Form.FEES: Team.GENERAL,
}


def steered(tocsin: Running, tickets: int = 400) -> Incident:
    """Fills the store; the incident of the flood, which is over."""
    chance = random.Random(7)
    now = tocsin.clock()
    tocsin.clock.at = now - timedelta(days=3)
    incident = tocsin.incident("Bitcoin withdrawals are slow")
    tocsin.clock.pass_(minutes=4)
    tocsin.do(incident, Action.ACKNOWLEDGE)
    tocsin.clock.pass_(minutes=30)
    tocsin.do(incident, Action.MONITOR)
    flood = tocsin.clock()
    tocsin.clock.pass_(minutes=50)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed", text="Withdrawals are back.")
    false = tocsin.incident("Trading looks slow", disclosed=False, components=("trading",))
    tocsin.clock.pass_(minutes=9)
    tocsin.do(false, Action.RETRACT)
    seen = _noticed(tocsin, flood - timedelta(hours=30))
    tocsin.clock.at = now
    made = [_order(chance, now - timedelta(minutes=chance.randrange(60 * 24 * 60)), now) for _ in range(tickets)]
    made += [_flooded(incident, flood + timedelta(seconds=40 * k), k) for k in range(tickets // 5)]
    made += [_flooded(seen, seen.opened_at + timedelta(minutes=4 + k), 1000 + k) for k in range(tickets // 20)]
    tocsin.services.store.tickets.add_all(made, now)
    return incident


def _noticed(tocsin: Running, at: datetime) -> Incident:
    """An incident that a watch noticed before the customers did, and that ended by itself."""
    tocsin.clock.at = at
    observed = example_signal(
        "withdrawal-time", started_at=at - timedelta(minutes=3), seen_at=at, detected_at=at - timedelta(minutes=1)
    )
    noticed = example_incident(
        "noticed00000", observed, started_at=observed.started_at, opened_at=at, disclosed_at=at + timedelta(minutes=5)
    )
    line = IncidentUpdate(incident=noticed, at=at, kind=UpdateKind.OPENED, reason="the watch says so")
    tocsin.services.store.incidents.open(line, at)
    tocsin.clock.pass_(minutes=47)
    tocsin.do(noticed, Action.RESOLVE, end_reason="fixed", text="It is over.", anyway="yes")
    return tocsin.current(noticed)


def _order(chance: random.Random, at: datetime, now: datetime) -> TicketOrder:
    form = chance.choice(list(TEAMS))
    priority = chance.choices(list(Priority), (1, 2, 4, 8, 4))[0]
    tier = chance.choices((1, 2, 3), (8, 3, 1))[0]
    routing = Routing(priority=priority, team=TEAMS[form], tier=tier, department="Financial")
    answered = at + timedelta(minutes=chance.lognormvariate(3.8, 0.8))
    ended = answered + timedelta(minutes=chance.lognormvariate(5.5, 1.2))
    replies = chance.choice((1, 1, 1, 2, 3))
    agent = chance.choice(("mara", "noor", "jun"))

    def make(ticket_id: str, number: str) -> tuple[Ticket, tuple[Message, ...], tuple[()]]:
        new = example_ticket(ticket_id, number, form=form, routing=routing, created_at=at, updated_at=at)
        if answered > now or chance.random() < 0.04:
            return new, (message(ticket_id, at=at),), ()
        done = replace(new, assignee=agent, first_response_at=answered, status=TicketStatus.AWAITING_CUSTOMER)
        if ended < now:
            done = replace(done, status=TicketStatus.RESOLVED, resolved_at=ended)
        said = [
            message(ticket_id, f"r{k}", author=Author.AGENT, at=answered + timedelta(minutes=k)) for k in range(replies)
        ]
        return done, (message(ticket_id, at=at), *said), ()

    return TicketOrder(make=make, idempotency_key=None, owner="", request_digest="", audit=ENTRY)


def _flooded(incident: Incident, at: datetime, place: int) -> TicketOrder:
    def make(ticket_id: str, number: str) -> tuple[Ticket, tuple[Message, ...], tuple[()]]:
        routing = Routing(priority=Priority.HIGH, team=Team.TECHNICAL, tier=1, department="Financial")
        new = example_ticket(ticket_id, number, routing=routing, created_at=at, updated_at=at)
        linked = replace(
            new,
            email=f"c{place}@example.com",
            customer_id=f"C-{place}",
            incident_id=incident.id,
            linked_by="tocsin",
            status=TicketStatus.RESOLVED,
            resolved_at=at + timedelta(hours=1),
        )
        return linked, (message(ticket_id, at=at),), ()

    return TicketOrder(make=make, idempotency_key=None, owner="", request_digest="", audit=ENTRY)
