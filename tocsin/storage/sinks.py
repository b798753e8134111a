"""The cursor of each sink in each incident's timeline, and when a failed delivery is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from incidents.delivery import Failure
from incidents.gather import WaitingLines, gathered, next_line
from incidents.incident import IncidentUpdate, UpdateKind
from tocsin.storage.counting import insert_new, insert_one
from tocsin.storage.database import Lock
from tocsin.storage.errors import NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.incidents import incidents, timeline
from tocsin.storage.tables.installation import sink_cursors, sinks, undelivered
from tocsin.storage.undelivered import Backlog, count_given_up, put_failure


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingUpdate:
    """The next update of an incident that a sink is to be notified of. attempts: failures before, 0 or more.

    again: it was given up before, and a human asked to have it tried again. since: the seq of the first line that it
    stands for; None = it stands for itself alone.
    """

    incident_id: str
    seq: int
    attempts: int
    again: bool = False
    since: int | None = None

    @property
    def key(self) -> str:
        """The update's own."""
        return f"{self.incident_id}:{self.seq}"


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
    """How a sink stands. waiting: updates not accepted yet; last_notified_at: None = never; given_up: dead letters."""

    sink: str
    started_at: datetime
    waiting: int
    last_notified_at: datetime | None
    failures: tuple[SinkFailure, ...]
    given_up: int = 0
    oldest_waiting_at: datetime | None = None

    @property
    def backlog(self) -> Backlog:
        """The same as every channel has it."""
        return Backlog(
            waiting=self.waiting,
            failing=len(self.failures),
            given_up=self.given_up,
            oldest_at=self.oldest_waiting_at,
        )


# Made once: every sink asks these each second, and to build them takes longer than to answer them.
_CURSORS = select(sink_cursors).where(sink_cursors.c.sink == bindparam("sink_")).subquery("cursors")


def _waiting(*columns: ColumnElement[Any]) -> Select[Any]:
    """Of the lines that `sink_` has not accepted; up to the row `through_` it has accepted all."""
    joined = timeline.outerjoin(_CURSORS, _CURSORS.c.incident_id == timeline.c.incident_id)
    is_waiting = timeline.c.seq > func.coalesce(_CURSORS.c.seq, 0)
    return select(*columns).select_from(joined).where(timeline.c.id > bindparam("through_"), is_waiting)


def _due() -> Select[Any]:
    """Of each incident with lines that may go at `now_`: the bounds of what waits, the oldest first."""
    incident_id = timeline.c.incident_id.concat("").label("incident_id")  # no index orders it: only new rows are read
    of_it = (incident_id, _CURSORS.c.attempts, _CURSORS.c.notified_at)
    more = case((timeline.c.kind != UpdateKind.SIGNALS.value, timeline.c.seq))
    bounds = (func.min(timeline.c.seq).label("first"), func.max(timeline.c.seq).label("last"))
    may_go = or_(_CURSORS.c.next_at.is_(None), _CURSORS.c.next_at <= bindparam("now_"))
    waiting = _waiting(*of_it, *bounds, func.min(more).label("turn")).where(may_go)
    return waiting.group_by(*of_it).order_by(func.min(timeline.c.id))


_DUE = _due()
_FIRST_DUE = _DUE.limit(bindparam("limit_"))
_OLDEST = _waiting(timeline.c.id).order_by(timeline.c.id).limit(1)
_HOW_MANY = _waiting(func.count().label("many"), func.min(timeline.c.at).label("at"))
_ASKED_AGAIN = (
    select(undelivered)
    .where(undelivered.c.channel == bindparam("sink_"), undelivered.c.next_at <= bindparam("now_"))
    .where(undelivered.c.subject.in_(select(incidents.c.id)))
    .order_by(undelivered.c.next_at)
    .limit(bindparam("limit_"))
)


