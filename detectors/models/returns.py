"""From a deviation in spreads to a return period: how rare was a peak this large in the series' own past?

Peaks at least 12 hours apart, over 28 days, have an exponential tail whose slope is estimated from the largest of them
(Rényi's spacings), without the five greatest: those may be true incidents. Slope and level lean on a prior while little
is known.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats
from detectors.state import BLOCK, DAY, PRIOR_LEVEL, PRIOR_SLOPE, SCALES, Singles

START = 2.0
"""Deviations up to so many spreads are ordinary and rank nothing."""
LEVEL, SLOPE = PRIOR_LEVEL, PRIOR_SLOPE
PRIOR_PEAKS = 15
TRIM = 6
MOST = 40
LEARN_HALF = 8 * DAY
MONTH = 28 * DAY
BUDGET_SPAN = 30 * DAY
HUNDREDFOLD = math.log(100.0)
"""One more in the score is a hundred times rarer."""
DAMP = 0.2
"""How much of a peak above the level is kept: an incident must not teach that incidents are usual."""
BEYOND = math.log(2.0)
"""Twice as far outside as ever in a history that was read whole."""
ALWAYS = math.log(5.0)
"""Five times as far outside as ever there is an anomaly, whatever other series of the watch do."""
USUAL_MEMORY = 7 * DAY
APART = 2 * 3_600.0
"""Spells outside that are nearer than two hours are one."""
CHUNK = 1_000
"""Rows whose peaks are ranked at once: they stay in the processor's cache, of which a power of two would use little."""
_HARMONIC = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, MOST + 1))])


class Tail(NamedTuple):
    """(K, S) each: the three largest peaks, the sixth, the one at half, the tail's slope, how many peaks."""

    first: Floats
    second: Floats
    third: Floats
    edge: Floats
    middle: Floats
    slope: Floats
    peaks: Floats


def peakiness(z: Floats) -> Floats:
    """The logarithmic size of a deviation of z spreads; 0 up to START."""
    return np.log1p(np.maximum(z - START, 0.0))


def size_of(peak: Floats) -> Floats:
    """The deviation in spreads that has this peakiness."""
    return START - 1.0 + np.exp(peak)


