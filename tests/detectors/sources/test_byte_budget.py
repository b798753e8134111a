"""What the answers of all sources may take together: who finds no room waits, and two never wait for each other."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from detectors.sources.byte_budget import FREE, ByteBudget
from detectors.sources.prometheus import Prometheus
from detectors.sources.source import SourceError
from detectors.watch import Query, Watch
from tests.detectors.sources.pages import page, serving
from tests.patience import PATIENCE_S, until

LATE = PATIENCE_S


def later() -> float:
    return time.monotonic() + LATE


def test_small_answers_are_not_counted_and_shares_are_given_back() -> None:
    budget = ByteBudget(100)
    with budget.share() as share:
        assert share.grow(FREE, later())
        assert budget.used == 0
        assert share.grow(60, later())
        assert budget.used == 60
    assert budget.used == 0


def test_who_finds_no_room_waits_for_another_to_end() -> None:
    budget = ByteBudget(100)
    with budget.share() as first, budget.share() as second, ThreadPoolExecutor(1) as pool:
        assert first.grow(FREE + 80, later())
        waits = pool.submit(second.grow, FREE + 50, later())
        until(lambda: budget._waiting)
        budget._give_back(first)
        assert waits.result(PATIENCE_S)
        assert budget.used == 50


def test_who_waits_too_long_gets_nothing() -> None:
    budget = ByteBudget(100)
    with budget.share() as first, budget.share() as second:
        assert first.grow(FREE + 80, later())
        assert not second.grow(FREE + 50, time.monotonic() + 0.01)
        assert budget.used == 80


def test_an_answer_larger_than_all_of_it_is_refused_at_once() -> None:
    budget = ByteBudget(100)
    with budget.share() as share:
        assert not share.grow(FREE + 101, later())


def test_of_those_that_hold_something_and_wait_for_each_other_the_last_gives_up() -> None:
    budget = ByteBudget(100)
    both_hold = threading.Barrier(2)

    def read(_name: str) -> bool:
        with budget.share() as mine:
            assert mine.grow(FREE + 50, later())
            both_hold.wait(PATIENCE_S)
            return mine.grow(40, later())

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(read, ("one", "another")))
    assert sorted(ends) == [False, True]
    assert budget.used == 0


COLUMNS = timedelta(minutes=1)


def large(request: BaseHTTPRequestHandler) -> None:
    """A Prometheus whose answer grows with the columns asked for: 100,000 bytes a column, in a label."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
    if "start" not in asked:
        page(json.dumps({"status": "success", "data": {"resultType": "vector", "result": []}}))(request)
        return
    start, end, step = (float(asked[name]) for name in ("start", "end", "step"))
    times = [start + n * step for n in range(round((end - start) / step) + 1)]
    series = {"metric": {"pad": "x" * (100_000 * len(times))}, "values": [[at, "1"] for at in times]}
    page(json.dumps({"status": "success", "data": {"resultType": "matrix", "result": [series]}}))(request)


def watch() -> Watch:
    return Watch(name="wide", query=Query(promql="wide"), component="trading", every=COLUMNS)


END = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_an_answer_that_is_too_large_is_asked_for_in_halves() -> None:
    with serving(large) as site:
        source = Prometheus(site.url, timeout=PATIENCE_S, largest=1_000_000)
        frames = list(source.history(watch(), END - 20 * COLUMNS, END, COLUMNS))
        source.close()
    assert len(frames) > 1
    assert sum(frame.values.shape[1] for frame in frames) == 20


def test_a_source_that_finds_no_room_says_so_and_is_asked_again() -> None:
    budget = ByteBudget(100_000)
    with serving(large) as site:
        source = Prometheus(site.url, timeout=PATIENCE_S, budget=budget)
        with pytest.raises(SourceError, match="not read: the answers of all sources have") as caught:
            source.read(watch(), END - 20 * COLUMNS, END)
        source.close()
    assert caught.value.retry
    assert budget.used == 0
