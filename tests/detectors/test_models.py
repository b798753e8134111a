"""How an exchange breaks beyond a level: each model through the engine, from samples to the anomaly's sentence."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from detectors.anomaly import Anomaly
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Floats, Frame
from detectors.scores import Model, Scores
from detectors.shapes import relearning
from detectors.state import State
from detectors.watch import Direction, FailureKind, Query, Read, Watch
from tests.detectors.series import clock, key, learnt, watch

EVERY = 300.0
PAST = 6 * 288
"""Six days at five minutes teach what is usual; a day follows that is judged."""
TIMES = clock(7.0)
FAULT = PAST + 100
"""Where the fault begins."""


def judged(a_watch: Watch, values: Floats, **more: Any) -> tuple[Scores, list[Anomaly]]:
    """A series' last day after six days of history: scores, and each anomaly as it was last reported."""
    whole = Frame(keys=(key(),), times=TIMES, values=values[None], **more)
    state, scores = step(a_watch, learnt(a_watch, cut(whole, 0, PAST)), cut(whole, PAST, len(TIMES)))
    _, anomalies = decide(a_watch, state, scores)
    return scores, list({anomaly.key: anomaly for anomaly in anomalies}.values())


def cut(whole: Frame, start: int, end: int) -> Frame:
    return Frame(
        keys=whole.keys,
        times=whole.times[start:end],
        values=whole.values[:, start:end],
        events=None if whole.events is None else whole.events[:, start:end],
        buckets=None if whole.buckets is None else whole.buckets[..., start:end],
        ends=whole.ends,
    )


def rng() -> np.random.Generator:
    return np.random.default_rng(11)


DEPOSITS = watch(
    query=Query(metric="deposits_total", read=Read.RATE), title="Deposits", unit="1/s", bad=Direction.BELOW
)


def deposits(expected: float = 3.0) -> Floats:
    return rng().poisson(expected, len(TIMES)) / EVERY


def test_no_deposits_for_an_hour_are_reported_and_three_are_usual() -> None:
    values = deposits()
    assert judged(DEPOSITS, values)[1] == []
    values[FAULT : FAULT + 12] = 0.0
    scores, anomalies = judged(DEPOSITS, values)
    assert len(anomalies) == 1
    anomaly = anomalies[0]
    assert anomaly.model == "quiet"
    assert anomaly.started_at.timestamp() == TIMES[FAULT]
    assert (anomaly.detected_at - anomaly.started_at) <= timedelta(minutes=35)
    assert anomaly.ended_at is not None
    assert "Deposits 0 1/s, no event for" in anomaly.reason
    assert "expected at least" in anomaly.reason
    assert scores.expected[0, 100] == pytest.approx(3 / EVERY, rel=0.3)


def test_a_burst_of_deposits_is_a_count_with_its_number() -> None:
    a_watch = watch(query=DEPOSITS.query, title="Deposits", unit="1/s", bad=Direction.ABOVE)
    values = deposits()
    values[FAULT] = 25 / EVERY
    _, anomalies = judged(a_watch, values)
    assert [anomaly.model for anomaly in anomalies] == ["count"]
    assert "(25 in 5 min, usually" in anomalies[0].reason


@pytest.mark.parametrize("fields", [{"bad": Direction.ABOVE}, {"min_change": 0.02}], ids=["above", "min change"])
def test_direction_and_least_change_hold_for_missing_events(fields: dict[str, Any]) -> None:
    values = deposits()
    values[FAULT : FAULT + 12] = 0.0
    assert judged(watch(query=DEPOSITS.query, **fields), values)[1] == []


def test_counts_of_whole_numbers_are_judged_by_their_own_tail() -> None:
    values = rng().poisson(4.0, len(TIMES)).astype(np.float64)
    scores, _ = judged(watch(), values)
    assert (scores.model[0] == Model.COUNT).mean() > 0.9
    assert np.nanmin(scores.low) >= 0.0


