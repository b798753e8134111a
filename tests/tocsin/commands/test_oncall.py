"""`tocsin oncall import`: of each export, who is on call afterwards, and what could not be carried over."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from incidents.oncall.schedule import on_call
from tocsin.cli import app
from tocsin.config import load_text
from tocsin.wiring.oncall import schedules_of

BASE = """\
site: {name: Example}
sources: {default: {kind: scrape, targets: [{url: "http://127.0.0.1:9/metrics"}]}}
components: [{name: trading, title: Trading}]
watches: [{name: up, metric: up, component: trading}]
"""

PAGERDUTY = {
    "schedule": {
        "name": "Payments primary",
        "time_zone": "Europe/Zurich",
        "schedule_layers": [
            {
                "name": "Office",
                "start": "2026-01-05T09:00:00+01:00",
                "end": None,
                "rotation_virtual_start": "2026-01-05T09:00:00+01:00",
                "rotation_turn_length_seconds": 86400,
                "users": [{"user": {"id": "PC", "summary": "Cleo Kim", "email": "cleo@example.com"}}],
                "restrictions": [
                    {"type": "daily_restriction", "start_time_of_day": "09:00:00", "duration_seconds": 28800}
                ],
            },
            {
                "name": "Weekend",
                "start": "2026-01-05T09:00:00+01:00",
                "rotation_virtual_start": "2026-01-05T09:00:00+01:00",
                "rotation_turn_length_seconds": 604800,
                "users": [{"user": {"id": "PD", "summary": "Dan", "email": "dan@example.com"}}],
                "restrictions": [
                    {
                        "type": "weekly_restriction",
                        "start_day_of_week": 5,
                        "start_time_of_day": "18:00:00",
                        "duration_seconds": 223200,
                    }
                ],
            },
            {
                "name": "Week",
                "start": "2026-01-05T09:00:00+01:00",
                "rotation_virtual_start": "2026-01-05T09:00:00+01:00",
                "rotation_turn_length_seconds": 604800,
                "users": [
                    {"user": {"id": "PA", "summary": "Ann", "email": "ann@example.com"}},
                    {"user": {"id": "PB", "summary": "Bob", "email": "bob@example.com"}},
                ],
            },
            {
                "name": "Odd",
                "start": "2026-01-05T09:00:00+01:00",
                "rotation_virtual_start": "2026-01-05T09:00:00+01:00",
                "rotation_turn_length_seconds": 5400,
                "users": [{"user": {"id": "PA", "summary": "Ann"}}],
            },
            {
                "name": "Old",
                "start": "2020-01-05T09:00:00Z",
                "end": "2020-02-05T09:00:00Z",
                "rotation_virtual_start": "2020-01-05T09:00:00Z",
                "rotation_turn_length_seconds": 86400,
                "users": [{"user": {"id": "PA", "summary": "Ann"}}],
            },
        ],
        "overrides_subschedule": {
            "rendered_schedule_entries": [
                {"start": "2026-02-01T09:00:00Z", "end": "2026-02-02T09:00:00Z", "user": {"summary": "Eve"}}
            ]
        },
    }
}
OPSGENIE = {
    "data": {
        "name": "Ops_schedule",
        "timezone": "America/New_York",
        "enabled": True,
        "rotations": [
            {
                "name": "Day",
                "startDate": "2026-01-05T14:00:00Z",
                "type": "daily",
                "length": 2,
                "participants": [
                    {"type": "user", "username": "ann@example.com"},
                    {"type": "user", "username": "bob@example.com"},
                ],
                "timeRestriction": {
                    "type": "time-of-day",
                    "restriction": {"startHour": 8, "startMin": 0, "endHour": 18, "endMin": 30},
                },
            },
            {
                "name": "Weekend",
                "startDate": "2026-01-05T05:00:00Z",
                "type": "weekly",
                "length": 1,
                "participants": [{"type": "user", "username": "cleo@example.com"}],
                "timeRestriction": {
                    "type": "weekday-and-time-of-day",
                    "restrictions": [
                        {
                            "startDay": "friday",
                            "startHour": 20,
                            "startMin": 0,
                            "endDay": "monday",
                            "endHour": 8,
                            "endMin": 0,
                        }
                    ],
                },
            },
            {
                "name": "Team",
                "startDate": "2026-01-05T05:00:00Z",
                "type": "hourly",
                "participants": [{"type": "team", "name": "sre"}, {"type": "none"}],
            },
        ],
    }
}
GRAFANA = {
    "schedules": {
        "results": [
            {
                "id": "S1",
                "name": "web",
                "type": "web",
                "time_zone": "Europe/Zurich",
                "shifts": ["A", "B", "C", "D", "E"],
            }
        ]
    },
    "on_call_shifts": {
        "results": [
            {
                "id": "A",
                "name": "primary",
                "type": "rolling_users",
                "start": "2026-01-05T00:00:00",
                "duration": 604800,
                "frequency": "weekly",
                "interval": 1,
                "week_start": "MO",
                "rolling_users": [["U1"], ["U2"]],
                "level": 0,
            },
            {
                "id": "B",
                "name": "office",
                "type": "recurrent_event",
                "start": "2026-01-05T09:00:00",
                "duration": 28800,
                "frequency": "weekly",
                "by_day": ["MO", "WE"],
                "users": ["U3"],
                "level": 1,
            },
            {"id": "C", "name": "once", "type": "single_event", "start": "2026-03-01T00:00:00", "duration": 3600},
            {
                "id": "D",
                "name": "monthly",
                "type": "recurrent_event",
                "start": "2026-03-01T00:00:00",
                "duration": 3600,
                "frequency": "monthly",
                "users": ["U1"],
            },
        ]
    },
    "users": [
        {"id": "U1", "username": "ann", "email": "ann@example.com"},
        {"id": "U2", "username": "bob", "email": "bob@example.com"},
        {"id": "U3", "username": "cleo", "email": "cleo@example.com"},
    ],
}
ICAL = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//On call//EN
X-WR-CALNAME:Wallets
X-WR-TIMEZONE:Europe/Zurich
BEGIN:VEVENT
UID:1
SUMMARY:On call
ATTENDEE:mailto:ann@example.com
DTSTART;TZID=Europe/Zurich:20260105T090000
DTEND;TZID=Europe/Zurich:20260112T090000
RRULE:FREQ=WEEKLY;INTERVAL=2
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:On call
ATTENDEE:mailto:bob@example.com
DTSTART;TZID=Europe/Zurich:20260112T090000
DTEND;TZID=Europe/Zurich:20260119T090000
RRULE:FREQ=WEEKLY;INTERVAL=2
END:VEVENT
BEGIN:VEVENT
UID:3
SUMMARY:cleo
DTSTART;TZID=Europe/Zurich:20260105T120000
DTEND;TZID=Europe/Zurich:20260105T130000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU
END:VEVENT
BEGIN:VEVENT
UID:4
SUMMARY:dan
DTSTART;TZID=Europe/Zurich:20260105T120000
DTEND;TZID=Europe/Zurich:20260105T130000
RRULE:FREQ=MONTHLY;BYMONTHDAY=1
END:VEVENT
BEGIN:VEVENT
UID:5
SUMMARY:eve
DTSTART;TZID=Europe/Zurich:20260501T120000
DTEND;TZID=Europe/Zurich:20260501T130000
END:VEVENT
END:VCALENDAR
"""


