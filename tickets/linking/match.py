"""The input and output types of linking: an incident to link to, and a match."""

from dataclasses import dataclass
from datetime import datetime

from incidents.component import Component, ComponentGraph
from incidents.incident import Incident, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkableIncident:
    """An incident as tickets are compared with it.

    public: the words that customers read. internal: words that engineers read; they help to understand, and go nowhere.
    form: the form its tickets would use. direction: deposit, withdrawal, both, trade, buy, login, verify, api or "".
    networks: lower case names. failure_kind: a FailureKind or any other word for how it fails.
    resolved_at: None while it is active.
    """

    id: str
    title: str
    public: str
    internal: str = ""
    components: tuple[str, ...] = ()
    form: str = ""
    assets: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    direction: str = ""
    failure_kind: str = ""
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    severity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How likely a ticket belongs to an incident, 0 to 1, and why: short sentences for agents, strongest first."""

    incident_id: str
    probability: float
    reasons: tuple[str, ...]


def linkable(incident: Incident, graph: ComponentGraph, public: str = "", title: str = "") -> LinkableIncident:
    """The incident as linking sees it; public, title: its public words, "" while there are none.

    Its assets, networks, direction and form are those of the affected components that a ticket can name. Where the
    fault sits in a part that no ticket names (a node, a wallet), these are the components that depend on it.
    """
    found = [c for name in incident.components if (c := graph.get(name)) is not None]
    named = [c for c in found if c.direction or c.form] or _dependants(incident.component, graph)
    directions = {c.direction for c in named if c.direction}
    forms = [c.form for c in named if c.form]
    return LinkableIncident(
        id=incident.id,
        title=title or incident.title,
        public=public,
        internal=" ".join((incident.title, *(s.title for s in incident.signals))),
        components=incident.components,
        form=forms[0] if forms else "",
        assets=_all_or_none([c.asset.upper() for c in named]),
        networks=_all_or_none([c.network.lower() for c in named]),
        direction=_direction(directions),
        failure_kind=incident.kind.value,
        started_at=incident.started_at,
        resolved_at=incident.resolved_at,
        severity=_severity(incident.severity),
    )


def _dependants(name: str, graph: ComponentGraph) -> list[Component]:
    below = graph.downstream(name)
    return [c for c in graph if c.name in below and (c.direction or c.form)]


def _all_or_none(values: list[str]) -> tuple[str, ...]:
    """The distinct values; () = any, where one of the components has none of its own."""
    return tuple(dict.fromkeys(values)) if all(values) else ()


def _direction(directions: set[str]) -> str:
    if directions == {"deposit", "withdrawal"}:
        return "both"
    return directions.pop() if len(directions) == 1 else ""


def _severity(severity: Severity | None) -> str:
    return severity.value if severity else ""