def test_a_steady_count_that_halves_is_no_matter_of_chance() -> None:
    values = np.full(len(TIMES), 12.0)
    values[FAULT : FAULT + 6] = 5.0
    _, anomalies = judged(watch(), values)
    assert anomalies[0].detected_at.timestamp() == TIMES[FAULT]


ERRORS = watch(
    query=Query(metric="failed_total", read=Read.RATIO, of="all_total"), title="Errors", bad=Direction.ABOVE, unit=""
)


@pytest.mark.parametrize(
    ("events", "bad", "fires"),
    [
        pytest.param(4, 1.0, False, id="one of four"),
        pytest.param(4, 4.0, True, id="four of four"),
        pytest.param(4_000, 240.0, True, id="six percent of 4,000"),
    ],
)
def test_a_share_is_judged_with_its_denominator(events: int, bad: float, fires: bool) -> None:
    values = rng().binomial(events, 0.01, len(TIMES)) / events
    values[FAULT : FAULT + 2] = bad / events
    behind = np.full((1, len(TIMES)), float(events))
    _, anomalies = judged(ERRORS, values, events=behind)
    during = [anomaly for anomaly in anomalies if anomaly.started_at.timestamp() == TIMES[FAULT]]
    assert bool(during) is fires
    if fires:
        assert during[0].high < bad / events
        assert during[0].low >= 0


def test_a_night_of_few_events_teaches_and_fires_little() -> None:
    behind = np.where(np.arange(len(TIMES)) % 288 < 96, 4.0, 2_000.0)
    values = rng().binomial(behind.astype(int), 0.02) / behind
    scores, anomalies = judged(ERRORS, values, events=behind[None])
    assert anomalies == []
    day, night = scores.high[0, 150], scores.high[0, 50]
    assert day < 0.09 < night
    assert scores.expected[0, 150] == pytest.approx(0.02, abs=0.006)


def test_a_quantile_of_few_events_has_a_wider_band() -> None:
    a_watch = watch(query=Query(metric="secs", read=Read.QUANTILE, quantile=0.95))
    behind = np.full((1, len(TIMES)), 400.0)
    behind[0, FAULT] = 4.0
    values = rng().normal(10.0, 0.3, len(TIMES))
    scores, _ = judged(a_watch, values, events=behind)
    width = scores.high[0] - scores.low[0]
    assert width[FAULT - PAST] == pytest.approx(10 * width[FAULT - PAST - 1], rel=0.1)


def test_a_value_that_stands_still_is_reported() -> None:
    values = rng().normal(41.0, 0.5, len(TIMES))
    values[FAULT : FAULT + 60] = values[FAULT - 1]
    scores, anomalies = judged(watch(title="Hot wallet", unit="BTC"), values)
    assert [anomaly.model for anomaly in anomalies] == ["flat"]
    anomaly = anomalies[0]
    assert anomaly.started_at.timestamp() == TIMES[FAULT - 1]
    assert timedelta(minutes=45) < anomaly.detected_at - anomaly.started_at < timedelta(hours=2)
    assert "has stood still at 4" in anomaly.reason
    assert np.nanmax(scores.score[0, FAULT - PAST + 61 :]) < 1.0


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        pytest.param(np.repeat(rng().normal(41.0, 0.5, 42), 48), {}, id="a value that moves every four hours"),
        pytest.param(np.round(rng().normal(5.0, 0.4, 2_016)), {}, id="a value that often repeats"),
        pytest.param(rng().normal(41.0, 0.001, 2_016), {"min_change": 1.0}, id="one whose moves matter to nobody"),
    ],
)
def test_a_value_that_is_often_still_is_not_frozen(values: Floats, fields: dict[str, Any]) -> None:
    if fields:
        values[FAULT : FAULT + 60] = values[FAULT]
    scores, _ = judged(watch(**fields), values)
    assert not (scores.model == Model.FLAT).any()


