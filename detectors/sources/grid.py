"""The instants that a source is asked for and the frame that it answers with; the same for every source; in
milliseconds.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from operator import lt

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Frame, Idle, Labels
from detectors.sources.reading import Reading

Instants = NDArray[np.int64]
"""(T,) int64 milliseconds since the epoch, strictly ascending: what samples are stamped with."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ms_of(span: timedelta) -> int:
    """The span in whole milliseconds."""
    return span // timedelta(milliseconds=1)


def grid(after: datetime | None, until: datetime, step: timedelta) -> Instants:
    """The multiples of `step` with after < t <= until; without `after`, the newest alone.

    Raises ValueError for a step that is not a whole, positive number of milliseconds.
    """
    width = ms_of(step)
    if width <= 0 or timedelta(milliseconds=width) != step:
        raise ValueError(f"the step is {step}, must be a positive number of whole milliseconds")
    last = ms_of(until - EPOCH) // width
    first = last if after is None else ms_of(after - EPOCH) // width + 1
    return np.arange(first, last + 1, dtype=np.int64) * width


def parts(instants: Instants, size: int) -> Iterator[Instants]:
    """The instants in pieces of at most `size`."""
    for at in range(0, len(instants), size):
        yield instants[at : at + size]


def frame_of(reading: Reading, instants: Instants) -> Frame:
    """A frame in canonical form: series by their labels, infinities as NaN, no series without a number."""
    keys, shape = reading.keys, (len(reading.keys), len(instants))
    finite = np.isfinite(reading.values).reshape(shape)
    known = finite.any(axis=1)
    values = np.where(finite, reading.values.reshape(shape), np.nan)
    idle = _idle(keys, reading.there.reshape(shape) & ~finite)
    events = None if reading.events is None else reading.events.reshape(shape)
    buckets, bounds = reading.buckets, reading.bounds
    if not known.all() or not all(map(lt, keys, keys[1:])):  # most often they are in order already
        order = sorted(np.flatnonzero(known).tolist(), key=keys.__getitem__)
        keys, values = tuple(keys[row] for row in order), values[order]
        events = None if events is None else events[order]
        buckets = None if buckets is None else buckets[order]
        bounds = None if bounds is None else bounds[order]
    times = instants / 1000.0
    return Frame(
        keys=keys,
        times=times,
        values=values,
        events=events,
        idle=idle,
        buckets=buckets,
        ends=reading.ends,
        bounds=bounds,
    )


def _idle(keys: tuple[Labels, ...], at: NDArray[np.bool_]) -> Idle | None:
    rows = np.flatnonzero(at.any(axis=1))
    return Idle(keys=tuple(keys[row] for row in rows), at=at[rows]) if len(rows) else None


def joined(frames: Sequence[Frame]) -> Frame:
    """Frames of consecutive times as one; a series that a frame lacks has NaN there."""
    if len(frames) == 1:
        return frames[0]
    keys = tuple(sorted({key for frame in frames for key in frame.keys}))
    ends = tuple(sorted({end for frame in frames for end in frame.ends}))
    row_of = {key: row for row, key in enumerate(keys)}
    times = np.concatenate([frame.times for frame in frames]) if frames else np.empty(0)
    values = np.full((len(keys), len(times)), np.nan)
    events = values.copy() if any(frame.events is not None for frame in frames) else None
    buckets = np.zeros((len(keys), len(ends), len(times))) if ends else None
    bounds = np.zeros((len(keys), len(ends), len(times)), bool) if ends else None
    at = 0
    for frame in frames:
        rows = np.array([row_of[key] for key in frame.keys], dtype=np.int64)
        columns = np.arange(at, at + len(frame.times))
        values[rows, at : at + len(columns)] = frame.values
        if events is not None and frame.events is not None:
            events[rows, at : at + len(columns)] = frame.events
        if buckets is not None and frame.buckets is not None:
            place = np.ix_(rows, np.searchsorted(ends, frame.ends), columns)
            buckets[place] = frame.buckets
            if bounds is not None:
                bounds[place] = True if frame.bounds is None else frame.bounds
        at += len(frame.times)
    return Frame(
        keys=keys,
        times=times,
        values=values,
        events=events,
        idle=_joined_idle(frames, len(times)),
        partial=_joined_partial(frames),
        buckets=buckets,
        ends=ends,
        bounds=None if bounds is None or bounds.all() else bounds,
    )


def _joined_partial(frames: Sequence[Frame]) -> NDArray[np.bool_] | None:
    if all(frame.partial is None for frame in frames):
        return None
    whole = [np.zeros(len(frame.times), bool) if frame.partial is None else frame.partial for frame in frames]
    return np.concatenate(whole)


def _joined_idle(frames: Sequence[Frame], columns: int) -> Idle | None:
    keys = tuple(dict.fromkeys(key for frame in frames if frame.idle is not None for key in frame.idle.keys))
    if not keys:
        return None
    row_of, at = {key: row for row, key in enumerate(keys)}, np.zeros((len(keys), columns), bool)
    begin = 0
    for frame in frames:
        end = begin + len(frame.times)
        if frame.idle is not None:
            at[[row_of[key] for key in frame.idle.keys], begin:end] = frame.idle.at
        begin = end
    return Idle(keys=keys, at=at)
