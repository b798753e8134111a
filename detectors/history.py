"""A warm start: weeks of past samples through the same engine, so that the first live sample is judged at once."""

import json
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from detectors.engine import learn, settled
from detectors.frame import Floats, Frame, Labels, parts
from detectors.state import State
from detectors.watch import Watch

DAYS_FOR_SEASON = 4
"""Autocorrelation at one day says something from so many days on."""
KNOWN_GATE = 1.0
DOUBTFUL_GATE = 0.75
"""The daily profile must lower a series' error: where autocorrelation finds a day, at all; where not, clearly."""


def warm(watch: Watch, frames: Iterable[Frame]) -> State:
    """The state after the past, oldest frame first; its peaks are believed, and nobody is told."""
    state = State.empty(watch)
    hours: list[pd.DataFrame] = []
    for frame in frames:
        for part in parts(frame):
            state = learn(watch, state, part)
        if frame.buckets is None:  # of a histogram the distance alone would have a day, and that is not known here
            hours.append(_hourly(frame))
    if state.watermark is None:
        return state
    return settled(watch, replace(state, gate=_gates(state, hours)) if hours else state)


def _hourly(frame: Frame) -> pd.DataFrame:
    """Means of each hour: one row an hour, one column a series, named by its labels as JSON."""
    index = pd.to_datetime(frame.times, unit="s", utc=True)
    return pd.DataFrame(frame.values.T, index=index, columns=_names(frame.keys)).resample("1h").mean()


def _names(keys: tuple[Labels, ...]) -> list[str]:
    return [json.dumps(key) for key in keys]


def _gates(state: State, hours: list[pd.DataFrame]) -> Floats:
    """(S,) how much the daily profile must lower a series' error, from its autocorrelation at one day."""
    table = pd.concat(hours).groupby(level=0).mean().resample("1h").mean()
    gates = state.gate.copy()
    if len(table) < 24 * DAYS_FOR_SEASON:
        return gates
    for row, name in enumerate(_names(state.keys)):
        if name in table.columns:
            gates[row] = _gate(table[name].to_numpy(np.float64), gates[row])
    return gates


def _gate(hourly: Floats, unknown: float) -> float:
    from statsmodels.tsa.stattools import acf  # slow to import, and only a warm start asks

    known = np.isfinite(hourly)
    if np.count_nonzero(known) < 24 * DAYS_FOR_SEASON or np.ptp(hourly[known]) == 0:
        return unknown
    filled = np.where(known, hourly, np.median(hourly[known]))
    correlation, interval = acf(filled, nlags=24, fft=True, alpha=0.05, result_object=False)
    # Bartlett's interval: beyond it a day's correlation is not the echo of shorter ones.
    return KNOWN_GATE if correlation[24] > interval[24, 1] - correlation[24] else DOUBTFUL_GATE
