"""The one gate to the outside: page, mail, portal and deflection all ask here whether the public is told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph, DisclosureMode
from incidents.incident import Incident, IncidentUpdate, UpdateKind
from incidents.signal import SignalSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """When the policy tells the public by itself, None = it does not, and why."""

    disclose_at: datetime | None
    reason: str


def decide_disclosure(incident: Incident, graph: ComponentGraph) -> Verdict:
    """Whether and when the incident's policy tells the public by itself.

    The strictest policy among the affected components that would be shown counts: telling too early cannot be taken
    back. Components that are internal or say `never` are not shown at all, so they don't silence the others: that
    withdrawals are late may be told without a word of the wallet behind them.
    """
    if incident.shadow:
        return _no("a shadow incident is told to nobody")
    if incident.withheld_by:
        return _no(f"withheld by {incident.withheld_by}")
    shown = tellable(incident, graph)
    if not shown:
        return _no("every affected component is internal or its policy says never; a human may publish it")
    corroboration = _corroboration(incident)
    if not corroboration:
        return _no("waits for a second independent signal or a metric that customers feel")
    strictest = max(shown, key=lambda c: (c.disclosure.mode is DisclosureMode.APPROVE, c.disclosure.after))
    wait = max(c.disclosure.after for c in shown if c.disclosure.mode is strictest.disclosure.mode)
    due = incident.opened_at + wait
    return Verdict(disclose_at=due, reason=f"{_policy(strictest, wait)}; {corroboration}")


def tellable(incident: Incident, graph: ComponentGraph) -> tuple[Component, ...]:
    """The affected components that the public may be told of without a human, in graph order."""
    found = (graph.get(name) for name in incident.components)
    return tuple(c for c in found if c and c.public and c.disclosure.mode is not DisclosureMode.NEVER)


def schedule(incident: Incident, graph: ComponentGraph) -> Incident:
    """The incident with `disclose_at` and `disclosure_reason` as its evidence now asks; unchanged once told or over."""
    if incident.disclosed_at or not incident.is_active:
        return incident
    verdict = decide_disclosure(incident, graph)
    return replace(incident, disclose_at=verdict.disclose_at, disclosure_reason=verdict.reason)


def disclose(incident: Incident, graph: ComponentGraph, now: datetime) -> IncidentUpdate | None:
    """The disclosure that is due now, or None.

    What recovered before its deadline is not told any more: it would be news of something that is over.
    """
    if incident.disclosed_at or not incident.is_active or incident.recovered_at:
        return None
    planned = schedule(incident, graph)
    if planned.disclose_at is None or planned.disclose_at > now:
        return None
    told = replace(planned, disclosed_at=now, disclose_at=None)
    return IncidentUpdate(incident=told, at=now, kind=UpdateKind.DISCLOSED, reason=told.disclosure_reason)


def _corroboration(incident: Incident) -> str:
    """Why an automatic disclosure is safe, "" = it is not."""
    if incident.confirmed_by:
        return f"confirmed by {incident.confirmed_by}"
    if any(s.source is SignalSource.HUMAN for s in incident.signals):
        return "reported by a human"
    # No data is no evidence of what customers feel, and two series of one watch are one witness.
    spoken = [s for s in incident.signals if s.kind is not FailureKind.SILENCE]
    felt = sorted(s.name for s in spoken if s.user_visible)
    if felt:
        return f"{felt[0]} is felt by customers"
    witnesses = sorted({(s.source, s.name) for s in spoken})
    if len(witnesses) >= 2:
        return f"{witnesses[0][1]} and {witnesses[1][1]} say so independently"
    return ""


def _policy(component: Component, wait: timedelta) -> str:
    seconds = f"{wait.total_seconds():g} s"
    if component.disclosure.mode is DisclosureMode.APPROVE:
        return f"{component.name} asks for approval, and goes out unapproved after {seconds}"
    return f"{component.name} is told automatically" + (f" after {seconds}" if wait else "")


def _no(reason: str) -> Verdict:
    return Verdict(disclose_at=None, reason=reason)
