"""On-call schedules: layers of rotations, hours in which they apply, and overrides for a stated time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from incidents.oncall.rotation import Rotation, first_instant, wall_clock_at

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A span of the day on some days of the week, by the wall clock.

    days: 0 = Monday … 6 = Sunday, of the span's beginning. ends: not included; at or before `starts` = on the next day,
    so that 00:00 to 00:00 is the whole day.
    """

    days: frozenset[int]
    starts: time
    ends: time

    def covers(self, wall: datetime) -> bool:
        """Whether a time of the wall clock lies within. wall: naive."""
        clock, day = wall.time(), wall.weekday()
        if self.starts < self.ends:
            return day in self.days and self.starts <= clock < self.ends
        return (day in self.days and clock >= self.starts) or ((day - 1) % 7 in self.days and clock < self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A rotation within a schedule. hours: when it applies, by the rotation's clock; () = always.

    priority: a layer that applies keeps those of lower priority off call. ends_at: from then on it is over.
    """

    rotation: Rotation
    hours: tuple[Hours, ...] = ()
    priority: int = 0
    ends_at: datetime | None = None

    def person_at(self, at: datetime) -> str | None:
        """Who is on call by this layer; None = nobody."""
        if self.ends_at is not None and at >= self.ends_at:
            return None
        wall = wall_clock_at(at, ZoneInfo(self.rotation.zone))
        if self.hours and not any(hours.covers(wall) for hours in self.hours):
            return None
        return self.rotation.person_at(at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One person on call in place of everybody else of a schedule. ends_at: not included. by, made_at: who set it."""

    id: str
    schedule: str
    person: str
    starts_at: datetime
    ends_at: datetime
    by: str
    made_at: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError(f"the override ends {self.ends_at:%Y-%m-%d %H:%M}, must be after its start")


@dataclass(frozen=True, slots=True, kw_only=True)
class OncallSchedule:
    """Layers under one name. Those of the highest priority that apply are on call together."""

    name: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A stretch of time in which the same people are on call. people: () = nobody. override: its id, "" = none."""

    people: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    override: str = ""


def on_call(schedule: OncallSchedule, at: datetime, overrides: Sequence[Override] = ()) -> tuple[str, ...]:
    """Who is on call at an instant, each once; () = nobody. Of several overrides the one that was made last counts."""
    override = _override_at(schedule, at, overrides)
    if override is not None:
        return (override.person,)
    people = [(layer.priority, person) for layer in schedule.layers if (person := layer.person_at(at)) is not None]
    highest = max((priority for priority, _ in people), default=0)
    return tuple(dict.fromkeys(person for priority, person in people if priority == highest))


def shifts(
    schedule: OncallSchedule, since: datetime, until: datetime, overrides: Sequence[Override] = ()
) -> tuple[Shift, ...]:
    """Who is on call from `since` to `until`, without holes: where nobody is, a shift of nobody."""
    edges = sorted({since, until, *(at for at in _edges(schedule, since, until, overrides) if since < at < until)})
    found: list[Shift] = []
    for starts_at, ends_at in pairwise(edges):
        override = _override_at(schedule, starts_at, overrides)
        people, which = on_call(schedule, starts_at, overrides), override.id if override else ""
        if found and (found[-1].people, found[-1].override) == (people, which):
            found[-1] = replace(found[-1], ends_at=ends_at)
        else:
            found.append(Shift(people=people, starts_at=starts_at, ends_at=ends_at, override=which))
    return tuple(found)


def _override_at(schedule: OncallSchedule, at: datetime, overrides: Sequence[Override]) -> Override | None:
    applying = (o for o in overrides if o.schedule == schedule.name and o.starts_at <= at < o.ends_at)
    return max(applying, key=lambda override: (override.made_at, override.id), default=None)


def _edges(
    schedule: OncallSchedule, since: datetime, until: datetime, overrides: Sequence[Override]
) -> Iterator[datetime]:
    """Every instant at which somebody else may be on call, and some more."""
    for override in overrides:
        yield from (override.starts_at, override.ends_at)
    for layer in schedule.layers:
        yield from layer.rotation.hand_overs(since, until)
        if layer.ends_at is not None:
            yield layer.ends_at
        if layer.hours:
            yield from _edges_of_hours(layer, since, until)


def _edges_of_hours(layer: Layer, since: datetime, until: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(layer.rotation.zone)
    clocks = {clock for hours in layer.hours for clock in (hours.starts, hours.ends)}
    day = since - 2 * DAY
    while day < until + 2 * DAY:
        for clock in clocks:
            wall = datetime.combine(day.date(), clock)
            yield first_instant(wall, zone)
            yield wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # a time that the clocks show twice
        yield from _clock_change(zone, day, day + DAY)
        day += DAY


def _clock_change(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[datetime]:
    """When the clocks of a zone are set between two instants, at most a day apart."""
    before, after = int(since.timestamp()), int(until.timestamp())
    offset = since.astimezone(zone).utcoffset()
    if offset == until.astimezone(zone).utcoffset():
        return
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    yield datetime.fromtimestamp(after, UTC)
