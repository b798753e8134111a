"""Series that come and go: a watch holds those that live and those that may come back, not all there ever were."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from detectors.engine import step
from detectors.frame import Floats, Frame, Labels
from detectors.state import DAY, State
from detectors.watch import Query, Watch

WATCH = Watch(name="pods", query=Query(metric="m"), component="pods", every=timedelta(hours=1))
BEGIN = 1.7672256e9
STAYS: Labels = (("pod", "stays"),)


def pod(number: int) -> Labels:
    return (("pod", f"p{number}"),)


def seen(watch: Watch, state: State, keys: tuple[Labels, ...], first: float, last: float) -> State:
    """The state after hourly samples of the series, from one day to another."""
    times: Floats = BEGIN + np.arange(first * DAY, last * DAY, 3_600.0)
    return step(watch, state, Frame(keys=keys, times=times, values=np.ones((len(keys), len(times)))))[0]


@pytest.mark.parametrize(
    ("lived", "gone", "known"),
    [
        pytest.param(0.5, 1.9, True, id="for two days anybody may come back"),
        pytest.param(0.5, 2.5, False, id="half a day's life is forgotten then"),
        pytest.param(6.0, 5.0, True, id="who lived for six days is remembered for as long"),
        pytest.param(6.0, 7.0, False, id="and no longer"),
        pytest.param(30.0, 13.0, True, id="two weeks at the most"),
        pytest.param(30.0, 15.0, False, id="then everybody is forgotten"),
    ],
)
def test_a_series_is_remembered_for_as_long_as_it_was_known(lived: float, gone: float, known: bool) -> None:
    state = seen(WATCH, State.empty(WATCH), (STAYS, pod(0)), 0.0, lived)
    state = seen(WATCH, state, (STAYS,), lived, lived + gone)
    assert (pod(0) in state.keys) is known
    assert STAYS in state.keys


def test_a_silence_is_reported_of_and_accepted_before_its_series_is_forgotten() -> None:
    patient = replace(WATCH, accept_after=timedelta(days=3))
    state = seen(patient, State.empty(patient), (STAYS, pod(0)), 0.0, 1.0)
    assert pod(0) in seen(patient, state, (STAYS,), 1.0, 6.5).keys
    assert pod(0) not in seen(patient, state, (STAYS,), 1.0, 7.5).keys


def test_a_watch_of_short_lives_does_not_grow_for_ever() -> None:
    state = State.empty(WATCH)
    for half_day in range(60):
        state = seen(WATCH, state, (STAYS, pod(half_day)), half_day / 2, half_day / 2 + 0.5)
    assert len(state.keys) <= 7
