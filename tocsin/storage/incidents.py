"""What is known of incidents: the questions of console, page and pipeline."""

from collections.abc import Sequence
from datetime import datetime

from incidents.incident import Incident, IncidentUpdate, Status
from tocsin.storage.page import Page
from tocsin.storage.rows import Rows


class Incidents(Rows):
    """Incidents and their timelines, read."""

    def incident(self, incident_id: str) -> Incident | None:
        """As it stands now."""

    def incident_by_number(self, number: int) -> Incident | None:
        """INC-17 by 17."""

    def active_incidents(self) -> tuple[Incident, ...]:
        """All that are open, oldest first."""

    def incidents(
        self, cursor: str | None = None, limit: int = 50, status: Status | Sequence[Status] | None = None
    ) -> Page[Incident]:
        """All, newest number first."""

    def timeline(self, incident_id: str) -> tuple[IncidentUpdate, ...]:
        """Every line in order; () where there is no such incident."""

    def disclosed_timelines(self, since: datetime) -> tuple[tuple[IncidentUpdate, ...], ...]:
        """Timelines of incidents that were ever disclosed, not shadow, active or ended at or after `since`; oldest first."""

    def latest_change(self) -> int:
        """A number that grows with every timeline row of any incident; 0 where there is none."""
