"""Stored decisions of people about which signals belong together."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, literal, or_, select, tuple_

from incidents.grouping import Grouping
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.counting import put
from tocsin.storage.errors import NotFound
from tocsin.storage.pagination import ListPage, read_cursor, write_cursor
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.columns import at_instant, microseconds
from tocsin.storage.tables.incidents import groupings
from tocsin.storage.values import from_json, to_json


class StoredGroupings(StorePart):
    """Added with the incidents that they changed (`Incidents.regroup`), undone, never deleted."""

    def in_force(self) -> tuple[Grouping, ...]:
        """Those that are followed, the earliest first."""
        statement = select(groupings.c.value).where(groupings.c.undone_at.is_(None))
        with self._database.read() as connection:
            values = connection.scalars(statement.order_by(groupings.c.at, groupings.c.id)).all()
        return tuple(from_json(Grouping, value) for value in values)

    def get(self, grouping_id: str) -> Grouping | None:
        """One, or None."""
        with self._database.read() as connection:
            value = connection.scalar(select(groupings.c.value).where(groupings.c.id == grouping_id))
        return None if value is None else from_json(Grouping, value)

    def of_incident(self, incident_id: str) -> tuple[Grouping, ...]:
        """Those that took signals from the incident, or gave it some, the latest first; at most 100."""
        own = or_(groupings.c.source == incident_id, groupings.c.target == incident_id)
        statement = select(groupings.c.value).where(own).order_by(groupings.c.at.desc(), groupings.c.id.desc())
        with self._database.read() as connection:
            values = connection.scalars(statement.limit(100)).all()
        return tuple(from_json(Grouping, value) for value in values)

    def page(self, cursor: str | None = None, limit: int = 50) -> ListPage[Grouping]:
        """All that were ever made, the latest first."""
        place = tuple_(groupings.c.at, groupings.c.id)
        statement = select(groupings.c.value).order_by(groupings.c.at.desc(), groupings.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            at, grouping_id = read_cursor(cursor, int, str)
            statement = statement.where(place < tuple_(at_instant(at), literal(grouping_id)))
        with self._database.read() as connection:
            found = [from_json(Grouping, value) for value in connection.scalars(statement)]
        items = tuple(found[:limit])
        more = write_cursor(microseconds(items[-1].at), items[-1].id) if len(found) > limit else None
        return ListPage(items=items, next_cursor=more)

    def forget(self, grouping_id: str, by: str, now: datetime, audit: AuditEntry | None = None) -> Grouping:
        """Follows it no longer; one that is undone stays as it was. Raises NotFound."""
        with self._database.write() as connection:
            value = connection.scalar(select(groupings.c.value).where(groupings.c.id == grouping_id).with_for_update())
            if value is None:
                raise NotFound("grouping", grouping_id)
            known = from_json(Grouping, value)
            if known.undone_at is not None:
                return known
            over = replace(known, undone_at=now, undone_by=by)
            keep_grouping(connection, over)
            append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)
            return over


def keep_grouping(connection: Connection, grouping: Grouping) -> None:
    """Writes a decision, or what became of it, inside the caller's transaction."""
    row = {
        "at": grouping.at,
        "source": grouping.source,
        "target": grouping.target,
        "undone_at": grouping.undone_at,
        "value": to_json(grouping),
    }
    put(connection, groupings, {"id": grouping.id}, row)
