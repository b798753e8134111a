"""The linker behind the interface that judges it, through the code that serves.

`link(incidents, ticket, now=None)`, `human(ticket)`, `learn(incidents, ticket, incident_id_or_None)`, `reset()`.
Incidents and tickets are plain dictionaries, with structure or with little more than text.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tickets.embedder import E5Embedder, MissingTextExtra
from tickets.guard import must_stay_human
from tickets.identity import customer_of
from tickets.intent import Intent, message_of
from tickets.linking import Learnt, LinkableIncident, rank
from tickets.reader import Reader
from tickets.routing import route
from tickets.ticket import Form, NewTicket, Proof, Ticket, TicketStatus, Transaction

LIKELY = 0.65
"""From this probability a link counts as one: a wrong one costs about two missed ones."""
Record = Mapping[str, Any]
CATEGORIES = {
    "deposit": Form.DEPOSIT,
    "withdrawal": Form.WITHDRAWAL,
    "trading": Form.TRADING,
    "kyc": Form.ACCOUNT_VERIFICATION,
    "login": Form.TWO_FACTOR,
    "fees": Form.FEES,
    "api": Form.API,
}


class Desk:
    """What the desk remembers of one day: each customer's tickets with their links, and what agents taught."""

    def __init__(self) -> None:
        self.tickets: dict[str, dict[str, Ticket]] = {}
        self.learnt = Learnt()

    def earlier(self, ticket: NewTicket, ident: str, at: datetime) -> tuple[Ticket, ...]:
        """The customer's tickets before this one."""
        if not ticket.customer_id:
            return ()
        own = self.tickets.get(customer_of(ticket), {})
        return tuple(t for t in own.values() if t.id != ident and t.created_at <= at)

    def keep(self, ticket: Ticket) -> None:
        """Remembers a ticket as it now stands."""
        if ticket.customer_id:
            self.tickets.setdefault(customer_of(ticket), {})[ticket.id] = ticket


DESK = Desk()


@cache
def reader() -> Reader:
    """Reads as the desk does with `desk.embeddings` where the `text` extra is installed; else, or where the variable
    WITHOUT_TEXT is set, by words alone.
    """
    try:
        return Reader(None if os.environ.get("WITHOUT_TEXT") else E5Embedder())
    except MissingTextExtra:
        return Reader()


def _intent(new: NewTicket) -> Intent:
    return reader().intent(message_of(new.subject, new.text))


def reset() -> None:
    """A new day: nothing is remembered."""
    DESK.__init__()  # type: ignore[misc]


def link(incidents: Sequence[Record], ticket: Record, now: str | None = None) -> list[tuple[str, float]]:
    """[(incident id, probability)], likeliest first."""
    at = instant(now) if now else datetime(2000, 1, 1, tzinfo=UTC)
    new, transactions, ident = ticket_of(ticket), transactions_of(ticket), str(ticket["id"])
    earlier = DESK.earlier(new, ident, _written(ticket, at))
    known, intent = [incident_of(i) for i in incidents], _intent(new)
    matches = rank(new, known, transactions, at, earlier=earlier, learnt=DESK.learnt, reader=reader())
    best = matches[0] if matches and matches[0].probability >= LIKELY else None
    reason = must_stay_human(new, transactions, earlier, now=at, intent=intent).reason
    DESK.keep(kept_as(new, ident, _written(ticket, at), best.incident_id if best else None, reason))
    return [(m.incident_id, m.probability) for m in matches]


def human(ticket: Record) -> bool:
    """Whether the ticket must stay with a human."""
    new = ticket_of(ticket)
    at = _written(ticket, datetime(2000, 1, 1, tzinfo=UTC))
    earlier = DESK.earlier(new, str(ticket["id"]), at)
    return must_stay_human(new, transactions_of(ticket), earlier, now=at, intent=_intent(new)).human


def learn(incidents: Sequence[Record], ticket: Record, incident_id: str | None) -> None:
    """An agent confirmed a link, or rejected (None) the one that was offered."""
    found = [incident_of(i) for i in incidents]
    DESK.learnt = DESK.learnt.with_answer(ticket_of(ticket), transactions_of(ticket), found, incident_id)


def _written(ticket: Record, otherwise: datetime) -> datetime:
    return instant(ticket["created_at"]) if ticket.get("created_at") else otherwise


def kept_as(new: NewTicket, ident: str, at: datetime, incident_id: str | None, human_reason: str) -> Ticket:
    """The ticket as the desk keeps it once it is decided what becomes of it."""
    return Ticket(
        id=ident,
        number=ident,
        status=TicketStatus.AWAITING_INCIDENT if incident_id and not human_reason else TicketStatus.NEW,
        form=new.form,
        subject=new.subject,
        text=new.text,
        name=new.name,
        email=new.email,
        phone=new.phone,
        customer_id=new.customer_id,
        language=new.language,
        channel=new.channel,
        fields=new.fields,
        routing=route(new, now=at),
        human_reason=human_reason,
        created_at=at,
        updated_at=at,
        incident_id=incident_id,
        proof=new.proof,
    )


def instant(text: str) -> datetime:
    """RFC 3339 -> aware UTC."""
    return datetime.fromisoformat(text)


def ticket_of(record: Record) -> NewTicket:
    """A ticket as the product takes it; who wrote it is known, as where the exchange's own program hands it over."""
    text = str(record.get("text") or "")
    customer_id = str(record.get("customer_id") or "")
    return NewTicket(
        form=form_of(record),
        subject=str(record.get("subject") or ""),
        text=text,
        email="customer@" + str(record.get("email_domain") or "example.com"),
        customer_id=customer_id,
        proof=Proof.MACHINE if customer_id else Proof.NONE,
        language=str(record.get("language") or ""),
        fields=tuple((str(k), str(v)) for k, v in (record.get("fields") or {}).items() if v is not None),
    )


def form_of(record: Record) -> Form:
    """The form, or what a coarser category comes nearest to."""
    name = str(record.get("form") or "")
    if name in set(Form):
        return Form(name)
    return CATEGORIES.get(str(record.get("category") or "").casefold(), Form.OTHER)


def transactions_of(record: Record) -> tuple[Transaction, ...] | None:
    """The customer's own transactions; None where the record has no account."""
    if record.get("account") is None:
        return None
    return tuple(
        Transaction(
            kind=str(t["kind"]),
            asset=str(t.get("asset") or ""),
            network=str(t.get("network") or ""),
            amount_usd=float(t.get("amount_usd") or 0.0),
            txid=str(t.get("txid") or ""),
            status=str(t["status"]),
            created_at=instant(t["created_at"]),
            late=t.get("late"),
        )
        for t in record["account"]
    )


def incident_of(record: Record) -> LinkableIncident:
    """An incident as the linker takes it."""
    form = str(record.get("form") or CATEGORIES.get(str(record.get("category") or "").casefold(), ""))
    return LinkableIncident(
        id=str(record["id"]),
        title=str(record.get("title") or ""),
        public=str(record.get("public") or ""),
        internal=str(record.get("internal") or ""),
        components=tuple(record.get("components") or ()),
        form=form,
        assets=tuple(record.get("assets") or ()),
        networks=tuple(record.get("networks") or ()),
        direction=str(record.get("direction") or ""),
        failure_kind=str(record.get("failure_kind") or ""),
        started_at=instant(record["started_at"]) if record.get("started_at") else None,
        resolved_at=instant(record["resolved_at"]) if record.get("resolved_at") else None,
        severity=str(record.get("severity") or ""),
    )
