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
from detectors.state import BLOCK, BLOCKS, DAY, ROWS, SCALED, SCALES, Singles, State, slot_seconds
from detectors.watch import Direction, Watch

WARM_ROWS = 24
WARM_SPAN = 3_600.0
"""A series is judged from its 24th sample on, and not in its first hour."""
TICK = 10.0
"""Samples nearer than so many seconds count as one where rarity is counted: they repeat each other."""
HOLE = 3.0
"""A sample after a hole stands for at most so many usual spacings."""
SPEAKS = 0.7
"""From this score on the hour's mean may speak in place of the sample."""
REFRESH = 3_600.0
"""What a score of 1 takes is worked out anew once in so many seconds."""
HOUR = SCALES[1]

Pick = slice | NDArray[np.intp]
Rows = dict[str, Floats]


@dataclass(slots=True, kw_only=True)
class _Judged:
    """What one column was judged by; the rows' own state is still that of before.

    x: (S,) samples. dt: (S,) seconds that a sample stands for.
    flat, daily: (K, S) distances from the level, and from the profile too; residual: (K, S) the one that counts.
    usual, visits: the slot's profile. seasonal: (K, S) whether it is used. spread: (K, S).
    z: (K, S) the residual in spreads, unsigned. score: (S,).
    hot: rows beyond START on the bad side. peak, each: (K, hot) how large their deviation is, and its score.
    """

    pick: Pick
    slot: int
    x: Floats
    dt: Floats
    warm: NDArray[np.bool_]
    flat: Floats
    daily: Floats
    usual: Floats
    visits: Floats
    seasonal: NDArray[np.bool_]
    residual: Floats
    spread: Floats
    z: Floats
    score: Floats
    hot: NDArray[np.intp]
    peak: Floats
    each: Floats


def is_warm(count: Floats, age: Floats) -> NDArray[np.bool_]:
    """(S,) whether a series has been heard often and long enough to be scored."""
    return (count >= WARM_ROWS) & (age > WARM_SPAN)


