"""A person's word that an excursion is usual: milder for its kind and its series, said in the reason, not for ever."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from detectors.anomaly import Anomaly, AnomalyKind
from detectors.decide import decide
from detectors.engine import step
from detectors.history import warm
from detectors.pardon import Pardon, forgive, left
from detectors.state import DAY, State
from tests.detectors.series import clock, frame, key, noise, watch

KEYS = (key("BTC"), key("ETH"))
WATCH = watch(every=timedelta(minutes=30), absent_after=timedelta(hours=3))
PAST = 8 * 48
TIMES = clock(10, 1_800.0)
SIZE = 9.0


@pytest.fixture(scope="module")
def learnt() -> State:
    return warm(WATCH, [frame(TIMES[:PAST], noise((2, PAST)), KEYS)])


def seen(state: State, size: float, series: int = 0, after: float = 0.0) -> tuple[State, tuple[Anomaly, ...]]:
    """The state and what is told when for two hours a series is off by so much; `after`: seconds later."""
    values = noise((2, 8), seed=4, spread=0.5)
    values[series, 2:6] += size
    return decide(WATCH, *step(WATCH, state, frame(TIMES[PAST : PAST + 8] + after, values, KEYS)))


def forgiven(state: State, size: float = SIZE) -> State:
    _, anomalies = seen(state, size)
    return forgive(state, KEYS[0], anomalies[-1])


@pytest.mark.parametrize(
    ("size", "series", "opens", "milder"),
    [
        pytest.param(SIZE, 0, False, False, id="the same"),
        pytest.param(0.9 * SIZE, 0, False, False, id="less"),
        pytest.param(8 * SIZE, 0, True, True, id="much more"),
        pytest.param(-SIZE, 0, True, False, id="the other side"),
        pytest.param(SIZE, 1, True, False, id="another series"),
    ],
)
def test_the_same_excursion_is_told_no_more_and_others_are(
    learnt: State, size: float, series: int, opens: bool, milder: bool
) -> None:
    assert seen(learnt, size, series)[1]
    _, anomalies = seen(forgiven(learnt), size, series)
    assert bool(anomalies) is opens
    assert any("called usual" in anomaly.reason for anomaly in anomalies) is milder


def test_a_word_fades(learnt: State) -> None:
    state = forgiven(learnt)
    faded = left(state.pardon[:, 0], np.asarray(28 * DAY))
    np.testing.assert_allclose(faded, state.pardon[:, 0] / 2)
    assert state.pardon[Pardon.BELOW].tolist() == [0.0, 0.0]
    old = replace(state, pardon_at=state.pardon_at - 200 * DAY)
    assert seen(old, SIZE)[1]


def test_a_word_is_kept_with_the_state_and_leaves_the_state_of_before_alone(learnt: State) -> None:
    before = learnt.to_bytes(WATCH)
    state = forgiven(learnt)
    assert learnt.to_bytes(WATCH) == before
    read = State.from_bytes(WATCH, state.to_bytes(WATCH))
    assert read is not None
    assert not seen(read, SIZE)[1]


def test_after_a_word_a_silence_is_waited_for_longer(learnt: State) -> None:
    values = noise((2, 20), seed=4)
    values[0, 4:16] = np.nan
    gone = frame(TIMES[PAST : PAST + 20], values, KEYS)
    state, anomalies = decide(WATCH, *step(WATCH, learnt, gone))
    silence = anomalies[0]
    assert silence.kind is AnomalyKind.ABSENCE
    silence = replace(silence, last_seen_at=silence.started_at + timedelta(hours=6))
    assert not decide(WATCH, *step(WATCH, forgive(learnt, KEYS[0], silence), gone))[1]
    assert state.keys == KEYS


def test_a_run_is_a_kind_of_its_own(learnt: State) -> None:
    _, anomalies = seen(learnt, SIZE)
    state = forgive(learnt, KEYS[0], replace(anomalies[0], model="flat"))
    assert state.pardon[Pardon.FLAT, 0] > 0
    assert seen(state, SIZE)[1]


@pytest.mark.parametrize(
    ("asset", "model", "said"),
    [
        pytest.param("XRP", "level", r"series .*XRP.* is not known; expected one of its 2", id="unknown series"),
        pytest.param("BTC", "burn", r"change the objective `slo`", id="a spent budget"),
    ],
)
def test_what_can_not_be_forgiven_says_why(learnt: State, asset: str, model: str, said: str) -> None:
    _, anomalies = seen(learnt, SIZE)
    with pytest.raises(ValueError, match=said):
        forgive(learnt, key(asset), replace(anomalies[0], model=model))
