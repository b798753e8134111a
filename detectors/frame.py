"""Samples of several series as arrays: one row a series, one column an instant."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Labels = tuple[tuple[str, str], ...]
"""A series' labels, sorted by name: `(("asset", "BTC"), ("network", "bitcoin"))`."""

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


def labels_of(pairs: dict[str, str]) -> Labels:
    """The labels of a series in their one canonical order."""
    return tuple(sorted(pairs.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """Series that the source had without a number: NaN, no observation, too few events. They are not silent.

    keys: (K,) their labels. at: (K, T) bool, when that was.
    """

    keys: tuple[Labels, ...]
    at: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a source answered for a watch.

    keys: the labels of each of the S series, unique.
    times: (T,) float64 epoch seconds, strictly ascending.
    values: (S, T) float64, NaN = no sample at that time.
    events: (S, T) how many events stand behind each sample, NaN = unknown; None = unknown of all.
    idle: who was there without a number, a series of `keys` or another one; None = nobody.
    partial: (T,) bool, which columns are of an answer that said that it lacks something: who is missing there is not
        silent, but unknown. None = none.
    buckets: (S, B, T) of histograms, the events in each bucket alone; ends: (B,) where these end, ascending. What a
        sample of `read: shift` is, the engine works out from them; None = no histograms.
    bounds: (S, B, T) bool, whether a histogram has that bucket; None = they have all.
    """

    keys: tuple[Labels, ...]
    times: Floats
    values: Floats
    events: Floats | None = None
    idle: Idle | None = None
    partial: NDArray[np.bool_] | None = None
    buckets: Floats | None = None
    ends: tuple[float, ...] = ()
    bounds: NDArray[np.bool_] | None = None


COLUMNS = 512
CELLS = 1_000_000
"""Columns, and series times columns, that are scored at once: 33 MB of samples and scores."""


def parts(frame: Frame) -> Iterator[Frame]:
    """The frame in pieces, in order of time, that are scored at once in little memory."""
    size = max(1, min(COLUMNS, CELLS // max(1, len(frame.keys))))
    for at in range(0, len(frame.times), size):
        yield slice_of(frame, at, at + size)


def slice_of(frame: Frame, start: int, end: int) -> Frame:
    """The columns from `start` up to, not with, `end`."""
    return replace(
        frame,
        times=frame.times[start:end],
        values=frame.values[:, start:end],
        events=None if frame.events is None else frame.events[:, start:end],
        partial=None if frame.partial is None else frame.partial[start:end],
        idle=None if frame.idle is None else Idle(keys=frame.idle.keys, at=frame.idle.at[:, start:end]),
        buckets=None if frame.buckets is None else frame.buckets[..., start:end],
        bounds=None if frame.bounds is None else frame.bounds[..., start:end],
    )
