"""Notices that the computer's clock was set back or forward: it is compared with one that nobody sets."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

JUMP = timedelta(seconds=3)  # between two looks; a clock that is merely disciplined drifts by milliseconds
SHOWN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockJump:
    """by: how far the clock was set, negative = back. at: what it showed then, after the jump."""

    by: timedelta
    at: datetime


def wall_clock() -> datetime:
    """The present as the computer's clock shows it, in UTC."""
    return datetime.now(UTC)


class ClockJumps:
    """Compares the wall's clock with a monotonic one at each look, and remembers the last jump for an hour.

    wall: what people set. monotonic: seconds that only grow; a computer that slept did not count them all, so waking up
    is a jump forward.
    """

    def __init__(
        self, wall: Callable[[], datetime] = wall_clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._before = wall(), monotonic()
        self._last: tuple[ClockJump, float] | None = None

    def look(self) -> ClockJump | None:
        """The jump since the last look; None where the two clocks agree. Not for several threads at once."""
        (wall_before, before), (wall, now) = self._before, (self._wall(), self._monotonic())
        self._before = wall, now
        by = wall - wall_before - timedelta(seconds=now - before)
        if abs(by) < JUMP:
            return None
        jump = ClockJump(by=by, at=wall)
        self._last = jump, now
        return jump

    @property
    def recent(self) -> ClockJump | None:
        """The last jump, for an hour after it."""
        if self._last is None:
            return None
        jump, noticed = self._last
        return jump if self._monotonic() - noticed < SHOWN.total_seconds() else None
