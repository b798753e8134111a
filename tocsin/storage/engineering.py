"""Tocsin's own tracker: the engineering ticket of an incident, updated in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.storage.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineeringTicketRow:
    """The ticket as last written. plots: file name -> bytes. digest: of all content; the same digest is the same ticket.

    created_at, updated_at: filled by the store.
    """

    incident_id: str
    title: str
    body: str
    digest: str
    plots: Mapping[str, bytes] = field(default_factory=dict)
    created_at: datetime | None = None
    updated_at: datetime | None = None


class EngineeringTickets(Rows):
    """One a incident."""

    def save_engineering_ticket(self, row: EngineeringTicketRow, now: datetime) -> bool:
        """Written in place; False (and no write) where the digest has not changed. Raises NotFound without the incident."""

    def engineering_ticket(self, incident_id: str) -> EngineeringTicketRow | None:
        """With its plots; None before it was written."""
