"""The newest scrapes: how a page becomes a row of numbers, and the rows that are still in memory."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats, Labels
from detectors.sources.evaluate import STALE, STALE_BITS, Rows
from detectors.sources.grid import Instants
from detectors.sources.runs import ABSENT, ABSENT_BITS, Block

NO_STAMP = 0

Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSample:
    """One sample of a page: the metric's name, its labels, the value, and the instant (ms) if the page gave one."""

    metric: str
    labels: Labels
    value: float
    stamp: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What stands in the columns of a target's rows, and what they held last.

    id: its row in the store; None while it is new. series: (N,) their ids. at: of the last row.
    live: (N,) which had a sample in the last row and must be said to have ended when they are missing.
    stamps: (N,) ms, the newest instant that the page itself gave, or 0.
    """

    id: int | None
    series: Rows
    at: int
    live: NDArray[np.bool_]
    stamps: Instants


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrapeRow:
    """One scrape as it is stored: numbers (N,) in the layout's columns, and the page's own instants if it has some.

    repeated: samples that brought nothing new: a series named twice, or an instant that is known already.
    ahead: samples that the page itself stamps with a time that has not come.
    """

    layout: Layout
    numbers: Floats
    stamps: Instants | None
    repeated: int
    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedRows:
    """Pushed samples as they are stored: numbers and instants (N,) in the layout's columns, row by row.

    repeated, ahead: as in ScrapeRow.
    """

    layout: Layout
    rows: tuple[tuple[Floats, Instants], ...]
    repeated: int
    ahead: int


AHEAD_MS = 600_000
"""A page's own instants may be so far ahead of our clock, as in Prometheus: what is later would hide what comes."""
FORGOTTEN_MS = 3_600_000
"""A series that was not pushed for so long has no column in the next layout."""
EMPTY = Layout(id=None, series=np.empty(0, np.int64), at=-1, live=np.empty(0, bool), stamps=np.empty(0, np.int64))


def scrape_row(layout: Layout, at: int, ids: Sequence[int], readings: Sequence[PageSample]) -> ScrapeRow:
    """The row of a scrape whose readings are of these series (ids, beside them)."""
    first: dict[int, int] = {}
    ahead = 0
    for place, number in enumerate(ids):  # of two samples of a series the newer one, and of equal instants the first
        if _instant(readings[place], at) > at + AHEAD_MS:
            ahead += 1
            continue
        held = first.setdefault(number, place)
        if held != place and _instant(readings[place], at) > _instant(readings[held], at):
            first[number] = place
    layout = _fitting(layout, list(first))
    column_of = {number: column for column, number in enumerate(layout.series.tolist())}
    numbers = np.repeat(ABSENT, len(layout.series))
    numbers[layout.live] = STALE
    stamps = np.zeros(len(numbers), np.int64)
    repeated = len(ids) - ahead - len(first)
    for number, place in first.items():
        column, reading = column_of[number], readings[place]
        if reading.stamp is not None and reading.stamp <= layout.stamps[column]:
            repeated += 1
            continue
        numbers[column] = reading.value
        stamps[column] = reading.stamp or NO_STAMP
    after = Layout(
        id=layout.id,
        series=layout.series,
        at=at,
        live=is_sample(numbers) & (stamps == NO_STAMP),
        stamps=np.maximum(layout.stamps, stamps),
    )
    return ScrapeRow(
        layout=after, numbers=numbers, stamps=stamps if stamps.any() else None, repeated=repeated, ahead=ahead
    )


