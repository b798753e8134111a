"""Planned work, as the public is told of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MaintenancePhase(StrEnum):
    """Where planned work stands, in public words."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceUpdate:
    """One entry of planned work; id: 12 characters [a-z0-9], stable; body: plain text."""

    id: str
    at: datetime
    phase: MaintenancePhase
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMaintenance:
    """Planned work that the public is told of.

    components: internal names of what it touches, to be looked up, never shown. updates: newest first, at least one.
    """

    id: str
    title: str
    phase: MaintenancePhase
    scheduled_for: datetime
    scheduled_until: datetime
    created_at: datetime
    components: tuple[str, ...]
    updates: tuple[MaintenanceUpdate, ...]

    @property
    def updated_at(self) -> datetime:
        """When something was last said about it."""
        return self.updates[0].at

    @property
    def is_active(self) -> bool:
        """Whether it is going on."""
        return self.phase in (MaintenancePhase.IN_PROGRESS, MaintenancePhase.VERIFYING)
