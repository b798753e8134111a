"""Reads the reported changes of an incident's or a plot's time."""

from datetime import UTC, datetime

from detectors.frame import Floats
from detectors.plot import Mark
from incidents.change import CLOCKS_DIFFER, SUSPECTED_FOR, ReportedChange, concerns
from incidents.component import ComponentGraph
from incidents.incident import Incident
from tocsin.storage import Store

MARKS = 6
"""Changes that a plot shows, the latest of its time."""


def reported_for(store: Store, incident: Incident) -> tuple[ReportedChange, ...] | None:
    """What was changed before an incident's first sign; None = nobody has ever reported a change here."""
    start = incident.started_at
    found = store.changes.between(start - SUSPECTED_FOR, start + CLOCKS_DIFFER)
    return found if found or store.changes.page(limit=1).items else None


def reported_during(store: Store, incident: Incident, now: datetime) -> tuple[ReportedChange, ...]:
    """What was changed from SUSPECTED_FOR before an incident's first sign to its end, in order."""
    return store.changes.between(incident.started_at - SUSPECTED_FOR, incident.resolved_at or now)


def change_marks(store: Store, graph: ComponentGraph, component: str, times: Floats) -> tuple[Mark, ...]:
    """The changes that could matter to a component within a plot's times (epoch seconds, ascending)."""
    start, end = (datetime.fromtimestamp(float(seconds), UTC) for seconds in (times[0], times[-1]))
    found = [c for c in store.changes.between(start, end) if concerns(c, component, graph)]
    return tuple(Mark(at=c.at, name=f"{c.kind} {c.title}") for c in found[-MARKS:])
