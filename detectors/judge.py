"""One column of samples judged against what is known. Arrays are (S,) one a series, or (K, S) for the K scales."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.chance import Chance, chance, weighed
from detectors.draft import Column, Draft, Pick, Rows
from detectors.frame import Floats
from detectors.models import absence, level, returns
from detectors.seasons import Seasons, asked, nearest
from detectors.state import SCALES
from detectors.watch import Direction, Read, Watch

WARM_ROWS = 24
"""A series is judged from its 24th sample on, and not in its first hour."""
HOLE = 3.0
"""A sample after a hole stands for at most so many usual spacings."""
HOUR = SCALES[1]


@dataclass(slots=True, kw_only=True)
class Judged:
    """What one column was judged by; but for clocks and the hour's mean, the rows' own state is still that of before.

    x: (S,) samples. dt: (S,) seconds that a sample stands for; spacing: (S,) that usually lie between two.
    flat: (K, S) distances from the level. seasons: those from what the clock says too. residual: (K, S) what counts.
    spread: (K, S).
    signed, z: (K, S) the residual in spreads, with its sign and without. score: (S,).
    chance: what few events do to the column; None where there are many.
    hot: rows beyond START on the bad side. peak, each: (K, hot) how large their deviation is, and its score.
    """

    pick: Pick
    x: Floats
    dt: Floats
    spacing: Floats
    warm: NDArray[np.bool_]
    flat: Floats
    seasons: Seasons
    residual: Floats
    spread: Floats
    chance: Chance | None
    signed: Floats
    z: Floats
    score: Floats
    hot: NDArray[np.intp]
    peak: Floats
    each: Floats


def is_warm(count: Floats, age: Floats) -> NDArray[np.bool_]:
    """(S,) whether a series has been heard often and long enough to be scored."""
    return (count >= WARM_ROWS) & (age > level.FIRST_SPAN)


def judge(watch: Watch, draft: Draft, column: Column) -> Judged:
    """The column against what is known of its rows; brings their clocks and the hour's mean up to date."""
    rows = column.rows
    dt, spacing = _clock(watch, column)
    flat = np.empty_like(rows["level"])
    np.subtract(column.x, rows["level"][0], out=flat[0])
    np.subtract(rows["hour"], rows["level"][1], out=flat[1])
    seasons = asked(draft, column, flat)
    residual = seasons.residual(flat)
    floor = level.spread_floor(rows["size"], rows["quantum"], rows["whole"])
    floor = np.maximum(floor, rows["least"])
    spread = np.maximum(np.sqrt(rows["var"]), floor)
    residual = nearest(draft, column.pick, seasons, residual, spread)
    by_chance = chance(watch, column, residual, spread, dt)
    if by_chance is not None:
        spread = by_chance.spread
    signed = residual / spread
    if by_chance is not None and len(by_chance.rows):
        few = by_chance.rows
        signed[:, few] = by_chance.deviations(np.stack([column.x[few], rows["hour"][few]]), signed[:, few])
    z = np.abs(signed)
    if rows["burst"].any():
        _back(rows, residual, z, (flat, seasons.daily, seasons.weekly, residual, signed, z))
    score, hot, peak, each = _rarity(watch, rows, residual, bad_side(watch, signed, z))
    return Judged(
        pick=column.pick,
        x=column.x,
        dt=dt,
        spacing=spacing,
        warm=is_warm(rows["count"], rows["age"]),
        flat=flat,
        seasons=seasons,
        residual=residual,
        spread=spread,
        chance=by_chance,
        signed=signed,
        z=z,
        score=score,
        hot=hot,
        peak=peak,
        each=each,
    )


def bad_side(watch: Watch, signed: Floats, z: Floats) -> Floats:
    """(K, S) deviations of which the bad ones alone are above 0."""
    if watch.query.read is Read.SHIFT:  # a distance: nearer than usual is never bad
        return signed
    match watch.bad:
        case Direction.ABOVE:
            return signed
        case Direction.BELOW:
            return -signed
        case Direction.BOTH:
            return z


def _rarity(watch: Watch, rows: Rows, residual: Floats, bad: Floats) -> tuple[Floats, NDArray[np.intp], Floats, Floats]:
    """Score, hot rows, their peaks and the score of each of their scales."""
    hot = np.flatnonzero(np.logical_or.reduce(bad > returns.START))
    score = rows["calm"].copy()
    if not len(hot):
        nothing = np.zeros((len(SCALES), 0))
        return score, hot, nothing, nothing
    peak = heard = returns.peakiness(bad.take(hot, axis=1))
    if watch.min_change > 0:
        heard = np.where(np.abs(residual.take(hot, axis=1)) < watch.min_change, 0.0, peak)
    each = returns.score(heard, rows["bar"].take(hot, axis=1), rows["slope"].take(hot, axis=1))
    score[hot] = returns.together(each)
    return score, hot, peak, each


def _clock(watch: Watch, column: Column) -> tuple[Floats, Floats]:
    """(S,) the seconds a sample stands for, and that usually lie between two.

    Times, ages and the hour's mean are brought up to date.
    """
    x, rows = column.x, column.rows
    away = column.now - rows["last"]
    first = rows["count"] == 0
    anew = bool(first.any())
    if anew:
        away[first] = watch.every.total_seconds()
        rows.own("hour")[first] = x[first]
        rows.own("level")[:, first] = x[first]
    dt = np.minimum(away, HOLE * rows["gap"])
    gap = spacing = np.minimum(away, 1.1 * rows["gap"])
    if anew:
        gap = np.where(first, np.inf, gap)
    if rows["silent"].any():
        _spoken(watch, column, gap)
    rows["last"] = np.full_like(x, column.now)
    rows["gap"] = gap
    rows["age"] = rows["age"] + dt
    share = np.minimum(1.0, away / np.minimum(rows["age"], HOUR))
    rows["hour"] = rows["hour"] + weighed(column, dt, share) * (x - rows["hour"])
    return dt, spacing


def _spoken(watch: Watch, column: Column, gap: Floats) -> None:
    """The patience of series that were silent until now, and the end of their silence."""
    rows = column.rows
    if watch.absent_after is not None:
        who = np.flatnonzero(rows["silent"])
        spacing = absence.spacing(gap[who], watch.every.total_seconds())
        silent = rows["silent"][who] + np.minimum(column.elapsed, HOLE * spacing)
        patience = absence.faded(rows["patience"][who], column.now - rows["patient_at"][who])
        limit = absence.allowed(watch.absent_after.total_seconds(), patience, spacing)
        rows.own("patience")[who] = absence.learnt(patience, silent, limit, spacing)
        rows.own("patient_at")[who] = column.now
    rows["silent"] = np.zeros_like(gap)


def _back(rows: Rows, residual: Floats, z: Floats, of_hour: tuple[Floats, ...]) -> None:
    """Once the sample is back from its own deviation, the hour's mean starts afresh: recoveries do not fire."""
    back = np.flatnonzero((rows["burst"] > 0) & (z[0] < returns.START))
    rows.own("hour")[back] -= residual[1, back]
    rows.own("burst")[back] = 0.0
    for array in of_hour:
        array[1, back] = 0.0
