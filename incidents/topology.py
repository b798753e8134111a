"""Distances in the component graph, computed once per graph."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from incidents.component import ComponentGraph


class Topology:
    """Hops up and down the dependencies, remembered for as long as the object lives."""

    def __init__(self, graph: ComponentGraph) -> None:
        self._graph = graph
        self._order = {component.name: place for place, component in enumerate(graph)}
        self._dependents: dict[str, list[str]] = {}
        for component in graph:
            for upstream in component.depends_on:
                self._dependents.setdefault(upstream, []).append(component.name)
        self._up: dict[str, Mapping[str, int]] = {}
        self._down: dict[str, Mapping[str, int]] = {}
        self._around: dict[str, frozenset[str]] = {}

    def above(self, name: str) -> Mapping[str, int]:
        """Everything that `name` depends on, with the hops to it (1 = directly)."""
        if name not in self._up:
            self._up[name] = _hops(name, self.needs)
        return self._up[name]

    def below(self, name: str) -> Mapping[str, int]:
        """Everything that depends on `name`, with the hops to it (1 = directly)."""
        if name not in self._down:
            self._down[name] = _hops(name, self.dependents)
        return self._down[name]

    def around(self, name: str) -> frozenset[str]:
        """`name`, everything above and below it, and what shares a direct dependency with it."""
        if name not in self._around:
            beside = (other for needed in self.needs(name) for other in self.dependents(needed))
            self._around[name] = frozenset((name, *self.above(name), *self.below(name), *beside))
        return self._around[name]

    def needs(self, name: str) -> tuple[str, ...]:
        """The direct dependencies of `name`."""
        component = self._graph.get(name)
        return component.depends_on if component else ()

    def dependents(self, name: str) -> tuple[str, ...]:
        """The components that depend directly on `name`."""
        return tuple(self._dependents.get(name, ()))

    def place(self, name: str) -> tuple[int, str]:
        """Sorts names in the configured order, unknown ones last by name."""
        return (self._order.get(name, len(self._order)), name)

    def __contains__(self, name: object) -> bool:
        """Whether the configuration names it."""
        return name in self._order

    def __len__(self) -> int:
        return len(self._order)


@lru_cache(maxsize=4)
def topology_of(graph: ComponentGraph) -> Topology:
    """The distances in a graph; of the last few graphs they are remembered."""
    return Topology(graph)


def _hops(start: str, step: Callable[[str], Iterable[str]]) -> dict[str, int]:
    hops = {start: 0}
    front = deque([start])
    while front:
        here = front.popleft()
        for there in step(here):
            if there not in hops:
                hops[there] = hops[here] + 1
                front.append(there)
    del hops[start]
    return hops
