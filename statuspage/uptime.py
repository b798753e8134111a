"""Daily uptime of each component, from the time spans in which it was not operational.

A day is a UTC day. Every second of it since the records began has one status: the worst that any stretch says, in the
order of `RANK`; operational where none says anything. Then, over a day or over ninety:

    availability = 1 - (major + 0.3 * partial) / (operational + maintenance + degraded + partial + major)

in seconds. Degraded and planned maintenance count as up. Unknown seconds count neither as up nor as down: they are left
out of both sides and shown apart. What was retracted never happened and leaves no trace here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from incidents.component import ComponentStatus
from incidents.public import Phase, PublicIncident
from statuspage.maintenance import MaintenancePhase, PublicMaintenance

RANK: Mapping[ComponentStatus, int] = {
    ComponentStatus.OPERATIONAL: 0,
    ComponentStatus.MAINTENANCE: 1,
    ComponentStatus.UNKNOWN: 2,
    ComponentStatus.SUSPECTED: 3,
    ComponentStatus.DEGRADED: 4,
    ComponentStatus.PARTIAL_OUTAGE: 5,
    ComponentStatus.MAJOR_OUTAGE: 6,
}
"""From well to worst; what we do not know is worse than planned work, and better than known trouble."""

PARTIAL_WEIGHT = 0.3
DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One component in one status from `start` up to `end`; None = it lasts."""

    component: str
    status: ComponentStatus
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One UTC day of one component; seconds: (status, how long), the worst first, without zeros.

    They add up to 86,400 but for today and for the day on which the records began; nothing = before the records.
    """

    date: date
    seconds: tuple[tuple[ComponentStatus, int], ...] = ()

    @property
    def worst(self) -> ComponentStatus | None:
        """The worst of the day; None = no record."""
        return self.seconds[0][0] if self.seconds else None

    @property
    def troubled(self) -> tuple[tuple[ComponentStatus, int], ...]:
        """How long it was anything but operational, the worst first."""
        return tuple(part for part in self.seconds if part[0] is not ComponentStatus.OPERATIONAL)


def worst(statuses: Iterable[ComponentStatus]) -> ComponentStatus:
    """The worst of several; operational of none."""
    return max(statuses, key=RANK.__getitem__, default=ComponentStatus.OPERATIONAL)


def availability(days: Iterable[Day]) -> float | None:
    """The share of known time in which it was up, by the formula above, 0 to 1; None where nothing is known."""
    spent = dict.fromkeys(ComponentStatus, 0)
    for day in days:
        for status, seconds in day.seconds:
            spent[status] += seconds
    known = sum(spent.values()) - spent[ComponentStatus.UNKNOWN]
    if not known:
        return None
    down = spent[ComponentStatus.MAJOR_OUTAGE] + PARTIAL_WEIGHT * spent[ComponentStatus.PARTIAL_OUTAGE]
    return 1 - down / known


def is_known_for(days: Iterable[Day], least: int) -> bool:
    """Whether a component's status is known for at least so many seconds of these days."""
    known = 0
    for day in days:
        known += sum(seconds for status, seconds in day.seconds if status is not ComponentStatus.UNKNOWN)
        if known >= least:
            return True
    return False


def unknown_seconds(days: Iterable[Day]) -> int:
    """How long nothing was known."""
    return sum(s for day in days for status, s in day.seconds if status is ComponentStatus.UNKNOWN)


def recent(incidents: Iterable[PublicIncident], *, now: datetime, count: int = DAYS) -> tuple[PublicIncident, ...]:
    """The stretches that the last `count` days need: they last, or ended in these days."""
    window = _midnight(now) - timedelta(days=count - 1)
    return tuple(i for i in incidents if i.resolved_at is None or i.resolved_at > window)


def incident_stretches(incident: PublicIncident) -> tuple[Stretch, ...]:
    """The spans and statuses of each component in one incident; none of a retracted one.

    Where it is known when each component became how, it changes then; else with the entries, where they say each
    component's status; else the worst stands for the whole length.
    """
    if incident.phase is Phase.RETRACTED:
        return ()
    if incident.steps:
        first, *later = incident.steps
        return _stretches([(min(incident.started_at, first[0]), first[1]), *later], None)
    seen = [(u.at, u.statuses) for u in reversed(incident.updates) if u.statuses]
    steps = [(incident.started_at, seen[0][1] if seen else incident.statuses), *seen[1:]]
    return _stretches(steps, incident.resolved_at)


