"""Series against their peers: what all series of a watch have in common is taken from each by its own share.

What is left is a series' own noise, and in that a fault of some series stands out even while the market moves them all.
Arrays are (n,) one value a series that has a sample.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.draft import Rows
from detectors.frame import Floats
from detectors.models import level

LATELY = 600.0
"""The mean over so many seconds is judged beside the sample: most faults last longer, few are clear at once."""
GREATEST = 8.0
"""So many spreads of one sample count in that mean, and no more."""
TAUGHT = 5.0
"""What is further away teaches no more of what is common, and of how much is left."""
QUIETEST = 0.25
"""However much is explained by what all have in common, this share of a series' spread is left."""
SHOWS, BACK = 3.0, 1.0
"""A mean of more spreads shows a deviation; a sample of fewer is back from it."""


class Peers(NamedTuple):
    """(n,) how far each series is from its share of what all have in common.

    apart: now; mean: of late; both in spreads of one sample. lately: of late, in spreads of such a mean.
    """

    apart: Floats
    mean: Floats
    lately: Floats


def against(rows: Rows, dt: Floats, x: Floats) -> Peers:
    """Judge one column, and write into the rows what it teaches.

    dt: seconds that a sample stands for. x: residuals in spreads, with their sign.
    """
    common = middle(x)
    away = x - common * rows["shared"] / (rows["common"] + 1e-3)
    apart = away / np.maximum(np.sqrt(rows["own"]), QUIETEST)
    held = apart.clip(-GREATEST, GREATEST)
    back = np.flatnonzero(np.abs(rows["lately"]) > SHOWS)
    back = back[is_back(apart[back], rows["lately"][back])]
    mean = rows["lately"] + np.minimum(dt / LATELY, 1.0) * (held - rows["lately"])
    mean[back] = held[back]
    lately = mean / np.maximum(np.sqrt(rows["restless"]), QUIETEST)
    weight = level.weight(dt, rows["age"], level.SPREAD_MEMORY)
    weight[np.flatnonzero(np.abs(apart) > level.FAR)] *= level.DOUBT
    rows["shared"] = rows["shared"] + weight * (x.clip(-TAUGHT, TAUGHT) * common - rows["shared"])
    rows["common"] = rows["common"] + weight * (common * common - rows["common"])
    rows["own"] = rows["own"] + weight * (away.clip(-TAUGHT, TAUGHT) ** 2 - rows["own"])
    weight[np.flatnonzero(np.abs(lately) > level.FAR)] *= level.DOUBT
    rows["restless"] = rows["restless"] + weight * (mean**2 - rows["restless"])
    rows["lately"] = mean
    return Peers(apart, mean, lately)


def middle(x: Floats) -> float:
    """The median, without what numpy asks about NaN and axes: a fifth of the time where series are few."""
    low, high = (len(x) - 1) // 2, len(x) // 2
    ranked = np.partition(x, (low, high))
    return 0.5 * float(ranked[low] + ranked[high])


def is_back(now: Floats, lately: Floats) -> NDArray[np.bool_]:
    """Whether a sample is back from a deviation that its running mean still shows: recoveries do not fire.

    Both in spreads of one sample: of what is three spreads away for long, few samples are within one.
    """
    back: NDArray[np.bool_] = (np.abs(lately) > SHOWS) & (np.abs(now) < BACK)
    return back
