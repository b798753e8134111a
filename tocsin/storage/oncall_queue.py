"""The queue of messages to people on call, by channel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, and_, case, func, select, update

from incidents.delivery import Failure
from incidents.oncall.notice import OncallMessage
from incidents.oncall.policy import ContactChannel
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.errors import NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.response import oncall_messages
from tocsin.storage.undelivered import Backlog, DeadLetter
from tocsin.storage.values import from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMessage:
    """A message that waits for one channel. attempts: failures before, 0 or more. opened: decodes it."""

    message_id: str
    channel: ContactChannel
    attempts: int
    opened: Callable[[], OncallMessage]

    @property
    def key(self) -> str:
        """Its idempotency key, the same for every repeat."""
        return f"{self.message_id}:{self.channel}"


class OncallQueues(StorePart):
    """One queue a channel; a claimed message is offered again once the claims of a process that died are freed."""

    def due(self, channel: ContactChannel, now: datetime, limit: int) -> tuple[QueuedMessage, ...]:
        """Claims messages whose time has come, the oldest first."""
        table = oncall_messages
        is_due = and_(table.c.channel == channel.value, table.c.due_at <= now, table.c.claimed.is_(False))
        with self._database.read() as connection:
            if connection.scalar(select(table.c.message_id).where(is_due).limit(1)) is None:
                return ()
        due = select(table.c.message_id, table.c.attempts, table.c.value).where(is_due)
        due = due.order_by(table.c.at, table.c.message_id).limit(limit).with_for_update(skip_locked=True)
        with self._database.write() as connection:
            rows = connection.execute(due).all()
            claimed = and_(table.c.channel == channel.value, table.c.message_id.in_([row.message_id for row in rows]))
            connection.execute(update(table).where(claimed).values(claimed=True))
        return tuple(
            QueuedMessage(
                message_id=row.message_id,
                channel=channel,
                attempts=row.attempts,
                opened=partial(from_json, OncallMessage, row.value),
            )
            for row in rows
        )

    def accepted(self, channel: ContactChannel, message_ids: Sequence[str], now: datetime) -> None:
        """The other side has them."""
        table = oncall_messages
        which = and_(table.c.channel == channel.value, table.c.message_id.in_(list(message_ids)))
        done = {"due_at": None, "claimed": False, "sent_at": now, "ended_at": now, "sealed_error": None}
        with self._database.write() as connection:
            connection.execute(update(table).where(which).values(**done))

    def failed(self, one: QueuedMessage, failure: Failure, now: datetime) -> None:
        """The other side did not take it: it is due again, or given up."""
        table = oncall_messages
        values: dict[str, object] = {
            "attempts": table.c.attempts + 1,
            "claimed": False,
            "due_at": failure.next_at,
            "sealed_error": self._cipher.seal(failure.error, f"on-call error:{one.key}"),
        }
        if failure.next_at is None:
            values |= {"ended_at": now, "why": failure.why}
        with self._database.write() as connection:
            connection.execute(update(table).where(_is_it(one.message_id, one.channel)).values(**values))

    def note_problem(self, message_id: str, problem: str) -> None:
        """Why the configured text could not be made of it."""
        which = oncall_messages.c.message_id == message_id
        with self._database.write() as connection:
            connection.execute(update(oncall_messages).where(which).values(problem=problem))

    def latest_problem(self) -> tuple[datetime, str] | None:
        """When the configured text last could not be made, and why; None = it always could."""
        table = oncall_messages
        statement = select(table.c.at, table.c.problem).where(table.c.problem.is_not(None))
        with self._database.read() as connection:
            row = connection.execute(statement.order_by(table.c.at.desc()).limit(1)).first()
        return None if row is None else (row.at, row.problem)

    def backlog(self, channel: ContactChannel) -> Backlog:
        """How the queue stands."""
        table = oncall_messages
        waits, dead = table.c.due_at.is_not(None), and_(table.c.due_at.is_(None), table.c.why.is_not(None))
        figures = select(
            func.sum(case((waits, 1), else_=0)).label("waiting"),
            func.sum(case((and_(waits, table.c.attempts > 0), 1), else_=0)).label("failing"),
            func.sum(case((dead, 1), else_=0)).label("dead"),
            func.min(case((waits, table.c.at))).label("oldest_at"),
        )
        with self._database.read() as connection:
            row = connection.execute(figures.where(table.c.channel == channel.value)).one()
        return Backlog(
            waiting=row.waiting or 0, failing=row.failing or 0, given_up=row.dead or 0, oldest_at=row.oldest_at
        )

    def given_up(self, channel: ContactChannel, limit: int) -> tuple[DeadLetter, ...]:
        """Messages that are tried no more, the latest first."""
        table = oncall_messages
        is_dead = and_(table.c.channel == channel.value, table.c.due_at.is_(None), table.c.why.is_not(None))
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(is_dead).order_by(table.c.ended_at.desc()).limit(limit)).all()
        return tuple(
            DeadLetter(
                id=row.message_id,
                what=f"notification to {row.person}",
                attempts=row.attempts,
                why=row.why,
                error=self._cipher.open(bytes(row.sealed_error), f"on-call error:{row.message_id}:{row.channel}"),
                at=row.ended_at,
            )
            for row in rows
        )

    def again(self, channel: ContactChannel, message_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes one that was given up due again, as if it had never failed. Raises NotFound."""
        table = oncall_messages
        is_it = and_(_is_it(message_id, channel), table.c.due_at.is_(None), table.c.why.is_not(None))
        fresh = {"due_at": now, "attempts": 0, "ended_at": None, "why": None}
        with self._database.write() as connection:
            if not connection.execute(update(table).where(is_it).values(**fresh)).rowcount:
                raise NotFound("message that was given up", message_id[:60])
            append_audit(connection, self._database, self._cipher, [audit], now)

    def free_claims(self, channel: ContactChannel) -> None:
        """Releases the claims of a process that died."""
        table = oncall_messages
        with self._database.write() as connection:
            which = and_(table.c.channel == channel.value, table.c.claimed.is_(True))
            connection.execute(update(table).where(which).values(claimed=False))


def _is_it(message_id: str, channel: ContactChannel) -> ColumnElement[bool]:
    return and_(oncall_messages.c.message_id == message_id, oncall_messages.c.channel == channel.value)
