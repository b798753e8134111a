"""Deletes what was kept for as long as is asked, in small steps; where an archive is named, written there first.

A step to the archive is three: the keys are noted in the database, their rows are written to a file aside and moved
into place, and one transaction deletes rows and note. After a kill the noted step is done again under the same name:
nothing is lost, and no row stands in two files.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, delete, insert, select, true

from tickets.ticket import TicketStatus
from tocsin.storage.archive import write_rows
from tocsin.storage.audit import note_start
from tocsin.storage.counting import count_on
from tocsin.storage.outbox import IS_GIVEN_UP, IS_SENT
from tocsin.storage.rows import StorePart
from tocsin.storage.search import forget_words
from tocsin.storage.tables.desk import desk_mentions, desk_presence
from tocsin.storage.tables.helpdesks import helpdesk_tickets
from tocsin.storage.tables.incidents import alerts, reported_changes, signals
from tocsin.storage.tables.installation import idempotency_keys, retention_steps
from tocsin.storage.tables.mail import outbox
from tocsin.storage.tables.people import audit
from tocsin.storage.tables.tickets import attachments, link_answers, messages, tickets

OVER = (TicketStatus.RESOLVED, TicketStatus.CLOSED, TicketStatus.MERGED)


class Retained(StrEnum):
    """What is kept for a time."""

    IDEMPOTENCY_KEYS = "idempotency_keys"
    SIGNALS = "signals"
    MAILS = "mails"
    LOST_MAILS = "lost_mails"
    TICKET_MAILS = "ticket_mails"
    CHANGES = "changes"
    AUDIT = "audit"
    TICKETS = "tickets"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Which rows go together. key: of what is kept. with_it: columns of other tables that name the key, deleted first.

    at, which: the rows are due whose `at` is before the instant and of which `which` holds. at_once: rows of a step.
    """

    key: Column[Any]
    at: Column[datetime]
    which: ColumnElement[bool] = field(default_factory=true)
    with_it: tuple[Column[Any], ...] = ()
    at_once: int = 500


_ROWS = {
    Retained.IDEMPOTENCY_KEYS: _Rows(key=idempotency_keys.c.key_index, at=idempotency_keys.c.created_at),
    Retained.SIGNALS: _Rows(
        key=signals.c.key, at=signals.c.ended_at, which=signals.c.placed_at.is_not(None), with_it=(alerts.c.signal_key,)
    ),
    Retained.MAILS: _Rows(key=outbox.c.id, at=outbox.c.ended_at, which=and_(IS_SENT, outbox.c.ticket_id.is_(None))),
    Retained.LOST_MAILS: _Rows(key=outbox.c.id, at=outbox.c.ended_at, which=IS_GIVEN_UP),
    Retained.TICKET_MAILS: _Rows(
        key=outbox.c.id, at=outbox.c.ended_at, which=and_(IS_SENT, outbox.c.ticket_id.is_not(None))
    ),
    Retained.CHANGES: _Rows(key=reported_changes.c.position, at=reported_changes.c.at),
    Retained.AUDIT: _Rows(key=audit.c.position, at=audit.c.at),
    Retained.TICKETS: _Rows(
        key=tickets.c.id,
        at=tickets.c.updated_at,
        which=tickets.c.status.in_([one.value for one in OVER]),
        with_it=(
            messages.c.ticket_id,
            attachments.c.ticket_id,
            outbox.c.ticket_id,
            link_answers.c.ticket_id,
            helpdesk_tickets.c.ticket_id,
        ),
        at_once=25,  # with files of megabytes
    ),
}
STEPS = "retention steps"
"""The counter that names files."""


class Retention(StorePart):
    """Deletes old rows, a few in each transaction, so that no other writer waits long."""

    def step(self, kept: Retained, before: datetime, archive: Path | None = None) -> int:
        """Deletes the next few that are due; returns how many, 0 = nothing is left to do.

        archive: the folder that gets them first, made where it is missing. Raises StorageError, OSError.
        """
        noted = self._noted(kept) if archive else None
        with self._database.read() as connection:
            if noted is None and not _due(connection, kept, before):
                return 0
        if archive is None:
            with self._database.write() as connection:
                keys = _due(connection, kept, before)
                self._delete(connection, kept, keys)
                return len(keys)
        return self._move(kept, before, archive / kept, noted or self._note(kept, before))

    def _move(self, kept: Retained, before: datetime, folder: Path, noted: tuple[str, Sequence[Any]]) -> int:
        name, keys = noted
        with self._database.read() as connection:
            due = _due(connection, kept, before, among=keys)
        if due:  # else this was done, without the note's end; or somebody opened them again
            self._write(folder / name, _ROWS[kept], due)
        with self._database.write() as connection:
            if set(due) == set(_due(connection, kept, before, among=keys)):  # else the file is written once more
                self._delete(connection, kept, due)
                connection.execute(delete(retention_steps).where(retention_steps.c.kept == kept.value))
        return len(keys)

    def _noted(self, kept: Retained) -> tuple[str, Sequence[Any]] | None:
        """The step that was begun and not ended."""
        with self._database.read() as connection:
            row = connection.execute(select(retention_steps).where(retention_steps.c.kept == kept.value)).one_or_none()
        return None if row is None else (row.file, json.loads(row.keys))

    def _note(self, kept: Retained, before: datetime) -> tuple[str, Sequence[Any]]:
        """Notes the next step."""
        with self._database.write() as connection:
            keys = _due(connection, kept, before)
            name = f"{kept.value}-{count_on(connection, STEPS, start=1):08d}.jsonl.gz"
            connection.execute(insert(retention_steps), {"kept": kept.value, "file": name, "keys": json.dumps(keys)})
        return name, keys

    def _write(self, path: Path, rows: _Rows, keys: Sequence[Any]) -> None:
        with self._database.read() as connection:
            write_rows(path, _lines(connection, rows, keys))

    def _delete(self, connection: Connection, kept: Retained, keys: Sequence[Any]) -> None:
        if not keys:
            return
        rows = _ROWS[kept]
        if kept is Retained.AUDIT:
            note_start(connection, self._cipher, max(keys))
        if kept is Retained.TICKETS:
            forget_words(connection, self._cipher, keys)
            for column in (desk_presence.c.ticket_id, desk_mentions.c.ticket_id):
                connection.execute(delete(column.table).where(column.in_(keys)))
        for column in (*rows.with_it, rows.key):
            connection.execute(delete(column.table).where(column.in_(keys)))


def _due(connection: Connection, kept: Retained, before: datetime, among: Sequence[Any] | None = None) -> Sequence[Any]:
    """The keys of the next step, or those of `among` that are due; locked where the transaction writes.

    Of the audit trail its beginning alone goes, never its last entry.
    """
    rows = _ROWS[kept]
    if kept is Retained.AUDIT:
        oldest = select(audit.c.position, audit.c.at).order_by(audit.c.position).limit(rows.at_once + 1)
        found = connection.execute(oldest).all()
        keys = [row.position for row in takewhile(lambda row: row.at < before, found[:-1])]
        return keys if among is None else sorted({*keys} & {*among})
    due = select(rows.key).where(rows.at < before, rows.which)
    due = due.limit(rows.at_once) if among is None else due.where(rows.key.in_(among))
    return connection.scalars(due.with_for_update()).all()


def _lines(connection: Connection, rows: _Rows, keys: Sequence[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(table, row) of all that goes."""
    for column in (rows.key, *rows.with_it):
        table = column.table
        for row in connection.execute(select(table).where(column.in_(keys)).order_by(*table.primary_key.columns)):
            yield table.name, row._asdict()
