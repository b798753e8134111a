"""A person's word: what was told is no anomaly. That kind of excursion of that series is judged milder from then on.

The word takes as much from the scores of the kind as makes the excursion it was said of an ordinary one, and half as
much after four weeks: what comes twice as hard is told all the same, and no word holds for ever.
"""

from dataclasses import replace
from enum import IntEnum

import numpy as np

from detectors.anomaly import Anomaly, AnomalyKind
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
"""How far under a score of 1 the same excursion is judged after the word."""
LEAST = 0.05
"""Of a word of which less is left nothing is said any more."""


def left(milder: Floats, since: Floats) -> Floats:
    """What is left of a word after so many seconds: half in four weeks."""
    fading: Floats = milder * np.exp2(-np.maximum(since, 0.0) / MONTH)
    return fading


def forgive(state: State, series: Labels, anomaly: Anomaly) -> State:
    """The state in which such an excursion of this series is judged milder: a person said that it is no anomaly.

    series: labels of one of the state's series. anomaly: as told, or any later report of it; its kind is how it
    deviated (above, below), or what did not come (another value, an event, a fall). Of a silence the series' patience
    grows. What many series showed together becomes milder for all of them together as well.
    Raises ValueError where the state has no such series, or where an error budget was spent: no matter of taste.
    """
    if series not in state.keys:
        known = len(state.keys)
        raise ValueError(f"watch {anomaly.watch}: series {dict(series)!r} is not known; expected one of its {known}")
    if anomaly.model == "burn":
        raise ValueError(
            f"watch {anomaly.watch}: model is burn, a spent error budget; change the objective `slo` instead"
        )
    row = state.keys.index(series)
    if anomaly.kind is AnomalyKind.ABSENCE:
        return _patient(state, row, (anomaly.last_seen_at - anomaly.started_at).total_seconds())
    kind = _kind(anomaly)
    pool = state.pool
    if anomaly.model == "pool" and pool is not None:
        side = ("side", "1.0" if kind is Pardon.ABOVE else "-1.0")
        for place, key in enumerate(pool.keys):
            if side in key:
                pool = _milder(pool, place, Pardon.ABOVE, anomaly.score)
    return replace(_milder(state, row, kind, anomaly.score), pool=pool)


def _kind(anomaly: Anomaly) -> Pardon:
    if anomaly.model.upper() in Run.__members__:
        return RUNS[Run[anomaly.model.upper()]]
    return Pardon.ABOVE if anomaly.observed >= anomaly.expected else Pardon.BELOW


def _milder(state: State, row: int, kind: Pardon, score: float) -> State:
    at = state.pardon_at.copy()
    pardon = state.pardon.copy()
    pardon[:, row] = left(pardon[:, row], np.asarray(state.watermark_s - at[row]))
    # The score was lowered already by what an earlier word has left.
    pardon[kind, row] += max(score - 1.0, 0.0) + UNDER
    at[row] = state.watermark_s
    return replace(state, pardon=pardon, pardon_at=at)


def _patient(state: State, row: int, silent: float) -> State:
    patience, at = state.patience.copy(), state.patient_at.copy()
    faded = absence.faded(patience[row : row + 1], state.watermark_s - at[row : row + 1])
    patience[row] = max(float(faded[0]), silent)
    at[row] = state.watermark_s
    return replace(state, patience=patience, patient_at=at)
