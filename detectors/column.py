"""Processes one column of samples after the other: judges it by the state, writes the scores, then learns from it."""

from math import isnan

import numpy as np
from numpy.typing import NDArray

from detectors import yesterdays
from detectors.budget import spent
from detectors.chance import MOSTLY
from detectors.draft import Column, Draft, Pick, Rows
from detectors.frame import Floats
from detectors.judge import HOLE, Judged, judge
from detectors.known_day import day_name, work_at
from detectors.lessons import learn
from detectors.models import absence, returns
from detectors.models.burn import rings, turned
from detectors.models.runs import Run
from detectors.scores import Model, Scores
from detectors.shapes import learn as learn_shapes
from detectors.shapes import measured as shapes_of
from detectors.share import of_series
from detectors.state import DAY, State
from detectors.waiting import Wait, refreshed, wait
from detectors.watch import Read, Watch

SPEAKS = 0.7
"""From this score on the hour's mean may be reported in place of the sample."""
NONE, LEVEL, SEASON = np.int8(Model.NONE), np.int8(Model.LEVEL), np.int8(Model.SEASON)
MODEL_OF = {Run.FLAT: Model.FLAT, Run.QUIET: Model.QUIET, Run.GROWTH: Model.GROWTH}
HOUR, BEFORE = 1, 2
"""Indexes of two experts: the hour's mean, and the sample against the days before."""
REFRESH = 3_600.0
"""The deviation that scores 1 is worked out again once in this many seconds."""
NOBODY: Floats = np.zeros(0)


