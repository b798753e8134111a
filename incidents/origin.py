"""Where a fault may have begun, by which components are affected and which are fine."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from incidents.component import ComponentGraph
from incidents.topology import Topology, topology_of

SPREADS = 0.6
"""How probably a fault shows at a component that needs the one at fault directly."""
UNWATCHED = 0.25
"""How probably a fault does not show where it is, since nobody watches that component."""
FINE = 0.6
"""What each component that needs an unwatched one directly, and is fine, leaves of its likelihood."""
BY_CHANCE = 0.03
"""How probably a component is affected that no dependency connects with the origin: a graph is seldom complete."""
CALLER = 0.05
"""How probably a change shows not at the component that was changed but at what it needs: a new caller overloads it."""
AT_LEAST = 20
"""A system has as many components: a configuration of fewer does not name them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """How probable what is affected would be, had the fault begun at one component or another.

    fits: by component, above 0; a component that is absent is not connected with what is affected.
    average: over all components of the system.
    """

    fits: Mapping[str, float]
    average: float
    topology: Topology

    def times(self, changed: Collection[str]) -> float:
        """By how much a change at these components makes what is affected more probable than a fault anywhere does.

        Several share it: the fault would have begun at one of them. 1 = says nothing, below 1 = speaks against it.
        """
        return fmean(self._of(name) for name in changed) / self.average

    def _of(self, name: str) -> float:
        called = (
            self.fits[far] * UNWATCHED ** (hops - 1)
            for far, hops in self.topology.above(name).items()
            if far in self.fits
        )
        return self.fits.get(name, 0.0) + CALLER * sum(called) / max(1, len(self.topology.needs(name)))


def origins_of(affected: Iterable[str], graph: ComponentGraph) -> Origins:
    """Weighs each affected component, and each that one of them needs, as the one where it all began.

    A fault shows at the components that need the one at fault, hop by hop. affected: at least one.
    """
    topology, names = topology_of(graph), frozenset(affected)
    candidates = names.union(*(topology.above(name) for name in names))
    entries = [name for name in names if names.isdisjoint(topology.needs(name))]
    reached = {name: _reached(len(names.intersection(topology.needs(name)))) for name in names.difference(entries)}
    whole = sum(map(math.log, reached.values()))
    logs = {
        name: (
            whole - math.log(reached.get(name, 1.0))
            if name in names
            else whole + _unseen(name, names, reached, topology)
        )
        + sum(math.log(_shows(name, entry, topology)) for entry in entries if entry != name)
        for name in candidates
    }
    top = max(logs.values())
    fits = {name: math.exp(log - top) for name, log in logs.items()}
    system = len(topology) + sum(name not in topology for name in names)
    return Origins(fits=fits, average=sum(fits.values()) / max(AT_LEAST, system), topology=topology)


def _reached(needed: int) -> float:
    """How probably a fault reaches a component of which so many direct dependencies are affected."""
    return 1.0 - (1.0 - SPREADS) ** needed


def _unseen(name: str, names: Collection[str], reached: Mapping[str, float], topology: Topology) -> float:
    """The logarithm of what it costs that the origin is not affected itself."""
    log = math.log(UNWATCHED)
    for other in topology.dependents(name):
        if other in reached:
            log += math.log(1.0 - (1.0 - reached[other]) * (1.0 - SPREADS)) - math.log(reached[other])
        elif other not in names:
            log += math.log(FINE)
    return log


def _shows(origin: str, entry: str, topology: Topology) -> float:
    """How probably a fault at `origin` shows at a component of which no direct dependency is affected."""
    hops = topology.below(origin).get(entry)
    return BY_CHANCE if hops is None else max(BY_CHANCE, SPREADS**hops * UNWATCHED ** (hops - 1))
