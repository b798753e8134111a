import threading
import time

from tests.patience import PATIENCE_S
from tocsin.context.metrics import Metrics
from tocsin.process.worker import LONGEST_REST, Worker, tick


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
    worker._stopping.set()
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
    tick("quick", lambda: None, metrics)
    assert metrics.registry.get_sample_value("tocsin_tick_seconds_count", {"loop": "quick"}) == 1


class Rests(threading.Event):
    """Says how long somebody would have waited, and lets them go on at once."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout or 0.0)
        return self.is_set()


def rest_after(seconds: float) -> float:
    """The rest after a run that takes so much of the processor."""

    def work() -> None:
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass
        done.set()

    done = threading.Event()
    worker = Worker("busy", work, Metrics(), every=3600)
    worker._stopping = rests = Rests()
    worker.start()
    assert done.wait(PATIENCE_S)
    worker.stop(PATIENCE_S)
    return rests.asked[0]


def test_after_a_run_it_rests_as_long_as_that_took_of_the_processor() -> None:
    assert rest_after(0.0) < rest_after(0.2)
    assert 0.2 <= rest_after(0.2) <= LONGEST_REST
    assert rest_after(1.2) == LONGEST_REST


def test_a_run_that_only_waits_is_followed_at_once() -> None:
    bell = Bell()
    worker = Worker("waits", bell.work, Metrics(), every=3600)
    worker._stopping = rests = Rests()
    worker.start()
    assert bell.began.acquire(timeout=PATIENCE_S)
    threading.Event().wait(0.5)
    bell.go_on.release()
    worker.stop(PATIENCE_S)
    assert rests.asked[0] < 0.25
