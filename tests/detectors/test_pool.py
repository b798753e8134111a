"""Evidence of many series: what each alone could not say, reported once for the watch, and who takes part."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from detectors.anomaly import Anomaly
from detectors.decide import decide
from detectors.engine import learn, settled, step
from detectors.frame import Floats, Frame, Labels
from detectors.scores import Model, Scores
from detectors.share import LEAST, of_series
from detectors.state import State
from detectors.watch import Direction, Watch
from tests.detectors.series import clock, frame, key, learnt, noise, part, watch

SERIES = 40
EVERY = 1_800.0
TIMES = clock(14, EVERY)
N = len(TIMES)
FAULT = slice(N - 20, N - 8)
ABOVE = watch(every=timedelta(seconds=EVERY), bad=Direction.ABOVE, component="withdrawals/{asset}")


def keys(series: int = SERIES) -> tuple[Labels, ...]:
    return tuple(key(f"A{i // 4}", pool=str(i)) for i in range(series))


def values(size: float = 0.0, share: float = 1.0, *, market: float = 0.0, series: int = SERIES) -> Floats:
    """Independent noise of spread 1, a market that moves all, and a fault of `size` spreads on the first series."""
    drawn = noise((series, N)) + market * noise(N, seed=3, mean=0.0)
    drawn[: max(1, round(share * series)), FAULT] += size
    return drawn


def run(a_watch: Watch, whole: Frame, *cuts: int, kill: bool = False) -> tuple[Scores, list[Anomaly]]:
    """The scores of the last piece, and what was reported of it; whatever comes before is history."""
    state = learnt(a_watch, part(whole, 0, FAULT.start - 10))
    found = list[Anomaly]()
    edges = [FAULT.start - 10, *cuts, N]
    for begin, end in pairwise(edges):
        state, scores = step(a_watch, state, part(whole, begin, end))
        state, reported = decide(a_watch, state, scores)
        found += reported
        if kill:
            read = State.from_bytes(a_watch, state.to_bytes(a_watch))
            assert read is not None
            state = read
    return scores, found


@pytest.mark.parametrize(
    ("size", "share", "market"),
    [
        pytest.param(2.0, 1.0, 0.0, id="a little of all"),
        pytest.param(4.0, 0.2, 0.0, id="some of some"),
        pytest.param(3.5, 0.2, 1.5, id="some of some, while the market moves all"),
    ],
)
def test_many_series_say_together_what_none_says_alone(size: float, share: float, market: float) -> None:
    whole = frame(TIMES, values(size, share, market=market), keys())
    _, found = run(ABOVE, whole)
    assert found
    assert found[0].started_at.timestamp() <= TIMES[FAULT.start + 2]
    assert found[0].model == "pool"
    assert found[0].of == SERIES
    assert 2 <= found[0].pooled <= SERIES
    assert f"{found[0].pooled} of 40 series higher together" in found[0].reason


def test_who_takes_part_is_named_and_nobody_else_opens() -> None:
    _, found = run(ABOVE, frame(TIMES, values(6.0, 0.2), keys()))
    assert {anomaly.component for anomaly in found} == {"withdrawals/A0", "withdrawals/A1"}
    assert all(set(anomaly.members) <= set(keys()[:8]) for anomaly in found)
    assert all(anomaly.series == len(anomaly.members) <= 4 for anomaly in found)


def test_what_is_clear_alone_still_says_that_others_moved_with_it() -> None:
    _, found = run(ABOVE, frame(TIMES, values(60.0, 0.2), keys()))
    assert {anomaly.component for anomaly in found} == {"withdrawals/A0", "withdrawals/A1"}
    assert all(anomaly.together for anomaly in found)
    _, alone = run(ABOVE, frame(TIMES, values(60.0, 1 / SERIES), keys()))
    assert {anomaly.component for anomaly in alone} == {"withdrawals/A0"}


@pytest.mark.parametrize("market", [0.0, 1.5], ids=["each for itself", "all follow the market"])
def test_noise_opens_nothing(market: float) -> None:
    _, found = run(ABOVE, frame(TIMES, values(market=market), keys()))
    assert not found


def test_the_good_side_is_no_fault() -> None:
    _, found = run(ABOVE, frame(TIMES, values(-6.0), keys()))
    assert not found


def test_where_most_series_move_the_others_are_not_blamed() -> None:
    both = watch(every=timedelta(seconds=EVERY))
    _, found = run(both, frame(TIMES, values(8.0, 0.8), keys()))
    assert {anomaly.component for anomaly in found} == {f"withdrawals/A{i}" for i in range(8)}


def test_together_but_by_less_than_matters_wakes_nobody() -> None:
    whole = frame(TIMES, values(2.0), keys())
    _, found = run(watch(every=timedelta(seconds=EVERY), bad=Direction.ABOVE, min_change=20.0), whole)
    assert not found


def test_few_series_have_nothing_to_pool() -> None:
    few = LEAST - 1
    state, scores = step(ABOVE, State.empty(ABOVE), frame(TIMES, values(9.0, series=few), keys(few)))
    assert state.pool is None
    assert not (scores.model == Model.POOL).any()
    assert of_series(few) == 1.0


def test_a_frame_may_be_split_anywhere_and_the_process_killed() -> None:
    whole = frame(TIMES, values(3.5, 0.3), keys())
    whole.values[3, 50:90] = np.nan
    assert run(ABOVE, whole, FAULT.start - 3, FAULT.start + 1, FAULT.start + 5, kill=True)[1] == run(ABOVE, whole)[1]


@pytest.mark.parametrize(
    ("then", "reported"),
    [
        pytest.param([1.0, 0.4, 0.4, 0.4], True, id="a fall of all below anything usual"),
        pytest.param([3.0, 2.2, 1.5, 1.1], False, id="a burst that comes to its end"),
        pytest.param([0.96, 0.92, 0.88, 0.84], False, id="a market that goes down as it does"),
    ],
)
def test_what_all_lose_at_once_is_reported_and_what_a_market_does_is_not(then: list[float], reported: bool) -> None:
    below, times = watch(every=timedelta(minutes=10), bad=Direction.BELOW), clock(9, 600.0)
    rng = np.random.default_rng(5)
    market = np.repeat(rng.normal(0.0, 0.15, len(times) // 36 + 1), 36)[: len(times)]
    market = np.convolve(np.concatenate([np.zeros(35), market]), np.ones(36) / 36.0, "valid")
    bursts = np.exp(np.where(rng.random(len(times)) < 1 / 200, 0.8, 0.0))
    drawn = rng.uniform(2.0, 30.0, (20, 1)) * np.exp(market + rng.normal(0.0, 0.15, (20, len(times)))) * bursts
    drawn[:, -4:] = drawn[:, -5:-4] * then
    whole = frame(times, drawn, keys(20))
    state = settled(below, learn(below, State.empty(below), part(whole, 0, len(times) - 4)))
    state, scores = step(below, state, part(whole, len(times) - 4, len(times)))
    _, found = decide(below, state, scores)
    assert bool(found) == reported
    assert not reported or {anomaly.component for anomaly in found} == {f"withdrawals/A{i}" for i in range(5)}


def test_series_that_are_missing_or_new_neither_speak_nor_silence_the_others() -> None:
    whole = frame(TIMES, values(2.5), keys())
    whole.values[:10, N - 60 :] = np.nan
    whole.values[10:15, : N - 60] = np.nan
    _, found = run(watch(every=timedelta(seconds=EVERY), bad=Direction.ABOVE, absent_after=None), whole)
    assert {anomaly.of for anomaly in found if anomaly.pooled} == {SERIES - 15}
    assert not {"withdrawals/A0", "withdrawals/A1"} & {anomaly.component for anomaly in found}


def test_a_saved_state_keeps_what_is_known_of_all_together() -> None:
    state, _ = step(ABOVE, State.empty(ABOVE), frame(TIMES, values(), keys()))
    read = State.from_bytes(ABOVE, state.to_bytes(ABOVE))
    assert read is not None
    assert read.pool is not None
    assert state.pool is not None
    np.testing.assert_array_equal(read.pool.bar, state.pool.bar)
    np.testing.assert_array_equal(read.shared, state.shared)


def test_an_end_is_answered_soon_after_all_are_back() -> None:
    _, found = run(ABOVE, frame(TIMES, values(3.0), keys()))
    ended = [anomaly.ended_at.timestamp() for anomaly in found if anomaly.ended_at]
    assert ended
    assert min(ended) <= TIMES[FAULT.stop + 2]
