"""Planned work as the watches need it: while it lasts, its components teach nothing of what is usual."""

from detectors.known_day import Planned
from statuspage.maintenance import MaintenancePhase
from tocsin.storage import Store


def planned_work(store: Store) -> tuple[Planned, ...]:
    """All work that was or is planned, without what was called off, the earliest first."""
    return tuple(
        Planned(
            title=work.public.title,
            components=frozenset(work.public.components),
            start=work.public.scheduled_for.timestamp(),
            end=work.public.scheduled_until.timestamp(),
        )
        for work in store.maintenance.all()
        if work.public.phase is not MaintenancePhase.CANCELLED
    )
