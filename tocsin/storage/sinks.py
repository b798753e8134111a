"""Who was told what: one cursor per sink and incident, and when a sink that failed is tried again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, Subquery, and_, case, func, or_, select, update

from incidents.incident import IncidentUpdate
from tocsin.storage.counting import insert_new, insert_one
from tocsin.storage.database import Lock
from tocsin.storage.errors import NotFound
from tocsin.storage.rows import Rows
from tocsin.storage.tables import sink_cursors, sinks, timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkFailure:
    """An incident whose next update this sink did not take. attempts: failures in a row, 1 or more."""

    incident_id: str
    seq: int
    attempts: int
    error: str
    failed_at: datetime
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkState:
    """How a sink stands. waiting: updates not told yet; last_told_at: None = never."""

    sink: str
    started_at: datetime
    waiting: int
    last_told_at: datetime | None
    failures: tuple[SinkFailure, ...]


class Sinks(Rows):
    """The cursors."""

    def start(self, sink: str, now: datetime) -> bool:
        """A sink that is new in the configuration starts at the present; False where it had started already."""
        with self._database.write(Lock.INCIDENTS) as connection:
            latest = connection.scalar(select(func.max(timeline.c.id))) or 0
            row = {"name": sink, "started_at": now, "told_through": latest}
            return insert_one(connection, sinks, row)

    def waiting(self, sink: str, now: datetime, limit: int = 200) -> tuple[IncidentUpdate, ...]:
        """What this sink was not told, each incident's in order, without incidents whose retry time has not come.

        Raises NotFound for a sink that was never started.
        """
        cursors = _cursors_of(sink)
        may_go = or_(cursors.c.next_at.is_(None), cursors.c.next_at <= now)
        with self._database.read() as connection:
            through = _told_through(connection, sink)
            statement = _untold(through, cursors).where(may_go).order_by(timeline.c.id).limit(limit)
            return self._lines_of(connection, connection.scalars(statement).all())

    def told(self, sink: str, incident_id: str, seq: int, now: datetime) -> None:
        """The other side accepted everything up to `seq`; forgets earlier failures. The cursor never goes back."""
        further = case((sink_cursors.c.seq < seq, seq), else_=sink_cursors.c.seq)
        clean = {"seq": further, "told_at": now, "attempts": 0, "error": "", "failed_at": None, "next_at": None}
        with self._database.write() as connection:
            _told_through(connection, sink)
            _set_cursor(connection, sink, incident_id, clean)
            _move_on(connection, sink)

    def failed(self, sink: str, incident_id: str, error: str, next_at: datetime, now: datetime) -> int:
        """It did not; nothing of this incident is offered to it before `next_at`.

        Returns the failures in a row, 1 or more.
        """
        once_more = {"attempts": sink_cursors.c.attempts + 1, "error": error, "failed_at": now, "next_at": next_at}
        is_it = and_(sink_cursors.c.sink == sink, sink_cursors.c.incident_id == incident_id)
        with self._database.write() as connection:
            _told_through(connection, sink)
            _set_cursor(connection, sink, incident_id, once_more)
            return int(connection.execute(select(sink_cursors.c.attempts).where(is_it)).scalar_one())

    def attempts(self, sink: str, incident_id: str) -> int:
        """Failures in a row so far, 0 where the last delivery worked."""
        is_it = and_(sink_cursors.c.sink == sink, sink_cursors.c.incident_id == incident_id)
        with self._database.read() as connection:
            return connection.scalar(select(sink_cursors.c.attempts).where(is_it)) or 0

    def state(self, sink: str) -> SinkState | None:
        """How it stands; None where it was never started."""
        cursors = _cursors_of(sink)
        with self._database.read() as connection:
            row = connection.execute(select(sinks).where(sinks.c.name == sink)).one_or_none()
            if row is None:
                return None
            untold = _untold(row.told_through, cursors).subquery()
            told_at = select(func.max(sink_cursors.c.told_at)).where(sink_cursors.c.sink == sink)
            failing = select(sink_cursors).where(sink_cursors.c.sink == sink, sink_cursors.c.attempts > 0)
            return SinkState(
                sink=sink,
                started_at=row.started_at,
                waiting=connection.scalar(select(func.count()).select_from(untold)) or 0,
                last_told_at=connection.scalar(told_at),
                failures=tuple(
                    SinkFailure(
                        incident_id=one.incident_id,
                        seq=one.seq + 1,
                        attempts=one.attempts,
                        error=one.error,
                        failed_at=one.failed_at,
                        next_at=one.next_at,
                    )
                    for one in connection.execute(failing.order_by(sink_cursors.c.next_at))
                ),
            )


def _cursors_of(sink: str) -> Subquery:
    return select(sink_cursors).where(sink_cursors.c.sink == sink).subquery("cursors")


def _told_through(connection: Connection, sink: str) -> int:
    through = connection.scalar(select(sinks.c.told_through).where(sinks.c.name == sink))
    if through is None:
        raise NotFound("sink", sink)
    return int(through)


def _untold(through: int, cursors: Subquery) -> Select[int]:
    joined = timeline.outerjoin(cursors, cursors.c.incident_id == timeline.c.incident_id)
    is_untold = timeline.c.seq > func.coalesce(cursors.c.seq, 0)
    return select(timeline.c.id).select_from(joined).where(timeline.c.id > through, is_untold)


def _move_on(connection: Connection, sink: str) -> None:
    """Notes up to where everything is told, so that no question looks at all of history."""
    first = _untold(_told_through(connection, sink), _cursors_of(sink)).order_by(timeline.c.id).limit(1)
    untold = connection.scalar(first)
    through = connection.scalar(select(func.max(timeline.c.id))) if untold is None else untold - 1
    connection.execute(update(sinks).where(sinks.c.name == sink).values(told_through=through or 0))


def _set_cursor(connection: Connection, sink: str, incident_id: str, values: dict[str, object]) -> None:
    row = {"sink": sink, "incident_id": incident_id, "seq": 0, "attempts": 0, "error": ""}
    connection.execute(insert_new(connection, sink_cursors), row)
    is_it = and_(sink_cursors.c.sink == sink, sink_cursors.c.incident_id == incident_id)
    connection.execute(update(sink_cursors).where(is_it).values(**values))
