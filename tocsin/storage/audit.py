"""The audit trail: append-only; a keyed hash chains each entry to the one before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select

from tocsin.storage.cipher import Cipher
from tocsin.storage.counting import put
from tocsin.storage.database import Database, Lock
from tocsin.storage.pagination import ListPage, read_cursor, write_cursor
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.columns import microseconds
from tocsin.storage.tables.people import audit, audit_start

READ_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One action or view. actor: a user's name, `token:NAME`, `tocsin`, or `customer`. detail: sealed at rest.

    subject_kind, subject: ("ticket", its id); an empty subject is filled with the new ticket's id by `add_ticket`.
    """

    actor: str
    action: str
    subject_kind: str
    subject: str = ""
    detail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """An entry as stored. position: 1, 2, 3 … without gaps. link: over this entry and the link before."""

    position: int
    at: datetime
    entry: AuditEntry
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; "" and None = any; until: not included."""

    actor: str = ""
    action: str = ""
    subject_kind: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Audit(StorePart):
    """Append and read; nothing else."""

    def add(self, entry: AuditEntry, now: datetime) -> None:
        """Appends one entry in its own transaction."""
        with self._database.write() as connection:
            append_audit(connection, self._database, self._cipher, [entry], now)

    def page(
        self,
        cursor: str | None = None,
        filter: AuditFilter | None = None,  # noqa: A002 - the word for it
        limit: int = 100,
    ) -> ListPage[AuditRecord]:
        """Newest first."""
        statement = select(audit).order_by(audit.c.position.desc()).limit(limit + 1)
        statement = statement.where(*_conditions(filter or AuditFilter()))
        if cursor is not None:
            statement = statement.where(audit.c.position < read_cursor(cursor, int)[0])
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        items = tuple(_record(self._cipher, row) for row in rows[:limit])
        return ListPage(items=items, next_cursor=write_cursor(items[-1].position) if len(rows) > limit else None)

    def first_break(self) -> int | None:
        """The position of the first entry that was changed or follows a missing one; None where the chain holds.

        Entries cut off at the end leave no trace in the chain: keep its last position and link elsewhere. Entries that
        were deleted after their time leave the last of them, sealed, and the chain is followed from there.
        """
        position, link = self._start()
        statement = select(audit).order_by(audit.c.position).limit(READ_AT_ONCE)
        while True:
            with self._database.read() as connection:
                rows = connection.execute(statement.where(audit.c.position > position)).all()
            for row in rows:
                if row.position != position + 1 or row.link != _link(self._cipher, link, row._asdict()):
                    start = self._start()
                    if start[0] <= position:
                        return int(row.position)
                    position, link = start  # what was to come was deleted meanwhile
                    break
                position, link = row.position, row.link
            else:
                if len(rows) < READ_AT_ONCE:
                    return None

    def _start(self) -> tuple[int, str]:
        """What the first entry that is there follows."""
        with self._database.read() as connection:
            sealed = connection.scalar(select(audit_start.c.sealed))
        if sealed is None:
            return 0, ""
        position, link = json.loads(self._cipher.open(bytes(sealed), "audit start"))
        return int(position), str(link)


def append_audit(
    connection: Connection, database: Database, cipher: Cipher, entries: Sequence[AuditEntry], now: datetime
) -> None:
    """Chains the entries to the last one, inside the transaction of what they tell of: call it last.

    Its lock is held to the end of the transaction, and whoever holds it asks for no other: so nobody waits in a circle.
    """
    if not entries:
        return
    database.take(connection, Lock.AUDIT)
    last = connection.execute(_LAST).one_or_none()
    position, link = (last.position, last.link) if last else (0, "")
    rows = []
    for entry in entries:
        position += 1
        row = _row(cipher, position, entry, now)
        link = row["link"] = _link(cipher, link, row)
        rows.append(row)
    connection.execute(_APPEND, rows)


def note_start(connection: Connection, cipher: Cipher, last: int) -> None:
    """Seals the position and the link of the last entry that is about to be deleted: the chain goes on from it."""
    link = connection.execute(select(audit.c.link).where(audit.c.position == last)).scalar_one()
    sealed = cipher.seal(json.dumps([last, link]), "audit start")
    put(connection, audit_start, {"id": 1}, {"through": last, "sealed": sealed})


def _row(cipher: Cipher, position: int, entry: AuditEntry, now: datetime) -> dict[str, Any]:
    return {
        "position": position,
        "at": now,
        "actor": entry.actor,
        "action": entry.action,
        "subject_kind": entry.subject_kind,
        "subject": entry.subject,
        "sealed_detail": cipher.seal(json.dumps(entry.detail), f"audit:{position}"),
    }


def _link(cipher: Cipher, before: str, row: Mapping[str, Any]) -> str:
    said = [row["position"], microseconds(row["at"]), row["actor"], row["action"], row["subject_kind"], row["subject"]]
    return cipher.chain(json.dumps([before, *said, bytes(row["sealed_detail"]).hex()]).encode())


def _record(cipher: Cipher, row: Row[tuple[Any, ...]]) -> AuditRecord:
    detail = json.loads(cipher.open(bytes(row.sealed_detail), f"audit:{row.position}"))
    entry = AuditEntry(
        actor=row.actor,
        action=row.action,
        subject_kind=row.subject_kind,
        subject=row.subject,
        detail=tuple((name, value) for name, value in detail),
    )
    return AuditRecord(position=row.position, at=row.at, entry=entry, link=row.link)


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    same = {name: getattr(wanted, name) for name in ("actor", "action", "subject_kind", "subject")}
    conditions = [audit.c[name] == value for name, value in same.items() if value]
    if wanted.since is not None:
        conditions.append(audit.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(audit.c.at < wanted.until)
    return conditions


_LAST = select(audit.c.position, audit.c.link).order_by(audit.c.position.desc()).limit(1)
_APPEND = insert(audit)
