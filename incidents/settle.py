"""Changes of an incident that only time causes: it resolves after calm, and is disclosed at its deadline.

What was resolved by a human while evidence lasted is opened again by the next statement of that evidence
(`incidents.draft`). Where none comes, because the watch was removed, the evidence ends here: nobody says it any more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from incidents.component import ComponentGraph
from incidents.disclosure import disclose
from incidents.incident import EndReason, Incident, IncidentUpdate, Status, UpdateKind
from incidents.recurrence import ends_at
from incidents.settings import Settings
from incidents.severity import is_worse, severity_of

UNREPEATED = 2
"""Recovery holds after which evidence of a resolved incident that no source repeats is taken as ended."""


def settle(
    known: Iterable[Incident],
    graph: ComponentGraph,
    now: datetime,
    settings: Settings,
    customers: Mapping[str, int] = MappingProxyType({}),
) -> tuple[IncidentUpdate, ...]:
    """The updates that are due now, without any new signal. customers: incident id -> linked tickets."""
    return tuple(
        update
        for incident in known
        for update in settle_one(incident, graph, now, settings, customers.get(incident.id, 0))
    )


def settle_one(
    incident: Incident, graph: ComponentGraph, now: datetime, settings: Settings, customers: int = 0
) -> tuple[IncidentUpdate, ...]:
    """The disclosure that is due, or the end; and the severity that what lasts has grown to.

    customers: whose tickets are linked.
    """
    due = disclose(incident, graph, now) or _recover(incident, now, settings) or _fall_silent(incident, now, settings)
    grown = _grow(due.incident if due else incident, graph, now, settings, customers)
    return tuple(update for update in (due, grown) if update)


def _grow(
    incident: Incident, graph: ComponentGraph, now: datetime, settings: Settings, customers: int
) -> IncidentUpdate | None:
    """The severity rises with time, with the backlog and with the customers who write; a human's stays."""
    if not incident.is_active or incident.severity_by_human:
        return None
    judged = severity_of(incident, graph, settings, now, customers)
    if not is_worse(judged.severity, incident.severity):
        return None
    grown = replace(incident, severity=judged.severity, severity_reason=judged.reason)
    return IncidentUpdate(incident=grown, at=now, kind=UpdateKind.SEVERITY, reason=judged.reason)


def _recover(incident: Incident, now: datetime, settings: Settings) -> IncidentUpdate | None:
    due = ends_at(incident, settings)
    if due is None or incident.recovered_at is None or now < due:
        return None
    ended = replace(incident, status=Status.RESOLVED, end_reason=EndReason.RECOVERED, resolved_at=now, disclose_at=None)
    lasted = f"{(due - incident.recovered_at).total_seconds():g} s"
    reason = f"all {len(incident.signals)} signals ended, the last at {incident.recovered_at:%H:%M:%S}; for {lasted}"
    return IncidentUpdate(incident=ended, at=now, kind=UpdateKind.RESOLVED, reason=reason)


def _fall_silent(incident: Incident, now: datetime, settings: Settings) -> IncidentUpdate | None:
    """Ends the evidence of a resolved incident that no source has repeated for two recovery holds since."""
    if incident.status is not Status.RESOLVED or incident.resolved_at is None or not incident.lasting:
        return None
    if now < incident.resolved_at + UNREPEATED * settings.recovery_hold:
        return None
    ended = tuple(s if s.ended_at else replace(s, ended_at=max(s.seen_at, s.started_at)) for s in incident.signals)
    names = ", ".join(sorted({s.name for s in incident.lasting}))
    reason = f"no source has reported {names} since {incident.resolved_at:%H:%M:%S}: its evidence is taken as ended"
    over = replace(incident, signals=ended, recovered_at=max(s.ended_at for s in ended if s.ended_at))
    return IncidentUpdate(incident=over, at=now, kind=UpdateKind.SIGNALS, reason=reason)
