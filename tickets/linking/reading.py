"""Reduces tickets and incidents to the terms in which they are compared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from tickets.intent import Intent, message_of
from tickets.linking.countries import countries_in, country_of_prefix
from tickets.linking.match import LinkableIncident
from tickets.linking.names import HOME, assets_in, network_name, networks_in
from tickets.phrases import Concept, concepts_in
from tickets.reader import Reader
from tickets.ticket import Form, NewTicket, Ticket, Transaction

SYMPTOMS = frozenset(
    {
        Concept.DELAY,
        Concept.NOT_RECEIVED,
        Concept.FAIL,
        Concept.HALT,
        Concept.DOWN,
        Concept.DOUBLE,
        Concept.LIQUIDATED,
        Concept.WRONG,
    }
)
TOPICS = frozenset(
    {
        Concept.WITHDRAWAL,
        Concept.DEPOSIT,
        Concept.CARD,
        Concept.SEPA,
        Concept.BANK,
        Concept.BUY,
        Concept.TRADE,
        Concept.FUTURES,
        Concept.VERIFY,
        Concept.LOGIN,
        Concept.CODE,
        Concept.SMS,
        Concept.API,
        Concept.PRICE,
        Concept.FEES,
        Concept.STAKING,
        Concept.APP,
        Concept.EMAIL,
        Concept.BALANCE,
    }
)
# What a kind of failure looks like from outside. Kinds of other systems are read by their words.
KINDS: Mapping[str, frozenset[Concept]] = {
    "delay": frozenset({Concept.DELAY, Concept.NOT_RECEIVED}),
    "backlog": frozenset({Concept.DELAY, Concept.NOT_RECEIVED}),
    "errors": frozenset({Concept.FAIL, Concept.DOWN}),
    "halt": frozenset({Concept.HALT, Concept.FAIL, Concept.DELAY}),
    "halted": frozenset({Concept.HALT, Concept.FAIL, Concept.DELAY}),
    "silence": frozenset(),
    "maintenance": frozenset({Concept.HALT, Concept.FAIL, Concept.DELAY, Concept.NOT_RECEIVED}),
    "not_credited": frozenset({Concept.NOT_RECEIVED, Concept.DELAY}),
    "not_delivered": frozenset({Concept.NOT_RECEIVED, Concept.DELAY}),
    "declined": frozenset({Concept.FAIL}),
    "unavailable": frozenset({Concept.DOWN, Concept.FAIL}),
    "5xx": frozenset({Concept.DOWN, Concept.FAIL}),
}
# Parts of other kinds' names.
KIND_WORDS: Mapping[str, frozenset[Concept]] = {
    "latency": frozenset({Concept.DELAY, Concept.DOWN}),
    "slow": frozenset({Concept.DELAY}),
    "stuck": frozenset({Concept.DELAY, Concept.NOT_RECEIVED}),
    "missing": frozenset({Concept.NOT_RECEIVED}),
    "reject": frozenset({Concept.FAIL}),
    "fail": frozenset({Concept.FAIL}),
    "timeout": frozenset({Concept.DOWN, Concept.FAIL}),
    "double": frozenset({Concept.DOUBLE}),
    "duplicate": frozenset({Concept.DOUBLE}),
    "wrong": frozenset({Concept.WRONG}),
    "incorrect": frozenset({Concept.WRONG}),
    "stale": frozenset({Concept.WRONG}),
    "liquidation": frozenset({Concept.LIQUIDATED, Concept.WRONG}),
    "outage": frozenset({Concept.DOWN, Concept.FAIL}),
    "down": frozenset({Concept.DOWN, Concept.FAIL}),
    "suspend": frozenset({Concept.HALT, Concept.FAIL}),
}
# What a direction is called in tickets.
DIRECTIONS: Mapping[str, frozenset[Concept]] = {
    "withdrawal": frozenset({Concept.WITHDRAWAL}),
    "deposit": frozenset({Concept.DEPOSIT}),
    "both": frozenset({Concept.WITHDRAWAL, Concept.DEPOSIT}),
    "trade": frozenset({Concept.TRADE, Concept.FUTURES}),
    "buy": frozenset({Concept.BUY, Concept.CARD}),
    "login": frozenset({Concept.LOGIN, Concept.CODE, Concept.SMS}),
    "verify": frozenset({Concept.VERIFY}),
    "api": frozenset({Concept.API}),
}
FORM_TOPICS: Mapping[str, frozenset[Concept]] = {
    Form.WITHDRAWAL: frozenset({Concept.WITHDRAWAL}),
    Form.DEPOSIT: frozenset({Concept.DEPOSIT}),
    Form.TRADING: frozenset({Concept.TRADE}),
    Form.ACCOUNT_VERIFICATION: frozenset({Concept.VERIFY}),
    Form.TWO_FACTOR: frozenset({Concept.CODE, Concept.LOGIN}),
    Form.API: frozenset({Concept.API}),
    Form.FEES: frozenset({Concept.FEES}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReading:
    """A ticket in comparable terms.

    message: what it says without what it only asks again. named: the transactions that it names by hash or order ID.
    intent: what the message wants. suspicion: how far it may be a case of security, law or despair, 0 to 1.
    follows: the customer's earlier ticket that it asks about again; None = it stands alone.
    """

    form: str
    language: str
    text: str
    message: str
    said: frozenset[Concept]
    topics: frozenset[Concept]
    symptoms: frozenset[Concept]
    field_assets: frozenset[str]
    field_networks: frozenset[str]
    text_assets: frozenset[str]
    text_networks: frozenset[str]
    countries: frozenset[str]
    transactions: tuple[Transaction, ...] | None
    named: tuple[Transaction, ...]
    intent: Intent
    suspicion: float
    follows: Ticket | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReading:
    """An incident in the same terms; kinds: the kinds of transaction that it can touch."""

    id: str
    form: str
    title: str
    public: str
    direction: str
    topics: frozenset[Concept]
    symptoms: frozenset[Concept]
    assets: frozenset[str]
    networks: frozenset[str]
    countries: frozenset[str]
    kinds: frozenset[str]
    started_at: datetime | None
    resolved_at: datetime | None


def read_ticket(
    ticket: NewTicket | Ticket,
    transactions: Sequence[Transaction] | None,
    reader: Reader | None = None,
    *,
    follows: Ticket | None = None,
) -> TicketReading:
    """A ticket in comparable terms; transactions None = unknown; reader None = as its words alone tell.

    follows: the earlier ticket that this one asks about again: its form, fields and words count with this one's.
    """
    reader = reader or Reader()
    own = message_of(ticket.subject, ticket.text)
    first = message_of(follows.subject, follows.text) if follows else ""
    text = f"{first}\n{own}" if follows else own
    fields = {**dict(follows.fields if follows else ()), **dict(ticket.fields)}
    said = concepts_in(text)
    asset, network = fields.get("asset", "").upper(), network_name(fields.get("network", ""))
    ids = {fields.get("txid", ""), fields.get("order_id", "")} - {"", "none"}
    known = None if transactions is None else tuple(transactions)
    intents = [reader.intent(one) for one in ((first, own) if follows else (own,))]
    return TicketReading(
        form=(follows or ticket).form.value,
        language=(follows or ticket).language,
        text=text,
        message=first or own,
        said=said,
        topics=said & TOPICS,
        symptoms=said & SYMPTOMS,
        field_assets=frozenset({asset} if asset else ()),
        field_networks=frozenset({network} if network else ()),
        text_assets=assets_in(text) | _said_outright(asset, text),
        text_networks=networks_in(text),
        countries=countries_in(text) | country_of_prefix(fields.get("phone_country", "")),
        transactions=known,
        named=tuple(t for t in known or () if t.txid and (t.txid in ids or t.txid in text)),
        intent=intents[0],
        suspicion=max(i.suspicion for i in intents),
        follows=follows,
    )


def _said_outright(asset: str, text: str) -> frozenset[str]:
    """The coin of the form where the text says its symbol too, also one that is a word of its own, such as ADA."""
    is_said = bool(asset) and re.search(rf"\b{re.escape(asset)}\b", text, re.IGNORECASE)
    return frozenset({asset} if is_said else ())


@lru_cache(maxsize=512)  # each ticket is compared with the same few incidents
def read_incident(incident: LinkableIncident) -> IncidentReading:
    """An incident in comparable terms."""
    words = f"{incident.title}\n{incident.public}"
    said = concepts_in(words)
    topics = DIRECTIONS.get(incident.direction, frozenset()) | FORM_TOPICS.get(incident.form, frozenset())
    topics |= concepts_in(incident.title) & TOPICS
    assets = frozenset(a.upper() for a in incident.assets)
    symptoms = _symptoms(incident.failure_kind) or (said & SYMPTOMS)
    return IncidentReading(
        id=incident.id,
        form=incident.form,
        title=incident.title,
        public=incident.public,
        direction=incident.direction,
        topics=topics,
        symptoms=symptoms | (concepts_in(incident.title) & SYMPTOMS),
        assets=assets,
        networks=frozenset(network_name(n) for n in incident.networks)
        or frozenset(HOME[a] for a in assets if a in HOME and len(assets) == 1),
        countries=countries_in(words),
        kinds=transaction_kinds(incident.direction, symptoms),
        started_at=incident.started_at,
        resolved_at=incident.resolved_at,
    )


def _symptoms(kind: str) -> frozenset[Concept]:
    kind = kind.casefold()
    if kind in KINDS:
        return KINDS[kind]
    return frozenset(c for part, concepts in KIND_WORDS.items() if part in kind for c in concepts)


def transaction_kinds(direction: str, symptoms: frozenset[Concept] = frozenset()) -> frozenset[str]:
    """The kinds of a customer's transactions that an incident of this direction, with such symptoms, may hold up."""
    match direction:
        case "both":
            return frozenset({"deposit", "withdrawal"})
        case "trade":
            return frozenset({"liquidation"}) if Concept.LIQUIDATED in symptoms else frozenset({"order"})
        case "deposit" | "withdrawal" | "buy":
            return frozenset({direction})
        case _:
            return frozenset()
