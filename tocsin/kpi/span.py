"""The days that a dashboard shows, and the span of the same length before it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tocsin.storage.figure_rows import Instants

LONGEST = 800
"""Days that one view may show."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Whole days of one time zone, both ends in it."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def count(self) -> int:
        """How many days it is."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Days":
        """As many days, right before."""
        return Days(first=self.first - self.count * DAY, last=self.first - DAY, zone=self.zone)

    @property
    def instants(self) -> Instants:
        """The same as a span of time."""
        return Instants(start=_midnight(self.first, self.zone), end=_midnight(self.last + DAY, self.zone))

    @property
    def ordinals(self) -> tuple[int, int]:
        """The first and the last day as the sums name them."""
        return self.first.toordinal(), self.last.toordinal()


def last_days(count: int, now: datetime, zone: ZoneInfo) -> Days:
    """The `count` days up to today, today included as far as it went."""
    today = now.astimezone(zone).date()
    return Days(first=today - (count - 1) * DAY, last=today, zone=zone)


def days_between(first: str, last: str, zone: ZoneInfo) -> Days:
    """Days as a form names them, `2026-03-01`. ValueError that says what is wrong with them."""
    try:
        days = Days(first=date.fromisoformat(first), last=date.fromisoformat(last), zone=zone)
    except ValueError as error:
        raise ValueError(f"from {first[:20]!r} to {last[:20]!r}: must be two days such as 2026-03-01") from error
    if days.last < days.first:
        raise ValueError(f"from {first} to {last}: the second day is before the first; give them in order")
    if days.count > LONGEST or days.first.year < 2000 or days.last.year > 9000:
        raise ValueError(f"from {first} to {last}: must be at most {LONGEST} days, and no earlier than the year 2000")
    return days


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
