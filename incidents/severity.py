"""Severity: rules that an engineer can read, each result with the rule that decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph, Weight
from incidents.growth import growth
from incidents.incident import Incident, Severity
from incidents.settings import Settings
from incidents.signal import Signal

_WORST_FIRST = (
    FailureKind.HALT,
    FailureKind.ERRORS,
    FailureKind.BACKLOG,
    FailureKind.DELAY,
    FailureKind.OTHER,
    FailureKind.SILENCE,
)
_RANK = {None: 0, Severity.MINOR: 1, Severity.MAJOR: 2, Severity.CRITICAL: 3}
_TENFOLD = 10
_MANY = 3
"""Components from which one fault is more than a local one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A severity, None while it is truly unknown, and why."""

    severity: Severity | None
    reason: str


def worst_kind(kinds: Iterable[FailureKind]) -> FailureKind:
    """The kind that hurts customers most; silence hurts least, since it may mean nothing; `other` for none."""
    return min(kinds, key=_WORST_FIRST.index, default=FailureKind.OTHER)


def kind_of(signals: Iterable[Signal]) -> FailureKind:
    """How an incident fails: the kind that customers feel; if they feel none, that of its worst evidence."""
    signals = tuple(signals)
    felt = [s.kind for s in signals if s.user_visible and s.kind is not FailureKind.SILENCE]
    return worst_kind(felt or (s.kind for s in signals))


def is_worse(one: Severity | None, other: Severity | None) -> bool:
    """Whether `one` is above `other`; pending is below everything."""
    return rank_of(one) > rank_of(other)


def rank_of(severity: Severity | None) -> int:
    """Where a severity stands among all, the higher the worse; pending is the lowest."""
    return _RANK[severity]


def severity_of(
    incident: Incident, graph: ComponentGraph, settings: Settings, now: datetime | None = None, customers: int = 0
) -> Judgement:
    """The severity that the evidence asks for, by how long it lasts, how large it is and how many customers it affects.

    It only rises while the incident is open: evidence that ended does not undo what customers felt.
    now: None = its age does not count. customers: whose tickets are linked.
    """
    # Of hundreds of signals in a storm a handful differs in what these two ask for.
    alike = tuple({(s.component, s.kind, s.user_visible): s for s in incident.signals}.values())
    evidence = _weighed(alike, _judge_evidence(alike, graph, settings), graph)
    seen = _grown(incident, evidence, settings, now, customers)
    if is_worse(incident.severity, seen.severity):
        return Judgement(severity=incident.severity, reason=incident.severity_reason)
    return seen


def _grown(incident: Incident, seen: Judgement, settings: Settings, now: datetime | None, customers: int) -> Judgement:
    """The judgement one step worse, once, where what customers feel lasts, grows, or is reported by many of them."""
    if customers >= _TENFOLD * settings.many_customers:
        return _say(Severity.CRITICAL, f"{customers} tickets of customers are linked")
    if customers >= settings.many_customers:
        return _step(seen, f"{customers} tickets of customers are linked")
    due = grows_at(incident, settings)
    if now and due and now >= due:
        return _step(seen, f"customers feel it for {settings.long // timedelta(minutes=1)} min or longer")
    felt = [s for s in incident.signals if s.user_visible and s.kind is not FailureKind.SILENCE]
    # What has stopped is judged as such, however it grows.
    tenfold = next((s for s in felt if s.kind is not FailureKind.HALT and growth(s) >= settings.grown), None)
    if tenfold and seen.severity is Severity.MINOR:
        return _step(seen, f"{tenfold.name} is {growth(tenfold):.0f} times what it was at first")
    return seen


def grows_at(incident: Incident, settings: Settings) -> datetime | None:
    """When time alone raises the severity: customers then feel it for so long; None where they do not feel it now."""
    begun = min(
        (
            s.started_at
            for s in incident.signals
            if s.ended_at is None and s.user_visible and s.kind is not FailureKind.SILENCE
        ),
        default=None,
    )
    return begun and begun + settings.long


def _step(seen: Judgement, why: str) -> Judgement:
    worse = {None: Severity.MINOR, Severity.MINOR: Severity.MAJOR}.get(seen.severity, Severity.CRITICAL)
    return _say(worse, f"{why}; at first {seen.reason}")


def _weighed(signals: tuple[Signal, ...], seen: Judgement, graph: ComponentGraph) -> Judgement:
    """The judgement one step worse where customers feel it on a component of high weight, milder on low ones alone."""
    known = [s for s in signals if s.kind is not FailureKind.SILENCE]
    heavy = {s.component for s in known if s.user_visible and _weight(s, graph) is Weight.HIGH}
    if heavy and seen.severity in (Severity.MINOR, Severity.MAJOR):
        return _step(seen, f"{_name(heavy)} is of high weight")
    milder = {Severity.CRITICAL: Severity.MAJOR, Severity.MAJOR: Severity.MINOR}.get(seen.severity or Severity.MINOR)
    if milder and all(_weight(s, graph) is Weight.LOW for s in known):
        return _say(milder, f"{_name({s.component for s in known})} is of low weight; by itself {seen.reason}")
    return seen


def _weight(signal: Signal, graph: ComponentGraph) -> Weight:
    known: Component | None = graph.get(signal.component)
    return known.weight if known else Weight.USUAL


def _judge_evidence(signals: tuple[Signal, ...], graph: ComponentGraph, settings: Settings) -> Judgement:
    known = [s for s in signals if s.kind is not FailureKind.SILENCE]
    if not known:
        return Judgement(severity=None, reason="pending: there is no data, so nobody knows how bad it is")
    places = {s.component for s in known}
    felt = [s for s in known if s.user_visible]
    total = sum(1 for _ in graph)
    is_broad = len(places) >= max(_MANY, settings.broad * total)
    broad = f"{len(places)} of {total} components deviate"
    if felt:
        return _judge_felt(felt, broad if is_broad else "")
    if is_broad:
        return _say(Severity.MAJOR, broad)
    return _say(Severity.MINOR, "no metric that customers feel deviates")


def _judge_felt(felt: list[Signal], broad: str) -> Judgement:
    places = {s.component for s in felt}
    halted = {s.component for s in felt if s.kind is FailureKind.HALT}
    if len(halted) >= _MANY:
        return _say(Severity.CRITICAL, f"{len(halted)} components that customers use have stopped")
    if broad:
        return _say(Severity.CRITICAL, f"customers feel it and {broad}")
    if halted:
        return _say(Severity.MAJOR, f"{_name(halted)} has stopped and customers feel it")
    failing = {s.component for s in felt if s.kind is FailureKind.ERRORS}
    if failing:
        return _say(Severity.MAJOR, f"customers see errors on {_name(failing)}")
    if len(places) >= _MANY:
        return _say(Severity.MAJOR, f"customers feel it on {len(places)} components")
    return _say(Severity.MINOR, f"customers feel it on {_name(places)} alone, and nothing has stopped")


def _say(severity: Severity, reason: str) -> Judgement:
    return Judgement(severity=severity, reason=f"{severity}: {reason}")


def _name(components: set[str]) -> str:
    first, *more = sorted(components)
    return f"{first} and {len(more)} more" if more else first
