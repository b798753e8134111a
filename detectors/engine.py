"""The only way to score: a watch, what it has learnt and a frame give the next state and the scores.

Everything goes column by column, so that a frame scored whole or in parts gives the same. Constants are times, not rows: a state
warmed from history at one spacing goes on at another.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats, Frame, Labels
from detectors.models import absence, level, returns, season
from detectors.state import BLOCK, BLOCKS, DAY, ROWS, SCALED, SCALES, Singles, State, slot_seconds
from detectors.watch import Direction, Watch

WARM_ROWS = 24
WARM_SPAN = 3_600.0
TICK = 15.0
"""Samples nearer than so many seconds count as one where rarity is counted: they repeat each other."""
HOLE = 3.0
"""A sample after a hole stands for at most so many usual spacings."""
FORGET = 14 * DAY
"""A series unseen for so long is forgotten."""


class Model(IntEnum):
    """Which model spoke: the sample against its level, against its clock time, the mean of an hour, or silence."""

    NONE = 0
    LEVEL = 1
    SEASON = 2
    DRIFT = 3
    ABSENCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What `step` says of each series at each time.

    keys: the S series, in the state's order, with their components. times: (T,) float64 epoch seconds, those after the state's watermark alone.
    score: (S, T) float32; 1.0 and above = anomalous, NaN = unknown (no sample, or warming up).
    observed, expected, low, high: (S, T) float32 in the watch's unit; the band's edges are where the score is 1.
        Of the hour's mean where the model is DRIFT; NaN where it is ABSENCE.
    model: (S, T) int8, a Model. silent: (S, T) float32, seconds without a sample, NaN where it is not an ABSENCE.
    """

    keys: tuple[Labels, ...]
    components: tuple[str, ...]
    times: Floats
    score: Singles
    observed: Singles
    expected: Singles
    low: Singles
    high: Singles
    model: NDArray[np.int8]
    silent: Singles


def step(watch: Watch, state: State, frame: Frame) -> tuple[State, Scores]:
    """Score the columns that come after the state's watermark, and learn from them.

    Raises ValueError where a series lacks a label that the watch's component asks for.
    """
    fresh = np.ones(len(frame.times), np.bool_) if np.isnan(state.watermark_s) else frame.times > state.watermark_s
    times = frame.times[fresh]
    if not len(times):
        return state, _blank(state, times)
    state = state.joined(watch, frame.keys)
    values = _aligned(state.keys, frame, fresh)
    work = _Work(watch, state)
    scores = _blank(state, times)
    for column, (now, sample) in enumerate(zip(times.tolist(), values, strict=True)):
        work.column(now, sample, scores, column)
    after = work.state()
    stale = after.watermark_s - np.fmax(after.last, -np.inf) > FORGET
    return (after.kept(~stale) if stale.any() else after), scores


def _blank(state: State, times: Floats) -> Scores:
    shape = (len(state.keys), len(times))
    # One column is written at a time: columns lie together in memory.
    unknown = [np.full(shape[::-1], np.nan, np.float32).T for _ in range(6)]
    score, observed, expected, low, high, silent = unknown
    model = np.zeros(shape[::-1], np.int8).T
    return Scores(
        keys=state.keys,
        components=state.components,
        times=times,
        score=score,
        observed=observed,
        expected=expected,
        low=low,
        high=high,
        model=model,
        silent=silent,
    )


def _aligned(keys: tuple[Labels, ...], frame: Frame, fresh: NDArray[np.bool_]) -> Floats:
    """(T, S) the fresh columns with the state's rows; what is not a number is no sample."""
    values = frame.values[:, fresh].T
    if keys != frame.keys:
        row = {key: i for i, key in enumerate(keys)}
        spread = np.full((values.shape[0], len(keys)), np.nan)
        spread[:, [row[key] for key in frame.keys]] = values
        values = spread
    return np.where(np.isfinite(values), values, np.nan)


