"""What a watch relies on, of every server with Prometheus's API: true answers to samples that leave no doubt."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from detectors.frame import Floats, Frame, Labels, labels_of
from detectors.sources.prometheus import Prometheus
from detectors.sources.scrape_store import RawHistory
from detectors.sources.source import SourceError
from detectors.watch import Query, Read, Watch
from tests.detectors.sources.prometheus_server import running_prometheus, write_samples
from tests.detectors.sources.victoria_server import running_victoria, write_to_victoria

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTES = 120
TIMES = np.asarray(START.timestamp() + 15.0 * np.arange(MINUTES * 4), np.float64)
ENDS_AT = 60
"""The minute at which the series that end do."""


def counter(name: str, slopes: dict[str, float], **more: str) -> RawHistory:
    """Counters that grow evenly from a thousand, by their slopes a second."""
    keys = tuple(labels_of({"asset": asset, **more}) for asset in slopes)
    rates = np.asarray(list(slopes.values()))
    return RawHistory(metric=name, keys=keys, times=TIMES, values=1000.0 + rates[:, None] * (TIMES - TIMES[0]))


def histories() -> list[RawHistory]:
    restarted = counter("restarted_total", {"BTC": 2.0})
    restarted.values[0, 200:] -= restarted.values[0, 199]
    lasts = TIMES - TIMES[0] < 60 * ENDS_AT
    edges = {"1": 0.2, "2": 0.6, "4": 1.0, "+Inf": 1.0}
    buckets = tuple(labels_of({"asset": "BTC", "le": edge}) for edge in edges)
    seen: Floats = np.asarray(list(edges.values()))[:, None] * (TIMES - TIMES[0])
    return [
        RawHistory(metric="up", keys=((("job", "exchange"),),), times=TIMES, values=np.ones((1, len(TIMES)))),
        counter("orders_total", {"BTC": 4.0, "ETH": 1.0}),
        counter("orders_failed_total", {"BTC": 1.0}),
        restarted,
        RawHistory(metric="orders_seconds_bucket", keys=buckets, times=TIMES, values=seen),
        RawHistory(metric="orders_seconds_count", keys=buckets[-1:], times=TIMES, values=seen[-1:]),
        RawHistory(
            metric="queue", keys=(labels_of({"asset": "BTC"}),), times=TIMES, values=np.where(lasts, 7.0, np.nan)[None]
        ),
    ]


AWAY = (-900, -600)
"""Seconds from now in which the server recorded nothing."""
GONE = -1200
"""When an exporter died, seconds from now."""


def lately(now: int) -> list[RawHistory]:
    """The last half hour: scraped each five seconds, but for a while in which nobody scraped."""
    live = np.arange(now - 180.0, now + 1.0)
    seconds = np.arange(-1800.0, 5.0, 5.0)
    seconds = seconds[(seconds <= AWAY[0]) | (seconds >= AWAY[1])]
    times = now + seconds
    job = (("job", "exchange"),)
    return [
        RawHistory(metric="clock", keys=((),), times=live, values=live[None]),
        RawHistory(metric="up", keys=(job,), times=times, values=np.ones((1, len(times)))),
        RawHistory(metric="trades_total", keys=(job,), times=times, values=5000.0 + 2.0 * seconds[None]),
        RawHistory(metric="depth", keys=(job,), times=times, values=np.where(seconds < GONE, 7.0, np.nan)[None]),
    ]


@pytest.fixture(scope="module")
def now() -> int:
    return int(time.time())


@pytest.fixture(scope="module", params=["prometheus", "victoria-metrics"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, now: int) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp(str(request.param))
    started, write = {
        "prometheus": (running_prometheus, write_samples),
        "victoria-metrics": (running_victoria, write_to_victoria),
    }[request.param]
    with started(folder) as url:
        write(url, histories())
        write(url, lately(now))
        with closing(Prometheus(url)) as opened:
            yield opened


def words(**query: object) -> Query:
    return Query(**query)  # type: ignore[arg-type]  # a table of keyword arguments


def asked(query: Query, every: timedelta = timedelta(minutes=1)) -> Watch:
    return Watch(name="it", query=query, component="exchange", every=every)


def read(source: Prometheus, begin: int, end: int, query: Query) -> Frame:
    """The columns of these minutes."""
    return source.read(asked(query), START + timedelta(minutes=begin), START + timedelta(minutes=end))


BTC: Labels = (("asset", "BTC"),)
ETH: Labels = (("asset", "ETH"),)
ANSWERS: dict[str, tuple[Query, dict[Labels, float]]] = {
    "value": (words(metric="queue", by=("asset",)), {BTC: 7.0}),
    "rate": (words(metric="orders_total", read=Read.RATE, by=("asset",)), {BTC: 4.0, ETH: 1.0}),
    "rate of all": (words(metric="orders_total", read=Read.RATE), {(): 5.0}),
    "rate of some": (words(metric="orders_total", read=Read.RATE, match=(("asset", "ETH"),)), {(): 1.0}),
    "ratio, and 0 where nothing failed yet": (
        words(metric="orders_failed_total", read=Read.RATIO, of="orders_total", by=("asset",)),
        {BTC: 0.25, ETH: 0.0},
    ),
    "ratio of enough": (
        words(
            metric="orders_failed_total",
            read=Read.RATIO,
            of="orders_total",
            by=("asset",),
            at_least=600,
        ),
        {BTC: 0.25},
    ),
    "quantile": (
        words(metric="orders_seconds", read=Read.QUANTILE, quantile=0.5, by=("asset",)),
        {BTC: 1.75},
    ),
    "quantile of enough": (
        words(metric="orders_seconds", read=Read.QUANTILE, quantile=0.8, by=("asset",), at_least=200),
        {BTC: 3.0},
    ),
    "quantile of too few": (words(metric="orders_seconds", read=Read.QUANTILE, quantile=0.8, at_least=400), {}),
    "PromQL": (words(promql="max by (asset) (queue) * 2"), {BTC: 14.0}),
    "nothing": (words(metric="nowhere", by=("asset",)), {}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_grows_evenly_is_read_as_it_grows(source: Prometheus, name: str) -> None:
    query, expected = ANSWERS[name]
    frame = read(source, 20, 50, query)
    assert frame.times.tolist() == [START.timestamp() + 60.0 * minute for minute in range(21, 51)]
    assert frame.keys == tuple(expected)
    for row, value in zip(frame.values, expected.values(), strict=True):
        np.testing.assert_allclose(row, value, rtol=1e-6)


def test_a_restart_is_no_fall(source: Prometheus) -> None:
    frame = read(source, 20, 80, words(metric="restarted_total", read=Read.RATE))
    np.testing.assert_allclose(frame.values, 2.0, rtol=0.1)


def test_what_ended_is_silent_within_its_patience(source: Prometheus) -> None:
    frame = read(source, ENDS_AT - 10, ENDS_AT + 10, words(metric="queue", by=("asset",)))
    assert (frame.values[0, :9] == 7.0).all()  # up to the last sample
    assert np.isnan(frame.values[0, 15:]).all()  # five minutes later at the latest
    assert len(frame.times) == 20


def test_a_history_is_what_reads_answer(source: Prometheus) -> None:
    watch = asked(words(metric="orders_total", read=Read.RATE, by=("asset",)))
    begin, end = START + timedelta(minutes=20), START + timedelta(minutes=100)
    frames = list(source.history(watch, begin, end, timedelta(minutes=5)))
    assert [time for frame in frames for time in frame.times] == [START.timestamp() + 300.0 * at for at in range(5, 21)]
    for frame in frames:
        np.testing.assert_allclose(frame.values, np.array([[4.0], [1.0]]).repeat(len(frame.times), 1), rtol=1e-6)


@pytest.mark.parametrize("columns", [1, 2, 40, 90])
@pytest.mark.parametrize("every", [1, 2])
def test_the_newest_columns_are_of_their_own_instant(source: Prometheus, now: int, columns: int, every: int) -> None:
    """VictoriaMetrics would answer the last half minute with what was before it."""
    watch = asked(words(metric="clock"), timedelta(seconds=every))
    until = datetime.fromtimestamp(now, UTC)
    frame = source.read(watch, until - timedelta(seconds=every * columns), until)
    assert frame.values.shape == (1, len(frame.times))
    assert len(frame.times) in (columns, columns + 1)
    np.testing.assert_array_equal(frame.values[0], frame.times)


@pytest.mark.parametrize("promql", ["sum(", "no_such_function(queue)", "queue +"])
def test_a_wrong_query_is_reported_and_not_asked_again(source: Prometheus, promql: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(source, 20, 30, words(promql=promql))
    assert not caught.value.retry
    assert f"query {promql}" in str(caught.value)


def test_its_names_are_reported(source: Prometheus) -> None:
    assert {"orders_total", "orders_seconds_bucket", "queue"} <= set(source.metrics())
    assert source.probe() == f"{source.url} answers queries."


def seconds_from(now: int, frame: Frame) -> Floats:
    return np.asarray(frame.times - now, np.float64)


def test_what_the_server_did_not_record_is_no_silence_and_no_fall(source: Prometheus, now: int) -> None:
    """While it was away the counter grew on; a window that begins in that time would see a tenth of it."""
    watch = asked(words(metric="trades_total", read=Read.RATE, window=timedelta(minutes=2)), timedelta(seconds=5))
    begin, until = (datetime.fromtimestamp(now + at, UTC) for at in (-1500, 0))
    frame = source.read(watch, begin, until)
    at = seconds_from(now, frame)
    late, window = 20, 120
    assert ((at < AWAY[0] + late) | (at > AWAY[1] - late)).all()
    assert ((at < AWAY[0] + window + late) | (at > AWAY[1] + window - late)).all()
    assert (at < AWAY[0]).sum() >= (AWAY[0] + 1500) / 5 - 1  # all that it did record is there
    assert (at > AWAY[1] + window).sum() >= (0 - AWAY[1] - window) / 5 - 1
    np.testing.assert_allclose(frame.values, 2.0, rtol=0.12)


def test_an_exporter_that_died_is_silent_while_the_server_records(source: Prometheus, now: int) -> None:
    watch = asked(words(metric="depth"), timedelta(seconds=30))
    frame = source.read(watch, datetime.fromtimestamp(now - 1700, UTC), datetime.fromtimestamp(now, UTC))
    at = seconds_from(now, frame)
    assert np.isfinite(frame.values[0, at < GONE - 30]).all()
    silent = frame.values[0, (at > GONE + 300) & (at < AWAY[0])]
    assert len(silent) == 0 or np.isnan(silent).all()
    later = frame.values[0, at > AWAY[1]]
    assert len(later) >= 19
    assert np.isnan(later).all()
