"""A person's word that an excursion is usual: milder for its kind and its series, said in the reason, not for ever."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from detectors.anomaly import Anomaly, AnomalyKind
from detectors.decide import decide
from detectors.engine import step
from detectors.history import warm
from detectors.pardon import UNDER, Excursion, Pardon, forgiven, left
from detectors.state import DAY, State
from detectors.watch import Direction
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
    """The state and what is reported when for two hours a series is off by so much; `after`: seconds later."""
    values = noise((2, 8), seed=4, spread=0.5)
    values[series, 2:6] += size
    return decide(WATCH, *step(WATCH, state, frame(TIMES[PAST : PAST + 8] + after, values, KEYS)))


def word(anomaly: Anomaly, after: float = 0.0, **changes: object) -> Excursion:
    """What is remembered when a person calls it no anomaly, so many seconds after the past has ended."""
    silent = (anomaly.last_seen_at - anomaly.started_at).total_seconds()
    said = Excursion(
        series=KEYS[0],
        model=anomaly.model,
        score=anomaly.score,
        above=anomaly.observed >= anomaly.expected,
        silent=silent if anomaly.kind is AnomalyKind.ABSENCE else 0.0,
        at=float(TIMES[PAST - 1]) + after,
    )
    return replace(said, **changes)  # type: ignore[arg-type]


def milder(state: State, size: float = SIZE) -> State:
    _, anomalies = seen(state, size)
    return forgiven(state, [word(anomalies[-1])])


@pytest.mark.parametrize(
    ("size", "series", "opens", "said"),
    [
        pytest.param(SIZE, 0, False, False, id="the same"),
        pytest.param(0.9 * SIZE, 0, False, False, id="less"),
        pytest.param(8 * SIZE, 0, True, True, id="much more"),
        pytest.param(-SIZE, 0, True, False, id="the other side"),
        pytest.param(SIZE, 1, True, False, id="another series"),
    ],
)
def test_the_same_excursion_is_reported_no_more_and_others_are(
    learnt: State, size: float, series: int, opens: bool, said: bool
) -> None:
    assert seen(learnt, size, series)[1]
    _, anomalies = seen(milder(learnt), size, series)
    assert bool(anomalies) is opens
    assert any("called usual" in anomaly.reason for anomaly in anomalies) is said


def test_a_word_fades(learnt: State) -> None:
    state = milder(learnt)
    faded = left(state.pardon[:, 0], np.asarray(28 * DAY))
    np.testing.assert_allclose(faded, state.pardon[:, 0] / 2)
    assert state.pardon[Pardon.BELOW].tolist() == [0.0, 0.0]
    old = replace(state, pardon_at=state.pardon_at - 200 * DAY)
    assert seen(old, SIZE)[1]


def test_a_word_is_kept_with_the_state_and_leaves_the_state_of_before_alone(learnt: State) -> None:
    before = learnt.to_bytes(WATCH)
    state = milder(learnt)
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
    assert not decide(WATCH, *step(WATCH, forgiven(learnt, [word(silence)]), gone))[1]
    assert state.keys == KEYS


def test_a_run_is_a_kind_of_its_own(learnt: State) -> None:
    _, anomalies = seen(learnt, SIZE)
    state = forgiven(learnt, [word(anomalies[0], model="flat")])
    assert state.pardon[Pardon.FLAT, 0] > 0
    assert seen(state, SIZE)[1]


@pytest.mark.parametrize(
    "changes",
    [pytest.param({"series": key("XRP")}, id="unknown series"), pytest.param({"model": "burn"}, id="a spent budget")],
)
def test_what_can_not_be_forgiven_is_left_out(learnt: State, changes: dict[str, object]) -> None:
    _, anomalies = seen(learnt, SIZE)
    state = forgiven(learnt, [replace(word(anomalies[0]), **changes)])  # type: ignore[arg-type]
    assert not state.pardon.any()
    assert seen(state, SIZE)[1]


def test_a_word_that_is_taken_back_is_forgotten(learnt: State) -> None:
    state = forgiven(milder(learnt), [])
    assert not state.pardon.any()
    assert seen(state, SIZE)[1]


def test_the_same_words_give_the_same_state_however_often_they_are_said(learnt: State) -> None:
    _, anomalies = seen(learnt, SIZE)
    silence = word(anomalies[0], silent=6 * 3_600.0)
    words = [word(anomalies[0]), word(anomalies[0], after=DAY, score=1.5), silence]
    once = forgiven(learnt, words)
    again = forgiven(forgiven(once, reversed(words)), words)
    assert again.to_bytes(WATCH) == once.to_bytes(WATCH)


def test_words_add_up_and_fade_from_when_each_was_said(learnt: State) -> None:
    _, anomalies = seen(learnt, SIZE)
    first, second = word(anomalies[0], score=2.0), word(anomalies[0], after=28 * DAY, score=1.5)
    state = forgiven(learnt, [second, first])
    np.testing.assert_allclose(state.pardon[Pardon.ABOVE, 0], (1.0 + UNDER) / 2 + 0.5 + UNDER)
    assert state.pardon_at[0] == second.at


@pytest.mark.parametrize(
    ("bad", "above", "side"),
    [
        (Direction.BOTH, True, "0"),
        (Direction.BOTH, False, "1"),
        (Direction.ABOVE, True, "0"),
        (Direction.BELOW, False, "0"),
    ],
)
def test_what_was_seen_by_all_together_becomes_milder_for_all_together(
    bad: Direction, above: bool, side: str, learnt: State
) -> None:
    keys = (*KEYS, *(key(f"A{n}") for n in range(6)))
    many = warm(replace(WATCH, bad=bad), [frame(TIMES[:PAST], noise((len(keys), PAST)), keys)])
    _, anomalies = seen(learnt, SIZE)
    pool = forgiven(many, [word(anomalies[0], model="pool", above=above)]).pool
    assert pool is not None
    changed = [key for key, row in zip(pool.keys, pool.pardon[Pardon.ABOVE], strict=True) if row > 0]
    assert changed == [key for key in pool.keys if ("side", side) in key]
    assert changed
