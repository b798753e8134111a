"""One budget of memory for the answers of all sources: what many readers hold at once stays below it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

FREE = 2**20
"""Bytes of an answer that are not counted: most answers are smaller, and wait for nobody."""
TOTAL = 256 * 2**20


class Share:
    """What one reader holds of the budget. bytes: beyond FREE."""

    def __init__(self, budget: "ByteBudget") -> None:
        self._budget = budget
        self._uncounted = FREE
        self.bytes = 0

    def grow(self, by: int, until: float) -> bool:
        """Takes so many bytes more; waits until then, of the monotonic clock in seconds. False where it got none."""
        free = min(by, self._uncounted)
        self._uncounted -= free
        return by == free or self._budget.take(self, by - free, until)


class ByteBudget:
    """total: bytes that all shares have together. Safe between threads.

    Who finds no room waits for others to end. Where all who hold something wait, the last to come gives up.
    """

    def __init__(self, total: int = TOTAL) -> None:
        self.total = total
        self.used = 0
        self._holders: list[Share] = []
        self._waiting: list[Share] = []
        self._changed = threading.Condition()

    @contextmanager
    def share(self) -> Iterator[Share]:
        """A share of nothing, which grows; given back at the end."""
        mine = Share(self)
        try:
            yield mine
        finally:
            self._give_back(mine)

    def take(self, share: Share, more: int, until: float) -> bool:
        """Adds to a share, as `Share.grow` says."""
        with self._changed:
            self._waiting.append(share)
            self._changed.notify_all()  # who waits looks whether anybody still goes on
            try:
                fits = self._changed.wait_for(
                    lambda: self._has_room(more) or self._must_give_up(share), max(0.0, until - time.monotonic())
                )
            finally:
                self._waiting.remove(share)
            if not fits or not self._has_room(more):
                return False
            if share not in self._holders:
                self._holders.append(share)
            share.bytes += more
            self.used += more
            return True

    def _has_room(self, more: int) -> bool:
        return self.used + more <= self.total

    def _must_give_up(self, share: Share) -> bool:
        stuck = all(holder in self._waiting for holder in self._holders)
        return stuck and share is (self._holders[-1] if self._holders else share)

    def _give_back(self, share: Share) -> None:
        with self._changed:
            if share in self._holders:
                self._holders.remove(share)
                self.used -= share.bytes
                share.bytes = 0
                self._changed.notify_all()
