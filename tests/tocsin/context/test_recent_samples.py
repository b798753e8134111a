import numpy as np

from detectors.frame import Floats, Frame, Labels
from detectors.scores import Scores, blank
from detectors.state import State
from detectors.watch import Query, Watch
from tocsin.context.recent_samples import CELLS, COLUMNS, KEPT, RecentSamples

BTC: Labels = (("asset", "BTC"),)
ETH: Labels = (("asset", "ETH"),)
WATCH = Watch(name="w", query=Query(metric="x", by=("asset",)), component="withdrawals/{asset}")


def add(recent: RecentSamples, start: float, values: dict[Labels, list[float]]) -> None:
    keys = tuple(values)
    columns = len(next(iter(values.values())))
    times = start + np.arange(columns, dtype=np.float64)
    frame = Frame(keys=keys, times=times, values=np.array([values[key] for key in keys]))
    recent.add(frame, scores_of(keys, times))


def scores_of(keys: tuple[Labels, ...], times: Floats) -> Scores:
    return blank(State.empty(WATCH).joined(WATCH, keys), times)


def test_frames_are_joined_and_nothing_is_there_twice() -> None:
    recent = RecentSamples()
    add(recent, 100.0, {BTC: [1.0, 2.0, 3.0]})
    add(recent, 102.0, {BTC: [9.0, 4.0]})
    strip = recent.strip(BTC)
    assert strip
    assert strip.times.tolist() == [100.0, 101.0, 102.0, 103.0]
    assert strip.values.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert recent.strip(ETH) is None


def test_it_is_never_longer_than_a_plot_can_show() -> None:
    recent = RecentSamples()
    add(recent, 0.0, {BTC: [1.0] * (COLUMNS + 50)})
    strip = recent.strip(BTC)
    assert strip
    assert (strip.times.size, strip.times[-1]) == (COLUMNS, COLUMNS + 49)


def test_a_series_that_vanished_is_forgotten_in_time() -> None:
    recent = RecentSamples()
    add(recent, 0.0, {BTC: [1.0], ETH: [1.0]})
    add(recent, KEPT, {BTC: [1.0]})
    assert set(recent.keys) == {BTC, ETH}
    add(recent, KEPT + 1, {BTC: [1.0]})
    assert set(recent.keys) == {BTC}


def test_a_frame_without_columns_changes_nothing() -> None:
    recent = RecentSamples()
    add(recent, 0.0, {BTC: [1.0]})
    add(recent, 5.0, {BTC: []})
    assert set(recent.keys) == {BTC}


def test_a_watch_without_series_holds_nothing() -> None:
    recent = RecentSamples()
    recent.add(Frame(keys=(), times=np.array([1.0]), values=np.zeros((0, 1))), scores_of((), np.array([1.0])))
    assert recent.keys == ()
    assert recent.latest().keys == ()
    assert recent.worst(lambda labels: True) is None


def test_a_new_series_begins_where_it_was_first_seen_and_the_others_keep_theirs() -> None:
    recent = RecentSamples()
    add(recent, 0.0, {BTC: [1.0, 2.0]})
    add(recent, 2.0, {ETH: [7.0], BTC: [3.0]})
    btc, eth = recent.strip(BTC), recent.strip(ETH)
    assert btc
    assert eth
    assert btc.values.tolist() == [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(eth.values, [np.nan, np.nan, 7.0])


def test_the_ring_goes_round_and_stays_in_order() -> None:
    recent = RecentSamples()
    for start in range(0, COLUMNS + 100, 7):
        add(recent, float(start), {BTC: [float(start + k) for k in range(7)]})
    strip = recent.strip(BTC)
    assert strip
    assert strip.times.size == COLUMNS
    assert (np.diff(strip.times) == 1.0).all()
    assert strip.values.tolist() == strip.times.tolist()


def test_the_last_sample_of_each_series_is_known_though_it_fell_silent() -> None:
    recent = RecentSamples()
    add(recent, 0.0, {BTC: [1.0, 2.0, np.nan], ETH: [5.0, 6.0, 7.0]})
    add(recent, 3.0, {BTC: [np.nan], ETH: [8.0]})
    latest = recent.latest()
    assert latest.keys == (BTC, ETH)
    assert (latest.at.tolist(), latest.values.tolist()) == ([1.0, 3.0], [2.0, 8.0])


def test_the_worst_of_those_asked_for_is_the_one_with_the_highest_score() -> None:
    recent, keys, times = RecentSamples(), (BTC, ETH), np.array([1.0, 2.0])
    scores = scores_of(keys, times)
    scores.score[:] = [[0.1, 0.9], [2.0, 0.2]]
    recent.add(Frame(keys=keys, times=times, values=np.array([[1.0, 2.0], [3.0, 4.0]])), scores)
    worst = recent.worst(lambda labels: True)
    assert worst
    assert worst.values.tolist() == [3.0, 4.0]
    only = recent.worst(lambda labels: labels == BTC)
    assert only
    assert only.values.tolist() == [1.0, 2.0]


def test_a_large_watch_keeps_fewer_columns_and_no_more_than_its_share_of_memory() -> None:
    recent, series = RecentSamples(), 20_000
    keys: tuple[Labels, ...] = tuple((("asset", str(k)),) for k in range(series))
    times = np.arange(300.0)
    recent.add(Frame(keys=keys, times=times, values=np.ones((series, 300))), scores_of(keys, times))
    strip = recent.strip(keys[-1])
    assert strip
    assert strip.times.size == CELLS // series
    assert recent.nbytes < 21 * CELLS
