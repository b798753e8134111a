"""Histories of changes and faults on made-up systems, with the truth: which change each fault came from, if any.

The system is one of `benchmarks/storms.py`, of 20 to 80 components. Changes come at 4 to 200 a day a system, to
components at random; in one system of four they come in trains of 2 to 5 within ten minutes. One in ten names no
component, one in twenty is reported with a clock that is wrong by up to a minute.

A fault comes from a change in 60 of 100 histories. Then it shows after the change by a log-normal lag, of median 2 to 8
minutes a system and sigma 1.2 (nine of ten within a seventh and seven times the median), at the changed component, or
in one of ten (nobody watches it) only at what needs it; in one of twenty it is what the changed component needs that
shows: a new caller overloads it. It spreads to what needs it, hop by hop, with a probability of .35 to .8 a system. One
guilty change in ten is reported by nobody. All other faults begin at any time, at any component, and spread likewise.
"""

import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.storms import system
from detectors.watch import FailureKind
from incidents.change import CLOCKS_DIFFER, SUSPECTED_FOR, ChangeKind, ReportedChange
from incidents.component import Component, ComponentGraph
from incidents.incident import Incident

T0 = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FROM_A_CHANGE = 0.6
UNREPORTED = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """An incident, what was changed before it, and what is true. guilty: the change's id; "" = none is reported."""

    graph: ComponentGraph
    incident: Incident
    changes: tuple[ReportedChange, ...]
    guilty: str


def history(seed: int) -> History:
    """One history."""
    rng = random.Random(seed)
    edges = system(rng, rng.randint(20, 80))
    names = sorted({name for edge in edges for name in edge})
    needs, needed_by = defaultdict(list), defaultdict(list)
    for above, below in edges:
        needs[above].append(below)
        needed_by[below].append(above)
    changes = _background(rng, names)
    root, guilty = rng.choice(names), ""
    if rng.random() < FROM_A_CHANGE:
        lag = rng.lognormvariate(math.log(60 * rng.uniform(2, 8)), 1.2)
        one = _change(rng, "guilty", lag, root)
        if lag <= SUSPECTED_FOR.total_seconds() and rng.random() >= UNREPORTED:
            changes.append(one)
            guilty = one.id
        if needs[root] and rng.random() < 0.05:
            root = rng.choice(needs[root])
    affected = _spread(rng, root, needed_by)
    graph = ComponentGraph(Component(name=name, title=name, depends_on=tuple(needs[name])) for name in names)
    incident = Incident(
        id="i", title="", kind=FailureKind.DELAY, component=affected[0], components=tuple(affected), signals=(),
        started_at=T0, opened_at=T0 + timedelta(seconds=30),
    )  # fmt: skip
    return History(graph=graph, incident=incident, changes=tuple(changes), guilty=guilty)


def _background(rng: random.Random, names: Sequence[str]) -> list[ReportedChange]:
    """All that has nothing to do with it, from SUSPECTED_FOR before the first sign to CLOCKS_DIFFER after it."""
    a_day, train = math.exp(rng.uniform(math.log(4), math.log(200))), rng.random() < 0.25
    changes: list[ReportedChange] = []
    seconds = SUSPECTED_FOR.total_seconds()
    while True:
        seconds -= rng.expovariate(a_day / 86_400.0)
        if seconds < -CLOCKS_DIFFER.total_seconds():
            return changes
        for _ in range(rng.randint(2, 5) if train else 1):
            before = seconds - (rng.uniform(0, 600) if train else 0)
            changes.append(_change(rng, str(len(changes)), before, rng.choice(names)))


def _change(rng: random.Random, name: str, before: float, component: str) -> ReportedChange:
    skew = rng.uniform(-60, 60) if rng.random() < 0.05 else 0.0
    return ReportedChange(
        id=name, kind=ChangeKind.DEPLOY, title=name, at=T0 - timedelta(seconds=before + skew),
        components=() if rng.random() < 0.1 else (component,), sender="token:ci",
    )  # fmt: skip


def _spread(rng: random.Random, root: str, needed_by: Mapping[str, Sequence[str]]) -> list[str]:
    """What shows: the root first, unless nobody watches it and something else shows."""
    chance, hit, front = rng.uniform(0.35, 0.8), [root], [root]
    while front:
        there = [up for name in front for up in needed_by.get(name, ()) if rng.random() < chance]
        front = [up for up in dict.fromkeys(there) if up not in hit]
        hit += front
    return hit[1:] if len(hit) > 1 and rng.random() < 0.1 else hit
