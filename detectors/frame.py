"""Samples as arrays: one row a series, one column an instant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = tuple[tuple[str, str], ...]
"""A series' labels, sorted by name: `(("asset", "BTC"), ("network", "bitcoin"))`."""

Floats = NDArray[np.float64]


def labels_of(pairs: dict[str, str]) -> Labels:
    """The labels of a series in their one canonical order."""
    return tuple(sorted(pairs.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a source answered for a watch.

    keys: the labels of each of the S series, unique.
    times: (T,) float64 epoch seconds, strictly ascending.
    values: (S, T) float64, NaN = no sample at that time.
    events: (S, T) how many events stand behind each sample, NaN = unknown; None = unknown of all.
    buckets: (S, B, T) of histograms, the events in each bucket alone; ends: (B,) where these end, ascending. What a
        sample of `read: shift` is, the engine works out from them; None = no histograms.
    """

    keys: tuple[Labels, ...]
    times: Floats
    values: Floats
    events: Floats | None = None
    buckets: Floats | None = None
    ends: tuple[float, ...] = ()
