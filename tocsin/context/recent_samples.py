"""The last samples and bands of a watch, kept for the plots of tickets and of the console."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats, Frame, Labels
from detectors.scores import Scores

KEPT = 86_400.0  # a series that vanished longer ago is of no use in a plot, seconds
COLUMNS = 720  # 12 h at a minute, 12 min at a second: more than a plot of 640 px can show
FEWEST = 60  # columns kept of the largest watch
CELLS = 4_000_000  # columns x series kept of a watch, 80 MB: 10,000 series have 400 columns
FIELDS = ("values", "expected", "low", "high", "scores")

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentStrip:
    """One series over time; all arrays (T,), NaN where unknown."""

    times: Floats
    values: Floats
    expected: Floats
    low: Floats
    high: Floats
    scores: Floats

    def of(self, columns: NDArray[np.bool_]) -> "RecentStrip":
        """These columns of it; columns: (T,)."""
        return RecentStrip(
            times=self.times[columns],
            values=self.values[columns],
            expected=self.expected[columns],
            low=self.low[columns],
            high=self.high[columns],
            scores=self.scores[columns],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """Every series as it was last scored; all arrays (S,), NaN where unknown.

    at, values, expected, low, high: of its last sample, in epoch seconds and the watch's unit.
    scores: of the last column, so that a series which fell silent is not judged by its last sample.
    idle: whether it was there without a number in the last column: nobody could judge it, and it is not silent.
    """

    keys: tuple[Labels, ...]
    at: Floats
    values: Singles
    expected: Singles
    low: Singles
    high: Singles
    scores: Singles
    idle: NDArray[np.bool_]


class RecentSamples:
    """A ring of columns over the series of one watch; its job writes it, others read copies."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._keys: tuple[Labels, ...] = ()
        self._row_of: dict[Labels, int] = {}
        self._listed: Floats = np.zeros(0)  # when a series was last among those judged
        self._times: Floats = np.zeros(0)
        self._ring: dict[str, Singles] = {name: np.zeros((0, 0), np.float32) for name in FIELDS}
        self._next = 0
        self._count = 0
        self._last: dict[str, Any] = _unknown(0)

    def add(self, frame: Frame, scores: Scores) -> None:
        """Appends a scored frame and drops what is older than the ring is long."""
        if not scores.times.size:
            return
        with self._lock:
            self._list(scores.keys, float(scores.times[-1]))
            fresh = scores.times > (self._times[self._next - 1] if self._count else -np.inf)
            if fresh.any():
                self._append(scores.times[fresh], self._aligned(frame, scores, fresh))

    def strip(self, labels: Labels) -> RecentStrip | None:
        """The recent past of a series, or None where it is not known."""
        with self._lock:
            row = self._row_of.get(labels)
            return None if row is None or not self._count else self._strip(row)

    def worst(self, is_wanted: Callable[[Labels], bool]) -> RecentStrip | None:
        """The recent past of the wanted series that has the highest score now."""
        with self._lock:
            rows = np.array([row for key, row in self._row_of.items() if is_wanted(key)], np.intp)
            columns = self._order()
            seen = np.isfinite(self._ring["values"][columns][:, rows]).any(axis=0)
            if not seen.any():
                return None
            peaks = np.nanmax(self._ring["scores"][columns][:, rows[seen]], axis=0, initial=-np.inf)
            return self._strip(int(rows[seen][int(np.argmax(peaks))]))

    def latest(self) -> Latest:
        """Every series as it was last scored."""
        with self._lock:
            if self._count:
                scores, values = (self._ring[name][self._next - 1].copy() for name in ("scores", "values"))
            else:
                scores = values = np.zeros(0, np.float32)
            idle = np.isnan(values) & (scores == 0)
            return Latest(
                keys=self._keys, scores=scores, idle=idle, **{name: array.copy() for name, array in self._last.items()}
            )

    @property
    def keys(self) -> tuple[Labels, ...]:
        """The labels of the known series."""
        return self._keys

    @property
    def nbytes(self) -> int:
        """The size of the ring in bytes."""
        return sum(array.nbytes for array in self._ring.values()) + self._times.nbytes

    def _list(self, keys: tuple[Labels, ...], now: float) -> None:
        """Makes room for new series and lets go of those that are not judged any more."""
        if keys != self._keys[: len(keys)] or not self._times.size:
            known = set(keys)
            ages = zip(self._keys, (now - self._listed).tolist(), strict=True)
            others = [key for key, age in ages if key not in known and age <= KEPT]
            self._rearrange((*keys, *others))
        self._listed[: len(keys)] = now
        if (self._listed < now - KEPT).any():
            self._rearrange(tuple(key for key, at in zip(self._keys, self._listed, strict=True) if at >= now - KEPT))

    def _rearrange(self, keys: tuple[Labels, ...]) -> None:
        """The same columns over other series."""
        old = np.array([self._row_of.get(key, -1) for key in keys], np.intp)
        known, order = old >= 0, self._order()
        length = min(COLUMNS, max(FEWEST, CELLS // max(1, len(keys))))
        order = order[-length:]
        ring = {name: np.full((length, len(keys)), np.nan, np.float32) for name in FIELDS}
        for name, array in ring.items():
            array[: len(order), known] = self._ring[name][order][:, old[known]]
        times = np.full(length, np.nan)
        times[: len(order)] = self._times[order]
        last, listed = _unknown(len(keys)), np.full(len(keys), -np.inf)
        for name, array in last.items():
            array[known] = self._last[name][old[known]]
        listed[known] = self._listed[old[known]]
        self._keys, self._row_of = keys, {key: row for row, key in enumerate(keys)}
        self._ring, self._times, self._last, self._listed = ring, times, last, listed
        self._count, self._next = len(order), len(order) % length

    def _aligned(self, frame: Frame, scores: Scores, fresh: NDArray[np.bool_]) -> dict[str, Singles]:
        """The frame's columns (T, S) of each field, over the ring's series."""
        judged = {"expected": scores.expected, "low": scores.low, "high": scores.high, "scores": scores.score}
        shape = (int(np.count_nonzero(fresh)), len(self._keys))
        found = {name: np.full(shape, np.nan, np.float32) for name in FIELDS}
        for name, array in judged.items():
            found[name][:, : len(scores.keys)] = array.T[fresh]
        source = np.searchsorted(frame.times, scores.times[fresh])
        rows: slice | list[int] = (
            slice(len(frame.keys))
            if frame.keys == self._keys[: len(frame.keys)]
            else [self._row_of[key] for key in frame.keys]
        )
        found["values"][:, rows] = frame.values[:, source].T
        if frame.buckets is not None:  # what is watched of a histogram, the engine alone knows
            found["values"][:, : len(scores.keys)] = scores.observed.T[fresh]
        return found

    def _append(self, times: Floats, found: dict[str, Singles]) -> None:
        length = len(self._times)
        kept = slice(max(0, len(times) - length), None)
        places = (self._next + np.arange(len(times[kept]))) % length
        self._times[places] = times[kept]
        for name, array in found.items():
            self._ring[name][places] = array[kept]
        self._next = int((places[-1] + 1) % length)
        self._count = min(length, self._count + len(places))
        self._remember(times, found)

    def _remember(self, times: Floats, found: dict[str, Singles]) -> None:
        """What each series' last sample was."""
        known = np.isfinite(found["values"])
        who = np.flatnonzero(known.any(axis=0))
        column = len(times) - 1 - np.argmax(known[::-1][:, who], axis=0)
        self._last["at"][who] = times[column]
        for name in ("values", "expected", "low", "high"):
            self._last[name][who] = found[name][column, who]

    def _order(self) -> NDArray[np.intp]:
        """The ring's places, oldest first."""
        length = max(1, len(self._times))
        return (self._next - self._count + np.arange(self._count)) % length

    def _strip(self, row: int) -> RecentStrip:
        order = self._order()
        columns = {name: array[order, row].astype(np.float64) for name, array in self._ring.items()}
        return RecentStrip(times=self._times[order], **columns)


def _unknown(series: int) -> dict[str, Any]:
    singles: dict[str, Any] = {name: np.full(series, np.nan, np.float32) for name in FIELDS if name != "scores"}
    return {"at": np.full(series, np.nan), **singles}
