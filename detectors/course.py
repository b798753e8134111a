"""How a known day goes: on a holiday a sample is held against a Sunday and against the day's own last hour, too.

Nobody knows beforehand how many customers a holiday keeps away. So what lies between what is usual, what is usual on
Sundays and what this day has been like is expected; what is suddenly outside is not. Arrays are (S,) one a series of
the column, or (K, S) for the K scales.
"""

import numpy as np

from detectors.daytime import local_at, since_midnight
from detectors.draft import Column, Draft
from detectors.frame import Floats
from detectors.models import level, season
from detectors.seasons import Seasons
from detectors.state import DAY
from detectors.watch import FailureKind, Read, Watch

MEMORY = 3_600.0
"""A day is known by its last hour."""
WIDE = 4.0
"""In a known day's first hour, from a quarter of what is usual to four times as much is expected."""


def moves(watch: Watch) -> bool:
    """Whether a holiday changes what is watched: what people do, not how long they wait or how often it fails."""
    waits = watch.kind in (FailureKind.DELAY, FailureKind.ERRORS, FailureKind.BACKLOG)
    return not waits and watch.query.read in (Read.VALUE, Read.RATE)


def against(draft: Draft, column: Column, seasons: Seasons, residual: Floats) -> Floats:
    """(K, S) the distances from what is expected on a known day; residual: (K, S) those from what is usual."""
    rows = column.rows
    samples = np.stack([column.x, rows["hour"]])
    usual = samples - residual
    if column.begins:
        rows.update({name: np.zeros_like(column.x) for name in ("course", "course_usual", "course_s")})
    went = _as_it_went(rows["course"], rows["course_usual"], usual)
    sundays = _on_sundays(draft, column, seasons, usual)
    low, high = np.fmin(np.minimum(usual, went), sundays), np.fmax(np.maximum(usual, went), sundays)
    young = (rows["course_s"] < MEMORY) & (usual > 0)
    low, high = (
        np.where(young, np.minimum(low, usual / WIDE), low),
        np.where(young, np.maximum(high, usual * WIDE), high),
    )
    return np.asarray(samples - np.clip(samples, low, high))


def learn(column: Column, usual: Floats, dt: Floats, z: Floats) -> None:
    """What a column teaches of the day; usual: (S,) what was usual then, dt: (S,) seconds, z: (S,) how far it was off.

    What is far outside teaches little, so that a fault does not become the way this day goes.
    """
    rows = column.rows
    since = rows["course_s"] + dt
    share = np.minimum(1.0, dt / np.minimum(since, MEMORY))
    share = np.where((z > level.FAR) & (since > MEMORY), level.DOUBT * share, share)
    rows["course"] = rows["course"] + share * (column.x - rows["course"])
    rows["course_usual"] = rows["course_usual"] + share * (usual - rows["course_usual"])
    rows["course_s"] = since


def _on_sundays(draft: Draft, column: Column, seasons: Seasons, usual: Floats) -> Floats:
    """(K, S) what is usual at this time on Sundays, NaN where the week is not known."""
    sunday = int((6 * DAY + since_midnight(local_at(column.now, draft.time_zone))) // draft.place_s)
    weeks = draft.weeks[sunday][column.pick].astype(np.float64)
    adds = draft.week[sunday][:, column.pick].astype(np.float64) * season.believed(weeks)
    known = seasons.by_week & (weeks >= season.WEEKS)
    return np.where(known, usual - seasons.offset * seasons.believed + adds, np.nan)


def _as_it_went(course: Floats, before: Floats, usual: Floats) -> Floats:
    """(K, S) what is usual, moved as the day's last hour was moved: in proportion, below zero by as much."""
    inverse = np.divide(1.0, before, out=np.zeros_like(before), where=before > 0)
    by_factor = (before > 0) & (course >= 0) & (usual > 0)
    return np.where(by_factor, usual * (course * inverse), usual + (course - before))
