"""Periodic jobs over the wall's clock, which people set."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tocsin.context.metrics import Metrics
from tocsin.process.schedule import START, FromStart, Periodic, Schedule

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
PATIENCE = 60.0


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=True) as coordinates:
        yield coordinates


@pytest.fixture
def schedule(clock: time_machine.Traveller, metrics: Metrics) -> Iterator[Schedule]:
    schedule = Schedule(metrics)
    yield schedule
    schedule.stop()


def jumps(metrics: Metrics, direction: str) -> float:
    return metrics.registry.get_sample_value("tocsin_clock_jumps_total", {"direction": direction}) or 0.0


@pytest.mark.parametrize(
    ("by", "direction"),
    [
        pytest.param(timedelta(minutes=-10), "back", id="back"),
        pytest.param(timedelta(days=-400), "back", id="back by more than a year"),
        pytest.param(timedelta(hours=2), "forward", id="forward"),
    ],
)
def test_a_clock_that_is_set_delays_no_job(
    schedule: Schedule, clock: time_machine.Traveller, metrics: Metrics, by: timedelta, direction: str
) -> None:
    ran = threading.Semaphore(0)
    schedule.add([Periodic("often", timedelta(seconds=1), ran.release)])
    assert ran.acquire(timeout=PATIENCE)
    clock.shift(by)
    for _ in range(int(PATIENCE)):
        ran.acquire(timeout=1.0)  # one may have been under way
        if jumps(metrics, direction):
            break
    assert jumps(metrics, direction) == 1
    for _ in range(2):
        assert ran.acquire(timeout=PATIENCE)
    jump = schedule.clock.recent
    assert jump is not None
    assert abs(jump.by - by) < timedelta(seconds=3)
    assert abs(jump.at - (NOON + by)) < timedelta(minutes=1)


def test_a_job_that_was_brought_forward_goes_on_at_its_instants() -> None:
    trigger = FromStart(seconds=60, start_date=START + timedelta(seconds=3), timezone=UTC)
    early = datetime(2026, 11, 21, 12, 0, 17, tzinfo=UTC)
    following = trigger.get_next_fire_time(early, early)
    assert following == datetime(2026, 11, 21, 12, 1, 3, tzinfo=UTC)
    assert trigger.get_next_fire_time(following, early) == datetime(2026, 11, 21, 12, 2, 3, tzinfo=UTC)
