"""Where a fault began: the component that adds most of what is felt, and inherits it from none that it depends on.

Time spent waiting, and failures, pass from a dependency to whoever calls it: a caller is late by as much as what it
calls. What a component adds beyond its dependencies is its own, and the one with the largest own part is suspected
first. No weights are learnt, so nothing has to be learnt anew for another system.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from incidents.component import ComponentGraph
from incidents.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A component that may be the cause.

    own: what it adds beyond its dependencies, in the unit of the excess. share: of what all suspects add, above 0 to 1.
    path: from where the fault is felt down to the component, both ends included. unit: "" where the caller knows it.
    """

    component: str
    own: float
    share: float
    path: tuple[str, ...]
    unit: str = ""


def rank_causes(
    needs: Mapping[str, Collection[str]],
    excess: Mapping[str, float],
    felt_at: str,
    fresh: Collection[str] = frozenset(),
) -> tuple[Suspect, ...]:
    """The suspects, the most probable first; empty where nothing within reach adds anything: the cause is unknown.

    needs: component -> what it depends on directly. excess: component -> what it adds above its calm while the fault
    lasts, in one unit for all (seconds of waiting, failed requests); 0 = it is well, missing = nobody knows, so that it
    passes on what its dependencies add. felt_at: where people complain. fresh: components that nobody called before
    the fault: whatever they add is the doing of who began to call them.
    """
    paths = _paths(needs, felt_at)
    own = {
        name: excess[name] - sum(_passed(needed, needs, excess, {name, *fresh}) for needed in needs.get(name, ()))
        for name in paths
        if name in excess and name not in fresh
    }
    suspected = {name: amount for name, amount in own.items() if amount > 0}
    total = sum(suspected.values())
    ranked = sorted(suspected, key=lambda name: (-suspected[name], len(paths[name]), name))
    return tuple(
        Suspect(component=name, own=suspected[name], share=suspected[name] / total, path=paths[name]) for name in ranked
    )


def suspects_of(signals: Collection[Signal], graph: ComponentGraph) -> tuple[Suspect, ...]:
    """The suspects of an incident by its evidence: of what customers feel worst, or else of the worst of all.

    What is measured in another unit says nothing of where this comes from. Empty where nothing has numbers.
    """
    measured = [s for s in signals if s.observed is not None and s.expected is not None]
    felt = max(measured, key=lambda s: (s.user_visible, s.score or 0.0, s.key), default=None)
    if felt is None:
        return ()
    excess: dict[str, float] = {}
    for signal in measured:
        if signal.unit == felt.unit and signal.observed is not None and signal.expected is not None:
            away = abs(signal.observed - signal.expected)
            excess[signal.component] = max(away, excess.get(signal.component, 0.0))
    ranked = rank_causes({c.name: c.depends_on for c in graph}, excess, felt.component)
    return tuple(replace(suspect, unit=felt.unit) for suspect in ranked)


def _passed(
    name: str, needs: Mapping[str, Collection[str]], excess: Mapping[str, float], seen: Collection[str]
) -> float:
    """What a caller inherits by this dependency; one that nobody watches passes on what it inherits itself."""
    if name in seen:
        return 0.0
    if name in excess:
        return excess[name]
    return sum(_passed(needed, needs, excess, {name, *seen}) for needed in needs.get(name, ()))


def _paths(needs: Mapping[str, Collection[str]], start: str) -> dict[str, tuple[str, ...]]:
    """The shortest way down to everything within reach; the start itself first."""
    paths: dict[str, tuple[str, ...]] = {start: (start,)}
    front = deque([start])
    while front:
        here = front.popleft()
        for needed in needs.get(here, ()):
            if needed not in paths:
                paths[needed] = (*paths[here], needed)
                front.append(needed)
    return paths
