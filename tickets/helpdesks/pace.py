"""Counts the requests of the last minute, so that a helpdesk is not asked for more than was agreed on."""

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(minutes=1)


class Pace:
    """At most so many requests in any minute; whoever sends asks first how many there is room for."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._taken: deque[datetime] = deque()
        self._lock = Lock()

    def room(self, now: datetime) -> int:
        """How many more there may be now."""
        with self._lock:
            while self._taken and abs(now - self._taken[0]) >= WINDOW:
                self._taken.popleft()
            return max(0, self._per_minute - len(self._taken))

    def took(self, now: datetime) -> None:
        """One was sent."""
        with self._lock:
            self._taken.append(now)
