"""Calls of a foreign service that is slow or away: few at once, and none for a while."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from tests.detectors.sources.pages import page, serving
from tests.detectors.sources.prometheus_server import free_port
from tests.patience import PATIENCE_S, until
from tests.tickets.make import NOON
from tickets.call_gate import PAUSE, SILENT_MAX, CallGate
from tickets.rest import RestClient, RestError
from tocsin.context.metrics import Metrics
from tocsin.wiring.outside import counted


class Clock:
    at = NOON

    def __call__(self) -> datetime:
        return self.at


def client(port: int, clock: Clock, seconds: float = PATIENCE_S) -> RestClient:
    deadline = timedelta(seconds=seconds)
    url = f"http://127.0.0.1:{port}"
    return RestClient("tracker ops", url, headers={}, clock=clock, allow_private=True, deadline=deadline)


def refusal(asked: RestClient) -> RestError:
    with pytest.raises(RestError) as caught:
        asked.get("/x")
    return caught.value


def test_who_never_answers_is_left_alone_and_tried_again_by_one() -> None:
    clock, metrics = Clock(), Metrics()

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, {"to": "tracker ops", **labels})

    with counted(client(free_port(), clock), metrics) as asked:
        assert value("tocsin_outside_calls_total", outcome="refused") == 0
        for _ in range(SILENT_MAX):
            assert refusal(asked).status == 0
        assert value("tocsin_outside_left_alone") == 1
        left = refusal(asked)
        assert (left.status, left.retry, left.retry_after) == (429, True, PAUSE)
        clock.at += PAUSE
        assert refusal(asked).status == 0, "one tries it"
        assert refusal(asked).status == 429, "and it is left alone again"
        assert value("tocsin_outside_calls_total", outcome="silent") == SILENT_MAX + 1
        assert value("tocsin_outside_calls_total", outcome="refused") == 2
        clock.at -= timedelta(minutes=10)
        assert refusal(asked).status == 0, "a clock that was set back keeps nobody away"


def test_any_answer_ends_it() -> None:
    clock = Clock()
    with serving(page("no", status=500)) as site, client(int(site.url.rpartition(":")[2]), clock) as asked:
        for _ in range(2 * SILENT_MAX):
            assert refusal(asked).status == 500
        assert asked.gate.again_at is None


def test_so_many_calls_are_under_way_at_once() -> None:
    gate = CallGate(Clock(), at_once=2)
    outcomes: Counter[str] = Counter()
    gate.report = lambda outcome: outcomes.update([outcome])
    over = threading.Event()

    def call() -> bool:
        if not gate.enter(0.0):
            gate.refused()
            return False
        over.wait(PATIENCE_S)
        gate.leave(answered=True)
        return True

    with ThreadPoolExecutor(2) as pool:
        slow = [pool.submit(call) for _ in range(2)]
        until(lambda: gate._places._value == 0)
        assert not call()
        over.set()
        assert all(one.result() for one in slow)
    assert outcomes == {"answered": 2, "refused": 1}