QUEUE = watch(kind=FailureKind.BACKLOG, bad=Direction.ABOVE, title="Queue", query=Query(metric="queue"), unit="")


def queue() -> Floats:
    values = np.empty(len(TIMES))
    drawn, now = rng(), 40.0
    for at in range(len(TIMES)):
        now = max(0.0, now + 0.1 * (40.0 - now) + drawn.normal(0.0, 6.0))
        values[at] = np.round(now)
    return values


def test_a_backlog_that_only_grows_is_reported_before_it_is_large() -> None:
    values = queue()
    assert judged(QUEUE, values)[1] == []
    values[FAULT : FAULT + 30] = values[FAULT] + 1.0 * np.arange(30)
    scores, _ = judged(QUEUE, values)
    assert (scores.model[0] == Model.GROWTH).any()
    assert np.nanmax(scores.score[0, FAULT - PAST : FAULT - PAST + 30]) >= 1.0
    assert not (judged(watch(kind=FailureKind.DELAY, bad=Direction.ABOVE), values)[0].model == Model.GROWTH).any()


def test_an_objective_is_reported_at_its_burn_rate_with_both_windows() -> None:
    a_watch = watch(query=ERRORS.query, title="Errors", bad=Direction.ABOVE, unit="", slo=99.0, min_change=0.5)
    behind = np.full((1, len(TIMES)), 5_000.0)
    values = np.full(len(TIMES), 0.004)
    values[FAULT:] = 0.3
    scores, anomalies = judged(a_watch, values, events=behind)
    assert anomalies[0].model == "burn"
    assert anomalies[0].detected_at - timedelta(minutes=35) <= anomalies[0].started_at
    assert "spends the error budget of 1%" in anomalies[0].reason
    hour = FAULT - PAST + 12
    # An hour at 30 % of 1 %: 30 times as fast, where 14.4 is a score of 1.
    assert scores.score[0, hour] == pytest.approx(30 / 14.4, rel=0.1)


def histograms() -> Floats:
    usual = np.array([0.05, 0.2, 0.3, 0.25, 0.15, 0.05])
    return rng().multinomial(300, usual, len(TIMES)).T.astype(np.float64)


SHIFT = watch(
    query=Query(metric="latency_seconds", read=Read.SHIFT),
    bad=Direction.ABOVE,
    title="Latency",
    unit="",
    min_change=0.1,
)
ENDS = (0.1, 0.2, 0.5, 1.0, 2.0, np.inf)


def test_a_second_hump_that_no_quantile_shows_is_reported() -> None:
    buckets = histograms()
    # What lay in the middle bucket goes to its neighbours; half of all stays below 0.5, and 95 % below 2.
    humps = np.array([0.05, 0.45, 0.05, 0.05, 0.35, 0.05])
    total = buckets.sum(axis=0)
    assert judged(SHIFT, total, buckets=buckets[None], events=total[None], ends=ENDS)[1] == []
    buckets[:, FAULT : FAULT + 6] = rng().multinomial(300, humps, 6).T
    scores, anomalies = judged(SHIFT, total, buckets=buckets[None], events=total[None], ends=ENDS)
    assert anomalies[0].started_at.timestamp() == TIMES[FAULT]
    assert anomalies[0].model == "shift"
    assert "Latency: the distribution is" in anomalies[0].reason
    assert scores.expected[0, 10] == pytest.approx(1.0, abs=0.5)


def test_new_buckets_are_learnt_afresh() -> None:
    reported, buckets = SHIFT, histograms()[None]
    frame = Frame(keys=(key(),), times=TIMES, values=buckets.sum(axis=1), buckets=buckets, ends=ENDS)
    state, _ = step(reported, State.empty(reported), cut(frame, 0, PAST))
    other = Frame(
        keys=(key(),),
        times=TIMES,
        values=buckets.sum(axis=1),
        buckets=np.repeat(buckets / 2, 2, axis=1),
        ends=(*np.linspace(0.1, 3.0, 11).tolist(), np.inf),
    )
    state, scores = step(reported, state, cut(other, PAST, len(TIMES)))
    assert state.shape.shape == (12, 1)
    assert np.nanmax(scores.score) < 1.0


