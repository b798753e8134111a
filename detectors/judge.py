"""Judges one column of samples by the state. Arrays are (S,), one entry a series, or (K, S) for the K scales."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors import course, pardon, yesterdays
from detectors.chance import MOSTLY, Chance, chance, weighed
from detectors.draft import Column, Draft, Pick
from detectors.frame import Floats
from detectors.models import absence, level, returns
from detectors.models.returns import EXPERTS, PRIOR_BAR
from detectors.pardon import Pardon
from detectors.seasons import Seasons, asked, nearest
from detectors.state import SCALES
from detectors.watch import Direction, Read, Watch
from detectors.yesterdays import Yesterdays

WARM_ROWS = 24
"""A series is judged from its 24th sample on, and not in its first hour."""
HOLE = 3.0
"""A sample after a hole stands for at most so many usual spacings."""
HOUR = SCALES[1]
PARTLY = 0.02
"""Up to so much a missing sample now and then changes nothing of the hour's mean."""


@dataclass(slots=True, kw_only=True)
class Judged:
    """How one column was judged. But for clocks and the hour's mean, the rows' own state is still that of before.

    x: (S,) samples. dt: (S,) seconds that a sample stands for; spacing: (S,) that usually lie between two.
    flat: (K, S) distances from the level. seasons: those from what the clock says too. residual: (K, S) what counts.
    spread: (K, S).
    signed, z: (K, S) the residual in spreads, with its sign and without. score: (S,).
    chance: what few events do to the column; None where there are many. yesterdays: against the days before.
    usual: (S,) what is usual then, None but on a known day.
    partly: (S,) how much of the hour's mean is but one sample, 0 where the hour is full.
    bad: (E, S) of each expert the deviation on the bad side in spreads, NaN = it has no opinion.
    above: rows whose deviation is above START. each: (E, above) their scores. pardoned: rows that a person's word made
    milder.
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
    yesterdays: Yesterdays
    usual: Floats | None
    partly: Floats
    bad: Floats
    score: Floats
    above: NDArray[np.intp]
    each: Floats
    pardoned: NDArray[np.intp]


def is_warm(count: Floats, age: Floats) -> NDArray[np.bool_]:
    """(S,) whether a series has had enough samples, over a long enough time, to be scored."""
    return (count >= WARM_ROWS) & (age > level.FIRST_SPAN)


def judge(watch: Watch, draft: Draft, column: Column) -> Judged:
    """Judges the column by the state of its rows; brings their clocks and the hour's mean up to date."""
    rows = column.rows
    dt, spacing, partly = _clock(watch, column)
    flat = np.empty_like(rows["level"])
    np.subtract(column.x, rows["level"][0], out=flat[0])
    np.subtract(rows["hour"], rows["level"][1], out=flat[1])
    seasons = asked(draft, column, flat)
    residual = seasons.residual(flat)
    floor = level.spread_floor(rows["size"], rows["quantum"], rows["whole"])
    floor = np.maximum(floor, rows["least"])
    spread = np.maximum(np.sqrt(rows["var"]), floor)
    before = yesterdays.asked(draft, column, floor[0], spacing)
    residual = nearest(draft, column.pick, seasons, residual, spread)
    _usual_then(residual[0], before.residual, spread[0])
    _usual_then(residual[1], rows["hour"] - rows["then_hour"], spread[1])
    usual = None
    if column.is_known_day and course.moves(watch):
        usual = column.x - residual[0]
        residual = course.against(draft, column, seasons, residual)
        _usual_then(before.residual, residual[0], spread[0])
        before.signed = np.where(np.isnan(before.signed), np.nan, before.residual / before.spread)
    if partly.any():
        _as_full_as_it_is(partly, residual, spread)
    by_chance = chance(watch, column, residual, spread, dt)
    if by_chance is not None:
        _by_chance(by_chance, before, spread)
        spread = by_chance.spread
    signed = residual / spread
    if by_chance is not None and len(by_chance.rows):
        few = by_chance.rows
        signed[:, few] = by_chance.deviations(np.array([column.x[few], rows["hour"][few]]), signed[:, few])
    z = np.abs(signed)
    if rows["burst"].any():
        _back(column, partly, z, (flat, seasons.daily, seasons.weekly, residual, signed, z))
    bad = _bad(watch, signed, z, before.signed)
    judged = Judged(
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
        yesterdays=before,
        usual=usual,
        partly=partly,
        bad=bad,
        score=rows["calm"].copy(),
        above=np.logical_or.reduce(bad > returns.START).nonzero()[0],
        each=np.zeros((EXPERTS, 0)),
        pardoned=np.zeros(0, np.intp),
    )
    if len(judged.above):
        _rate(watch, column, judged)
    return judged


def _by_chance(by_chance: Chance, before: Yesterdays, spread: Floats) -> None:
    """Few events say as little against the days before; where a count has its own tail, a distance says nothing."""
    before.signed *= np.minimum(1.0, spread[0] / by_chance.spread[0])
    before.signed[by_chance.rows[by_chance.share[0] >= MOSTLY]] = np.nan


def _usual_then(residual: Floats, before: Floats, spread: Floats) -> None:
    """Residuals (S,) that are no longer ordinary become no further than from the days before.

    What came at the same time on several days is usual then, however seldom a mean has seen it.
    """
    far = (np.abs(residual) > returns.START * spread).nonzero()[0]
    nearer = far[np.abs(before[far]) < np.abs(residual[far])]
    residual[nearer] = before[nearer]


