"""What the same time was on the days before: the sample against the middle of the same quarter of an hour 1, 2, 3 and 7
days ago.

A day's profile is a mean that knows a habit after a week; this knows it after a day, and one strange day teaches it
nothing. Arrays are (S,) one a series of the column.
"""

from dataclasses import dataclass

import numpy as np

from detectors.draft import Column, Draft, Pick
from detectors.frame import Floats
from detectors.models import level, returns
from detectors.state import DAYS

BEFORE = (1, 2, 3, 7)
"""The days that are asked, before the one that is lived."""
WHOLE = np.sqrt(np.pi / 2.0)
"""A Gaussian's spread by its mean absolute deviation."""
CLIP = 3.0
"""A deviation counts for so many usual ones at most: one spike decides nothing."""
KNOWN_ROWS = 24.0
"""Judged from so many comparisons on."""


@dataclass(slots=True, kw_only=True)
class Yesterdays:
    """residual, spread, signed: (S,) as of the scales; NaN where no day before is known, or too little of them."""

    residual: Floats
    spread: Floats
    signed: Floats


def asked(draft: Draft, column: Column, floor: Floats, spacing: Floats) -> Yesterdays:
    """The column against the days before; floor: the least spread."""
    rows, x = column.rows, column.x
    residual = x - middle(draft, draft.at, column.pick)
    spread = np.maximum(WHOLE * rows["strange"], floor)
    far = np.flatnonzero(np.abs(residual) > returns.START * spread)
    if len(far):
        # What begins within a quarter is early or late by minutes at most: that is no deviation.
        at = far if isinstance(column.pick, slice) else column.pick[far]
        least = residual[far]
        for beside in (draft.at - 1, draft.at + 1):
            other = x[far] - middle(draft, beside, at, than=draft.at)
            least = np.where(np.abs(other) < np.abs(least), other, least)
        residual[far] = least
    known = rows["strange_s"] >= KNOWN_ROWS * np.minimum(spacing, 1e12)
    return Yesterdays(residual=residual, spread=spread, signed=np.where(known, residual / spread, np.nan))


def middle(draft: Draft, at: int, pick: Pick, than: int | None = None) -> Floats:
    """The middle of the same quarter of an hour on the days before, NaN where none of them is known.

    than: the quarter of now, where that of `at` is another: what is not over yet is not asked.
    """
    now = at if than is None else than
    places = [at - day * draft.quarters for day in BEFORE]
    places = [place for place in places if now - DAYS * draft.quarters < place < now]
    found = np.array([draft.days[place % len(draft.days)][pick] for place in places], np.float64)
    found.sort(axis=0)  # unknown ones come last
    known = (found == found).sum(axis=0)  # noqa: PLR0124  # not NaN
    if (known == len(places)).all():
        return np.asarray(0.5 * (found[(len(places) - 1) // 2] + found[len(places) // 2]))
    who = np.arange(found.shape[1])
    return np.asarray(0.5 * (found[np.maximum(known - 1, 0) // 2, who] + found[np.minimum(known // 2, 3), who]))


def learn(draft: Draft, column: Column, judged: Yesterdays, dt: Floats, spacing: Floats) -> None:
    """What a column teaches of its quarter of an hour, and of how strange its samples usually are."""
    rows, x, pick = column.rows, column.x, column.pick
    place = draft.at % len(draft.days)
    seen = rows["quarter"]
    before = draft.days[place][pick]
    mean = np.where(seen > 0, before + (x - before) / (seen + 1.0), x).astype(np.float32)
    draft.put(draft.days, place, pick, mean)
    rows["quarter"] = seen + 1.0
    away = np.abs(judged.residual)
    learns = away == away  # noqa: PLR0124  # not NaN
    if not learns.any():
        return
    since = rows["strange_s"] + np.where(learns, dt, 0.0)
    usual = rows["strange"]
    away = np.where((judged.signed == judged.signed) & (usual > 0), np.minimum(away, CLIP * usual), away)
    memory = np.maximum(level.SPREAD_MEMORY, level.SPREAD_ROWS * spacing)
    share = np.where(learns, level.weight(dt, np.maximum(since, dt), memory), 0.0)
    rows["strange"] = usual + share * (np.where(learns, away, usual) - usual)
    rows["strange_s"] = since
