"""What `tocsin check` notes of a configuration that can be used: unreachable rules, no owner, where an alert goes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from incidents.component import Component, ComponentGraph, DisclosureMode
from incidents.incident import Severity
from incidents.intake.alerts import route_of as alert_route_of
from incidents.intake.alerts import unreachable
from incidents.oncall.policy import OncallRoute, Subject, route_of
from incidents.oncall.schedule import on_call
from tocsin.config import Config, OncallSettings
from tocsin.config.scalars import brief
from tocsin.wiring.build import rules_of
from tocsin.wiring.oncall import policies_of, routes_of, schedules_of

NAMED = 5
"""Components that a sentence names before it counts the rest."""


def advice(config: Config) -> Iterator[str]:
    """What an engineer would want to know, a sentence each; nothing of it keeps the configuration from being used."""
    for number, earlier in unreachable(rules_of(config)):
        yield f"alerts: rule {number} is never reached: whatever it fits goes by rule {earlier}; move it before that"
    ownerless = [c.name for c in config.components if not c.team]
    if ownerless:
        yield f"{_listed(ownerless)}: no team is named, so nobody is on their tickets (components[].team)"


def walked(config: Config, labels: Sequence[str], now: datetime) -> str:
    """Where an alert with these labels (`name=value`) goes, and whom it notifies.

    Raises ValueError where one is written otherwise.
    """
    said: dict[str, str] = {}
    for label in labels:
        name, is_pair, value = label.partition("=")
        if not is_pair or not name:
            raise ValueError(f"--alert {label!r}: must be a label as name=value, such as alertname=DiskFull")
        said[name] = value
    graph = ComponentGraph(config.components)
    route = alert_route_of({name: value for name, value in said.items() if value}, rules_of(config), graph)
    by = f"by rule {route.number}" if route.number else "by no rule"
    if route.rule.ignore:
        return f"This alert would be ignored, {by}."
    component = graph.get(route.component)
    if component is None:
        what = f"{route.component}, which no component of this configuration is: nothing is published of it"
    else:
        what = f"{component.name}{_team(component)}: {_public(component)}"
    felt = ", felt by customers" if route.rule.user_visible else ""
    trackers = ", ".join(["the console", *(tracker.name for tracker in config.trackers)])
    goes = f"This alert would go, {by} (kind {route.rule.kind}{felt}), to {what}. Its ticket goes to {trackers}."
    return f"{goes} {_notified(config, route.component, said, now)}".strip()


def _notified(config: Config, component: str, labels: Mapping[str, str], now: datetime) -> str:
    """Who would be notified at which severity if an incident of it were opened now; "" where nobody is configured."""
    settings = config.oncall
    if settings is None:
        return ""
    known = ComponentGraph(config.components).get(component)
    assets = frozenset({known.asset} if known and known.asset else ())
    found: dict[str, list[str]] = {}
    for severity in reversed(Severity):
        subject = Subject(
            components=(component,), assets=assets, severity=severity, labels=(tuple(sorted(labels.items())),)
        )
        route = route_of(routes_of(settings), subject, now)
        found.setdefault(_steps(settings, route, now), []).append(severity.value)
    return " ".join(f"As {' or '.join(severities)} it would notify {whom}." for whom, severities in found.items())


def _steps(settings: OncallSettings, route: OncallRoute | None, now: datetime) -> str:
    """The steps of a route's policy, with whoever would be on call now."""
    if route is None:
        return "nobody: no route fits"
    policy, schedules = policies_of(settings)[route.policy], schedules_of(settings)
    said = []
    for step in policy.steps:
        people = dict.fromkeys(step.people)
        for name in step.schedules:
            people |= dict.fromkeys(on_call(schedules[name], now))
        said.append(f"{', '.join(people) or 'nobody (nobody is on call now)'} after {brief(step.after)}")
    return f"by policy {policy.name} {', then '.join(said)}"


def _team(component: Component) -> str:
    return f" (team {component.team})" if component.team else ""


def _public(component: Component) -> str:
    policy, wait = component.disclosure, f"{component.disclosure.after.total_seconds():g} s"
    if not component.public or policy.mode is DisclosureMode.NEVER:
        return "nothing is published of it"
    if policy.escalates:
        return f"it is published by a person alone, who is asked again after {wait}"
    unless = " unless a person decides before" if policy.mode is DisclosureMode.APPROVE else ""
    return f"it is published by itself after {wait}{unless}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{'component' if len(names) == 1 else 'components'} {', '.join(names[:NAMED])}{more}"
