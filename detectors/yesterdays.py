"""Compares a sample with the days before: with the middle of the same quarter of an hour 1, 2, 3 and 7
days ago.

A day's profile is a mean that knows a habit after a week; this knows it after a day, and one strange day teaches it
nothing. Arrays are (S,) one a series of the column.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.draft import Column, Draft, Pick
from detectors.frame import Floats
from detectors.models import absence, level, returns
from detectors.state import DAY, WEEK

BEFORE = (1, 2, 3, 7)
"""The days that are compared with, counted back from today."""
WHOLE = np.sqrt(np.pi / 2.0)
"""A Gaussian's spread by its mean absolute deviation."""
CLIP = 3.0
"""A deviation counts for at most this many usual ones, so that one spike decides nothing."""
KNOWN_ROWS = 24.0
"""The least number of comparisons before a series is judged."""


@dataclass(slots=True, kw_only=True)
class Yesterdays:
    """residual, spread, signed: (S,) as of the scales; NaN where no day before is known, or too little of them."""

    residual: Floats
    spread: Floats
    signed: Floats


def asked(draft: Draft, column: Column, floor: Floats, spacing: Floats) -> Yesterdays:
    """The column against the days before; floor: (S,) the least spread, spacing: (S,) seconds between samples."""
    rows, x = column.rows, column.x
    residual = x - rows["then"]
    spread = np.maximum(WHOLE * rows["strange"], floor)
    far = (np.abs(residual) > returns.START * spread).nonzero()[0]
    if len(far):
        # What begins within a quarter is early or late by minutes at most: that is no deviation.
        at = far if isinstance(column.pick, slice) else column.pick[far]
        least = residual[far]
        for beside in (draft.at - 1, draft.at + 1):
            other = x[far] - middle(draft, beside, at)
            least = np.where(np.abs(other) < np.abs(least), other, least)
        residual[far] = least
    signed = residual / spread
    young = rows["strange_s"] < KNOWN_ROWS * spacing
    if young.any():
        signed[young] = np.nan
    return Yesterdays(residual=residual, spread=spread, signed=signed)


def turned(draft: Draft, now: float) -> None:
    """Moves on to an instant: where another quarter of an hour begins, looks up what it was on the days before."""
    before = draft.at
    draft.turn(now)
    if draft.at != before:
        draft.all["then"] = middle(draft, draft.at, slice(None))


def middle(draft: Draft, at: int, pick: Pick) -> Floats:
    """The middle of a quarter of an hour on the days before the one of now, NaN where none of them is known."""
    places = [at - day * draft.quarters for day in BEFORE]
    places = [place for place in places if draft.at - len(draft.days) < place < draft.at]
    found = np.array([draft.days[place % len(draft.days)][pick] for place in places], np.float64)
    found.sort(axis=0)  # unknown ones come last
    known = (found == found).sum(axis=0)  # noqa: PLR0124  # not NaN
    who, last = np.arange(found.shape[1]), len(places) - 1
    low, high = (np.clip(index, 0, last) for index in ((known - 1) // 2, known // 2))
    return np.asarray(0.5 * (found[low, who] + found[high, who]))


def rests(draft: Draft, who: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(N,) whether these series are usually silent now: then, or a quarter before or after, most days had no sample."""
    found = np.zeros(len(who), np.bool_)
    known = np.minimum((draft.now - draft.all["first"][who]) // DAY, WEEK / DAY)
    if not (known >= absence.NIGHTS).any():
        return found
    for beside in (-1, 0, 1):
        silent = np.zeros(len(who))
        for day in range(1, int(WEEK / DAY) + 1):
            place = draft.at + beside - day * draft.quarters
            if place > draft.at - len(draft.days):
                silent += (day <= known) & np.isnan(draft.days[place % len(draft.days)][who])
        found |= absence.usual_nights(silent, known)
    return found


def learn(draft: Draft, column: Column, judged: Yesterdays, dt: Floats, memory: Floats) -> None:
    """Learns a column's mean for its quarter of an hour, and how far its samples usually are from the days before.

    dt: (S,) seconds that a sample stands for; memory: (S,) seconds that a spread remembers.
    """
    rows, x, pick = column.rows, column.x, column.pick
    place, seen = draft.at % len(draft.days), rows["quarter"]
    before = draft.days[place][pick]
    draft.put(draft.days, place, pick, np.where(seen > 0, before + (x - before) / (seen + 1.0), x))
    rows["quarter"] = seen + 1.0
    away, usual = np.abs(judged.residual), rows["strange"]
    unknown = np.isnan(away)
    if unknown.all():
        return
    young = np.isnan(judged.signed)
    most = np.where(young, np.inf, CLIP * usual) if young.any() else CLIP * usual
    if unknown.any():
        away, dt = np.where(unknown, usual, away), np.where(unknown, 0.0, dt)
    since = rows["strange_s"] + dt
    share = level.weight(dt, np.maximum(since, 1e-9), memory)
    rows["strange"] = usual + share * (np.minimum(away, most) - usual)
    rows["strange_s"] = since
