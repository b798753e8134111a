"""The pictures of a watch's pages: what is marked on them, and the numbers beside them."""

from datetime import UTC, datetime, timedelta

import numpy as np

from detectors.frame import Floats
from detectors.plot import Mark
from detectors.watch import FailureKind, Query, Watch
from incidents.incident import Incident
from incidents.signal import Signal, SignalSource
from tocsin.detection.series_history import Past
from tocsin.detection.series_listing import SeriesRow, SeriesState
from tocsin.web.console.watch_figures import ROWS, anomalies_of, numbers_of, past_figure

BEGAN = datetime(2026, 5, 2, tzinfo=UTC)
WATCH = Watch(name="queue", query=Query(metric="queue"), component="trading", title="Queue", unit="s")
SERIES = SeriesRow(
    id="x",
    labels=(("asset", "BTC"),),
    text="asset=BTC",
    component="trading",
    row=0,
    state=SeriesState.NORMAL,
    value=10.0,
    expected=10.0,
    low=5.0,
    high=15.0,
    score=0.1,
    last_sample_at=BEGAN,
)


def signal(hour: int, *, name: str = "queue", **facts: str) -> Signal:
    return Signal(
        key=f"{name}:{hour}",
        source=SignalSource.WATCH,
        name=name,
        component="trading",
        title="Queue",
        kind=FailureKind.BACKLOG,
        started_at=BEGAN + timedelta(hours=hour),
        seen_at=BEGAN + timedelta(hours=hour + 1),
        ended_at=BEGAN + timedelta(hours=hour + 1),
        facts=tuple(facts.items()),
    )


def incident(*signals: Signal) -> Incident:
    return Incident(
        id="i00000000001",
        number=1,
        title="Queue",
        kind=FailureKind.BACKLOG,
        component="trading",
        components=("trading",),
        signals=signals,
        started_at=BEGAN,
        opened_at=BEGAN,
    )


def past(hours: int = 24) -> Past:
    times: Floats = BEGAN.timestamp() + 300.0 * np.arange(hours * 12, dtype=np.float64)
    values = np.where(np.arange(len(times)) < 12, np.nan, 10.0)
    flat = np.full(len(times), 10.0)
    return Past(times=times, values=values, expected=flat, low=flat - 5, high=flat + 5, step=300.0, judged_from=None)


def unchanged(_component: str, _times: Floats) -> tuple[Mark, ...]:
    return ()


def test_a_reported_change_is_a_mark_at_its_time() -> None:
    figure = past_figure(
        WATCH, SERIES, past(), [], lambda name, times: (Mark(at=BEGAN + timedelta(hours=1), name=f"flag {name}"),)
    )
    assert figure
    assert f">flag {SERIES.component}</text>" in figure.wide


def test_an_accepted_change_is_named_on_the_plot() -> None:
    held = incident(signal(2, reason="Queue 20 s"), signal(5, reason="Queue 30 s", ended="accepted as the new normal"))
    found = anomalies_of(WATCH, SERIES, [held])
    assert [(a.reason, a.accepted) for a in found] == [
        ("Queue 30 s", "accepted as the new normal"),
        ("Queue 20 s", ""),
    ]
    figure = past_figure(WATCH, SERIES, past(), found, unchanged)
    assert figure
    for svg in (figure.wide, figure.small):
        assert svg.count(">new normal</text>") == 1
        assert svg.count('fill-opacity="0.09"') == 2


def test_only_the_watchs_own_word_on_this_series_is_drawn() -> None:
    held = incident(
        signal(2, name="other"),
        signal(3, series="1, worst: asset=ETH"),
        signal(4, series="2, worst: asset=ETH"),
        signal(5, series="1, worst: asset=BTC"),
    )
    found = anomalies_of(WATCH, SERIES, [held])
    assert [a.elsewhere for a in found] == [False, False, True]
    figure = past_figure(WATCH, SERIES, past(), found, unchanged)
    assert figure
    assert figure.wide.count('fill-opacity="0.09"') == 2


def test_the_table_has_the_plots_numbers_in_few_rows_the_newest_first() -> None:
    rows = numbers_of(past())
    assert len(rows) == ROWS - 1, "an hour without samples has no row"
    assert rows[0].begin > rows[-1].begin
    assert {(row.least, row.most, row.low, row.high) for row in rows} == {(10.0, 10.0, 5.0, 15.0)}


def test_nothing_known_is_no_picture() -> None:
    empty = np.zeros(0)
    none = Past(times=empty, values=empty, expected=empty, low=empty, high=empty, step=60.0, judged_from=None)
    assert past_figure(WATCH, SERIES, none, [], unchanged) is None
    assert numbers_of(none) == ()
