"""Links to a component's dashboard, over the time of one of its incidents, and to its runbook."""

from datetime import datetime, timedelta

from incidents.component import Component, ComponentGraph
from incidents.incident import Incident
from tickets.markdown import link_target, plain

LEAD = timedelta(minutes=10)
"""How much of the time before and after an incident its dashboards show, at the least."""


def component_links(name: str, incident: Incident, graph: ComponentGraph) -> list[str]:
    """In Markdown; a component that is not the incident's root is named. Empty where the component has none."""
    known = graph.get(name)
    return [] if known is None else _links(known, incident)


def _links(component: Component, incident: Incident) -> list[str]:
    of = "" if component.name == incident.component else f" of {plain(component.title)}"
    links = ((_over_its_time(component.dashboard, incident), "dashboard"), (component.runbook, "runbook"))
    return [f"[{word}{of}]({link_target(url)})" for url, word in links if link_target(url)]


def _over_its_time(dashboard: str, incident: Incident) -> str:
    """From as long before the incident as it lasted, to its end; while it lasts to `now`, as Grafana takes it."""
    end = incident.resolved_at
    lasted = (end or incident.opened_at) - incident.started_at
    start = _milliseconds(incident.started_at - max(LEAD, lasted))
    until = _milliseconds(end + LEAD) if end else "now"
    return dashboard.replace("{from}", start).replace("{to}", until)


def _milliseconds(at: datetime) -> str:
    """Since 1970 UTC."""
    return str(round(at.timestamp() * 1000))
