"""Series that are silent for hours: quiet nights, weekends, exporters that restart, a clock that changes."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from detectors.anomaly import Anomaly
from detectors.daytime import all_local
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Floats, Frame
from detectors.history import warm
from detectors.scores import Model
from detectors.state import DAY, State
from detectors.watch import Direction
from tests.detectors.series import clock, frame, key, watch

EVERY = 600.0
BERLIN = "Europe/Berlin"
KINDS = ("nights", "weekends", "restarts", "never")
KEYS = tuple(key(kind) for kind in KINDS)
WATCH = watch(every=timedelta(seconds=EVERY), bad=Direction.ABOVE, absent_after=None, time_zone=BERLIN)
START = 1_772_409_600.0
"""A Monday in March: four weeks later, summer time begins."""
TIMES = clock(60, EVERY, START)
PER_DAY = round(DAY / EVERY)


@cache
def samples() -> Floats:
    """(4, T) of N(30, 2), each kind with its gaps, by the clock of Berlin."""
    rng = np.random.default_rng(2)
    values = rng.normal(30.0, 2.0, (len(KINDS), len(TIMES)))
    local = all_local(TIMES, BERLIN)
    hour, day = local % DAY / 3_600.0, (local // DAY + 3) % 7
    values[0, (hour < 7) | (hour >= 23)] = np.nan
    values[1, day >= 5] = np.nan
    for begin in np.flatnonzero(rng.random(len(TIMES)) < 2 / PER_DAY):
        values[2, begin : begin + 8] = np.nan
    return values


def reported(state: State, first: int, last: int) -> tuple[State, list[Anomaly]]:
    """What is reported of the columns, day by day; each anomaly once."""
    found: dict[str, Anomaly] = {}
    for at in range(first, last, PER_DAY):
        state, scores = step(WATCH, state, columns(at, min(at + PER_DAY, last)))
        state, anomalies = decide(WATCH, state, scores)
        found |= {anomaly.key: anomaly for anomaly in anomalies}
    return state, list(found.values())


def columns(first: int, last: int) -> Frame:
    return frame(TIMES[first:last], samples()[:, first:last].copy(), KEYS)


@cache
def lived() -> tuple[State, list[Anomaly]]:
    return reported(State.empty(WATCH), 0, len(TIMES))


@cache
def warmed() -> State:
    return warm(WATCH, [columns(0, 21 * PER_DAY)])


def test_no_gap_is_an_anomaly_in_sixty_days_that_are_lived() -> None:
    assert len(lived()[1]) <= 2  # the watch's budget: one in 30 days


def test_no_gap_is_an_anomaly_after_a_warm_start() -> None:
    assert len(reported(warmed(), 21 * PER_DAY, len(TIMES))[1]) <= 1


def mornings() -> Iterator[int]:
    """The first column after each gap of a night after the warm start."""
    came = np.isfinite(samples()[0])
    began = np.flatnonzero(came[1:] & ~came[:-1]) + 1
    yield from began[began > 21 * PER_DAY + 6].tolist()


@pytest.mark.parametrize(("lasts", "size"), [(1, 25.0), (2, 25.0), (6, 14.0)], ids=["a sample", "two", "an hour"])
def test_a_fault_right_after_the_gap_is_found_at_once(lasts: int, size: float) -> None:
    at = next(mornings())
    state, _ = reported(warmed(), 21 * PER_DAY, at)
    whole = columns(at, at + 12)
    whole.values[0, :lasts] += size
    _, anomalies = decide(WATCH, *step(WATCH, state, whole))
    assert anomalies[0].component == "withdrawals/nights"
    assert anomalies[0].started_at.timestamp() == TIMES[at]


def test_after_the_gap_the_hour_is_as_wide_as_what_it_holds() -> None:
    at = next(mornings())
    state, _ = reported(warmed(), 21 * PER_DAY, at)
    state, _ = step(WATCH, state, columns(at, at + 1))
    assert state.filled[0] == 1.0
    full = state.filled[3]
    state, scores = step(WATCH, state, columns(at + 1, at + 18))
    assert full < state.filled[0] < 1.5 * full
    assert not (scores.model[0] == Model.DRIFT).any()