def imported(folder: Path, kind: str, export: Any) -> Result:
    file = folder / "export"
    file.write_text(export if isinstance(export, str) else json.dumps(export), encoding="utf-8")
    return CliRunner().invoke(app, ["oncall", "import", str(file), "--from", kind])


def lost(result: Result) -> list[str]:
    """Without the advice."""
    lines = [line.removeprefix("not carried over: ") for line in result.stderr.splitlines()]
    return [re.sub(r": set it on /console/oncall.*", ": …", line) for line in lines]


@pytest.mark.parametrize(
    ("kind", "export", "expected"),
    [
        pytest.param(
            "pagerduty",
            PAGERDUTY,
            {
                "2026-01-07T12:00": ("Cleo-Kim",),  # 13:00 in Zurich: the topmost layer
                "2026-01-07T20:00": ("Ann",),
                "2026-01-14T20:00": ("Bob",),
                "2026-01-10T20:00": ("Dan",),
                "2026-01-09T17:30": ("Dan",),
                "2026-01-12T07:30": ("Ann",),  # the weekend ended at 08:00, the week at 09:00
                "2026-04-01T06:30": ("Ann",),  # 08:30 in summer time
                "2026-04-01T07:30": ("Cleo-Kim",),
            },
            id="PagerDuty",
        ),
        pytest.param(
            "opsgenie",
            OPSGENIE,
            {
                "2026-01-05T15:00": ("ann",),
                "2026-01-07T15:00": ("bob",),
                "2026-01-07T23:45": (),  # 18:45 in New York
                "2026-01-10T23:45": ("cleo",),
                "2026-01-10T15:00": ("ann", "cleo"),  # together
                "2026-01-12T12:30": ("cleo",),
            },
            id="Opsgenie",
        ),
        pytest.param(
            "grafana-oncall",
            GRAFANA,
            {
                "2026-01-06T12:00": ("ann",),
                "2026-01-13T12:00": ("bob",),
                "2026-01-07T12:00": ("cleo",),
                "2026-01-07T20:00": ("ann",),
            },
            id="Grafana OnCall",
        ),
        pytest.param(
            "ical",
            ICAL,
            {
                "2026-01-06T20:00": ("ann",),
                "2026-01-13T20:00": ("bob",),
                "2026-03-31T07:30": ("ann",),
                "2026-01-06T11:30": ("ann", "cleo"),
                "2026-01-07T11:30": ("ann",),
            },
            id="iCalendar",
        ),
    ],
)
def test_whoever_was_on_call_there_is_on_call_here(
    tmp_path: Path, kind: str, export: Any, expected: dict[str, tuple[str, ...]]
) -> None:
    ran = imported(tmp_path, kind, export)
    assert ran.exit_code == 0, ran.output
    text = ran.stdout.replace("{name: cleo}", "{name: cleo, mail: cleo@example.com}")
    settings = load_text(BASE + text, tmp_path / "tocsin.yaml", {}).oncall
    assert settings is not None
    (schedule,) = schedules_of(settings).values()
    found = {at: on_call(schedule, datetime.fromisoformat(at).replace(tzinfo=UTC)) for at in expected}
    assert {at: tuple(sorted(people)) for at, people in found.items()} == expected


