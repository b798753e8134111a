"""Sums of single days, and many days added up: a page reads again only those days that changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboards.kpi import CRITICAL, TicketSums
from dashboards.rollup import COUNTS, STEPS, WaitKind

Numbers = NDArray[np.int64]
_KINDS = tuple(WaitKind)
_PLACE = {step: place for place, step in enumerate(STEPS)}
_WRITTEN = COUNTS.index("written")


class Part(NamedTuple):
    """Tickets of one topic, tier and priority."""

    form: str
    tier: int
    priority: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DaySums:
    """The sums of one day under one filter.

    counts: (parts, COUNTS) int64, a row for each of `parts`. incident_counts: the same for each of `incidents`, of the
    tickets that are linked to it. waits: (2, n) int64: a duration's kind, priority and step as one number, as
    `wait_place` gives it, and how many ended there.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanSums:
    """Several days added up. waits: tickets by the step of a duration, of critical tickets (True) and others."""

    parts: Mapping[Part, TicketSums]
    waits: Mapping[tuple[WaitKind, bool], Mapping[int, int]]


def day_sums(
    parts: Iterable[Sequence[object]],
    incidents: Iterable[Sequence[object]],
    waits: Iterable[Sequence[Any]],
) -> DaySums:
    """The sums of one day from rows.

    parts: topic, tier, priority and COUNTS; each part once. incidents: id and COUNTS; each incident once. waits: kind,
    priority, step in seconds and how many.
    """
    rows, linked = list(parts), list(incidents)
    places = [(wait_place(WaitKind(kind), priority, step), count) for kind, priority, step, count in waits]
    return DaySums(
        parts=tuple(Part._make(row[:3]) for row in rows),
        counts=_matrix([row[3:] for row in rows]),
        incidents=tuple(str(row[0]) for row in linked),
        incident_counts=_matrix([row[1:] for row in linked]),
        waits=np.array(places, dtype=np.int64).reshape(-1, 2).T,
    )


def wait_place(kind: WaitKind, priority: str, step: int) -> int:
    """The number under which a duration is kept: by kind, whether it is a critical ticket's, and step."""
    return (2 * _KINDS.index(kind) + (priority == CRITICAL)) * len(STEPS) + _PLACE[step]


def add_up(days: Sequence[DaySums]) -> SpanSums:
    """The days' sums, added."""
    found: dict[Part, int] = {}
    rows = [found.setdefault(part, len(found)) for day in days for part in day.parts]
    counts = _added(rows, [day.counts for day in days], len(found))
    return SpanSums(
        parts={part: _sums(counts[row]) for part, row in found.items()}, waits=_waits([day.waits for day in days])
    )


def largest_incidents(days: Sequence[DaySums], most: int) -> tuple[tuple[str, TicketSums], ...]:
    """The incidents that most tickets of the days are linked to, with their sums; the largest first, then by id."""
    found: dict[str, int] = {}
    rows = [found.setdefault(one, len(found)) for day in days for one in day.incidents]
    counts = _added(rows, [day.incident_counts for day in days], len(found))
    written: list[int] = counts[:, _WRITTEN].tolist()
    ranked = sorted((one for one, row in found.items() if written[row]), key=lambda one: (-written[found[one]], one))
    return tuple((one, _sums(counts[found[one]])) for one in ranked[:most])


def total(sums: Iterable[TicketSums]) -> TicketSums:
    """Sums added, without durations."""
    every = list(sums)
    return TicketSums(**{name: sum(getattr(one, name) for one in every) for name in COUNTS})


def _waits(days: Sequence[Numbers]) -> dict[tuple[WaitKind, bool], dict[int, int]]:
    counts = np.zeros(2 * len(_KINDS) * len(STEPS), dtype=np.int64)
    places, many = np.concatenate(days, axis=1) if days else np.zeros((2, 0), dtype=np.int64)
    np.add.at(counts, places, many)
    by_kind = counts.reshape(len(_KINDS), 2, len(STEPS))
    return {
        (kind, is_critical): {STEPS[place]: int(steps[place]) for place in np.flatnonzero(steps)}
        for kind, halves in zip(_KINDS, by_kind, strict=True)
        for is_critical, steps in zip((False, True), halves, strict=True)
    }


def _matrix(rows: Sequence[Sequence[object]]) -> Numbers:
    return np.array(rows, dtype=np.int64).reshape(-1, len(COUNTS))


def _added(rows: Sequence[int], parts: Sequence[Numbers], many: int) -> Numbers:
    added = np.zeros((many, len(COUNTS)), dtype=np.int64)
    if rows:
        np.add.at(added, rows, np.concatenate(parts))
    return added


def _sums(row: Numbers) -> TicketSums:
    return TicketSums(**dict(zip(COUNTS, row.tolist(), strict=True)))
