"""Schedules and shifts as Grafana OnCall's API gives them, in one file.

{"schedules": …, "on_call_shifts": …, "users": …}: the answers of GET /api/v1/schedules, /on_call_shifts and /users.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tocsin.oncall.imports.imported import Imported, NotAnExport, hours_of, is_turn, layer_of

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
UNITS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
DAY = timedelta(days=1)


def read_grafana_oncall(data: Any) -> Imported:
    """Raises NotAnExport."""
    if not isinstance(data, dict) or not {"schedules", "on_call_shifts"} <= data.keys():
        raise NotAnExport(
            'expected {"schedules": …, "on_call_shifts": …, "users": …}: the answers of those paths of Grafana OnCall'
        )
    found = Imported()
    users = {str(one.get("id")): one for one in _results(data.get("users") or [])}
    shifts = {str(one.get("id")): one for one in _results(data["on_call_shifts"])}
    for schedule in _results(data["schedules"]):
        name, wanted = str(schedule.get("name") or "schedule"), schedule.get("shifts") or []
        zone = found.zone(name, schedule.get("time_zone") or "UTC")
        layers: list[dict[str, Any]] = []
        for one in map(str, wanted):
            if one not in shifts:
                found.lost.append(f"schedule {name}: shift {one} is not in the file")
                continue
            layers += _layers(
                found, f"schedule {name}: shift {shifts[one].get('name') or one}", shifts[one], users, zone
            )
        if schedule.get("ical_url_primary") or schedule.get("ical_url_overrides"):
            found.lost.append(f"schedule {name}: its calendar; import it with --from ical")
        found.schedule(name, zone, layers)
    return found


def _results(data: Any) -> list[dict[str, Any]]:
    """The entries of an answer, paged or not."""
    entries = data.get("results") if isinstance(data, dict) else data
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise NotAnExport("schedules, on_call_shifts and users must be lists, or answers with results")
    return entries


def _layers(
    found: Imported, called: str, shift: dict[str, Any], users: dict[str, dict[str, Any]], zone: str
) -> Iterator[dict[str, Any]]:
    unit, interval = UNITS.get(str(shift.get("frequency"))), int(shift.get("interval") or 1)
    if problem := _problem(shift, unit, zone):
        found.lost.append(f"{called}: {problem}")
        return
    assert unit is not None  # noqa: S101 - it is a problem above
    starts, lasts = datetime.fromisoformat(str(shift["start"])), timedelta(seconds=int(shift["duration"]))
    groups = shift.get("rolling_users") if shift.get("type") == "rolling_users" else [shift.get("users") or []]
    people = [[_person(found, one, users) for one in group] for group in groups or [[]]]
    if not all(people) or len({len(group) for group in people}) != 1:
        found.lost.append(f"{called}: turns of different numbers of people, or of nobody")
        return
    every = unit * interval
    days = [DAYS.index(str(one).upper()) for one in shift.get("by_day") or ()]
    if not days:
        days = list(range(7)) if unit == UNITS["daily"] and lasts <= DAY else [starts.weekday()]
    is_whole = unit == UNITS["hourly"] or lasts >= every or (len(set(days)) == 7 and lasts >= DAY)
    hours = () if is_whole else hours_of(days, starts.time(), lasts)
    if shift.get("week_start") and DAYS[starts.weekday()] != shift["week_start"] and len(people) > 1:
        found.lost.append(
            f"{called}: weeks begin on {shift['week_start']} there, here with its start; check the hand-over"
        )
    for together in zip(*people, strict=True):
        yield layer_of(together, starts, every, hours, int(shift.get("level") or 0))


def _problem(shift: dict[str, Any], unit: timedelta | None, zone: str) -> str:
    """What keeps a shift from being carried over; "" = nothing."""
    interval = int(shift.get("interval") or 1)
    if shift.get("type") == "single_event":
        return f"it happens once, from {shift.get('start')} on: set it on /console/oncall as an override"
    if unit is None:
        return f"frequency {shift.get('frequency')}"
    if shift.get("time_zone") and shift["time_zone"] != zone:
        return f"its time zone {shift['time_zone']} is not the schedule's"
    if shift.get("type") == "recurrent_event" and interval > 1:
        return f"every {interval} times {shift.get('frequency')}, with nobody in between"
    if any(shift.get(key) for key in ("by_month", "by_monthday", "until")):
        return "by_month, by_monthday or until"
    return "" if is_turn(unit * interval) else f"turns of {unit * interval}"


def _person(found: Imported, user_id: object, users: dict[str, dict[str, Any]]) -> str:
    user = users.get(str(user_id), {})
    return found.person(str(user.get("username") or user_id), str(user.get("email") or ""))
