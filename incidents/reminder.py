"""Reminds engineers before the public's next update is late, and while an incident waits for approval."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from incidents.component import ComponentGraph
from incidents.disclosure import decide_disclosure, public_incident
from incidents.incident import Incident, IncidentUpdate, UpdateKind
from incidents.lifecycle import TransitionError
from incidents.public import DisclosureSettings

SHARE = 3
"""Reminded when a third of the time between two updates is left: enough to find words, too late to forget them."""
LONGEST = timedelta(minutes=10)
LANGUAGE = "en"  # only the instants are read


def remind(
    timeline: Sequence[IncidentUpdate], graph: ComponentGraph, site: DisclosureSettings, now: datetime
) -> IncidentUpdate | None:
    """The reminder that is due now, or None. timeline: all of the incident's updates, oldest first."""
    public = public_incident(timeline, graph, LANGUAGE, site)
    if public is None:
        return _unapproved(timeline, graph, site, now)
    if public.next_update_by is None:
        return None
    due = public.next_update_by
    if now < due - min(LONGEST, site.update_every / SHARE):
        return None
    if any(u.kind is UpdateKind.REMINDER and u.at >= public.updated_at for u in timeline):
        return None
    late = "is overdue" if now >= due else "is due"
    said = f"the public was promised an update by {due:%H:%M} UTC, which {late}: say what is known by now"
    return _reminder(timeline, said, now)


def _unapproved(
    timeline: Sequence[IncidentUpdate], graph: ComponentGraph, site: DisclosureSettings, now: datetime
) -> IncidentUpdate | None:
    """Where nothing goes out without a human: said at the deadline, and again as often as the public would get an
    update.
    """
    incident = timeline[-1].incident
    if not incident.is_active or incident.recovered_at:
        return None
    due = decide_disclosure(incident, graph).escalate_at
    if due is None or now < due:
        return None
    before = [u.at for u in timeline if u.kind is UpdateKind.REMINDER]
    if before and now < before[-1] + site.update_every:
        return None
    said = (
        f"it waits for approval since {incident.opened_at:%H:%M} UTC, the public knows nothing: publish or withhold it"
    )
    return _reminder(timeline, said, now)


def _reminder(timeline: Sequence[IncidentUpdate], said: str, now: datetime) -> IncidentUpdate:
    return IncidentUpdate(incident=timeline[-1].incident, at=now, kind=UpdateKind.REMINDER, reason=said)


def still(due: IncidentUpdate, incident: Incident) -> IncidentUpdate:
    """The same reminder for the incident as it stands now. TransitionError where it has ended meanwhile."""
    if not incident.is_active:
        raise TransitionError(f"{incident.reference} is {incident.status}: there is nothing to remind of")
    return replace(due, incident=incident)
