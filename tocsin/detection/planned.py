"""Planned work as the watches need it: while it lasts, its components teach nothing of what is usual."""

from detectors.known_day import Planned
from statuspage.maintenance import MaintenancePhase
from tocsin.storage import Store


def planned_work(store: Store) -> tuple[Planned, ...]:
    """All work that was or is planned, without what was called off, the earliest first."""
    return tuple(
        Planned(
            title=work.told.title,
            components=frozenset(work.told.components),
            start=work.told.scheduled_for.timestamp(),
            end=work.told.scheduled_until.timestamp(),
        )
        for work in store.maintenance.all()
        if work.told.phase is not MaintenancePhase.CANCELLED
    )
