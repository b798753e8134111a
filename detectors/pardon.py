"""Pardons: a person says that an excursion was no anomaly, and that kind of excursion of that series is judged milder.

A pardon takes as much from the scores of the kind as makes the pardoned excursion an ordinary one, and half as
much after four weeks: an excursion twice as strong is reported all the same, and no pardon lasts for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from detectors.frame import Floats, Labels
from detectors.models import absence
from detectors.models.runs import Run
from detectors.state import MONTH, State


class Pardon(IntEnum):
    """The kinds of excursion that a person may call usual, in the order of `State.pardon`."""

    ABOVE = 0
    BELOW = 1
    FLAT = 2
    QUIET = 3
    GROWTH = 4


RUNS = {Run.FLAT: Pardon.FLAT, Run.QUIET: Pardon.QUIET, Run.GROWTH: Pardon.GROWTH}
UNDER = 0.15
"""How far below a score of 1 the same excursion is judged after the pardon."""
LEAST = 0.05
"""A pardon of which less is left is dropped."""


def left(milder: Floats, since: Floats) -> Floats:
    """What is left of a pardon after so many seconds: half in four weeks."""
    fading: Floats = milder * np.exp2(-np.maximum(since, 0.0) / MONTH)
    return fading


@dataclass(frozen=True, slots=True, kw_only=True)
class Excursion:
    """An excursion that a person called no anomaly.

    series: its labels. model, score: as it was reported. above: it went up. silent: seconds without a sample; 0 where
    there were samples. at: epoch seconds, when the person said so.
    """

    series: Labels
    model: str
    score: float
    above: bool
    silent: float = 0.0
    at: float


def forgiven(state: State, excursions: Iterable[Excursion]) -> State:
    """The state in which these excursions, and no others, are judged milder; a pardon that was taken back must be left
    out.

    An excursion makes milder what is of its kind and of its series: how it deviated (above, below), or what did not
    come (another value, an event, a fall). Of a silence the series' patience grows. What many series showed together
    becomes milder for all of them together as well. A series that the state does not know is left out, and so is a
    spent error budget: that is no matter of taste, and its objective `slo` says what is too much.
    """
    rows = {series: row for row, series in enumerate(state.keys)}
    pardon, at = np.zeros_like(state.pardon), np.zeros_like(state.pardon_at)
    patience, patient_at = state.patience.copy(), state.patient_at.copy()
    pool = state.pool and replace(
        state.pool, pardon=np.zeros_like(state.pool.pardon), pardon_at=np.zeros_like(state.pool.pardon_at)
    )
    for one in sorted(excursions, key=lambda e: e.at):
        row = rows.get(one.series)
        if row is None or one.model == "burn":
            continue
        if one.silent > 0.0:
            since = np.asarray([state.watermark_s - patient_at[row]])
            faded = float(absence.faded(patience[row : row + 1], since)[0])
            wanted = float(absence.faded(np.asarray([one.silent]), np.asarray([state.watermark_s - one.at]))[0])
            if wanted > faded:
                patience[row], patient_at[row] = wanted, state.watermark_s
            continue
        _add(pardon, at, row, _kind(one), one)
        if one.model == "pool" and pool:
            # A watch that is bad on both sides has a row for each, the upper first; another has the one side alone.
            both = any(("side", "1") in key for key in pool.keys)
            for place, key in enumerate(pool.keys):
                if ("side", "1" if both and not one.above else "0") in key:
                    _add(pool.pardon, pool.pardon_at, place, Pardon.ABOVE, one)
    return replace(state, pardon=pardon, pardon_at=at, patience=patience, patient_at=patient_at, pool=pool)


def _kind(excursion: Excursion) -> Pardon:
    if excursion.model.upper() in Run.__members__:
        return RUNS[Run[excursion.model.upper()]]
    return Pardon.ABOVE if excursion.above else Pardon.BELOW


def _add(pardon: Floats, at: Floats, row: int, kind: Pardon, excursion: Excursion) -> None:
    pardon[:, row] = left(pardon[:, row], np.asarray(excursion.at - at[row]))
    # The score was lowered already by what an earlier word has left.
    pardon[kind, row] += max(excursion.score - 1.0, 0.0) + UNDER
    at[row] = excursion.at
