"""Finds runs that should have ended by now: a value that does not change, events that do not come, a growing backlog.

Arrays are (S,) one a series of the column.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.draft import Column, Draft, Rows
from detectors.frame import Floats
from detectors.judge import Judged
from detectors.models import returns, runs
from detectors.models.runs import Run
from detectors.pardon import RUNS, left
from detectors.watch import Direction, FailureKind, Read, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Rows (N,) whose run of one kind says more than the deviation does: its score and its seconds."""

    kind: Run
    rows: NDArray[np.intp]
    score: Floats
    seconds: Floats


def wait(watch: Watch, column: Column, judged: Judged, *, believed: bool) -> tuple[Wait, ...]:
    """Brings the runs of a judged column up to date, before it is learnt from; returns their scores.

    believed: the past is read whole, and its longest runs are usual however long they were.
    """
    rows = column.rows
    rows["watched"] = rows["watched"] + judged.dt
    said = [_flat(watch, column, judged, believed=believed)]
    if watch.bad is not Direction.ABOVE and judged.chance is not None and not judged.chance.is_share:
        said.append(_quiet(watch, column, judged, believed=believed))
    if watch.kind is FailureKind.BACKLOG and watch.query.read is Read.VALUE and watch.bad is not Direction.BELOW:
        said.append(_growth(watch, column, judged, believed=believed))
    return tuple(one for one in said if one is not None)


def refreshed(draft: Draft, seconds: float, chances: float) -> None:
    """Works out again how long a run must be to score 1; `chances`: seconds for one wrong report of a series."""
    rows = draft.all
    left = runs.faded(seconds)
    for name in ("watched", "ended", "most"):
        rows[name] = rows[name] * left
    slope = runs.slope(rows["most"], rows["ended"])
    often = np.divide(rows["ended"], rows["watched"], out=np.zeros_like(slope), where=rows["watched"] > 0)
    rows["run_slope"] = slope
    rows["run_bar"] = runs.bar(slope, often * chances, rows["age"])


def _flat(watch: Watch, column: Column, judged: Judged, *, believed: bool) -> Wait | None:
    rows, kind = column.rows, Run.FLAT
    same = column.x == rows["previous"]
    rows.own("ended")[kind] += 1.0
    runs_on = same | (rows["waited"][kind] > 0) if rows["waited"][kind].any() else same
    who = runs_on.nonzero()[0]
    if not len(who):
        return None
    rows.own("ended")[kind, who] -= same[who]
    stays = same[who]
    often = rows["ended"][kind, who] / rows["watched"][who]
    _over(rows, kind, who[~stays], believed=believed)
    rows.own("due")[kind, who] += np.where(stays, often * judged.dt[who], 0.0)
    rows.own("waited")[kind, who] += np.where(stays, judged.dt[who], 0.0)
    moves = often * np.where(rows["gap"][who] < np.inf, rows["gap"][who], 0.0)
    stays &= (moves >= runs.MOVES) & (judged.spread[0, who] >= watch.min_change)
    if judged.chance is not None:  # few events repeat their number by chance; that none come is said by `quiet`
        few = np.zeros_like(same)
        few[judged.chance.rows] = True
        stays &= ~few[who]
    return _said(watch, rows, judged, kind, who[stays])


def _quiet(watch: Watch, column: Column, judged: Judged, *, believed: bool) -> Wait | None:
    chance, rows, kind = judged.chance, column.rows, Run.QUIET
    assert chance is not None  # noqa: S101  # asked by who calls
    none = column.x[chance.rows] == 0
    rows.own("ended")[kind, chance.rows] += ~none
    none &= chance.share[0] >= runs.BY_CHANCE
    _over(rows, kind, ((rows["due"][kind] > 0) & (column.x != 0)).nonzero()[0], believed=believed)
    who = chance.rows[none]
    if not len(who):
        return None
    few = chance.expected[0, none]
    if watch.query.read is Read.RATE:  # windows overlap: what is due is what the time since the last sample held
        window = watch.query.window.total_seconds()
        begins = rows["due"][kind, who] == 0
        few = few * np.where(begins, np.maximum(1.0, judged.dt[who] / window), judged.dt[who] / window)
    due = runs.missing(few, chance.clump[0, none])
    seconds = np.where(rows["due"][kind, who] > 0, judged.dt[who], 0.0)
    rows.own("due")[kind, who] += due
    rows.own("waited")[kind, who] += seconds
    return _said(watch, rows, judged, kind, who[-judged.residual[0, who] >= watch.min_change])


def _growth(watch: Watch, column: Column, judged: Judged, *, believed: bool) -> Wait | None:
    rows, kind = column.rows, Run.GROWTH
    rose, fell = column.x > rows["previous"], column.x < rows["previous"]
    rows.own("ended")[kind] += fell
    who = np.flatnonzero(rose | (rows["due"][kind] > 0))
    if not len(who):
        return None
    moves = rows["ended"][Run.FLAT, who] + 1.0
    falls = np.clip((rows["ended"][kind, who] + 0.5) / moves, 0.0, 0.99)
    due = np.where(rose[who], -np.log1p(-falls), 0.0)
    _over(rows, kind, who[fell[who]], believed=believed)
    rows.own("due")[kind, who] += due
    rows.own("waited")[kind, who] += np.where(fell[who], 0.0, judged.dt[who])
    above = (judged.residual[0, who] > 0) & (judged.residual[0, who] >= watch.min_change)
    return _said(watch, rows, judged, kind, who[~fell[who] & above])


def _over(rows: Rows, kind: Run, who: NDArray[np.intp], *, believed: bool) -> None:
    if not len(who):
        return
    due = rows["due"][kind, who]
    if not believed:
        due = runs.remembered(due, rows["run_slope"][kind, who], rows["ended"][kind, who])
    rows.own("most")[kind, who] = np.maximum(rows["most"][kind, who], due)
    rows.own("due")[kind, who] = 0.0
    rows.own("waited")[kind, who] = 0.0


def _said(watch: Watch, rows: Rows, judged: Judged, kind: Run, who: NDArray[np.intp]) -> Wait | None:
    """What runs of these rows say, where it is more than the deviation says, until it has been reported for long
    enough.
    """
    due, bar = rows["due"][kind, who], rows["run_bar"][kind, who]
    seconds = rows["waited"][kind, who]
    reported_for = seconds * (1.0 - bar / np.maximum(due, 1e-9))
    speaks = (bar > 0) & judged.warm[who] & (rows["ended"][kind, who] >= runs.FEWEST)
    speaks &= reported_for < watch.accept_after.total_seconds()
    score = 1.0 + runs.rarer(due, bar, np.maximum(rows["run_slope"][kind, who], 1.0)) / returns.HUNDREDFOLD
    milder = rows["pardon"][RUNS[kind], who]
    if milder.any():
        score -= left(milder, rows["last"][who] - rows["pardon_at"][who])
    speaks &= score > judged.score[who]
    if not speaks.any():
        return None
    return Wait(kind=kind, rows=who[speaks], score=score[speaks], seconds=seconds[speaks])
