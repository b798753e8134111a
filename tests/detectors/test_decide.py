"""Anomalies: held, one a component, reported at start, when worse and at the end, under one key, across restarts."""

import pickle
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from detectors.anomaly import Anomaly, AnomalyKind
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Frame
from detectors.state import State
from detectors.watch import FailureKind, Watch, component_of
from tests.detectors.series import clock, frame, key, noise, part, watch

TIMES = clock(3, 60.0)
N = len(TIMES)
FAULT = slice(N - 200, N - 100)
A_WATCH = watch(every=timedelta(minutes=1), kind=FailureKind.DELAY)


@cache
def before(a_watch: Watch, past: bytes) -> State:
    """After that past; many tests have the same."""
    state, scores = step(a_watch, State.empty(a_watch), pickle.loads(past))
    return decide(a_watch, state, scores)[0]


def reported(a_watch: Watch, *frames: Frame, kill: bool = False) -> list[Anomaly]:
    """What is reported from just before the fault on; kill: from the bytes that each step left."""
    state, found = State.empty(a_watch), list[Anomaly]()
    if not kill:
        (whole,) = frames
        cut = FAULT.start - 1
        state, frames = before(a_watch, pickle.dumps(part(whole, 0, cut))), (part(whole, cut, len(whole.times)),)
    for each in frames:
        state, scores = step(a_watch, state, each)
        state, anomalies = decide(a_watch, state, scores)
        found += anomalies
        if kill:
            read = State.from_bytes(a_watch, state.to_bytes(a_watch))
            assert read is not None
            state = read
    return [anomaly for anomaly in found if anomaly.started_at.timestamp() >= TIMES[FAULT.start - 1]]


def faulty(size: float = 30.0, series: int = 1) -> Frame:
    values = noise((3, N))
    values[:series, FAULT] += size
    return frame(TIMES, values, (key(pool="a"), key(pool="b"), key("ETH")))


def test_an_anomaly_is_reported_at_its_start_and_at_its_end() -> None:
    start, *_, end = reported(A_WATCH, faulty())
    assert start.key == end.key
    assert start.component == "withdrawals/BTC"
    assert start.started_at == datetime.fromtimestamp(TIMES[FAULT.start], UTC)
    assert start.ended_at is None
    assert end.ended_at == datetime.fromtimestamp(TIMES[FAULT.stop], UTC)
    assert start.failure is FailureKind.DELAY
    assert "Withdrawal time, p95" in start.reason
    assert " s, expected " in start.reason


def test_several_series_of_a_component_are_one_anomaly() -> None:
    found = reported(A_WATCH, faulty(series=2))
    assert {anomaly.component for anomaly in found} == {"withdrawals/BTC"}
    assert len({anomaly.key for anomaly in found}) == 1
    assert found[0].series == 2


@pytest.mark.parametrize(
    ("hold", "opens_after"),
    [pytest.param(0, 0, id="at once"), pytest.param(10, 10, id="ten minutes"), pytest.param(120, None, id="too long")],
)
def test_a_deviation_must_hold(hold: int, opens_after: int | None) -> None:
    found = reported(watch(every=timedelta(minutes=1), hold=timedelta(minutes=hold)), faulty())
    if opens_after is None:
        assert not found
    else:
        assert (found[0].detected_at - found[0].started_at) == timedelta(minutes=opens_after)


def test_the_same_anomalies_come_out_when_killed_at_every_step() -> None:
    whole = faulty()
    pieces = [part(whole, 0, N - 260), *(part(whole, i, i + 13) for i in range(N - 260, N, 13))]
    assert reported(A_WATCH, *pieces, kill=True) == reported(A_WATCH, whole)


def test_unknown_neither_opens_nor_closes() -> None:
    whole = faulty()
    whole.values[0, N - 180 : N - 177] = np.nan
    found = reported(A_WATCH, whole)
    assert len({anomaly.key for anomaly in found}) == 1