def _as_full_as_it_is(partly: Floats, residual: Floats, spread: Floats) -> None:
    """After a gap the hour's mean is one sample, then a few: it is judged as what it is, from one to the other."""
    residual[1] += partly * (residual[0] - residual[1])
    spread[1] = np.sqrt(spread[1] ** 2 + partly * np.maximum(spread[0] ** 2 - spread[1] ** 2, 0.0))


def _bad(watch: Watch, signed: Floats, z: Floats, before: Floats) -> Floats:
    """(E, S) what each expert says of the bad side."""
    bad = np.empty((EXPERTS, z.shape[1]))
    bad[:-1] = bad_side(watch, signed, z)
    bad[-1] = bad_side(watch, before, np.abs(before))
    return bad


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


def _rate(watch: Watch, column: Column, judged: Judged) -> None:
    """Scores the rows of a column above START; a deviation too small to matter counts as expected, and a pardon makes
    it milder.
    """
    rows, above = column.rows, judged.above
    peak = returns.peakiness(judged.bad.take(above, axis=1))
    if watch.min_change > 0:
        away = np.abs(np.concatenate([judged.residual, judged.yesterdays.residual[None]]).take(above, axis=1))
        peak = np.where(away < watch.min_change, 0.0, peak)
    bar = rows["bar"].take(above, axis=1)
    if judged.chance is not None and len(judged.chance.rows):
        own = np.isin(above, judged.chance.rows[judged.chance.share[0] >= MOSTLY])
        bar[:, own] = np.where(bar[:, own] > PRIOR_BAR, bar[:, own], returns.BY_CHANCE)
    judged.each = returns.score(peak, bar, rows["slope"].take(above, axis=1))
    score = returns.together(judged.each)
    if rows["pardon"].any():
        up = judged.residual[0, above] >= 0
        milder = np.where(up, rows["pardon"][Pardon.ABOVE, above], rows["pardon"][Pardon.BELOW, above])
        milder = pardon.left(milder, column.now - rows["pardon_at"][above])
        score = score - milder
        judged.pardoned = above[milder > pardon.LEAST]
    judged.score[above] = score


def _clock(watch: Watch, column: Column) -> tuple[Floats, Floats, Floats]:
    """(S,) the seconds a sample stands for, that usually lie between two, and how much of the hour is this sample.

    Times, ages and the hour's mean are brought up to date.
    """
    x, rows = column.x, column.rows
    away = column.now - rows["last"]
    first = rows["count"] == 0
    anew = bool(first.any())
    if anew:
        away[first] = watch.every.total_seconds()
        rows.own("first")[first] = column.now
        rows.own("hour")[first] = rows.own("then_hour")[first] = x[first]
        rows.own("level")[:, first] = x[first]
    dt = np.minimum(away, HOLE * rows["gap"])
    gap = spacing = np.minimum(away, 1.1 * rows["gap"])
    if anew:
        gap = np.where(first, np.inf, gap)
    if rows["silent"].any() or rows["rested"].any():
        _spoken(watch, column, gap)
    rows["last"] = np.full_like(x, column.now)
    rows["gap"] = gap
    rows["age"] = rows["age"] + dt
    share = np.minimum(1.0, away / np.minimum(rows["age"], HOUR))
    weight = weighed(column, dt, share)
    rows["hour"] = rows["hour"] + weight * (x - rows["hour"])
    then = rows["then"]
    then = np.where(np.isnan(then), rows["level"][0], then)
    rows["then_hour"] = rows["then_hour"] + weight * (then - rows["then_hour"])
    filled = (1.0 - share) ** 2 * rows["filled"] + share**2
    rows["filled"] = filled
    return dt, spacing, _partly(filled, spacing)


def _partly(filled: Floats, spacing: Floats) -> Floats:
    """(S,) how much of the hour's mean is but one sample: 1 right after a gap, 0 where it is as full as ever."""
    usual = np.minimum(1.0, spacing / HOUR)
    full = usual / (2.0 - usual)
    left = np.divide(filled - full, 1.0 - full, out=np.zeros_like(filled), where=full < 1.0)
    return np.where(left > PARTLY, left, 0.0)


def _spoken(watch: Watch, column: Column, gap: Floats) -> None:
    """The patience of series that were silent until now, and the end of their silence."""
    rows = column.rows
    if watch.absent_after is not None:
        who = np.flatnonzero(rows["silent"] + rows["rested"])
        rested = rows["rested"][who]
        spacing = absence.spacing(gap[who], watch.every.total_seconds())
        silent = rows["silent"][who] + np.minimum(column.elapsed, HOLE * spacing)
        patience = absence.faded(rows["patience"][who], column.now - rows["patient_at"][who])
        limit = absence.allowed(watch.absent_after.total_seconds(), patience, spacing, rested)
        rows.own("patience")[who] = absence.learnt(patience, silent, limit, spacing, rested)
        rows.own("patient_at")[who] = column.now
    rows["silent"] = np.zeros_like(gap)
    rows["rested"] = np.zeros_like(gap)


def _back(column: Column, partly: Floats, z: Floats, of_hour: tuple[Floats, ...]) -> None:
    """Once the sample is back from its own deviation, the hour's mean starts afresh: recoveries do not fire.

    It is this one sample then, as after a gap: what is usual for the hour may have learnt from the deviation.
    """
    rows = column.rows
    back = ((rows["burst"] > 0) & (z[0] < returns.START)).nonzero()[0]
    then = rows["then"][back]
    rows.own("hour")[back] = column.x[back]
    rows.own("then_hour")[back] = np.where(np.isnan(then), rows["level"][0, back], then)
    rows.own("filled")[back] = partly[back] = 1.0
    rows.own("burst")[back] = 0.0
    for array in of_hour:
        array[1, back] = 0.0