class Columns:
    """A copy of a state that the columns of one frame are judged by and written into, in order of time."""

    def __init__(self, watch: Watch, state: State, *, damp: float = returns.DAMP) -> None:
        """Copy what is written in place; profile and ring are replaced slot by slot."""
        self.watch = watch
        self.before = state
        self.damp = damp
        self.now = state.watermark_s
        self.all = {name: getattr(state, name).copy() for name in ROWS + SCALED}
        self.profile, self.seen, self.ring = list(state.profile), list(state.seen), list(state.ring)
        self.owned: set[int] = set()
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
        here = sample == sample  # noqa: PLR0124  # not NaN, in one pass
        self._turn(now)
        elapsed = 0.0 if np.isnan(self.now) else now - self.now
        self.now = now
        whole = bool(here.all())
        if not whole:
            self._silence(elapsed, ~here, scores, column)
            if not here.any():
                return
        pick: Pick = slice(None) if whole else np.flatnonzero(here)
        rows = self.all if whole else {name: array[..., pick] for name, array in self.all.items()}
        judged = self._judge(now, elapsed, sample[pick], pick, rows)
        self._write(judged, rows, scores, column)
        self._learn(now, judged, rows)
        if not whole:
            for name, array in self.all.items():
                array[..., pick] = rows[name]

    def refresh(self) -> None:
        """Work out anew what a score of 1 takes."""
        rows, wanted, sure = self.all, self._wanted(), self.all["sure"] > 0
        tail = returns.tail(np.stack(self.ring))
        bar = returns.level(tail, rows["age"], rows["ticks"], wanted)
        if sure.any():
            bar = np.where(sure, returns.believed(tail, rows["ticks"], wanted), bar)
        # Where one of two scales is quiet, the other reaches the score 1 at twice the rarity.
        reach = returns.size_of(bar + np.log(len(SCALES)) * tail.slope)
        calm = returns.together(returns.score(np.zeros_like(bar), bar, tail.slope))
        rows.update(bar=bar, slope=tail.slope, reach=reach, calm=calm)

    def _turn(self, now: float) -> None:
        """Entering a new block clears those that are 28 days old; an hour later, the bars are others."""
        if np.isnan(self.now):
            self.refresh()
            return
        old, new = int(self.now // BLOCK), int(now // BLOCK)
        for block in range(max(old + 1, new - BLOCKS + 1), new + 1):
            self.ring[block % BLOCKS] = np.zeros_like(self.ring[0])
        if self.now // REFRESH != now // REFRESH:
            self.refresh()

    def _silence(self, elapsed: float, gone: NDArray[np.bool_], scores: Scores, column: int) -> None:
        rows = self.all
        known = np.flatnonzero(gone & (rows["count"] > 0))
        spacing = absence.spacing(rows["gap"][known], self.every)
        # A hole between columns is nobody's silence: there the source was not asked.
        silent = rows["silent"][known] + np.minimum(elapsed, HOLE * spacing)
        rows["silent"][known] = silent
        if self.absent_after is None:
            return
        patience = absence.faded(rows["patience"][known], self.now - rows["patient_at"][known])
        limit = absence.allowed(self.absent_after, patience, spacing)
        absent = (silent >= limit) & (silent < limit + self.accept)
        if absent.any():
            who = known[absent]
            scores.score[who, column] = silent[absent] / limit[absent]
            scores.silent[who, column] = silent[absent]
            scores.model[who, column] = Model.ABSENCE

    def _judge(self, now: float, elapsed: float, x: Floats, pick: Pick, rows: Rows) -> _Judged:
        dt = self._clock(now, elapsed, x, rows)
        flat = np.stack([x, rows["hour"]])
        flat -= rows["level"]
        slot = int(now % DAY // self.slot_s)
        usual = self.profile[slot][:, pick].astype(np.float64)
        visits = self.seen[slot][pick].astype(np.float64)
        daily = flat - usual
        seasonal = season.is_used(rows["error_flat"], rows["error_daily"], visits, rows["gate"])
        residual = np.where(seasonal, daily, flat)
        floor = level.spread_floor(rows["size"], rows["quantum"], rows["whole"])
        spread = np.maximum(np.sqrt(rows["var"]), floor)
        signed = residual / spread
        z = np.abs(signed)
        if rows["burst"].any():
            self._back(rows, residual, z, (flat, daily, residual, signed, z))
        bad = self._bad_side(signed, z)
        hot = np.flatnonzero((bad > returns.START).any(axis=0))
        score, peak, each = rows["calm"].copy(), np.zeros((len(SCALES), 0)), np.zeros((len(SCALES), 0))
        if len(hot):
            peak = returns.peakiness(bad[:, hot])
            heard = peak
            if self.watch.min_change > 0:
                heard = np.where(np.abs(residual[:, hot]) < self.watch.min_change, 0.0, peak)
            each = returns.score(heard, rows["bar"][:, hot], rows["slope"][:, hot])
            score[hot] = returns.together(each)
        return _Judged(
            pick=pick,
            slot=slot,
            x=x,
            dt=dt,
            warm=is_warm(rows["count"], rows["age"]),
            flat=flat,
            daily=daily,
            usual=usual,
            visits=visits,
            seasonal=seasonal,
            residual=residual,
            spread=spread,
            z=z,
            score=score,
            hot=hot,
            peak=peak,
            each=each,
        )

    def _clock(self, now: float, elapsed: float, x: Floats, rows: Rows) -> Floats:
        """(S,) the seconds a sample stands for; times, ages and the hour's mean are brought up to date."""
        away = now - rows["last"]
        first = rows["count"] == 0
        if first.any():
            away[first] = self.every
            rows["hour"][first] = x[first]
            rows["level"][:, first] = x[first]
        gap = rows["gap"]
        dt = np.minimum(away, HOLE * gap)
        gap = np.where(first, np.inf, np.minimum(away, 1.1 * gap))
        silent = rows["silent"]
        if silent.any():
            self._spoken(now, elapsed, gap, rows)
        rows["last"][:] = now
        rows["gap"][:] = gap
        rows["age"] += dt
        share = np.minimum(1.0, away / np.minimum(rows["age"], HOUR))
        rows["hour"] += share * (x - rows["hour"])
        return dt

    def _spoken(self, now: float, elapsed: float, gap: Floats, rows: Rows) -> None:
        """The patience of series that were silent until now, and the end of their silence."""
        if self.absent_after is not None:
            who = np.flatnonzero(rows["silent"])
            spacing = absence.spacing(gap[who], self.every)
            silent = rows["silent"][who] + np.minimum(elapsed, HOLE * spacing)
            patience = absence.faded(rows["patience"][who], now - rows["patient_at"][who])
            limit = absence.allowed(self.absent_after, patience, spacing)
            rows["patience"][who] = absence.learnt(patience, silent, limit, spacing)
            rows["patient_at"][who] = now
        rows["silent"][:] = 0.0

    def _back(self, rows: Rows, residual: Floats, z: Floats, of_hour: tuple[Floats, ...]) -> None:
        """Once the sample is back from its own deviation, the hour's mean starts afresh: recoveries do not fire."""
        back = np.flatnonzero((rows["burst"] > 0) & (z[0] < returns.START))
        rows["hour"][back] -= residual[1, back]
        rows["burst"][back] = 0.0
        for array in of_hour:
            array[1, back] = 0.0

    def _wanted(self) -> float:
        """Samples in which a series may exceed its level once, for the watch to keep its budget."""
        alive = max(1, int(np.count_nonzero(self.all["count"])))
        return returns.BUDGET_SPAN * alive / (self.watch.budget * max(self.every, TICK))

    def _bad_side(self, signed: Floats, z: Floats) -> Floats:
        match self.watch.bad:
            case Direction.ABOVE:
                return signed
            case Direction.BELOW:
                return -signed
            case Direction.BOTH:
                return z

    def _write(self, judged: _Judged, rows: Rows, scores: Scores, column: int) -> None:
        pick, warm = judged.pick, judged.warm
        half = rows["reach"] * judged.spread
        if self.watch.min_change > 0:
            half = np.maximum(half, self.watch.min_change)
        observed, expected = judged.x, judged.x - judged.residual[0]
        model = np.where(judged.seasonal[0], np.int8(Model.SEASON), np.int8(Model.LEVEL))
        half_spoken = half[0]
        drift = (judged.each[1] > judged.each[0]) & (judged.score[judged.hot] >= SPEAKS)
        if drift.any():
            who = judged.hot[drift]
            observed, half_spoken = observed.copy(), half_spoken.copy()
            observed[who] = rows["hour"][who]
            expected[who] = rows["hour"][who] - judged.residual[1, who]
            half_spoken[who] = half[1, who]
            model[who] = Model.DRIFT
        low, high = expected - half_spoken, expected + half_spoken
        score = judged.score
        if not warm.all():
            score, expected, low, high = (np.where(warm, array, np.nan) for array in (score, expected, low, high))
            model = np.where(warm, model, np.int8(Model.NONE))
        scores.score[pick, column] = score
        scores.observed[pick, column] = observed
        scores.expected[pick, column] = expected
        scores.low[pick, column] = low
        scores.high[pick, column] = high
        scores.model[pick, column] = model

    def _learn(self, now: float, judged: _Judged, rows: Rows) -> None:
        if len(judged.hot):
            self._remember(now, judged, rows)
        dt, age = judged.dt, rows["age"]
        moved = judged.flat * level.weight(dt, age, level.LEVEL_MEMORY)
        memory = np.maximum(level.SPREAD_MEMORY, level.SPREAD_ROWS * np.where(rows["gap"] < np.inf, rows["gap"], 0.0))
        widened = (judged.residual**2 - rows["var"]) * level.weight(dt, age, memory)
        visit = np.minimum(1.0, dt / self.slot_s)
        visits = judged.visits + visit
        shaped = judged.daily * (visit / np.clip(visits, 1.0, season.VISIT_MEMORY))
        far = judged.z > level.FAR
        who = np.flatnonzero(far.any(axis=0))
        if len(who):
            self._doubt(who, far[:, who], judged, rows, (moved, widened, shaped))
        elif rows["beyond"].any():
            rows["beyond"][:] = 0.0
        rows["level"] += moved
        rows["var"] += widened
        self._season(judged, visits, shaped, rows)
        self._sizes(judged, rows)
        rows["count"] += 1
        tick = np.maximum(np.where(rows["gap"] < np.inf, rows["gap"], self.every), TICK)
        rows["ticks"][:] = np.minimum(rows["ticks"] + dt / tick, returns.MONTH / tick)

    def _doubt(
        self, who: NDArray[np.intp], far: NDArray[np.bool_], judged: _Judged, rows: Rows, lessons: tuple[Floats, ...]
    ) -> None:
        """What is far outside teaches little; once it has stayed, the level follows within hours, not days."""
        beyond, dt = rows["beyond"][:, who], judged.dt[who]
        settled = far & (beyond >= self.accept)
        fast = judged.flat[:, who] * level.weight(dt, rows["age"][who], level.SETTLE_MEMORY)
        moved = lessons[0]
        moved[:, who] = np.where(settled, fast, moved[:, who])
        trust = level.trust(far, beyond, self.accept)
        for lesson in lessons:
            lesson[:, who] *= trust
        fresh = np.zeros_like(rows["beyond"])
        fresh[:, who] = np.where(far, beyond + dt, 0.0)
        rows["beyond"][:] = fresh

    def _remember(self, now: float, judged: _Judged, rows: Rows) -> None:
        """Keep the largest peak of 12 hours; what is above the level counts only in part."""
        hot = judged.hot
        back = judged.z[0, hot] < returns.START
        rows["burst"][hot] = np.where(back, 0.0, np.where(judged.each[0] >= 1.0, 1.0, rows["burst"][hot]))
        bar = rows["bar"][:, hot]
        damped = np.minimum(judged.peak, bar + self.damp * (judged.peak - bar))
        damped[:, ~judged.warm[hot]] = 0.0
        enters, older = returns.kept(now, damped, rows["latest"][:, hot], rows["peaked"][:, hot])
        if not enters.any():
            return
        place = int(now // BLOCK) % BLOCKS
        at = hot if isinstance(judged.pick, slice) else judged.pick[hot]
        if older.any():
            before = self._block((place - 1) % BLOCKS)
            before[:, at] = np.where(older, 0.0, before[:, at])
        block = self._block(place)
        block[:, at] = np.where(enters, damped, block[:, at])
        rows["latest"][:, hot] = np.where(enters, damped, rows["latest"][:, hot])
        rows["peaked"][:, hot] = np.where(enters, now, rows["peaked"][:, hot])

    def _block(self, place: int) -> Singles:
        """A block of peaks that may be written: the state of before keeps its own."""
        if place not in self.owned:
            self.ring[place] = self.ring[place].copy()
            self.owned.add(place)
        return self.ring[place]

    def _season(self, judged: _Judged, visits: Floats, shaped: Floats, rows: Rows) -> None:
        profile, seen = self.profile[judged.slot].copy(), self.seen[judged.slot].copy()
        profile[:, judged.pick] = judged.usual + shaped
        seen[judged.pick] = visits
        self.profile[judged.slot], self.seen[judged.slot] = profile, seen
        learns = visits > season.VISITS
        if not learns.any():
            return
        rows["compared"] += np.where(learns, judged.dt, 0.0)
        share = level.weight(judged.dt, np.maximum(rows["compared"], judged.dt), season.ERROR_MEMORY)
        share[~learns] = 0.0
        rows["error_flat"] += share * season.excess(judged.flat, rows["error_flat"])
        rows["error_daily"] += share * season.excess(judged.daily, rows["error_daily"])

    def _sizes(self, judged: _Judged, rows: Rows) -> None:
        x = judged.x
        rows["size"] += (np.abs(x) - rows["size"]) * level.weight(judged.dt, rows["age"], level.SIZE_MEMORY)
        change = np.abs(x - rows["previous"])
        np.fmin(rows["quantum"], np.where(change > 0, change, np.inf), out=rows["quantum"])
        if rows["whole"].any():
            rows["whole"] *= x == np.rint(x)
        rows["previous"][:] = x
