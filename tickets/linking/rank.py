"""Ranks incidents for a ticket: structure before words, the customer's own transactions before both."""

import math
from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from tickets.intent import message_of
from tickets.linking.evidence import evidence
from tickets.linking.excess import FURTHEST, is_counted
from tickets.linking.learnt import Learnt
from tickets.linking.match import LinkableIncident, Match
from tickets.linking.reading import IncidentReading, TicketReading, read_incident, read_ticket
from tickets.linking.reasons import reasons
from tickets.linking.weights import BIAS, WEIGHTS
from tickets.phrases import asks_again, concepts_in
from tickets.reader import Reader
from tickets.ticket import NewTicket, Ticket, Transaction


def rank(
    ticket: Ticket | NewTicket,
    incidents: Sequence[LinkableIncident],
    transactions: Sequence[Transaction] | None,
    now: datetime,
    *,
    earlier: Sequence[Ticket] = (),
    learnt: Learnt | None = None,
    excess: Mapping[str, float] | None = None,
    reader: Reader | None = None,
) -> list[Match]:
    """All given incidents, likeliest first. transactions: the customer's own; None = unknown.

    earlier: the customer's other tickets: "any update?" is about what the last one was about, and is read with it.
    learnt: what agents confirmed and rejected; None = nothing yet.
    excess: incident id -> how far more tickets than usual about it move the log odds, 0 to FURTHEST; None = not known.
    reader: reads what the ticket wants and how alike it is to an incident's words; None = by its words alone.
    A ticket belongs to one of them or to none, so the probabilities add up to at most 1. Those that ended share what
    the active ones leave: of two that look alike, the one that lasts is meant. What may be a case of security, law or
    despair belongs to none as far as it may be one, whatever else fits.
    """
    if not incidents:
        return []
    reader = reader or Reader()
    others = [t for t in earlier if not isinstance(ticket, Ticket) or _before(t, ticket)]
    read = read_together(ticket, others, transactions, reader)
    found = {
        i.id: {**evidence(read, i, now, reader), **_more_than_usual(read, i, excess or {})}
        for i in map(read_incident, incidents)
    }
    shift = learnt.shift(read) if learnt else {}
    scores = {ident: score(pieces) + shift.get(ident, 0.0) for ident, pieces in found.items()}
    over = {i.id for i in incidents if i.resolved_at is not None and i.resolved_at <= now}
    shares = _shares(scores, over)
    matches = [
        Match(
            incident_id=ident,
            probability=shares[ident] * (1 - read.suspicion),
            reasons=reasons(pieces, WEIGHTS),
        )
        for ident, pieces in found.items()
    ]
    return sorted(matches, key=lambda m: -m.probability)


def _more_than_usual(
    ticket: TicketReading, incident: IncidentReading, excess: Mapping[str, float]
) -> Mapping[str, float]:
    more = excess.get(incident.id, 0.0) / FURTHEST
    return {"more than usual": more} if more and is_counted(ticket, incident) else {}


def read_together(
    ticket: Ticket | NewTicket, earlier: Sequence[Ticket], transactions: Sequence[Transaction] | None, reader: Reader
) -> TicketReading:
    """The ticket in comparable terms; who asks again is read together with the last ticket that says more than that."""
    read = read_ticket(ticket, transactions, reader)
    if not earlier or not asks_again(read.said):
        return read
    last = max(earlier, key=lambda t: (not asks_again(concepts_in(message_of(t.subject, t.text))), t.created_at))
    return read_ticket(ticket, transactions, reader, follows=last)


def _before(one: Ticket, ticket: Ticket) -> bool:
    return one.id != ticket.id and one.created_at <= ticket.created_at


def _shares(scores: Mapping[str, float], over: Set[str]) -> Mapping[str, float]:
    """Shares of one ticket among the active incidents, then of what they leave among those that ended, and none."""
    active = probabilities({ident: one for ident, one in scores.items() if ident not in over})
    ended = probabilities({ident: one for ident, one in scores.items() if ident in over})
    left = max(0.0, 1 - sum(active.values()))
    return {**active, **{ident: left * share for ident, share in ended.items()}}


def score(pieces: Mapping[str, float]) -> float:
    """The log odds of belonging to the incident, against belonging to none."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in pieces.items())


def probabilities(scores: Mapping[str, float]) -> Mapping[str, float]:
    """Log odds -> shares of one ticket among the incidents and none."""
    top = max((0.0, *scores.values()))
    total = math.exp(-top) + sum(math.exp(s - top) for s in scores.values())
    return {ident: math.exp(s - top) / total for ident, s in scores.items()}
