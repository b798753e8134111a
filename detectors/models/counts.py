"""Judges counts of few events: no event where three are usual says little, no event where thirty are says everything.

Events come in clumps: a count of mean m has the variance m * clump, a negative binomial (Poisson where clump is 1). The
deviation in spreads is the normal deviate of the count's own tail, not its distance by a spread that knows no zero.
"""

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats
from detectors.models.likelihood import deviation, shape_of
from detectors.watch import Query, Read

WHOLLY, UP_TO = 20.0, 40.0
"""Up to so many expected events the count's own tail speaks alone; from so many on it is as good as normal."""
STEADY, CHANCE = 0.25, 0.75
"""Variance by mean: a series as steady as the first is no count of chance events, from the second on it is."""
OURS, THEIRS = 0.2, 0.5
"""Chance's part of the variance: up to the first its tail says nothing, from the second on it speaks alone."""
FEWEST_SUCCESSES, MOST_SUCCESSES = 0.2, 1e4
"""Of a negative binomial: below the first its approximation fails, beyond the second it is a Poisson."""


def unit_of(query: Query) -> float | None:
    """What one event is in the unit of the samples, None where they are no counts.

    A value is a count while it is a whole number: the caller knows.
    """
    if query.promql is None and query.read is Read.RATE:
        return 1.0 / query.window.total_seconds()
    return 1.0 if query.promql is not None or query.read is Read.VALUE else None


def clump(variance: Floats, mean: Floats, unit: Floats | float) -> Floats:
    """How many events come at once, from the variance and mean of samples: 1 = each on its own, below = steadier."""
    return np.divide(variance, unit * mean, out=np.ones_like(variance), where=mean > 0)


def share(expected: Floats, clump: Floats) -> Floats:
    """How much of a deviation is the count's own tail: 1 for few chance events, 0 for many, steady or wild ones."""
    few = _part((UP_TO - expected) / (UP_TO - WHOLLY))
    chance = _part((clump - STEADY) / (CHANCE - STEADY))
    wild = _part((1.0 / np.maximum(clump, 1.0) - OURS) / (THEIRS - OURS))
    return few * chance * wild


def _part(number: Floats) -> Floats:
    """Within 0 and 1; for few series twice as fast as `np.clip`."""
    return np.minimum(np.maximum(number, 0.0), 1.0)


def deviations(count: Floats, expected: Floats, clump: Floats) -> Floats:
    """The signed deviation of each count in spreads; expected above 0, clump as from `clump`."""
    # Var = expected * clump: a negative binomial of expected / (clump - 1) successes. Of too few of them its tail is
    # that of the clumps themselves, each counted as one event.
    one = np.maximum(1.0, clump - expected / FEWEST_SUCCESSES)
    successes = expected / np.maximum(clump - one, 1.0 / MOST_SUCCESSES)
    shape = shape_of(count / one, expected / one)
    signed = deviation(shape, successes, expected / one / shape)
    return np.where(count > 0, signed, np.minimum(signed, 0.0))


def edges(reach: Floats, expected: Floats, clump: Floats) -> tuple[Floats, Floats]:
    """The counts that deviate by `reach` spreads below and above, to within about one: no root is searched for.

    Above by Cornish and Fisher's expansion to the skewness, below by the square root, whose spread is even.
    """
    more = np.maximum(clump, 1.0)
    bend = np.maximum(reach**2 - 1.0, 0.0) / 6.0
    low = np.maximum(np.sqrt(expected) - 0.5 * reach * np.sqrt(more), 0.0) ** 2 - 0.5 * more * bend
    return np.maximum(low, 0.0), expected + reach * np.sqrt(more * expected) + (2.0 * more - 1.0) * bend


def low(level: Floats, unit: float, whole: Floats | None) -> NDArray[np.intp]:
    """The rows of few counts; whole: 1.0 where samples were whole numbers, None where all are counts."""
    few = (level < UP_TO * unit) & (level >= 0)
    rows: NDArray[np.intp] = (few if whole is None else few & (whole > 0)).nonzero()[0]
    return rows
