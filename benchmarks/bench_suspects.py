"""How often the guilty change is suspected first, how often an innocent one is named, and whether confidence is right.

On the histories of `benchmarks/changes.py` (its docstring has their ranges), and on others with wider ranges, on which
nothing was chosen. The constants of `incidents/change.py` and `incidents/origin.py` say what they stand for;
`--fit` prints what even seeds would ask for, and every figure here is of odd ones.

python -m benchmarks.bench_suspects [--histories 4000] [--fit]
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType

from benchmarks.aims import found
from benchmarks.changes import OUTSIDE, History, history
from incidents import change, origin
from incidents.change import suspect_changes

FIRST = 0.7
UNNAMED = 0.8
BANDS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.01)
OFF = 0.05
"""So far the share of right ones of all suspects in a band may be from their mean confidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A suspect: its confidence, and whether it was guilty."""

    confidence: float
    is_guilty: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=4000)
    parser.add_argument("--fit", action="store_true")
    asked = parser.parse_args()
    if asked.fit:
        fit([history(2 * seed) for seed in range(asked.histories // 2)])
    report([history(2 * seed + 1) for seed in range(asked.histories)], is_off_at_most=OFF)
    print("outside these ranges:")
    report([history(2 * seed + 1, OUTSIDE) for seed in range(asked.histories // 2)])


def report(histories: Sequence[History], *, is_off_at_most: float | None = None) -> None:
    """Prints all figures; only those of the usual ranges have an aim for how far a confidence may be off."""
    ranked = [suspect_changes(one.changes, one.incident, one.graph) for one in histories]
    guilty = [(one, suspects) for one, suspects in zip(histories, ranked, strict=True) if one.guilty]
    innocent = [suspects for one, suspects in zip(histories, ranked, strict=True) if not one.guilty]
    firsts = [bool(suspects) and suspects[0].change.id == one.guilty for one, suspects in guilty]
    several = [first for (one, _), first in zip(guilty, firsts, strict=True) if len(one.changes) > 1]
    found(f"{len(guilty):,} faults of a reported change: it is first", sum(firsts) / len(firsts), "", at_least=FIRST)
    kept = [
        is_first and one[0].confidence >= change.WORTH_NAMING for (_, one), is_first in zip(guilty, firsts, strict=True)
    ]
    found("  and is named", sum(kept) / len(kept), "", at_least=FIRST)
    found(f"  of {len(several):,} with other changes in those six hours", sum(several) / len(several), "")
    newest = [max(one.changes, key=lambda c: c.at).id == one.guilty for one, _ in guilty]
    found("  the newest change is the guilty one (a rule of thumb)", sum(newest) / len(newest), "")
    first = [suspects[0].confidence if suspects else 0.0 for suspects in innocent]
    unnamed = [one < change.WORTH_NAMING for one in first]
    found(f"{len(innocent):,} other faults: no change is named", sum(unnamed) / len(unnamed), "", at_least=UNNAMED)
    found("  one is named with 0.5 and more", sum(one >= 0.5 for one in first) / len(first), "")
    judged = [
        Judged(confidence=suspect.confidence, is_guilty=suspect.change.id == one.guilty)
        for one, suspects in zip(histories, ranked, strict=True)
        for suspect in suspects
    ]
    for low, high in pairwise(BANDS):
        band = [one for one in judged if low <= one.confidence < high]
        if not band:
            continue
        said = sum(one.confidence for one in band) / len(band)
        right = sum(one.is_guilty for one in band) / len(band)
        found(f"  confidence {low:.1f} to {min(high, 1):.1f}, mean {said:.2f}, {len(band):,}: right", right, "")
        found("    off by", abs(right - said), "", at_most=is_off_at_most)


def fit(histories: Sequence[History]) -> None:
    """Of each constant the value of least log loss, the others as they are set."""
    grids = {
        (change, "STEEPNESS"): (2.0, 2.5, 3.0, 4.0),
        (change, "HALF_SECONDS"): (300.0, 450.0, 600.0, 900.0),
        (change, "FROM_A_CHANGE"): (0.3, 0.4, 0.5, 0.6),
        (origin, "SPREADS"): (0.4, 0.5, 0.6, 0.7),
        (origin, "UNWATCHED"): (0.1, 0.25, 0.4),
        (origin, "FINE"): (0.4, 0.6, 0.8),
        (origin, "BY_CHANCE"): (0.003, 0.01, 0.03),
        (origin, "CALLER"): (0.02, 0.05, 0.1),
    }
    for (module, name), grid in grids.items():
        best = min(grid, key=lambda value, module=module, name=name: _loss_with(module, name, value, histories))
        print(f"  {name} = {best}, log loss {_loss_with(module, name, best, histories):.4f}", flush=True)


def _loss_with(module: ModuleType, name: str, value: float, histories: Sequence[History]) -> float:
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        return _loss(histories)
    finally:
        setattr(module, name, before)


def _loss(histories: Sequence[History]) -> float:
    """Of the whole answer: which change it was, or none."""
    total = 0.0
    for one in histories:
        confidence = {s.change.id: s.confidence for s in suspect_changes(one.changes, one.incident, one.graph)}
        right = confidence.get(one.guilty, 0.0) if one.guilty else 1.0 - sum(confidence.values())
        total -= math.log(max(right, 1e-3))
    return total / len(histories)


if __name__ == "__main__":
    main()
