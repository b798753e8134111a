"""Histograms become samples: how far each is from the usual shape of its series, which is learnt beside it."""

from dataclasses import dataclass, replace

import numpy as np

from detectors.draft import Column, Draft, Pick
from detectors.frame import Floats
from detectors.judge import Judged
from detectors.models import level, shift
from detectors.state import State
from detectors.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """One column of histograms: shares (B, S), events (S,), by how much they exceed chance (S,), and their distance."""

    shares: Floats
    events: Floats
    excess: Floats
    distance: Floats


def measured(watch: Watch, draft: Draft, buckets: Floats) -> Shapes:
    """The distances of histograms (B, S), NaN where there are no events; 1 of the first, which is the usual shape."""
    rows = draft.all
    events, shares = buckets.sum(axis=0), shift.shares(buckets)
    spacing = np.maximum(
        np.where(rows["gap"] < np.inf, rows["gap"], watch.every.total_seconds()), watch.query.window.total_seconds()
    )
    known = rows["events"] * np.maximum(1.0, np.minimum(rows["age"], shift.MEMORY) / spacing)
    new = np.isnan(rows["shape"]).any(axis=0) & (events > 0)
    excess = np.where(new, 1.0, shift.excess(shares, rows["shape"], events, np.maximum(known, 1.0)))
    if new.any():
        rows.own("shape")[:, new] = shares[:, new]
        rows.own("events")[new] = events[new]
    return Shapes(shares=shares, events=events, excess=excess, distance=shift.distance(excess, rows["wander"], events))


def rebucketed(state: State, buckets: Floats, ends: tuple[float, ...]) -> tuple[State, Floats]:
    """The state and histograms (S, B, T) with the same buckets; where new ones appear, all is learnt afresh."""
    if ends == state.ends:
        return state, buckets
    if not set(ends) <= set(state.ends):
        fresh = np.full((len(ends), len(state.keys)), np.nan)
        return replace(state, shape=fresh, wander=np.zeros_like(state.wander), ends=ends), buckets
    whole = np.zeros((buckets.shape[0], len(state.ends), buckets.shape[2]))
    whole[:, np.searchsorted(state.ends, ends)] = buckets
    return state, whole


def learn(column: Column, judged: Judged, shapes: Shapes, pick: Pick) -> None:
    """What a judged column teaches of the usual shape: little where it is far from it."""
    rows = column.rows
    events = np.maximum(shapes.events[pick], 1.0)
    weight = level.weight(judged.dt, np.maximum(rows["age"], judged.dt), shift.MEMORY)
    weight *= np.minimum(1.0, events / np.maximum(rows["events"], 1.0))
    weight *= np.where(judged.signed[0] > level.FAR, level.DOUBT, 1.0)
    rows["shape"] = rows["shape"] + weight * (shapes.shares[:, pick] - rows["shape"])
    wander = rows["wander"] + weight * (shift.wandering(shapes.excess[pick], events) - rows["wander"])
    rows["wander"] = np.maximum(wander, 0.0)
