"""A real Prometheus that is stopped for a while, and what is then known of that time."""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import Floats, Frame
from detectors.sources.grid import Instants
from detectors.sources.prometheus import Prometheus
from detectors.sources.recording import EVER, ScrapeRecord
from detectors.sources.scrape_store import RawHistory
from detectors.sources.source import SourceError
from detectors.watch import Query, Read, Watch
from tests.detectors.sources.pages import page, serving
from tests.detectors.sources.prometheus_server import free_port, running_prometheus, write_samples
from tests.patience import until

RATE = 50.0
"""Of the counter, a second, for ever."""
WATCH = Watch(
    name="trades",
    query=Query(metric="trades_total", read=Read.RATE, window=timedelta(seconds=2)),
    component="exchange",
    every=timedelta(milliseconds=500),
)


def counting(request: BaseHTTPRequestHandler) -> None:
    page(f"# TYPE trades counter\ntrades_total {time.time() * RATE:.3f}\n")(request)


def scrapes_before(now: float) -> RawHistory:
    times = np.round(np.arange(now - 301.0, now - 1.0, 0.25), 3)
    return RawHistory(metric="up", keys=((("job", "past"),),), times=times, values=np.ones((1, len(times))))


def test_a_prometheus_that_was_stopped_leaves_out_what_it_missed(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    with serving(counting) as site, closing(Prometheus(f"http://{address}", retries=0)) as source:
        target = site.url.removeprefix("http://")
        configs = f"[{{job_name: exchange, static_configs: [{{targets: ['{target}']}}]}}]"
        begin = datetime.now(UTC)

        def columns() -> Frame:
            return source.read(WATCH, begin, datetime.now(UTC))

        def known_after(moment: float, count: int) -> bool:
            frame = columns()
            return len(frame.keys) > 0 and (np.isfinite(frame.values[0]) & (frame.times > moment)).sum() >= count

        with running_prometheus(tmp_path, configs, address=address) as url:
            write_samples(url, [scrapes_before(begin.timestamp())])  # how often it scrapes is known
            until(lambda: known_after(0.0, 6))
        stopped = time.time()
        with pytest.raises(SourceError) as caught:
            columns()
        assert caught.value.retry
        with running_prometheus(tmp_path, configs, address=address):  # it scrapes again after five seconds
            started = time.time()
            until(lambda: known_after(started + 2, 1))
            frame = columns()
    patience, scrape, window = 1.6, 0.25, 2.0
    missing = (frame.times > stopped + patience) & (frame.times < started)
    assert not missing.any()
    lacking = (frame.times > stopped + patience + window) & (frame.times < started + window - patience - scrape)
    assert not lacking.any()
    assert (frame.times < stopped).sum() >= 5
    assert (frame.times > started + window).any()


def frame_of(values: list[float]) -> Frame:
    row = np.asarray(values, np.float64)[None]
    return Frame(keys=((),), times=np.arange(1000.0, 1000.0 + row.shape[1]), values=row)


class Server:
    """What a server would answer about its scrapes, which it made each second of these spans."""

    def __init__(self, *spans: tuple[float, float]) -> None:
        self.spans = spans
        self.asked: list[str] = []

    def number(self, query: str) -> float | None:
        self.asked.append(query)
        return {"max(count_over_time(up[5m]))": 300.0, "max(count_over_time(up[1h]))": 3600.0}[query]

    def row(self, query: str, instants: Instants) -> Floats:
        self.asked.append(query)
        seconds = instants / 1000.0
        made = np.concatenate([np.arange(begin, end, 1.0) for begin, end in self.spans])
        newest = np.array([made[made <= at].max(initial=-np.inf) for at in seconds])
        if query == EVER:
            return np.where(np.isfinite(newest), 1.0, np.nan)
        return np.where(seconds - newest <= 300, newest * 1000.0, np.nan)


NAN = np.nan


@pytest.mark.parametrize(
    ("spans", "values", "window", "kept"),
    [
        ([(0, 2000)], [1.0, NAN, 1.0], 0, [0, 1, 2]),  # a silence that was recorded
        ([(0, 1001), (1008, 2000)], [1.0] * 4 + [NAN] * 6, 0, [0, 1, 2, 3, 8, 9]),
        ([(0, 1001), (1008, 2000)], [1.0] * 14, 4, [0, 1, 2, 3, 12, 13]),
        ([(1004, 2000)], [NAN, NAN, 5.0, 5.0, 5.0, 5.0], 2, [2, 3, 4, 5]),  # given a past before its first scrape
        ([(0, 500)], [NAN, NAN, NAN], 0, []),  # away since long
        ([(0, 500)], [3.0, 3.0, NAN], 0, []),
    ],
)
def test_columns_that_nobody_recorded_are_left_out(
    spans: list[tuple[float, float]], values: list[float], window: int, kept: list[int]
) -> None:
    server = Server(*spans)
    recording = ScrapeRecord(server.number, server.row)
    found = recording.seen(frame_of(values), window * 1000, 5000.0)
    assert (found.times - 1000.0).tolist() == kept


def test_where_no_scrape_was_ever_made_all_is_kept() -> None:
    recording = ScrapeRecord(lambda _: None, lambda *_: pytest.fail("asked"))
    frame = frame_of([NAN, 1.0])
    assert recording.seen(frame, 0, 5000.0) is frame


def test_what_is_known_is_not_asked_again() -> None:
    server = Server((0, 2000))
    recording = ScrapeRecord(server.number, server.row)
    for window in (0, 0, 3000):
        recording.seen(frame_of([1.0, 1.0]), window, 5000.0)
    assert len(server.asked) == 4  # how often, twice; the columns; where their windows begin
    recording.seen(frame_of([1.0, 1.0]), 0, 5000.0 + 301.0)
    assert len(server.asked) == 6


def test_a_slower_pace_of_scraping_is_learnt_and_a_pause_is_not() -> None:
    counts = {"max(count_over_time(up[5m]))": 300.0, "max(count_over_time(up[1h]))": 3600.0}
    recording = ScrapeRecord(lambda query: counts[query], Server((0, 2000)).row)
    learnt = []
    for turn, five in enumerate((300.0, 20.0, 300.0, 5.0, 5.0, 30.0)):
        counts["max(count_over_time(up[5m]))"] = five
        learnt.append(recording._learnt_interval(1000.0 + 300.0 * turn))
    assert learnt == [1.0, 1.0, 1.0, 1.0, 60.0, 10.0]
