"""Pools evidence over the series of a watch: a fault moves many at once, noise does not.

Of every column a few numbers are made that speak of the whole watch, and these go as made-up series through the very
same engine: what the market does to all series every other day is learnt as any series' noise is, nothing is assumed
independent. Series follow what they have in common, each by its own share; what is left is a series against its peers,
and in that a fault of some of them stands out even while the market moves them all.

Arrays are (S,) one value a series of the watch, or (K, S) for the K scales.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from detectors.column import Columns, finer
from detectors.draft import Draft
from detectors.frame import Floats, Labels
from detectors.judge import Judged
from detectors.known_day import NO_CALENDAR
from detectors.models import returns
from detectors.peers import Peers, against, middle
from detectors.proportion import evened
from detectors.scores import Model, Scores, blank
from detectors.share import POOLED, is_pooled
from detectors.state import DAY, State
from detectors.watch import Direction, Query, Read, Watch

MATURE = 4 * DAY
"""A series is young for so long: until its day is learnt it moves with all others, and that is no fault."""
WRONG = 0.02
"""Of the series named at most about this share move by chance (Benjamini and Hochberg, 1995)."""
STAY = 0.7
"""From this score on the series that take part carry it."""
MEDIAN_ERROR = 1.25
"""How far chance moves the median of n series, in spreads over the root of n."""
SURELY = 3.0
"""A median that moved so many times as far is no chance."""
BESIDE = 1.0
"""A deviation of all that is a hundred times less rare than that of some is an echo of it, and says nothing of all."""
BELIEVED = 1.5
"""Where all are summed one counts for at most so many spreads more than most: one that is far out is not many."""
GREATEST = 10.0
"""And for so many above the ordinary, where some are sought."""
RECENT = 1_800.0
"""What all series do is compared with what they did in the last so many seconds: a market moves, a fault falls."""
ROWS = ("all", "all anew", "some", "some lately")
FLOORS = ((0.5, 0.5, 1.0, 1.0), (0.15, 0.15, 0.3, 0.3))
"""The least spread of each of ROWS, on each scale: in a watch whose series never move, one step is not many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spoken:
    """One side's pooled score at one column, and whether what all series do is a part of it."""

    score: float
    side: float
    all: bool


class Pool:
    """The pooled evidence of the columns of one frame, in order of time."""

    def __init__(self, watch: Watch, draft: Draft, state: State | None, times: Floats, *, believed: bool) -> None:
        """`draft`: the watch's own series, which are taken first. `state`: of the made-up series, None before any.

        believed: of the past before the first report, which is usual as it is.
        """
        self.watch = watch
        self.draft = draft
        self.sides = _sides(watch)
        self.before = state
        self.times = times
        self.believed = believed

    @cached_property
    def columns(self) -> Columns:
        """The made-up series; none are made in a watch that is too small or too young."""
        pooled = _pooled(self.watch)
        return Columns(pooled, self.before or _fresh(pooled, len(self.sides)), pools=False, believed=self.believed)

    @cached_property
    def scores(self) -> Scores:
        """The scores of the made-up series."""
        return blank(self.columns.draft.before, self.times)

    def state(self) -> State | None:
        """That of the made-up series after the columns taken so far; None before the first."""
        return self.columns.state() if "columns" in self.__dict__ else self.before

    def take(self, now: float, judged: Judged, scores: Scores, column: int) -> None:
        """Judge one column's series together; those that take part carry the score into the column of `scores`."""
        warm = np.flatnonzero(judged.warm & (self.draft.all["age"][judged.pick] >= MATURE))
        if not is_pooled(len(warm)):
            return
        places = warm if isinstance(judged.pick, slice) else judged.pick[warm]
        whole = len(warm) == len(self.draft.all["count"])
        residual, level = judged.residual[:, warm], self.draft.all["level"][0, places]
        even = evened(judged.x[warm], residual[0], judged.spread[0, warm], level)
        peers = self._against(slice(None) if whole else places, judged.dt[warm], even)
        for spoken in self._judge(now, column, even, peers):
            shown = spoken.side * np.stack([even, judged.signed[1, warm]])
            members = self._members(spoken, shown, peers, np.abs(residual))
            if len(members):
                _carry(scores, column, places[members], spoken, len(warm))

    def _against(self, where: slice | NDArray[np.intp], dt: Floats, x: Floats) -> Peers:
        rows = self.draft.picked(where)
        peers = against(rows, dt, x)
        self.draft.put_back(where, rows)
        return peers

    def _judge(self, now: float, column: int, x: Floats, peers: Peers) -> list[_Spoken]:
        """What each side says where it says enough; nothing while too little is known of the watch as a whole."""
        whole = _whole(x)
        every = np.array([_numbers(side, whole, peers) for side in self.sides])
        every[:, 1] = self._anew(now, every)
        self.columns.take(now, every.ravel(), self.scores, column)
        found = self.scores.score[:, column].reshape(every.shape).astype(np.float64)
        together = returns.together(found.T)
        by_all = found[:, :2].max(axis=1) >= np.maximum(STAY, together - BESIDE)
        return [
            _Spoken(score=float(together[i]), side=side, all=bool(by_all[i]))
            for i, side in enumerate(self.sides)
            if together[i] >= STAY
        ]

    def _anew(self, now: float, every: Floats) -> Floats:
        """(sides,) what all do beyond what they did of late, on the bad side; learns what that is.

        Back from the good side they have only come back: what they did of late counts where it was bad.
        """
        rows = self.columns.draft.all
        last = rows["last"].reshape(every.shape)[:, 1]
        lately = rows.own("lately").reshape(every.shape)[:, 1]
        before = np.where(np.isnan(last), every[:, 0], lately)
        share = np.where(np.isnan(last), 1.0, np.minimum((now - last) / RECENT, 1.0))
        lately[:] = before + share * (every[:, 0] - before)
        return every[:, 0] - np.maximum(before, 0.0)

    def _members(self, spoken: _Spoken, shown: Floats, peers: Peers, residual: Floats) -> NDArray[np.intp]:
        """The places of the series that take part, the clearest first; shown, residual: (K, n) of each itself."""
        apart, mean, lately = (spoken.side * one for one in peers)
        evidence = np.maximum(apart, lately)
        # Peers may sharpen what a series shows itself, not make it up: where most moved, the others did not.
        enough = (evidence >= _bar(evidence)) & (2.0 * shown.max(axis=0) >= np.maximum(apart, mean))
        if spoken.all:
            enough[~enough] = _with_all(shown[:, ~enough])
        found = np.flatnonzero(enough & (residual.max(axis=0) >= self.watch.min_change))
        order: NDArray[np.intp] = found[np.argsort(-evidence[found], kind="stable")]
        return order


