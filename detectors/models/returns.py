"""Turns a deviation in spreads into a return period: how rare was one this large in the series' own past?

Of each block of 15 hours the largest deviation is kept, for 28 days. Their median and lower quartile give the Gumbel
distribution that such maxima follow (Gumbel 1958), and so the level that is exceeded as often as the budget allows.
Half of the blocks may hold a fault, and it is still not usual: what comes back is so by the clock, not by its number.
Blocks of few samples are another matter: what comes in one sample of 200 is in many of them, and it is usual where it
was so in the past from which the watch learnt before its first report.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats, Singles

EXPERTS = 3
"""The number of judgements: one for each scale, and one of the sample against the same time on the days before."""
PRIOR_BAR = 1.4
"""The peakiness that scores 1 where nothing is known, and the least that ever does: five spreads."""
PRIOR_SLOPE = 0.2
"""The tail's slope where nothing is known: slightly heavier than a Gaussian's."""
START = 2.0
"""Deviations up to so many spreads are ordinary and rank nothing."""
PRIOR_BLOCKS = 200
"""The slope of what is known leans on the prior as on so many blocks: few blocks say little of a tail. It is the slope
among the largest of many samples; where a block holds fewer than so many, the slope leans on as many blocks as that."""
BUDGET_SPAN = 30 * 86_400.0
HUNDREDFOLD = math.log(100.0)
"""A score that is 1 higher means a hundred times rarer."""
MIDDLE, LOWER = 0.5, 0.25
USUAL = 1.0 / 200.0
"""Before the first report, a deviation that at least this share of all samples reach is usual."""
BY_CHANCE = math.log(3.0)
"""The least peakiness that scores 1 where chance itself gives the tail: four spreads."""
ALWAYS = math.log(5.0)
"""A deviation five times the largest ever is an anomaly, however rare it would have to be."""
TICK = 60.0
"""Samples nearer than this many seconds repeat each other and count as one chance."""
CHUNK = 1_000
"""Rows whose blocks are ranked at once: they stay in the cache, of which a power of two would use little."""


def gumbel(share: float) -> float:
    """The standard Gumbel value that a share of all maxima stays below."""
    return -math.log(-math.log(share))


def peakiness(z: Floats) -> Floats:
    """The logarithmic size of a deviation of z spreads; 0 up to START."""
    return np.log1p(np.maximum(z - START, 0.0))


def size_of(peak: Floats) -> Floats:
    """The deviation in spreads that has this peakiness."""
    return START - 1.0 + np.exp(peak)


def bars(blocks: Sequence[Singles], wanted: float, samples: float) -> tuple[Floats, Floats]:
    """(E, S) the peakiness that is exceeded in one of `wanted` blocks, and the slope of the tail there.

    blocks: each (E, S), the largest deviation in spreads, 0 = not judged, below 0 = it was reported, and was new.
    samples: how many a block holds.
    """
    parts = [
        _bars([block[:, at : at + CHUNK] for block in blocks], wanted, samples)
        for at in range(0, max(blocks[0].shape[-1], 1), CHUNK)
    ]
    if len(parts) == 1:
        return parts[0]
    bar, slope = (np.concatenate(of_all, axis=-1) for of_all in zip(*parts, strict=True))
    return bar, slope


def _bars(blocks: list[Singles], wanted: float, samples: float) -> tuple[Floats, Floats]:
    signed = np.stack(blocks, axis=-1)
    ranked = np.abs(signed)
    ranked.sort(axis=-1)
    known = np.count_nonzero(ranked, axis=-1)
    middle, lower = (peakiness(_quantile(ranked, known, share)) for share in (MIDDLE, LOWER))
    own = (middle - lower) / (gumbel(MIDDLE) - gumbel(LOWER))
    prior = min(PRIOR_BLOCKS, samples)
    slope = (prior * PRIOR_SLOPE + known * own) / (prior + known)
    seldom = math.log(max(wanted, 1.0))
    bar = middle + slope * (seldom - gumbel(MIDDLE))
    share = (1.0 - USUAL) ** samples
    if share > MIDDLE:
        usual = np.maximum(signed, 0.0)
        usual.sort(axis=-1)
        upper = peakiness(_quantile(usual, np.count_nonzero(usual, axis=-1), share))
        bar = np.maximum(bar, upper + slope * (seldom - gumbel(share)))
    largest = peakiness(ranked[..., -1].astype(np.float64))
    # One expert alone reaches the score 1 so much later.
    bar = np.maximum(PRIOR_BAR, np.minimum(bar, largest + ALWAYS - math.log(EXPERTS) * slope))
    return np.where(known > 0, bar, PRIOR_BAR), np.where(known > 0, slope, PRIOR_SLOPE)


def _quantile(ranked: Singles, known: NDArray[np.intp], share: float) -> Floats:
    """(E, S) of (E, S, B) that ascend, the `known` last of which count."""
    place = share * np.maximum(known - 1, 0) + (ranked.shape[-1] - np.maximum(known, 1))
    below = place.astype(np.intp)
    beside = np.minimum(below + 1, ranked.shape[-1] - 1)
    at = np.ogrid[: ranked.shape[0], : ranked.shape[1]]
    low, high = (ranked[at[0], at[1], index].astype(np.float64) for index in (below, beside))
    found: Floats = low + (place - below) * (high - low)
    return found


def is_news(largest: Floats, blocks: Sequence[Singles]) -> NDArray[np.bool_]:
    """(E, S) whether a deviation that was reported is new: no usual one in the other blocks is as large."""
    return np.asarray(largest > np.maximum.reduce(blocks))


def as_if_finer(blocks: Sequence[Singles], times: Floats) -> tuple[Singles, ...]:
    """The largest deviations (E, S) of blocks, as they were of so many times as many samples: more have larger ones.

    times: (S,) at least 1.
    """
    more = PRIOR_SLOPE * np.log(times)

    def larger(block: Singles) -> Singles:
        size = size_of(peakiness(np.abs(block, dtype=np.float64)) + more)
        return np.copysign(np.where(block == 0, 0.0, size), block).astype(np.float32)

    return tuple(larger(block) for block in blocks)


def score(peak: Floats, level: Floats, slope: Floats) -> Floats:
    """(E, S) 1.0 where the peak is as rare as the budget allows."""
    return 1.0 + (peak - level) / (HUNDREDFOLD * slope)


def together(scores: Floats) -> Floats:
    """(S,) the scores of several experts as one: the mean of how much rarer than the budget each is; NaN = no word."""
    rarer = np.exp(HUNDREDFOLD * (scores.clip(-15.0, 15.0) - 1.0))
    said = rarer == rarer  # noqa: PLR0124  # not NaN, in one pass
    if said.all():
        return np.asarray(1.0 + np.log(np.add.reduce(rarer) / len(rarer)) / HUNDREDFOLD)
    mean = np.where(said, rarer, 0.0).sum(axis=0) / np.maximum(said.sum(axis=0), 1)
    return np.asarray(1.0 + np.log(np.maximum(mean, 1e-300)) / HUNDREDFOLD)
