"""The only way to score: a watch, what it has learnt and a frame give the next state and the scores.

Everything goes column by column, so that a frame scored whole or in parts gives the same. Constants are times, not
rows: a state warmed from history at one spacing goes on at another.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detectors.column import Columns
from detectors.frame import Floats, Frame, Labels
from detectors.judge import is_warm
from detectors.models import returns
from detectors.pool import Pool
from detectors.pool import settled as settled_pool
from detectors.scores import Scores, blank
from detectors.shapes import rebucketed
from detectors.state import DAY, State
from detectors.watch import Watch

FORGET = 14 * DAY
"""A series unseen for so long is forgotten."""
FORGET_YOUNG = 2 * DAY
"""One that was known for less is forgotten sooner, after as long as it was known, but not before so long: where series
come and go all day, those that are gone must not outnumber the others."""


def step(watch: Watch, state: State, frame: Frame) -> tuple[State, Scores]:
    """Score the columns that come after the state's watermark, and learn from them.

    Raises ValueError where a series lacks a label that the watch's component asks for.
    """
    return _through(watch, state, frame, returns.DAMP)


def learn(watch: Watch, state: State, frame: Frame) -> State:
    """As `step`, of a past whose peaks are all believed: nobody is told, and what came often is usual."""
    after, _ = _through(watch, state, frame, 1.0)
    return after


def can_score(state: State) -> bool:
    """Whether any series has been heard for long enough to be scored: before that, nothing is known of the watch."""
    return bool(is_warm(state.count, state.age).any())


def settled(watch: Watch, state: State) -> State:
    """The state after a past that was read whole: from now on its peaks are believed at once."""
    columns = Columns(watch, replace(state, sure=np.ones_like(state.sure)))
    columns.refresh()
    if state.pool is None:
        return columns.state()
    return columns.state(settled_pool(watch, state.pool))


def _through(watch: Watch, state: State, frame: Frame, damp: float) -> tuple[State, Scores]:
    fresh = np.ones(len(frame.times), np.bool_) if np.isnan(state.watermark_s) else frame.times > state.watermark_s
    times = frame.times[fresh]
    if not len(times):
        return state, blank(state, times)
    state = state.joined(watch, frame.keys)
    values = _aligned(state.keys, frame.keys, frame.values[:, fresh])
    values = np.where(np.isfinite(values), values, np.nan)
    events = None if frame.events is None else _aligned(state.keys, frame.keys, frame.events[:, fresh])
    buckets: Floats | None = None
    if frame.buckets is not None:
        state, whole = rebucketed(state, frame.buckets[..., fresh], frame.ends)
        buckets = np.nan_to_num(_aligned(state.keys, frame.keys, whole))
    columns = Columns(watch, state, damp=damp)
    pool = Pool(watch, columns.draft, state.pool, times, damp=damp)
    scores = blank(state, times)
    for column, (now, sample) in enumerate(zip(times.tolist(), values, strict=True)):
        behind = None if events is None else events[column]
        shape = None if buckets is None else buckets[column]
        judged = columns.take(now, sample, scores, column, events=behind, buckets=shape)
        if judged is not None:
            pool.take(now, judged, scores, column)
    after = columns.state(pool.state())
    stale = _stale(watch, after, frame.keys)
    return (after.kept(~stale) if stale.any() else after), scores


def _stale(watch: Watch, state: State, asked: tuple[Labels, ...]) -> NDArray[np.bool_]:
    """(S,) whether a series was not heard for long; one never heard stays while the source still names it."""
    stale: NDArray[np.bool_] = state.watermark_s - state.last > _remembered(watch, state)
    unheard = np.isnan(state.last)
    if unheard.any():
        named = set(asked)
        stale |= unheard & np.array([key not in named for key in state.keys])
    return stale


def _remembered(watch: Watch, state: State) -> Floats:
    """(S,) seconds without a sample after which a series is forgotten; its silence is told of and accepted before."""
    least = max(FORGET_YOUNG, 2.0 * watch.accept_after.total_seconds())
    return np.clip(state.age, min(least, FORGET), FORGET)


def _aligned(keys: tuple[Labels, ...], theirs: tuple[Labels, ...], array: Floats) -> Floats:
    """(T, …, S) of the state's rows, NaN where a row is missing, from an array (S, …, T) with the rows `theirs`."""
    turned = np.moveaxis(array, (0, -1), (-1, 0))
    if keys == theirs:
        return turned
    row = {key: i for i, key in enumerate(keys)}
    spread = np.full((*turned.shape[:-1], len(keys)), np.nan)
    spread[..., [row[key] for key in theirs]] = turned
    return spread
