"""Stored suspicions: what the page said of components before their incidents were public."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, insert, select, union_all, update

from incidents.suspicion import Suspicion, SuspicionEnd
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.incidents import suspicions


class Suspicions(StorePart):
    """Begun and ended, never deleted."""

    def since(self, at: datetime) -> tuple[Suspicion, ...]:
        """Those that last or ended after `at`, in the order in which they began."""
        t = suspicions
        lasts, ended = (select(t.c.id).where(which) for which in (t.c.ended_at.is_(None), t.c.ended_at > at))
        statement = select(t).where(t.c.id.in_(union_all(lasts, ended))).order_by(t.c.id)
        with self._database.read() as connection:
            return tuple(_suspicion(row) for row in connection.execute(statement))

    def keep(self, changes: Sequence[Suspicion]) -> None:
        """Writes down those that begin (without an id) and those that end."""
        t = suspicions
        with self._database.write() as connection:
            for one in changes:
                values = {
                    "component": one.component,
                    "since": one.since,
                    "shown_at": one.shown_at,
                    "ended_at": one.ended_at,
                    "outcome": one.end,
                    "reason": one.reason,
                }
                if one.id is None:
                    connection.execute(insert(t).values(**values))
                else:
                    connection.execute(update(t).where(t.c.id == one.id).values(**values))


def _suspicion(row: Row[tuple[object, ...]]) -> Suspicion:
    return Suspicion(
        id=row.id,
        component=row.component,
        since=row.since,
        shown_at=row.shown_at,
        ended_at=row.ended_at,
        end=None if row.outcome is None else SuspicionEnd(row.outcome),
        reason=row.reason,
    )
