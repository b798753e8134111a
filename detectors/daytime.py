"""Local time of day and week, so that a daily pattern stays in place when summer time begins or ends."""

from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from detectors.frame import Floats
from detectors.state import DAY, WEEK

MONDAY = 4 * DAY
"""1970 began on a Thursday."""
QUARTER = 900.0
"""Clocks change on whole quarters of an hour."""


Clock = TypeVar("Clock", float, Floats)
"""Seconds of one instant, or of many."""


def since_midnight(local: Clock) -> Clock:
    """Seconds since midnight of what a clock shows, 0 to below 86,400; a day that is longer shows an hour twice."""
    return local % DAY


def since_monday(local: Clock) -> Clock:
    """Seconds since Monday's midnight of what a clock shows, 0 to below 604,800."""
    return (local - MONDAY) % WEEK


def local_at(now: float, time_zone: str) -> float:
    """What the zone's clock shows at an instant, in seconds since 1970."""
    return now + offset(now, time_zone)


def offset(now: float, time_zone: str) -> float:
    """Seconds that the zone's clock is ahead of UTC at that instant."""
    if time_zone == "UTC":
        return 0.0
    ahead = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(time_zone)).utcoffset()
    return 0.0 if ahead is None else ahead.total_seconds()


def all_local(times: Floats, time_zone: str) -> Floats:
    """(T,) what the zone's clock shows at many instants, in seconds since 1970; asked once a quarter of an hour."""
    quarters, which = np.unique(times // QUARTER, return_inverse=True)
    offsets = np.array([offset(quarter * QUARTER, time_zone) for quarter in quarters.tolist()])
    local: Floats = times + offsets[which]
    return local
