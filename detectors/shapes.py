"""Histograms become samples: how far each is from the usual shape of its series, which is learnt beside it.

The usual shape is kept as the share of events up to each bound, for each bound by itself: it stays true whatever other
bounds there are. When a deployment changes the bounds, those that are new are learnt afresh, and meanwhile the others
go on to be compared.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detectors.draft import Column, Draft, Pick
from detectors.frame import Floats
from detectors.judge import Judged
from detectors.models import level, shift
from detectors.state import State
from detectors.watch import Watch

FEWEST_COMMON = 2
"""Bounds, besides infinity, that two histograms must have in common to be compared, if they have as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """One column of histograms, how far each exceeds chance (S,), and how far that is from usual (S,).

    shares: (B, S) of the events up to each bound, NaN where a histogram has no such bound. events: (S,).
    """

    shares: Floats
    events: Floats
    excess: Floats
    distance: Floats


def measured(watch: Watch, draft: Draft, buckets: Floats) -> Shapes:
    """The distances of histograms (B, S), NaN where there are no events; 1 of the first, which is the usual shape.

    buckets: the events in each bucket alone, NaN where a histogram has no such bucket.
    """
    rows, here = draft.all, ~np.isnan(buckets)
    counts = np.where(here, buckets, 0.0)
    events = counts.sum(axis=0)
    shares = np.where(here, np.cumsum(shift.shares(counts), axis=0), np.nan)
    unknown = np.isnan(rows["shape"])
    new = here & unknown & (events > 0)
    first = unknown.all(axis=0) & (events > 0)
    if new.any():
        common = (here & ~unknown)[:-1].sum(axis=0)
        # A single bound out of several says too little of a distribution to be compared with it.
        new |= here & new.any(axis=0) & (common < np.minimum(FEWEST_COMMON, (~unknown)[:-1].sum(axis=0)))
        rows.own("shape")[new] = shares[new]
        rows.own("shaped")[new] = 0.0
        rows.own("events")[first] = events[first]
    age = np.minimum(rows["shaped"], shift.MEMORY)
    compared = _compared(here, age)
    spacing = np.maximum(
        np.where(rows["gap"] < np.inf, rows["gap"], watch.every.total_seconds()), watch.query.window.total_seconds()
    )
    youngest = np.where(compared, age, shift.MEMORY)[:-1].min(axis=0, initial=shift.MEMORY)
    known = rows["events"] * np.maximum(1.0, youngest / spacing)
    excess = shift.excess(_alone(shares, compared), _alone(rows["shape"], compared), events, np.maximum(known, 1.0))
    excess = np.where(first | (compared.sum(axis=0) < 2), 1.0, excess)
    excess = np.where(events > 0, excess, np.nan)
    return Shapes(shares=shares, events=events, excess=excess, distance=shift.distance(excess, rows["wander"], events))


def _compared(here: NDArray[np.bool_], age: Floats) -> NDArray[np.bool_]:
    """(B, S) the bounds that say something: those known for at least half as long as the one known longest."""
    oldest = np.where(here, age, 0.0)[:-1].max(axis=0, initial=0.0)
    long: NDArray[np.bool_] = age >= oldest / 2.0
    long[-1:] = True  # up to infinity everything is
    return here & long


def _alone(shares: Floats, compared: NDArray[np.bool_]) -> Floats:
    """(B, S) the share between each bound that is compared and the one before it; 0 at the others."""
    upto = np.where(compared, np.nan_to_num(shares), 0.0)
    below = np.maximum.accumulate(np.concatenate([np.zeros_like(upto[:1]), upto]), axis=0)[:-1]
    return np.where(compared, np.maximum(upto - below, 0.0), 0.0)


def relearning(state: State) -> NDArray[np.int64]:
    """(S,) how many bounds of each series' histogram are new and learnt afresh; 0 as long as none changed."""
    if not len(state.shaped):
        return np.zeros(len(state.keys), np.int64)
    known = ~np.isnan(state.shape)
    return np.asarray((known & ~_compared(known, np.minimum(state.shaped, shift.MEMORY))).sum(axis=0))


def rebucketed(state: State, buckets: Floats, ends: tuple[float, ...]) -> tuple[State, Floats]:
    """The state and histograms (S, B, T) with the same bounds; when new ones appear, those that nobody has now go."""
    if ends == state.ends:
        return state, buckets
    if not set(ends) <= set(state.ends):
        kept = [end for end in state.ends if end in set(ends)]
        if len(kept) - 1 < min(FEWEST_COMMON, len(state.ends) - 1):
            kept = []
        there, held = np.searchsorted(ends, kept), np.searchsorted(state.ends, kept)
        shape = np.full((len(ends), len(state.keys)), np.nan)
        shaped = np.zeros_like(shape)
        shape[there], shaped[there] = state.shape[held], state.shaped[held]
        return replace(state, shape=shape, shaped=shaped, ends=ends), buckets
    whole = np.full((buckets.shape[0], len(state.ends), buckets.shape[2]), np.nan)
    whole[:, np.searchsorted(state.ends, ends)] = buckets
    return state, whole


def learn(column: Column, judged: Judged, shapes: Shapes, pick: Pick) -> None:
    """What a judged column teaches of the usual shape: little where it is far from it."""
    rows = column.rows
    events = np.maximum(shapes.events[pick], 1.0)
    shares = shapes.shares[:, pick]
    here = ~np.isnan(shares)
    shaped = rows["shaped"] + np.where(here, judged.dt, 0.0)
    said = np.minimum(1.0, events / np.maximum(rows["events"], 1.0))
    said *= np.where(judged.signed[0] > level.FAR, level.DOUBT, 1.0)
    weight = said * level.weight(judged.dt, np.maximum(shaped, judged.dt), shift.MEMORY)
    rows["shaped"] = shaped
    rows["shape"] = np.where(here, rows["shape"] + weight * (shares - rows["shape"]), rows["shape"])
    slow = said * level.weight(judged.dt, np.maximum(rows["age"], judged.dt), shift.MEMORY)
    wander = rows["wander"] + slow * (shift.wandering(shapes.excess[pick], events) - rows["wander"])
    rows["wander"] = np.maximum(wander, 0.0)
