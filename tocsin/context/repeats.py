"""Says which of the same failures is logged: the first, and then one a minute; all are counted elsewhere."""

import time
from collections.abc import Callable

EVERY_S = 60.0
MOST = 1000


class Repeats:
    """Remembers when each failure was last logged. monotonic: seconds that only grow."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._said: dict[str, float] = {}

    def is_news(self, what: str) -> bool:
        """Whether this failure is to be logged now."""
        now = self._monotonic()
        if what in self._said and now - self._said[what] < EVERY_S:
            return False
        if len(self._said) >= MOST:
            self._said.clear()
        self._said[what] = now
        return True
