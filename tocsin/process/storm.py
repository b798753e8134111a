"""Whether alerts come in so fast that the loops leave the processor to their senders for a while."""

import threading
from collections import deque
from datetime import datetime, timedelta

STORM = 100
"""Alerts within STORM_EVERY from which it is a storm."""
STORM_EVERY = timedelta(seconds=2)
"""In a storm a loop that did something has the next turn after so long: its senders need the processor meanwhile."""
_APART = STORM_EVERY / 20


class Storm:
    """How many alerts had been accepted at which time, over the last STORM_EVERY. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals: deque[tuple[datetime, float]] = deque()

    def is_one(self, now: datetime, accepted: float) -> bool:
        """Whether it is a storm now. accepted: alerts in all, since the process started."""
        with self._lock:
            while self._totals and abs(now - self._totals[0][0]) >= STORM_EVERY:
                self._totals.popleft()
            if not self._totals or now - self._totals[-1][0] >= _APART:
                self._totals.append((now, accepted))
            return accepted - self._totals[0][1] >= STORM
