"""Schedules as Opsgenie's API gives them: GET /v2/schedules/{id}, or the list with expand=rotation."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from tocsin.oncall.imports.imported import Imported, NotAnExport, hours_of, instant_of, is_turn, layer_of, wall_of

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNITS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}


def read_opsgenie(data: Any, now: datetime) -> Imported:
    """Raises NotAnExport. All rotations of a schedule are on call together, as there."""
    if isinstance(data, dict):
        data = data.get("data", data)
    schedules = data if isinstance(data, list) else [data]
    if not all(isinstance(one, dict) and isinstance(one.get("rotations"), list) for one in schedules):
        raise NotAnExport("no rotations: expected the answer of GET /v2/schedules/{id} of Opsgenie")
    found = Imported()
    for schedule in schedules:
        name = str(schedule.get("name") or "schedule")
        if schedule.get("enabled") is False:
            found.lost.append(f"schedule {name}: it is disabled")
            continue
        zone = found.zone(name, schedule.get("timezone"))
        made = [
            layer
            for number, one in enumerate(schedule["rotations"], start=1)
            if (layer := _layer(found, f"schedule {name}: rotation {one.get('name') or number}", one, zone, now))
        ]
        found.schedule(name, zone, made)
        found.lost += [
            f"schedule {name}: the override {one.get('alias', '?')}" for one in schedule.get("overrides") or ()
        ]
    return found


def _layer(found: Imported, called: str, rotation: dict[str, Any], zone: str, now: datetime) -> dict[str, Any] | None:
    if rotation.get("endDate"):
        if instant_of(rotation["endDate"]) <= now:
            found.lost.append(f"{called}: it ended {rotation['endDate']}")
            return None
        found.lost.append(f"{called}: its end {rotation['endDate']}; take the layer out then")
    every = UNITS.get(str(rotation.get("type")), timedelta(0)) * int(rotation.get("length") or 1)
    participants = rotation.get("participants") or []
    strange = [one for one in participants if one.get("type") != "user"]
    if strange or not participants or not is_turn(every):
        what = ", ".join(f"{one.get('type')} {one.get('name') or one.get('id') or ''}".strip() for one in strange)
        why = f"it has turns of {what}, not of a user" if strange else f"no users, or turns of {every}"
        found.lost.append(f"{called}: {why}")
        return None
    users = [str(one.get("username") or one.get("id")) for one in participants]
    people = [found.person(one, one if "@" in one else "") for one in users]
    starts = wall_of(str(rotation["startDate"]), zone)
    return layer_of(people, starts, every, _hours(rotation.get("timeRestriction") or {}))


def _hours(restriction: dict[str, Any]) -> Iterator[str]:
    if restriction.get("type") == "time-of-day":
        one = restriction["restriction"]
        begins, ends = _clock(one, "start"), _clock(one, "end")
        yield from hours_of(range(7), begins, _until(begins, ends))
    for one in restriction.get("restrictions") or ():
        first, last = DAYS.index(one["startDay"].lower()), DAYS.index(one["endDay"].lower())
        begins, ends = _clock(one, "start"), _clock(one, "end")
        days = (last - first) % 7
        lasts = _until(begins, ends) if days == 0 else timedelta(days=days) + _minutes(ends) - _minutes(begins)
        yield from hours_of([first], begins, lasts)


def _clock(one: dict[str, Any], which: str) -> time:
    return time(int(one[f"{which}Hour"]) % 24, int(one.get(f"{which}Min") or 0))


def _minutes(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)


def _until(begins: time, ends: time) -> timedelta:
    """From one time to the next such time; the whole day where they are the same."""
    return (_minutes(ends) - _minutes(begins)) % timedelta(days=1) or timedelta(days=1)
