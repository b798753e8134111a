"""Dead letters of channels without a queue of their own: deliveries given up, with the reason, and their retry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update

from incidents.delivery import Failure
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.counting import put
from tocsin.storage.errors import NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.installation import undelivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How a channel stands.

    waiting: not delivered yet; failing: of these, those that failed at least once; given_up: tried no more; oldest_at:
    since when the oldest of those that wait does so; rests_until: so long the receiver is left alone by all of them.
    """

    waiting: int = 0
    failing: int = 0
    given_up: int = 0
    oldest_at: datetime | None = None
    rests_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A delivery that was given up. id: names it within its channel. what: for an engineer to read. at: when."""

    id: str
    what: str
    attempts: int
    why: str
    error: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An entry of something (an incident, planned work) that failed. next_at: None = given up."""

    subject: str
    seq: int
    attempts: int
    next_at: datetime | None


class Undelivered(StorePart):
    """Entries that failed, of channels which have no queue of their own: incidents' updates and planned work."""

    def of(self, channel: str) -> tuple[Trouble, ...]:
        """All of a channel that failed and was not delivered since."""
        with self._database.read() as connection:
            rows = connection.execute(select(undelivered).where(undelivered.c.channel == channel)).all()
        return tuple(_trouble(row) for row in rows)

    def failed(self, channel: str, subject: str, seq: int, failure: Failure, now: datetime) -> None:
        """Records that an entry failed once more."""
        with self._database.write() as connection:
            put_failure(connection, (channel, subject, seq), failure, now)

    def delivered(self, channel: str, subject: str) -> None:
        """Deletes the recorded failures of a subject that was delivered."""
        is_it = and_(undelivered.c.channel == channel, undelivered.c.subject == subject)
        with self._database.write() as connection:
            connection.execute(delete(undelivered).where(is_it))

    def again(self, channel: str, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes an entry that was given up due again, as if it had never failed. Raises NotFound."""
        subject, _, seq = letter_id.rpartition(":")
        is_dead = and_(_is_it(channel, subject, int(seq) if seq.isdigit() else 0), undelivered.c.next_at.is_(None))
        with self._database.write() as connection:
            if not connection.execute(update(undelivered).where(is_dead).values(next_at=now, attempts=0)).rowcount:
                raise NotFound("undelivered entry", letter_id)
            append_audit(connection, self._database, self._cipher, [audit], now)

    def given_up(self, channel: str, limit: int = 50) -> tuple[DeadLetter, ...]:
        """Entries that were given up, the latest first."""
        statement = select(undelivered).where(is_given_up(channel)).order_by(undelivered.c.failed_at.desc())
        with self._database.read() as connection:
            rows = connection.execute(statement.limit(limit)).all()
        return tuple(
            DeadLetter(
                id=f"{row.subject}:{row.seq}",
                what=f"entry {row.seq} of {row.subject}",
                attempts=row.attempts,
                why=row.why,
                error=row.error,
                at=row.failed_at,
            )
            for row in rows
        )


def put_failure(
    connection: Connection, entry: tuple[str, str, int], failure: Failure, now: datetime, attempts: int | None = None
) -> None:
    """Writes that an entry failed once more. entry: channel, subject, seq. attempts: in all, where others counted."""
    channel, subject, seq = entry
    before = connection.scalar(select(undelivered.c.attempts).where(_is_it(*entry))) or 0
    put(
        connection,
        undelivered,
        {"channel": channel, "subject": subject, "seq": seq},
        {
            "attempts": before + 1 if attempts is None else attempts,
            "error": failure.error,
            "why": failure.why,
            "failed_at": now,
            "next_at": failure.next_at,
        },
    )


def count_given_up(connection: Connection, channel: str) -> int:
    """How many entries of a channel are tried no more."""
    return connection.scalar(select(func.count()).select_from(undelivered).where(is_given_up(channel))) or 0


def is_given_up(channel: str) -> ColumnElement[bool]:
    """The condition for entries of a channel that were given up."""
    return and_(undelivered.c.channel == channel, undelivered.c.next_at.is_(None))


def _is_it(channel: str, subject: str, seq: int) -> ColumnElement[bool]:
    return and_(undelivered.c.channel == channel, undelivered.c.subject == subject, undelivered.c.seq == seq)


def _trouble(row: Row[Any]) -> Trouble:
    return Trouble(subject=row.subject, seq=row.seq, attempts=row.attempts, next_at=row.next_at)
