"""Changes that others report (deployments, flags, configuration), and which of them an incident may come from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from incidents.component import ComponentGraph
from incidents.incident import Incident
from incidents.topology import topology_of

SUSPECTED_FOR = timedelta(hours=6)
"""How long before the first sign a change may have been made and still be suspected."""
REACH = f"{SUSPECTED_FOR // timedelta(hours=1)} hours"
"""The same in words."""
CLOCKS_DIFFER = timedelta(minutes=1)
"""How long after the first sign a change may have been made: two computers' clocks, a sample of a minute."""
HALF_SECONDS = 600.0
STEEPNESS = 3.0
"""A change HALF_SECONDS before the first sign weighs 2 ** -STEEPNESS of one at the very moment."""
AWAY = 4.0
"""How much each dependency between a change and what is affected takes from its weight."""
NOT_NAMED = 0.1
"""The weight of a change that names no component, beside one of an affected component."""
NONE = 0.02
"""The weight of what nobody reported: the cause is something else. These constants: benchmarks/bench_suspects.py."""
WORTH_NAMING = 0.1
"""Tickets name a suspect from this confidence on; the others they count."""
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
    weight: above 0 to 1; 1 = at the moment of the first sign, on the affected component itself.
    confidence: how probable it is that the incident comes from this change, beside all others and something else.
    """

    change: ReportedChange
    lead: timedelta
    changed: str = ""
    affected: str = ""
    hops: int = UNNAMED
    is_caller: bool = False
    weight: float
    confidence: float = 0.0


def suspect_changes(
    changes: Iterable[ReportedChange], incident: Incident, graph: ComponentGraph
) -> tuple[SuspectChange, ...]:
    """The changes that the incident may come from, the most suspect first; empty = none is known that it could be.

    A change of the last SUSPECTED_FOR before the first sign is suspected the more, the nearer it is in time and in the
    component graph. One of a component that no dependency connects with what is affected is not.
    """
    found = [suspect for change in changes if (suspect := _suspect(change, incident, graph))]
    total = NONE + sum(suspect.weight for suspect in found)
    ranked = sorted(found, key=lambda s: (-s.weight, -s.change.at.timestamp(), s.change.id))
    return tuple(replace(suspect, confidence=suspect.weight / total) for suspect in ranked)


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
    recency = (HALF_SECONDS / (HALF_SECONDS + max(0.0, lead.total_seconds()))) ** STEEPNESS
    if not change.components:
        return SuspectChange(change=change, lead=lead, weight=recency * NOT_NAMED)
    nearest = _nearest(change, incident.components, graph)
    if nearest is None:
        return None
    hops, is_caller, _, changed, affected = nearest
    return SuspectChange(
        change=change,
        lead=lead,
        changed=changed,
        affected=affected,
        hops=hops,
        is_caller=is_caller,
        weight=recency / (1 + AWAY * (hops + is_caller)),
    )


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
