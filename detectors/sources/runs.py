"""Compacted samples: runs of one series each in the store's file, and how they and fresh scrapes become Samples."""

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from detectors.frame import Floats, Labels
from detectors.sources.chunk import packed_times, packed_values, times_of, values_of
from detectors.sources.evaluate import Rows, Samples
from detectors.sources.grid import Instants

ABSENT_BITS = np.uint64(0x7FF0000000000003)
"""The NaN that stands for "no sample" inside the store, beside the marker of an end and the NaN that is a value."""
ABSENT = np.array([ABSENT_BITS]).view(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Samples of K series at M instants.

    rows: (K,) int64, which of the selected series each is. times: (M,) shared, or (K, M), ascending in each row.
    values: (K, M), ABSENT where there is no sample.
    """

    rows: Rows
    times: Instants
    values: Floats


def samples_of(keys: tuple[Labels, ...], blocks: Sequence[Block], start: int, end: int) -> Samples:
    """The samples of the blocks with start <= t <= end, series by series; of equal instants the first stays."""
    pieces = [piece for block in blocks if (piece := _within(block, start, end)) is not None]
    if not pieces:
        nothing = np.zeros(len(keys) + 1, np.int64)
        return Samples(keys=keys, starts=nothing, times=np.empty(0, np.int64), values=np.empty(0))
    row, times, values = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    if len(pieces) > 1 or (np.diff(row) < 0).any():
        order = np.argsort(row, kind="stable")  # blocks come in the order of time: nothing else is left to sort
        row, times, values = row[order], times[order], values[order]
    if ((np.diff(row) == 0) & (np.diff(times) <= 0)).any():
        row, times, values = _untangled(row, times, values)
    starts = np.searchsorted(row, np.arange(len(keys) + 1))
    return Samples(keys=keys, starts=starts, times=times, values=values)


def _within(block: Block, start: int, end: int) -> tuple[Rows, Instants, Floats] | None:
    """The block's samples in the range, flat."""
    times, values = block.times, block.values
    if times.ndim == 1:
        begin, stop = np.searchsorted(times, start, "left"), np.searchsorted(times, end, "right")
        if begin >= stop:
            return None
        values = values[:, begin:stop]
        times = np.broadcast_to(times[begin:stop], values.shape)
    row = np.repeat(block.rows, values.shape[1])
    times, values = times.ravel(), np.ascontiguousarray(values).ravel()
    kept = values.view(np.uint64) != ABSENT_BITS
    if block.times.ndim == 2:
        kept &= (times >= start) & (times <= end)
    return (row, times, values) if kept.all() else (row[kept], times[kept], values[kept])


def _untangled(row: Rows, times: Instants, values: Floats) -> tuple[Rows, Instants, Floats]:
    """Runs that overlap (a history loaded over scrapes): by time, each instant once."""
    order = np.lexsort((times, row))
    row, times, values = row[order], times[order], values[order]
    kept = np.concatenate([[True], (np.diff(row) != 0) | (np.diff(times) != 0)])
    return row[kept], times[kept], values[kept]


def write_runs(database: sqlite3.Connection, series: Rows, times: Instants, values: Floats) -> None:
    """Write runs of K series: values (K, M), ABSENT = no sample, at instants (M,) that they share or (K, M).

    Those that miss samples get instants of their own.
    """
    values = np.ascontiguousarray(values)
    there = values.view(np.uint64) != ABSENT_BITS
    shared = there.all(axis=1) & (times.ndim == 1)
    if shared.any():
        _write(database, [(series[row], values[row]) for row in np.flatnonzero(shared)], times)
    for row in np.flatnonzero(~shared & there.any(axis=1)):
        own = (times if times.ndim == 1 else times[row])[there[row]]
        order = np.unique(own, return_index=True)[1]
        _write(database, [(series[row], values[row, there[row]][order])], own[order])


def _write(database: sqlite3.Connection, entries: Iterable[tuple[int, Floats]], times: Instants) -> None:
    entries = list(entries)
    if not entries or not len(times):
        return
    first, last = int(times[0]), int(times[-1])
    shared = database.execute("INSERT INTO instants (last, data) VALUES (?, ?)", (last, packed_times(times))).lastrowid
    database.executemany(
        "INSERT INTO runs (series, first, last, instants, data) VALUES (?, ?, ?, ?, ?)",
        [(int(series), first, last, shared, packed_values(numbers)) for series, numbers in entries],
    )


class Runs:
    """Reads runs, and keeps the last ones read decoded: they never change. Not safe for several threads.

    most: samples kept.
    """

    def __init__(self, most: int = 4_000_000) -> None:
        self._most = most
        self._held = 0
        self._decoded: OrderedDict[tuple[str, int], Floats | Instants] = OrderedDict()

    def blocks(self, database: sqlite3.Connection, series: Rows, start: int, end: int) -> list[Block]:
        """The runs of these series that reach into start..end, in the order of their beginnings."""
        found = database.execute(
            "SELECT id, series, instants FROM runs WHERE series IN (SELECT value FROM json_each(?))"
            " AND last >= ? AND first <= ? ORDER BY first, id",
            (json.dumps(series.tolist()), start, end),
        ).fetchall()
        row_of = {number: row for row, number in enumerate(series.tolist())}
        together: dict[int, list[tuple[int, int]]] = {}
        for run, number, instants in found:
            together.setdefault(instants, []).append((run, row_of[number]))
        values = self._read(database, "runs", [run for run, _, _ in found])
        times = self._read(database, "instants", list(together))
        return [
            Block(
                rows=np.array([row for _, row in members]),
                times=np.asarray(times[instants], np.int64),
                values=np.stack([values[run] for run, _ in members]),
            )
            for instants, members in together.items()
        ]

    def _read(self, database: sqlite3.Connection, table: str, wanted: Sequence[int]) -> dict[int, Floats | Instants]:
        held = {number: self._decoded[table, number] for number in wanted if (table, number) in self._decoded}
        missing = json.dumps([number for number in wanted if number not in held])
        decode = values_of if table == "runs" else times_of
        for number, blob in database.execute(
            f"SELECT id, data FROM {table} WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608  # one of two
            (missing,),
        ):
            held[number] = self._decoded[table, number] = decode(blob)
            self._held += len(held[number])
        while self._held > self._most and self._decoded:
            self._held -= len(self._decoded.popitem(last=False)[1])
        return held
