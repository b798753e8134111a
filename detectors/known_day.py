"""Days and hours of which it is known beforehand that they are like no others: holidays, own days, planned work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

NIGHT = timedelta(hours=6)
"""A known day lasts until six in the morning after: its night is part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days that are like no other of their week.

    countries: whose public holidays these are, "DE", or of a part of the country "DE-BY" (ISO 3166).
    days: others, each with its name: "2026-11-27", or "12-24" for that day of every year.
    """

    countries: tuple[str, ...] = ()
    days: tuple[tuple[str, str], ...] = ()

    def name_of(self, day: date) -> str | None:
        """What is special about a day: "Christmas Day (DE)"; None on an ordinary one."""
        for written, name in self.days:
            if written in (f"{day:%Y-%m-%d}", f"{day:%m-%d}"):
                return name
        for country in self.countries:
            if day in (names := _holidays(country, day.year)):
                return f"{names[day]} ({country})"
        return None


NO_CALENDAR = Calendar()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Planned work from `start` up to, not with, `end` (epoch seconds), on these components."""

    title: str
    components: frozenset[str]
    start: float
    end: float


def day_name(calendar: Calendar, time_zone: str, now: float) -> str | None:
    """The name of the known day that lasts at an instant, its night included; None: it is an ordinary one."""
    if not calendar.countries and not calendar.days:
        return None
    at = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    return _named(calendar, at.date()) or _named(calendar, (at - NIGHT).date())


def work_at(planned: Sequence[Planned], component: str, now: float) -> str | None:
    """The title of the planned work on a component that lasts at an instant, None where there is none."""
    return next((one.title for one in planned if one.start <= now < one.end and component in one.components), None)


def parts_of_countries() -> dict[str, list[str]]:
    """Of each country whose holidays are known, by its two letters, the parts that have their own."""
    from holidays import list_supported_countries  # slow to import, and only a calendar of countries asks

    return list_supported_countries(include_aliases=False)


@cache
def _named(calendar: Calendar, day: date) -> str | None:
    return calendar.name_of(day)


@cache
def _holidays(country: str, year: int) -> dict[date, str]:
    """The public holidays of a year, in English."""
    from holidays import country_holidays

    land, _, part = country.partition("-")
    return dict(country_holidays(land, subdiv=part or None, years=year, language="en_US"))
