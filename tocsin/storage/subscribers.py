"""Notification of subscribers: up to which entry each was notified, and the queue of webhook calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, and_, case, delete, func, or_, select, update

from incidents.delivery import Failure
from statuspage.subscriptions.subscription import Stop, Subscription, SubscriptionStatus
from tickets.mail.message import Mail
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.counting import insert_into, insert_new, put
from tocsin.storage.errors import NotFound
from tocsin.storage.outbox import queue_mails
from tocsin.storage.rows import StorePart
from tocsin.storage.subscriptions import disable, open_subscription
from tocsin.storage.tables.installation import counters
from tocsin.storage.tables.public import subscription_calls, subscription_notified, subscriptions
from tocsin.storage.undelivered import Backlog, DeadLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One subscriber's notification of a story up to the entry `seq`: either a mail or the body of a webhook call.

    key: of the call; unique.
    """

    subscription_id: str
    seq: int
    mail: Mail | None = None
    body: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A webhook call in the queue. id: its place in the queue. body: JSON. attempts: failures before, 0 or more."""

    id: int
    key: str
    body: str
    subscription_id: str
    attempts: int


class Subscribers(StorePart):
    """Up to which entry each subscriber was notified, and the queue of webhook calls."""

    def page(self, after: str = "", limit: int = 200) -> tuple[Subscription, ...]:
        """The active ones in the order of their ids, those after an id."""
        table = subscriptions
        is_next = and_(table.c.status == SubscriptionStatus.ACTIVE.value, table.c.id > after)
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(is_next).order_by(table.c.id).limit(limit)).all()
        return tuple(open_subscription(self._cipher, row) for row in rows)

    def last_notified(self, story_id: str, subscription_ids: Sequence[str]) -> Mapping[str, int]:
        """The last entry of a story that each subscriber was notified of; those of none are left out."""
        with self._database.read() as connection:
            return _last_notified(connection, story_id, subscription_ids)

    def queue(self, story_id: str, notifications: Sequence[Notification], now: datetime) -> int:
        """Queues notifications and moves their subscribers' cursors, in one transaction; how many were queued.

        Subscribers who left, were disabled or were notified of it already are passed over.
        """
        if not notifications:
            return 0
        ids = [one.subscription_id for one in notifications]
        with self._database.write() as connection:
            here = set(_still_here(connection, ids))
            known = _last_notified(connection, story_id, ids)
            fresh = [o for o in notifications if o.subscription_id in here and o.seq > known.get(o.subscription_id, 0)]
            _note(connection, story_id, fresh, now)
            calls = [
                {"subscription_id": o.subscription_id, "key": o.key, "body": o.body, "due_at": now, "created_at": now}
                for o in fresh
                if o.body
            ]
            if calls:
                connection.execute(insert_new(connection, subscription_calls), calls)
            queue_mails(connection, self._database, self._cipher, [o.mail for o in fresh if o.mail], now)
        return len(fresh)

    def notified_through(self, name: str) -> int:
        """The last entry of a story beside incidents that everybody was notified of; 0 = none yet."""
        with self._database.read() as connection:
            return connection.scalar(select(counters.c.value).where(counters.c.name == _counter(name))) or 0

    def note_notified_through(self, name: str, value: int) -> None:
        """Records that everybody was notified up to here."""
        with self._database.write() as connection:
            put(connection, counters, {"name": _counter(name)}, {"value": value})

    def due_calls(self, now: datetime, limit: int = 50, lease: timedelta = timedelta(minutes=2)) -> tuple[Call, ...]:
        """Claims the oldest waiting call of each webhook whose time has come, so that each gets them in order.

        One that is neither done nor failed within `lease` is offered again.
        """
        table = subscription_calls
        first = select(func.min(table.c.id)).where(table.c.ended_at.is_(None)).group_by(table.c.subscription_id)
        is_free = or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)
        is_due = and_(table.c.id.in_(first), table.c.due_at <= now, is_free)
        with self._database.read() as connection:
            if connection.scalar(select(table.c.id).where(is_due).limit(1)) is None:
                return ()
        with self._database.write() as connection:
            due = select(table).where(is_due).order_by(table.c.id).limit(limit)
            rows = connection.execute(due.with_for_update(skip_locked=True)).all()
            claimed = table.c.id.in_([row.id for row in rows])
            connection.execute(update(table).where(claimed).values(claimed_until=now + lease))
        return tuple(
            Call(id=r.id, key=r.key, body=r.body, subscription_id=r.subscription_id, attempts=r.attempts) for r in rows
        )

    def call_done(self, call_id: int) -> None:
        """The receiver accepted the call; it is deleted."""
        with self._database.write() as connection:
            connection.execute(delete(subscription_calls).where(subscription_calls.c.id == call_id))

    def call_failed(self, call_id: int, error: str, next_at: datetime) -> None:
        """The receiver did not accept the call; the webhook is not called again before then."""
        table = subscription_calls
        values = {"attempts": table.c.attempts + 1, "error": error, "due_at": next_at, "claimed_until": None}
        with self._database.write() as connection:
            connection.execute(update(table).where(table.c.id == call_id).values(**values))

    def give_up_calls(self, call: Call, failure: Failure, stop: Stop, notice: Mail | None, now: datetime) -> None:
        """Switches the webhook off that did not take a call; all that waits for it is given up. Queues the notice."""
        table = subscription_calls
        waits = and_(table.c.subscription_id == call.subscription_id, table.c.ended_at.is_(None))
        with self._database.write() as connection:
            failed = {"attempts": table.c.attempts + 1, "error": failure.error}
            connection.execute(update(table).where(table.c.id == call.id).values(**failed))
            connection.execute(update(table).where(waits).values(ended_at=now, why=failure.why, claimed_until=None))
            if disable(connection, call.subscription_id, stop, now):
                queue_mails(connection, self._database, self._cipher, [notice] if notice else [], now)

    def calls_backlog(self) -> Backlog:
        """How the queue of calls stands."""
        table = subscription_calls
        failing = func.sum(case((table.c.attempts > 0, 1), else_=0)).label("failing")
        figures = select(func.count().label("many"), failing, func.min(table.c.created_at).label("oldest_at"))
        given_up = select(func.count()).where(table.c.ended_at.is_not(None))
        with self._database.read() as connection:
            waiting = connection.execute(figures.where(table.c.ended_at.is_(None))).one()
            over = connection.scalar(given_up)
        return Backlog(
            waiting=waiting.many, failing=waiting.failing or 0, given_up=over or 0, oldest_at=waiting.oldest_at
        )

    def given_up_calls(self, limit: int = 50) -> tuple[DeadLetter, ...]:
        """Calls that are tried no more, the latest first."""
        table = subscription_calls
        joined = table.join(subscriptions, subscriptions.c.id == table.c.subscription_id)
        columns = (table.c.id.label("call_id"), table.c.attempts, table.c.error, table.c.why, table.c.ended_at)
        dead = select(*columns, subscriptions).select_from(joined).where(table.c.ended_at.is_not(None))
        with self._database.read() as connection:
            rows = connection.execute(dead.order_by(table.c.ended_at.desc(), table.c.id).limit(limit)).all()
        return tuple(
            DeadLetter(
                id=str(row.call_id),
                what=f"call of the webhook at {urlsplit(open_subscription(self._cipher, row).url).hostname}",
                attempts=row.attempts,
                why=row.why or "",
                error=row.error,
                at=row.ended_at,
            )
            for row in rows
        )

    def call_again(self, call_id: str, now: datetime, audit: AuditEntry) -> None:
        """The webhook of a call that was given up is switched on again, and gets all that was. Raises NotFound."""
        table = subscription_calls
        is_it = and_(table.c.id == (int(call_id) if call_id.isdigit() else 0), table.c.ended_at.is_not(None))
        with self._database.write() as connection:
            whose = connection.scalar(select(table.c.subscription_id).where(is_it))
            if whose is None:
                raise NotFound("call that was given up", call_id)
            fresh = {"ended_at": None, "why": None, "attempts": 0, "due_at": now}
            is_theirs = and_(table.c.subscription_id == whose, table.c.ended_at.is_not(None))
            connection.execute(update(table).where(is_theirs).values(**fresh))
            on = {"status": SubscriptionStatus.ACTIVE.value, "stop": None, "stopped_at": None, "failures": 0}
            connection.execute(update(subscriptions).where(subscriptions.c.id == whose).values(**on))
            append_audit(connection, self._database, self._cipher, [audit], now)

    def free_calls(self) -> int:
        """Releases the claims of a process that died; returns how many those were."""
        table = subscription_calls
        with self._database.write() as connection:
            is_claimed = and_(table.c.ended_at.is_(None), table.c.claimed_until.is_not(None))
            return connection.execute(update(table).where(is_claimed).values(claimed_until=None)).rowcount


def _still_here(connection: Connection, ids: Sequence[str]) -> Sequence[str]:
    """Those that are active, locked to the transaction's end."""
    table = subscriptions
    is_active = and_(table.c.id.in_(list(ids)), table.c.status == SubscriptionStatus.ACTIVE.value)
    return connection.scalars(select(table.c.id).where(is_active).with_for_update()).all()


def _counter(name: str) -> str:
    return f"subscribers told: {name}"


def _last_notified(connection: Connection, story_id: str, ids: Sequence[str]) -> Mapping[str, int]:
    table = subscription_notified
    is_theirs = and_(table.c.story_id == story_id, table.c.subscription_id.in_(list(ids)))
    rows = connection.execute(select(table.c.subscription_id, table.c.seq).where(is_theirs))
    return {row.subscription_id: row.seq for row in rows}


def _note(connection: Connection, story_id: str, notifications: Sequence[Notification], now: datetime) -> None:
    if not notifications:
        return
    rows: list[dict[str, Any]] = [
        {"story_id": story_id, "subscription_id": o.subscription_id, "seq": o.seq, "at": now} for o in notifications
    ]
    row = insert_into(connection.dialect.name, subscription_notified)
    further = {"seq": row.excluded.seq, "at": row.excluded.at}
    connection.execute(row.on_conflict_do_update(index_elements=["story_id", "subscription_id"], set_=further), rows)
