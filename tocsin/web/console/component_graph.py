"""The components of an incident as a picture: what depends on what, what deviates, where the fault is taken to sit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.component import ComponentGraph
from incidents.incident import Incident

MOST = 40
"""Components that a picture holds; a larger incident has its table of signals."""
WIDTH, HEIGHT, ACROSS, DOWN = 208, 48, 56, 16
_LETTERS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A component in the picture. x, y: its upper left corner. needs: the shown ones that it depends on.

    label: its name, shortened in the middle. since: when it began to deviate; None = it does not.
    """

    name: str
    label: str
    x: int
    y: int
    is_root: bool
    since: datetime | None
    ended_at: datetime | None
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentPicture:
    """Where each component stands, and the lines between them, from a dependency to what needs it."""

    nodes: tuple[Node, ...]
    lines: tuple[tuple[int, int, int, int], ...]
    width: int
    height: int


def picture_of(incident: Incident, graph: ComponentGraph) -> ComponentPicture | None:
    """Causes at the left, what depends on them to the right; None where there is nothing to connect, or too much.

    Shown are the affected components, and those that two of them depend on.
    """
    affected = [name for name in incident.components if name in graph]
    needed = [n for name in affected for n in graph[name].depends_on]
    shared = dict.fromkeys(n for n in needed if n in graph and n not in affected and needed.count(n) > 1)
    shown = [*affected, *shared]
    if not 2 <= len(shown) <= MOST:
        return None
    needs = {name: tuple(n for n in graph[name].depends_on if n in shown) for name in shown}
    layers = _layers(shown, needs)
    places = {
        name: ((WIDTH + ACROSS) * column, (HEIGHT + DOWN) * row)
        for column, names in enumerate(layers)
        for row, name in enumerate(names)
    }
    nodes = tuple(_node(incident, name, needs[name], places[name]) for names in layers for name in names)
    lines = tuple(
        (places[n][0] + WIDTH, places[n][1] + HEIGHT // 2, places[name][0], places[name][1] + HEIGHT // 2)
        for name in shown
        for n in needs[name]
    )
    height = max(len(names) for names in layers) * (HEIGHT + DOWN) - DOWN
    return ComponentPicture(nodes=nodes, lines=lines, width=len(layers) * (WIDTH + ACROSS) - ACROSS, height=height)


def _layers(shown: Sequence[str], needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The names by how many dependencies lie before them; of a circle, each stands where it was first met."""
    depth: dict[str, int] = {}

    def of(name: str, above: frozenset[str]) -> int:
        if name not in depth:
            further = [of(n, above | {name}) for n in needs[name] if n not in above]
            depth[name] = 1 + max(further, default=-1)
        return depth[name]

    layers: list[list[str]] = []
    for name in shown:
        place = of(name, frozenset({name}))
        layers.extend([] for _ in range(place + 1 - len(layers)))
        layers[place].append(name)
    return [names for names in layers if names]


def _node(incident: Incident, name: str, needs: tuple[str, ...], place: tuple[int, int]) -> Node:
    own = [s for s in incident.signals if s.component == name]
    ends = [s.ended_at for s in own if s.ended_at]
    return Node(
        name=name,
        label=name if len(name) <= _LETTERS else f"{name[:11]}…{name[-13:]}",
        x=place[0],
        y=place[1],
        is_root=name == incident.component,
        since=min((s.started_at for s in own), default=None),
        ended_at=max(ends) if own and len(ends) == len(own) else None,
        needs=needs,
    )