FINE = (0.05, 0.1, 0.15, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, np.inf)
OTHERS = (0.07, 0.3, 0.9, 3.0, np.inf)
SOME = (0.2, 0.3, 1.0, 3.0, np.inf)
LAYOUTS = {"the same": ENDS, "finer": FINE, "coarser": (0.2, 1.0, np.inf), "others": OTHERS, "some in common": SOME}


def layout_frame(spent: Floats, ends: tuple[float, ...], times: Floats) -> Frame:
    """Histograms of what took `spent` (T, N) seconds, over these bounds."""
    upto = np.stack([(spent <= end).sum(axis=1) for end in ends]).astype(np.float64)
    buckets = np.diff(upto, axis=0, prepend=0.0)[None]
    total = buckets.sum(axis=1)
    return Frame(keys=(key(),), times=times, values=total, events=total, buckets=buckets, ends=ends)


@pytest.mark.parametrize("slower", [1.0, 3.0], ids=["as usual", "three times slower"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_deployment_that_changes_the_buckets_rings_only_for_what_can_be_compared(layout: str, slower: float) -> None:
    spent = rng().lognormal(-0.7, 1.0, (len(TIMES), 300))
    spent[FAULT:] *= slower
    after = layout_frame(spent[FAULT:], LAYOUTS[layout], TIMES[FAULT:])
    state, _ = step(SHIFT, State.empty(SHIFT), layout_frame(spent[:FAULT], ENDS, TIMES[:FAULT]))
    state, scores = step(SHIFT, state, after)
    rings = bool(np.nanmax(scores.score) >= 1.0)
    assert rings is (slower > 1.0 and layout != "others")
    assert state.ends == LAYOUTS[layout] or set(state.ends) > set(LAYOUTS[layout])


def test_what_is_learnt_afresh_is_reported_and_compared_again_in_the_end() -> None:
    spent = rng().lognormal(-0.7, 1.0, (len(TIMES), 300))
    half = len(TIMES) // 2
    state, _ = step(SHIFT, State.empty(SHIFT), layout_frame(spent[:half], ENDS, TIMES[:half]))
    assert relearning(state).tolist() == [0]
    state, _ = step(SHIFT, state, layout_frame(spent[half : half + 12], FINE, TIMES[half : half + 12]))
    assert relearning(state).tolist() == [6]
    later = step(SHIFT, state, layout_frame(spent[half + 12 :], FINE, TIMES[half + 12 :]))[0]
    assert relearning(later).tolist() == [0]


@pytest.mark.parametrize("a_watch", [DEPOSITS, ERRORS, SHIFT, QUEUE], ids=["counts", "shares", "shift", "queue"])
def test_a_frame_may_be_split_anywhere(a_watch: Watch) -> None:
    buckets = histograms()[None]
    more: dict[str, Any] = {}
    if a_watch is ERRORS:
        more = {"events": rng().integers(0, 40, (1, len(TIMES))).astype(np.float64)}
    if a_watch is SHIFT:
        more = {"buckets": buckets, "ends": ENDS, "events": buckets.sum(axis=1)}
    values = deposits()[None] if a_watch is not QUEUE else queue()[None]
    whole = cut(Frame(keys=(key(),), times=TIMES, values=values, **more), 0, 600)
    state, scores = step(a_watch, State.empty(a_watch), whole)
    split, pieces = State.empty(a_watch), []
    for start, end in ((0, 1), (1, 130), (130, 131), (131, 600)):
        split, piece = step(a_watch, split, cut(whole, start, end))
        split = State.from_bytes(a_watch, split.to_bytes(a_watch)) or split
        pieces.append(piece.score)
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), scores.score)
    assert split.to_bytes(a_watch) == state.to_bytes(a_watch)
