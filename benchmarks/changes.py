"""Histories of changes and faults on made-up systems, with the truth: which change each fault came from, if any.

The system is one of `benchmarks/storms.py`, of 20 to 80 components. Changes come at 4 to 200 a day a system, to
components at random; in one system of four they come in trains of 2 to 5 within ten minutes. One in ten names no
component, one in twenty is reported with a clock that is wrong by up to a minute.

A fault comes from a change in 60 of 100 histories. Then it shows after the change by a log-normal lag, of median 2 to 8
minutes a system and sigma 1.2 (nine of ten within a seventh and seven times the median), at the changed component, or
in one of ten (nobody watches it) only at what needs it; in one of twenty it is what the changed component needs that
shows: a new caller overloads it. It spreads to what needs it, hop by hop, with a probability of .35 to .8 a system. One
guilty change in ten is reported by nobody. All other faults begin at any time, at any component, and spread likewise.

These are the usual ranges; `OUTSIDE` has others.
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
Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """What histories are drawn from; the docstring of the module says what each means."""

    components: tuple[int, int] = (20, 80)
    changes_a_day: Range = (4, 200)
    trains: float = 0.25
    train: tuple[int, int] = (2, 5)
    train_seconds: float = 600
    unnamed: float = 0.1
    from_a_change: float = 0.6
    unreported: float = 0.1
    lag_minutes: Range = (2, 8)
    lag_sigma: float = 1.2
    caller: float = 0.05
    spreads: Range = (0.35, 0.8)
    unwatched: float = 0.1


USUAL = Ranges()
OUTSIDE = Ranges(
    components=(8, 200), changes_a_day=(1, 400), trains=0.5, train=(2, 8), train_seconds=1200, unnamed=0.25,
    from_a_change=0.35, unreported=0.2, lag_minutes=(1, 20), lag_sigma=1.5, caller=0.1, spreads=(0.2, 0.9),
    unwatched=0.3,
)  # fmt: skip
"""Wider on every side; nothing was chosen on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """An incident, what was changed before it, and what is true. guilty: the change's id; "" = none is reported."""

    graph: ComponentGraph
    incident: Incident
    changes: tuple[ReportedChange, ...]
    guilty: str


def history(seed: int, ranges: Ranges = USUAL) -> History:
    """One history."""
    rng = random.Random(seed)
    edges = system(rng, rng.randint(*ranges.components))
    names = sorted({name for edge in edges for name in edge})
    needs, needed_by = defaultdict(list), defaultdict(list)
    for above, below in edges:
        needs[above].append(below)
        needed_by[below].append(above)
    changes = _background(rng, names, ranges)
    root, guilty = rng.choice(names), ""
    if rng.random() < ranges.from_a_change:
        lag = rng.lognormvariate(math.log(60 * rng.uniform(*ranges.lag_minutes)), ranges.lag_sigma)
        one = _change(rng, "guilty", lag, root, ranges)
        if lag <= SUSPECTED_FOR.total_seconds() and rng.random() >= ranges.unreported:
            changes.append(one)
            guilty = one.id
        if needs[root] and rng.random() < ranges.caller:
            root = rng.choice(needs[root])
    affected = _spread(rng, root, needed_by, ranges)
    graph = ComponentGraph(Component(name=name, title=name, depends_on=tuple(needs[name])) for name in names)
    incident = Incident(
        id="i", title="", kind=FailureKind.DELAY, component=affected[0], components=tuple(affected), signals=(),
        started_at=T0, opened_at=T0 + timedelta(seconds=30),
    )  # fmt: skip
    return History(graph=graph, incident=incident, changes=tuple(changes), guilty=guilty)


def _background(rng: random.Random, names: Sequence[str], ranges: Ranges) -> list[ReportedChange]:
    """All that has nothing to do with it, from SUSPECTED_FOR before the first sign to CLOCKS_DIFFER after it."""
    low, high = map(math.log, ranges.changes_a_day)
    a_day, train = math.exp(rng.uniform(low, high)), rng.random() < ranges.trains
    changes: list[ReportedChange] = []
    seconds = SUSPECTED_FOR.total_seconds()
    while True:
        seconds -= rng.expovariate(a_day / 86_400.0)
        if seconds < -CLOCKS_DIFFER.total_seconds():
            return changes
        for _ in range(rng.randint(*ranges.train) if train else 1):
            before = seconds - (rng.uniform(0, ranges.train_seconds) if train else 0)
            changes.append(_change(rng, str(len(changes)), before, rng.choice(names), ranges))


def _change(rng: random.Random, name: str, before: float, component: str, ranges: Ranges) -> ReportedChange:
    skew = rng.uniform(-60, 60) if rng.random() < 0.05 else 0.0
    return ReportedChange(
        id=name, kind=ChangeKind.DEPLOY, title=name, at=T0 - timedelta(seconds=before + skew),
        components=() if rng.random() < ranges.unnamed else (component,), sender="token:ci",
    )  # fmt: skip


def _spread(rng: random.Random, root: str, needed_by: Mapping[str, Sequence[str]], ranges: Ranges) -> list[str]:
    """What shows: the root first, unless nobody watches it and something else shows."""
    chance, hit, front = rng.uniform(*ranges.spreads), [root], [root]
    while front:
        there = [up for name in front for up in needed_by.get(name, ()) if rng.random() < chance]
        front = [up for up in dict.fromkeys(there) if up not in hit]
        hit += front
    return hit[1:] if len(hit) > 1 and rng.random() < ranges.unwatched else hit
