"""The result of a query in words: samples, and how many events each is made of; the same from every source."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats, Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Series (S,) with their values (S, T), NaN = none; events, buckets, ends and bounds as in a Frame.

    there: (S, T) where the source had the series, with a number or without.
    """

    keys: tuple[Labels, ...]
    values: Floats
    there: NDArray[np.bool_]
    events: Floats | None = None
    buckets: Floats | None = None
    ends: tuple[float, ...] = ()
    bounds: NDArray[np.bool_] | None = None