def pushed_rows(layout: Layout, at: int, ids: Sequence[int], samples: Sequence[PageSample]) -> PushedRows:
    """The rows of samples that were pushed, each with an instant of its own; a series may be there several times.

    A series that is missing has not ended: its sender says so by a marker. Late samples are taken; one with its series'
    newest instant is a repetition.
    """
    by_series: dict[int, dict[int, float]] = {}
    ahead = 0
    for number, sample in zip(ids, samples, strict=True):
        stamp = _instant(sample, at)
        ahead += stamp > at + AHEAD_MS
        if stamp <= at + AHEAD_MS:
            by_series.setdefault(number, {}).setdefault(stamp, sample.value)
    layout = _grown(layout, at, list(by_series))
    column_of = {number: column for column, number in enumerate(layout.series.tolist())}
    repeated = len(ids) - ahead - sum(len(found) for found in by_series.values())
    rows: list[tuple[Floats, Instants]] = []
    newest = layout.stamps.copy()
    for number, found in by_series.items():
        column = column_of[number]
        repeated += found.pop(int(layout.stamps[column]), None) is not None
        for place, (stamp, value) in enumerate(sorted(found.items())):
            if place == len(rows):
                rows.append((np.repeat(ABSENT, len(layout.series)), np.zeros(len(layout.series), np.int64)))
            rows[place][0][column], rows[place][1][column] = value, stamp
            newest[column] = max(newest[column], stamp)
    after = Layout(id=layout.id, series=layout.series, at=at, live=layout.live, stamps=newest)
    return PushedRows(layout=after, rows=tuple(rows), repeated=repeated, ahead=ahead)


def _grown(layout: Layout, at: int, present: Sequence[int]) -> Layout:
    """The layout if it has a column for each series; else a new one for these and those of the last hour."""
    if set(layout.series.tolist()).issuperset(present):
        return layout
    recent = layout.series[layout.stamps > at - FORGOTTEN_MS].tolist()
    stamps = dict(zip(layout.series.tolist(), layout.stamps.tolist(), strict=True))
    wanted = list(dict.fromkeys([*recent, *present]))
    return Layout(
        id=None,
        series=np.array(wanted, np.int64),
        at=layout.at,
        live=np.zeros(len(wanted), bool),
        stamps=np.array([stamps.get(number, NO_STAMP) for number in wanted], np.int64),
    )


def _instant(reading: PageSample, at: int) -> int:
    return at if reading.stamp is None else reading.stamp


def is_sample(numbers: Floats) -> NDArray[np.bool_]:
    """Which numbers are samples, neither absent nor the marker of an end."""
    bits = numbers.view(np.uint64)
    return np.asarray((bits != ABSENT_BITS) & (bits != STALE_BITS))


def _fitting(layout: Layout, present: Sequence[int]) -> Layout:
    """The layout if it has a column for each series and is not mostly empty; else a new one for these and the live."""
    known = set(layout.series.tolist())
    if known.issuperset(present) and len(known) <= 2 * max(len(present), 16):
        return layout
    wanted = dict.fromkeys([*layout.series[layout.live].tolist(), *present])
    old = {number: column for column, number in enumerate(layout.series.tolist())}
    from_old = np.array([old.get(number, -1) for number in wanted], dtype=np.int64)
    return Layout(
        id=None,
        series=np.array(list(wanted), dtype=np.int64),
        at=layout.at,
        live=np.append(layout.live, False)[from_old],
        stamps=np.append(layout.stamps, NO_STAMP)[from_old],
    )


