from functools import cache

import numpy as np
import pytest

from detectors.anomaly import Anomaly
from detectors.backtest import POINTS, PastAnomaly, Reported, Walk
from detectors.frame import COLUMNS, Frame
from detectors.observe import look
from detectors.state import State
from detectors.strip import joined, strip_of, thinned
from tests.detectors.series import clock, frame, key, noise, part, watch

PAIR = (key("BTC"), key("ETH"))


def days(count: float, seed: int = 7) -> Frame:
    """Two series of one component every five minutes; on the last day both have a spike, and later the second one."""
    times = clock(count)
    values = noise((2, len(times)), seed)
    values[0, -200:-188] += 600.0
    values[1, -195:-190] += 30.0
    values[1, -40:-38] += 90.0
    return frame(times, values, PAIR)


@cache
def at_once() -> Walk:
    """Nine days in one frame."""
    return walked(days(9), [])


def walked(whole: Frame, sizes: list[int], *, pictures: int = 10) -> Walk:
    """The past in frames of these sizes, the rest in one."""
    asked = watch(component="withdrawals")
    walk = Walk(asked, State.empty(asked), pictures=pictures)
    at = 0
    for size in [*sizes, len(whole.times)]:
        walk.take(part(whole, at, at + size))
        at += size
    walk.finish()
    return walk


def worst(walk: Walk) -> PastAnomaly:
    return max(walk.stretches.values(), key=lambda stretch: (stretch.anomaly.series, stretch.anomaly.score))


def said(reports: list[Reported]) -> list[tuple[float, Anomaly]]:
    return [(one.at, one.anomaly) for one in reports]


def live(whole: Frame) -> list[tuple[float, Anomaly]]:
    """What the service says when it is given a column at a time."""
    asked = watch(component="withdrawals")
    state, came = State.empty(asked), []
    for column, now in enumerate(whole.times.tolist()):
        seen = look(asked, state, part(whole, column, column + 1))
        state = seen.state
        came += [(now, anomaly) for anomaly in seen.anomalies]
    return came


def test_every_word_is_reported_at_the_column_that_made_the_service_say_it() -> None:
    whole = days(9)
    expected = live(whole)
    assert len(expected) >= 4
    assert [repr(one) for one in said(at_once().reports)] == [repr(one) for one in expected]


@pytest.mark.parametrize("sizes", [[1, 2, 3], [500, 500, 500], [2400]], ids=["small first", "days", "one large"])
def test_how_the_past_is_cut_changes_nothing(sizes: list[int]) -> None:
    whole = days(9)
    assert repr(said(walked(whole, sizes).reports)) == repr(said(at_once().reports))


def test_a_stretch_names_the_series_that_take_part_the_worst_first() -> None:
    first = worst(at_once())
    assert first.series == PAIR
    assert first.anomaly.labels == PAIR[0]


def test_a_picture_has_the_samples_and_the_band_around_the_stretch() -> None:
    whole = days(9)
    first = worst(at_once())
    strip, anomaly = first.strip, first.anomaly
    assert strip is not None
    assert anomaly.ended_at is not None
    start, end = anomaly.started_at.timestamp(), anomaly.ended_at.timestamp()
    assert strip.times[0] < start < end < strip.times[-1]
    assert len(strip.times) <= POINTS
    columns = np.isin(whole.times, strip.times)
    np.testing.assert_array_equal(strip.values, whole.values[0, columns])
    inside = strip.times == start
    assert (strip.values[inside] > strip.high[inside]).all()


def test_only_the_worst_keep_their_samples_where_the_room_is_full() -> None:
    walk = walked(days(9), [], pictures=1)
    scores = {stretch.anomaly.score: stretch.strip is not None for stretch in walk.stretches.values()}
    assert len(scores) > 1
    assert [score for score, kept in scores.items() if kept] == [max(scores)]


def test_samples_series_and_the_first_judgement_are_counted() -> None:
    whole = days(2)
    whole.values[1, :100] = np.nan
    walk = walked(whole, [COLUMNS])
    assert (walk.samples, walk.series) == (2 * 576 - 100, 2)
    assert walk.judging_since is not None
    assert whole.times[12] <= walk.judging_since <= whole.times[100]


def test_a_strip_of_a_series_that_is_not_there_is_unknown() -> None:
    asked, whole = watch(), days(0.1)
    seen = look(asked, State.empty(asked), whole)
    strip = strip_of(whole, seen.scores, key("DOGE"))
    assert np.isnan(strip.values).all()
    assert len(thinned(joined([strip, strip]), 7).times) == 7


def test_a_thinned_strip_keeps_what_is_farthest_from_expected() -> None:
    asked, whole = watch(), days(9)
    strip = strip_of(whole, look(asked, State.empty(asked), whole).scores, PAIR[0])
    few = thinned(strip, 100)
    assert len(few.times) == 100
    away = np.abs(strip.values - strip.expected)
    assert strip.times[np.nanargmax(away)] in few.times
    assert (np.diff(few.times) > 0).all()
