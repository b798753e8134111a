"""Updates the state by one judged column: level, spread, profile, peaks. Arrays are (S,), or (K, S) for K scales."""

import numpy as np
from numpy.typing import NDArray

from detectors import course, seasons, yesterdays
from detectors.draft import Column, Draft, Rows
from detectors.frame import Floats, Singles
from detectors.judge import Judged
from detectors.models import level, returns
from detectors.watch import Watch

USUAL = (
    *("level", "var", "error_flat", "error_daily", "error_best", "error_weekly", "compared", "compared_weeks"),
    *("strange", "strange_s", "quarter", "size"),
)
STACKS = ("profile", "seen", "week", "weeks", "days")
"""What a day like no other, or planned work, teaches nothing of."""


def learn(watch: Watch, draft: Draft, column: Column, judged: Judged, *, believed: bool) -> None:
    """Learns from the column, into its rows; believed: it is of the past before the first report."""
    if judged.usual is not None:
        course.learn(column, judged.usual, judged.dt, judged.z[0])
    if column.unlearnt is None:
        _learn(watch, draft, column, judged, believed=believed)
        return
    before = {name: column.rows[name] for name in USUAL}
    places = _places(draft, judged)
    stacked = [getattr(draft, name)[place] for name, place in zip(STACKS, places, strict=True)]
    _learn(watch, draft, column, judged, believed=believed)
    for name, array in before.items():
        column.rows[name] = np.where(column.unlearnt, array, column.rows[name])
    unlearnt = np.zeros(len(draft.keys), np.bool_)
    unlearnt[column.pick] = column.unlearnt
    for name, place, array in zip(STACKS, places, stacked, strict=True):
        stack = getattr(draft, name)
        # There were samples, whatever they were: of the days to come none may take it for silence.
        usual = _usual_then(draft, stack[place]) if name == "days" else array
        stack[place] = np.where(unlearnt, usual, stack[place])


def _usual_then(draft: Draft, sample: Singles) -> Singles:
    """(S,) what the same time was on the days before, the sample where none is known."""
    then = draft.all["then"]
    return np.where(np.isnan(then), sample, then).astype(np.float32)


def _places(draft: Draft, judged: Judged) -> tuple[int, ...]:
    """Where a column writes, in each of STACKS."""
    slot, place = judged.seasons.slot, judged.seasons.place
    return slot, slot, place, place, draft.at % len(draft.days)


def _learn(watch: Watch, draft: Draft, column: Column, judged: Judged, *, believed: bool) -> None:
    rows = column.rows
    _largest(draft, column, judged, believed=believed)
    dt, age = judged.dt, rows["age"]
    moved = judged.flat * level.weight(dt, age, level.LEVEL_MEMORY)
    memory = np.maximum(level.SPREAD_MEMORY, level.SPREAD_ROWS * judged.spacing)
    by_chance = judged.chance
    squared = judged.residual**2 if by_chance is None or by_chance.squared is None else by_chance.squared
    widened = (squared - rows["var"]) * level.weight(dt, age, memory)
    if by_chance is not None and by_chance.sure is not None:
        moved, widened = moved * by_chance.sure, widened * by_chance.sure
    if judged.partly.any():  # an hour that is not full is no lesson in what full ones are
        moved[1] *= 1.0 - judged.partly
        widened[1] *= 1.0 - judged.partly
    who = np.logical_or.reduce(judged.z > level.FAR).nonzero()[0]
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
    if judged.partly.any():
        trusted = trusted * np.stack([np.ones_like(judged.partly), 1.0 - judged.partly])
    seasons.learn(draft, column, judged.seasons, flat=judged.flat, dt=dt, trust=trusted, by=by_chance)
    yesterdays.learn(draft, column, judged.yesterdays, dt, memory)
    _sizes(judged, rows)
    rows["count"] = rows["count"] + 1


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


def _largest(draft: Draft, column: Column, judged: Judged, *, believed: bool) -> None:
    """Keep the largest deviation of the block, and whether the sample itself is outside."""
    rows, above = column.rows, judged.above
    if len(above):
        back = judged.z[0, above] < returns.START
        burst = np.where(back, 0.0, np.where(judged.each[0] >= 1.0, 1.0, rows["burst"][above]))
        if burst.any():  # what ends is ended by the judge
            rows.own("burst")[above] = burst
    block = draft.block(column.now)
    counts = judged.warm if column.unlearnt is None else judged.warm & ~column.unlearnt
    bad = judged.bad if counts.all() else np.where(counts, judged.bad, 0.0)
    before = block[:, column.pick]
    largest = np.fmax(np.abs(before), bad)
    after = np.copysign(largest, before)
    reported = above[(judged.score[above] >= 1.0) & counts[above]] if len(above) and not believed else above[:0]
    if len(reported):
        others = [other[:, column.pick][:, reported] for other in draft.ring if other is not block]
        new = (largest > np.abs(before))[:, reported] & returns.is_news(largest[:, reported], others)
        after[:, reported] = np.where(new, -largest[:, reported], after[:, reported])
    block[:, column.pick] = after


def _sizes(judged: Judged, rows: Rows) -> None:
    x = judged.x
    rows["size"] = rows["size"] + (np.abs(x) - rows["size"]) * level.weight(judged.dt, rows["age"], level.SIZE_MEMORY)
    change = np.abs(x - rows["previous"])
    smaller = ((change > 0) & (change < rows["quantum"])).nonzero()[0]
    if len(smaller):
        rows.own("quantum")[smaller] = change[smaller]
    if rows["whole"].any():
        rows["whole"] = rows["whole"] * (x == np.rint(x))
    rows["previous"] = x.copy()  # of the frame one column alone is kept