class _Table:
    """The rows of one layout, in arrays that grow."""

    def __init__(self, series: Rows) -> None:
        self.series = series
        self.column_of = {number: column for column, number in enumerate(series.tolist())}
        self.size = 0
        self.ids = np.empty(64, np.int64)
        self.at = np.empty(64, np.int64)
        self.numbers = np.empty((64, len(series)))
        self.stamps: Instants | None = None

    def add(self, number: int, at: int, numbers: bytes, stamps: bytes | None) -> None:
        if self.size == len(self.ids):
            self._keep(slice(self.size), 2 * self.size)
        self.ids[self.size], self.at[self.size] = number, at
        self.numbers[self.size] = np.frombuffer(numbers, "<f8")
        if stamps is not None and self.stamps is None:
            self.stamps = np.zeros(self.numbers.shape, np.int64)
        if self.stamps is not None:
            self.stamps[self.size] = 0 if stamps is None else np.frombuffer(stamps, "<i8")
        self.size += 1
        if self.size > 1 and at < self.at[self.size - 2]:  # our clock was set back
            self._keep(np.argsort(self.at[: self.size], kind="stable"), len(self.ids))

    def drop(self, through: int) -> None:
        kept = np.flatnonzero(self.ids[: self.size] > through)
        if len(kept) < self.size:
            self._keep(kept, max(64, len(kept)))

    def block(self, columns: Rows, rows: Rows, start: int, end: int) -> Block:
        """These columns as the selected series `rows`; only the scrapes in start..end where pages give no instants."""
        at = self.at[: self.size]
        begin, stop = 0, self.size
        if self.stamps is None:
            begin, stop = int(np.searchsorted(at, start, "left")), int(np.searchsorted(at, end, "right"))
        values = self.numbers[begin:stop][:, columns].T
        times = at[begin:stop].copy()
        if self.stamps is not None:
            stamps = self.stamps[begin:stop][:, columns].T
            times = np.where(stamps == NO_STAMP, times, stamps)
        return Block(rows=rows, times=times, values=values)

    def _keep(self, rows: slice | Rows, capacity: int) -> None:
        """Make room for `capacity` rows, and keep these alone, in this order."""
        size = len(self.ids[rows])
        self.ids = _moved(self.ids[rows], capacity)
        self.at = _moved(self.at[rows], capacity)
        self.numbers = _moved(self.numbers[rows], capacity)
        if self.stamps is not None:
            self.stamps = _moved(self.stamps[rows], capacity)
        self.size = size


def _moved(array: NDArray[Number], capacity: int) -> NDArray[Number]:
    moved = np.empty((capacity, *array.shape[1:]), array.dtype)
    moved[: len(array)] = array
    return moved


class Head:
    """The scrapes that are not compacted yet, by layout; a copy of the store's rows. Not safe for several threads."""

    def __init__(self) -> None:
        self._tables: dict[int, _Table] = {}
        self._newest = 0
        self._compacted = 0
        self._deletions = 0

    def refresh(self, database: sqlite3.Connection, through: int = 2**62) -> None:
        """Take in the rows that are new in the store, up to one, and let go of those that were compacted."""
        facts = dict(database.execute("SELECT name, value FROM facts").fetchall())
        compacted, deletions = facts["compacted"], facts["deletions"]
        if deletions != self._deletions:  # rows of a clock that was set back are among what is gone
            self._tables, self._newest, self._deletions = {}, compacted, deletions
        if compacted != self._compacted:
            self._compacted = compacted
            for table in self._tables.values():
                table.drop(compacted)
            self._tables = {number: table for number, table in self._tables.items() if table.size}
        for number, layout, at, numbers, stamps in database.execute(
            "SELECT id, layout, at, numbers, stamps FROM scrapes WHERE id > ? AND id <= ? ORDER BY id",
            (self._newest, through),
        ):
            self._table(database, layout).add(number, at, numbers, stamps)
            self._newest = number

    def blocks(self, series: Rows, start: int, end: int) -> list[Block]:
        """The samples of these series, a block a layout that has some of them, in the order of the layouts."""
        found = []
        for _, table in sorted(self._tables.items()):
            pairs = [(table.column_of.get(number, -1), row) for row, number in enumerate(series.tolist())]
            columns, rows = np.array([pair for pair in pairs if pair[0] >= 0], np.int64).reshape(-1, 2).T
            if len(columns):
                found.append(table.block(columns, rows, start, end))
        return found

    def everything(self) -> list[tuple[Rows, Block]]:
        """Each layout's series with all their samples, for compaction."""
        return [
            (table.series, table.block(every := np.arange(len(table.series)), every, 0, 2**62))
            for _, table in sorted(self._tables.items())
        ]

    def _table(self, database: sqlite3.Connection, layout: int) -> _Table:
        if layout not in self._tables:
            (series,) = database.execute("SELECT series FROM layouts WHERE id = ?", (layout,)).fetchone()
            self._tables[layout] = _Table(np.frombuffer(series, "<i4").astype(np.int64))
        return self._tables[layout]
