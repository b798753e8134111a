"""A copy of a watch's state that the columns of one frame are judged by and written into, in order of time."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.daytime import since_midnight
from detectors.frame import Floats
from detectors.state import ARRAYS, BLOCKS, Singles, State, slot_seconds
from detectors.watch import Watch

Pick = slice | NDArray[np.intp]
"""Which of the state's rows have a sample in a column: all of them, or their places."""
Rows = dict[str, Floats]
"""The state's arrays by name, of the picked rows alone: (S,) one value a series, or (K, S) for the K scales."""


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
    """What the next state will be. `all` is written in place; a profile's slot and a block of peaks are replaced.

    now: epoch seconds of the last column, NaN before the first. all: the state's arrays by name.
    """

    def __init__(self, watch: Watch, state: State) -> None:
        """Copy what is written in place."""
        self.before = state
        self.now = state.watermark_s
        self.all: Rows = {name: getattr(state, name).copy() for name in ARRAYS}
        self.profile, self.seen, self.ring = list(state.profile), list(state.seen), list(state.ring)
        self.owned: set[int] = set()
        self.slot_s = slot_seconds(watch)
        self.time_zone = watch.time_zone

    def state(self) -> State:
        """The state after the columns taken so far."""
        arrays: dict[str, Any] = dict(self.all)
        stacks: dict[str, Any] = {"profile": tuple(self.profile), "seen": tuple(self.seen), "ring": tuple(self.ring)}
        return replace(self.before, watermark_s=self.now, **arrays, **stacks)

    def picked(self, pick: Pick) -> Rows:
        """The arrays of the picked rows: the state's own where all are picked, else copies to be put back."""
        if isinstance(pick, slice):
            return self.all
        return {name: array[..., pick] for name, array in self.all.items()}

    def put_back(self, pick: Pick, rows: Rows) -> None:
        """Write picked rows into the state; those that are its own are there already."""
        if isinstance(pick, slice):
            return
        for name, array in self.all.items():
            array[..., pick] = rows[name]

    def slot(self, now: float) -> int:
        """The clock slot of an instant."""
        return int(since_midnight(now, self.time_zone) // self.slot_s)

    def block(self, place: int) -> Singles:
        """A block of peaks (K, S) that may be written: the state of before keeps its own."""
        place %= BLOCKS
        if place not in self.owned:
            self.ring[place] = self.ring[place].copy()
            self.owned.add(place)
        return self.ring[place]
