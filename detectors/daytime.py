"""The clock that people live by: what is usual at ten is usual at ten, in summer time too."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from detectors.frame import Floats
from detectors.state import DAY

QUARTER = 900.0
"""Clocks change on whole quarters of an hour."""


def since_midnight(now: float, time_zone: str) -> float:
    """Seconds since midnight on the zone's clock, 0 to below 86,400; a day that is longer shows an hour twice."""
    return (now + offset(now, time_zone)) % DAY


def offset(now: float, time_zone: str) -> float:
    """Seconds that the zone's clock is ahead of UTC at that instant."""
    if time_zone == "UTC":
        return 0.0
    ahead = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(time_zone)).utcoffset()
    return 0.0 if ahead is None else ahead.total_seconds()


def all_since_midnight(times: Floats, time_zone: str) -> Floats:
    """The same of many instants (T,), one of each quarter of an hour asked."""
    quarters, which = np.unique(times // QUARTER, return_inverse=True)
    offsets = np.array([offset(quarter * QUARTER, time_zone) for quarter in quarters.tolist()])
    clock: Floats = (times + offsets[which]) % DAY
    return clock
