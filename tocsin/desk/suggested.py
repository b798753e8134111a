"""The tickets that may be about an incident and that nobody has linked or turned down."""

import random
from dataclasses import dataclass

from incidents.incident import Incident
from tickets.ticket import Form, Ticket
from tocsin.desk.desk import Desk
from tocsin.desk.ticket_sweep import BEFORE

SAMPLE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedFilter:
    """Which of them. at_least: the probability, 0 to 1. form: None = any. language: "" = any."""

    at_least: float = 0.0
    form: Form | None = None
    language: str = ""

    def holds(self, ticket: Ticket) -> bool:
        """Whether a ticket is one of them."""
        return (
            (ticket.probability or 0.0) >= self.at_least
            and self.form in (None, ticket.form)
            and self.language in ("", ticket.language)
        )


def suggested(desk: Desk, incident: Incident, wanted: SuggestedFilter) -> tuple[Ticket, ...]:
    """Open tickets for which the incident is suggested, oldest first; none that must stay with a human, or has one."""
    found = desk.store.tickets.unlinked_since(incident.opened_at - BEFORE)
    return tuple(
        t for t in found if t.suggested_id == incident.id and not t.human_reason and not t.assignee and wanted.holds(t)
    )


def sample_of(tickets: tuple[Ticket, ...]) -> tuple[Ticket, ...]:
    """Some of them, drawn by chance and the same for the same tickets, in their order."""
    chance = random.Random("".join(t.id for t in tickets))  # noqa: S311 - a sample to look at, no secret
    chosen = {t.id for t in chance.sample(tickets, min(SAMPLE, len(tickets)))}
    return tuple(t for t in tickets if t.id in chosen)
