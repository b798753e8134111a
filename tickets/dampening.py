"""Dampening: decides which single answer a ticket gets once its incident is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from incidents.incident import Incident
from tickets.guard import GuardDecision
from tickets.identity import customer_of, is_proven
from tickets.linking.bands import Band, Bands
from tickets.linking.match import Match
from tickets.ticket import SETTLED, NewTicket, Ticket, TicketStatus


class Reply(StrEnum):
    """The immediate answer to the customer."""

    INCIDENT = "incident"  # the confirmation, with the incident's public words
    QUESTION = "question"  # the confirmation, with the incident's public words and the question whether it is that
    NEUTRAL = "neutral"  # the confirmation alone
    NONE = "none"  # they have their acknowledgement already


class DampeningReason(StrEnum):
    """Why a ticket got its answer."""

    MUST_STAY_HUMAN = "a human must read this one"
    NO_MATCH = "no incident fits it"
    TOO_UNCERTAIN = "an incident may fit, not surely enough"
    ASKED = "an incident may fit: the customer is asked"
    DENIED = "the customer or an agent says that it is not the incident that fits"
    INCIDENT_OVER = "the incident that fits is over"
    SHADOW = "the incident is in shadow: it links nobody"
    TICKETS_ALONE = "tickets alone opened the incident, and nobody has confirmed it"
    DISCLOSED = "linked to a disclosed incident"
    NOT_YET_DISCLOSED = "linked to an incident that is not public yet"
    SAME_INCIDENT = "the customer has an open ticket about the same incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dampening:
    """The decision about a ticket.

    incident_id: what it is linked to; None = not linked. suggested_id: what an agent is shown as "possibly related".
    joins: the customer's earlier ticket about the same incident, by id.
    """

    status: TicketStatus
    reply: Reply
    reason: DampeningReason
    incident_id: str | None = None
    suggested_id: str | None = None
    joins: str | None = None
    probability: float | None = None
    link_reasons: tuple[str, ...] = ()


def dampen(
    ticket: NewTicket | Ticket,
    match: Match | None,
    incident: Incident | None,
    verdict: GuardDecision,
    earlier: Sequence[Ticket] = (),
    *,
    bands: Bands,
) -> Dampening:
    """Decides what answer a linked ticket gets.

    match: the likeliest; incident: the one it names. earlier: the customer's other tickets, in any order.
    bands: what a match of which probability leads to. A customer is asked once about an incident, and only about a
    disclosed one; what they denied is neither linked nor asked again. Who has an open ticket that is linked to it is
    not asked: the second joins the first.
    """
    band = Band.LEAVE if match is None else bands.band(match.probability)
    if match is None or incident is None or band is Band.LEAVE:
        return _queue(DampeningReason.MUST_STAY_HUMAN if verdict.human else DampeningReason.NO_MATCH, None)
    if verdict.human:
        return _queue(DampeningReason.MUST_STAY_HUMAN, None if incident.shadow else match)
    if reason := _why_not(ticket, incident):
        return _queue(reason, match if reason is DampeningReason.TICKETS_ALONE else None)
    if band is Band.SUGGEST or (band is Band.ASK and incident.is_active and incident.disclosed_at is None):
        return _queue(DampeningReason.TOO_UNCERTAIN, match)
    if not incident.is_active:
        return _queue(DampeningReason.INCIDENT_OVER, match)
    if band is Band.ASK and joined(ticket, incident.id, earlier) is None:
        return _queue(DampeningReason.ASKED, match, _question(ticket, incident.id, earlier))
    return _linked(ticket, match, incident, earlier)


def _why_not(ticket: NewTicket | Ticket, incident: Incident) -> DampeningReason | None:
    """Why the incident is linked with no ticket, or not with this one, however well it fits."""
    if incident.shadow:
        return DampeningReason.SHADOW
    if isinstance(ticket, Ticket) and incident.id in ticket.not_about:
        return DampeningReason.DENIED
    return DampeningReason.TICKETS_ALONE if incident.rests_on_tickets else None


def _question(ticket: NewTicket | Ticket, incident_id: str, earlier: Sequence[Ticket]) -> Reply:
    """The question, once; nothing where an open ticket of the customer's carries it already."""
    if isinstance(ticket, Ticket) and ticket.asked_about == incident_id:
        return Reply.NEUTRAL
    same = [t for t in earlier if t.asked_about == incident_id and t.status not in SETTLED]
    is_asked = is_proven(ticket) and any(customer_of(t) == customer_of(ticket) for t in same)
    return Reply.NONE if is_asked else Reply.QUESTION


def _queue(reason: DampeningReason, match: Match | None, reply: Reply = Reply.NEUTRAL) -> Dampening:
    """Into the human queue; the match is only shown."""
    return Dampening(
        status=TicketStatus.NEW,
        reply=reply,
        reason=reason,
        suggested_id=match.incident_id if match else None,
        probability=match.probability if match else None,
        link_reasons=match.reasons if match else (),
    )


def _linked(ticket: NewTicket | Ticket, match: Match, incident: Incident, earlier: Sequence[Ticket]) -> Dampening:
    first = joined(ticket, incident.id, earlier)
    disclosed = incident.disclosed_at is not None
    reply = Reply.NONE if first else Reply.INCIDENT if disclosed else Reply.NEUTRAL
    reason = (
        DampeningReason.SAME_INCIDENT
        if first
        else DampeningReason.DISCLOSED
        if disclosed
        else DampeningReason.NOT_YET_DISCLOSED
    )
    return Dampening(
        status=TicketStatus.AWAITING_INCIDENT,
        reply=reply,
        reason=reason,
        incident_id=incident.id,
        joins=first.id if first else None,
        probability=match.probability,
        link_reasons=match.reasons,
    )


def joined(ticket: NewTicket | Ticket, incident_id: str, earlier: Sequence[Ticket]) -> Ticket | None:
    """The customer's first open ticket about the same incident, which this one joins; None = this is the first.

    Nothing joins, and nothing is joined, whose customer is only claimed.
    """
    if not is_proven(ticket):
        return None
    same = [
        t
        for t in earlier
        if t.incident_id == incident_id and t.status not in SETTLED and customer_of(t) == customer_of(ticket)
    ]
    return min(same, key=lambda t: (t.created_at, t.id), default=None)
