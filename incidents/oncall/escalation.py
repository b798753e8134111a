"""The escalation of one incident: when it begins, whom each step notifies, and why it ends."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.incident import Incident, Severity, Status
from incidents.oncall.policy import ContactChannel, EscalationPolicy, EscalationStep, OncallRoute
from incidents.severity import is_worse


class EscalationEnd(StrEnum):
    """Why an escalation ended."""

    ACKNOWLEDGED = "somebody works on it"
    OVER = "the incident is over"
    NO_POLICY = "its policy is not configured any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Where an incident's escalation stands.

    begun_at: tells it from the incident's earlier ones. severity: the worst by which its route was asked for.
    taken: steps so far, repeats included. next_at: when the next is due; None = there is none, or it has ended.
    """

    incident_id: str
    policy: str
    channels: tuple[ContactChannel, ...] = ()
    severity: Severity | None = None
    begun_at: datetime
    taken: int = 0
    next_at: datetime | None = None
    ended_at: datetime | None = None
    end: EscalationEnd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A step that was taken. number: 0 = the first; counts on in repeats. people: () = it reached nobody."""

    number: int
    at: datetime
    people: tuple[str, ...]


Route = Callable[[], OncallRoute | None]
"""Asks for the route of the incident as it stands."""
Policies = Callable[[str], EscalationPolicy | None]
"""The policy of a name."""


def judge(
    incident: Incident, known: Escalation | None, route: Route, policies: Policies, now: datetime
) -> Escalation | None:
    """The escalation as it must stand from now on; None = there is none. The same value = nothing changes.

    It runs while an incident is detected and nobody has acknowledged it, and begins anew when that is so again. A
    running one keeps its policy, unless the incident becomes worse and its route then names another.
    """
    is_waiting = incident.status is Status.DETECTED and not incident.shadow
    is_running = known is not None and known.ended_at is None
    if known is None or not is_running:
        return _begun(incident, route(), policies, now) or known if is_waiting else known
    if not is_waiting:
        end = EscalationEnd.ACKNOWLEDGED if incident.is_active else EscalationEnd.OVER
        return replace(known, next_at=None, ended_at=now, end=end)
    is_configured = policies(known.policy) is not None
    if is_configured and not is_worse(incident.severity, known.severity):
        return known
    found = route()
    if found is not None and found.policy != known.policy:
        return _begun(incident, found, policies, now) or known
    if is_configured:
        return replace(known, severity=incident.severity)
    return replace(known, next_at=None, ended_at=now, end=EscalationEnd.NO_POLICY)


def escalate(
    known: Escalation, policy: EscalationPolicy, now: datetime, who: Callable[[EscalationStep], tuple[str, ...]]
) -> tuple[Escalation, tuple[StepTaken, ...]]:
    """Takes the steps that are due; returns the escalation behind them, and them.

    who: whom a step reaches now. A step that reaches nobody is followed by the next at once, the last of them by the
    wait before a repeat. The wait for the next step begins when this one was taken, however late that was.
    """
    steps: list[StepTaken] = []
    while known.next_at is not None and known.next_at <= now:
        people = who(policy.steps[known.taken % len(policy.steps)])
        steps.append(StepTaken(number=known.taken, at=now, people=people))
        taken = known.taken + 1
        known = replace(known, taken=taken, next_at=_next_at(policy, taken, now, reached=bool(people)))
    return known, tuple(steps)


def _begun(incident: Incident, route: OncallRoute | None, policies: Policies, now: datetime) -> Escalation | None:
    policy = policies(route.policy) if route is not None else None
    if route is None or policy is None:
        return None
    return Escalation(
        incident_id=incident.id,
        policy=policy.name,
        channels=route.channels,
        severity=incident.severity,
        begun_at=now,
        next_at=now + policy.steps[0].after,
    )


def _next_at(policy: EscalationPolicy, taken: int, now: datetime, *, reached: bool) -> datetime | None:
    if taken >= policy.total:
        return None
    place = taken % len(policy.steps)
    if not reached and place:
        return now
    again = policy.again_after if place == 0 else timedelta(0)
    return now + again + policy.steps[place].after
