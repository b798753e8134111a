"""Calendars of shifts (RFC 5545): an event is a shift of whoever its attendee or its summary names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.oncall.imports.imported import Imported, NotAnExport, hours_of, is_turn, layer_of

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
UNITS = {"HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(days=7)}
DAY = timedelta(days=1)


class MissingCalendarReader(ValueError):
    """The package that reads calendars is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarShift:
    """An event. begins: by the calendar's clocks, naive. cycle: how long until it comes again; None = it comes once."""

    person: str
    mail: str
    begins: datetime
    lasts: timedelta
    cycle: timedelta | None = None
    days: tuple[int, ...] = ()


def read_ical(text: str, name: str) -> Imported:
    """Raises NotAnExport, MissingCalendarReader. name: of the schedule where the calendar has none."""
    try:
        from icalendar import Calendar
    except ImportError as error:
        raise MissingCalendarReader("--from ical needs the extra notify: pip install 'tocsin[notify]'") from error
    try:
        calendar = Calendar.from_ical(text)
    except ValueError as error:
        raise NotAnExport(f"it is no calendar: {error}") from error
    found = Imported()
    name = str(calendar.get("X-WR-CALNAME") or name)
    events = calendar.walk("VEVENT")
    zone = found.zone(name, calendar.get("X-WR-TIMEZONE") or _zone_of(events))
    shifts = [made for event in events if (made := _shift(found, name, event, zone)) is not None]
    found.schedule(name, zone, [*_recurring(found, name, shifts), *_once(found, name, shifts)])
    return found


def _zone_of(events: Sequence[Any]) -> str:
    """The zone of the first event that has one."""
    zones = (getattr(event.decoded("DTSTART"), "tzinfo", None) for event in events if "DTSTART" in event)
    return next((str(getattr(zone, "key", zone)) for zone in zones if zone is not None), "UTC")


def _shift(found: Imported, name: str, event: Any, zone: str) -> CalendarShift | None:
    summary = str(event.get("SUMMARY") or "")
    called = f"schedule {name}: event {summary or event.get('UID')}"
    attendees = event.get("ATTENDEE") or []
    attendees = attendees if isinstance(attendees, list) else [attendees]
    begins, ends = event.decoded("DTSTART", None), event.decoded("DTEND", None)
    if ends is None and "DURATION" in event and begins is not None:
        ends = begins + event.decoded("DURATION")
    if begins is None or ends is None or len(attendees) > 1 or not (attendees or summary):
        found.lost.append(f"{called}: no beginning, no end, or not one person")
        return None
    mail = str(attendees[0]).lower().removeprefix("mailto:") if attendees else ""
    rule = event.get("RRULE") or {}
    unit, interval = UNITS.get((rule.get("FREQ") or [""])[0]), int((rule.get("INTERVAL") or [1])[0])
    odd = rule.keys() - {"FREQ", "INTERVAL", "BYDAY", "WKST"}
    if rule and (unit is None or odd):
        found.lost.append(f"{called}: its rule {dict(rule)}")
        return None
    for key in ("EXDATE", "RDATE"):
        if key in event:
            found.lost.append(f"{called}: its {key}; set an override on /console/oncall")
    wall, end = _wall(begins, zone), _wall(ends, zone)
    days = tuple(DAYS.index(str(one)) for one in rule.get("BYDAY") or () if str(one) in DAYS)
    return CalendarShift(
        person=(mail.partition("@")[0] if mail else summary),
        mail=mail if "@" in mail else "",
        begins=wall,
        lasts=end - wall,
        cycle=unit * interval if unit else None,
        days=days,
    )


def _wall(at: Any, zone: str) -> datetime:
    """By the clocks of the zone; a day without a time begins at midnight."""
    if not isinstance(at, datetime):
        return datetime(at.year, at.month, at.day)  # noqa: DTZ001 - a wall clock
    return at if at.tzinfo is None else at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _recurring(found: Imported, name: str, shifts: Sequence[CalendarShift]) -> list[dict[str, Any]]:
    """Events that share a cycle and fill it one after the other are a rotation; the others a layer each."""
    layers = []
    again = sorted((s for s in shifts if s.cycle), key=lambda s: (s.cycle, s.lasts, s.days, s.begins))
    for (cycle, lasts, days), group in groupby(again, key=lambda s: (s.cycle, s.lasts, s.days)):
        turns, whole = list(group), cycle or DAY
        places = {(one.begins - turns[0].begins) % whole for one in turns}
        fills = not days and len(turns) * lasts == whole and places == {n * lasts for n in range(len(turns))}
        if fills and is_turn(lasts):
            begins = turns[0].begins
            by_place = {(one.begins - begins) % whole: one for one in turns}
            order = [by_place[n * lasts] for n in range(len(turns))]
            layers.append(layer_of([found.person(one.person, one.mail) for one in order], begins, lasts))
            continue
        for one in turns:
            on = one.days or (tuple(range(7)) if whole == DAY else (one.begins.weekday(),))
            if whole > UNITS["WEEKLY"] or whole < DAY or (whole == DAY and lasts > DAY):
                found.lost.append(
                    f"schedule {name}: {one.person}, who comes again after {whole} with others in between"
                )
                continue
            person = found.person(one.person, one.mail)
            layers.append(layer_of([person], one.begins, max(whole, DAY), hours_of(on, one.begins.time(), lasts)))
    return layers


def _once(found: Imported, name: str, shifts: Sequence[CalendarShift]) -> list[dict[str, Any]]:
    """Events without a rule are a rotation where they follow each other, equally long, in an order that repeats."""
    once = sorted((s for s in shifts if not s.cycle), key=lambda s: s.begins)
    if not once:
        return []
    follow = all(a.begins + a.lasts == b.begins for a, b in pairwise(once)) and len({s.lasts for s in once}) == 1
    people = [one.person for one in once]
    order = next(
        (n for n in range(1, len(people) // 2 + 1) if all(p == people[i % n] for i, p in enumerate(people))), None
    )
    if not follow or order is None or not is_turn(once[0].lasts):
        found.lost += [
            f"schedule {name}: the shift of {one.person} from {one.begins:%Y-%m-%d %H:%M} for {one.lasts}"
            for one in once
        ]
        return []
    names = [found.person(one.person, one.mail) for one in once[:order]]
    return [layer_of(names, once[0].begins, once[0].lasts)]
