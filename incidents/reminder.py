"""Before the public's next update is late, the engineers are reminded of it, once for each promise."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from incidents.component import ComponentGraph
from incidents.disclosure import public_incident
from incidents.incident import Incident, IncidentUpdate, UpdateKind
from incidents.lifecycle import TransitionError
from incidents.public import Site

SHARE = 3
"""Reminded when a third of the time between two updates is left: enough to find words, too late to forget them."""
LONGEST = timedelta(minutes=10)
LANGUAGE = "en"  # only the instants are read


def remind(
    timeline: Sequence[IncidentUpdate], graph: ComponentGraph, site: Site, now: datetime
) -> IncidentUpdate | None:
    """The reminder that is due now, or None. timeline: all of the incident's updates, oldest first."""
    told = public_incident(timeline, graph, LANGUAGE, site)
    if told is None or told.next_update_by is None:
        return None
    due = told.next_update_by
    if now < due - min(LONGEST, site.update_every / SHARE):
        return None
    if any(u.kind is UpdateKind.REMINDER and u.at >= told.updated_at for u in timeline):
        return None
    late = "is overdue" if now >= due else "is due"
    return IncidentUpdate(
        incident=timeline[-1].incident,
        at=now,
        kind=UpdateKind.REMINDER,
        reason=f"the public was promised an update by {due:%H:%M} UTC, which {late}: say what is known by now",
    )


def still(due: IncidentUpdate, incident: Incident) -> IncidentUpdate:
    """The reminder of the incident as it now stands. TransitionError where it has ended meanwhile."""
    if not incident.is_active:
        raise TransitionError(f"{incident.reference} is {incident.status}: there is nothing to remind of")
    return replace(due, incident=incident)
