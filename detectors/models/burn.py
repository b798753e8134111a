"""Error budgets: how fast one is spent over a long and a short window at once.

The pairs are those of Google's SRE workbook (chapter 5, "Multiwindow, Multi-Burn-Rate Alerts") for an objective over 30
days. Sums stand in blocks, a twelfth of their window each: bounded memory, and the oldest twelfth leaves at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats

BLOCKS = 12
WINDOWS = (300.0, 1_800.0, 3_600.0, 21_600.0, 259_200.0)
"""Seconds; each has a ring of one block more than it is long, the one that fills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPair:
    """Spending `times` as fast as the budget lasts, over both windows (places in WINDOWS), is a score of 1."""

    long: int
    short: int
    times: float


PAIRS = (
    WindowPair(long=2, short=0, times=14.4),
    WindowPair(long=3, short=1, times=6.0),
    WindowPair(long=4, short=3, times=1.0),
)
RING = BLOCKS + 1
CELLS = len(WINDOWS) * RING * 2
"""Sums a series: of bad events and of all, for each window's blocks."""


def rings(flat: Floats) -> Floats:
    """The state's (CELLS, S) as (windows, blocks, bad and all, S), a view."""
    return flat.reshape(len(WINDOWS), RING, 2, -1)


def turned(rings: Floats, before: float, now: float) -> None:
    """Empty the blocks that begin between two instants; `before` NaN = there was none."""
    for window, seconds in enumerate(WINDOWS):
        block = seconds / BLOCKS
        new = int(now // block)
        old = new - RING if np.isnan(before) else int(before // block)
        for place in range(max(old + 1, new - RING + 1), new + 1):
            rings[window, place % RING] = 0.0


def counted(rings: Floats, now: float, bad: Floats, events: Floats) -> None:
    """Add one column of events (S,), of which `bad` were bad."""
    for window, seconds in enumerate(WINDOWS):
        place = int(now // (seconds / BLOCKS)) % RING
        rings[window, place, 0] += bad
        rings[window, place, 1] += events


def rates(rings: Floats, now: float, age: Floats, allowed: float) -> Floats:
    """(windows, S) how many times faster than the budget lasts each window spends it.

    A window's first block counts by the part of it that the window still holds. What was not seen has spent nothing:
    a series that is younger than a window is judged as if all before had gone well.
    """
    found = np.empty((len(WINDOWS), rings.shape[-1]))
    for window, seconds in enumerate(WINDOWS):
        block = seconds / BLOCKS
        oldest = (int(now // block) + 1) % RING
        weights = np.ones(RING)
        weights[oldest] = 1.0 - (now % block) / block
        bad, events = np.tensordot(weights, rings[window], axes=(0, 0))
        share = np.divide(bad, events, out=np.zeros_like(bad), where=events > 0)
        found[window] = share / allowed * np.minimum(1.0, age / seconds)
    return found


def score(rates: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """(S,) the score: 1.0 exactly at a pair's threshold in both its windows; and (S,) which pair spoke."""
    each = np.stack([np.minimum(rates[pair.long], rates[pair.short]) / pair.times for pair in PAIRS])
    return each.max(axis=0), each.argmax(axis=0)
