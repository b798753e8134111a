"""Storms of alerts on made-up systems, with the truth of each alert and of each fault.

A system has 20 to 500 components in 4 to 6 layers, each layer larger than the one that it needs by a factor of 1 to
2.5; a component needs 1 to 3 of the next layer, the more of whom many need already (preferential), and in one system
of three 5 % of the components need one two layers below as well. Faults: 1 to 5 within 5 minutes, in components of any
layer, none of which is above or below another's (they are independent, though what needs both may suffer from both).

A fault shows at its own component within 5 s with 2 to 5 kinds of alerts (in 1 of 10 faults not at all: nobody watches
it), and spreads to what needs it, hop by hop, 0 to 15 s later, with a probability of .35 to .8 a system, with 1 or 2
kinds. Each alert is said again every 10 to 30 s until its fault ends, after 2 to 8 minutes. Noise: one alert in 25 is
of a component that has nothing to do with any fault, and alone.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

KINDS = ("latency", "errors", "cpu", "memory", "queue")
Alert = tuple[float, str, str]
Edge = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """alerts: (seconds, component, kind), ascending. faults: which caused each. roots: fault -> its component.

    edges: (component, what it needs). A piece of noise is a fault of its own, without a root.
    """

    alerts: Sequence[Alert]
    faults: Sequence[str]
    roots: Mapping[str, str]
    edges: Sequence[Edge]


def storm(rng: random.Random, components: int, faults: int) -> Storm:
    """One storm on one system. components: 20 to 500. faults: 1 to 5."""
    edges = system(rng, components)
    names = sorted({name for edge in edges for name in edge})
    needed_by: dict[str, list[str]] = defaultdict(list)
    for name, needed in edges:
        needed_by[needed].append(name)
    roots: dict[str, str] = {}
    related: set[str] = set()
    for n in range(faults):
        free = [name for name in names if name not in related]
        if not free:
            break
        roots[str(n)] = rng.choice(free)
        related |= _reached(roots[str(n)], needed_by) | _reached(roots[str(n)], _needs(edges))
    spreads = rng.uniform(0.35, 0.8)
    said: list[tuple[Alert, str]] = []
    for fault, root in roots.items():
        said += [(alert, fault) for alert in _fault(rng, root, needed_by, rng.uniform(0, 300), spreads)]
    suffering = {alert[1] for alert, _ in said}
    quiet = [name for name in names if name not in suffering]
    for n in range(len(said) // 25 if quiet else 0):
        said.append(((rng.uniform(0, 600), rng.choice(quiet), "disk"), f"noise {n}"))
    said.sort()
    return Storm(alerts=[alert for alert, _ in said], faults=[of for _, of in said], roots=roots, edges=edges)


def system(rng: random.Random, components: int) -> list[Edge]:
    weights = [1.0]
    for _ in range(rng.randint(3, 5)):
        weights.append(weights[-1] * rng.uniform(1, 2.5))
    sizes = [max(1, round(components * weight / sum(weights))) for weight in weights]
    layers = [[f"l{layer}-{n}" for n in range(size)] for layer, size in enumerate(sizes)]
    edges: dict[Edge, None] = {}
    is_crossed = rng.random() < 1 / 3
    for layer in range(1, len(layers)):
        drawn = list(layers[layer - 1])  # once for each that needs it, and once more
        for name in layers[layer]:
            for _ in range(rng.randint(1, 3)):
                needed = rng.choice(drawn)
                drawn.append(needed)
                edges[name, needed] = None
            if is_crossed and layer > 1 and rng.random() < 0.05:
                edges[name, rng.choice(layers[layer - 2])] = None
    return list(edges)


def _fault(
    rng: random.Random, root: str, needed_by: Mapping[str, Sequence[str]], start: float, spreads: float
) -> list[Alert]:
    hit, front, seen = {root: 0.0}, [(root, 0.0)], {root}
    while front:
        here, lag = front.pop()
        for name in needed_by.get(here, ()):
            if name not in seen and rng.random() < spreads:
                seen.add(name)
                hit[name] = lag + rng.uniform(0, 15)
                front.append((name, hit[name]))
    if rng.random() < 0.1 and len(hit) > 1:
        del hit[root]
    end = start + rng.uniform(120, 480)
    alerts = []
    for name, lag in hit.items():
        for kind in rng.sample(KINDS, rng.randint(2, 5) if name == root else rng.randint(1, 2)):
            at = start + lag + rng.uniform(0, 5)
            while at < end:
                alerts.append((at, name, kind))
                at += rng.uniform(10, 30)
    return alerts


def _needs(edges: Sequence[Edge]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, needed in edges:
        found[name].append(needed)
    return found


def _reached(start: str, step: Mapping[str, Sequence[str]]) -> set[str]:
    seen, front = {start}, [start]
    while front:
        for name in step.get(front.pop(), ()):
            if name not in seen:
                seen.add(name)
                front.append(name)
    return seen