def _with_all(shown: Floats) -> NDArray[np.bool_]:
    """(n,) where the median of the others moved too, by more than chance: who is nearer to it than to none."""
    if not shown.shape[1]:
        return np.zeros(0, np.bool_)
    middle = np.median(shown, axis=1)
    scale = int(np.argmax(middle))
    chance = MEDIAN_ERROR / np.sqrt(shown.shape[1])
    moved: NDArray[np.bool_] = (middle[scale] > SURELY * chance) & (shown[scale] >= middle[scale] / 2)
    return moved


def settled(watch: Watch, state: State) -> State:
    """The state of the made-up series after a past that was read whole."""
    columns = Columns(_pooled(watch), finer(watch, state), pools=False)
    columns.refresh()
    return columns.state()


def _bar(evidence: Floats) -> float:
    """The least evidence, in spreads, of which few enough would be found by chance: two means of each are looked at."""
    ranked = np.sort(evidence)[::-1]
    by_chance = 2.0 * len(ranked) * ndtr(-ranked)
    enough = np.flatnonzero(by_chance <= WRONG * np.arange(1, len(ranked) + 1))
    return float(ranked[enough[-1]]) if len(enough) else np.inf


def _whole(x: Floats) -> float:
    """What all series do: their middle (Huber's), times the root of their number."""
    most = middle(x)
    return float((most + (x - most).clip(-BELIEVED, BELIEVED).mean()) * np.sqrt(len(x)))


def _numbers(side: float, whole: float, peers: Peers) -> list[float]:
    """What speaks of the watch as a whole, as ROWS names it: 0 for what is made of the first over time."""
    some, lately = ((side * one - returns.START).clip(0.0, GREATEST).sum() for one in (peers.apart, peers.lately))
    return [side * whole, 0.0, float(some), float(lately)]


def _carry(scores: Scores, column: int, places: NDArray[np.intp], spoken: _Spoken, of: int) -> None:
    own = scores.score[places, column]
    scores.model[places, column] = np.where(own < spoken.score, np.int8(Model.POOL), scores.model[places, column])
    scores.score[places, column] = np.maximum(own, spoken.score)
    scores.together[places, column] = True
    scores.pooled[column], scores.of[column] = len(places), of


def _sides(watch: Watch) -> tuple[float, ...]:
    match watch.bad:
        case Direction.ABOVE:
            return (1.0,)
        case Direction.BELOW:
            return (-1.0,)
        case Direction.BOTH:
            return (1.0, -1.0)


def _pooled(watch: Watch) -> Watch:
    """The watch over the made-up series, whose budget is the pool's share: each side has its part of that."""
    return replace(
        watch,
        query=Query(metric="pool", read=Read.QUANTILE),  # whatever the series are, these are no counts
        component="pool",
        slo=None,
        calendar=NO_CALENDAR,
        planned=(),
        bad=Direction.ABOVE,
        budget=watch.budget * POOLED * len(ROWS),
        min_change=0.0,
        absent_after=None,
        hold=timedelta(0),
    )


def _fresh(watch: Watch, sides: int) -> State:
    keys: tuple[Labels, ...] = tuple((("row", row), ("side", str(side))) for side in range(sides) for row in ROWS)
    return replace(State.empty(watch).joined(watch, keys), least=np.tile(np.array(FLOORS), sides))
