"""The seasons of a column: the day's profile, and what the time of the week adds to it.

Each speaks only where it lowers the series' own error. Arrays are (S,) one a series, or (K, S) for the K scales.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.chance import Chance, known_by
from detectors.draft import Column, Draft, Pick
from detectors.frame import Floats
from detectors.models import level, returns, season


@dataclass(slots=True, kw_only=True)
class Seasons:
    """A column's clock times and what is known of them, as it was before the column.

    slot, place: the time of the day, and of the week. visits, weeks: (S,) how often each was seen.
    usual, offset: (K, S) the day's profile, and what the time of the week adds; of the latter `believed` counts.
    known: what a profile is worth where few events make a sample.
    daily, weekly: (K, S) distances from the level and the profile, and from the offset too.
    by_day, by_week: (K, S) which of them are used.
    """

    slot: int
    place: int
    usual: Floats
    visits: Floats
    offset: Floats
    weeks: Floats
    believed: Floats
    known: Floats | float
    daily: Floats
    weekly: Floats
    by_day: NDArray[np.bool_]
    by_week: NDArray[np.bool_]

    def residual(self, flat: Floats) -> Floats:
        """(K, S) the distance that counts; flat: that from the level alone."""
        by_clock = np.where(self.by_day, self.daily, flat)
        return np.where(self.by_week, self.weekly, by_clock) if self.by_week.any() else by_clock


def asked(draft: Draft, column: Column, flat: Floats) -> Seasons:
    """The seasons at a column's time; flat: (K, S) distances from the level."""
    rows, pick = column.rows, column.pick
    slot, place = draft.clock(column.now)
    usual = draft.profile[slot][:, pick].astype(np.float64)
    visits = draft.seen[slot][pick].astype(np.float64)
    offset = draft.week[place][:, pick].astype(np.float64)
    weeks = draft.weeks[place][pick].astype(np.float64)
    known = 1.0 if column.events is None else known_by(column.events, rows["events"])
    daily = flat - (usual if column.events is None else usual * known)
    by_day = season.is_used(rows["error_flat"], rows["error_daily"], visits, rows["gate"])
    believed = season.believed(weeks)
    weekly = daily - offset * (believed * known)
    by_week = season.is_used(rows["error_best"], rows["error_weekly"], weeks, rows["gate_week"], season.WEEKS)
    return Seasons(
        slot=slot,
        place=place,
        usual=usual,
        visits=visits,
        offset=offset,
        weeks=weeks,
        believed=believed,
        known=known,
        daily=daily,
        weekly=weekly,
        by_day=by_day,
        by_week=by_week,
    )


def nearest(draft: Draft, pick: Pick, seasons: Seasons, residual: Floats, spread: Floats) -> Floats:
    """(K, S) residuals, of which those that are no longer ordinary are compared with both neighbouring slots too.

    What begins within a slot is early or late by minutes at most: that is no deviation.
    """
    far = np.abs(residual) > returns.START * spread
    far &= seasons.by_day | seasons.by_week
    if not far.any():
        return residual
    who = np.flatnonzero(far.any(axis=0))
    at = who if isinstance(pick, slice) else pick[who]
    known = seasons.known if isinstance(seasons.known, float) else seasons.known[who]
    least, usual = residual[:, who], seasons.usual[:, who]
    without = least + usual * known
    for beside in ((seasons.slot - 1) % len(draft.profile), (seasons.slot + 1) % len(draft.profile)):
        other = without - draft.profile[beside][:, at] * known
        nearer = far[:, who] & (draft.seen[beside][at] >= season.VISITS) & (np.abs(other) < np.abs(least))
        least = np.where(nearer, other, least)
    residual = residual.copy()
    residual[:, who] = least
    return residual


def learn(
    draft: Draft,
    column: Column,
    seasons: Seasons,
    *,
    flat: Floats,
    dt: Floats,
    trust: Floats | float,
    by: Chance | None,
) -> None:
    """Updates the profiles of a judged column's clock times, and how well each season does.

    flat: (K, S) distances from the level. dt: (S,) seconds that a sample stands for. trust: (K, S) its weight.
    """
    sure = 1.0 if by is None or by.sure is None else by.sure
    rows, pick, weight = column.rows, column.pick, sure * trust
    grown = rows["age"] > level.FIRST_SPAN

    def visited(before: Floats, usual: Floats, away: Floats, width: float) -> tuple[Floats, Floats]:
        """How often a clock time is seen now, and its profile."""
        visit = np.where(grown, np.minimum(1.0, dt / width), 0.0)
        after = before + visit
        return after, usual + away * (weight * visit / np.minimum(np.maximum(after, 1.0), season.VISIT_MEMORY))

    visits, usual = visited(seasons.visits, seasons.usual, seasons.daily, draft.slot_s)
    weeks, offset = visited(seasons.weeks, seasons.offset, seasons.weekly, draft.place_s)
    draft.put(draft.profile, seasons.slot, pick, usual)
    draft.put(draft.seen, seasons.slot, pick, visits)
    draft.put(draft.week, seasons.place, pick, offset)
    draft.put(draft.weeks, seasons.place, pick, weeks)

    def compared(learns: NDArray[np.bool_], since: str, memory: float, away: dict[str, Floats]) -> None:
        """The errors of these names, where their clock times are known."""
        rows[since] = rows[since] + np.where(learns, dt, 0.0)
        share = np.where(learns, level.weight(dt, np.maximum(rows[since], dt), memory) * sure, 0.0)
        for error, distance in away.items():
            rows[error] = rows[error] + share * season.excess(distance, rows[error])

    if (learns := visits > season.VISITS).any():
        away = {"error_flat": flat, "error_daily": seasons.daily}
        compared(learns, "compared", season.ERROR_MEMORY, away)
    if (learns := seasons.weeks >= season.VISITS).any():
        away = {"error_best": np.where(seasons.by_day, seasons.daily, flat), "error_weekly": seasons.weekly}
        compared(learns, "compared_weeks", season.WEEK_ERROR_MEMORY, away)
