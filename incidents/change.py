"""Changes that others report (deployments, flags, configuration), and which of them an incident may come from."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from incidents.component import ComponentGraph
from incidents.incident import Incident
from incidents.origin import origins_of
from incidents.topology import topology_of

SUSPECTED_FOR = timedelta(hours=6)
"""How long before the first sign a change may have been made and still be suspected."""
REACH = f"{SUSPECTED_FOR // timedelta(hours=1)} hours"
"""The same in words."""
CLOCKS_DIFFER = timedelta(minutes=1)
"""How long after the first sign a change may have been made: two computers' clocks, a sample of a minute."""
FROM_A_CHANGE = 0.5
"""The share of faults that a reported change causes, as a prior; all others have another cause."""
HALF_SECONDS = 600.0
STEEPNESS = 3.0
"""A fault shows HALF_SECONDS after its change 2 ** -STEEPNESS as often as at once (a Lomax distribution)."""
AS_IF_CHANGES = 0.7
AS_IF_SECONDS = 1200.0
"""What is assumed of how often changes are made, before any is counted. The constants: benchmarks/bench_suspects.py."""
UNMODELLED = 0.03
"""What is left to another cause in any case: systems are not as simple as this."""
WORTH_NAMING = 0.3
"""Tickets name a suspect from this confidence on; the others they count."""
LIKELY = 0.5
"""Below this, all other causes together are likelier: a suspect that is named may be there by chance."""
UNNAMED = 3
"""Dependencies away, as it is shown of a change that names no component."""


class ChangeKind(StrEnum):
    """What was changed."""

    DEPLOY = "deploy"
    FLAG = "flag"
    CONFIG = "config"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedChange:
    """Something that was changed on purpose, as its sender reported it.

    id: 12 characters [a-z0-9], derived from the sender and the sender's own id, so that reporting it twice gives one.
    at: when it began to take effect. components: what was changed, as names or shell patterns; () = not said.
    author, description, url: "" = not said. sender: the token or the user who reported it.
    """

    id: str
    kind: ChangeKind
    title: str
    at: datetime
    components: tuple[str, ...] = ()
    author: str = ""
    description: str = ""
    url: str = ""
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectChange:
    """A change that an incident may come from.

    lead: from the change to the incident's first sign; a little below 0 where clocks differ.
    changed, affected: the changed component, and the affected one that is nearest to it; "" = the change names none.
    hops: dependencies between the two, 0 = it is the same component. is_caller: the changed component depends on the
    affected one, and not the other way round.
    weight: how probable it would be that the incident comes from it, were it the only suspect; above 0, below 1.
    confidence: how probable it is that the incident comes from this change, beside all others and another cause.
    """

    change: ReportedChange
    lead: timedelta
    changed: str = ""
    affected: str = ""
    hops: int = UNNAMED
    is_caller: bool = False
    weight: float = 0.0
    confidence: float = 0.0


def suspect_changes(
    changes: Iterable[ReportedChange], incident: Incident, graph: ComponentGraph
) -> tuple[SuspectChange, ...]:
    """The changes that the incident may come from, the most suspect first; empty = none is known that it could be.

    Each change of the last SUSPECTED_FOR before the first sign that a dependency connects with what is affected has
    odds over another cause: the odds that any fault has (FROM_A_CHANGE), times by how much more often a change comes so
    short a time before the fault that it causes than one comes by chance, times by how much better what is affected
    fits a fault that began where it was made than one that began anywhere. Where changes are frequent, one just before
    the first sign says little.
    """
    near = [change for change in changes if -CLOCKS_DIFFER <= incident.started_at - change.at <= SUSPECTED_FOR]
    if not near:
        return ()
    origins = origins_of(incident.components or (incident.component,), graph)
    each = (SUSPECTED_FOR.total_seconds() + AS_IF_SECONDS) / (len(near) - 1 + AS_IF_CHANGES)
    by_time = {change.id: _hazard(incident.started_at - change.at) * each for change in near}
    prior = FROM_A_CHANGE / (1.0 - FROM_A_CHANGE)
    found = []
    for change in near:
        if suspect := _suspect(change, incident, graph):
            named = _named_components(change, incident.components, graph)
            odds = prior * by_time[change.id] * (origins.times(named) if named else 1.0)
            found.append((odds, suspect))
    total = 1.0 + sum(odds for odds, _ in found)
    weighed = [
        replace(s, weight=odds / (1.0 + odds), confidence=(1.0 - UNMODELLED) * odds / total) for odds, s in found
    ]
    return tuple(sorted(weighed, key=lambda s: (-s.confidence, -s.change.at.timestamp(), s.change.id)))


