"""Queries over incidents and their timelines, for console, page and delivery."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, func, or_, select

from incidents.incident import Incident, IncidentUpdate, Status
from incidents.signal import SignalSource
from tocsin.storage.pagination import ListPage, read_cursor, write_cursor
from tocsin.storage.rows import StorePart
from tocsin.storage.tables import incident_fingerprints, incidents, timeline

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
        statement = CURRENT.order_by(incidents.c.number.desc()).limit(limit + 1)
        if status is not None:
            wanted = [status] if isinstance(status, Status) else list(status)
            statement = statement.where(incidents.c.status.in_([one.value for one in wanted]))
        if cursor is not None:
            statement = statement.where(incidents.c.number < read_cursor(cursor, int)[0])
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
        held = incident_fingerprints
        statement = (
            select(held.c.fingerprint, held.c.incident_id, incidents.c.status)
            .join(incidents, incidents.c.id == held.c.incident_id)
            .where(incidents.c.opened_at >= since, held.c.fingerprint.startswith(_of_watch("")))
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        # The fingerprint is source:name:component, and a watch's name has no colon.
        opened = {(row.fingerprint.split(":", 2)[1], row.incident_id): row.status for row in rows}
        every = Counter(watch for watch, _ in opened)
        false = Counter(watch for (watch, _), status in opened.items() if status == Status.RETRACTED)
        return {watch: Openings(all=count, false=false[watch]) for watch, count in every.items()}

    def of_watch(self, watch: str, since: datetime, limit: int = 50) -> tuple[Incident, ...]:
        """The incidents with the watch in their evidence that were open at `since` or later, newest first."""
        return self._resting_on(watch, or_(incidents.c.active, incidents.c.ended_at >= since), limit)

    def retracted_of_watch(self, watch: str, since: datetime, limit: int = 500) -> tuple[Incident, ...]:
        """The incidents with the watch in their evidence that are retracted, since `since` or later, newest first."""
        retracted = and_(incidents.c.status == Status.RETRACTED, incidents.c.ended_at >= since)
        return self._resting_on(watch, retracted, limit)

    def resolved_of_watch(self, watch: str, since: datetime, limit: int = 500) -> tuple[Incident, ...]:
        """The incidents with the watch in their evidence that are resolved, since `since` or later, newest first."""
        resolved = and_(incidents.c.status == Status.RESOLVED, incidents.c.ended_at >= since)
        return self._resting_on(watch, resolved, limit)

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

    def _resting_on(self, watch: str, which: ColumnElement[bool], limit: int) -> tuple[Incident, ...]:
        held = incident_fingerprints
        ids = select(held.c.incident_id).where(held.c.fingerprint.startswith(_of_watch(f"{watch}:"), autoescape=True))
        statement = CURRENT.where(incidents.c.id.in_(ids), which).order_by(incidents.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            return self._read_before.incidents(connection, statement)

    def _one(self, which: ColumnElement[bool]) -> Incident | None:
        with self._database.read() as connection:
            return next(iter(self._read_before.incidents(connection, CURRENT.where(which))), None)


def _of_watch(name: str) -> str:
    """How the fingerprints of a watch's signals begin."""
    return f"{SignalSource.WATCH}:{name}"
