"""Schedules as PagerDuty's REST API gives them: GET /schedules/{id}, or several of those in a list."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from tocsin.oncall.imports.imported import Imported, NotAnExport, hours_of, instant_of, is_turn, layer_of, wall_of


def read_pagerduty(data: Any, now: datetime) -> Imported:
    """Raises NotAnExport. Of the layers the first of the list is taken as the topmost, as the API lists them."""
    if isinstance(data, dict):
        data = [data["schedule"]] if "schedule" in data else data.get("schedules")
    if not isinstance(data, list) or not all(isinstance(one, dict) and "schedule_layers" in one for one in data):
        raise NotAnExport("no schedule_layers: expected the answer of GET /schedules/{id} of PagerDuty")
    found = Imported()
    for schedule in data:
        name = str(schedule.get("name") or schedule.get("summary") or "schedule")
        zone = found.zone(name, schedule.get("time_zone"))
        layers = schedule["schedule_layers"]
        found.schedule(
            name,
            zone,
            [
                made
                for place, layer in enumerate(layers)
                if (made := _layer(found, f"schedule {name}: layer {layer.get('name') or place + 1}", layer, zone, now,
                                   len(layers) - 1 - place))
            ],
        )  # fmt: skip
        entries = (schedule.get("overrides_subschedule") or {}).get("rendered_schedule_entries") or ()
        found.lost += [
            f"schedule {name}: the override of {(one.get('user') or {}).get('summary', '?')} "
            f"from {one.get('start')} to {one.get('end')}: set it on /console/oncall"
            for one in entries
        ]
    return found


def _layer(  # noqa: PLR0917 - what an entry of the list says, and its place
    found: Imported, called: str, layer: dict[str, Any], zone: str, now: datetime, priority: int
) -> dict[str, Any] | None:
    if layer.get("end"):
        if instant_of(layer["end"]) <= now:
            found.lost.append(f"{called}: it ended {layer['end']}")
            return None
        found.lost.append(f"{called}: its end {layer['end']}; take the layer out then")
    every = timedelta(seconds=int(layer.get("rotation_turn_length_seconds") or 0))
    users = [one.get("user") or one for one in layer.get("users") or ()]
    if not users or not is_turn(every):
        found.lost.append(f"{called}: {'it has no users' if not users else f'turns of {every} are not whole hours'}")
        return None
    people = [
        found.person(str(one.get("summary") or one.get("name") or one.get("id")), one.get("email") or "")
        for one in users
    ]
    starts = wall_of(layer.get("rotation_virtual_start") or layer["start"], zone)
    if layer.get("start") and instant_of(layer["start"]) > now:
        found.lost.append(
            f"{called}: it begins {layer['start']} only; its turns are counted from {starts:%Y-%m-%d %H:%M}"
        )
    hours = [one for restriction in layer.get("restrictions") or () for one in _hours(found, called, restriction)]
    return layer_of(people, starts, every, hours, priority)


def _hours(found: Imported, called: str, restriction: dict[str, Any]) -> Iterator[str]:
    begins = time.fromisoformat(str(restriction["start_time_of_day"]))
    lasts = timedelta(seconds=int(restriction["duration_seconds"]))
    if begins.second or lasts.total_seconds() % 60:
        found.lost.append(f"{called}: the seconds of its restriction {begins} for {lasts}; whole minutes are written")
    days = range(7)
    if restriction.get("type") == "weekly_restriction":
        days = range(int(restriction["start_day_of_week"]) - 1, int(restriction["start_day_of_week"]))
    yield from hours_of(days, begins.replace(second=0), lasts)
