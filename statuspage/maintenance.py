"""Planned work, as the public is told of it, and what becomes of it as time goes on or a human says."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.signal import short_id

LONGEST_TITLE = 200
LONGEST_WORK = timedelta(days=30)


class MaintenancePhase(StrEnum):
    """Where planned work stands, in public words."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceUpdate:
    """One entry of planned work; id: 12 characters [a-z0-9], stable; body: plain text."""

    id: str
    at: datetime
    phase: MaintenancePhase
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMaintenance:
    """Planned work that the public is told of.

    components: internal names of what it touches, to be looked up, never shown. updates: newest first, at least one.
    """

    id: str
    title: str
    phase: MaintenancePhase
    scheduled_for: datetime
    scheduled_until: datetime
    created_at: datetime
    components: tuple[str, ...]
    updates: tuple[MaintenanceUpdate, ...]

    @property
    def updated_at(self) -> datetime:
        """When something was last said about it."""
        return self.updates[0].at

    @property
    def is_active(self) -> bool:
        """Whether it is going on."""
        return self.phase in (MaintenancePhase.IN_PROGRESS, MaintenancePhase.VERIFYING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Planned work as it is kept: what the public reads, who planned it, and whether it keeps its components quiet.

    quiet: while it is going on, deviations of its components open no incident.
    """

    told: PublicMaintenance
    author: str
    quiet: bool = True

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.told.phase is MaintenancePhase.COMPLETED


def plan(
    *,
    key: str,
    title: str,
    body: str,
    components: Collection[str],
    start: datetime,
    end: datetime,
    quiet: bool,
    by: str,
    now: datetime,
) -> Work:
    """Work that a human plans; the same key gives the same id. Raises ValueError, naming what is wrong."""
    for name, text in (("title", title), ("text", body)):
        if not text.strip():
            raise ValueError(f"{name} is empty, expected a few words for the public")
    if len(title.strip()) > LONGEST_TITLE:
        raise ValueError(f"title has {len(title.strip())} characters, expected at most {LONGEST_TITLE}")
    if not components:
        raise ValueError("components is empty, expected what the work touches")
    _check_span(start, end, now)
    maintenance_id = short_id(f"maintenance:{key}")
    told = PublicMaintenance(
        id=maintenance_id,
        title=title.strip(),
        phase=MaintenancePhase.SCHEDULED,
        scheduled_for=start,
        scheduled_until=end,
        created_at=now,
        components=tuple(components),
        updates=(_entry(maintenance_id, 1, now, MaintenancePhase.SCHEDULED, body.strip()),),
    )
    return Work(told=told, author=by, quiet=quiet)


def advance(work: Work, now: datetime) -> Work:
    """It begins at its time and is completed at its end; the same object where nothing is due."""
    told = work.told
    if told.phase is MaintenancePhase.SCHEDULED and now >= told.scheduled_for:
        work = _moved(work, MaintenancePhase.IN_PROGRESS, "", told.scheduled_for)
    if work.told.is_active and now >= told.scheduled_until:
        work = _moved(work, MaintenancePhase.COMPLETED, "", told.scheduled_until)
    return work


def say(work: Work, text: str, now: datetime, *, phase: MaintenancePhase | None = None) -> Work:
    """A human's words, and where they say that it stands now. Raises ValueError where it is over or goes backwards."""
    if work.is_over:
        raise ValueError(f"{work.told.title}: it is over; plan new work instead")
    if phase is None and not text.strip():
        raise ValueError("text is empty, expected a few words for the public")
    order = list(MaintenancePhase)
    if phase is not None and order.index(phase) <= order.index(work.told.phase):
        raise ValueError(f"{work.told.title}: it is {work.told.phase} already, {phase} comes before that")
    return _moved(work, phase or work.told.phase, text.strip(), now)


def move(work: Work, start: datetime, end: datetime, now: datetime) -> Work:
    """At another time; once it began its start stays. Raises ValueError where it is over or the times can't be."""
    if work.is_over:
        raise ValueError(f"{work.told.title}: it is over; plan new work instead")
    start = work.told.scheduled_for if work.told.is_active else start
    _check_span(start, end, now)
    return replace(work, told=replace(work.told, scheduled_for=start, scheduled_until=end))


def _check_span(start: datetime, end: datetime, now: datetime) -> None:
    if end <= start:
        raise ValueError(f"it ends {end:%Y-%m-%d %H:%M} UTC, must be after its start {start:%Y-%m-%d %H:%M} UTC")
    if end <= now:
        raise ValueError(f"it ends {end:%Y-%m-%d %H:%M} UTC, which is past; it is {now:%Y-%m-%d %H:%M} UTC now")
    if end - start > LONGEST_WORK:
        raise ValueError(f"it lasts {(end - start).days} days, expected at most {LONGEST_WORK.days}")


def _moved(work: Work, phase: MaintenancePhase, body: str, at: datetime) -> Work:
    told = work.told
    # Work that begins or ends by a human's word did so then; the announced times would be untrue.
    start = at if told.phase is MaintenancePhase.SCHEDULED and phase is not told.phase else told.scheduled_for
    end = max(start, at) if phase is MaintenancePhase.COMPLETED else told.scheduled_until
    entry = _entry(told.id, len(told.updates) + 1, at, phase, body)
    moved = replace(told, phase=phase, scheduled_for=start, scheduled_until=end, updates=(entry, *told.updates))
    return replace(work, told=moved)


def _entry(maintenance_id: str, number: int, at: datetime, phase: MaintenancePhase, body: str) -> MaintenanceUpdate:
    return MaintenanceUpdate(id=short_id(f"{maintenance_id}:{number}"), at=at, phase=phase, body=body)
