"""Scores a single series with the same results as `column.Columns`, but faster: in numbers, not in arrays of one.

Three hundred calls of numpy for one number each cost far more than what they work out. Here are the ordinary columns
alone: a sample that is no deviation worth a word, not far outside, and no silence before it. Whatever else there is
goes through `Columns`, so that its rules stand there alone. Both give the same to the last bit; a test holds one beside
the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import inf, isnan, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from detectors.column import NOBODY, REFRESH, SPEAKS, Columns
from detectors.daytime import QUARTER, all_local, since_midnight, since_monday
from detectors.draft import Rows
from detectors.frame import Floats, Singles
from detectors.judge import HOLE, HOUR, PARTLY, WARM_ROWS
from detectors.known_day import day_name
from detectors.models import counts, level, returns, season
from detectors.models.returns import EXPERTS
from detectors.models.runs import Run
from detectors.scores import Model, Scores
from detectors.state import DAY, STACKED, State
from detectors.watch import Direction, FailureKind, Read, Watch
from detectors.yesterdays import BEFORE, CLIP, KNOWN_ROWS, WHOLE

LONG = 16
"""From so many columns on it is worth while to lay out the state as numbers."""
GAUSSIAN = float(WHOLE)
FLAT = int(Run.FLAT)


@dataclass(slots=True)
class Numbers:
    """What the state's arrays hold of one series, by their names; those of two scales end in the scale."""

    last: float
    gap: float
    age: float
    count: float
    silent: float
    rested: float
    size: float
    quantum: float
    previous: float
    whole: float
    hour: float
    burst: float
    filled: float
    strange: float
    strange_s: float
    quarter: float
    then: float
    then_hour: float
    compared: float
    compared_weeks: float
    gate: float
    gate_week: float
    calm: float
    watched: float
    level0: float
    level1: float
    var0: float
    var1: float
    error_flat0: float
    error_flat1: float
    error_daily0: float
    error_daily1: float
    error_best0: float
    error_best1: float
    error_weekly0: float
    error_weekly1: float
    least0: float
    least1: float
    beyond0: float
    beyond1: float


NAMES = tuple(field.name for field in fields(Numbers))
SINGLE = tuple(name for name in NAMES if name[-1] not in "01")
DOUBLE = tuple(name[:-1] for name in NAMES if name[-1] == "0")


@dataclass(slots=True, kw_only=True)
class Clock:
    """(T,) of each column: its clock slot, its time of the week, its quarter of an hour, its block, its hour."""

    slot: list[int]
    place: list[int]
    quarter: list[int]
    block: list[int]
    hour: list[int]


def is_plain(watch: Watch, state: State, columns: int) -> bool:
    """Whether there are enough columns, and the watch asks for no model that `Columns` alone knows."""
    return (
        columns >= LONG
        and watch.slo is None
        and watch.query.read is not Read.SHIFT
        and watch.kind is not FailureKind.BACKLOG
        and not state.pardon.any()
    )


