"""The engine: from a watch, its state and a frame of samples it makes the next state and the scores.

Everything goes column by column, so that a frame scored whole or in parts gives the same. Constants are times, not
rows: a state warmed from history at one spacing goes on at another.
"""

from math import isnan

import numpy as np
from numpy.typing import NDArray

from detectors.apart import goes_apart, score_apart
from detectors.column import Columns, finer
from detectors.frame import Floats, Frame, Idle, Labels
from detectors.judge import is_warm
from detectors.pool import Pool
from detectors.pool import settled as settled_pool
from detectors.scores import Scores, blank
from detectors.shapes import rebucketed
from detectors.state import DAY, State
from detectors.watch import Watch

FORGET = 14 * DAY
"""A series without a sample for this long is forgotten."""
FORGET_YOUNG = 2 * DAY
"""One that was known for less is forgotten sooner, after as long as it was known, but not before so long: where series
come and go all day, those that are gone must not outnumber the others."""


def step(watch: Watch, state: State, frame: Frame) -> tuple[State, Scores]:
    """Score the columns that come after the state's watermark, and learn from them.

    Raises ValueError where a series lacks a label that the watch's component asks for.
    """
    return _through(watch, state, frame, believed=False)


def learn(watch: Watch, state: State, frame: Frame) -> State:
    """Learns from the past before the first report: its longest runs, and what many of its samples did, are usual."""
    after, _ = _through(watch, state, frame, believed=True)
    return after


def can_score(state: State) -> bool:
    """Whether any series has samples over a long enough time to be scored; before that, the watch is unknown."""
    return bool(is_warm(state.count, state.age).any())


def settled(watch: Watch, state: State) -> State:
    """The state after the whole past was read; works out which deviation scores 1 by all of it."""
    columns = Columns(watch, finer(watch, state))
    columns.refresh()
    if state.pool is None:
        return columns.state()
    return columns.state(settled_pool(watch, state.pool))


def _through(watch: Watch, state: State, frame: Frame, *, believed: bool) -> tuple[State, Scores]:
    fresh = slice(_known(state, frame), None)
    times = frame.times[fresh]
    if not len(times):
        return state, blank(state, times)
    rows = None
    if frame.keys is not state.keys and frame.keys != state.keys:
        state = state.joined(watch, frame.keys)
        rows = _rows(state.keys, frame.keys)
    values = _columns(frame.values[:, fresh], rows)
    values = np.where(np.isfinite(values), values, np.nan)
    events = None if frame.events is None else _columns(frame.events[:, fresh], rows)
    buckets: Floats | None = None
    if frame.buckets is not None:
        histograms = frame.buckets[..., fresh]
        if frame.bounds is not None:
            histograms = np.where(frame.bounds[..., fresh], histograms, np.nan)
        state, whole = rebucketed(state, histograms, frame.ends)
        buckets = _columns(whole, rows)
    idle = _idle(state.keys, frame.idle, fresh)
    start = 0 if buckets is not None else _begin(state, values)
    plain = events is None and buckets is None and idle is None and frame.partial is None
    if plain and goes_apart(watch, state, values[start:]):
        scores = blank(state, times)
        later = scores.columns(start, len(times))
        after = score_apart(watch, state, times[start:], values[start:], later, believed=believed)
        return _kept(watch, after, frame), scores
    columns = Columns(watch, state, believed=believed)
    if rows is None:  # the very same keys are quick to compare with those of the next frame
        columns.draft.keys = frame.keys
    pool = Pool(watch, columns.draft, state.pool, times, believed=believed)
    scores = blank(state, times)
    for column in range(start, len(times)):
        now, sample = float(times[column]), values[column]
        behind = None if events is None else events[column]
        shape = None if buckets is None else buckets[column]
        there = None if idle is None else idle[column]
        lacking = frame.partial is not None and bool(frame.partial[fresh][column])
        judged = columns.take(now, sample, scores, column, events=behind, buckets=shape, idle=there, partial=lacking)
        if judged is not None:
            pool.take(now, judged, scores, column)
    return _kept(watch, columns.state(pool.state()), frame), scores


def _begin(state: State, values: Floats) -> int:
    """The column (T, S) to begin with: where no series had a sample yet, all but the last before the first teach
    nothing. So a past that holds little costs little.
    """
    if state.count.any():
        return 0
    there = ~np.isnan(values).all(axis=1)
    return max(0, int(there.argmax()) - 1) if there.any() else len(values) - 1


def _kept(watch: Watch, after: State, frame: Frame) -> State:
    """The state without the series that had no sample for long."""
    stale = _stale(watch, after, frame.keys)
    return after if stale is None else after.kept(~stale)


def _known(state: State, frame: Frame) -> int:
    """How many of the frame's columns the state has seen."""
    return 0 if isnan(state.watermark_s) else int(frame.times.searchsorted(state.watermark_s, side="right"))


def _stale(watch: Watch, state: State, asked: tuple[Labels, ...]) -> NDArray[np.bool_] | None:
    """(S,) whether a series had no sample for long; None where all had one of late.

    One that never had a sample stays while the source still names it.
    """
    away = state.watermark_s - state.last
    if (away <= FORGET_YOUNG).all():  # NaN of one that never had a sample
        return None
    stale: NDArray[np.bool_] = away > _remembered(watch, state)
    sampleless = np.isnan(state.last)
    if sampleless.any():
        named = set(asked)
        stale |= sampleless & np.array([key not in named for key in state.keys])
    return stale if stale.any() else None


def _remembered(watch: Watch, state: State) -> Floats:
    """(S,) seconds without a sample after which a series is forgotten; its silence is reported and accepted before."""
    least = max(FORGET_YOUNG, 2.0 * watch.accept_after.total_seconds())
    return np.clip(state.age, min(least, FORGET), FORGET)


def _rows(keys: tuple[Labels, ...], theirs: tuple[Labels, ...]) -> NDArray[np.intp] | None:
    """The index in `theirs` of each of the state's rows, one past the last where it is absent; None: they are equal."""
    if keys == theirs:
        return None
    place = {key: i for i, key in enumerate(theirs)}
    return np.array([place.get(key, len(theirs)) for key in keys], np.intp)


def _idle(keys: tuple[Labels, ...], idle: Idle | None, fresh: slice) -> NDArray[np.bool_] | None:
    """(T, S) which of the state's rows were there without a number, None: nowhere."""
    if idle is None:
        return None
    place = {key: i for i, key in enumerate(idle.keys)}
    rows = np.array([place.get(key, -1) for key in keys], np.intp)
    return np.concatenate([idle.at[:, fresh], np.zeros((1, len(idle.at[0, fresh])), bool)])[rows].T


def _columns(array: Floats, rows: NDArray[np.intp] | None) -> Floats:
    """(T, …, S) of the state's rows, NaN where a row is missing, from a frame's (S, …, T); columns lie together."""
    if rows is not None:
        array = np.concatenate([array, np.full((1, *array.shape[1:]), np.nan)])[rows]
    return np.ascontiguousarray(array.swapaxes(0, -1))