class Columns:
    """The columns of one frame, in order of time, on a copy of the state."""

    def __init__(
        self,
        watch: Watch,
        state: State,
        *,
        believed: bool = False,
        pools: bool = True,
        others: Floats = NOBODY,
    ) -> None:
        """`believed`: the past before the first report, which is usual as it is.

        `pools`: a part of the budget is the pool's. `others`: (N,) epoch seconds of the first sample of each series of
        the watch that is not in the state, and shares its budget.
        """
        self.watch = watch
        self.believed = believed
        self.pools = pools
        self.others = others
        self.draft = Draft(watch, state)

    def state(self, pool: State | None = None) -> State:
        """The state after the columns taken so far; `pool`: that of the series together."""
        return self.draft.state(pool)

    def take(
        self,
        now: float,
        sample: Floats,
        scores: Scores,
        column: int,
        *,
        events: Floats | None = None,
        buckets: Floats | None = None,
        idle: NDArray[np.bool_] | None = None,
        partial: bool = False,
    ) -> Judged | None:
        """Score the samples (S,) of one instant, NaN = none, into the column of `scores`, and learn from them.

        events: (S,) behind them, buckets: (B, S) of histograms, whose distances are the samples then; as in a Frame.
        idle: (S,) of the series without a sample, those that are idle, not silent.
        partial: whether unknown series may be missing from the column: then none counts as silent.
        Returns how they were judged, None where there was no sample.
        """
        draft = self.draft
        before = draft.now
        shapes = None if buckets is None else shapes_of(self.watch, draft, buckets)
        if shapes is not None:
            sample = shapes.distance
        here = sample == sample  # noqa: PLR0124  # not NaN, in one pass
        self._turn(now)
        elapsed = 0.0 if isnan(draft.now) else now - draft.now
        draft.now = now
        whole = bool(here.all())
        if not whole:
            if not partial:
                self._silence(elapsed, ~here if idle is None else ~here & ~idle, scores, column)
            if idle is not None:
                self._idle(~here & idle, scores, column)
            if not here.any():
                return None
        pick: Pick = slice(None) if whole else here.nonzero()[0]
        taken = Column(
            now=now,
            elapsed=elapsed,
            x=sample[pick],
            pick=pick,
            rows=draft.picked(pick),
            events=None if events is None else events[pick],
            is_known_day=self._is_known_day(now),
            begins=isnan(before) or not self._is_known_day(before),
            unlearnt=self._unlearnt(now, pick),
        )
        judged = judge(self.watch, draft, taken)
        waits = () if shapes is not None or not self.pools else wait(self.watch, taken, judged, believed=self.believed)
        self._write(judged, taken.rows, scores, column, waits)
        for said in waits:
            self._waits(said, judged, scores, column)
        if self.watch.slo is not None:
            self._burns(taken, judged, scores, column)
        learn(self.watch, draft, taken, judged, believed=self.believed)
        if shapes is not None:
            learn_shapes(taken, judged, shapes, pick)
        draft.put_back(pick, taken.rows)
        return judged

    def refresh(self, now: float | None = None) -> None:
        """Works out again which deviation scores 1 at an instant, by default that of the last column."""
        rows, before = self.draft.all, self.draft.now
        now = before if now is None else now
        ring = list(self.draft.ring)
        if not isnan(now):  # an anomaly does not raise its own bar
            del ring[int(now // self.draft.block_s) % len(ring)]
        alive = max(1, int(np.count_nonzero(rows["count"]) + np.count_nonzero(self.others < now)))
        wanted = returns.BUDGET_SPAN * alive / self._budget(alive)
        samples = self.draft.block_s / self.watch.every.total_seconds()
        bar, slope = returns.bars(ring, wanted / self.draft.block_s, samples)
        # Where all other experts are quiet, one reaches the score 1 at so many times the rarity.
        reach = returns.size_of(bar + np.log(returns.EXPERTS) * slope)
        calm = returns.together(returns.score(np.zeros_like(bar), bar, slope))
        rows.update(bar=bar, slope=slope, reach=reach, calm=calm)
        refreshed(self.draft, 0.0 if isnan(before) else REFRESH, wanted)

    def _is_known_day(self, now: float) -> bool:
        return day_name(self.watch.calendar, self.watch.time_zone, now) is not None

    def _unlearnt(self, now: float, pick: Pick) -> NDArray[np.bool_] | None:
        """Whom this instant teaches nothing, as it is like no other; None: it teaches all. What is new is learnt."""
        is_known_day = self._is_known_day(now)
        if not is_known_day and not any(one.start <= now < one.end for one in self.watch.planned):
            return None
        old: NDArray[np.bool_] = self.draft.all["age"][pick] >= DAY
        if is_known_day:
            return old
        components = self.draft.before.components
        works = [work_at(self.watch.planned, component, now) is not None for component in components]
        return old & np.array(works, np.bool_)[pick]

    def _at(self, pick: Pick, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """The state's rows of a column's rows."""
        return rows if isinstance(pick, slice) else pick[rows]

    def _waits(self, said: Wait, judged: Judged, scores: Scores, column: int) -> None:
        """Where a run scores more than the deviation, its score replaces it; the band stays that of the sample."""
        more = said.score >= judged.score[said.rows]  # of two kinds of run the rarer one
        judged.score[said.rows[more]] = said.score[more]
        who = self._at(judged.pick, said.rows[more])
        scores.score[who, column] = said.score[more]
        loud = said.score[more] >= SPEAKS
        scores.model[who[loud], column] = MODEL_OF[said.kind]
        scores.silent[who[loud], column] = said.seconds[more][loud]

    def _burns(self, taken: Column, judged: Judged, scores: Scores, column: int) -> None:
        """Where the burn rate of an error budget scores more than the deviation, its score replaces it."""
        assert self.watch.slo is not None  # noqa: S101  # asked by who calls
        score, pair, share = spent(self.watch, taken, judged.dt)
        loud = np.flatnonzero((score >= SPEAKS) & ~(judged.score > score))
        if not len(loud):
            return
        who, allowed = self._at(judged.pick, loud), 1.0 - self.watch.slo / 100.0
        scores.score[who, column] = score[loud]
        scores.model[who, column] = Model.BURN
        scores.silent[who, column] = np.nan
        scores.observed[who, column] = share[loud]
        scores.expected[who, column] = allowed
        scores.low[who, column] = 0.0
        scores.high[who, column] = allowed * pair[loud]

    def _turn(self, now: float) -> None:
        """Moves the state on to an instant; once an hour the thresholds are worked out again."""
        draft, before = self.draft, self.draft.now
        if self.watch.slo is not None:
            turned(rings(draft.all.own("burnt")), before, now)
        yesterdays.turned(draft, now)
        if isnan(before) or before // REFRESH != now // REFRESH:
            self.refresh(now)

    def _silence(self, elapsed: float, gone: NDArray[np.bool_], scores: Scores, column: int) -> None:
        draft, rows = self.draft, self.draft.all
        known = np.flatnonzero(gone & (rows["count"] > 0))
        spacing = absence.spacing(rows["gap"][known], self.watch.every.total_seconds())
        # A hole between columns is nobody's silence: there the source was not asked.
        since = np.minimum(elapsed, HOLE * spacing)
        rests = yesterdays.rests(draft, known)
        silent = rows["silent"][known] + np.where(rests, 0.0, since)
        rested = rows["rested"][known] + np.where(rests, since, 0.0)
        rows.own("silent")[known], rows.own("rested")[known] = silent, rested
        if self.watch.absent_after is None:
            return
        patience = absence.faded(rows["patience"][known], draft.now - rows["patient_at"][known])
        limit = absence.allowed(self.watch.absent_after.total_seconds(), patience, spacing, rested)
        absent = (silent >= limit) & (silent < limit + self.watch.accept_after.total_seconds())
        if absent.any():
            who = known[absent]
            scores.score[who, column] = silent[absent] / limit[absent]
            scores.silent[who, column] = (silent + rested)[absent]
            scores.model[who, column] = Model.ABSENCE

    def _idle(self, who: NDArray[np.bool_], scores: Scores, column: int) -> None:
        """Scores idle series: one that was silent is back, and that is the only score there is without a sample."""
        known = np.flatnonzero(who & (self.draft.all["count"] > 0))
        self.draft.all.own("silent")[known] = self.draft.all.own("rested")[known] = 0.0
        scores.score[known, column] = 0.0
        scores.silent[known, column] = 0.0
        scores.model[known, column] = Model.ABSENCE

    def _budget(self, alive: int) -> float:
        """The part of the watch's budget that is left to single series, of which so many have had a sample."""
        return self.watch.budget * (of_series(alive) if self.pools else 1.0)

    def _write(self, judged: Judged, rows: Rows, scores: Scores, column: int, waits: tuple[Wait, ...] = ()) -> None:
        pick, warm = judged.pick, judged.warm
        half = rows["reach"][0] * judged.spread[0]
        observed, expected = judged.x, judged.x - judged.residual[0]
        model = np.where(judged.seasons.by_day[0], SEASON, LEVEL)
        model[judged.seasons.by_week[0]] = Model.WEEK
        drift, days = (self._clearest(judged, waits, expert) for expert in (HOUR, BEFORE))
        if len(drift):
            observed = observed.copy()
            observed[drift] = rows["hour"][drift]
            expected[drift] = rows["hour"][drift] - judged.residual[1, drift]
            half[drift] = rows["reach"][HOUR, drift] * judged.spread[1, drift]
            model[drift] = Model.DRIFT
        if len(days):
            expected[days] = judged.x[days] - judged.yesterdays.residual[days]
            half[days] = rows["reach"][BEFORE, days] * judged.yesterdays.spread[days]
            model[days] = Model.DAYS
        if self.watch.min_change > 0:
            half = np.maximum(half, self.watch.min_change)
        low, high = expected - half, expected + half
        score, few = judged.score, judged.chance
        if few is not None and len(few.rows):
            low[few.rows] = np.maximum(low[few.rows], 0.0)
            own = (model[few.rows] != Model.DRIFT) & (model[few.rows] != Model.DAYS)
            at = few.rows[own]
            edges = few.edges(rows["reach"][0, few.rows], low[few.rows], high[few.rows])
            low[at], high[at] = edges[0][own], edges[1][own]
            model[few.rows[own & (few.share[0] >= MOSTLY)]] = Model.SHARE if few.is_share else Model.COUNT
        if self.watch.query.read is Read.SHIFT:
            model[:] = Model.SHIFT
        if not warm.all():
            score, expected, low, high = (np.where(warm, array, np.nan) for array in (score, expected, low, high))
            model = np.where(warm, model, NONE)
        scores.score[pick, column] = score
        scores.observed[pick, column] = observed
        scores.expected[pick, column] = expected
        scores.low[pick, column] = low
        scores.high[pick, column] = high
        scores.model[pick, column] = model
        scores.pardoned[self._at(pick, judged.pardoned), column] = True

    def _clearest(self, judged: Judged, waits: tuple[Wait, ...], expert: int) -> NDArray[np.intp]:
        """The rows for which this expert's score is the highest."""
        if not len(judged.above):
            return judged.above
        mine = np.nan_to_num(judged.each[expert], nan=-np.inf)
        best = (mine > np.fmax.reduce(np.delete(judged.each, expert, axis=0))) & (judged.score[judged.above] >= SPEAKS)
        for said in waits:
            best &= ~np.isin(judged.above, said.rows)
        rows: NDArray[np.intp] = judged.above[best]
        return rows


def finer(watch: Watch, state: State) -> State:
    """Adapts a state that was learnt at a coarser step than the watch's: at a finer step the largest deviations are
    larger.
    """
    every = max(watch.every.total_seconds(), returns.TICK)
    times = np.where(np.isfinite(state.gap), np.maximum(state.gap / every, 1.0), 1.0)
    return state.after({"ring": returns.as_if_finer(state.ring, times)})
