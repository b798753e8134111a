"""Tickets, transactions and incidents for tests, with the fields that a test does not care about filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from detectors.watch import FailureKind
from incidents.incident import Incident, IncidentUpdate, UpdateKind
from tickets.linking import LinkableIncident
from tickets.ticket import Channel, Form, NewTicket, Priority, Proof, Routing, Team, Ticket, TicketStatus, Transaction

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def new(text: str = "Something is wrong.", form: Form = Form.WITHDRAWAL, **more: Any) -> NewTicket:
    fields = tuple(more.pop("fields", {}).items())
    base = NewTicket(
        form=form,
        subject="",
        text=text,
        email="ada@example.com",
        customer_id="C1",
        channel=Channel.API,
        proof=Proof.MACHINE,
        is_address_proven=True,
    )
    return replace(base, fields=fields, **more)


def stored(text: str = "Where is it?", **more: Any) -> Ticket:
    base = Ticket(
        id="t1",
        number="TOC-1",
        status=TicketStatus.NEW,
        form=Form.WITHDRAWAL,
        subject="Bitcoin",
        text=text,
        name="Ada",
        email="ada@example.com",
        phone="",
        customer_id="C1",
        language="en",
        channel=Channel.PORTAL,
        fields=(),
        routing=Routing(priority=Priority.NORMAL, team=Team.GENERAL, tier=1, department="Technical"),
        human_reason="",
        created_at=NOON,
        updated_at=NOON,
        proof=Proof.MACHINE,
        is_address_proven=True,
    )
    return replace(base, **more)


def waiting(**more: Any) -> Ticket:
    return stored(**{"status": TicketStatus.AWAITING_INCIDENT, "incident_id": "inc1", "linked_by": "tocsin", **more})


def transaction(**more: Any) -> Transaction:
    base = Transaction(
        kind="withdrawal",
        asset="BTC",
        network="bitcoin",
        amount_usd=250.0,
        txid="abcdef0123",
        status="pending",
        created_at=NOON,
    )
    return replace(base, **more)


def linkable_btc(**more: Any) -> LinkableIncident:
    base = LinkableIncident(
        id="inc1",
        title="Bitcoin withdrawals delayed",
        public="Withdrawals of Bitcoin take longer than usual.",
        form="Withdrawal",
        assets=("BTC",),
        networks=("bitcoin",),
        direction="withdrawal",
        failure_kind="delay",
        started_at=NOON - minutes(30),
    )
    return replace(base, **more)


def incident(**more: Any) -> Incident:
    base = Incident(
        id="inc1",
        title="withdrawals/BTC/bitcoin p95 4100 s",
        kind=FailureKind.DELAY,
        component="withdrawals/BTC/bitcoin",
        components=("withdrawals/BTC/bitcoin",),
        started_at=NOON - minutes(30),
        opened_at=NOON - minutes(29),
        disclosed_at=NOON - minutes(28),
    )
    return replace(base, **more)


def update(kind: UpdateKind, seq: int = 3, **more: Any) -> IncidentUpdate:
    return IncidentUpdate(incident=incident(**more), seq=seq, at=NOON + minutes(30), kind=kind, reason="test")
