"""Stored silences, and the signals that each kept quiet."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection, func, insert, literal, select, tuple_, update

from incidents.silence import Silence, Silenced
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.counting import insert_one
from tocsin.storage.errors import NotFound
from tocsin.storage.pagination import ListPage, read_cursor, write_cursor
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.columns import MICROSECOND, at_instant, microseconds
from tocsin.storage.tables.incidents import kept_quiet, silences
from tocsin.storage.values import from_json, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptQuiet:
    """The signals that one silence kept from opening incidents: how many, and when and what the last was."""

    count: int
    last_at: datetime
    component: str
    name: str


class Silences(StorePart):
    """Added, ended, never deleted."""

    def kept_quiet(self, silence_ids: Iterable[str]) -> Mapping[str, KeptQuiet]:
        """The signals that each silence kept quiet, by its id; silences without any are left out."""
        of_silence = kept_quiet.c.silence_id.in_(list(silence_ids))
        latest = kept_quiet.c.at.desc(), kept_quiet.c.signal_key
        place = func.row_number().over(partition_by=kept_quiet.c.silence_id, order_by=latest)
        many = func.count().over(partition_by=kept_quiet.c.silence_id)
        ranked = select(kept_quiet, place.label("place"), many.label("many")).where(of_silence).subquery()
        with self._database.read() as connection:
            rows = connection.execute(select(ranked).where(ranked.c.place == 1)).all()
        return {
            row.silence_id: KeptQuiet(count=row.many, last_at=row.at, component=row.component, name=row.name)
            for row in rows
        }

    def add(self, silence: Silence, now: datetime, audit: AuditEntry | None = None) -> Silence:
        """Kept under its id; an id that exists is a no-op and returns the one on record."""
        row = {
            "id": silence.id,
            "starts_at": silence.starts_at,
            "ends_at": silence.ends_at,
            "value": to_json(silence),
        }
        with self._database.write() as connection:
            if not insert_one(connection, silences, row):
                return _on_record(connection, silence.id)
            append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)
        return silence

    def get(self, silence_id: str) -> Silence | None:
        """One, or None."""
        with self._database.read() as connection:
            value = connection.scalar(select(silences.c.value).where(silences.c.id == silence_id))
        return None if value is None else from_json(Silence, value)

    def active(self, now: datetime) -> tuple[Silence, ...]:
        """The silences in force at `now`; of a series, where one of its occurrences is."""
        return tuple(one for one in self._spanning(now, now) if one.covers(now))

    def ended_since(self, since: datetime) -> tuple[Silence, ...]:
        """Those that end at `since` or later: of these an occurrence, or the whole, may have ended since."""
        return self._spanning(since, None)

    def _spanning(self, since: datetime, started_by: datetime | None) -> tuple[Silence, ...]:
        statement = select(silences.c.value).where(silences.c.ends_at > since)
        if started_by is not None:
            statement = statement.where(silences.c.starts_at <= started_by)
        with self._database.read() as connection:
            values = connection.scalars(statement).all()
        return tuple(sorted((from_json(Silence, value) for value in values), key=attrgetter("starts_at", "id")))

    def page(self, cursor: str | None = None, limit: int = 50) -> ListPage[Silence]:
        """All, the latest start first; those to come and those past among them."""
        place = tuple_(silences.c.starts_at, silences.c.id)
        statement = select(silences).order_by(silences.c.starts_at.desc(), silences.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            starts_at, silence_id = read_cursor(cursor, int, str)
            statement = statement.where(place < tuple_(at_instant(starts_at), literal(silence_id)))
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        last = rows[limit - 1] if len(rows) > limit else None
        return ListPage(
            items=tuple(from_json(Silence, row.value) for row in rows[:limit]),
            next_cursor=write_cursor(microseconds(last.starts_at), last.id) if last else None,
        )

    def end(self, silence_id: str, now: datetime, audit: AuditEntry | None = None) -> Silence:
        """Ends it now; one that is over stays as it was; one to come ends just after its start. Raises NotFound."""
        with self._database.write() as connection:
            silence = _on_record(connection, silence_id, for_update=True)
            if silence.ends_at <= now:
                return silence
            ended = replace(silence, ends_at=max(now, silence.starts_at + MICROSECOND))
            values = {"ends_at": ended.ends_at, "value": to_json(ended)}
            connection.execute(update(silences).where(silences.c.id == silence_id).values(**values))
            append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)
            return ended

    def change(self, silence_id: str, fn: Callable[[Silence], Silence], now: datetime, audit: AuditEntry) -> Silence:
        """The silence as `fn` makes it of the one on record; its start and end stay as they are. Raises NotFound."""
        with self._database.write() as connection:
            changed = fn(_on_record(connection, silence_id, for_update=True))
            connection.execute(update(silences).where(silences.c.id == silence_id).values(value=to_json(changed)))
            append_audit(connection, self._database, self._cipher, [audit], now)
            return changed


def note_kept_quiet(connection: Connection, silenced: Iterable[Silenced], now: datetime) -> None:
    """Writes down the signals that silences keep quiet; each once for each silence."""
    found = {(one.silence.id, one.signal.key): one.signal for one in silenced}
    if not found:
        return
    ids = {silence_id for silence_id, _ in found}
    statement = select(kept_quiet.c.silence_id, kept_quiet.c.signal_key).where(kept_quiet.c.silence_id.in_(ids))
    noted = {tuple(row) for row in connection.execute(statement)}
    rows = [
        {"silence_id": place[0], "signal_key": place[1], "at": now, "component": one.component, "name": one.name}
        for place, one in found.items()
        if place not in noted
    ]
    if rows:
        connection.execute(insert(kept_quiet), rows)


def _on_record(connection: Connection, silence_id: str, *, for_update: bool = False) -> Silence:
    statement = select(silences.c.value).where(silences.c.id == silence_id)
    value = connection.scalar(statement.with_for_update() if for_update else statement)
    if value is None:
        raise NotFound("silence", silence_id)
    return from_json(Silence, value)
