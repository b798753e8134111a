"""Planned work as the public sees it, and how time and people change it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.signal import short_id

LONGEST_TITLE = 200
LONGEST_WORK = timedelta(days=30)


class MaintenancePhase(StrEnum):
    """The phase of planned work, in public words."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    CANCELLED = "cancelled"  # called off before it began


_BEGUN = frozenset({MaintenancePhase.IN_PROGRESS, MaintenancePhase.VERIFYING})
OVER = frozenset({MaintenancePhase.COMPLETED, MaintenancePhase.CANCELLED})
"""Nothing more becomes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceUpdate:
    """One entry of planned work; id: 12 characters [a-z0-9], stable; body: a person's Markdown.

    start, end: the time of the work as this entry announced it, None = an entry of a release that did not keep it.
    is_moved: it announced another time than before.
    """

    id: str
    at: datetime
    phase: MaintenancePhase
    body: str
    start: datetime | None = None
    end: datetime | None = None
    is_moved: bool = False


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
        return self.phase in _BEGUN


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
        return self.told.phase in OVER


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
        updates=(),
    )
    told = _told(told, now, body.strip())
    return Work(told=told, author=by, quiet=quiet)


def advance(work: Work, now: datetime) -> Work:
    """Begins planned work at its time and completes it at its end; the same object where nothing is due."""
    told = work.told
    if told.phase is MaintenancePhase.SCHEDULED and now >= told.scheduled_for:
        work = _moved(work, MaintenancePhase.IN_PROGRESS, "", told.scheduled_for)
    if work.told.is_active and now >= told.scheduled_until:
        work = _moved(work, MaintenancePhase.COMPLETED, "", told.scheduled_until)
    return work


def say(work: Work, text: str, now: datetime, *, phase: MaintenancePhase | None = None) -> Work:
    """A human's words, and where they say that it stands now. Raises ValueError where it is over or goes backwards.

    Work that is completed before it began is called off.
    """
    if work.is_over:
        raise ValueError(f"{work.told.title}: it is over; plan new work instead")
    if phase is None and not text.strip():
        raise ValueError("text is empty, expected a few words for the public")
    order = list(MaintenancePhase)
    if phase in OVER:
        phase = MaintenancePhase.CANCELLED if work.told.phase is MaintenancePhase.SCHEDULED else phase
    if phase is MaintenancePhase.CANCELLED and work.told.is_active:
        raise ValueError(f"{work.told.title}: it has begun, so it cannot be called off; complete it instead")
    if phase is not None and order.index(phase) <= order.index(work.told.phase):
        raise ValueError(f"{work.told.title}: it is {work.told.phase} already, {phase} comes before that")
    return _moved(work, phase or work.told.phase, text.strip(), now)


def move(work: Work, start: datetime, end: datetime, now: datetime, text: str = "") -> Work:
    """At another time, which an entry of its own announces, with the planner's words or without.

    Once it began its start stays. The same object where the times are the same. Raises ValueError where it is over or
    the times can't be.
    """
    if work.is_over:
        raise ValueError(f"{work.told.title}: it is over; plan new work instead")
    start = work.told.scheduled_for if work.told.is_active else start
    _check_span(start, end, now)
    if (start, end) == (work.told.scheduled_for, work.told.scheduled_until):
        return work
    moved = replace(work.told, scheduled_for=start, scheduled_until=end)
    return replace(work, told=_told(moved, now, text.strip(), is_moved=True))


def tellable(work: PublicMaintenance, may_say: Callable[[str], bool], title: str) -> PublicMaintenance:
    """The work as readers may see it: of words that may not go out, the title is `title` and an entry's are none.

    Its times, phases and components go out in any case. The same object where nothing waits.
    """
    kept = work if may_say(work.title) else replace(work, title=title)
    if all(may_say(u.body) for u in work.updates):
        return kept
    return replace(kept, updates=tuple(u if may_say(u.body) else replace(u, body="") for u in work.updates))


def _check_span(start: datetime, end: datetime, now: datetime) -> None:
    if end <= start:
        raise ValueError(f"it ends {end:%Y-%m-%d %H:%M} UTC, must be after its start {start:%Y-%m-%d %H:%M} UTC")
    if end <= now:
        raise ValueError(f"it ends {end:%Y-%m-%d %H:%M} UTC, which is past; it is {now:%Y-%m-%d %H:%M} UTC now")
    if end - start > LONGEST_WORK:
        raise ValueError(f"it lasts {(end - start).days} days, expected at most {LONGEST_WORK.days}")


def _moved(work: Work, phase: MaintenancePhase, body: str, at: datetime) -> Work:
    told = work.told
    # Work that begins or ends by a human's word did so then; the announced times would be untrue. Of what is called off
    # they stay: who reads that it is cancelled must see which time is free again.
    begins = told.phase is MaintenancePhase.SCHEDULED and phase in _BEGUN
    start = at if begins else told.scheduled_for
    end = max(start, at) if phase is MaintenancePhase.COMPLETED else told.scheduled_until
    return replace(work, told=_told(replace(told, phase=phase, scheduled_for=start, scheduled_until=end), at, body))


def _told(work: PublicMaintenance, at: datetime, body: str, *, is_moved: bool = False) -> PublicMaintenance:
    """The work with one entry more, which announces its phase and time as they now are."""
    entry = MaintenanceUpdate(
        id=short_id(f"{work.id}:{len(work.updates) + 1}"),
        at=at,
        phase=work.phase,
        body=body,
        start=work.scheduled_for,
        end=work.scheduled_until,
        is_moved=is_moved,
    )
    return replace(work, updates=(entry, *work.updates))
