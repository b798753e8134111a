"""Scores runs that should have ended: a value that does not change, no event, a backlog that does not fall.

Each is one question: something ends such runs, and did so at a known rate; in this run it was due so many times and did
not come. By chance alone a run lasts until it was due E times with probability exp(-E); a series' own longest run says
how much slower than that its tail falls.
"""

from enum import IntEnum

import numpy as np

from detectors.frame import Floats


class Run(IntEnum):
    """The kinds of run, by what has not come: another value; an event; a smaller value."""

    FLAT = 0
    QUIET = 1
    GROWTH = 2


MEMORY = 7 * 86_400.0
"""Half of what was learnt of runs is forgotten in so many seconds: a week has its weekend."""
SHARE = 0.1
"""Each kind of run may take so much of the watch's budget, beside the deviations."""
FEWEST = 24.0
"""So many runs must have ended before one is judged."""
MOVES = 0.5
"""A value that changes in less than this share of its samples is no frozen one when it stays."""
BY_CHANCE = 0.5
"""Events are due by chance where at least this share of their deviation is that of the count's own tail."""
LEARN_HALF = 6 * 86_400.0
REPORTED = 1.5


def faded(seconds: float) -> float:
    """The share of what was learnt that is left after so many seconds."""
    return float(np.exp2(-seconds / MEMORY))


def slope(longest: Floats, ended: Floats) -> Floats:
    """How many times more slowly than by chance alone long runs die out: the longest one against their number."""
    return np.maximum(1.0, longest / np.log1p(np.maximum(ended, 1.0)))


def bar(slope: Floats, chances: Floats, age: Floats) -> Floats:
    """How often an end must have been due for a score of 1; young series are doubted, twofold at first.

    chances: runs in the time in which one may be reported wrongly.
    """
    doubt = 1.0 + np.exp2(-age / LEARN_HALF)
    needed: Floats = slope * doubt * np.log(np.maximum(chances / SHARE, 2.0))
    return needed


def rarer(due: Floats, bar: Floats, slope: Floats) -> Floats:
    """How much rarer a run is than its share of the budget allows, as a logarithm."""
    return (due - bar) / slope


def remembered(due: Floats, slope: Floats, ended: Floats) -> Floats:
    """The longest run after one that ended: a run that was reported lengthens it by half at most."""
    return np.minimum(due, REPORTED * slope * np.log1p(np.maximum(ended, 1.0)))


def missing(expected: Floats, clump: Floats) -> Floats:
    """How often an event was due, -ln P(none), where so many are expected and come in clumps."""
    more = np.maximum(clump, 1.0) - 1.0
    eased = np.divide(np.log1p(more), more, out=np.ones_like(more), where=more > 1e-6)
    return expected * eased
