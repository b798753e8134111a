"""Ranks incidents for a ticket: structure before words, the customer's own transactions before both."""

import math
from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from tickets.intent import Intent
from tickets.linking.evidence import evidence
from tickets.linking.learnt import Learnt
from tickets.linking.match import LinkableIncident, Match
from tickets.linking.reading import read_incident, read_ticket
from tickets.linking.reasons import reasons
from tickets.linking.weights import BIAS, WARY, WEIGHTS
from tickets.ticket import NewTicket, Ticket, Transaction


def rank(
    ticket: Ticket | NewTicket,
    incidents: Sequence[LinkableIncident],
    transactions: Sequence[Transaction] | None,
    now: datetime,
    *,
    earlier: Sequence[Ticket] = (),
    learnt: Learnt | None = None,
    intent: Intent | None = None,
) -> list[Match]:
    """All given incidents, likeliest first. transactions: the customer's own; None = unknown.

    earlier: the customer's other tickets: "any update?" is about what the last one was about.
    learnt: what agents confirmed and rejected; None = nothing yet.
    intent: what the ticket wants; None = as its words alone tell.
    A ticket belongs to one of them or to none, so the probabilities add up to at most 1. Those that ended share what
    the active ones leave: of two that look alike, the one that lasts is meant. As far as the ticket reads like a case
    of security, law or despair, the odds are those of such a case (WARY), whatever else fits.
    """
    if not incidents:
        return []
    read = read_ticket(ticket, transactions, intent)
    others = [t for t in earlier if not (isinstance(ticket, Ticket) and t.id == ticket.id)]
    found = {i.id: evidence(read, i, now, others) for i in map(read_incident, incidents)}
    shift = learnt.shift(read) if learnt else {}
    scores = {ident: score(pieces) + shift.get(ident, 0.0) for ident, pieces in found.items()}
    over = {i.id for i in incidents if i.resolved_at is not None and i.resolved_at <= now}
    plain = _shares(scores, over)
    wary = _shares({ident: one + WARY for ident, one in scores.items()}, over)
    human = read.intent.suspicion
    shares = {ident: (1 - human) * plain[ident] + human * wary[ident] for ident in scores}
    matches = [
        Match(incident_id=ident, probability=shares[ident], reasons=reasons(pieces, WEIGHTS))
        for ident, pieces in found.items()
    ]
    return sorted(matches, key=lambda m: -m.probability)


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