def _stretches(
    steps: Sequence[tuple[datetime, Sequence[tuple[str, ComponentStatus]]]], last: datetime | None
) -> tuple[Stretch, ...]:
    """One after the other, the last up to `last`."""
    ends = [*(at for at, _ in steps[1:]), last]
    return tuple(
        Stretch(component=name, status=status, start=start, end=end)
        for (start, statuses), end in zip(steps, ends, strict=True)
        for name, status in statuses
        if status is not ComponentStatus.OPERATIONAL
    )


def maintenance_stretches(planned: PublicMaintenance) -> tuple[Stretch, ...]:
    """The components under planned work, from its start to its end; none while it is announced, or was called off."""
    if planned.phase in (MaintenancePhase.SCHEDULED, MaintenancePhase.CANCELLED):
        return ()
    end = planned.updated_at if planned.phase is MaintenancePhase.COMPLETED else None
    return tuple(
        Stretch(component=name, status=ComponentStatus.MAINTENANCE, start=planned.scheduled_for, end=end)
        for name in planned.components
    )


def history(
    names: Iterable[str], stretches: Iterable[Stretch], *, since: datetime, now: datetime, count: int = DAYS
) -> dict[str, tuple[Day, ...]]:
    """The last `count` days of each component, oldest first, today last; `since` is when the records begin."""
    return History().of(names, stretches, since=since, now=now, count=count)


class History:
    """Counts days again and again; one that is over is counted once, until what is published of it changes."""

    def __init__(self) -> None:
        self._over: dict[tuple[datetime, datetime, tuple[Stretch, ...]], tuple[Day, ...]] = {}

    def of(
        self, names: Iterable[str], stretches: Iterable[Stretch], *, since: datetime, now: datetime, count: int = DAYS
    ) -> dict[str, tuple[Day, ...]]:
        """As `history`."""
        today = _midnight(now)
        window = today - timedelta(days=count - 1)
        own: dict[str, list[Stretch]] = {name: [] for name in names}
        for stretch in stretches:
            if stretch.component in own and (stretch.end is None or stretch.end > window):
                own[stretch.component].append(stretch)
        before, self._over = self._over, {}
        found: dict[str, tuple[Day, ...]] = {}
        nothing: tuple[Day, ...] = ()
        for name, some in own.items():
            if not some and nothing:
                found[name] = nothing
                continue
            key = (window, since, tuple(some))
            over = before.get(key) or days(some, since=since, now=now, count=count)[:-1]
            self._over[key] = over
            found[name] = (*over, _day(today, some, max(today, since), now))
            nothing = nothing if some else found[name]
        return found


def days(stretches: Sequence[Stretch], *, since: datetime, now: datetime, count: int = DAYS) -> tuple[Day, ...]:
    """The last `count` days of the one component that all `stretches` are about, oldest first, today last."""
    first = _midnight(now) - timedelta(days=count - 1)
    starts = [first + timedelta(days=i) for i in range(count)]
    return tuple(_day(start, stretches, max(start, since), min(start + timedelta(days=1), now)) for start in starts)


def _day(midnight: datetime, stretches: Sequence[Stretch], start: datetime, end: datetime) -> Day:
    if end <= start:
        return Day(date=midnight.date())
    touching = [s for s in stretches if s.start < end and (s.end is None or s.end > start)]
    if not touching:
        return Day(date=midnight.date(), seconds=((ComponentStatus.OPERATIONAL, round((end - start).total_seconds())),))
    pieces = [(max(s.start, start), min(s.end or end, end), s.status) for s in touching]
    cuts = sorted({start, end, *(p[0] for p in pieces), *(p[1] for p in pieces)})
    spent: dict[ComponentStatus, timedelta] = {}
    for left, right in pairwise(cuts):
        status = worst(s for begin, until, s in pieces if begin <= left and right <= until)
        spent[status] = spent.get(status, timedelta()) + (right - left)
    whole = ((s, round(length.total_seconds())) for s, length in spent.items())
    return Day(date=midnight.date(), seconds=tuple(sorted((p for p in whole if p[1]), key=lambda p: -RANK[p[0]])))


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
