"""A thread that runs one piece of work when it is woken, and at the latest after `every` seconds."""

import threading
from collections.abc import Callable

import structlog

from detectors.sources.source import SourceError
from tocsin.context.metrics import Metrics
from tocsin.context.repeats import Repeats
from tocsin.storage import NoRoomError, StorageError

log = structlog.get_logger()


class Worker:
    """Runs `work` in a thread of its own; wakes that come while it runs make it run once more."""

    def __init__(
        self,
        name: str,
        work: Callable[[], None],
        metrics: Metrics,
        *,
        every: float = 1.0,
        repeats: Repeats | None = None,
    ) -> None:
        self._repeats = repeats or Repeats()
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
            tick(self.name, self._work, self._metrics, self._repeats)


def tick(name: str, work: Callable[[], None], metrics: Metrics, repeats: Repeats) -> None:
    """One run: the only place that catches everything, so that a bad tick never ends a loop; counted and logged.

    The same failure is logged once a minute; a full disk, which the database logs, not at all.
    """
    failures = metrics.tick_failures.labels(name)  # 0 from the first run on
    with metrics.tick_seconds.labels(name).time():
        try:
            work()
        except NoRoomError:
            failures.inc()
        except Exception as error:
            failures.inc()
            if not repeats.is_news(f"{name} {type(error).__name__} {error}"):
                return
            if isinstance(error, StorageError | SourceError):
                log.error("tick failed", tick=name, error=str(error))
            else:
                log.exception("tick failed", tick=name)
