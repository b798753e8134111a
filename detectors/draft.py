"""What a watch's next state will be: the arrays that the columns of one frame read, and those that they made anew."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.daytime import local_at, since_midnight, since_monday
from detectors.frame import Floats
from detectors.state import BLOCKS, STACKED, Singles, State, place_seconds, slot_seconds
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
        """Those that are not as they were read."""
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
    """

    now: float
    elapsed: float
    x: Floats
    pick: Pick
    rows: Rows
    events: Floats | None = None
    buckets: Floats | None = None


class Draft:
    """What the next state will be: arrays are made anew or copied where they change, a slot or a block at a time.

    now: epoch seconds of the last column, NaN before the first. all: the state's arrays by name.
    """

    def __init__(self, watch: Watch, state: State) -> None:
        self.before = state
        self.keys, self.now = state.keys, state.watermark_s
        self.all = Rows(state.arrays())
        self.profile, self.seen, self.ring = list(state.profile), list(state.seen), list(state.ring)
        self.week, self.weeks = list(state.week), list(state.weeks)
        self.owned: set[int] = set()
        self.slot_s, self.place_s = slot_seconds(watch), place_seconds(watch)
        self.time_zone = watch.time_zone

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

    def block(self, place: int) -> Singles:
        """A block of peaks (K, S) that may be written: the state of before keeps its own."""
        place %= BLOCKS
        if place not in self.owned:
            self.ring[place] = self.ring[place].copy()
            self.owned.add(place)
        return self.ring[place]
