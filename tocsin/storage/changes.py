"""Stored changes that others reported: deployments, flags, configuration."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import literal, select, tuple_

from incidents.change import ReportedChange
from tocsin.storage.counting import insert_one
from tocsin.storage.pagination import ListPage, read_cursor, write_cursor
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.columns import at_instant, microseconds
from tocsin.storage.tables.incidents import reported_changes
from tocsin.storage.values import from_json, to_json

AT_MOST = 1000
"""Changes that one question for a time is answered with."""


class ReportedChanges(StorePart):
    """Added once, never changed or deleted."""

    def add(self, changes: Sequence[ReportedChange]) -> tuple[tuple[ReportedChange, bool], ...]:
        """Keeps them, committed when it returns; of each what is on record under its id, and whether that is new."""
        t = reported_changes
        kept = []
        with self._database.write() as connection:
            for change in changes:
                is_new = insert_one(connection, t, {"id": change.id, "at": change.at, "value": to_json(change)})
                stored = select(t.c.value).where(t.c.id == change.id)
                found = change if is_new else from_json(ReportedChange, connection.execute(stored).scalar_one())
                kept.append((found, is_new))
        return tuple(kept)

    def between(self, start: datetime, end: datetime) -> tuple[ReportedChange, ...]:
        """Those that took effect from start to end, both included, in their order; the last AT_MOST of them."""
        t = reported_changes
        within = select(t.c.value).where(t.c.at >= start, t.c.at <= end).order_by(t.c.at.desc(), t.c.id.desc())
        with self._database.read() as connection:
            values = connection.scalars(within.limit(AT_MOST)).all()
        return tuple(from_json(ReportedChange, value) for value in reversed(values))

    def page(self, cursor: str | None = None, limit: int = 50) -> ListPage[ReportedChange]:
        """All, the latest first."""
        t = reported_changes
        statement = select(t).order_by(t.c.at.desc(), t.c.id.desc())
        if cursor is not None:
            at, change_id = read_cursor(cursor, int, str)
            statement = statement.where(tuple_(t.c.at, t.c.id) < tuple_(at_instant(at), literal(change_id)))
        with self._database.read() as connection:
            rows = connection.execute(statement.limit(limit + 1)).all()
        last = rows[limit - 1] if len(rows) > limit else None
        return ListPage(
            items=tuple(from_json(ReportedChange, row.value) for row in rows[:limit]),
            next_cursor=write_cursor(microseconds(last.at), last.id) if last else None,
        )
