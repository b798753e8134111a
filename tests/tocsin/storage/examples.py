"""Values that the storage tests keep."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from detectors.watch import FailureKind
from incidents.delivery import DeliveryError, Failure
from incidents.incident import EndReason, Incident, IncidentUpdate, Status, UpdateKind
from incidents.signal import Signal, SignalSource
from tickets.mail.message import Mail
from tickets.ticket import Author, Channel, Form, Message, Priority, Proof, Routing, Team, Ticket, TicketStatus
from tocsin.storage import AuditEntry, Store, TicketOrder

KEY = b"an example key of exactly 32 byt"
T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BY = AuditEntry(actor="customer", action="create", subject_kind="ticket")


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def signal(name: str = "slow", component: str = "withdrawals/BTC/bitcoin", **changes: object) -> Signal:
    fields: dict[str, object] = {
        "key": f"{name}:{component}:{T0.timestamp()}",
        "source": SignalSource.WATCH,
        "name": name,
        "component": component,
        "title": "Withdrawal time is 4.1 s",
        "kind": FailureKind.DELAY,
        "started_at": T0,
        "seen_at": at(1),
        "score": 3.5,
        "facts": (("observed", "4.1 s"), ("expected", "0.9 to 1.3 s")),
    }
    return Signal(**{**fields, **changes})  # type: ignore[arg-type]


def incident(name: str = "aaaaaaaaaaaa", *signals: Signal, **changes: object) -> Incident:
    fields: dict[str, object] = {
        "id": name,
        "title": "Withdrawals of BTC are slow",
        "kind": FailureKind.DELAY,
        "component": "withdrawals/BTC/bitcoin",
        "components": ("withdrawals/BTC/bitcoin",),
        "signals": signals,
        "started_at": T0,
        "opened_at": at(1),
    }
    return Incident(**{**fields, **changes})  # type: ignore[arg-type]


def opened(of: Incident, now: datetime = T0) -> IncidentUpdate:
    return update(of, UpdateKind.OPENED, now)


def update(of: Incident, kind: UpdateKind, now: datetime = T0) -> IncidentUpdate:
    return IncidentUpdate(incident=of, at=now, kind=kind, reason="the test says so")


def resolved(of: Incident, now: datetime) -> IncidentUpdate:
    ended = replace(of, status=Status.RESOLVED, resolved_at=now, end_reason=EndReason.FIXED)
    return update(ended, UpdateKind.RESOLVED, now)


def ticket(ticket_id: str, number: str, **changes: object) -> Ticket:
    fields: dict[str, object] = {
        "id": ticket_id,
        "number": number,
        "status": TicketStatus.NEW,
        "form": Form.WITHDRAWAL,
        "subject": "Where is my withdrawal",
        "text": "It is pending since noon",
        "name": "Ada Example",
        "email": "ada@example.com",
        "phone": "+1 555 0100",
        "customer_id": "customer-4711",
        "language": "en",
        "channel": Channel.PORTAL,
        "fields": (("asset", "BTC"), ("txid", "deadbeef")),
        "routing": Routing(priority=Priority.HIGH, team=Team.TECHNICAL, tier=1, department="Crypto"),
        "human_reason": "",
        "created_at": T0,
        "updated_at": T0,
        "proof": Proof.MACHINE,
        "is_address_proven": True,
    }
    return Ticket(**{**fields, **changes})  # type: ignore[arg-type]


def message(ticket_id: str, name: str = "m1", **changes: object) -> Message:
    fields: dict[str, object] = {
        "id": f"{ticket_id}-{name}",
        "ticket_id": ticket_id,
        "author": Author.CUSTOMER,
        "name": "Ada Example",
        "text": "It is pending since noon",
        "at": T0,
    }
    return Message(**{**fields, **changes})  # type: ignore[arg-type]


def failure(error: str, next_at: datetime | None = None) -> Failure:
    """A try that failed: given up, or tried again at `next_at`."""
    return Failure(cause=DeliveryError(error, retry=True), next_at=next_at, why="" if next_at else "it is over")


def mail(key: str = "k1", **changes: object) -> Mail:
    fields: dict[str, object] = {
        "key": key,
        "message_id": f"<{key}@status.example>",
        "to": "ada@example.com",
        "subject": "We have your request",
        "text": "Your number is TOC-10001",
        "html": "<p>Your number is TOC-10001</p>",
    }
    return Mail(**{**fields, **changes})  # type: ignore[arg-type]


def order(key: str | None = None, digest: str = "d", owner: str = "portal", **changes: Any) -> TicketOrder:
    """A ticket with one message and one mail."""

    def make(ticket_id: str, number: str) -> tuple[Ticket, tuple[Message, ...], tuple[Mail, ...]]:
        made = ticket(ticket_id, number, **changes)
        return made, (message(ticket_id),), (mail(f"{ticket_id}:ack"),)

    return TicketOrder(make=make, idempotency_key=key, owner=owner, request_digest=digest, audit=BY)


def add(store: Store, now: datetime = T0, **changes: Any) -> Ticket:
    """One stored ticket."""
    made = order(None, created_at=now, updated_at=now, **changes)
    return store.tickets.add(made.make, None, "portal", "d", now, BY)[0]
