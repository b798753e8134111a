"""Scoring: the same however a frame is split, quick on faults, quiet on what is usual."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detectors.engine import step
from detectors.frame import Floats, Frame
from detectors.history import warm
from detectors.scores import Model, Scores
from detectors.state import State
from detectors.watch import Direction, Watch
from tests.detectors.series import by_columns, clock, frame, key, noise, part, watch

KEYS = (key("BTC"), key("ETH"), key("XRP"))


def scored(a_watch: Watch, *frames: Frame) -> tuple[State, Scores]:
    state, scores = step(a_watch, State.empty(a_watch), frames[0])
    for each in frames[1:]:
        state, scores = step(a_watch, state, each)
    return state, scores


def after(a_watch: Watch, past: Floats, live: Floats, live_every: float, past_every: float = 60.0) -> Scores:
    """The scores of live samples after a past at another spacing."""
    before = clock(len(past) * past_every / 86_400, past_every)
    state = warm(a_watch, [frame(before, past)])
    _, scores = step(a_watch, state, frame(before[-1] + live_every * (1 + np.arange(len(live))), live))
    return scores


COLUMNS = 400
"""A day to learn from, and two hours and more with faults."""


@cache
def in_one(seed: int, holes: float, jitter: bool) -> tuple[Frame, State, Scores]:
    """A frame of three series with a step, a gap and chance holes, and what comes of it as a whole."""
    rng = np.random.default_rng(seed)
    times = clock(COLUMNS * 300 / 86_400)
    times = times + np.round(rng.uniform(0, 200, COLUMNS)) if jitter else times
    values = rng.lognormal(size=(3, COLUMNS))
    values[rng.uniform(size=values.shape) < holes] = np.nan
    values[1, 300:320] += 50.0
    values[2, 330:370] = np.nan
    whole = frame(times, values, KEYS)
    return whole, *step(watch(), State.empty(watch()), whole)


@settings(max_examples=15, deadline=None)
@given(
    cuts=st.lists(st.integers(1, COLUMNS - 1), max_size=6),
    seed=st.integers(0, 1),
    holes=st.sampled_from([0.0, 0.03, 0.3]),
    jitter=st.booleans(),
)
@example(cuts=[1], seed=1, holes=0.25, jitter=False)
def test_a_frame_in_parts_scores_as_the_whole_frame(cuts: list[int], seed: int, holes: float, jitter: bool) -> None:
    a_watch, (whole, state, scores) = watch(), in_one(seed, holes, jitter)
    part_state, pieces = State.empty(a_watch), []
    edges = [0, *sorted(cuts), COLUMNS]
    for start, end in pairwise(edges):
        part_state, piece = step(a_watch, part_state, part(whole, start, end))
        pieces.append(piece)
    np.testing.assert_array_equal(np.concatenate([piece.score for piece in pieces], axis=1), scores.score)
    np.testing.assert_array_equal(np.concatenate([piece.high for piece in pieces], axis=1), scores.high)
    assert part_state.to_bytes(a_watch) == state.to_bytes(a_watch)


def test_a_step_leaves_the_state_before_it_untouched() -> None:
    whole = frame(clock(4), noise(1152))
    state, _ = scored(watch(), part(whole, 0, 1000))
    before = state.to_bytes(watch())
    step(watch(), state, part(whole, 1000, 1152))
    assert state.to_bytes(watch()) == before


def test_a_young_series_is_unknown_not_normal() -> None:
    _, scores = scored(watch(), frame(clock(1), noise(288)))
    assert np.isnan(scores.score[0, :24]).all()
    assert np.isfinite(scores.score[0, 24:]).all()


def test_a_missing_sample_is_unknown() -> None:
    values = noise(1152)
    values[1000], values[1001] = np.nan, np.inf
    _, scores = scored(watch(absent_after=None), frame(clock(4), values))
    assert np.isnan(scores.score[0, 1000:1002]).all()
    assert np.isfinite(scores.score[0, 1002:]).all()


def test_late_and_repeated_samples_change_nothing() -> None:
    whole = frame(clock(4), noise(1152))
    state, _ = scored(watch(), whole)
    again, scores = step(watch(), state, part(whole, 1100, 1152))
    assert scores.score.shape == (1, 0)
    assert again.to_bytes(watch()) == state.to_bytes(watch())


def test_series_come_and_go_without_disturbing_the_others() -> None:
    times, values = clock(4), noise((2, 1152))
    a_watch = watch(absent_after=None, budget=1.0)
    alone, _ = scored(a_watch, frame(times, values[:1], KEYS[:1]))
    state, _ = scored(a_watch, frame(times[:700], values[:, :700], KEYS[:2]))
    state, _ = step(a_watch, state, frame(times[700:], values[:1, 700:], KEYS[:1]))
    np.testing.assert_array_equal(state.level[:, 0], alone.level[:, 0])
    assert state.keys == KEYS[:2]
    later = frame(times[-1] + 1_800.0 * np.arange(1, 15 * 48), noise((1, 15 * 48 - 1)), KEYS[:1])
    state, _ = step(a_watch, state, later)
    assert state.keys == KEYS[:1]


def test_a_series_that_joins_between_two_refreshes_is_judged_as_one_that_was_there() -> None:
    times, values = clock(2), noise((2, 576))
    values[1, 305:320] += 90.0
    a_watch = watch(absent_after=None)
    early, _ = scored(a_watch, frame(times[:301], values[:1, :301], KEYS[:1]))
    _, joined = step(a_watch, early, frame(times[301:], values[:, 301:], KEYS[:2]))
    _, alone = scored(a_watch, frame(times[301:], values[1:, 301:], KEYS[1:2]))
    np.testing.assert_array_equal(np.isnan(joined.score[1]), np.isnan(alone.score[0]))
    assert np.isfinite(joined.score[1, 24:]).all()


@pytest.mark.parametrize("series", [0, 1, 3])
@pytest.mark.parametrize("empty", [0, 1, 2, 700, 900])
def test_a_past_without_a_sample_is_passed_over_and_gives_the_same(series: int, empty: int) -> None:
    values = noise((series, 900))
    values[:, :empty] = np.nan
    values[1:, : empty + 40] = np.nan
    a_watch, whole = watch(), frame(clock(900 * 300 / 86_400), np.zeros((1, 900)), KEYS[:series])
    whole = replace(whole, values=values)
    state, scores = step(a_watch, State.empty(a_watch), whole)
    slow, slowly = by_columns(a_watch, whole)
    for name in ("score", "expected", "low", "high", "model"):
        np.testing.assert_array_equal(getattr(scores, name), getattr(slowly, name), err_msg=name)
    assert state.to_bytes(a_watch) == slow.to_bytes(a_watch)
    halves = scored(a_watch, part(whole, 0, 333), part(whole, 333, 900))[0]
    assert halves.to_bytes(a_watch) == slow.to_bytes(a_watch)


def test_the_order_of_series_does_not_matter() -> None:
    times, values = clock(4), noise((3, 1152))
    _, one = scored(watch(), frame(times, values, KEYS))
    state, _ = scored(watch(), part(frame(times, values, KEYS), 0, 600))
    _, two = step(watch(), state, frame(times[600:], values[::-1, 600:], KEYS[::-1]))
    np.testing.assert_array_equal(two.score, one.score[:, 600:])


LIVE = noise(120, seed=3)


@pytest.mark.parametrize(
    ("fault", "bad", "fires"),
    [
        pytest.param(LIVE * 4, Direction.BOTH, True, id="four times as much"),
        pytest.param(LIVE * 4, Direction.ABOVE, True, id="above, where above is bad"),
        pytest.param(LIVE * 4, Direction.BELOW, False, id="above, where below is bad"),
        pytest.param(LIVE * 0, Direction.BELOW, True, id="nothing at all, where below is bad"),
        pytest.param(LIVE * 0, Direction.ABOVE, False, id="nothing at all, where above is bad"),
        pytest.param(LIVE, Direction.BOTH, False, id="as ever"),
    ],
)
def test_a_fault_is_seen_at_its_first_live_seconds(fault: Floats, bad: Direction, fires: bool) -> None:
    a_watch = watch(every=timedelta(seconds=1), bad=bad)
    scores = after(a_watch, noise(2_016), np.concatenate([LIVE, fault]), 1.0, 300.0)
    assert not (scores.score[0, :120] >= 1).any()
    assert bool((scores.score[0, 120:123] >= 1).all()) is fires
    assert bool((scores.score[0, 120:] >= 1).any()) is fires


def test_fine_samples_that_follow_each_other_raise_no_alarm_after_a_coarse_past() -> None:
    rng, a_watch = np.random.default_rng(5), watch(every=timedelta(seconds=1))
    drawn = rng.normal(size=10_080 * 60 + 3_600)
    smooth = np.convolve(drawn, np.ones(60) / np.sqrt(60), mode="same") + 20
    scores = after(a_watch, smooth[: 10_080 * 60 : 60], smooth[-3_600:], 1.0)
    assert not (scores.score >= 1).any()


def test_a_small_change_wakes_nobody() -> None:
    values = noise(2_016, spread=0.01)
    values[1_500:1_510] += 0.9
    _, loud = scored(watch(), frame(clock(7), values))
    _, calm = scored(watch(min_change=1.0), frame(clock(7), values))
    assert (loud.score[0, 1_500:1_510] >= 1).all()
    assert np.nanmax(calm.score) < 1


@pytest.mark.parametrize(
    ("usual", "seen", "fires"),
    [
        pytest.param(5.0, 6.0, False, id="five becomes six"),
        pytest.param(5.0, 0.0, True, id="five becomes none"),
        pytest.param(0.0, 1.0, False, id="one after none for weeks"),
        pytest.param(0.0, 40.0, True, id="forty after none for weeks"),
    ],
)
def test_a_flat_line_of_counts_has_a_floor(usual: float, seen: float, fires: bool) -> None:
    values = np.full(4_032, usual)
    values[3_000] = seen
    whole = frame(clock(14), values)
    _, scores = step(watch(), flat_until_then(usual), part(whole, 3_000, 4_032))
    assert bool((scores.score[0] >= 1).any()) is fires


@cache
def flat_until_then(usual: float) -> State:
    return scored(watch(), part(frame(clock(14), np.full(4_032, usual)), 0, 3_000))[0]


def test_rare_events_do_not_cry_wolf() -> None:
    values = np.random.default_rng(4).poisson(0.05, size=8_064).astype(float)
    _, scores = scored(watch(), frame(clock(28), values))
    # Over budget still: counts want a model of their own. Of 400 events, hardly any may ring.
    assert np.count_nonzero(scores.score[0, 2_016:] >= 1) <= 6


def test_a_change_that_stays_is_accepted_and_recovery_does_not_fire() -> None:
    values = noise(4_032)
    values[2_000:2_024] += 40.0
    values[3_000:] += 40.0
    _, scores = scored(watch(), frame(clock(14), values))
    assert (scores.score[0, 2_000:2_024] >= 1).all()
    assert np.nanmax(scores.score[0, 2_025:2_900]) < 1
    assert (scores.score[0, 3_000:3_200] >= 1).all()
    assert np.nanmax(scores.score[0, 3_000 + 3 * 288 :]) < 1


@pytest.mark.parametrize(
    ("gap_s", "before_s"),
    [
        pytest.param(0, 0, id="nothing was missing"),
        pytest.param(300, 900, id="five minutes were, a quarter of an hour before"),
        pytest.param(1_800, 600, id="half an hour was"),
        pytest.param(7_200, 60, id="two hours were, a minute before"),
    ],
)
def test_an_outage_ends_with_its_samples_though_the_hour_was_not_full(gap_s: int, before_s: int) -> None:
    every, outage = 30.0, 900
    times = clock(2, every)
    values = noise(len(times), mean=2.0, spread=0.2)
    begins = len(times) - round((outage + 3_600) / every)
    ends = begins + round(outage / every)
    values[begins:ends] += np.arange(ends - begins) * every
    asked = np.ones(len(times), np.bool_)
    asked[begins - round((gap_s + before_s) / every) : begins - round(before_s / every)] = False
    _, scores = scored(watch(every=timedelta(seconds=every), bad=Direction.ABOVE), frame(times[asked], values[asked]))
    lasts = scores.times >= times[begins]
    during, after = lasts & (scores.times < times[ends]), scores.times >= times[ends]
    assert (scores.score[0, during][2:] >= 1).all()
    assert np.nanmax(scores.score[0, after]) < 0.7


def test_a_daily_shape_is_learnt() -> None:
    times = clock(14)
    values = 100 + 40 * np.sin(times * 2 * np.pi / 86_400) + noise(len(times), mean=0)
    values[3_500:3_506] = values[3_500 - 144 : 3_506 - 144]
    _, scores = scored(watch(), frame(times, values))
    assert scores.model[0, 3_400] == Model.SEASON
    assert (scores.score[0, 3_500:3_506] >= 1).all()


def test_silence_of_a_known_series_is_an_absence() -> None:
    times, values = clock(4, 60.0), noise((2, 5_760))
    values[1, 5_700:] = np.nan
    a_watch = watch(every=timedelta(minutes=1), absent_after=timedelta(minutes=10))
    _, scores = scored(a_watch, frame(times, values, KEYS[:2]))
    gone = scores.model[1] == Model.ABSENCE
    assert np.flatnonzero(gone)[0] == 5_709
    assert (scores.score[1, 5_709:] >= 1).all()
    assert not (scores.model[0] == Model.ABSENCE).any()


def test_a_source_that_was_not_asked_makes_nobody_absent() -> None:
    times, values = clock(4, 60.0), noise(5_760)
    a_watch = watch(every=timedelta(minutes=1))
    state, _ = scored(a_watch, frame(times, values))
    _, scores = step(a_watch, state, frame([times[-1] + 7_200.0, times[-1] + 7_260.0], [np.nan, 10.0]))
    assert not (scores.score >= 1).any()


def test_a_series_that_comes_and_goes_is_left_alone() -> None:
    rng = np.random.default_rng(6)
    values = noise(14 * 1_440)
    values[rng.uniform(size=len(values)) < 0.97] = np.nan
    a_watch = watch(every=timedelta(minutes=1))
    _, scores = scored(a_watch, frame(clock(14, 60.0), values))
    assert np.count_nonzero(scores.model[0, -7 * 1_440 :] == Model.ABSENCE) <= 60


def test_a_series_without_the_components_label_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match=r"withdrawals: component is 'withdrawals/{asset}'.*labels network"):
        step(watch(), State.empty(watch()), frame(clock(1), noise(288), ((("network", "bitcoin"),),)))
