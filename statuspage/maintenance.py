"""Planned work as the public sees it, and how time and people change it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.repeat import LONGEST_SERIES, Repeat, require_some, windows
from incidents.signal import short_id

LONGEST_TITLE = 200
LONGEST_WORK = timedelta(days=30)
SHORTEST_WORK = timedelta(seconds=1)
"""Calendars refuse an event that ends when it begins (RFC 5545, 3.8.2.2)."""


class MaintenancePhase(StrEnum):
    """The phase of planned work, in public words."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    CANCELLED = "cancelled"  # called off before it began


_BEGUN = frozenset({MaintenancePhase.IN_PROGRESS, MaintenancePhase.VERIFYING})
OVER = frozenset({MaintenancePhase.COMPLETED, MaintenancePhase.CANCELLED})
"""The phases in which planned work is over."""


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
    """Planned work as the public sees it.

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
class Series:
    """How work comes again: when one is over, the next is announced.

    first: the start that the rule counts from. until: none begins then or later. slot: when the rule begins this one,
    wherever it was moved since.
    """

    repeat: Repeat
    first: datetime
    until: datetime
    slot: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWork:
    """Planned work as it is stored: what the public reads, who planned it, and whether it keeps its components quiet.

    quiet: while it is going on, deviations of its components open no incident. series: None = it comes once.
    """

    public: PublicMaintenance = field(metadata={"stored": "told"})
    author: str
    quiet: bool = True
    series: Series | None = None

    @property
    def is_over(self) -> bool:
        """Whether it was completed or cancelled."""
        return self.public.phase in OVER


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
    series: Series | None = None,
) -> PlannedWork:
    """Creates planned work; the same key gives the same id. Raises ValueError, naming what is wrong."""
    for name, text in (("title", title), ("text", body)):
        if not text.strip():
            raise ValueError(f"{name} is empty, expected a few words for the public")
    if len(title.strip()) > LONGEST_TITLE:
        raise ValueError(f"title has {len(title.strip())} characters, expected at most {LONGEST_TITLE}")
    if not components:
        raise ValueError("components is empty, expected what the work touches")
    _check_span(start, end, now)
    maintenance_id = short_id(f"maintenance:{key}")
    public = PublicMaintenance(
        id=maintenance_id,
        title=title.strip(),
        phase=MaintenancePhase.SCHEDULED,
        scheduled_for=start,
        scheduled_until=end,
        created_at=now,
        components=tuple(components),
        updates=(),
    )
    public = _announced(public, now, body.strip())
    return PlannedWork(public=public, author=by, quiet=quiet, series=series)


def series_of(rule: str, zone: str, start: datetime, end: datetime, until: datetime | None) -> tuple[Series, datetime]:
    """The series of work that lasts from start to end each time, and the end of its first one.

    until: None = a year after the start. Raises ValueError where the rule, the zone or the times cannot be.
    """
    repeat = Repeat(rule=rule, zone=zone or "UTC", lasts=end - start)
    last = until or start + LONGEST_SERIES
    if not start < last <= start + LONGEST_SERIES:
        raise ValueError(
            f"until is {last:%Y-%m-%d %H:%M} UTC, expected within a year after the start {start:%Y-%m-%d %H:%M}"
        )
    require_some(repeat, start, last)
    slot, over = windows(repeat, start, last)[0]
    return Series(repeat=repeat, first=start, until=last, slot=slot), over


def following(work: PlannedWork, now: datetime) -> PlannedWork | None:
    """The next one of a series whose work is over, the same each time it is asked for; None where there is none."""
    series = work.series
    if series is None or not work.is_over:
        return None
    found = windows(series.repeat, series.first, series.until)
    window = next((w for w in found if w[0] > series.slot and w[1] > now), None)
    if window is None:
        return None
    return plan(
        key=f"{work.public.id}:next",
        title=work.public.title,
        body=work.public.updates[-1].body,
        components=work.public.components,
        start=window[0],
        end=window[1],
        quiet=work.quiet,
        by=work.author,
        now=now,
        series=replace(series, slot=window[0]),
    )


def end_series(work: PlannedWork) -> PlannedWork:
    """The same work, which comes no more after this one. Raises ValueError where it comes once."""
    if work.series is None:
        raise ValueError(f"{work.public.title}: it comes once, so there is no series to end")
    return replace(work, series=None)


def advance(work: PlannedWork, now: datetime) -> PlannedWork:
    """Begins planned work at its time and completes it at its end; the same object where nothing is due.

    Work may be announced when it has begun already. Its entries follow each other in time all the same.
    """
    public = work.public
    if public.phase is MaintenancePhase.SCHEDULED and now >= public.scheduled_for:
        public = _due(public, MaintenancePhase.IN_PROGRESS, public.scheduled_for)
    if public.is_active and now >= public.scheduled_until:
        public = _due(public, MaintenancePhase.COMPLETED, public.scheduled_until)
    return work if public is work.public else replace(work, public=public)


def say(work: PlannedWork, text: str, now: datetime, *, phase: MaintenancePhase | None = None) -> PlannedWork:
    """Adds a person's words, and the phase that they state. Raises ValueError where it is over or goes backwards.

    Work that is completed before it began is called off.
    """
    if work.is_over:
        raise ValueError(f"{work.public.title}: it is over; plan new work instead")
    if phase is None and not text.strip():
        raise ValueError("text is empty, expected a few words for the public")
    order = list(MaintenancePhase)
    if phase in OVER:
        phase = MaintenancePhase.CANCELLED if work.public.phase is MaintenancePhase.SCHEDULED else phase
    if phase is MaintenancePhase.CANCELLED and work.public.is_active:
        raise ValueError(f"{work.public.title}: it has begun, so it cannot be called off; complete it instead")
    if phase is not None and order.index(phase) <= order.index(work.public.phase):
        raise ValueError(f"{work.public.title}: it is {work.public.phase} already, {phase} comes before that")
    return _moved(work, phase or work.public.phase, text.strip(), now)


def move(work: PlannedWork, start: datetime, end: datetime, now: datetime, text: str = "") -> PlannedWork:
    """Moves it to another time, which an entry of its own announces, with the planner's words or without.

    Once it began its start stays, to the minute, and its end alone moves. The same object where the times are the same.
    Raises ValueError where it is over or the times can't be.
    """
    if work.is_over:
        raise ValueError(f"{work.public.title}: it is over; plan new work instead")
    if work.public.is_active:
        begun = work.public.scheduled_for
        if start.replace(second=0, microsecond=0) != begun.replace(second=0, microsecond=0):
            raise ValueError(
                f"{work.public.title}: it began {begun:%Y-%m-%d %H:%M} UTC, and its start stays; start is "
                f"{start:%Y-%m-%d %H:%M}. Move its end alone, or complete it and plan new work"
            )
        start = begun
    _check_span(start, end, now)
    if (start, end) == (work.public.scheduled_for, work.public.scheduled_until):
        return work
    moved = replace(work.public, scheduled_for=start, scheduled_until=end)
    return replace(work, public=_announced(moved, now, text.strip(), is_moved=True))


def publishable(work: PublicMaintenance, may_say: Callable[[str], bool], title: str) -> PublicMaintenance:
    """The work as readers may see it: `title` replaces a title that may not be published, no words an entry that may
    not.

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


def _moved(work: PlannedWork, phase: MaintenancePhase, body: str, at: datetime) -> PlannedWork:
    public = work.public
    # Work that begins or ends by a human's word did so then; the announced times would be untrue. Of what is called off
    # they stay: who reads that it is cancelled must see which time is free again.
    begins = public.phase is MaintenancePhase.SCHEDULED and phase in _BEGUN
    start = at if begins else public.scheduled_for
    end = max(start + SHORTEST_WORK, at) if phase is MaintenancePhase.COMPLETED else public.scheduled_until
    return replace(
        work, public=_announced(replace(public, phase=phase, scheduled_for=start, scheduled_until=end), at, body)
    )


def _due(work: PublicMaintenance, phase: MaintenancePhase, at: datetime) -> PublicMaintenance:
    return _announced(replace(work, phase=phase), max(at, work.updated_at), "")


def _announced(work: PublicMaintenance, at: datetime, body: str, *, is_moved: bool = False) -> PublicMaintenance:
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
