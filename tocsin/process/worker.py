"""A thread that runs one piece of work when it is woken, and at the latest after `every` seconds."""

import threading
from collections.abc import Callable

import structlog

from tocsin.context.metrics import Metrics

log = structlog.get_logger()


class Worker:
    """Runs `work` in a thread of its own; wakes that come while it runs make it run once more."""

    def __init__(self, name: str, work: Callable[[], None], metrics: Metrics, *, every: float = 1.0) -> None:
        self.name = name
        self._work = work
        self._every = every
        self._metrics = metrics
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins, with one run at once."""
        self._woken.set()
        self._thread.start()

    def wake(self) -> None:
        """Asks for a run as soon as possible."""
        self._woken.set()

    def stop(self, timeout: float = 10.0) -> None:
        """Lets the run in progress end; waits at most `timeout` seconds for it."""
        self._stopping = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            self._woken.wait(self._every)
            if self._stopping:
                return
            self._woken.clear()
            tick(self.name, self._work, self._metrics)


def tick(name: str, work: Callable[[], None], metrics: Metrics) -> None:
    """One run: the only place that catches everything, so that a bad tick never ends a loop; counted and logged."""
    failures = metrics.tick_failures.labels(name)  # 0 from the first run on
    with metrics.tick_seconds.labels(name).time():
        try:
            work()
        except Exception:
            failures.inc()
            log.exception("tick failed", tick=name)
