import threading

from tests.patience import PATIENCE_S
from tocsin.context.metrics import Metrics
from tocsin.context.repeats import Repeats
from tocsin.process.worker import Worker, tick


class Bell:
    """Work that says when it ran, and waits to be let go on."""

    def __init__(self) -> None:
        self.runs = 0
        self.began = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)

    def work(self) -> None:
        self.runs += 1
        self.began.release()
        assert self.go_on.acquire(timeout=PATIENCE_S)


def test_it_runs_once_at_its_start_and_again_when_woken() -> None:
    bell = Bell()
    worker = Worker("bell", bell.work, Metrics(), every=3600)
    worker.start()
    for _ in range(2):
        assert bell.began.acquire(timeout=PATIENCE_S)
        bell.go_on.release()
        worker.wake()
    assert bell.began.acquire(timeout=PATIENCE_S)
    bell.go_on.release()
    worker.stop()
    assert bell.runs == 3


def test_wakes_while_it_runs_make_it_run_once_more() -> None:
    bell = Bell()
    worker = Worker("bell", bell.work, Metrics(), every=3600)
    worker.start()
    assert bell.began.acquire(timeout=PATIENCE_S)
    for _ in range(5):
        worker.wake()
    bell.go_on.release()
    assert bell.began.acquire(timeout=PATIENCE_S), "the wakes are not lost"
    worker._stopping = True
    bell.go_on.release()
    worker.stop()
    assert bell.runs == 2


def test_a_run_that_fails_is_counted_and_ends_nothing() -> None:
    metrics = Metrics()
    began = threading.Semaphore(0)

    def fail() -> None:
        began.release()
        raise RuntimeError("once more")

    worker = Worker("fails", fail, metrics, every=0.001)
    worker.start()
    for _ in range(3):
        assert began.acquire(timeout=PATIENCE_S)
    worker.stop()
    failures = metrics.registry.get_sample_value("tocsin_tick_failures_total", {"loop": "fails"})
    assert failures is not None
    assert failures >= 3


def test_a_tick_is_timed() -> None:
    metrics = Metrics()
    tick("quick", lambda: None, metrics, Repeats())
    assert metrics.registry.get_sample_value("tocsin_tick_seconds_count", {"loop": "quick"}) == 1
