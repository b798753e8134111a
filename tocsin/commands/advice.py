"""What `tocsin check` notes of a configuration that can be used: unreachable rules, no owner, where an alert goes."""

from collections.abc import Iterator, Sequence

from incidents.component import Component, ComponentGraph, DisclosureMode
from incidents.intake.alerts import route_of, unreachable
from tocsin.config import Config
from tocsin.wiring.build import rules_of

NAMED = 5
"""Components that a sentence names before it counts the rest."""


def advice(config: Config) -> Iterator[str]:
    """What an engineer would want to know, a sentence each; nothing of it keeps the configuration from being used."""
    for number, earlier in unreachable(rules_of(config)):
        yield f"alerts: rule {number} is never reached: whatever it fits goes by rule {earlier}; move it before that"
    ownerless = [c.name for c in config.components if not c.team]
    if ownerless:
        yield f"{_listed(ownerless)}: no team is named, so nobody is on their tickets (components[].team)"


def walked(config: Config, labels: Sequence[str]) -> str:
    """Where an alert with these labels (`name=value`) goes. Raises ValueError where one is written otherwise."""
    said: dict[str, str] = {}
    for label in labels:
        name, is_pair, value = label.partition("=")
        if not is_pair or not name:
            raise ValueError(f"--alert {label!r}: must be a label as name=value, such as alertname=DiskFull")
        said[name] = value
    graph = ComponentGraph(config.components)
    route = route_of({name: value for name, value in said.items() if value}, rules_of(config), graph)
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
    return f"This alert would go, {by} (kind {route.rule.kind}{felt}), to {what}. Its ticket goes to {trackers}."


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
