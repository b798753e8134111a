"""Windows that come again: an RFC 5545 rule in a time zone's own hours, through its changes to and from summer time."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrule, rrulestr

LONGEST_SERIES = timedelta(days=366)
"""A series ends after a year at the latest: nothing is silenced for ever, and somebody looks at it again."""
_MOST = 2000
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYHOUR", "BYMINUTE", "WKST"}
_LENGTHS = {month: 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31 for month in range(1, 13)}

Window = tuple[datetime, datetime]
"""From the first instant of an occurrence to the first that is no longer in it, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How a window comes again.

    rule: an RFC 5545 recurrence rule such as FREQ=WEEKLY;BYDAY=SU, daily or rarer. zone: an IANA name; its wall clock
    decides, so that 02:00 stays 02:00 in summer. A time that the clock skips begins as much later as it skips; of a
    time that it has twice the first counts. lasts: of each occurrence, in elapsed time. skipped: the starts of
    occurrences that are left out.
    Raises ValueError where the rule, the zone or the length is not such.
    """

    rule: str
    zone: str
    lasts: timedelta
    skipped: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        problem = _problem(dict(part.partition("=")[::2] for part in self.rule.upper().split(";")))
        if problem:
            raise ValueError(f"rule is {self.rule[:80]!r}: {problem}; expected one such as FREQ=WEEKLY;BYDAY=SU")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"zone is {self.zone[:60]!r}, expected an IANA name such as Europe/Berlin or UTC"
            ) from None
        if not timedelta(minutes=1) <= self.lasts <= timedelta(days=31):
            raise ValueError(f"an occurrence lasts {self.lasts}, expected one minute to 31 days")
        _rule(self.rule, datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001 - a wall clock


def _problem(parts: Mapping[str, str]) -> str:
    """What keeps a rule from being used, "" = nothing. For a rule that fits no day the search ends in the year 9999."""
    if parts.get("FREQ") not in _FREQUENCIES:
        return f"FREQ is {parts.get('FREQ', '')[:20]!r}, must be one of {', '.join(_FREQUENCIES)}"
    if unknown := sorted(parts.keys() - _PARTS):
        return f"{unknown[0][:20]} cannot be used; what can is {', '.join(sorted(_PARTS))}, and the series' own end"
    ordinal = re.search(r"\d+", parts.get("BYDAY", ""))
    if ordinal and ("BYMONTHDAY" in parts or int(ordinal.group()) > 5):
        return "BYDAY with a number goes up to 5, and not together with BYMONTHDAY"
    days = [abs(int(day)) for day in re.findall(r"\d+", parts.get("BYMONTHDAY", ""))]
    months = [int(month) for month in re.findall(r"\d+", parts.get("BYMONTH", ""))]
    if days and months and min(days) > max(_LENGTHS.get(month, 0) for month in months):
        return "no such day is in these months"
    return ""


def require_some(repeat: Repeat, first: datetime, until: datetime) -> None:
    """Raises ValueError where the series has no occurrence, or more than anybody can mean."""
    many = len(windows(repeat, first, until))
    if not 0 < many <= _MOST:
        found = f"more than {_MOST} occurrences" if many else "no occurrence"
        raise ValueError(f"rule {repeat.rule!r} has {found} from {first:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC")


@lru_cache(maxsize=256)
def windows(repeat: Repeat, first: datetime, until: datetime) -> tuple[Window, ...]:
    """Every occurrence from `first`, the start that the rule counts from, that begins before `until`; cut off there."""
    return tuple(islice(_occurrences(repeat, first, until), _MOST + 1))


def _occurrences(repeat: Repeat, first: datetime, until: datetime) -> Iterator[Window]:
    zone = ZoneInfo(repeat.zone)
    wall_first, wall_until = (at.astimezone(zone).replace(tzinfo=None) for at in (first, until + timedelta(days=1)))
    for wall in _rule(repeat.rule, wall_first, wall_until):
        start = wall.replace(tzinfo=zone).astimezone(UTC)
        if start >= until:
            return
        if start not in repeat.skipped:
            yield start, min(start + repeat.lasts, until)


def _rule(rule: str, first: datetime, until: datetime) -> rrule:
    try:
        made = rrulestr(rule, dtstart=first)
        assert isinstance(made, rrule)  # noqa: S101 - a line of RRULE alone is never a set
        return made.replace(until=until)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"rule is {rule[:80]!r}: {error}; expected one such as FREQ=WEEKLY;BYDAY=SU") from None


def window_at(repeat: Repeat, first: datetime, until: datetime, at: datetime) -> Window | None:
    """The occurrence that covers the instant, or None; of two that overlap the later."""
    known = windows(repeat, first, until)
    place = bisect_right(known, at, key=lambda window: window[0]) - 1
    # All last alike, so where the latest that has begun is over, every earlier one is.
    return known[place] if place >= 0 and at < known[place][1] else None


def next_windows(repeat: Repeat, first: datetime, until: datetime, now: datetime, many: int) -> tuple[Window, ...]:
    """The occurrence that lasts now, and those to come, at most `many`."""
    return tuple(islice((window for window in windows(repeat, first, until) if window[1] > now), many))