def kept(now: float, peak: Floats, latest: Floats, peaked: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(K, S) whether a peak enters, and whether the latest one, of an older block, makes room for it.

    Of peaks nearer than 12 hours only the largest stays. latest, peaked: (K, S) the last one's size and time.
    """
    near = now - peaked < BLOCK
    enters = (peak > 0) & (~near | (peak > latest))
    return enters, enters & near & (peaked < now // BLOCK * BLOCK)


def tail(blocks: Sequence[Singles]) -> Tail:
    """Of each block's peaks (K, S), 0 = none."""
    rows = blocks[0].shape[-1]
    parts = [_tail(np.stack([block[:, at : at + CHUNK] for block in blocks])) for at in range(0, max(rows, 1), CHUNK)]
    joined = (np.concatenate(of_all, axis=-1) for of_all in zip(*parts, strict=True))
    return parts[0] if len(parts) == 1 else Tail(*joined)


def _tail(blocks: Singles) -> Tail:
    count = np.minimum(np.add.reduce(blocks > 0, axis=0, dtype=np.intp), MOST)
    ranked = np.ascontiguousarray(np.moveaxis(blocks, 0, -1))
    ranked.sort(axis=-1)
    edge, last = _largest(ranked, TRIM), _largest(ranked, np.maximum(count, 1))
    known = np.maximum(count - TRIM, 0)
    spacing = np.maximum(_HARMONIC[np.maximum(count - 1, TRIM)] - _HARMONIC[TRIM - 1], 1e-9)
    own = np.where(known > 0, (edge - last) / spacing, SLOPE)
    slope = (PRIOR_PEAKS * SLOPE + known * own) / (PRIOR_PEAKS + known)
    return Tail(
        first=_largest(ranked, 1),
        second=_largest(ranked, 2),
        third=_largest(ranked, 3),
        edge=edge,
        middle=_largest(ranked, rank_of(count)),
        slope=slope,
        peaks=count.astype(np.float64),
    )


def _largest(ranked: Singles, rank: NDArray[np.intp] | int) -> Floats:
    """(K, S) the peak of this rank, 1 = the largest, out of (K, S, B) that ascend."""
    scale, row = np.ogrid[: ranked.shape[0], : ranked.shape[1]]
    found: Floats = ranked[scale, row, -rank].astype(np.float64)
    return found


def rank_of(count: NDArray[Any]) -> NDArray[np.intp]:
    """The rank of the peak that a history of few peaks is judged by: the one at half, the sixth at most."""
    rank: NDArray[np.intp] = np.clip(count // 2, 1, TRIM).astype(np.intp)
    return rank


def level(tail: Tail, age: Floats, ticks: Floats, wanted: float) -> Floats:
    """(K, S) the peakiness that is exceeded once in `wanted` samples, where `ticks` have been seen in `age` seconds."""
    # What was seen six times is no doubt; how far the tail goes beyond it is.
    data = tail.edge + tail.slope * np.log((TRIM - 0.5) * wanted / np.maximum(ticks, 1.0))
    share = 1.0 - np.exp2(-age / LEARN_HALF)
    learnt: Floats = np.maximum(LEVEL, share * data + (1.0 - share) * np.maximum(LEVEL, tail.edge))
    return np.where(tail.peaks > TRIM, learnt, LEVEL)


def beyond(blocks: Sequence[Singles], third: Floats, wanted: float) -> float:
    """How far beyond the second largest of its other peaks a series of this watch goes once in `wanted` blocks.

    One series in a hundred outdoes its past every other day, where each does so twice a year. blocks: each (K, S).
    """
    most = np.array([(block - third).max(initial=0.0) for block in blocks], np.float32)
    watch = tail(list(most[:, None, None]))
    edge, slope, peaks = (float(array[0, 0]) for array in (watch.edge, watch.slope, watch.peaks))
    return max(BEYOND, edge + slope * math.log((TRIM - 0.5) * wanted / peaks)) if peaks > TRIM else BEYOND


def believed(tail: Tail, ticks: Floats, wanted: float, beyond: float) -> Floats:
    """(K, S) the same where the peaks are those of a history that was read whole: nothing of them is doubted.

    What is further outside by `beyond` than anything in that history, but for its greatest peak, is always an anomaly,
    however rare it would have to be: the greatest may be the one that lasts now.
    """
    data = tail.middle + tail.slope * np.log((rank_of(tail.peaks) - 0.5) * wanted / np.maximum(ticks, 1.0))
    # One of the scales alone reaches the score 1 so much later.
    alone = math.log(len(SCALES)) * tail.slope
    always = np.maximum(tail.second + BEYOND, tail.first + ALWAYS - alone)
    learnt: Floats = np.maximum(LEVEL, np.minimum(data, np.minimum(tail.second + beyond, always)))
    return np.where(tail.peaks > 0, learnt, LEVEL)


def usual(spells: tuple[Floats, Floats], last: tuple[Floats, Floats], now: float) -> Floats:
    """(K, S) the peakiness that six spells of the last week have reached, 0 where there were fewer.

    spells: (SPELLS, K, S) the largest but for the last one, and their ends in hours.
    last: (K, S) the last one, and its end in seconds.
    """
    since = now - USUAL_MEMORY
    before = np.where(spells[1] >= since / 3_600.0, spells[0], 0.0)
    sixth: Floats = np.sort(np.concatenate([before, np.where(last[1] >= since, last[0], 0.0)[None]]), axis=0)[1]
    return sixth


def score(peak: Floats, level: Floats, slope: Floats) -> Floats:
    """(K, S) 1.0 where the peak is as rare as the budget allows."""
    return 1.0 + (peak - level) / (HUNDREDFOLD * slope)


def together(scores: Floats) -> Floats:
    """(S,) the scores of K scales as one: the mean of how much rarer than the budget each is."""
    rarer = np.exp(HUNDREDFOLD * (scores.clip(-15.0, 15.0) - 1.0))
    whole: Floats = 1.0 + np.log(np.add.reduce(rarer) / len(rarer)) / HUNDREDFOLD
    return whole
