"""What the console shows of on-call: who is on call now and next, the coming fortnight, overrides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from incidents.instant import within_reach
from incidents.oncall.rotation import first_instant
from incidents.oncall.schedule import OncallSchedule, Override, Shift, shifts
from incidents.signal import short_id
from tocsin.oncall.oncall import Oncall
from tocsin.storage import AuditEntry

AHEAD = timedelta(days=14)
LONGEST_OVERRIDE = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """A schedule as it stands. now: the shift that lasts; coming: those that follow it within a fortnight."""

    name: str
    zone: str
    now: Shift
    coming: tuple[Shift, ...]


def schedule_views(oncall: Oncall, now: datetime) -> tuple[ScheduleView, ...]:
    """Every schedule, in the file's order. A shift under way begins where it is first seen: at `now`."""
    overrides = oncall.store.oncall.overrides(now)
    return tuple(_view(schedule, overrides, now) for schedule in oncall.schedules.values())


def _view(schedule: OncallSchedule, overrides: Sequence[Override], now: datetime) -> ScheduleView:
    first, *coming = shifts(schedule, now, now + AHEAD, overrides)
    return ScheduleView(name=schedule.name, zone=schedule.layers[0].rotation.zone, now=first, coming=tuple(coming))


def add_override(
    oncall: Oncall, *, schedule: str, person: str, starts: str, ends: str, reason: str, key: str, by: str, now: datetime
) -> Override:
    """Puts one person on call in place of everybody of a schedule. starts "" = now. Raises ValueError.

    starts, ends: local times of the schedule such as "2026-03-02 18:00". Sent twice under one key it is one.
    """
    known = oncall.schedules.get(schedule)
    if known is None:
        raise ValueError(f"schedule is {schedule[:40]!r}, expected one of {', '.join(oncall.schedules)}")
    if person not in oncall.people:
        raise ValueError(f"person is {person[:40]!r}, expected one of {', '.join(oncall.people)}")
    zone = known.layers[0].rotation.zone
    starts_at, ends_at = (_instant("start", starts, zone) if starts.strip() else now), _instant("end", ends, zone)
    if ends_at <= now:
        raise ValueError(f"end is {ends}, must be in the future")
    if ends_at - starts_at > LONGEST_OVERRIDE:
        raise ValueError(f"it would last until {ends}, must be at most {LONGEST_OVERRIDE.days} days; change the file")
    override = Override(
        id=short_id(f"override:{key}"),
        schedule=schedule,
        person=person,
        starts_at=starts_at,
        ends_at=ends_at,
        by=by,
        made_at=now,
        reason=reason.strip()[:500],
    )
    oncall.store.oncall.add_override(override, now, _entry(by, "override", override.id, f"{person} on {schedule}"))
    return override


def undo_override(oncall: Oncall, override_id: str, by: str, now: datetime, *, again: bool = False) -> None:
    """Takes an override back, or with `again` lets it be in force after all. Raises NotFound."""
    action = "restore override" if again else "undo override"
    oncall.store.oncall.remove_override(override_id, now, _entry(by, action, override_id, ""), again=again)


def _entry(by: str, action: str, override_id: str, what: str) -> AuditEntry:
    detail = (("what", what),) if what else ()
    return AuditEntry(actor=by, action=action, subject_kind="override", subject=override_id, detail=detail)


def _instant(name: str, text: str, zone: str) -> datetime:
    """A local time of a zone. Raises ValueError."""
    try:
        wall = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"{name} is {text[:40]!r}, expected such as 2026-03-02 18:00, by the clocks of {zone}"
        ) from None
    try:
        at = within_reach(wall if wall.tzinfo else wall.replace(tzinfo=UTC))
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None
    return at if wall.tzinfo else first_instant(wall.replace(microsecond=0), ZoneInfo(zone))
