"""Sums of single days, and many days added up: a page reads again only those days that changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from dashboards.kpi import CRITICAL, TicketSums
from dashboards.rollup import COUNTS, STEPS, WaitKind

Numbers = NDArray[np.int64]
Key = TypeVar("Key")
_PLACE = {step: place for place, step in enumerate(STEPS)}
_WAITS = {
    (kind.value, is_critical): len(STEPS) * (2 * place + is_critical)
    for place, kind in enumerate(WaitKind)
    for is_critical in (False, True)
}
"""The first of the numbers of a kind of duration: one follows for each step."""


class Part(NamedTuple):
    """Tickets of one topic, tier and priority."""

    form: str
    tier: int
    priority: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DaySums:
    """The sums of one day under one filter.

    counts: (parts, COUNTS) int64, a row for each of `parts`. incident_counts: the same for each of `incidents`, of the
    tickets that are linked to it. waits: (2, n) int64: a duration's kind, whether the ticket is critical, and
    its step as one number, each at most once, and how many ended there.
    """

    parts: tuple[Part, ...] = ()
    counts: Numbers
    incidents: tuple[str, ...] = ()
    incident_counts: Numbers
    waits: Numbers

    @property
    def total(self) -> TicketSums:
        """All tickets of the day, without durations."""
        return _sums(self.counts.sum(axis=0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpanSums:
    """Several days added up.

    parts, counts: as a day has them. waits: tickets by the step of a duration, of critical tickets (True) and others.
    """

    parts: tuple[Part, ...]
    counts: Numbers
    waits: Mapping[tuple[WaitKind, bool], Mapping[int, int]]

    def total(self, counts: Callable[[Part], bool] = lambda part: True) -> TicketSums:
        """The sums of those parts together, without durations."""
        return _sums(self.counts[[counts(part) for part in self.parts]].sum(axis=0))

    def by(self, key: Callable[[Part], Key]) -> dict[Key, TicketSums]:
        """The parts summed by something of them."""
        rows: dict[Key, list[int]] = {}
        for row, part in enumerate(self.parts):
            rows.setdefault(key(part), []).append(row)
        return {name: _sums(self.counts[some].sum(axis=0)) for name, some in rows.items()}


def day_sums(
    parts: Iterable[Sequence[Any]], incidents: Iterable[Sequence[Any]], waits: Iterable[Sequence[Any]]
) -> DaySums:
    """The sums of one day from rows.

    parts: topic, tier, priority and COUNTS; each part once. incidents: id and COUNTS; each incident once. waits: kind,
    priority, step in seconds and how many.
    """
    rows, linked = list(parts), list(incidents)
    places = [(_WAITS[kind, priority == CRITICAL] + _PLACE[step], count) for kind, priority, step, count in waits]
    return DaySums(
        parts=tuple(Part._make(row[:3]) for row in rows),
        counts=_matrix([row[3:] for row in rows]),
        incidents=tuple(row[0] for row in linked),
        incident_counts=_matrix([row[1:] for row in linked]),
        waits=np.array(places, dtype=np.int64).reshape(-1, 2).T,
    )


def add_up(days: Sequence[DaySums]) -> SpanSums:
    """The days' sums, added."""
    found: dict[Part, int] = {}
    rows = [found.setdefault(part, len(found)) for day in days for part in day.parts]
    return SpanSums(
        parts=tuple(found),
        counts=_added(rows, [day.counts for day in days], len(found)),
        waits=_waits([day.waits for day in days]),
    )


def largest_incidents(days: Sequence[DaySums], most: int) -> tuple[tuple[str, TicketSums], ...]:
    """The incidents that most tickets of the days are linked to, with their sums; the largest first, then by id."""
    found: dict[str, int] = {}
    rows = [found.setdefault(one, len(found)) for day in days for one in day.incidents]
    counts = _added(rows, [day.incident_counts for day in days], len(found))
    written: list[int] = counts[:, COUNTS.index("written")].tolist()
    least = max(1, sorted(written, reverse=True)[:most][-1]) if written else 1
    ranked = sorted((-many, one) for one, many in zip(found, written, strict=True) if many >= least)
    return tuple((one, _sums(counts[found[one]])) for _, one in ranked[:most])


def _waits(days: Sequence[Numbers]) -> dict[tuple[WaitKind, bool], dict[int, int]]:
    counts = np.zeros(len(_WAITS) * len(STEPS), dtype=np.int64)
    for places, many in days:
        counts[places] += many  # a place is at most once in a day
    return {
        (WaitKind(kind), is_critical): {
            STEPS[place]: int(counts[first + place]) for place in np.flatnonzero(counts[first : first + len(STEPS)])
        }
        for (kind, is_critical), first in _WAITS.items()
    }


def _matrix(rows: Sequence[Sequence[Any]]) -> Numbers:
    return np.array(rows, dtype=np.int64).reshape(-1, len(COUNTS))


def _added(rows: Sequence[int], parts: Sequence[Numbers], many: int) -> Numbers:
    added = np.zeros((many, len(COUNTS)), dtype=np.int64)
    if rows:
        np.add.at(added, rows, np.concatenate(parts))
    return added


def _sums(row: Numbers) -> TicketSums:
    return TicketSums(**dict(zip(COUNTS, row.tolist(), strict=True)))
