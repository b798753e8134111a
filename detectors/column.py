"""One column of samples after the other: judged against what is known, then learnt from.

Arrays are (S,) one value a series, or (K, S) for the K scales; `pick` says which of the state's rows have a sample.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats
from detectors.models import absence, level, returns, season
from detectors.scores import Model, Scores
from detectors.state import BLOCK, BLOCKS, DAY, ROWS, SCALED, SCALES, State, slot_seconds
from detectors.watch import Direction, Watch

WARM_ROWS = 24
WARM_SPAN = 3_600.0
"""A series is judged from its 24th sample on, and not in its first hour."""
TICK = 60.0
"""Samples nearer than so many seconds count as one where rarity is counted: they repeat each other."""
HOLE = 3.0
"""A sample after a hole stands for at most so many usual spacings."""
SPEAKS = 0.7
"""From this score on the hour's mean may speak in place of the sample."""

Pick = slice | NDArray[np.intp]


@dataclass(slots=True, kw_only=True)
class _Judged:
    """What one column was judged by.

    x: (S,) samples. dt: (S,) seconds that a sample stands for. age: (S,) seconds learnt from, this one included.
    first: (S,) whether it is a series' first. warm: (S,) whether it may be judged. floor: (S,) the least spread.
    mean: (K, S) the sample at each scale. flat, daily: (K, S) its distance from the level, and from the profile too.
    residual: (K, S) the one of both that counts. z: (K, S) the residual in spreads. usual, visits: the slot's profile.
    peak, bar: (K, S) how large the deviation is, and how large it may be. each: (K, S) scores. score: (S,) as one.
    """

    pick: Pick
    slot: int
    x: Floats
    dt: Floats
    age: Floats
    first: NDArray[np.bool_]
    warm: NDArray[np.bool_]
    floor: Floats
    mean: Floats
    flat: Floats
    daily: Floats
    usual: Floats
    visits: Floats
    seasonal: NDArray[np.bool_]
    residual: Floats
    z: Floats
    peak: Floats
    bar: Floats
    each: Floats
    score: Floats


