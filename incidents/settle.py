"""What time alone changes in an incident: it resolves when recovery has held, and is told when its deadline comes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from incidents.component import ComponentGraph
from incidents.disclosure import disclose
from incidents.incident import EndReason, Incident, IncidentUpdate, Status, UpdateKind
from incidents.settings import Settings


def settle(
    known: Iterable[Incident], graph: ComponentGraph, now: datetime, settings: Settings
) -> tuple[IncidentUpdate, ...]:
    """The updates that are due now, without any new signal."""
    return tuple(update for incident in known for update in settle_one(incident, graph, now, settings))


def settle_one(
    incident: Incident, graph: ComponentGraph, now: datetime, settings: Settings
) -> tuple[IncidentUpdate, ...]:
    """At most one update: the disclosure that is due, or the end."""
    due = disclose(incident, graph, now) or _recover(incident, now, settings)
    return (due,) if due else ()


def _recover(incident: Incident, now: datetime, settings: Settings) -> IncidentUpdate | None:
    if not incident.is_active or incident.status_by_human or incident.recovered_at is None:
        return None
    if now < incident.recovered_at + settings.recovery_hold:
        return None
    ended = replace(incident, status=Status.RESOLVED, end_reason=EndReason.RECOVERED, resolved_at=now, disclose_at=None)
    held = f"{settings.recovery_hold.total_seconds():g} s"
    reason = f"all {len(incident.signals)} signals ended, the last at {incident.recovered_at:%H:%M:%S}; held {held}"
    return IncidentUpdate(incident=ended, at=now, kind=UpdateKind.RESOLVED, reason=reason)
