"""How often the guilty change is suspected first, and whether its confidence is what it says.

On the histories of `benchmarks/changes.py` (its docstring has their ranges). The constants of `incidents/change.py`
were chosen on even seeds, where `--fit` looks for better ones; every figure here is of odd ones. AWAY stays below what
these histories ask for (8): in them a change seldom shows at what needs it alone.

python -m benchmarks.bench_suspects [--histories 4000] [--fit]
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.aims import found
from benchmarks.changes import History, history
from incidents import change
from incidents.change import suspect_changes

FIRST = 0.7
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
    report([history(2 * seed + 1) for seed in range(asked.histories)])


def report(histories: Sequence[History]) -> None:
    ranked = [suspect_changes(one.changes, one.incident, one.graph) for one in histories]
    guilty = [(one, suspects) for one, suspects in zip(histories, ranked, strict=True) if one.guilty]
    innocent = [suspects for one, suspects in zip(histories, ranked, strict=True) if not one.guilty]
    firsts = [bool(suspects) and suspects[0].change.id == one.guilty for one, suspects in guilty]
    several = [first for (one, _), first in zip(guilty, firsts, strict=True) if len(one.changes) > 1]
    found(f"{len(guilty):,} faults of a reported change: it is first", sum(firsts) / len(firsts), "", at_least=FIRST)
    found(f"  of {len(several):,} with other changes in those six hours", sum(several) / len(several), "")
    newest = [max(one.changes, key=lambda c: c.at).id == one.guilty for one, _ in guilty]
    found("  the newest change is the guilty one (a rule of thumb)", sum(newest) / len(newest), "")
    first = [suspects[0].confidence if suspects else 0.0 for suspects in innocent]
    unnamed = [one < change.WORTH_NAMING for one in first]
    found(f"{len(innocent):,} other faults: no change is named", sum(unnamed) / len(unnamed), "")
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
        found("    off by", abs(right - said), "", at_most=OFF)


def fit(histories: Sequence[History]) -> None:
    """The constants of least log loss, one after the other, twice, from those that are set."""
    grids = {
        "STEEPNESS": (2.0, 2.5, 3.0, 4.0),
        "HALF_SECONDS": (300.0, 450.0, 600.0, 900.0),
        "AWAY": (1.0, 2.0, 4.0, 8.0),
        "NOT_NAMED": (0.05, 0.1, 0.2, 0.4),
        "NONE": (0.01, 0.02, 0.03, 0.05),
    }
    for _ in range(2):
        for name, grid in grids.items():
            best = min(grid, key=lambda value, name=name: _loss_with(name, value, histories))
            setattr(change, name, best)
            print(f"  {name} = {best}, log loss {_loss(histories):.4f}", flush=True)


def _loss_with(name: str, value: float, histories: Sequence[History]) -> float:
    before = getattr(change, name)
    setattr(change, name, value)
    try:
        return _loss(histories)
    finally:
        setattr(change, name, before)


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
