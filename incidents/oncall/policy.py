"""Escalation policies, and the routes by which an incident gets one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from incidents.component import ComponentGraph
from incidents.incident import Incident, Severity
from incidents.oncall.rotation import wall_clock_at
from incidents.oncall.schedule import Hours


class ContactChannel(StrEnum):
    """How a person is notified."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    APPRISE = "apprise"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """One step of a policy. after: the wait since the step before, or since the incident. schedules, people: names."""

    after: timedelta
    schedules: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPolicy:
    """Steps until somebody acknowledges. repeat: how often all steps are taken again; again_after: the wait before."""

    name: str
    steps: tuple[EscalationStep, ...]
    repeat: int = 0
    again_after: timedelta = timedelta(minutes=10)

    @property
    def total(self) -> int:
        """How many steps are taken at most."""
        return len(self.steps) * (1 + self.repeat)


@dataclass(frozen=True, slots=True, kw_only=True)
class OncallRoute:
    """Which incidents get a policy; what is empty fits all.

    components, labels' values: shell patterns; one of an incident's components, one of its signals must fit. hours: by
    the clocks of `zone`, when the escalation begins. channels: of those that a person has; () = all.
    """

    policy: str
    components: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    hours: tuple[Hours, ...] = ()
    zone: str = "UTC"
    channels: tuple[ContactChannel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a route asks of an incident. labels: of each signal. severity None = pending."""

    components: tuple[str, ...]
    assets: frozenset[str] = frozenset()
    severity: Severity | None = None
    labels: tuple[tuple[tuple[str, str], ...], ...] = ()


def subject_of(incident: Incident, graph: ComponentGraph) -> Subject:
    """What routes ask of an incident."""
    known = [component for name in incident.components if (component := graph.get(name)) is not None]
    return Subject(
        components=tuple(dict.fromkeys((incident.component, *incident.components))),
        assets=frozenset(component.asset for component in known if component.asset),
        severity=incident.severity,
        labels=tuple(dict.fromkeys(signal.labels for signal in incident.signals)),
    )


def route_of(routes: Sequence[OncallRoute], subject: Subject, at: datetime) -> OncallRoute | None:
    """The first route that fits; None = nobody is notified."""
    return next((route for route in routes if _fits(route, subject, at)), None)


def _fits(route: OncallRoute, subject: Subject, at: datetime) -> bool:
    wall = wall_clock_at(at, ZoneInfo(route.zone))
    return (
        (not route.components or _one_fits(subject.components, route.components))
        and (not route.assets or not subject.assets.isdisjoint(route.assets))
        and (not route.severities or subject.severity in route.severities)
        and (not route.hours or any(hours.covers(wall) for hours in route.hours))
        and (not route.labels or any(_labels_fit(dict(labels), route.labels) for labels in subject.labels))
    )


def _one_fits(names: Iterable[str], patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _labels_fit(labels: dict[str, str], wanted: Iterable[tuple[str, str]]) -> bool:
    return all(fnmatchcase(labels.get(name, ""), pattern) for name, pattern in wanted)