class Lone:
    """The columns of one frame of one series, in order of time."""

    def __init__(self, watch: Watch, state: State, *, believed: bool, others: Floats = NOBODY) -> None:
        """`state`: of one series. `believed`, `others`: as of `Columns`."""
        self.watch = watch
        self.columns = Columns(watch, state, believed=believed, others=others)
        draft = self.draft = self.columns.draft
        # Views of one array a stack: numbers are read and written there, and `Columns` finds them in its lists.
        self.stacks: dict[str, Singles] = {name: np.stack(getattr(draft, name)) for name in STACKED}
        for name in STACKED:
            getattr(draft, name)[:] = self.stacks[name]
        draft.owned = set(range(len(draft.ring)))
        self.profile, self.seen, self.week, self.weeks, self.ring, self.days = (
            _view(self.stacks[name].reshape(-1)) for name in STACKED
        )
        self.block = 0 if isnan(draft.now) else int(draft.now // draft.block_s)
        self.n = _read(draft.all)
        self.stale: dict[str, set[int]] = {}
        self._bars()
        unit = counts.unit_of(watch.query)
        self.few = -inf if unit is None else counts.UP_TO * unit
        self.all_counts = watch.query.read is Read.RATE
        self.side = {Direction.ABOVE: 1.0, Direction.BELOW: -1.0, Direction.BOTH: 0.0}[watch.bad]

    def take(self, times: Floats, values: Floats, scores: Scores) -> State:
        """Score the samples (T,) of one series, NaN = none, into `scores`; the state after them."""
        draft, clock = self.draft, self._clock(times)
        score, observed, expected, low, high = (
            _view(array[0]) for array in (scores.score, scores.observed, scores.expected, scores.low, scores.high)
        )
        models = memoryview(scores.model[0])
        special = self._special(times)
        for column, (now, x) in enumerate(zip(times.tolist(), values.tolist(), strict=True)):
            if special[column] or self._is_few():
                self._slowly(column, now, x, scores, clock)
                continue
            n = self._numbers()
            if x != x or n.silent > 0 or n.rested > 0 or n.count == 0:  # noqa: PLR0124  # NaN
                self._slowly(column, now, x, scores, clock)
                continue
            self._turn(now, clock.quarter[column], clock.block[column], clock.hour[column])
            draft.now = now
            said = self._usual(now, x, clock.slot[column], clock.place[column], clock.block[column])
            if said is None:
                self._slowly(column, now, x, scores, clock)
                continue
            observed[column] = x
            score[column], expected[column], low[column], high[column], models[column] = said
        _write(draft.all, self._numbers())
        return self.columns.state(draft.before.pool)

    def _is_few(self) -> bool:
        """Whether samples are counts of few events now."""
        rows = self.draft.all
        whole, mean = (rows["whole"].item(0), rows["level"].item(0)) if self.stale else (self.n.whole, self.n.level0)
        return (whole > 0 or self.all_counts) and 0 <= mean < self.few

    def _numbers(self) -> Numbers:
        """The state in numbers; arrays that `Columns` made in place of views are views again."""
        if self.stale:
            for name, places in self.stale.items():
                self._seen_again(name, places)
            self.stale.clear()
            self.n = _read(self.draft.all)
            self._bars()
        return self.n

    def _special(self, times: Floats) -> list[bool]:
        """(T,) whether each column is of a time that is known to be like no other."""
        watch = self.watch
        quarters, which = np.unique(times // QUARTER, return_inverse=True)
        days = [day_name(watch.calendar, watch.time_zone, at * QUARTER) is not None for at in quarters.tolist()]
        special: NDArray[np.bool_] = np.array(days, np.bool_)[which]
        for work in watch.planned:
            special |= (work.start <= times) & (times < work.end)
        return [bool(one) for one in special]

    def _clock(self, times: Floats) -> Clock:
        draft, local = self.draft, all_local(times, self.watch.time_zone)
        midnight = since_midnight(local)
        return Clock(
            slot=_whole(midnight // draft.slot_s),
            place=_whole(since_monday(local) // draft.place_s),
            quarter=_whole(local // DAY * draft.quarters + midnight // draft.quarter_s),
            block=_whole(times // draft.block_s),
            hour=_whole(times // REFRESH),
        )

    def _slowly(self, column: int, now: float, x: float, scores: Scores, clock: Clock) -> None:
        """One column through `Columns`; notes which arrays it made in place of views."""
        draft, at, stale = self.draft, self.draft.at, self.stale
        if not stale:
            _write(draft.all, self.n)
            stale.update({name: set() for name in STACKED})
        self.columns.take(now, np.array([x]), scores, column)
        for name, place in (
            ("profile", clock.slot),
            ("seen", clock.slot),
            ("week", clock.place),
            ("weeks", clock.place),
        ):
            stale[name].add(place[column])
        days, ring = len(draft.days), len(draft.ring)
        stale["days"].update(place % days for place in range(max(at, draft.at - days + 1), draft.at + 1))
        before, self.block = self.block, clock.block[column]
        stale["ring"].update(place % ring for place in range(max(before, self.block - ring + 1), self.block + 1))

    def _seen_again(self, name: str, places: Iterable[int]) -> None:
        stack, whole = getattr(self.draft, name), self.stacks[name]
        for place in places:
            at = place % len(stack)
            whole[at] = stack[at]
            stack[at] = whole[at]

    def _bars(self) -> None:
        """The deviations that score 1, as `Columns` has worked them out."""
        rows = self.draft.all
        self.bar, self.slope, self.reach = rows["bar"], rows["slope"], rows["reach"].item(0)
        self.ended, self.waited = rows.own("ended"), rows["waited"].item(FLAT)

    def _turn(self, now: float, quarter: int, block: int, hour: int) -> None:
        """Go on to an instant, as `Draft.turn` and `yesterdays.turned` do; an hour later, the bars are others."""
        draft = self.draft
        if quarter != draft.at:
            size = len(draft.days)
            for place in range(max(draft.at + 1, quarter - size + 1), quarter + 1):
                self.days[place % size] = nan
            draft.at = quarter
            self.n.quarter = 0.0
            self.n.then = self._middle(quarter)
        if block != self.block:
            size = len(draft.ring)
            for place in range(max(self.block + 1, block - size + 1), block + 1):
                for at in range(place % size * EXPERTS, place % size * EXPERTS + EXPERTS):
                    self.ring[at] = 0.0
            self.block = block
        if hour == draft.now // REFRESH:
            return
        _write(draft.all, self.n)
        self.columns.refresh(now)
        self.n = _read(draft.all)
        self._bars()

    def _middle(self, quarter: int) -> float:
        """The middle of a quarter of an hour on the days before, NaN where none is known: as `yesterdays.middle`."""
        draft, days, size = self.draft, self.days, len(self.draft.days)
        found = []
        for day in BEFORE:
            place = quarter - day * draft.quarters
            if draft.at - size < place < draft.at:
                sample = days[place % size]
                if sample == sample:  # noqa: PLR0124  # not NaN
                    found.append(sample)
        if not found:
            return nan
        found.sort()
        known = len(found)
        return 0.5 * (found[(known - 1) // 2] + found[known // 2])

    def _usual(  # noqa: C901, PLR0912, PLR0915  # as said below
        self, now: float, x: float, slot: int, place: int, block: int
    ) -> tuple[float, float, float, float, int] | None:
        """What is written of an ordinary sample: score, expected, low, high, model; None where it is none.

        One straight path, as `judge.judge` and `lessons.learn` go: calls would cost more than what they work out.
        """
        n, draft = self.n, self.draft
        if x == n.previous or self.waited > 0 or n.burst > 0:
            return None
        # The clock and the hour's mean.
        away = now - n.last
        dt, spacing = min(away, HOLE * n.gap), min(away, 1.1 * n.gap)
        age = n.age + dt
        share = min(1.0, away / min(age, HOUR))
        hour = n.hour + share * (x - n.hour)
        then_hour = n.then_hour + share * ((n.level0 if n.then != n.then else n.then) - n.then_hour)
        filled = (1.0 - share) * (1.0 - share) * n.filled + share * share
        usual = min(1.0, spacing / HOUR)
        full = usual / (2.0 - usual)
        partly = (filled - full) / (1.0 - full) if full < 1.0 else 0.0
        if not partly > PARTLY:
            partly = 0.0
        # What the clock says.
        flat0, flat1 = x - n.level0, hour - n.level1
        profile, seen, week, weeks = self.profile, self.seen, self.week, self.weeks
        usual0, usual1, visits = profile[2 * slot], profile[2 * slot + 1], seen[slot]
        offset0, offset1, times = week[2 * place], week[2 * place + 1], weeks[place]
        daily0, daily1 = flat0 - usual0, flat1 - usual1
        believed = times / (times + 1.0)
        weekly0, weekly1 = daily0 - offset0 * believed, daily1 - offset1 * believed
        known = visits >= season.VISITS
        by_day0 = known and n.error_daily0 < n.gate * n.error_flat0
        by_day1 = known and n.error_daily1 < n.gate * n.error_flat1
        known = times >= season.WEEKS
        by_week0 = known and n.error_weekly0 < n.gate_week * n.error_best0
        by_week1 = known and n.error_weekly1 < n.gate_week * n.error_best1
        residual0 = weekly0 if by_week0 else daily0 if by_day0 else flat0
        residual1 = weekly1 if by_week1 else daily1 if by_day1 else flat1
        # The spreads.
        step = n.quantum if n.quantum < inf else n.whole
        floor = max(level.RELATIVE_FLOOR * n.size + 1e-9, level.QUANTUM_FLOOR * max(step, n.whole))
        spread0 = max(sqrt(n.var0), floor, n.least0)
        spread1 = max(sqrt(n.var1), floor, n.least1)
        # The days before.
        strange = x - n.then
        spread2 = max(GAUSSIAN * n.strange, floor, n.least0)
        if abs(strange) > returns.START * spread2:
            for beside in (draft.at - 1, draft.at + 1):
                other = x - self._middle(beside)
                if abs(other) < abs(strange):
                    strange = other
        young = n.strange_s < KNOWN_ROWS * spacing
        signed2 = nan if young else strange / spread2
        # What is no longer ordinary is compared with the slots beside, and with the days before.
        if abs(residual0) > returns.START * spread0:
            if by_day0 or by_week0:
                residual0 = self._nearest(residual0, usual0, slot, 0)
            if abs(residual0) > returns.START * spread0 and abs(strange) < abs(residual0):
                residual0 = strange
        if abs(residual1) > returns.START * spread1:
            if by_day1 or by_week1:
                residual1 = self._nearest(residual1, usual1, slot, 1)
            if abs(residual1) > returns.START * spread1 and abs(hour - then_hour) < abs(residual1):
                residual1 = hour - then_hour
        if partly:
            residual1 += partly * (residual0 - residual1)
            wide = spread1 * spread1
            spread1 = sqrt(wide + partly * max(spread0 * spread0 - wide, 0.0))
        bad0, bad1, bad2 = residual0 / spread0, residual1 / spread1, signed2
        if abs(bad0) > level.FAR or abs(bad1) > level.FAR:
            return None
        if not self.side:
            bad0, bad1, bad2 = abs(bad0), abs(bad1), abs(bad2)
        elif self.side < 0:
            bad0, bad1, bad2 = -bad0, -bad1, -bad2
        score = n.calm
        if bad0 > returns.START or bad1 > returns.START or bad2 > returns.START:
            if self.watch.min_change > 0:
                return None
            score = self._score(bad0, bad1, bad2)
            if score >= SPEAKS:
                return None
        # From here on it is learnt.
        warm = n.count >= WARM_ROWS and age > level.FIRST_SPAN
        n.watched += dt
        self.ended[FLAT, 0] += 1.0
        if warm:
            self._largest(block, bad0, bad1, bad2)
        memory = max(level.SPREAD_MEMORY, level.SPREAD_ROWS * spacing)
        weight = min(dt / min(age, level.LEVEL_MEMORY), 1.0)
        widen = min(dt / min(age, memory), 1.0)
        moved1, widened1 = flat1 * weight, (residual1 * residual1 - n.var1) * widen
        trust = 1.0
        if partly:
            trust = 1.0 - partly
            moved1 *= trust
            widened1 *= trust
        if n.beyond0 or n.beyond1:
            n.beyond0 = n.beyond1 = 0.0
        n.level0 += flat0 * weight
        n.level1 += moved1
        n.var0 += (residual0 * residual0 - n.var0) * widen
        n.var1 += widened1
        grown = age > level.FIRST_SPAN
        visit = min(1.0, dt / draft.slot_s) if grown else 0.0
        visited = visits + visit
        clip = min(max(visited, 1.0), season.VISIT_MEMORY)
        profile[2 * slot] = usual0 + daily0 * (visit / clip)
        profile[2 * slot + 1] = usual1 + daily1 * (trust * visit / clip)
        seen[slot] = visited
        visit = min(1.0, dt / draft.place_s) if grown else 0.0
        after = times + visit
        clip = min(max(after, 1.0), season.VISIT_MEMORY)
        week[2 * place] = offset0 + weekly0 * (visit / clip)
        week[2 * place + 1] = offset1 + weekly1 * (trust * visit / clip)
        weeks[place] = after
        if visited > season.VISITS:
            n.compared += dt
            part = min(dt / min(max(n.compared, dt), season.ERROR_MEMORY), 1.0)
            n.error_flat0 += part * _excess(flat0, n.error_flat0)
            n.error_flat1 += part * _excess(flat1, n.error_flat1)
            n.error_daily0 += part * _excess(daily0, n.error_daily0)
            n.error_daily1 += part * _excess(daily1, n.error_daily1)
        if times >= season.VISITS:
            n.compared_weeks += dt
            part = min(dt / min(max(n.compared_weeks, dt), season.WEEK_ERROR_MEMORY), 1.0)
            n.error_best0 += part * _excess(daily0 if by_day0 else flat0, n.error_best0)
            n.error_best1 += part * _excess(daily1 if by_day1 else flat1, n.error_best1)
            n.error_weekly0 += part * _excess(weekly0, n.error_weekly0)
            n.error_weekly1 += part * _excess(weekly1, n.error_weekly1)
        days, at = self.days, draft.at % len(draft.days)
        days[at] = days[at] + (x - days[at]) / (n.quarter + 1.0) if n.quarter > 0 else x
        n.quarter += 1.0
        if strange == strange:  # noqa: PLR0124  # not NaN
            n.strange_s += dt
            part = min(dt / min(max(n.strange_s, 1e-9), memory), 1.0)
            n.strange += part * (min(abs(strange), inf if young else CLIP * n.strange) - n.strange)
        n.size += (abs(x) - n.size) * min(dt / min(age, level.SIZE_MEMORY), 1.0)
        change = abs(x - n.previous)
        if 0 < change < n.quantum:
            n.quantum = change
        if n.whole:
            n.whole = 1.0 if x.is_integer() else 0.0
        n.previous, n.count, n.last, n.age, n.hour = x, n.count + 1.0, now, age, hour
        n.gap, n.then_hour, n.filled = spacing, then_hour, filled
        if not warm:
            return nan, nan, nan, nan, Model.NONE
        expected, half = x - residual0, self.reach * spread0
        if self.watch.min_change > 0:
            half = max(half, self.watch.min_change)
        model = Model.WEEK if by_week0 else Model.SEASON if by_day0 else Model.LEVEL
        return score, expected, expected - half, expected + half, model

    def _nearest(self, residual: float, usual: float, slot: int, scale: int) -> float:
        """The residual by its clock slot or one beside it, whichever is nearer: as `seasons.nearest`."""
        slots = len(self.seen)
        without = residual + usual
        for beside in ((slot - 1) % slots, (slot + 1) % slots):
            other = without - self.profile[2 * beside + scale]
            if self.seen[beside] >= season.VISITS and abs(other) < abs(residual):
                residual = other
        return residual

    def _score(self, *bad: float) -> float:
        """What the experts say together: numpy's logarithms differ from the C library's in the last bit."""
        peak = returns.peakiness(np.array(bad)[:, None])
        return float(returns.together(returns.score(peak, self.bar, self.slope))[0])

    def _largest(self, block: int, *bad: float) -> None:
        ring, at = self.ring, block % len(self.draft.ring) * EXPERTS
        for expert, size in enumerate(bad, at):
            before = ring[expert]
            if size > abs(before):
                ring[expert] = -size if before < 0 else size


def _excess(error: float, mean: float) -> float:
    """As `season.excess`."""
    size = abs(error)
    return (min(size, season.ERROR_CLIP * mean) if mean > 0 else size) - mean


def _read(rows: Rows) -> Numbers:
    found = [rows[name].item() for name in SINGLE]
    for name in DOUBLE:
        found += rows[name].ravel().tolist()
    return Numbers(*found)


def _write(rows: Rows, numbers: Numbers) -> None:
    for name in SINGLE:
        rows[name] = np.array([getattr(numbers, name)])
    for name in DOUBLE:
        rows[name] = np.array([[getattr(numbers, name + "0")], [getattr(numbers, name + "1")]])


def _whole(numbers: Floats) -> list[int]:
    found: list[int] = numbers.astype(np.int64).tolist()
    return found


def _view(numbers: Singles) -> "memoryview[float]":
    """The numbers, read and written one by one in a third of the time that an array takes."""
    return memoryview(numbers.data).cast("B").cast("f")
