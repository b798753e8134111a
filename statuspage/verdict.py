"""The headline of the page: whether all is well, and if not, how bad it is and how much of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incidents.component import ComponentStatus
from incidents.incident import Severity
from incidents.public import Phase
from statuspage.uptime import worst


class VerdictReason(StrEnum):
    """Which sentence the verdict is."""

    NOTHING_LISTED = "nothing_listed"
    ALL_WELL = "all_well"
    WATCHING = "watching"  # all is well again, an incident is still open
    INVESTIGATING = "investigating"  # an incident is open, no component is known to suffer
    AFFECTED = "affected"
    SUSPECTED = "suspected"
    UNVERIFIED = "unverified"
    MAINTENANCE = "maintenance"


_OF_SEVERITY = {
    None: ComponentStatus.DEGRADED,
    Severity.MINOR: ComponentStatus.DEGRADED,
    Severity.MAJOR: ComponentStatus.PARTIAL_OUTAGE,
    Severity.CRITICAL: ComponentStatus.MAJOR_OUTAGE,
}
_OF_STATUS = {
    ComponentStatus.SUSPECTED: VerdictReason.SUSPECTED,
    ComponentStatus.UNKNOWN: VerdictReason.UNVERIFIED,
    ComponentStatus.MAINTENANCE: VerdictReason.MAINTENANCE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """The facts of an open incident that the verdict needs."""

    phase: Phase
    severity: Severity | None
    next_update_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The worst state, and how much of the page is in trouble.

    names: the labels of what is in the worst state. affected: how many are in known trouble. suspected,
    unverified: how many probably are, and how many nobody can verify. next_update_by: the earliest promise of an open
    incident.
    """

    reason: VerdictReason
    status: ComponentStatus
    names: tuple[str, ...] = ()
    affected: int = 0
    suspected: int = 0
    unverified: int = 0
    total: int = 0
    next_update_by: datetime | None = None


def decide(shown: Sequence[tuple[str, ComponentStatus]], open_incidents: Sequence[OpenIncident]) -> Verdict:
    """The verdict over what the page shows: (label, status) of each component, and the incidents that last."""
    state = worst(status for _, status in shown)
    reason = _OF_STATUS.get(state, VerdictReason.AFFECTED)
    if state is ComponentStatus.OPERATIONAL:
        reason, state = _all_operational(len(shown), open_incidents)
    promises = [i.next_update_by for i in open_incidents if i.next_update_by is not None]
    calm = (
        ComponentStatus.OPERATIONAL,
        ComponentStatus.UNKNOWN,
        ComponentStatus.SUSPECTED,
        ComponentStatus.MAINTENANCE,
    )
    return Verdict(
        reason=reason,
        status=state,
        names=tuple(label for label, status in shown if status is state and state is not ComponentStatus.OPERATIONAL),
        affected=sum(status not in calm for _, status in shown),
        suspected=sum(status is ComponentStatus.SUSPECTED for _, status in shown),
        unverified=sum(status is ComponentStatus.UNKNOWN for _, status in shown),
        total=len(shown),
        next_update_by=min(promises, default=None),
    )


def _all_operational(total: int, open_incidents: Sequence[OpenIncident]) -> tuple[VerdictReason, ComponentStatus]:
    unsettled = [i for i in open_incidents if i.phase is not Phase.MONITORING]
    if unsettled:
        return VerdictReason.INVESTIGATING, worst(_OF_SEVERITY[i.severity] for i in unsettled)
    if open_incidents:
        return VerdictReason.WATCHING, ComponentStatus.OPERATIONAL
    if not total:
        return VerdictReason.NOTHING_LISTED, ComponentStatus.UNKNOWN
    return VerdictReason.ALL_WELL, ComponentStatus.OPERATIONAL
