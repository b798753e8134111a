"""The public's figures: each component's worst series every half hour of the last day."""

from datetime import UTC, datetime

import numpy as np
import pytest

from detectors.frame import Floats, Frame
from detectors.watch import Direction, Query, Watch
from statuspage.spark import STEP
from tests.tocsin.web.running import Running
from tocsin.config import SparklineSettings
from tocsin.page.sparklines import drawn, sparklines_of

NOW = datetime(2026, 3, 2, 14, 10, tzinfo=UTC)
LAST = NOW.timestamp() // STEP.total_seconds() * STEP.total_seconds()
WANTED = SparklineSettings(watch="latency", title="Order latency")


def watch(bad: Direction = Direction.ABOVE) -> Watch:
    return Watch(name="latency", query=Query(metric="m"), component="trade/{asset}", unit="ms", bad=bad)


def frame(back: list[int], *rows: list[float], assets: str = "AB") -> Frame:
    """back: how many steps before the last each column is."""
    times: Floats = LAST - STEP.total_seconds() * np.array(back, float)
    keys = tuple((("asset", a[0]), ("n", str(n))) for n, a in enumerate(assets))
    return Frame(keys=keys, times=times, values=np.array(rows, float))


@pytest.mark.parametrize(("bad", "expected"), [(Direction.ABOVE, [3.0, 9.0]), (Direction.BELOW, [1.0, 9.0])])
def test_the_worst_series_of_each_component_speaks_for_it(bad: Direction, expected: list[float]) -> None:
    found = drawn(watch(bad), WANTED, [frame([1, 0], [1, np.nan], [3, 9], assets="AA")], NOW)
    assert list(found) == ["trade/A"]
    assert list(found["trade/A"].values[-2:]) == expected
    assert found["trade/A"].values[:-2] == (None,) * 46


def test_frames_are_joined_by_their_time_and_what_is_older_than_a_day_is_left_out() -> None:
    found = drawn(watch(), WANTED, [frame([60, 47], [7, 1], assets="A"), frame([0], [2], assets="A")], NOW)
    values = found["trade/A"].values
    assert (values[0], values[-1], len(values)) == (1.0, 2.0, 48)
    assert set(values[1:-1]) == {None}


def test_where_none_is_wanted_nothing_is_asked(tocsin: Running) -> None:
    assert sparklines_of(tocsin.services.config, tocsin.services.sources, tocsin.clock()) == {}
