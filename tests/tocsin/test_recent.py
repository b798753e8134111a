import numpy as np

from detectors.frame import Floats, Frame, Labels
from detectors.scores import Scores, blank
from detectors.state import State
from detectors.watch import Query, Watch
from tocsin.recent import COLUMNS, KEPT, Recent

BTC: Labels = (("asset", "BTC"),)
ETH: Labels = (("asset", "ETH"),)
WATCH = Watch(name="w", query=Query(metric="x", by=("asset",)), component="withdrawals/{asset}")


def add(recent: Recent, start: float, values: dict[Labels, list[float]]) -> None:
    keys = tuple(values)
    columns = len(next(iter(values.values())))
    times = start + np.arange(columns, dtype=np.float64)
    frame = Frame(keys=keys, times=times, values=np.array([values[key] for key in keys]))
    recent.add(frame, scores_of(keys, times))


def scores_of(keys: tuple[Labels, ...], times: Floats) -> Scores:
    return blank(State.empty(WATCH).joined(WATCH, keys), times)


def test_frames_are_joined_and_nothing_is_there_twice() -> None:
    recent = Recent()
    add(recent, 100.0, {BTC: [1.0, 2.0, 3.0]})
    add(recent, 102.0, {BTC: [9.0, 4.0]})
    strip = recent.strip(BTC)
    assert strip
    assert strip.times.tolist() == [100.0, 101.0, 102.0, 103.0]
    assert strip.values.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert recent.strip(ETH) is None


def test_it_is_never_longer_than_a_plot_can_show() -> None:
    recent = Recent()
    add(recent, 0.0, {BTC: [1.0] * (COLUMNS + 50)})
    strip = recent.strip(BTC)
    assert strip
    assert (strip.times.size, strip.times[-1]) == (COLUMNS, COLUMNS + 49)


def test_a_series_that_vanished_is_forgotten_in_time() -> None:
    recent = Recent()
    add(recent, 0.0, {BTC: [1.0], ETH: [1.0]})
    add(recent, KEPT, {BTC: [1.0]})
    assert set(recent.strips()) == {BTC, ETH}
    add(recent, KEPT + 1, {BTC: [1.0]})
    assert set(recent.strips()) == {BTC}


def test_a_frame_without_columns_changes_nothing() -> None:
    recent = Recent()
    add(recent, 0.0, {BTC: [1.0]})
    add(recent, 5.0, {BTC: []})
    assert set(recent.strips()) == {BTC}
