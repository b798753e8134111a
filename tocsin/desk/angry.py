"""Tickets about an incident that only their anger keeps from waiting for it: an agent reads them in one list."""

from incidents.incident import Incident
from tickets.guard import HumanReason
from tickets.ticket import Ticket
from tocsin.desk.desk import Desk
from tocsin.desk.suggested import left_to_agents

ANGER = frozenset({HumanReason.KEYWORD, HumanReason.FRAUD, HumanReason.LEGAL, HumanReason.FOLLOWS_UP})
"""What somebody says who is furious about an incident: scam, fraud, "I'll sue". An agent sees who means it."""


def angry(desk: Desk, incident: Incident) -> tuple[Ticket, ...]:
    """Open tickets, oldest first, that may be about the incident, have no agent, and say nothing worse than anger."""
    return tuple(t for t in left_to_agents(desk, incident) if is_anger(t.human_reason))


def is_anger(human_reason: str) -> bool:
    """Whether a ticket must be read by a human, for nothing else than what the furious say."""
    return bool(human_reason) and ANGER.issuperset(human_reason.split("; "))
