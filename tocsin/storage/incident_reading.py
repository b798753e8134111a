"""Queries over incidents and their timelines, for console, page and delivery."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Select, SelectBase, and_, func, literal, select, union_all

from incidents.incident import Incident, IncidentUpdate, Status
from tocsin.storage.pagination import ListPage, read_cursor, write_cursor
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.incidents import incident_facts, incident_fingerprints, incidents, timeline

CURRENT = select(incidents.c.id, incidents.c.last_seq)
ACTIVE = CURRENT.where(incidents.c.active).order_by(incidents.c.number)

SOME = 500
"""Faults of an incident by which earlier ones are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """How many incidents rest on a watch's word: all of them, and those that a human called a false alarm."""

    all: int = 0
    false: int = 0


class IncidentQueries(StorePart):
    """Incidents and their timelines, read."""

    def get(self, incident_id: str) -> Incident | None:
        """The incident as it stands now."""
        return self._one(incidents.c.id == incident_id)

    def by_number(self, number: int) -> Incident | None:
        """INC-17 by 17."""
        return self._one(incidents.c.number == number)

    def several(self, ids: Sequence[str]) -> tuple[Incident, ...]:
        """Those of the ids that there are, as they stand now, oldest first."""
        statement = CURRENT.where(incidents.c.id.in_(list(ids))).order_by(incidents.c.number)
        with self._database.read() as connection:
            return self._read_before.incidents(connection, statement)

    def active(self) -> tuple[Incident, ...]:
        """All that are open, oldest first."""
        with self._database.read() as connection:
            found = self._read_before.incidents(connection, ACTIVE)
        return tuple(one for one in found if one.is_active)  # one may end between the two statements of a read

    def page(
        self, cursor: str | None = None, limit: int = 50, status: Status | Sequence[Status] | None = None
    ) -> ListPage[Incident]:
        """All, newest number first."""
        before = None if cursor is None else int(read_cursor(cursor, int)[0])
        if status is None:
            statement = _newest(before, limit + 1)
        else:
            statement = _newest_of([status] if isinstance(status, Status) else list(status), before, limit + 1)
        with self._database.read() as connection:
            found = self._read_before.incidents(connection, statement)
        items = found[:limit]
        return ListPage(items=items, next_cursor=write_cursor(items[-1].number or 0) if len(found) > limit else None)

    def timeline(self, incident_id: str) -> tuple[IncidentUpdate, ...]:
        """Every line in order; () where there is no such incident."""
        with self._database.read() as connection:
            return self._lines(connection, timeline.c.incident_id == incident_id)

    def disclosed_since_change(self, change: int) -> tuple[tuple[IncidentUpdate, ...], ...]:
        """Timelines of disclosed incidents, not shadow, that have a line newer than `change`.

        change: what `latest_change` said; 0 = all. Oldest incident first, each timeline in order.
        """
        moved = select(timeline.c.incident_id).where(timeline.c.id > change)
        is_wanted = and_(incidents.c.disclosed_at.is_not(None), ~incidents.c.shadow, incidents.c.id.in_(moved))
        with self._database.read() as connection:
            lines = self._lines(connection, timeline.c.incident_id.in_(select(incidents.c.id).where(is_wanted)))
        by_incident = sorted(lines, key=lambda line: (line.incident.number or 0, line.seq))
        return tuple(tuple(group) for _, group in groupby(by_incident, key=lambda line: line.incident.id))

    def openings_since(self, since: datetime) -> dict[str, Openings]:
        """Counts the incidents opened at or after `since` by each watch in their evidence; each counts once."""
        facts = incident_facts.c
        statement = select(facts.id, facts.watches, facts.status).where(facts.opened_at >= since)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        opened = {(watch, row.id): row.status for row in rows for watch in row.watches.split("\n") if watch}
        every = Counter(watch for watch, _ in opened)
        false = Counter(watch for (watch, _), status in opened.items() if status == Status.RETRACTED)
        return {watch: Openings(all=count, false=false[watch]) for watch, count in every.items()}

    def of_watch(self, watch: str, since: datetime, limit: int = 50) -> tuple[Incident, ...]:
        """The incidents with the watch in their evidence that were open at `since` or later, newest first."""
        return self._resting_on(watch, union_all(*open_or_ended_since(since)), limit)

    def retracted_of_watch(self, watch: str, since: datetime, limit: int = 500) -> tuple[Incident, ...]:
        """The incidents with the watch in their evidence that are retracted, since `since` or later, newest first."""
        return self._resting_on(watch, _ended_since(since).where(incidents.c.status == Status.RETRACTED), limit)

    def resolved_of_watch(self, watch: str, since: datetime, limit: int = 500) -> tuple[Incident, ...]:
        """The incidents with the watch in their evidence that are resolved, since `since` or later, newest first."""
        return self._resting_on(watch, _ended_since(since).where(incidents.c.status == Status.RESOLVED), limit)

    def earlier_like(self, incident: Incident, limit: int = 3) -> tuple[Incident, ...]:
        """The incidents before it that had a signal of the same faults, newest first; merged ones are left out."""
        held = incident_fingerprints
        faults = sorted({signal.fingerprint for signal in incident.signals})[:SOME]
        ids = select(held.c.incident_id).where(held.c.fingerprint.in_(faults), held.c.incident_id != incident.id)
        before = incidents.c.number < (incident.number or 0), incidents.c.status != Status.MERGED
        statement = CURRENT.where(incidents.c.id.in_(ids), *before).order_by(incidents.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            return self._read_before.incidents(connection, statement)

    def latest_change(self) -> int:
        """A number that grows with every timeline row of any incident; 0 where there is none."""
        with self._database.glance() as connection:
            return connection.scalar(select(func.max(timeline.c.id))) or 0

    def _resting_on(self, watch: str, ids: SelectBase, limit: int) -> tuple[Incident, ...]:
        watches = select(incident_facts.c.watches).where(incident_facts.c.id == incidents.c.id).scalar_subquery()
        rests = literal("\n").concat(watches).concat("\n").contains(f"\n{watch}\n", autoescape=True)
        statement = CURRENT.where(incidents.c.id.in_(ids), rests).order_by(incidents.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            return self._read_before.incidents(connection, statement)

    def _one(self, which: ColumnElement[bool]) -> Incident | None:
        with self._database.read() as connection:
            return next(iter(self._read_before.incidents(connection, CURRENT.where(which))), None)


def open_or_ended_since(since: datetime) -> tuple[Select[tuple[str]], Select[tuple[str]]]:
    """The ids of the incidents that are open, and of those that ended at or after `since`: together no index serves."""
    return select(incidents.c.id).where(incidents.c.active), _ended_since(since)


def _ended_since(since: datetime) -> Select[tuple[str]]:
    return select(incidents.c.id).where(~incidents.c.active, incidents.c.ended_at >= since)


def _newest(before: int | None, limit: int) -> Select[tuple[str, int]]:
    """The newest incidents with a number below `before`; None = of all."""
    statement = CURRENT.order_by(incidents.c.number.desc()).limit(limit)
    return statement if before is None else statement.where(incidents.c.number < before)


def _newest_of(status: Sequence[Status], before: int | None, limit: int) -> Select[tuple[str, int]]:
    """As `_newest`, of these only: as many of each by an index, and the newest of those."""
    each = [
        _newest(before, limit).add_columns(incidents.c.number).where(incidents.c.status == one.value).subquery()
        for one in status
    ]
    some = union_all(*(select(one) for one in each)).subquery()
    return select(some.c.id, some.c.last_seq).order_by(some.c.number.desc()).limit(limit)
