"""Telling subscribers: who there is, what each has heard, and the calls that webhooks are still to get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from statuspage.subscriptions.subscription import Standing, Subscription
from tickets.mail.message import Mail
from tocsin.storage.counting import insert_new, put
from tocsin.storage.outbox import queue_mails
from tocsin.storage.rows import Rows
from tocsin.storage.subscriptions import open_subscription
from tocsin.storage.tables import counters, subscription_calls, subscription_told, subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one subscriber is told of a story, up to the entry `seq`: by mail, or as the body of a call. One of the two.

    key: of the call; unique.
    """

    subscription_id: str
    seq: int
    mail: Mail | None = None
    body: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a webhook is to be told. id: its place in the queue. body: JSON."""

    id: int
    key: str
    body: str
    subscription: Subscription


class Subscribers(Rows):
    """What subscribers have heard."""

    def page(self, after: str = "", limit: int = 200) -> tuple[Subscription, ...]:
        """The active ones in the order of their ids, those after an id."""
        table = subscriptions
        is_next = and_(table.c.standing == Standing.ACTIVE.value, table.c.id > after)
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(is_next).order_by(table.c.id).limit(limit)).all()
        return tuple(open_subscription(self._cipher, row) for row in rows)

    def heard(self, story_id: str, subscription_ids: Sequence[str]) -> Mapping[str, int]:
        """Up to which entry each of them has heard a story; who heard nothing is not in it."""
        with self._database.read() as connection:
            return _heard(connection, story_id, subscription_ids)

    def tell(self, story_id: str, told: Sequence[Told], now: datetime) -> int:
        """Queues what they are told and notes that they heard it, together; how many were told.

        Who has left or been disabled meanwhile, and who has heard it already, is passed over.
        """
        if not told:
            return 0
        ids = [one.subscription_id for one in told]
        with self._database.write() as connection:
            here = set(_still_here(connection, ids))
            known = _heard(connection, story_id, ids)
            fresh = [o for o in told if o.subscription_id in here and o.seq > known.get(o.subscription_id, 0)]
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

    def told_through(self, name: str) -> int:
        """Up to where everybody was told of a story beside incidents, or of all such; 0 = nothing yet."""
        with self._database.read() as connection:
            return connection.scalar(select(counters.c.value).where(counters.c.name == _counter(name))) or 0

    def note_told_through(self, name: str, value: int) -> None:
        """They were told up to here."""
        with self._database.write() as connection:
            put(connection, counters, {"name": _counter(name)}, {"value": value})

    def due_calls(self, now: datetime, limit: int = 50, lease: timedelta = timedelta(minutes=2)) -> tuple[Call, ...]:
        """Claims the oldest waiting call of each webhook whose time has come, so that each hears in order.

        One that is neither done nor failed within `lease` is offered again.
        """
        table = subscription_calls
        first = select(func.min(table.c.id)).group_by(table.c.subscription_id)
        is_due = and_(table.c.id.in_(first), table.c.due_at <= now)
        with self._database.read() as connection:
            if connection.scalar(select(table.c.id).where(is_due).limit(1)) is None:
                return ()
        joined = table.join(subscriptions, subscriptions.c.id == table.c.subscription_id)
        with self._database.write() as connection:
            due = select(table.c.id).where(is_due).order_by(table.c.id).limit(limit)
            ids = connection.scalars(due.with_for_update(skip_locked=True)).all()
            connection.execute(update(table).where(table.c.id.in_(ids)).values(due_at=now + lease))
            found = select(table.c.id.label("call_id"), table.c.key, table.c.body, subscriptions).select_from(joined)
            rows = connection.execute(found.where(table.c.id.in_(ids)).order_by(table.c.id)).all()
        return tuple(
            Call(id=row.call_id, key=row.key, body=row.body, subscription=open_subscription(self._cipher, row))
            for row in rows
        )

    def call_done(self, call_id: int) -> None:
        """The receiver took it; it is forgotten."""
        with self._database.write() as connection:
            connection.execute(delete(subscription_calls).where(subscription_calls.c.id == call_id))

    def call_failed(self, call_id: int, next_at: datetime) -> None:
        """It did not; the webhook hears nothing more before then."""
        table = subscription_calls
        with self._database.write() as connection:
            connection.execute(update(table).where(table.c.id == call_id).values(due_at=next_at))

    def free_calls(self, now: datetime) -> int:
        """What a process that died had claimed is due again; how many are due now."""
        table = subscription_calls
        with self._database.write() as connection:
            return connection.execute(update(table).where(table.c.due_at > now).values(due_at=now)).rowcount


def _still_here(connection: Connection, ids: Sequence[str]) -> Sequence[str]:
    """Those that are active, held as they are to the transaction's end."""
    table = subscriptions
    is_active = and_(table.c.id.in_(list(ids)), table.c.standing == Standing.ACTIVE.value)
    return connection.scalars(select(table.c.id).where(is_active).with_for_update()).all()


def _counter(name: str) -> str:
    return f"subscribers told: {name}"


def _heard(connection: Connection, story_id: str, ids: Sequence[str]) -> Mapping[str, int]:
    table = subscription_told
    is_theirs = and_(table.c.story_id == story_id, table.c.subscription_id.in_(list(ids)))
    rows = connection.execute(select(table.c.subscription_id, table.c.seq).where(is_theirs))
    return {row.subscription_id: row.seq for row in rows}


def _note(connection: Connection, story_id: str, told: Sequence[Told], now: datetime) -> None:
    if not told:
        return
    rows: list[dict[str, Any]] = [
        {"story_id": story_id, "subscription_id": o.subscription_id, "seq": o.seq, "at": now} for o in told
    ]
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = dialect.insert(subscription_told)
    further = {"seq": row.excluded.seq, "at": row.excluded.at}
    connection.execute(row.on_conflict_do_update(index_elements=["story_id", "subscription_id"], set_=further), rows)
