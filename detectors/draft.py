"""A watch's next state while it is made: arrays are read from the state before and copied when they change."""

from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.daytime import local_at, since_midnight, since_monday
from detectors.frame import Floats, Singles
from detectors.state import (
    DAY,
    STACKED,
    State,
    block_seconds,
    place_seconds,
    quarter_seconds,
    quarters_of,
    slot_seconds,
)
from detectors.watch import Watch

Pick = slice | NDArray[np.intp]
"""Which of the state's rows have a sample in a column: all of them, or their places."""


class Rows(dict[str, Floats]):
    """The state's arrays by name: (S,) one value a series, or (K, S) for the K scales.

    What was there belongs to the state of before and is not written into: who learns assigns an array of its own, or
    writes into what `own` gives.
    """

    def __init__(self, found: dict[str, Floats]) -> None:
        super().__init__(found)
        self._found = found

    def own(self, name: str) -> Floats:
        """The array, to be written in place."""
        if self[name] is self._found.get(name):
            self[name] = self[name].copy()
        return self[name]

    def made(self) -> dict[str, Floats]:
        """The arrays that were changed."""
        return {name: array for name, array in self.items() if array is not self._found.get(name)}


class PickedRows(Rows):
    """Some rows of these arrays; each is picked when it is first asked for."""

    def __init__(self, rows: Rows, pick: NDArray[np.intp]) -> None:
        super().__init__({})
        self._rows, self._pick = rows, pick

    def __missing__(self, name: str) -> Floats:
        self[name] = self._found[name] = self._rows[name][..., self._pick]
        return self[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The samples of one instant: x (S,) of the picked rows, and what is known of these series.

    now: epoch seconds. elapsed: seconds since the column before, 0 where there was none.
    events: (S,) behind each sample, NaN = unknown; None = unknown of all. buckets: (B, S) of histograms.
    is_known_day: a day like no other; begins: the column before was none of it. unlearnt: (S,) who learns nothing.
    """

    now: float
    elapsed: float
    x: Floats
    pick: Pick
    rows: Rows
    events: Floats | None = None
    buckets: Floats | None = None
    is_known_day: bool = False
    begins: bool = False
    unlearnt: NDArray[np.bool_] | None = None


class Draft:
    """The next state while it is made: arrays are made anew or copied where they change, a slot or a block at a time.

    now: epoch seconds of the last column, NaN before the first. all: the state's arrays by name.
    at: the quarter of an hour of the last column, counted from 1970 on, `quarters` a day.
    """

    def __init__(self, watch: Watch, state: State) -> None:
        self.before = state
        self.keys, self.now = state.keys, state.watermark_s
        self.all = Rows(state.arrays())
        self.profile, self.seen, self.ring = list(state.profile), list(state.seen), list(state.ring)
        self.week, self.weeks, self.days = list(state.week), list(state.weeks), list(state.days)
        self.owned: set[int] = set()
        self.slot_s, self.place_s, self.block_s = slot_seconds(watch), place_seconds(watch), block_seconds(watch)
        self.quarter_s, self.quarters = quarter_seconds(watch), quarters_of(watch)
        self.time_zone = watch.time_zone
        self.at = 0 if isnan(self.now) else self.quarter(self.now)

    def state(self, pool: State | None = None) -> State:
        """The state after the columns taken so far; `pool`: that of the series together."""
        made = self.all.made()
        stacks: dict[str, Any] = {name: tuple(getattr(self, name)) for name in STACKED}
        return self.before.after({"keys": self.keys, "watermark_s": self.now, "pool": pool, **made, **stacks})

    def picked(self, pick: Pick) -> Rows:
        """The arrays of the picked rows: the state's own where all are picked, else copies to be put back."""
        if isinstance(pick, slice):
            return self.all
        return PickedRows(self.all, pick)

    def put_back(self, pick: Pick, rows: Rows) -> None:
        """Write what picked rows have learnt into the state; those that are its own are there already."""
        if isinstance(pick, slice):
            return
        for name, array in rows.made().items():
            self.all.own(name)[..., pick] = array

    def clock(self, now: float) -> tuple[int, int]:
        """The clock slot of an instant, and its time of the week."""
        local = local_at(now, self.time_zone)
        return int(since_midnight(local) // self.slot_s), int(since_monday(local) // self.place_s)

    def quarter(self, now: float) -> int:
        """The quarter of an hour of an instant, counted from 1970 on."""
        local = local_at(now, self.time_zone)
        return int(local // DAY) * self.quarters + int(since_midnight(local) // self.quarter_s)

    def turn(self, now: float) -> None:
        """Moves on to an instant: blocks and quarters of an hour that begin are emptied, those between them too."""
        before, self.at = self.at, self.quarter(now)
        nothing = np.full(len(self.keys), np.nan, np.float32)
        for place in range(max(before + 1, self.at - len(self.days) + 1), self.at + 1):
            self.days[place % len(self.days)] = nothing
        if before != self.at:
            self.all["quarter"] = np.zeros(len(self.keys))
        if isnan(self.now):
            return
        old, new = int(self.now // self.block_s), int(now // self.block_s)
        for place in range(max(old + 1, new - len(self.ring) + 1), new + 1):
            self.ring[place % len(self.ring)] = np.zeros_like(self.ring[0])
            self.owned.add(place % len(self.ring))

    def put(self, stack: list[Singles], place: int, pick: Pick, values: Floats | Singles) -> None:
        """Write the picked rows of one array of a stack; the state of before keeps its own."""
        if isinstance(pick, slice):
            stack[place] = values.astype(np.float32)
            return
        stack[place] = stack[place].copy()
        stack[place][..., pick] = values

    def block(self, now: float) -> Singles:
        """The largest deviations of the block that lasts (E, S), to be written: the state of before keeps its own."""
        place = int(now // self.block_s) % len(self.ring)
        if place not in self.owned:
            self.ring[place] = self.ring[place].copy()
            self.owned.add(place)
        return self.ring[place]
