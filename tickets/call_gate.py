"""A bulkhead and a breaker before the calls to one foreign service: who is slow or away keeps few of our threads."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

AT_ONCE = 8
SILENT_MAX = 5
PAUSE = timedelta(seconds=30)


class CallOutcome(StrEnum):
    """What became of a call; `refused` was not made, as too many were under way or the service was left alone."""

    ANSWERED = "answered"
    SILENT = "silent"
    REFUSED = "refused"


class CallGate:
    """Lets calls to one service through. Safe between threads.

    A service that did not answer SILENT_MAX calls in a row is left alone for PAUSE; then one call at a time tries it.
    clock: the time. report: is called with what became of each call.
    """

    def __init__(self, clock: Callable[[], datetime], at_once: int = AT_ONCE) -> None:
        self.report: Callable[[CallOutcome], None] = lambda _: None
        self.at_once = at_once
        self._clock = clock
        self._places = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._silent = 0
        self._again_at: datetime | None = None

    def rest(self) -> timedelta:
        """How long the service is still left alone; 0 = it is not. Who is let through then takes the next pause."""
        with self._lock:
            if self._again_at is None:
                return timedelta(0)
            now = self._clock()
            left = self._again_at - now
            if timedelta(0) < left <= PAUSE:  # a longer one is of a clock that was set back
                return left
            self._again_at = now + PAUSE
            return timedelta(0)

    def enter(self, patience_s: float) -> bool:
        """Takes a place; False where none was free within so many seconds."""
        return self._places.acquire(timeout=patience_s)

    def leave(self, *, answered: bool) -> None:
        """Gives the place back. answered: whether the service answered, whatever it said."""
        self._places.release()
        with self._lock:
            if answered:
                self._silent, self._again_at = 0, None
            else:
                self._silent += 1
                if self._silent >= SILENT_MAX:
                    self._again_at = self._clock() + PAUSE
        self.report(CallOutcome.ANSWERED if answered else CallOutcome.SILENT)

    def refused(self) -> None:
        """Counts a call that was not made."""
        self.report(CallOutcome.REFUSED)

    @property
    def again_at(self) -> datetime | None:
        """Until when the service is left alone; None while it is asked."""
        return self._again_at