def test_silence_is_an_anomaly_of_its_own_from_the_last_sample_on() -> None:
    whole = frame(TIMES, noise((2, N)), (key(), key("ETH")))
    whole.values[0, FAULT] = np.nan
    start, *_, end = [anomaly for anomaly in reported(A_WATCH, whole) if anomaly.kind is AnomalyKind.ABSENCE]
    assert start.failure is FailureKind.SILENCE
    assert start.model == "absence"
    assert start.started_at == datetime.fromtimestamp(TIMES[FAULT.start - 1], UTC)
    assert start.detected_at - start.started_at == timedelta(minutes=5)
    assert "no samples for 5 min" in start.reason
    assert end.ended_at is not None
    assert np.isnan(end.observed)


def test_a_saved_state_of_another_query_is_not_used() -> None:
    state, _ = step(A_WATCH, State.empty(A_WATCH), faulty())
    assert State.from_bytes(watch(component="deposits/{asset}"), state.to_bytes(A_WATCH)) is None
    with pytest.raises(ValueError, match="saved state of 4 bytes is not readable"):
        State.from_bytes(A_WATCH, b"oops")


def test_a_component_is_filled_from_labels_or_says_what_is_missing() -> None:
    assert component_of(watch(), key("ETH")) == "withdrawals/ETH"
    with pytest.raises(ValueError, match="does not fit a series with the labels none"):
        component_of(watch(), ())


def dataless(after: int) -> Frame:
    """A fault of ten minutes, then no sample for `after` minutes while the series goes on elsewhere."""
    values = noise((2, N))
    values[0, FAULT.start : FAULT.start + 10] += 30.0
    values[0, FAULT.start + 10 : FAULT.start + 10 + after] = np.nan
    upto = FAULT.start + 10 + after
    return frame(TIMES[:upto], values[:, :upto], (key(pool="a"), key("ETH")))


@pytest.mark.parametrize(
    ("minutes", "ends"), [pytest.param(30, False, id="half an hour"), pytest.param(70, True, id="more than an hour")]
)
def test_what_was_not_notified_of_for_long_has_ended_when_it_was_last_seen(minutes: int, ends: bool) -> None:
    found = reported(watch(every=timedelta(minutes=1), absent_after=None), dataless(minutes))
    last = datetime.fromtimestamp(TIMES[FAULT.start + 9], UTC)
    assert [a.ended_at for a in found if a.ended_at] == ([last] if ends else [])


def ends(values: np.ndarray, **fields: object) -> list[Anomaly]:
    """What began with the fifth day of two series at five minutes, and ended."""
    a_watch = watch(kind=FailureKind.DELAY, **fields)
    times = clock(len(values[0]) * 300 / 86_400)
    state, scores = step(a_watch, State.empty(a_watch), frame(times, values, (key(), key("ETH"))))
    _, found = decide(a_watch, state, scores)
    began = {times[4 * 288], times[4 * 288 - 1]}
    return [anomaly for anomaly in found if anomaly.ended_at and anomaly.started_at.timestamp() in began]


@pytest.mark.parametrize(
    ("hours", "accepted"),
    [
        pytest.param(12, [False], id="half a day, then back"),
        pytest.param(23, [False], id="nearly as long as a change must stay, then back"),
        pytest.param(240, [True], id="it stays"),
    ],
)
def test_a_change_that_stays_is_accepted_and_the_end_says_so(hours: int, accepted: list[bool]) -> None:
    values = noise((2, 14 * 288))
    values[0, 4 * 288 : 4 * 288 + 12 * hours] += 40.0
    assert [anomaly.accepted for anomaly in ends(values)] == accepted


@pytest.mark.parametrize(
    ("hours", "accepted"),
    [pytest.param(5, [False], id="it speaks again"), pytest.param(96, [True], id="it stays silent")],
)
def test_a_silence_that_stays_is_accepted_and_the_end_says_so(hours: int, accepted: list[bool]) -> None:
    values = noise((2, 10 * 288))
    values[0, 4 * 288 : 4 * 288 + 12 * hours] = np.nan
    found = ends(values, absent_after=timedelta(minutes=30))
    assert [anomaly.accepted for anomaly in found if anomaly.kind is AnomalyKind.ABSENCE] == accepted
