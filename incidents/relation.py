"""How a new signal relates to open incidents: same component, effect, cause, or one hidden cause."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from detectors.watch import FailureKind
from incidents.names import is_like
from incidents.settings import Settings
from incidents.signal import Signal
from incidents.topology import Topology

Span = tuple[datetime, datetime | None]
"""From when to when a component deviated; None = it still does."""

Spans = Mapping[str, tuple[Span, ...]]
"""The spans of each component that deviates."""


class Link(StrEnum):
    """How a signal is related to an incident."""

    SAME = "same"  # its component is among the incident's
    EFFECT = "effect"  # its component depends on one of them
    CAUSE = "cause"  # the incident's root depends on its component
    SILENT = "silent"  # both fell silent at one time
    POOLED = "pooled"  # one watch saw many of its series move at one time, and both are among them
    SHARED = "shared"  # both depend on one silent component, most of whose dependents deviate
    DECIDED = "decided"  # a person said that signals like these belong together
    UNLISTED = "unlisted"  # no configuration names one of the two, so only names and time can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One tie: the nearer in hops, then in time, the stronger. `via` is the component at its other end."""

    link: Link
    hops: int
    gap: timedelta
    via: str
    reason: str

    @property
    def strength(self) -> tuple[int, timedelta]:
        """Sorts ties, strongest first."""
        return (self.hops, self.gap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An incident in the form that is compared with a new signal.

    root: where its fault is believed to sit. spans: of its own evidence.
    silent: of its own evidence, what has no data. pooled: watch -> of its own evidence, what that watch saw together.
    deviating: what deviates anywhere, in this incident or not; decides whether a silent dependency is to blame, and is
    asked for only then.
    """

    root: str
    spans: Spans
    deviating: Callable[[], Spans]
    silent: Spans = field(default_factory=dict)
    pooled: Mapping[str, Spans] = field(default_factory=dict)

    def plus(self, signal: Signal, root: str) -> "Scene | None":
        """The scene with one more piece of evidence; None where it must be made anew from all of it."""
        if signal.kind is FailureKind.SILENCE or signal.together:
            return None
        own = (*self.spans.get(signal.component, ()), (signal.started_at, signal.ended_at))
        spans = {**self.spans, signal.component: own}
        return Scene(root=root, spans=spans, deviating=self.deviating, silent=self.silent, pooled=self.pooled)


def scene_of(root: str, signals: Iterable[Signal], started_at: datetime, deviating: Callable[[], Spans]) -> Scene:
    """The scene that an incident's evidence makes; without evidence its root deviates since it began."""
    signals = tuple(signals)
    together: dict[str, list[Signal]] = {}
    for signal in signals:
        if signal.together:
            together.setdefault(signal.name, []).append(signal)
    return Scene(
        root=root,
        spans=spans_of(signals) or {root: ((started_at, None),)},
        deviating=deviating,
        silent=spans_of(s for s in signals if s.kind is FailureKind.SILENCE),
        pooled={name: spans_of(own) for name, own in together.items()},
    )


def spans_of(signals: Iterable[Signal]) -> dict[str, tuple[Span, ...]]:
    """When each component deviated."""
    spans: dict[str, list[Span]] = {}
    for signal in signals:
        spans.setdefault(signal.component, []).append((signal.started_at, signal.ended_at))
    return {component: tuple(found) for component, found in spans.items()}


def relate(signal: Signal, scene: Scene, topology: Topology, settings: Settings) -> Relation | None:
    """The strongest tie of a signal to an incident, or None."""
    ties = [
        *_same(signal, scene, settings),
        *_effects(signal, scene, topology, settings),
        *_causes(signal, scene, topology, settings),
        *_silences(signal, scene, settings),
        *_pooled(signal, scene, settings),
    ]
    ties = ties or [*_shared(signal, scene, topology, settings), *_unlisted(signal, scene, topology, settings)]
    return min(ties, key=lambda tie: (tie.strength, tie.via), default=None)


def _same(signal: Signal, scene: Scene, settings: Settings) -> Iterator[Relation]:
    start = fresh_start(scene.spans.get(signal.component, ()), signal, settings)
    if start is not None:
        reason = f"{signal.component} already deviates since {clock(start)}"
        yield Relation(link=Link.SAME, hops=0, gap=abs(signal.started_at - start), via=signal.component, reason=reason)


def _effects(signal: Signal, scene: Scene, topology: Topology, settings: Settings) -> Iterator[Relation]:
    found = []
    above = topology.above(signal.component)
    for upstream in above.keys() & scene.spans.keys():
        if above[upstream] <= settings.reach:
            start = fresh_start(scene.spans[upstream], signal, settings)
            if start is not None and start <= signal.started_at + settings.cause_lag:
                found.append((above[upstream], abs(signal.started_at - start), upstream, start))
    if found:
        hops, gap, upstream, start = min(found)
        reason = f"{signal.component} depends on {upstream}, which deviates since {clock(start)}"
        yield Relation(link=Link.EFFECT, hops=hops, gap=gap, via=upstream, reason=reason)


def _causes(signal: Signal, scene: Scene, topology: Topology, settings: Settings) -> Iterator[Relation]:
    # Only the root's own dependencies may explain the incident: a dependency of some other member is a second fault
    # that happens to meet the first one there.
    below = topology.below(signal.component)
    if below.get(scene.root, settings.reach + 1) > settings.reach:
        return
    start = fresh_start(scene.spans.get(scene.root, ()), signal, settings)
    if start is not None and signal.started_at <= start + settings.cause_lag:
        reason = f"{scene.root}, which deviates since {clock(start)}, depends on {signal.component}"
        yield Relation(
            link=Link.CAUSE, hops=below[scene.root], gap=abs(signal.started_at - start), via=scene.root, reason=reason
        )


def _silences(signal: Signal, scene: Scene, settings: Settings) -> Iterator[Relation]:
    # What falls silent at one time was read through one thing, whatever else it has to do with each other: an exporter,
    # a network, a scraper. One ticket for that thing, not one for each component behind it.
    if signal.kind is not FailureKind.SILENCE:
        return
    for name, spans in scene.silent.items():
        for start, _ in spans:
            gap = abs(signal.started_at - start)
            if gap <= settings.together:
                reason = f"{signal.component} fell silent at one time with {name}, at {clock(start)}"
                yield Relation(link=Link.SILENT, hops=1, gap=gap, via=name, reason=reason)


def _pooled(signal: Signal, scene: Scene, settings: Settings) -> Iterator[Relation]:
    # Noise moves each series for itself; what moved many of a watch at once is one fault, whatever the graph says.
    if not signal.together:
        return
    for name, spans in scene.pooled.get(signal.name, {}).items():
        start = fresh_start(spans, signal, settings)
        if start is not None:
            reason = f"{signal.component} deviates together with {name}, which {signal.name} sees since {clock(start)}"
            yield Relation(link=Link.POOLED, hops=1, gap=abs(signal.started_at - start), via=name, reason=reason)


def _shared(signal: Signal, scene: Scene, topology: Topology, settings: Settings) -> Iterator[Relation]:
    # A broken dependency shows in most of what needs it. Two of sixty deviating together are two faults; forty of
    # sixty are one, even where the dependency itself has no watch.
    for needed in topology.needs(signal.component):
        deviating = scene.deviating()
        if needed in deviating:
            continue
        dependents = topology.dependents(needed)
        bad = [name for name in dependents if _at_one_time(deviating.get(name, ()), signal, settings)]
        if len(bad) < max(2, ceil(settings.shared * len(dependents))):
            continue
        found = []
        for name in bad:
            start = fresh_start(scene.spans.get(name, ()), signal, settings)
            if start is not None and name != signal.component and abs(start - signal.started_at) <= settings.together:
                found.append((abs(start - signal.started_at), name))
        if found:
            gap, name = min(found)
            reason = _shared_reason(signal, needed, bad, dependents)
            yield Relation(link=Link.SHARED, hops=2, gap=gap, via=name, reason=reason)


def _shared_reason(signal: Signal, needed: str, bad: list[str], dependents: tuple[str, ...]) -> str:
    return (
        f"{signal.component} depends on {needed}, which itself is silent, "
        f"but {len(bad)} of the {len(dependents)} components that need it deviate at one time"
    )


def _unlisted(signal: Signal, scene: Scene, topology: Topology, settings: Settings) -> Iterator[Relation]:
    # A host, an instance or a pod that nobody configured has no place in the graph: it is tied to what bears a name
    # like its own, and else to whatever begins, or was last seen, at one time with it.
    if signal.component in topology and scene.root in topology:
        return
    unlisted = scene.root if signal.component in topology else signal.component
    found = []
    for name, spans in scene.spans.items():
        gap = min(_apart(signal.started_at, span) for span in spans)
        if gap <= settings.together:
            found.append((not is_like(signal.component, name), gap, name))
    if found:
        unlike, gap, name = min(found)
        why = f"no configuration names {unlisted}" if unlike else "bears a name like its own"
        reason = f"{signal.component} deviates at one time with {name}, and {why}"
        yield Relation(link=Link.UNLISTED, hops=settings.reach + unlike, gap=gap, via=name, reason=reason)


def _apart(at: datetime, span: Span) -> timedelta:
    """How far an instant is from the beginning of a span, or from its end where it has ended."""
    start, end = span
    return min(abs(at - start), abs(at - end)) if end else abs(at - start)


def _at_one_time(spans: tuple[Span, ...], signal: Signal, settings: Settings) -> bool:
    return any(abs(start - signal.started_at) <= settings.together for start, _ in spans)


def fresh_start(spans: tuple[Span, ...], signal: Signal, settings: Settings) -> datetime | None:
    """The earliest start among the spans that last, or that ended so recently that they still attract this signal."""
    least = signal.started_at - settings.linger
    return min((start for start, end in spans if end is None or end >= least), default=None)


def clock(at: datetime) -> str:
    """An instant as reasons say it: 14:03:10."""
    return f"{at.hour:02}:{at.minute:02}:{at.second:02}"  # a fifth of the time that strftime takes
