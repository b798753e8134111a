"""How well storms become incidents: pairwise F1, purity, NMI, and how often the cause is named.

Run: python -m benchmarks.bench_storms [--runs 8]. The storms, and all their ranges: benchmarks/storms.py.
Beside ours on the same storms: one incident a component, and a gap of 60 s. A fault's incident is the one that has most
of its alerts; the cause named first is the incident's component, the second and third are those of its components whose
evidence began first.
"""

import argparse
import math
import random
from collections import Counter
from collections.abc import Sequence
from statistics import mean

from benchmarks.aims import found
from benchmarks.bench_correlate import by_component, by_gap, pairwise_f1, purity
from benchmarks.group_adapter import grouped
from benchmarks.storms import Storm, storm
from incidents.incident import Incident

SIZES = (20, 60, 200, 500)
FAULTS = (1, 2, 3, 5)


def nmi(one: Sequence[str], other: Sequence[str]) -> float:
    """Normalised mutual information of two groupings (arithmetic mean of the entropies), 0 to 1."""
    own, its, both = Counter(one), Counter(other), Counter(zip(one, other, strict=True))
    many = len(one)
    shared = sum(c / many * math.log(c * many / (own[a] * its[b])) for (a, b), c in both.items())
    total = _entropy(own, many) + _entropy(its, many)
    return 1.0 if total == 0 else 2 * shared / total


def _entropy(counts: "Counter[str]", many: int) -> float:
    return -sum(c / many * math.log(c / many) for c in counts.values())


def named(made: Storm, ids: Sequence[str], incidents: dict[str, Incident]) -> list[int]:
    """Of each fault the place of its component among those that its incident names, from 0; 99 = it names it not."""
    places = []
    for fault, root in made.roots.items():
        own = Counter(i for i, of in zip(ids, made.faults, strict=True) if of == fault)
        ranked = ranking(incidents[own.most_common(1)[0][0]])
        places.append(ranked.index(root) if root in ranked else 99)
    return places


def ranking(incident: Incident) -> list[str]:
    """The incident's component, then its others by when their evidence began."""
    began = sorted(incident.signals, key=lambda s: (s.started_at, s.key))
    return list(dict.fromkeys((incident.component, *(s.component for s in began))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=8)
    runs = parser.parse_args().runs
    every: dict[str, list[float]] = {"ours": [], "component": [], "gap": []}
    for size in SIZES:
        for faults in FAULTS:
            scores, places, peers = [], [], []
            for run in range(runs):
                made = storm(random.Random(f"{size} {faults} {run}"), size, faults)
                ids, incidents = grouped(made.alerts, made.edges)
                truth = made.faults
                scores.append((pairwise_f1(ids, truth), purity(ids, truth), nmi(ids, truth), len(made.alerts)))
                peers.append([pairwise_f1(way(made.alerts, made.edges), truth) for way in (by_component, by_gap)])
                places += named(made, ids, incidents)
            f1, pure, shared, alerts = (mean(column) for column in zip(*scores, strict=True))
            top = [mean(place < n for place in places) for n in (1, 3)]
            beside = [mean(column) for column in zip(*peers, strict=True)]
            print(
                f"  {size:>3} components, {faults} faults: F1 {f1:.3f} purity {pure:.3f} NMI {shared:.3f} "
                f"top-1 {top[0]:.2f} top-3 {top[1]:.2f} ({alerts:.0f} alerts); "
                f"F1 by component {beside[0]:.3f}, gap of 60 s {beside[1]:.3f}",
                flush=True,
            )
            for name, value in zip(every, (f1, *beside), strict=True):
                every[name].append(value)
    best = max(mean(every["component"]), mean(every["gap"]))
    found("storms: pairwise F1 over all sizes and numbers of faults", mean(every["ours"]), "", at_least=best)
    found("  of the better peer", best, "")


if __name__ == "__main__":
    main()