@pytest.mark.parametrize(
    ("kind", "export", "expected"),
    [
        (
            "pagerduty",
            PAGERDUTY,
            [
                "schedule Payments primary: layer Odd: turns of 1:30:00 are not whole hours",
                "schedule Payments primary: layer Old: it ended 2020-02-05T09:00:00Z",
                "schedule Payments primary: the override of Eve from 2026-02-01T09:00:00Z to 2026-02-02T09:00:00Z: …",
            ],
        ),
        (
            "opsgenie",
            OPSGENIE,
            ["schedule Ops_schedule: rotation Team: it has turns of team sre, none, not of a user"],
        ),
        (
            "grafana-oncall",
            GRAFANA,
            [
                "schedule web: shift once: it happens once, from 2026-03-01T00:00:00 on: …",
                "schedule web: shift monthly: frequency monthly",
                "schedule web: shift E is not in the file",
            ],
        ),
        (
            "ical",
            ICAL,
            [
                "schedule Wallets: event dan: its rule {'FREQ': ['MONTHLY'], 'BYMONTHDAY': [1]}",
                "schedule Wallets: the shift of eve from 2026-05-01 12:00 for 1:00:00",
            ],
        ),
    ],
    ids=["PagerDuty", "Opsgenie", "Grafana OnCall", "iCalendar"],
)
def test_what_could_not_be_carried_over_is_named(tmp_path: Path, kind: str, export: Any, expected: list[str]) -> None:
    assert lost(imported(tmp_path, kind, export)) == expected


def test_shifts_that_follow_each_other_in_an_order_become_a_rotation(tmp_path: Path) -> None:
    days = [("ann", "05"), ("bob", "06"), ("ann", "07"), ("bob", "08")]
    events = "".join(
        f"BEGIN:VEVENT\nUID:{day}\nSUMMARY:{who}\nDTSTART:202601{day}T080000Z\n"
        f"DTEND:202601{int(day) + 1:02}T080000Z\nEND:VEVENT\n"
        for who, day in days
    )
    ran = imported(tmp_path, "ical", f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{events}END:VCALENDAR\n")
    assert '{people: [ann, bob], starts: "2026-01-05 08:00", every: 1d}' in ran.stdout
    assert lost(ran) == []


@pytest.mark.parametrize(
    ("kind", "export", "expected"),
    [
        ("pagerduty", {"users": []}, "no schedule_layers"),
        ("pagerduty", "not JSON", "it is not an export of pagerduty"),
        ("opsgenie", {"data": {}}, "no rotations"),
        ("grafana-oncall", {"schedules": []}, "on_call_shifts"),
        ("ical", "nothing", "it is no calendar"),
    ],
)
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, kind: str, export: Any, expected: str) -> None:
    ran = imported(tmp_path, kind, export)
    assert ran.exit_code == 2
    assert expected in " ".join(ran.output.split())
