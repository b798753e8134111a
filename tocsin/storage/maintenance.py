"""Stored planned work, trading modes, and the times in which components could not be observed."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection, literal, select, tuple_, union_all, update

from statuspage.maintenance import PlannedWork, following
from statuspage.modes import ModeChange
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.counting import count_on, insert_one, put
from tocsin.storage.errors import NotFound
from tocsin.storage.pagination import ListPage, read_cursor, write_cursor
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.columns import EPOCH, MICROSECOND, at_instant, microseconds
from tocsin.storage.tables.installation import counters
from tocsin.storage.tables.public import maintenance, trading_modes
from tocsin.storage.tables.public import unverified as unverified_table
from tocsin.storage.values import from_json, to_json

CHANGES = "notice changes"
ALIVE = "alive at"


class Maintenance(StorePart):
    """Each change moves `notice_change` on, so that the page knows when to look again."""

    def latest_change(self) -> int:
        """A number that grows with every change of what this part keeps; 0 before the first."""
        with self._database.read() as connection:
            return connection.scalar(select(counters.c.value).where(counters.c.name == CHANGES)) or 0

    # Planned work

    def add(self, work: PlannedWork, now: datetime, audit: AuditEntry | None = None) -> PlannedWork:
        """Kept under its id; an id that exists is a no-op and returns the one on record."""
        with self._database.write() as connection:
            if not insert_one(connection, maintenance, {"id": work.public.id, **_row(work)}):
                return _work(connection, work.public.id)
            self._changed(connection, audit, now)
        return work

    def change(
        self, work_id: str, fn: Callable[[PlannedWork], PlannedWork], now: datetime, audit: AuditEntry | None = None
    ) -> PlannedWork:
        """The work as `fn` leaves it; where that is the same object nothing is written. Raises NotFound.

        Of a series whose work is over by that, the next one is kept in the same transaction.
        """
        with self._database.write() as connection:
            before = _work(connection, work_id, for_update=True)
            after = fn(before)
            if after is not before:
                connection.execute(update(maintenance).where(maintenance.c.id == work_id).values(**_row(after)))
                comes_next = following(after, now)
                if comes_next is not None:
                    insert_one(connection, maintenance, {"id": comes_next.public.id, **_row(comes_next)})
                self._changed(connection, audit, now)
            return after

    def get(self, work_id: str) -> PlannedWork | None:
        """One, or None."""
        with self._database.read() as connection:
            value = connection.scalar(select(maintenance.c.value).where(maintenance.c.id == work_id))
        return None if value is None else from_json(PlannedWork, value)

    def all(self, *, over: bool | None = None) -> tuple[PlannedWork, ...]:
        """The earliest first. over: None = all, else those that are or are not."""
        statement = select(maintenance.c.value).order_by(maintenance.c.scheduled_for, maintenance.c.id)
        if over is not None:
            statement = statement.where(maintenance.c.over.is_(over))
        with self._database.read() as connection:
            return tuple(from_json(PlannedWork, value) for value in connection.scalars(statement))

    def page(self, cursor: str | None = None, limit: int = 50) -> ListPage[PlannedWork]:
        """The latest start first."""
        place = tuple_(maintenance.c.scheduled_for, maintenance.c.id)
        statement = select(maintenance).order_by(maintenance.c.scheduled_for.desc(), maintenance.c.id.desc())
        if cursor is not None:
            at, work_id = read_cursor(cursor, int, str)
            statement = statement.where(place < tuple_(at_instant(at), literal(work_id)))
        with self._database.read() as connection:
            rows = connection.execute(statement.limit(limit + 1)).all()
        last = rows[limit - 1] if len(rows) > limit else None
        return ListPage(
            items=tuple(from_json(PlannedWork, row.value) for row in rows[:limit]),
            next_cursor=write_cursor(microseconds(last.scheduled_for), last.id) if last else None,
        )

    # Trading modes

    def set_mode(self, change: ModeChange, audit: AuditEntry | None = None) -> bool:
        """Whether it was another mode than before; the same again is a no-op."""
        with self._database.write() as connection:
            own = select(trading_modes.c.value).where(trading_modes.c.component == change.component)
            last = connection.scalar(own.order_by(trading_modes.c.id.desc()).limit(1))
            if last is not None and from_json(ModeChange, last).mode is change.mode:
                return False
            row = {"component": change.component, "value": to_json(change)}
            connection.execute(trading_modes.insert().values(**row))
            self._changed(connection, audit, change.at)
        return True

    def mode_changes(self) -> tuple[ModeChange, ...]:
        """Every change there was, oldest first."""
        statement = select(trading_modes.c.value).order_by(trading_modes.c.id)
        with self._database.read() as connection:
            return tuple(from_json(ModeChange, value) for value in connection.scalars(statement))

    # What nobody could verify

    def note_unverified(self, since: Mapping[str, datetime], now: datetime) -> None:
        """Component -> since when nobody can verify it now; who is not named is verified again from now on."""
        t = unverified_table
        lasting = select(t.c.id, t.c.component).where(t.c.ended_at.is_(None))
        with self._database.read() as connection:
            if {row.component for row in connection.execute(lasting)} == set(since):
                return
        with self._database.write() as connection:
            known = {row.component: row.id for row in connection.execute(lasting)}
            for name in sorted(since.keys() - known.keys()):
                connection.execute(t.insert().values(component=name, started_at=since[name]))
            for name in sorted(known.keys() - since.keys()):
                connection.execute(update(t).where(t.c.id == known[name]).values(ended_at=now))

    def note_absence(self, components: tuple[str, ...], start: datetime, end: datetime) -> None:
        """From start to end nobody looked at any of these: the service itself was away."""
        rows = [{"component": name, "started_at": start, "ended_at": end} for name in components]
        if rows:
            with self._database.write() as connection:
                connection.execute(unverified_table.insert(), rows)

    def unverified_stretches(self, since: datetime) -> tuple[tuple[str, datetime, datetime | None], ...]:
        """(component, from, until) of all that last or ended after `since`; until None = it lasts."""
        t = unverified_table
        lasts, ended = (select(t.c.id).where(which) for which in (t.c.ended_at.is_(None), t.c.ended_at > since))
        statement = select(t).where(t.c.id.in_(union_all(lasts, ended))).order_by(t.c.id)
        with self._database.read() as connection:
            return tuple((row.component, row.started_at, row.ended_at) for row in connection.execute(statement))

    def alive(self, now: datetime) -> datetime | None:
        """Notes that the service lives; when it last did before, None = never."""
        with self._database.write() as connection:
            before = connection.scalar(select(counters.c.value).where(counters.c.name == ALIVE))
            put(connection, counters, {"name": ALIVE}, {"value": microseconds(now)})
        return None if before is None else EPOCH + before * MICROSECOND

    def _changed(self, connection: Connection, audit: AuditEntry | None, now: datetime) -> None:
        count_on(connection, CHANGES)
        append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)


def _row(work: PlannedWork) -> dict[str, object]:
    return {"scheduled_for": work.public.scheduled_for, "over": work.is_over, "value": to_json(work)}


def _work(connection: Connection, work_id: str, *, for_update: bool = False) -> PlannedWork:
    statement = select(maintenance.c.value).where(maintenance.c.id == work_id)
    value = connection.scalar(statement.with_for_update() if for_update else statement)
    if value is None:
        raise NotFound("maintenance", work_id)
    return from_json(PlannedWork, value)
