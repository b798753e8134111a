"""What befalls samples between an exchange and us is no anomaly; what is wrong at the same time is reported.

Counters that restart and scrapes that are missing are in tests/contracts/test_worn.py, a change of summer time is in
test_daytime.py, a clock of ours that was set in tests/tocsin/test_checkpoint.py.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

import numpy as np
import pytest

from detectors.frame import Frame
from detectors.history import warm
from detectors.observe import look
from detectors.state import State
from detectors.watch import Direction
from tests.detectors.series import clock, frame, key, noise, watch

ASSETS = ("BTC", "ETH", "LTC", "XRP")
KEYS = tuple(key(asset) for asset in ASSETS)
WATCH = watch(bad=Direction.BELOW)
PAST, LIVE = 3 * 288, 150
AT = PAST + 60
"""Where the real fault begins, of LTC; what befalls the samples does so a little before."""
WORN = AT - 12


def samples() -> Frame:
    values = noise((len(ASSETS), PAST + LIVE))
    values[2, AT : AT + 12] *= 0.3
    return frame(clock((PAST + LIVE) / 288), values, KEYS)


def pieces(whole: Frame, size: int = 4) -> list[Frame]:
    """The live columns as the source brings them."""
    return [columns(whole, at, at + size) for at in range(PAST, len(whole.times), size)]


def columns(whole: Frame, start: int, end: int) -> Frame:
    return frame(whole.times[start:end], whole.values[:, start:end], whole.keys)


def without_columns(whole: Frame) -> list[Frame]:
    """Nobody asked for an hour: these columns are not there."""
    return [columns(whole, PAST, WORN), columns(whole, AT, len(whole.times))]


def without_samples(whole: Frame) -> list[Frame]:
    values = whole.values.copy()
    values[:2, WORN] = np.nan
    return pieces(frame(whole.times, values, whole.keys))


def again(whole: Frame) -> list[Frame]:
    """Every frame brings the last twelve columns once more."""
    return [columns(whole, at - 12, at + 4) for at in range(PAST, len(whole.times), 4)]


def late(whole: Frame) -> list[Frame]:
    """Of an hour that was seen already other values come in, once."""
    stale = frame(whole.times[WORN - 12 : WORN], whole.values[:, WORN - 12 : WORN] * 0.1, whole.keys)
    return [columns(whole, PAST, WORN), stale, *[columns(whole, at, at + 4) for at in range(WORN, len(whole.times), 4)]]


def ahead(whole: Frame) -> list[Frame]:
    """For ten minutes the clock of what we ask is an hour ahead, then it is right again: an hour is not news."""
    jumped = frame(whole.times[WORN : WORN + 2] + 3_600.0, whole.values[:, WORN : WORN + 2], whole.keys)
    rest = [columns(whole, at, at + 4) for at in range(WORN + 2, len(whole.times), 4)]
    return [columns(whole, PAST, WORN), jumped, *rest]


def joined(whole: Frame) -> list[Frame]:
    """A series begins, its first window not full yet, and stays."""
    fresh = noise((1, len(whole.times)), seed=5)
    fresh[0, WORN] *= 0.2
    both = frame(whole.times, np.vstack([whole.values, fresh]), (*whole.keys, key("NEW")))
    return [columns(whole, PAST, WORN), *[columns(both, at, at + 4) for at in range(WORN, len(whole.times), 4)]]


def reordered(whole: Frame) -> list[Frame]:
    """The source names its series in another order each time."""
    return [
        frame(each.times, each.values[::-1], each.keys[::-1]) if at % 2 else each
        for at, each in enumerate(pieces(whole))
    ]


WEAR: dict[str, Callable[[Frame], list[Frame]]] = {
    "nothing": pieces,
    "columns that nobody asked for": without_columns,
    "a sample that is missing": without_samples,
    "columns once more": again,
    "late samples": late,
    "a clock that was ahead": ahead,
    "a new series": joined,
    "series in another order": reordered,
}


@pytest.fixture(scope="module")
def learnt() -> State:
    return warm(WATCH, [columns(samples(), 0, PAST)])


def reported(state: State, frames: Iterable[Frame], *, restarts: bool = False) -> list[tuple[str, bool, bool]]:
    """Of each anomaly its component, whether it is a silence, and whether it has ended."""
    found = {}
    for each in frames:
        seen = look(WATCH, state, each)
        state = reread(seen.state) if restarts else seen.state
        found.update({anomaly.key: anomaly for anomaly in seen.anomalies})
    return sorted((each.component, each.model == "absence", each.ended_at is not None) for each in found.values())


def reread(state: State) -> State:
    """What is there after a restart: the checkpoint."""
    held = State.from_bytes(WATCH, state.to_bytes(WATCH))
    assert held
    return held


@pytest.mark.parametrize("restarts", [False, True], ids=["running on", "restarted after each frame"])
@pytest.mark.parametrize("name", WEAR)
def test_what_befalls_the_samples_is_not_reported_and_the_fault_beside_it_is(
    learnt: State, name: str, restarts: bool
) -> None:
    assert reported(learnt, WEAR[name](samples()), restarts=restarts) == [("withdrawals/LTC", False, True)]


def test_a_series_that_vanished_is_reported_once_as_silent(learnt: State) -> None:
    whole = samples()
    gone = frame(whole.times, whole.values[1:], whole.keys[1:])
    frames = [columns(whole, PAST, WORN), *[columns(gone, at, at + 4) for at in range(WORN, len(whole.times), 4)]]
    assert reported(learnt, frames) == [("withdrawals/BTC", True, False), ("withdrawals/LTC", False, True)]


def test_a_series_that_began_yesterday_has_learnt_nothing_of_its_first_hour() -> None:
    """The first window of a rate is not full: a day later, that is no expectation."""
    minutely = watch(bad=Direction.BELOW, every=timedelta(minutes=1))
    times, values = clock(1.1, 60.0), noise(1584, spread=0.3)
    values[:5] *= (0.0, 0.2, 0.4, 0.6, 0.8)
    assert look(minutely, State.empty(minutely), frame(times, values)).anomalies == ()