class _Work:
    """A copy of the state that the columns of one frame are written into."""

    def __init__(self, watch: Watch, state: State) -> None:
        self.before = state
        self.a = {name: getattr(state, name).copy() for name in ROWS + SCALED}
        self.profile, self.seen, self.ring = list(state.profile), list(state.seen), list(state.ring)
        self.now = state.watermark_s
        self.watch = watch
        self.every = watch.every.total_seconds()
        self.slot_s = slot_seconds(watch)
        self.absent_after = None if watch.absent_after is None else watch.absent_after.total_seconds()

    def state(self) -> State:
        return replace(
            self.before,
            watermark_s=self.now,
            profile=tuple(self.profile),
            seen=tuple(self.seen),
            ring=tuple(self.ring),
            **self.a,
        )

    def column(self, now: float, sample: Floats, scores: Scores, column: int) -> None:
        here = ~np.isnan(sample)
        self._turn(now)
        elapsed = 0.0 if np.isnan(self.now) else now - self.now
        self.now = now
        if not here.all():
            self._silence(elapsed, ~here, scores, column)
        if here.any():
            pick: slice | NDArray[np.intp] = slice(None) if here.all() else np.flatnonzero(here)
            self._judge(now, sample[pick], pick, scores, column)

    def _turn(self, now: float) -> None:
        """Entering a new block clears the ones that are 28 days old."""
        if np.isnan(self.now):
            return
        old, new = int(self.now // BLOCK), int(now // BLOCK)
        if new == old:
            return
        for block in range(max(old + 1, new - BLOCKS + 1), new + 1):
            self.ring[block % BLOCKS] = np.zeros_like(self.ring[0])
        self.a["edge"], self.a["slope"], self.a["peaks"] = returns.tail(np.stack(self.ring))

    def _silence(self, elapsed: float, gone: NDArray[np.bool_], scores: Scores, column: int) -> None:
        a = self.a
        known = gone & ~np.isnan(a["last"])
        # A hole between columns is nobody's silence: there the source was not asked.
        a["silent"][known] += np.minimum(elapsed, HOLE * np.fmax(a["gap"], self.every))[known]
        if self.absent_after is None:
            return
        limit = absence.allowed(self.absent_after, a["patience"], a["gap"], self.every)
        lasting = a["silent"] < limit + self.watch.accept_after.total_seconds()
        absent = known & lasting & (a["silent"] >= limit)
        if absent.any():
            scores.score[absent, column] = (a["silent"] / limit)[absent]
            scores.silent[absent, column] = a["silent"][absent]
            scores.model[absent, column] = Model.ABSENCE

    def _judge(self, now: float, x: Floats, pick: slice | NDArray[np.intp], scores: Scores, column: int) -> None:
        r = {name: array[..., pick] for name, array in self.a.items()}
        dt, away = self._clock(now, r)
        age, count = r["age"] + dt, r["count"] + 1
        first = r["count"] == 0
        floor = level.spread_floor(r["size"], r["quantum"], r["whole"])

        mean = np.stack([x, r["mean"][1]])
        hour = SCALES[1]
        share = np.maximum(dt / np.minimum(age, hour), np.minimum(1.0, away / hour))
        mean[1] += (x - mean[1]) * np.minimum(share, 1.0)
        flat = np.where(first, 0.0, mean - r["level"])
        slot = int(now % DAY // self.slot_s)
        usual = self.profile[slot][:, pick].astype(np.float64)
        visits = self.seen[slot][pick].astype(np.float64)
        daily = flat - usual
        seasonal = season.is_used(r["error_flat"], r["error_daily"], visits, r["gate"])
        residual = np.where(seasonal, daily, flat)
        z = level.deviation(residual, r["var"], floor)

        wanted = self._wanted(r)
        bar = returns.level(r["edge"], r["slope"], r["peaks"], r["age"], r["ticks"], wanted)
        bad = self._bad_side(z)
        peak = returns.peakiness(bad)
        each = returns.score(np.where(np.abs(residual) < self.watch.min_change, 0.0, peak), bar, r["slope"])
        whole = returns.together(each)
        warm = (r["count"] >= WARM_ROWS) & (now - r["start"] >= WARM_SPAN)
        self._write(scores, column, pick, warm, each, whole, mean, residual, bar, r, floor, seasonal)

        # From here on the column is learnt.
        self._remember(now, pick, warm, peak, bar, r)
        accept = self.watch.accept_after.total_seconds()
        far = np.abs(z) > level.FAR
        w = level.trust(z, r["beyond"], accept)
        settled = np.where(far & (r["beyond"] >= accept), level.SETTLE_MEMORY, level.LEVEL_MEMORY)
        r["beyond"] = np.where(far, r["beyond"] + dt, 0.0)
        r["level"] = np.where(first, mean, r["level"] + w * flat * np.minimum(1.0, dt / np.minimum(age, settled)))
        spread = np.maximum(level.SPREAD_MEMORY, level.SPREAD_ROWS * np.fmax(r["gap"], 0.0))
        r["var"] = r["var"] + w * (residual**2 - r["var"]) * np.minimum(1.0, dt / np.minimum(age, spread))
        self._season(slot, pick, dt, age, w, flat, daily, usual, visits, r)
        back = (r["burst"] > 0) & (np.abs(z[0]) < returns.START)
        r["mean"] = mean
        r["mean"][1] = np.where(back, mean[1] - residual[1], mean[1])
        r["burst"] = np.where(back, 0.0, np.where(each[0] >= 1.0, 1.0, r["burst"]))
        r["size"] = r["size"] + (np.abs(x) - r["size"]) * level.weight(dt, age, level.SIZE_MEMORY)
        change = np.abs(x - r["previous"])
        r["quantum"] = np.where(change > 0, np.minimum(r["quantum"], change), r["quantum"])
        r["whole"] = np.where(x == np.rint(x), np.where(first, 1.0, r["whole"]), 0.0)
        r["previous"] = x
        r["age"], r["count"] = age, count
        r["ticks"] = np.minimum(r["ticks"] + dt / np.fmax(r["gap"], TICK), returns.MONTH / np.fmax(r["gap"], TICK))
        for name, array in self.a.items():
            array[..., pick] = r[name]

    def _clock(self, now: float, r: dict[str, Floats]) -> tuple[Floats, Floats]:
        """(S,) the seconds that a sample stands for, and those since the last one; usual gap and patience are brought up to date."""
        away = np.where(np.isnan(r["last"]), self.every, now - r["last"])
        second = np.isnan(r["gap"])
        gap = np.where(second, away, np.minimum(away, 1.1 * r["gap"]))
        dt = np.where(second, away, np.minimum(away, HOLE * r["gap"]))
        r["start"] = np.where(np.isnan(r["start"]), now, r["start"])
        if self.absent_after is not None:
            silent = r["silent"] + np.minimum(away, HOLE * np.fmax(gap, self.every))
            limit = absence.allowed(self.absent_after, r["patience"], gap, self.every)
            faded = r["patience"] * np.exp2(-dt / absence.PATIENCE_MEMORY)
            gone = r["silent"] > 0
            r["patience"] = np.where(gone, absence.learnt(faded, silent, limit, gap), faded)
        r["silent"] = np.zeros_like(dt)
        r["gap"] = np.where(np.isnan(r["last"]), np.nan, gap)
        r["last"] = np.full_like(dt, now)
        return dt, away

    def _wanted(self, r: dict[str, Floats]) -> Floats:
        """(S,) samples in which a series may exceed its level once, for the watch to keep its budget."""
        alive = max(1, int(np.count_nonzero(~np.isnan(self.a["last"]))))
        spacing = np.fmax(np.where(np.isnan(r["gap"]), self.every, r["gap"]), TICK)
        wanted: Floats = returns.BUDGET_SPAN * alive / (self.watch.budget * spacing)
        return wanted

    def _bad_side(self, z: Floats) -> Floats:
        match self.watch.bad:
            case Direction.ABOVE:
                return np.maximum(z, 0.0)
            case Direction.BELOW:
                return np.maximum(-z, 0.0)
            case Direction.BOTH:
                return np.abs(z)

    def _remember(
        self,
        now: float,
        pick: slice | NDArray[np.intp],
        warm: NDArray[np.bool_],
        peak: Floats,
        bar: Floats,
        r: dict[str, Floats],
    ) -> None:
        """Keep the block's largest peak; what is above the level counts only in part."""
        peak = np.where(warm, np.minimum(peak, bar + returns.DAMP * (peak - bar)), 0.0)
        place = int(now // BLOCK) % BLOCKS
        held = self.ring[place][:, pick]
        larger = peak > held
        if not larger.any():
            return
        block = self.ring[place].copy()
        block[:, pick] = np.where(larger, peak, held)
        self.ring[place] = block
        rows = np.flatnonzero(larger.any(axis=0))
        at = rows if isinstance(pick, slice) else pick[rows]
        edge, slope, peaks = returns.tail(np.stack([old[:, at] for old in self.ring]))
        for name, new in (("edge", edge), ("slope", slope), ("peaks", peaks)):
            r[name] = r[name].copy()
            r[name][:, rows] = new

    def _season(
        self,
        slot: int,
        pick: slice | NDArray[np.intp],
        dt: Floats,
        age: Floats,
        w: Floats,
        flat: Floats,
        daily: Floats,
        usual: Floats,
        visits: Floats,
        r: dict[str, Floats],
    ) -> None:
        visit = np.minimum(1.0, dt / self.slot_s)
        visits = visits + visit
        profile, seen = self.profile[slot].copy(), self.seen[slot].copy()
        profile[:, pick] = usual + w * daily * visit / np.clip(visits, 1.0, season.VISIT_MEMORY)
        seen[pick] = visits
        self.profile[slot], self.seen[slot] = profile, seen
        share = level.weight(dt, age, season.ERROR_MEMORY)
        learn = visits > season.VISITS
        for name, error in (("error_flat", flat), ("error_daily", daily)):
            mean = r[name]
            r[name] = np.where(learn, mean + share * (season.clipped(error, mean) - mean), mean)

    def _write(
        self,
        scores: Scores,
        column: int,
        pick: slice | NDArray[np.intp],
        warm: NDArray[np.bool_],
        each: Floats,
        whole: Floats,
        mean: Floats,
        residual: Floats,
        bar: Floats,
        r: dict[str, Floats],
        floor: Floats,
        seasonal: NDArray[np.bool_],
    ) -> None:
        drift = (each[1] > each[0]) & (whole >= 0.7)
        observed, error = np.where(drift, mean[1], mean[0]), np.where(drift, residual[1], residual[0])
        expected = observed - error
        # Where one of two scales is quiet, the other reaches the score 1 at twice the rarity.
        reach = np.where(drift, bar[1], bar[0]) + np.log(2.0) * np.where(drift, r["slope"][1], r["slope"][0])
        spread = np.maximum(np.sqrt(np.where(drift, r["var"][1], r["var"][0])), floor)
        half = np.maximum(returns.size_of(reach) * spread, self.watch.min_change)
        scores.score[pick, column] = np.where(warm, whole, np.nan)
        scores.observed[pick, column] = observed
        scores.expected[pick, column] = np.where(warm, expected, np.nan)
        scores.low[pick, column] = np.where(warm, expected - half, np.nan)
        scores.high[pick, column] = np.where(warm, expected + half, np.nan)
        plain = np.where(seasonal[0], Model.SEASON, Model.LEVEL)
        scores.model[pick, column] = np.where(warm, np.where(drift, Model.DRIFT, plain), Model.NONE)
