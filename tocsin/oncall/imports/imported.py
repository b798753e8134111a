"""What an import makes: people and schedules as the configuration writes them, and what could not be carried over."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class NotAnExport(ValueError):
    """The file is not an export of that kind; the message says what was expected."""


@dataclass(slots=True, kw_only=True)
class Imported:
    """The import under way. people: name -> mail, "" = unknown. schedules: as the file has them. lost: a line each."""

    people: dict[str, str] = field(default_factory=dict)
    schedules: list[dict[str, Any]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def person(self, name: str, mail: str = "") -> str:
        """A person's name as the configuration writes it; known from now on."""
        made = name_of(name)
        self.people[made] = self.people.get(made) or mail
        return made

    def schedule(self, name: str, zone: str, layers: Iterable[dict[str, Any]]) -> None:
        """One more; without any layer it is named as lost."""
        kept = list(layers)
        if not kept:
            self.lost.append(f"schedule {name}: no layer of it could be carried over")
            return
        self.schedules.append({"name": name_of(name), "zone": zone, "layers": kept})

    def zone(self, name: str, zone: object) -> str:
        """A time zone that is known here; UTC otherwise, which is named."""
        try:
            return ZoneInfo(str(zone)).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.lost.append(f"schedule {name}: its time zone {zone!r} is not of the IANA database; UTC is written")
            return "UTC"


def name_of(text: str) -> str:
    """A name as the configuration takes it: "Ann Doe" is Ann-Doe."""
    made = re.sub(r"[^A-Za-z0-9._-]+", "-", text.partition("@")[0]).strip("-._")
    return made or "unnamed"


def layer_of(
    people: Iterable[str], starts: datetime, every: timedelta, hours: Iterable[str] = (), priority: int = 0
) -> dict[str, Any]:
    """A layer as the file writes it. starts: by the schedule's clocks, naive."""
    made: dict[str, Any] = {"people": list(people), "starts": f"{starts:%Y-%m-%d %H:%M}", "every": span(every)}
    if kept := list(dict.fromkeys(hours)):
        made["hours"] = kept
    if priority:
        made["priority"] = priority
    return made


def span(every: timedelta) -> str:
    """A duration as the file writes it, in days or hours."""
    return f"{every // DAY}d" if every % DAY == timedelta(0) else f"{every // HOUR}h"


def is_turn(every: timedelta) -> bool:
    """Whether a turn can be so long here."""
    return HOUR <= every <= 366 * DAY and every % HOUR == timedelta(0)


def wall_of(text: str, zone: str) -> datetime:
    """An instant such as 2026-01-05T09:00:00+01:00 by the clocks of a zone, naive; without an offset it is one already.

    Raises ValueError.
    """
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is None else at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def instant_of(text: str) -> datetime:
    """An instant; UTC where it has no offset. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def hours_of(days: Iterable[int], starts: time, lasts: timedelta) -> list[str]:
    """Hours as the file writes them, of a span that begins on these days (0 = Monday) and lasts up to a week."""
    found = []
    for day in sorted(set(days)):
        begin = datetime.combine(datetime(2024, 1, 1 + day), starts)  # noqa: DTZ001 - a wall clock; it was a Monday
        end = begin + min(lasts, 7 * DAY)
        if lasts <= DAY:
            found.append(f"{DAYS[day]} {_clock(begin)}-{_clock(end) if end.time() != time(0) else '24:00'}")
            continue
        while begin < end:
            midnight = datetime.combine(begin.date() + DAY, time(0))
            to = "24:00" if end >= midnight else _clock(end)
            found.append(f"{DAYS[begin.weekday()]} {_clock(begin)}-{to}")
            begin = midnight
    return _every_day(found)


def _every_day(found: list[str]) -> list[str]:
    """One entry for what is the same on several days."""
    by_clock: dict[str, list[str]] = {}
    for one in found:
        day, _, clock = one.partition(" ")
        by_clock.setdefault(clock, []).append(day)
    return [
        clock if len(set(days)) == 7 else f"{','.join(dict.fromkeys(days))} {clock}" for clock, days in by_clock.items()
    ]


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}"
