"""Warm start: runs weeks of past samples through the same engine, so that the first live sample is judged at once."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detectors.engine import learn, settled
from detectors.frame import Floats, Frame, Labels, parts
from detectors.state import State
from detectors.watch import Watch

if TYPE_CHECKING:
    import pandas as pd  # slow to import: commands that warm nothing do without

DAYS_FOR_DAY, DAYS_FOR_WEEK = 4, 15
"""Autocorrelation at one day, at one week, says something from so many days on."""
KNOWN_GATE = 1.0
DOUBTFUL_GATE = 0.75
"""A profile must lower a series' error: where its season was found in the past, at all; where not, clearly."""
UNCLEAR = (0.5, 1.5)
"""A week's correlation by its interval: below, there is no week; above, there is; between, MSTL is worth its time."""
STRONG = 0.8
"""A season's strength from which it is one. MSTL made 0.73 at most of a month without a
week, 0.96 at least of one with it."""
DECOMPOSED = 200
"""So many series of a watch at most are decomposed: MSTL takes 16 ms each."""
COARSE = 12
"""Of what changes slowly, trend and what is beyond a season, every twelfth hour is smoothed: the strengths are the same
to two digits, in an eighth of the time."""
DAY, WEEK = 24, 168
"""In hours."""


def warm(watch: Watch, frames: Iterable[Frame]) -> State:
    """Learns the past, oldest frame first, and returns the state; its peaks count as usual, and nothing is reported."""
    state = State.empty(watch)
    hours: list[pd.DataFrame] = []
    for frame in frames:
        for part in parts(frame):
            state = learn(watch, state, part)
        if frame.buckets is None:  # of a histogram the distance alone would have a day, and that is not known here
            hours.append(_hourly(frame))
    if state.watermark is None:
        return state
    return settled(watch, _gated(state, hours) if hours else state)


def _hourly(frame: Frame) -> "pd.DataFrame":
    """Means of each hour: one row an hour, one column a series, named by its labels as JSON."""
    import pandas as pd

    index = pd.to_datetime(frame.times, unit="s", utc=True)
    return pd.DataFrame(frame.values.T, index=index, columns=_names(frame.keys)).resample("1h").mean()


def _names(keys: tuple[Labels, ...]) -> list[str]:
    return [json.dumps(key) for key in keys]


def _gated(state: State, hours: list["pd.DataFrame"]) -> State:
    """The state with how much each season must lower a series' error, by what the past shows of it."""
    import pandas as pd

    table = pd.concat(hours).groupby(level=0).mean().resample("1h").mean()
    gate, gate_week, unclear = state.gate.copy(), state.gate_week.copy(), list[tuple[int, Floats]]()
    for row, name in enumerate(_names(state.keys)):
        hourly = _filled(table[name].to_numpy(np.float64)) if name in table.columns else None
        if hourly is None:
            continue
        gate[row] = KNOWN_GATE if _echo(hourly, DAY) > 1.0 else DOUBTFUL_GATE
        if len(hourly) < DAY * DAYS_FOR_WEEK:
            continue
        echo = _echo(hourly - _day_of(hourly), WEEK)
        gate_week[row] = KNOWN_GATE if echo > UNCLEAR[1] else DOUBTFUL_GATE
        if UNCLEAR[0] < echo <= UNCLEAR[1]:
            unclear.append((row, hourly))
    for row, hourly in unclear[:DECOMPOSED]:
        if _strength_of_week(hourly) > STRONG:
            gate_week[row] = KNOWN_GATE
    return replace(state, gate=gate, gate_week=gate_week)


def _filled(hourly: Floats) -> Floats | None:
    """The hours, the median where one is unknown; None where they are too few or all the same."""
    known = np.isfinite(hourly)
    if np.count_nonzero(known) < DAY * DAYS_FOR_DAY or np.ptp(hourly[known]) == 0:
        return None
    return np.where(known, hourly, np.median(hourly[known]))


def _day_of(hourly: Floats) -> Floats:
    """The mean of each hour's time of the day."""
    clock = np.arange(len(hourly)) % DAY
    mean: Floats = (np.bincount(clock, hourly) / np.bincount(clock))[clock]
    return mean


def _echo(hourly: Floats, hours: int) -> float:
    """The autocorrelation at so many hours, by what echoes of shorter ones reach (Bartlett's interval): 1 is found."""
    from statsmodels.tsa.stattools import acf  # slow to import, and only a warm start asks

    if np.ptp(hourly) <= 1e-9 * np.abs(hourly).max():
        return 0.0
    correlation, interval = acf(hourly, nlags=hours, fft=True, alpha=0.05, result_object=False)
    return float(correlation[hours] / (interval[hours, 1] - correlation[hours]))


def _strength_of_week(hourly: Floats) -> float:
    """1 less the part of the variance that a week's season leaves, day and trend taken out (Wang et al., 2006)."""
    from statsmodels.tsa.seasonal import MSTL

    found = MSTL(hourly, periods=(DAY, WEEK), stl_kwargs={"trend_jump": COARSE, "low_pass_jump": COARSE}).fit()
    left, week = found.resid, found.seasonal[:, 1]
    return float(1.0 - np.var(left) / np.var(left + week)) if np.var(left + week) > 0 else 0.0