class Sinks(StorePart):
    """The cursors of all sinks."""

    def start(self, sink: str, now: datetime) -> bool:
        """A sink that is new in the configuration starts at the present; False where it had started already."""
        with self._database.write(Lock.INCIDENTS) as connection:
            latest = connection.scalar(select(func.max(timeline.c.id))) or 0
            row = {"name": sink, "started_at": now, "notified_through": latest}
            return insert_one(connection, sinks, row)

    def due(
        self, sink: str, now: datetime, limit: int = 1, *, gather: timedelta | None = timedelta(0)
    ) -> tuple[WaitingUpdate, ...]:
        """The next waiting update of each incident for this sink, the oldest first, at most `limit`.

        gather: how long evidence gathers, see `incidents.gather`. Left out are incidents whose evidence gathers, or
        whose retry time has not come; first come updates that a human asked to have tried again.
        Raises NotFound for a sink that was never started.
        """
        given = {"sink_": sink, "now_": now, "limit_": limit}
        with self._database.read() as connection:
            given["through_"] = _notified_through(connection, sink)
            again = connection.execute(_ASKED_AGAIN, given).all()
            some = _DUE if gather else _FIRST_DUE  # of those that wait for more nobody knows how many are due
            rows = connection.execute(some, given).all() if len(again) < limit else []
        fresh = (one for row in rows if (one := _next(row, gather, now)) is not None)
        return (
            *(WaitingUpdate(incident_id=r.subject, seq=r.seq, attempts=r.attempts, again=True) for r in again),
            *islice(fresh, limit - len(again)),
        )

    def update(self, one: WaitingUpdate) -> IncidentUpdate:
        """The whole update, with the reasons of all that it stands for. Raises NotFound."""
        first = one.seq if one.since is None else one.since
        which = and_(timeline.c.incident_id == one.incident_id, timeline.c.seq.between(first, one.seq))
        with self._database.read() as connection:
            found = self._lines(connection, which)
        if not found:
            raise NotFound("update", one.key)
        return gathered(found)

    def notified(self, sink: str, incident_id: str, seq: int, now: datetime) -> None:
        """The sink accepted everything up to `seq`; forgets earlier failures. The cursor never goes back."""
        self.notified_all(sink, [(incident_id, seq)], now)

    def notified_all(self, sink: str, places: Sequence[tuple[str, int]], now: datetime) -> None:
        """As `notified`, of several incidents in one transaction. places: an incident's id and a seq."""
        with self._database.write() as connection:
            _notified_through(connection, sink)
            connection.execute(insert_new(connection, sink_cursors), [_new_cursor(sink, one) for one, _ in places])
            rows = [{"sink_": sink, "incident_": one, "seq_": seq, "now_": now} for one, seq in places]
            connection.execute(_NOTIFIED, rows)
            connection.execute(
                _DELIVERED, [{name: row[name] for name in ("sink_", "incident_", "seq_")} for row in rows]
            )
            _move_on(connection, sink)

    def accepted(self, sink: str, incident_id: str) -> int:
        """Up to which seq of the incident's lines the sink is done; 0 where it was never notified of it."""
        of_it = and_(sink_cursors.c.sink == sink, sink_cursors.c.incident_id == incident_id)
        with self._database.read() as connection:
            return int(connection.scalar(select(sink_cursors.c.seq).where(of_it)) or 0)

    def failed(self, sink: str, one: WaitingUpdate, failure: Failure, now: datetime) -> None:
        """The sink did not accept the update; nothing of this incident is offered to it before its next try.

        An update that is given up is kept as undelivered, and the sink goes on with the next.
        """
        with self._database.write() as connection:
            _notified_through(connection, sink)
            if one.again or failure.next_at is None:
                put_failure(connection, (sink, one.incident_id, one.seq), failure, now, one.attempts + 1)
            if failure.next_at is None and not one.again:
                _set_cursor(connection, sink, one.incident_id, _past(one.seq))
                _move_on(connection, sink)
            elif not one.again:
                more = {"attempts": sink_cursors.c.attempts + 1, "error": failure.error}
                _set_cursor(connection, sink, one.incident_id, {**more, "failed_at": now, "next_at": failure.next_at})

    def state(self, sink: str) -> SinkState | None:
        """How it stands; None where it was never started."""
        with self._database.read() as connection:
            row = connection.execute(select(sinks).where(sinks.c.name == sink)).one_or_none()
            if row is None:
                return None
            given = {"sink_": sink, "through_": row.notified_through}
            waiting = connection.execute(_HOW_MANY, given).one()
            asked = and_(undelivered.c.channel == sink, undelivered.c.next_at.is_not(None))
            again = connection.scalar(select(func.count()).select_from(undelivered).where(asked)) or 0
            notified_at = select(func.max(sink_cursors.c.notified_at)).where(sink_cursors.c.sink == sink)
            failing = select(sink_cursors).where(sink_cursors.c.sink == sink, sink_cursors.c.attempts > 0)
            return SinkState(
                sink=sink,
                started_at=row.started_at,
                waiting=waiting.many + again,
                oldest_waiting_at=waiting.at,
                given_up=count_given_up(connection, sink),
                last_notified_at=connection.scalar(notified_at),
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


def _next(row: Row[Any], gather: timedelta | None, now: datetime) -> WaitingUpdate | None:
    """The next update of an incident; None while its evidence gathers."""
    lines = WaitingLines(first=row.first, last=row.last, turn=row.turn, notified_at=row.notified_at)
    seq = next_line(lines, gather, now)
    if seq is None:
        return None
    return WaitingUpdate(incident_id=row.incident_id, seq=seq, attempts=row.attempts or 0, since=row.first)


def _notified_through(connection: Connection, sink: str) -> int:
    through = connection.scalar(select(sinks.c.notified_through).where(sinks.c.name == sink))
    if through is None:
        raise NotFound("sink", sink)
    return int(through)


def _past(seq: int | BindParameter[int]) -> dict[str, object]:
    """A cursor behind an entry, without failures; it never goes back."""
    further = case((sink_cursors.c.seq < seq, seq), else_=sink_cursors.c.seq)
    return {"seq": further, "attempts": 0, "error": "", "failed_at": None, "next_at": None}


def _move_on(connection: Connection, sink: str) -> None:
    """Notes up to which row everything is accepted, so that no query looks at all of history."""
    waiting = connection.scalar(_OLDEST, {"sink_": sink, "through_": _notified_through(connection, sink)})
    through = connection.scalar(select(func.max(timeline.c.id))) if waiting is None else waiting - 1
    connection.execute(update(sinks).where(sinks.c.name == sink).values(notified_through=through or 0))


def _set_cursor(connection: Connection, sink: str, incident_id: str, values: dict[str, object]) -> None:
    connection.execute(insert_new(connection, sink_cursors), _new_cursor(sink, incident_id))
    is_it = and_(sink_cursors.c.sink == sink, sink_cursors.c.incident_id == incident_id)
    connection.execute(update(sink_cursors).where(is_it).values(**values))


def _new_cursor(sink: str, incident_id: str) -> dict[str, object]:
    return {"sink": sink, "incident_id": incident_id, "seq": 0, "attempts": 0, "error": ""}


_NOTIFIED = (
    update(sink_cursors)
    .where(and_(sink_cursors.c.sink == bindparam("sink_"), sink_cursors.c.incident_id == bindparam("incident_")))
    .values(**_past(bindparam("seq_", type_=Integer)), notified_at=bindparam("now_"))
)
_DELIVERED = delete(undelivered).where(
    and_(
        undelivered.c.channel == bindparam("sink_"),
        undelivered.c.subject == bindparam("incident_"),
        undelivered.c.seq == bindparam("seq_"),
    )
)
