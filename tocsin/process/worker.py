"""A thread that runs one piece of work when it is woken, and at the latest after `every` seconds."""

import threading
import time
from collections.abc import Callable

import structlog

from tocsin.context.metrics import Metrics

log = structlog.get_logger()

LONGEST_REST = 1.0
"""Seconds."""


class Worker:
    """Runs `work` in a thread of its own; wakes that come while it runs make it run once more.

    After a run it rests as long as that took of the processor: in a storm the loops leave half of it to what comes in,
    and do more at once. A run that only waited, or did little, is followed at once.
    """

    def __init__(self, name: str, work: Callable[[], None], metrics: Metrics, *, every: float = 1.0) -> None:
        self.name = name
        self._work = work
        self._every = every
        self._metrics = metrics
        self._woken = threading.Event()
        self._stopping = threading.Event()
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
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            self._woken.wait(self._every)
            if self._stopping.is_set():
                return
            self._woken.clear()
            began = time.thread_time()
            tick(self.name, self._work, self._metrics)
            self._stopping.wait(min(time.thread_time() - began, LONGEST_REST))


def tick(name: str, work: Callable[[], None], metrics: Metrics) -> None:
    """One run: the only place that catches everything, so that a bad tick never ends a loop; counted and logged."""
    failures = metrics.tick_failures.labels(name)  # 0 from the first run on
    with metrics.tick_seconds.labels(name).time():
        try:
            work()
        except Exception:
            failures.inc()
            log.exception("tick failed", tick=name)
