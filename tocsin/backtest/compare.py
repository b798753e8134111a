"""Compares two configurations over the same past: incidents that only one opens, and incidents that differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tocsin.backtest.report import PastIncident, Report

ENDS_NEAR = timedelta(seconds=1)
"""Starts and lengths that differ by less are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPair:
    """One fault as both configurations tell it."""

    ours: PastIncident
    other: PastIncident
    earlier: timedelta  # by how much the other one opens it earlier; negative = later
    longer: timedelta  # by how much it lasts longer there; negative = shorter

    @property
    def differs(self) -> bool:
        """Whether start, length, severity or components are not the same."""
        one, two = self.ours.incident, self.other.incident
        alike = (one.severity, one.components) == (two.severity, two.components)
        return not alike or max(abs(self.earlier), abs(self.longer)) > ENDS_NEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Ours and another configuration's report. only_ours, only_other: without a partner; pairs: opened by both."""

    ours: Report
    other: Report
    only_ours: tuple[PastIncident, ...]
    only_other: tuple[PastIncident, ...]
    pairs: tuple[IncidentPair, ...]

    @property
    def changed(self) -> tuple[IncidentPair, ...]:
        """The pairs that differ in what would have been published."""
        return tuple(pair for pair in self.pairs if pair.differs)


def compare(ours: Report, other: Report) -> Comparison:
    """Pairs incidents that share a component and a time: those of one root first, then those longest together.

    Raises ValueError where the two spans are not the same.
    """
    if ours.span != other.span:
        raise ValueError(f"{ours.name} is of {ours.span}, {other.name} of {other.span}; compare over the same span")
    likely = sorted(_candidates(ours, other), key=lambda found: found[0])
    taken_ours: set[int] = set()
    taken_other: set[int] = set()
    pairs = []
    for _, a, b in likely:
        if a not in taken_ours and b not in taken_other:
            taken_ours.add(a)
            taken_other.add(b)
            pairs.append((a, _pair(ours.incidents[a], other.incidents[b], ours)))
    return Comparison(
        ours=ours,
        other=other,
        only_ours=_without(ours.incidents, taken_ours),
        only_other=_without(other.incidents, taken_other),
        pairs=tuple(pair for _, pair in sorted(pairs, key=lambda found: found[0])),
    )


def _candidates(ours: Report, other: Report) -> list[tuple[tuple[bool, float, int, int], int, int]]:
    """Each two that may be one fault, with how little they belong together."""
    found = []
    theirs = [_ends(two, other) for two in other.incidents]
    for a, one in enumerate(ours.incidents):
        start, end = _ends(one, ours)
        components = set(one.incident.components)
        for b, (begins, lasts) in enumerate(theirs):
            together = min(end, lasts) - max(start, begins)
            two = other.incidents[b].incident
            if together >= 0 and not components.isdisjoint(two.components):
                found.append(((one.incident.component != two.component, -together, a, b), a, b))
    return found


def _ends(one: PastIncident, report: Report) -> tuple[float, float]:
    """From when to when it lasts, in epoch seconds."""
    start = one.incident.started_at
    return start.timestamp(), (start + one.length(report.span.end)).timestamp()


def _pair(one: PastIncident, two: PastIncident, report: Report) -> IncidentPair:
    return IncidentPair(
        ours=one,
        other=two,
        earlier=one.incident.opened_at - two.incident.opened_at,
        longer=two.length(report.span.end) - one.length(report.span.end),
    )


def _without(incidents: Sequence[PastIncident], taken: set[int]) -> tuple[PastIncident, ...]:
    return tuple(one for place, one in enumerate(incidents) if place not in taken)
