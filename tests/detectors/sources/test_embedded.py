"""The embedded source: what it answers while nothing is scraped, and while a target has fallen silent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import labels_of
from detectors.sources.embedded import Embedded
from detectors.sources.head import PageSample
from detectors.sources.scrape import Target
from detectors.sources.scrape_store import ScrapeStore
from detectors.watch import Query, Read, Watch

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WATCH = Watch(name="queue", query=Query(metric="queue", by=("job",)), component="queue", every=timedelta(seconds=1))
TARGET = Target(job="exchange", url="http://127.0.0.1:1/metrics", interval=timedelta(seconds=1))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ScrapeStore]:
    opened = ScrapeStore(tmp_path / "samples.db")
    yield opened
    opened.close()


def scrape(store: ScrapeStore, second: float, value: float | None) -> None:
    labels = labels_of({"job": "exchange", "instance": "127.0.0.1:1"})
    reported = [PageSample(metric="up", labels=labels, value=0.0 if value is None else 1.0)]
    if value is not None:
        reported.append(PageSample(metric="queue", labels=labels, value=value))
    store.append("exchange", at(second), reported)


def test_columns_of_a_time_when_nothing_was_scraped_are_left_out(store: ScrapeStore) -> None:
    for second in (*range(5), *range(60, 65)):  # we were away for most of a minute
        scrape(store, second, 7.0)
    frame = Embedded(store, [TARGET]).read(WATCH, at(-1), at(64))
    seconds = (frame.times - START.timestamp()).tolist()
    assert seconds == [0, 1, 2, 3, 4, 5, 6, 60, 61, 62, 63, 64]


def test_columns_of_a_time_when_the_target_was_silent_are_there_without_a_sample(store: ScrapeStore) -> None:
    for second in range(5):
        scrape(store, second, 7.0)
    for second in range(5, 10):
        scrape(store, second, None)
    frame = Embedded(store, [TARGET]).read(WATCH, at(-1), at(9))
    assert len(frame.times) == 10
    assert np.isnan(frame.values[0, 5:]).all()
    assert (frame.values[0, :5] == 7.0).all()


def test_a_rate_whose_window_begins_while_we_were_away_is_left_out(store: ScrapeStore) -> None:
    """It would count a part of its window, and read as a fall."""
    for second in (*range(30), *range(60, 90)):
        scrape(store, second, 1000.0 + 5.0 * second)
    rate = replace(WATCH, query=Query(metric="queue", read=Read.RATE, window=timedelta(seconds=10)))
    frame = Embedded(store, [TARGET]).read(rate, at(-1), at(89))
    seconds = (frame.times - START.timestamp()).tolist()
    first = range(32)  # a window that begins before the first scrape ever is not left out
    assert seconds == [*first, *range(70, 90)]
    np.testing.assert_allclose(frame.values[0, 12:30], 5.0)
    np.testing.assert_allclose(frame.values[0, 32:], 5.0)