def related_changes(
    changes: Iterable[ReportedChange], incident: Incident, graph: ComponentGraph
) -> tuple[ReportedChange, ...]:
    """The changes that an incident's timeline shows, in their order: the suspects, and those made while it lasts."""
    return tuple(
        change
        for change in changes
        if _suspect(change, incident, graph)
        or (incident.started_at < change.at and (not change.components or _nearest(change, incident.components, graph)))
    )


def concerns(change: ReportedChange, component: str, graph: ComponentGraph) -> bool:
    """Whether the change could matter to a component: it names that one, one that is needed, or none at all."""
    names = (component, *topology_of(graph).above(component))
    return not change.components or any(_names(change, name) for name in names)


def likely_in_words(suspect: SuspectChange) -> str:
    """How likely it is: `74 % likely`, `38 % likely, may be chance`."""
    return f"{100 * suspect.confidence:.0f} % likely{'' if suspect.confidence >= LIKELY else ', may be chance'}"


def lead_in_words(suspect: SuspectChange) -> str:
    """How long before the incident's first sign it was: `3 min before the first sign`."""
    seconds = round(abs(suspect.lead).total_seconds())
    if seconds < 120:
        length = f"{seconds} s"
    else:
        length = f"{seconds // 60} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
    return f"{length} {'before' if suspect.lead >= timedelta(0) else 'after'} the first sign"


def _suspect(change: ReportedChange, incident: Incident, graph: ComponentGraph) -> SuspectChange | None:
    lead = incident.started_at - change.at
    if not -CLOCKS_DIFFER <= lead <= SUSPECTED_FOR:
        return None
    if not change.components:
        return SuspectChange(change=change, lead=lead)
    nearest = _nearest(change, incident.components, graph)
    if nearest is None:
        return None
    hops, is_caller, _, changed, affected = nearest
    return SuspectChange(change=change, lead=lead, changed=changed, affected=affected, hops=hops, is_caller=is_caller)


def _hazard(lead: timedelta) -> float:
    """How probably a fault that a change causes shows so long after it, per second."""
    at_once = (STEEPNESS - 1.0) / HALF_SECONDS
    return at_once * math.pow(HALF_SECONDS / (HALF_SECONDS + max(0.0, lead.total_seconds())), STEEPNESS)


def _named_components(change: ReportedChange, affected: Collection[str], graph: ComponentGraph) -> frozenset[str]:
    """Every component that the change names, of those that are known or affected."""
    literal = {name for name in change.components if name in graph or name in affected}
    patterns = [name for name in change.components if name not in literal]
    known = {*affected, *(component.name for component in graph)} if patterns else ()
    return frozenset(literal).union(n for n in known if any(fnmatchcase(n, pattern) for pattern in patterns))


def _nearest(
    change: ReportedChange, affected: Collection[str], graph: ComponentGraph
) -> tuple[int, bool, tuple[int, str], str, str] | None:
    """(hops, is_caller, its place in the graph, changed, affected) of the nearest pair; None where nothing connects."""
    topology = topology_of(graph)
    pairs = []
    for name in affected:
        reach = [(name, 0, False), *((up, hops, False) for up, hops in topology.above(name).items())]
        reach += [(down, hops, True) for down, hops in topology.below(name).items()]
        pairs += [
            (hops, caller, topology.place(there), there, name) for there, hops, caller in reach if _names(change, there)
        ]
    return min(pairs, key=lambda pair: (pair[0] + pair[1], *pair), default=None)


def _names(change: ReportedChange, component: str) -> bool:
    return any(fnmatchcase(component, pattern) for pattern in change.components)
