"""The evidence for and against a link: named numbers, 0 to 1, that `rank` weighs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.intent import Matter
from tickets.linking.reading import SYMPTOMS, TOPICS, IncidentReading, TicketReading
from tickets.phrases import Concept
from tickets.reader import Reader
from tickets.ticket import Transaction

NO_AGENT = frozenset({"", "tocsin", "customer"})
"""Who linked a ticket that no agent linked; "" = nobody."""
QUESTION_MARK = re.compile("[?？؟]")
# A transaction begun shortly before the incident may still have been caught in it.
REACH_BACK = timedelta(hours=3)
WENT_THROUGH = frozenset({"credited", "completed", "filled", "done", "settled"})
# Somebody looks at this one for a reason of its own: it is late, and no incident is why.
HELD = frozenset({"in review", "review", "under review", "on hold", "held", "frozen", "suspended", "verification"})
FAILED = frozenset({"failed", "rejected", "declined", "cancelled", "canceled", "expired"})
# Failures that no transaction's state shows.
UNSEEN = frozenset({Concept.DOUBLE, Concept.LIQUIDATED, Concept.WRONG})
# Each of these topics is another matter than any that it does not share with an incident.
SPECIFIC = TOPICS - {Concept.BALANCE, Concept.APP, Concept.EMAIL, Concept.BANK, Concept.SMS, Concept.FEES}
WORDS_OF = "en"
"""The language of the incidents' words that tickets are compared with."""
LIKE_WORDS, LIKE_MEANING = (0.1, 0.4), (-0.15, 0.1)
"""From which likeness on it says something, and from which on it says no more."""
SECURITY = frozenset(
    {Concept.UNAUTHORISED, Concept.STOLEN, Concept.FRAUD, Concept.HACK, Concept.THREAT, Concept.SELF_HARM}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The customer's own transactions beside an incident; each None = there is none.

    hit: one that the incident may hold up. done: one of its kind in its time that went through.
    elsewhere: one of another coin, network or direction that is open.
    """

    known: bool
    hit: Transaction | None = None
    done: Transaction | None = None
    elsewhere: Transaction | None = None


def evidence(ticket: TicketReading, incident: IncidentReading, now: datetime, reader: Reader) -> Mapping[str, float]:
    """Every piece of evidence by name; what is absent is left out."""
    found: dict[str, float] = {}
    for part in (_form, _asset, _network, _topic, _symptom, _country):
        found |= part(ticket, incident)
    found["nothing ties"] = float(not found.keys() & {"form same", "form other", "topic same"})
    found |= _account(ticket, incident, now)
    found |= _likeness(ticket, incident, reader)
    found |= _matter(ticket)
    found |= _time(incident, now)
    found |= _earlier(ticket, incident)
    return {name: value for name, value in found.items() if value}


def _form(ticket: TicketReading, incident: IncidentReading) -> Mapping[str, float]:
    if not incident.form or ticket.form == "Other":
        return {}
    other = incident.direction == "both" and ticket.form in ("Deposit", "Withdrawal")
    return {"form same": 1.0} if other or ticket.form == incident.form else {"form other": 1.0}


def _asset(ticket: TicketReading, incident: IncidentReading) -> Mapping[str, float]:
    if not incident.assets:
        return {}
    return _agreement("asset", ticket.field_assets, ticket.text_assets, incident.assets)


def _network(ticket: TicketReading, incident: IncidentReading) -> Mapping[str, float]:
    if not incident.networks:
        return {}
    return _agreement("network", ticket.field_networks, ticket.text_networks, incident.networks)


def _agreement(what: str, field: frozenset[str], text: frozenset[str], wanted: frozenset[str]) -> Mapping[str, float]:
    out: dict[str, float] = {}
    if field and not field & wanted:
        out[f"{what} field other"] = 1.0
    if text and not text & wanted:
        out[f"{what} text other"] = 1.0
    if text & wanted:
        out[f"{what} text mixed" if text - wanted else f"{what} text same"] = 1.0
    return out


def _topic(ticket: TicketReading, incident: IncidentReading) -> Mapping[str, float]:
    out: dict[str, float] = {}
    shared = ticket.topics & incident.topics & SPECIFIC
    foreign = (ticket.topics & SPECIFIC) - incident.topics
    if shared:
        out["topic same"] = 1.0
    elif foreign:
        out["topic other"] = 1.0
    if incident.direction in ("deposit", "withdrawal"):
        opposite = Concept.WITHDRAWAL if incident.direction == "deposit" else Concept.DEPOSIT
        own = Concept.DEPOSIT if incident.direction == "deposit" else Concept.WITHDRAWAL
        if opposite in ticket.topics and own not in ticket.topics:
            out["direction opposite"] = 1.0
    return out


def _symptom(ticket: TicketReading, incident: IncidentReading) -> Mapping[str, float]:
    if not incident.symptoms:
        return {}
    if ticket.symptoms & incident.symptoms:
        return {"symptom same": 1.0}
    return {"symptom other": 1.0} if ticket.symptoms & SYMPTOMS else {"symptom none": 1.0}


def _country(ticket: TicketReading, incident: IncidentReading) -> Mapping[str, float]:
    if not incident.countries or not ticket.countries:
        return {}
    return {"country same": 1.0} if ticket.countries & incident.countries else {"country other": 1.0}


def _likeness(ticket: TicketReading, incident: IncidentReading, reader: Reader) -> Mapping[str, float]:
    """How alike the ticket and the incident's own words are, where nothing else can be compared: it decides alone then.

    Words of two languages share no pieces, so pieces say something of one language alone; meaning says it of all.
    """
    same_language = ticket.language in ("", WORDS_OF)
    if _is_comparable(ticket, incident) or not (same_language or reader.embeds):
        return {}
    alike = reader.likeness(ticket.message, tuple(t for t in (incident.title, incident.public) if t))
    words = within(alike.words, LIKE_WORDS) if same_language else 0.0
    if alike.meaning is None:
        return {"nothing compared": 1.0, "alike in words alone": words}
    meaning = within(alike.meaning, LIKE_MEANING)
    return {"only meaning compared": 1.0, "alike in meaning alone": meaning, "alike in words too": words}


def _is_comparable(ticket: TicketReading, incident: IncidentReading) -> bool:
    """Whether coin, network, country or account are known of both."""
    return bool(
        (incident.assets and (ticket.field_assets or ticket.text_assets))
        or (incident.networks and (ticket.field_networks or ticket.text_networks))
        or (incident.countries and ticket.countries)
        or (incident.kinds and ticket.transactions is not None)
    )


def within(value: float, span: tuple[float, float]) -> float:
    """Where a value stands in a span, 0 to 1."""
    return min(1.0, max(0.0, (value - span[0]) / (span[1] - span[0])))


def _matter(ticket: TicketReading) -> Mapping[str, float]:
    said, shares = ticket.said, ticket.intent.shares
    return {
        "reads question": shares[Matter.QUESTION],
        "reads own mistake": shares[Matter.OWN_MISTAKE],
        "reads another matter": shares[Matter.OTHER],
        "question": float(Concept.QUESTION in said),
        "question alone": float(bool(QUESTION_MARK.search(ticket.text)) and not ticket.symptoms),
        "own mistake": float(Concept.OWN_FAULT in said),
        "another matter": float(Concept.OTHER_MATTER in said),
        "security": float(bool(said & SECURITY)),
        "says nothing": float(not ticket.topics and not ticket.symptoms),
    }


def _time(incident: IncidentReading, now: datetime) -> Mapping[str, float]:
    return {"over": 1.0} if incident.resolved_at is not None and incident.resolved_at <= now else {}


def _earlier(ticket: TicketReading, incident: IncidentReading) -> Mapping[str, float]:
    """What an agent decided about the ticket that this one asks about again; no other link proves anything."""
    last = ticket.follows
    if last is None or last.linked_by in NO_AGENT:
        return {}
    return {"earlier same": 1.0} if last.incident_id == incident.id else {"earlier other": 1.0}


def _account(ticket: TicketReading, incident: IncidentReading, now: datetime) -> Mapping[str, float]:
    own = own_transactions(ticket, incident, now)
    if not own.known or not incident.kinds:
        return {}
    out: dict[str, float] = {}
    if own.hit is not None:
        out["account through" if _as_usual(own.hit, incident) else "account hit"] = 1.0
        out["account late"] = float(bool(own.hit.late))
    elif own.done is not None:
        out["account done"] = 1.0
    elif own.elsewhere is not None:
        out["account elsewhere"] = 1.0
    elif ticket.transactions:
        out["account nothing"] = 1.0
    else:
        out["account empty"] = 1.0
    if own.hit is not None and own.elsewhere is not None:
        out["account hit and elsewhere"] = 1.0
    return out


def own_transactions(ticket: TicketReading, incident: IncidentReading, now: datetime) -> Own:
    """The customer's transactions beside the incident; the ones that the ticket names decide, where it names any."""
    if ticket.transactions is None:
        return Own(known=False)
    looked: Sequence[Transaction] = ticket.named or ticket.transactions
    fresh = [t for t in looked if _in_time(t, incident, now)]
    touched = [t for t in fresh if _touches(t, incident)]
    hits = [t for t in touched if _held_up(t, incident)]
    return Own(
        known=True,
        hit=max(hits, key=lambda t: (bool(t.late), t.created_at), default=None),
        done=next((t for t in touched if t not in hits), None),
        elsewhere=next(
            (t for t in fresh if not _touches(t, incident) and t.status not in WENT_THROUGH and _moves(t)), None
        ),
    )


def _as_usual(t: Transaction, incident: IncidentReading) -> bool:
    """Whether it looks like any other: where what is wrong is an amount or a second debit, no state shows it."""
    return t.status not in FAILED and not t.late and bool(incident.symptoms & UNSEEN)


def _in_time(t: Transaction, incident: IncidentReading, now: datetime) -> bool:
    start, end = incident.started_at, incident.resolved_at
    if t.created_at > now or (end is not None and t.created_at > end):
        return False
    return start is None or t.created_at >= start - REACH_BACK


def _touches(t: Transaction, incident: IncidentReading) -> bool:
    asset = not incident.assets or not t.asset or t.asset in incident.assets
    network = not incident.networks or not t.network or t.network in incident.networks
    return t.kind in incident.kinds and asset and network


def _held_up(t: Transaction, incident: IncidentReading) -> bool:
    """Whether its state fits how the incident fails."""
    if t.status.casefold() in HELD or (t.late is False and t.status not in FAILED):
        return False
    if incident.symptoms & UNSEEN:
        return True  # it went through, and that is what is wrong
    if t.status in FAILED:
        return bool(incident.symptoms & {Concept.FAIL, Concept.DOWN, Concept.HALT})
    if t.kind == "order":
        return t.status not in WENT_THROUGH and t.status != "confirmed"
    return t.status not in WENT_THROUGH or t.late is True  # it was held up, and came through while the customer wrote


def _moves(t: Transaction) -> bool:
    return t.kind in ("deposit", "withdrawal", "buy", "order") and not (t.kind == "order" and t.status == "confirmed")