class Columns:
    """A copy of a state that the columns of one frame are judged by and written into, in order of time."""

    def __init__(self, watch: Watch, state: State) -> None:
        """Copy what is written in place; profile and ring are replaced slot by slot."""
        self.watch = watch
        self.before = state
        self.now = state.watermark_s
        self.all = {name: getattr(state, name).copy() for name in ROWS + SCALED}
        self.profile, self.seen, self.ring = list(state.profile), list(state.seen), list(state.ring)
        self.every = watch.every.total_seconds()
        self.accept = watch.accept_after.total_seconds()
        self.absent_after = None if watch.absent_after is None else watch.absent_after.total_seconds()
        self.slot_s = slot_seconds(watch)

    def state(self) -> State:
        """The state after the columns taken so far."""
        arrays: dict[str, Any] = dict(self.all)
        stacks: dict[str, Any] = {"profile": tuple(self.profile), "seen": tuple(self.seen), "ring": tuple(self.ring)}
        return replace(self.before, watermark_s=self.now, **arrays, **stacks)

    def take(self, now: float, sample: Floats, scores: Scores, column: int) -> None:
        """Score the samples (S,) of one instant, NaN = none, into the column of `scores`, and learn from them."""
        here = ~np.isnan(sample)
        self._turn(now)
        elapsed = 0.0 if np.isnan(self.now) else now - self.now
        self.now = now
        if not here.all():
            self._silence(elapsed, ~here, scores, column)
        if here.any():
            pick: Pick = slice(None) if here.all() else np.flatnonzero(here)
            rows = {name: array[..., pick] for name, array in self.all.items()}
            judged = self._judge(now, sample[pick], pick, rows)
            self._write(judged, rows, scores, column)
            self._learn(now, judged, rows)
            for name, array in self.all.items():
                array[..., pick] = rows[name]

    def _turn(self, now: float) -> None:
        """Entering a new block clears those that are 28 days old."""
        if np.isnan(self.now):
            return
        old, new = int(self.now // BLOCK), int(now // BLOCK)
        if new == old:
            return
        for block in range(max(old + 1, new - BLOCKS + 1), new + 1):
            self.ring[block % BLOCKS] = np.zeros_like(self.ring[0])
        self.all["edge"], self.all["slope"], self.all["peaks"] = returns.tail(np.stack(self.ring), self.all["age"])

    def _silence(self, elapsed: float, gone: NDArray[np.bool_], scores: Scores, column: int) -> None:
        state = self.all
        known = gone & ~np.isnan(state["last"])
        # A hole between columns is nobody's silence: there the source was not asked.
        state["silent"][known] += np.minimum(elapsed, HOLE * np.fmax(state["gap"], self.every))[known]
        if self.absent_after is None:
            return
        limit = absence.allowed(self.absent_after, state["patience"], state["gap"], self.every)
        absent = known & (state["silent"] >= limit) & (state["silent"] < limit + self.accept)
        if absent.any():
            scores.score[absent, column] = (state["silent"] / limit)[absent]
            scores.silent[absent, column] = state["silent"][absent]
            scores.model[absent, column] = Model.ABSENCE

    def _judge(self, now: float, x: Floats, pick: Pick, rows: dict[str, Floats]) -> _Judged:
        dt, away = self._clock(now, rows)
        age, first = rows["age"] + dt, rows["count"] == 0
        mean = self._scales(x, dt, away, age, rows)
        flat = np.where(first, 0.0, mean - rows["level"])
        slot = int(now % DAY // self.slot_s)
        usual = self.profile[slot][:, pick].astype(np.float64)
        visits = self.seen[slot][pick].astype(np.float64)
        daily = flat - usual
        seasonal = season.is_used(rows["error_flat"], rows["error_daily"], visits, rows["gate"])
        residual = np.where(seasonal, daily, flat)
        floor = level.spread_floor(rows["size"], rows["quantum"], rows["whole"])
        z = level.deviation(residual, rows["var"], floor)
        # Once the sample is back from its own deviation, the hour's mean starts afresh: recoveries do not fire.
        back = (rows["burst"] > 0) & (np.abs(z[0]) < returns.START)
        mean[1] = np.where(back, mean[1] - residual[1], mean[1])
        for of_hour in (residual, flat, daily, z):
            of_hour[1] = np.where(back, 0.0, of_hour[1])
        peak = returns.peakiness(self._bad_side(z))
        tail = returns.Tail(edge=rows["edge"], slope=rows["slope"], peaks=rows["peaks"])
        bar = returns.level(tail, rows["age"], rows["ticks"], self._wanted(rows))
        small = np.abs(residual) < self.watch.min_change
        each = returns.score(np.where(small, 0.0, peak), bar, rows["slope"])
        return _Judged(
            pick=pick,
            slot=slot,
            x=x,
            dt=dt,
            age=age,
            first=first,
            warm=(rows["count"] >= WARM_ROWS) & (now - rows["start"] >= WARM_SPAN),
            floor=floor,
            mean=mean,
            flat=flat,
            daily=daily,
            usual=usual,
            visits=visits,
            seasonal=seasonal,
            residual=residual,
            z=z,
            peak=peak,
            bar=bar,
            each=each,
            score=returns.together(each),
        )

    def _clock(self, now: float, rows: dict[str, Floats]) -> tuple[Floats, Floats]:
        """(S,) the seconds a sample stands for, and those since the last; the rows' times are brought up to date."""
        known, second = ~np.isnan(rows["last"]), np.isnan(rows["gap"])
        away = np.where(known, now - rows["last"], self.every)
        gap = np.where(second, away, np.minimum(away, 1.1 * rows["gap"]))
        dt = np.where(second, away, np.minimum(away, HOLE * rows["gap"]))
        if self.absent_after is not None:
            silent = rows["silent"] + np.minimum(away, HOLE * np.fmax(gap, self.every))
            limit = absence.allowed(self.absent_after, rows["patience"], gap, self.every)
            faded = rows["patience"] * np.exp2(-dt / absence.PATIENCE_MEMORY)
            rows["patience"] = np.where(rows["silent"] > 0, absence.learnt(faded, silent, limit, gap), faded)
        rows["start"] = np.where(known, rows["start"], now)
        rows["silent"] = np.zeros_like(dt)
        rows["gap"] = np.where(known, gap, np.nan)
        rows["last"] = np.full_like(dt, now)
        return dt, away

    def _scales(self, x: Floats, dt: Floats, away: Floats, age: Floats, rows: dict[str, Floats]) -> Floats:
        """(K, S) the sample itself, and the mean of the last hour; after a hole of an hour, the sample again."""
        hour = SCALES[1]
        share = np.minimum(1.0, np.maximum(dt / np.minimum(age, hour), away / hour))
        before = rows["mean"][1]
        return np.stack([x, before + (x - before) * share])

    def _wanted(self, rows: dict[str, Floats]) -> Floats:
        """(S,) samples in which a series may exceed its level once, for the watch to keep its budget."""
        alive = max(1, int(np.count_nonzero(~np.isnan(self.all["last"]))))
        wanted: Floats = returns.BUDGET_SPAN * alive / (self.watch.budget * self._ticks(rows))
        return wanted

    def _ticks(self, rows: dict[str, Floats]) -> Floats:
        """(S,) seconds between samples that count as two."""
        return np.fmax(np.where(np.isnan(rows["gap"]), self.every, rows["gap"]), TICK)

    def _bad_side(self, z: Floats) -> Floats:
        match self.watch.bad:
            case Direction.ABOVE:
                return np.maximum(z, 0.0)
            case Direction.BELOW:
                return np.maximum(-z, 0.0)
            case Direction.BOTH:
                return np.abs(z)

    def _write(self, judged: _Judged, rows: dict[str, Floats], scores: Scores, column: int) -> None:
        drift = (judged.each[1] > judged.each[0]) & (judged.score >= SPEAKS)
        scale = drift.astype(np.intp)[None]

        def spoken(array: Floats) -> Floats:
            chosen: Floats = np.take_along_axis(array, scale, axis=0)[0]
            return chosen

        observed = spoken(judged.mean)
        expected = observed - spoken(judged.residual)
        # Where one of two scales is quiet, the other reaches the score 1 at twice the rarity.
        reach = spoken(judged.bar) + np.log(len(SCALES)) * spoken(rows["slope"])
        spread = np.maximum(np.sqrt(spoken(rows["var"])), judged.floor)
        half = np.maximum(returns.size_of(reach) * spread, self.watch.min_change)
        pick, warm = judged.pick, judged.warm
        scores.score[pick, column] = np.where(warm, judged.score, np.nan)
        scores.observed[pick, column] = observed
        scores.expected[pick, column] = np.where(warm, expected, np.nan)
        scores.low[pick, column] = np.where(warm, expected - half, np.nan)
        scores.high[pick, column] = np.where(warm, expected + half, np.nan)
        model = np.where(drift, Model.DRIFT, np.where(judged.seasonal[0], Model.SEASON, Model.LEVEL))
        scores.model[pick, column] = np.where(warm, model, Model.NONE)

    def _learn(self, now: float, judged: _Judged, rows: dict[str, Floats]) -> None:
        self._remember(now, judged, rows)
        dt, age = judged.dt, judged.age
        far = np.abs(judged.z) > level.FAR
        trust = level.trust(judged.z, rows["beyond"], self.accept)
        # A change that has stayed is taken over within hours, not days.
        memory = np.where(far & (rows["beyond"] >= self.accept), level.SETTLE_MEMORY, level.LEVEL_MEMORY)
        rows["beyond"] = np.where(far, rows["beyond"] + dt, 0.0)
        learnt = rows["level"] + trust * judged.flat * level.weight(dt, age, memory)
        rows["level"] = np.where(judged.first, judged.mean, learnt)
        memory = np.maximum(level.SPREAD_MEMORY, level.SPREAD_ROWS * np.fmax(rows["gap"], 0.0))
        rows["var"] = rows["var"] + trust * (judged.residual**2 - rows["var"]) * level.weight(dt, age, memory)
        self._season(judged, trust, rows)
        back = np.abs(judged.z[0]) < returns.START
        rows["burst"] = np.where(back, 0.0, np.where(judged.each[0] >= 1.0, 1.0, rows["burst"]))
        rows["mean"] = judged.mean
        self._sizes(judged, rows)
        rows["age"], rows["count"] = age, rows["count"] + 1
        tick = self._ticks(rows)
        rows["ticks"] = np.minimum(rows["ticks"] + dt / tick, returns.MONTH / tick)

    def _remember(self, now: float, judged: _Judged, rows: dict[str, Floats]) -> None:
        """Keep the block's largest peak; what is above the level counts only in part."""
        damped = np.minimum(judged.peak, judged.bar + returns.DAMP * (judged.peak - judged.bar))
        place, pick = int(now // BLOCK) % BLOCKS, judged.pick
        held = self.ring[place][:, pick]
        larger = (damped > held) & judged.warm
        if not larger.any():
            return
        block = self.ring[place].copy()
        block[:, pick] = np.where(larger, damped, held)
        self.ring[place] = block
        changed = np.flatnonzero(larger.any(axis=0))
        at = changed if isinstance(pick, slice) else pick[changed]
        edge, slope, peaks = returns.tail(np.stack([old[:, at] for old in self.ring]), rows["age"][changed])
        for name, new in (("edge", edge), ("slope", slope), ("peaks", peaks)):
            rows[name] = rows[name].copy()
            rows[name][:, changed] = new

    def _season(self, judged: _Judged, trust: Floats, rows: dict[str, Floats]) -> None:
        visit = np.minimum(1.0, judged.dt / self.slot_s)
        visits = judged.visits + visit
        profile, seen = self.profile[judged.slot].copy(), self.seen[judged.slot].copy()
        share = visit / np.clip(visits, 1.0, season.VISIT_MEMORY)
        profile[:, judged.pick] = judged.usual + trust * judged.daily * share
        seen[judged.pick] = visits
        self.profile[judged.slot], self.seen[judged.slot] = profile, seen
        learns = visits > season.VISITS
        rows["compared"] = rows["compared"] + np.where(learns, judged.dt, 0.0)
        share = level.weight(judged.dt, np.maximum(rows["compared"], judged.dt), season.ERROR_MEMORY)
        for name, error in (("error_flat", judged.flat), ("error_daily", judged.daily)):
            mean = rows[name]
            rows[name] = np.where(learns, mean + share * (season.clipped(error, mean) - mean), mean)

    def _sizes(self, judged: _Judged, rows: dict[str, Floats]) -> None:
        x = judged.x
        rows["size"] = rows["size"] + (np.abs(x) - rows["size"]) * level.weight(
            judged.dt, judged.age, level.SIZE_MEMORY
        )
        change = np.abs(x - rows["previous"])
        rows["quantum"] = np.where(change > 0, np.minimum(rows["quantum"], change), rows["quantum"])
        rows["whole"] = np.where(x == np.rint(x), np.where(judged.first, 1.0, rows["whole"]), 0.0)
        rows["previous"] = x
