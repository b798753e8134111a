"""The tickets that may be about an incident and that nobody has linked or turned down."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from incidents.incident import Incident
from tickets.intent import intent_of, message_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Oldest first. together: what one action may link after a look at a sample.

    alone: what may be a case of security, law or despair though no word says so for sure; an agent opens each.
    """

    together: tuple[Ticket, ...]
    alone: tuple[Ticket, ...]


def left_to_agents(desk: Desk, incident: Incident) -> Iterator[Ticket]:
    """Open tickets for which the incident is suggested and that no agent has, oldest first."""
    for ticket in desk.store.tickets.unlinked_since(incident.opened_at - BEFORE):
        if ticket.suggested_id == incident.id and not ticket.assignee:
            yield ticket


def suggested(desk: Desk, incident: Incident, wanted: SuggestedFilter) -> Suggested:
    """Open tickets for which the incident is suggested; none that must stay with a human, or that an agent has."""
    found = [t for t in left_to_agents(desk, incident) if not t.human_reason and wanted.holds(t)]
    alone = {t.id for t in found if intent_of(message_of(t.subject, t.text)).may_be_humans}
    return Suggested(
        together=tuple(t for t in found if t.id not in alone),
        alone=tuple(t for t in found if t.id in alone),
    )


def sample_of(tickets: tuple[Ticket, ...]) -> tuple[Ticket, ...]:
    """Some of them, drawn by chance and the same for the same tickets, in their order."""
    chance = random.Random("".join(t.id for t in tickets))  # noqa: S311 - a sample to look at, no secret
    chosen = {t.id for t in chance.sample(tickets, min(SAMPLE, len(tickets)))}
    return tuple(t for t in tickets if t.id in chosen)
