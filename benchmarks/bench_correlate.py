"""How fast signals are placed, and how well: pairwise F1 and purity on made-up systems with 1 to 3 faults at once.

Run: python -m benchmarks.bench_correlate [--runs N].
Beside ours, in the same run: one incident a component, and a gap of 60 s.
"""

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean

from benchmarks.aims import found
from benchmarks.group_adapter import group
from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph
from incidents.correlate import place
from incidents.incident import Incident
from incidents.settings import Settings
from incidents.signal import Signal, SignalSource

Alert = tuple[float, str, str]
Edge = tuple[str, str]
Grouper = Callable[[Sequence[Alert], Sequence[Edge]], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Alerts in order with the fault behind each (noise has one of its own), and the system's edges."""

    alerts: list[Alert]
    faults: list[str]
    edges: list[Edge]


def system(rng: random.Random, prefix: str, size: int) -> list[Edge]:
    """Layers of services, each needing one to three of the layer below; the top ones are what users call."""
    layers = [[f"{prefix}{layer}-{n}" for n in range(max(2, size // 5 + layer - 2))] for layer in range(5)]
    return [
        (service, needed)
        for upper, lower in pairwise(layers)
        for service in upper
        for needed in rng.sample(lower, min(len(lower), rng.randint(1, 3)))
    ]


def exchange(rng: random.Random, prefix: str, size: int) -> list[Edge]:
    """Chains with flows on them, all flows on one ledger; most faults are a chain's or a flow's own."""
    del rng
    edges = []
    for chain in range(max(2, size // 4)):
        for flow in ("deposits", "withdrawals"):
            name = f"{prefix}{flow}/{chain}"
            edges += [(name, f"{prefix}chain/{chain}"), (name, f"{prefix}ledger")]
    return edges


def fault(rng: random.Random, edges: Sequence[Edge], root: str, start: float) -> list[Alert]:
    """Most alerts where the fault is, fewer and later in what needs it, few in what it needs, repeated."""
    up, down = defaultdict(list), defaultdict(list)
    for service, needed in edges:
        up[service].append(needed)
        down[needed].append(service)
    hit = {root: 0.0} if rng.random() < 0.9 else {}
    front = [(root, 0.0)]
    seen = {root}
    while front:
        here, lag = front.pop()
        for service in down[here]:
            if service not in seen and rng.random() < 0.65:
                seen.add(service)
                hit[service] = lag + rng.uniform(0, 12)
                front.append((service, hit[service]))
    hit.update({needed: rng.uniform(2, 20) for needed in up[root] if rng.random() < 0.15})
    length = rng.uniform(120, 300)
    alerts = []
    for service, lag in hit.items():
        names = ["latency", "errors", "cpu", "memory", "queue"]
        for name in rng.sample(names, rng.randint(3, 5) if service == root else rng.randint(1, 2)):
            at = start + lag + rng.expovariate(1 / 5)
            while at < start + length:
                alerts.append((at, service, name))
                at += rng.uniform(10, 30)
    return alerts


def story(rng: random.Random, shape: str, faults: int) -> Story:
    """Six rounds, ten minutes apart, of so many faults within one minute; noise all the while."""
    make = exchange if shape == "exchange" else system
    systems = [make(rng, f"s{n}-", rng.randint(15, 30)) for n in range(faults if shape == "separate" else 1)]
    edges = [edge for one in systems for edge in one]
    services = sorted({name for edge in edges for name in edge})
    told: list[tuple[Alert, str]] = []
    for turn in range(6):
        for n in range(faults):
            inside = sorted({name for edge in systems[n % len(systems)] for name in edge})
            alerts = fault(rng, edges, rng.choice(inside), turn * 600 + rng.uniform(0, 60))
            told += [(alert, f"{turn}:{n}") for alert in alerts]
    for n in range(24):
        told.append(((rng.uniform(0, 3600), rng.choice(services), "disk"), f"noise {n}"))
    told.sort()
    return Story(alerts=[alert for alert, _ in told], faults=[cause for _, cause in told], edges=edges)


def pairwise_f1(found: Sequence[str], truth: Sequence[str]) -> float:
    """F1 over the pairs of alerts that are together."""
    together = _pairs(zip(found, truth, strict=True))
    return 2 * together / (_pairs(found) + _pairs(truth))


def purity(found: Sequence[str], truth: Sequence[str]) -> float:
    """The share of alerts that belong to the fault that is the most frequent in their incident."""
    inside: dict[str, Counter[str]] = defaultdict(Counter)
    for incident, cause in zip(found, truth, strict=True):
        inside[incident][cause] += 1
    return sum(max(counts.values()) for counts in inside.values()) / len(truth)


def _pairs(labels: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def by_component(alerts: Sequence[Alert], edges: Sequence[Edge]) -> list[str]:
    """What grouping by a label gives: one incident a component, cut after ten quiet minutes."""
    del edges
    return _by_gap(alerts, lambda alert: alert[1], 600)


def by_gap(alerts: Sequence[Alert], edges: Sequence[Edge]) -> list[str]:
    """Whatever comes without a minute of quiet is one incident."""
    del edges
    return _by_gap(alerts, lambda _: "", 60)


def _by_gap(alerts: Sequence[Alert], key: Callable[[Alert], str], gap: float) -> list[str]:
    last: dict[str, tuple[float, int]] = {}
    found = []
    for alert in alerts:
        at, number = last.get(key(alert), (float("-inf"), 0))
        number += alert[0] - at > gap
        last[key(alert)] = (alert[0], number)
        found.append(f"{key(alert)}#{number}")
    return found


GROUPERS: dict[str, Grouper] = {"tocsin": group, "by component": by_component, "gap of 60 s": by_gap}


def quality(runs: int) -> None:
    """Prints F1 and purity of each way of grouping, by shape and number of faults at once."""
    print(f"{'system':<10} {'faults':>6}  " + "  ".join(f"{name + ' F1/purity':>24}" for name in GROUPERS))
    each: dict[str, list[float]] = {name: [] for name in GROUPERS}
    for shape in ("one", "separate", "exchange"):
        for faults in (1, 2, 3):
            stories = [story(random.Random(f"{shape}{faults}{run}"), shape, faults) for run in range(runs)]
            cells = []
            for name, grouper in GROUPERS.items():
                grouped = [(grouper(s.alerts, s.edges), s.faults) for s in stories]
                scores = mean(pairwise_f1(*g) for g in grouped), mean(purity(*g) for g in grouped)
                cells.append(f"{scores[0]:>17.2f} / {scores[1]:.2f}")
                each[name].append(scores[0])
            print(f"{shape:<10} {faults:>6}  " + "  ".join(cells))
    best = max(mean(scores) for name, scores in each.items() if name != "tocsin")
    found("pairwise F1 over all systems and numbers of faults", mean(each["tocsin"]), "", at_least=best)
    found("  of the better peer", best, "")


def speed(count: int, components: int) -> float:
    """Signals a second, placed in batches of 100 into what is known, over a graph of chains with ten flows each."""
    graph = ComponentGraph(
        Component(name=f"c{n}", title=f"C{n}", depends_on=() if n % 11 == 0 else (f"c{n - n % 11}",))
        for n in range(components)
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    signals = [
        Signal(
            key=f"k{n}",
            source=SignalSource.WATCH,
            name=f"w{n // components}",
            component=f"c{n % components}",
            title="t",
            kind=FailureKind.DELAY,
            started_at=start + timedelta(milliseconds=n),
            seen_at=start + timedelta(milliseconds=n),
        )
        for n in range(count)
    ]
    known: dict[str, Incident] = {}
    began = time.perf_counter()
    for first in range(0, count, 100):
        now = start + timedelta(seconds=10, milliseconds=first)
        for update in place(signals[first : first + 100], tuple(known.values()), graph, now, Settings()).updates:
            known[update.incident.id] = update.incident
    return count / (time.perf_counter() - began)


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    for components in (66, 880):
        found(f"signals placed a second, {components} components", speed(5000, components), "/s")
    quality(runs)


if __name__ == "__main__":
    main()
