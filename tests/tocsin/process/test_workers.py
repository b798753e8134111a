import threading

import pytest

from tocsin.context.loops import Loop
from tocsin.context.metrics import Metrics
from tocsin.process.workers import Duty, Workers

PATIENCE = 20.0


class Rung:
    """Work that says when it ran."""

    def __init__(self) -> None:
        self.ran = threading.Semaphore(0)

    def __call__(self) -> None:
        self.ran.release()

    def waits(self) -> bool:
        return self.ran.acquire(timeout=PATIENCE)


def duty(loop: Loop, work: Rung, name: str = "") -> Duty:
    return Duty(loop=loop, name=name, work=work, every=3600)


def test_a_loop_wakes_all_its_workers_and_no_others() -> None:
    workers, tracker, customers, mail = Workers(Metrics()), Rung(), Rung(), Rung()
    workers.run(
        [duty(Loop.DELIVER, tracker, "tracker"), duty(Loop.DELIVER, customers, "customers"), duty(Loop.MAIL, mail)]
    )
    assert all(one.waits() for one in (tracker, customers, mail)), "once at their start"
    workers.wake(Loop.DELIVER)
    assert tracker.waits()
    assert customers.waits()
    workers.stop()
    assert not mail.ran.acquire(blocking=False)


def test_nobody_is_woken_before_there_are_workers() -> None:
    Workers(Metrics()).wake(*Loop)


def test_other_duties_end_the_workers_that_are_not_among_them_and_leave_the_rest_running() -> None:
    workers, stays, goes, comes = Workers(Metrics()), Rung(), Rung(), Rung()
    workers.run([duty(Loop.PLACE, stays), duty(Loop.DELIVER, goes, "old")])
    assert stays.waits()
    assert goes.waits()
    workers.run([duty(Loop.PLACE, stays), duty(Loop.DELIVER, comes, "new")])
    assert comes.waits()
    workers.wake(*Loop)
    assert stays.waits()
    assert comes.waits()
    workers.stop()
    assert not goes.ran.acquire(blocking=False)


@pytest.mark.parametrize(("name", "key"), [("", "mail"), ("bulk", "mail:bulk")])
def test_a_worker_is_named_after_its_loop(name: str, key: str) -> None:
    assert duty(Loop.MAIL, Rung(), name).key == key
