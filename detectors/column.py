"""One column of samples after the other: judged against what is known, written into the scores, then learnt from."""

from math import isnan

import numpy as np
from numpy.typing import NDArray

from detectors import yesterdays
from detectors.budget import spent
from detectors.chance import MOSTLY
from detectors.draft import Column, Draft, Pick, Rows
from detectors.frame import Floats
from detectors.judge import HOLE, Judged, judge
from detectors.lessons import learn
from detectors.models import absence, returns
from detectors.models.burn import rings, turned
from detectors.models.runs import Run
from detectors.scores import Model, Scores
from detectors.shapes import learn as learn_shapes
from detectors.shapes import measured as shapes_of
from detectors.share import of_series
from detectors.state import EXPERTS, State
from detectors.waiting import Wait, refreshed, wait
from detectors.watch import Read, Watch

SPEAKS = 0.7
"""From this score on the hour's mean may be reported in place of the sample."""
MODEL_OF = {Run.FLAT: Model.FLAT, Run.QUIET: Model.QUIET, Run.GROWTH: Model.GROWTH}
HOUR, BEFORE = 1, 2
"""Of the experts, the hour's mean, and the sample against the days before."""
REFRESH = 3_600.0
"""The deviation that scores 1 is worked out again once in this many seconds."""


class Columns:
    """The columns of one frame, in order of time, on a copy of the state."""

    def __init__(self, watch: Watch, state: State, *, believed: bool = False, pools: bool = True) -> None:
        """`believed`: the past before the first report, which is usual as it is.

        `pools`: a part of the budget is the pool's.
        """
        self.watch = watch
        self.believed = believed
        self.pools = pools
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
        pick: Pick = slice(None) if whole else np.flatnonzero(here)
        taken = Column(
            now=now,
            elapsed=elapsed,
            x=sample[pick],
            pick=pick,
            rows=draft.picked(pick),
            events=None if events is None else events[pick],
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
        """Work out anew what a score of 1 takes at an instant, by default that of the last column."""
        rows, before = self.draft.all, self.draft.now
        now = before if now is None else now
        ring = list(self.draft.ring)
        if not isnan(now):  # an anomaly does not raise its own bar
            del ring[int(now // self.draft.block_s) % len(ring)]
        wanted = returns.BUDGET_SPAN * self._alive() / self._budget()
        samples = self.draft.block_s / self.watch.every.total_seconds()
        bar, slope = returns.bars(ring, wanted / self.draft.block_s, samples)
        # Where all other experts are quiet, one reaches the score 1 at so many times the rarity.
        reach = returns.size_of(bar + np.log(EXPERTS) * slope)
        calm = returns.together(returns.score(np.zeros_like(bar), bar, slope))
        rows.update(bar=bar, slope=slope, reach=reach, calm=calm)
        refreshed(self.draft, 0.0 if isnan(before) else REFRESH, wanted)

    def _at(self, pick: Pick, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """The state's rows of a column's rows."""
        return rows if isinstance(pick, slice) else pick[rows]

    def _waits(self, said: Wait, judged: Judged, scores: Scores, column: int) -> None:
        """A run that says more than the deviation does speaks in its place; the band stays that of the sample."""
        more = said.score >= judged.score[said.rows]  # of two kinds of run the rarer one
        judged.score[said.rows[more]] = said.score[more]
        who = self._at(judged.pick, said.rows[more])
        scores.score[who, column] = said.score[more]
        loud = said.score[more] >= SPEAKS
        scores.model[who[loud], column] = MODEL_OF[said.kind]
        scores.silent[who[loud], column] = said.seconds[more][loud]

    def _burns(self, taken: Column, judged: Judged, scores: Scores, column: int) -> None:
        """A budget that is spent too fast speaks in place of the deviation where it says more."""
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
        """Go on to an instant; an hour later, the bars are others."""
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
        silent = rows["silent"][known] + np.minimum(elapsed, HOLE * spacing)
        rows.own("silent")[known] = silent
        if self.watch.absent_after is None:
            return
        patience = absence.faded(rows["patience"][known], draft.now - rows["patient_at"][known])
        limit = absence.allowed(self.watch.absent_after.total_seconds(), patience, spacing)
        absent = (silent >= limit) & (silent < limit + self.watch.accept_after.total_seconds())
        if absent.any():
            who = known[absent]
            scores.score[who, column] = silent[absent] / limit[absent]
            scores.silent[who, column] = silent[absent]
            scores.model[who, column] = Model.ABSENCE

    def _idle(self, who: NDArray[np.bool_], scores: Scores, column: int) -> None:
        """Who is there without a sample is no longer silent, if it was: that is a score, and the only one there is."""
        known = np.flatnonzero(who & (self.draft.all["count"] > 0))
        self.draft.all.own("silent")[known] = 0.0
        scores.score[known, column] = 0.0
        scores.silent[known, column] = 0.0
        scores.model[known, column] = Model.ABSENCE

    def _budget(self) -> float:
        """Of the watch's, the part that is its series' own."""
        return self.watch.budget * (of_series(self._alive()) if self.pools else 1.0)

    def _alive(self) -> int:
        return max(1, int(np.count_nonzero(self.draft.all["count"])))

    def _write(self, judged: Judged, rows: Rows, scores: Scores, column: int, waits: tuple[Wait, ...] = ()) -> None:
        pick, warm = judged.pick, judged.warm
        half = rows["reach"][0] * judged.spread[0]
        observed, expected = judged.x, judged.x - judged.residual[0]
        model = np.where(judged.seasons.by_day[0], np.int8(Model.SEASON), np.int8(Model.LEVEL))
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
            model = np.where(warm, model, np.int8(Model.NONE))
        scores.score[pick, column] = score
        scores.observed[pick, column] = observed
        scores.expected[pick, column] = expected
        scores.low[pick, column] = low
        scores.high[pick, column] = high
        scores.model[pick, column] = model
        scores.pardoned[self._at(pick, judged.pardoned), column] = True

    def _clearest(self, judged: Judged, waits: tuple[Wait, ...], expert: int) -> NDArray[np.intp]:
        """The rows of which this expert has the clearest word, where it says anything."""
        if not len(judged.above):
            return judged.above
        mine = np.nan_to_num(judged.each[expert], nan=-np.inf)
        best = (mine > np.fmax.reduce(np.delete(judged.each, expert, axis=0))) & (judged.score[judged.above] >= SPEAKS)
        for said in waits:
            best &= ~np.isin(judged.above, said.rows)
        rows: NDArray[np.intp] = judged.above[best]
        return rows


def finer(watch: Watch, state: State) -> State:
    """The state after a past that was read more coarsely than the watch is evaluated: its largest would be larger."""
    every = max(watch.every.total_seconds(), returns.TICK)
    times = np.where(np.isfinite(state.gap), np.maximum(state.gap / every, 1.0), 1.0)
    return state.after({"ring": returns.as_if_finer(state.ring, times)})
