"""What one judged column teaches: level, spread, profile, peaks. Arrays are (S,), or (K, S) for the K scales."""

import numpy as np
from numpy.typing import NDArray

from detectors import seasons
from detectors.draft import Column, Draft, Rows
from detectors.frame import Floats
from detectors.judge import Judged
from detectors.models import level, returns
from detectors.state import BLOCK
from detectors.watch import Watch

Places = tuple[NDArray[np.intp], NDArray[np.intp]]
"""(N,) scales and (N,) rows of a column."""
TICK = 10.0
"""Samples nearer than so many seconds count as one where rarity is counted: they repeat each other."""


def learn(watch: Watch, draft: Draft, column: Column, judged: Judged, damp: float) -> None:
    """Write into the rows what the column teaches; `damp` is the share of a peak above its bar that is kept."""
    rows = column.rows
    if len(judged.hot):
        _outside(draft, column, judged, damp)
    dt, age = judged.dt, rows["age"]
    moved = judged.flat * level.weight(dt, age, level.LEVEL_MEMORY)
    memory = np.maximum(level.SPREAD_MEMORY, level.SPREAD_ROWS * judged.spacing)
    by_chance = judged.chance
    squared = judged.residual**2 if by_chance is None or by_chance.squared is None else by_chance.squared
    widened = (squared - rows["var"]) * level.weight(dt, age, memory)
    if by_chance is not None and by_chance.sure is not None:
        moved, widened = moved * by_chance.sure, widened * by_chance.sure
    who = np.flatnonzero(np.logical_or.reduce(judged.z > level.FAR))
    trusted: Floats | float = 1.0
    if len(who):
        trust, fast = _doubt(watch, judged, rows, who)
        moved[:, who] = np.where(fast > 0, judged.flat[:, who] * fast, moved[:, who])
        widened[:, who] = _clipped(judged, rows, who, memory)
        trusted = np.ones_like(moved)
        trusted[:, who] = trust
        moved *= trusted
        widened *= trusted
    elif rows["beyond"].any():
        rows["beyond"] = np.zeros_like(moved)
    rows["level"] = rows["level"] + moved
    rows["var"] = rows["var"] + widened
    if by_chance is not None and by_chance.squared is not None:
        np.maximum(rows["var"], 0.0, out=rows["var"])
    seasons.learn(draft, column, judged.seasons, flat=judged.flat, dt=dt, trust=trusted, by=by_chance)
    _sizes(judged, rows)
    rows["count"] = rows["count"] + 1
    tick = np.maximum(judged.spacing, TICK)
    rows["ticks"] = np.minimum(rows["ticks"] + dt / tick, returns.MONTH / tick)


def _doubt(watch: Watch, judged: Judged, rows: Rows, who: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """What is far outside teaches little; once it has stayed, the level follows within hours, not days.

    Returns (K, who) the share that is learnt, and the level's greater weight, 0 where it does not follow.
    """
    far, beyond, dt = judged.z[:, who] > level.FAR, rows["beyond"][:, who], judged.dt[who]
    accept = watch.accept_after.total_seconds()
    fresh = np.zeros_like(rows["beyond"])
    fresh[:, who] = np.where(far, beyond + dt, 0.0)
    rows["beyond"] = fresh
    follows = level.weight(dt, rows["age"][who], level.SETTLE_MEMORY)
    return level.trust(far, beyond, accept), np.where(far & (beyond >= accept), follows, 0.0)


def _clipped(judged: Judged, rows: Rows, who: NDArray[np.intp], memory: Floats) -> Floats:
    """(K, who) what the spread learns, where a residual counts for so many spreads at most."""
    most = np.where(judged.warm[who], level.MOST, np.inf) * judged.spread[:, who]
    size = np.minimum(np.abs(judged.residual[:, who]), most)
    learnt: Floats = (size**2 - rows["var"][:, who]) * level.weight(judged.dt[who], rows["age"][who], memory[who])
    return learnt


def _outside(draft: Draft, column: Column, judged: Judged, damp: float) -> None:
    """What is remembered of the rows that are further outside than is ordinary."""
    rows, hot = column.rows, judged.hot
    back = judged.z[0, hot] < returns.START
    burst = np.where(back, 0.0, np.where(judged.each[0] >= 1.0, 1.0, rows["burst"][hot]))
    if burst.any():  # what ends is ended by the judge
        rows.own("burst")[hot] = burst
    scale, at = ((judged.peak > 0) & judged.warm[hot]).nonzero()
    if not len(at):
        return
    peak = judged.peak[scale, at]
    _spells(column, (scale, hot[at]), peak)
    _remember(draft, column, (scale, hot[at]), peak, damp)


def _spells(column: Column, place: Places, peak: Floats) -> None:
    """Spells outside, undamped: one goes on while it was outside in the last two hours."""
    rows, now = column.rows, column.now
    since, before = rows["spell_at"][place], rows["spell"][place]
    anew = now - since > returns.APART
    if anew.any():
        scale, row = of_last = place[0][anew], place[1][anew]
        kept, kept_at = rows.own("spells"), rows.own("spells_at")
        stale = kept_at[:, *of_last] < (now - returns.USUAL_MEMORY) / 3_600.0
        least = np.argmin(np.where(stale, -1.0, kept[:, *of_last]), axis=0)
        over = (before[anew] > kept[least, *of_last]) | stale[least, np.arange(len(least))]
        slot = (least[over], scale[over], row[over])
        kept[slot], kept_at[slot] = before[anew][over], since[anew][over] / 3_600.0
    rows.own("spell")[place] = np.where(anew, peak, np.maximum(before, peak))
    rows.own("spell_at")[place] = now


def _remember(draft: Draft, column: Column, place: Places, peak: Floats, damp: float) -> None:
    """Keep the largest peak of 12 hours; what is above the level counts only in part."""
    rows, now = column.rows, column.now
    bar = rows["bar"][place]
    damped = np.minimum(peak, bar + damp * (peak - bar))
    enters, older = returns.kept(now, damped, rows["latest"][place], rows["peaked"][place])
    if not enters.any():
        return
    scale, row = place
    at = row if isinstance(column.pick, slice) else column.pick[row]
    block = int(now // BLOCK)
    if older.any():
        draft.block(block - 1)[scale[older], at[older]] = 0.0
    draft.block(block)[scale[enters], at[enters]] = damped[enters]
    rows.own("latest")[scale[enters], row[enters]] = damped[enters]
    rows.own("peaked")[scale[enters], row[enters]] = now


def _sizes(judged: Judged, rows: Rows) -> None:
    x = judged.x
    rows["size"] = rows["size"] + (np.abs(x) - rows["size"]) * level.weight(judged.dt, rows["age"], level.SIZE_MEMORY)
    change = np.abs(x - rows["previous"])
    smaller = np.flatnonzero((change > 0) & (change < rows["quantum"]))
    if len(smaller):
        rows.own("quantum")[smaller] = change[smaller]
    if rows["whole"].any():
        rows["whole"] = rows["whole"] * (x == np.rint(x))
    rows["previous"] = x.copy()  # of the frame one column alone is kept
