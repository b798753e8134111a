"""Stored subscriptions of the public page; addresses are sealed, tokens hashed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from statuspage.subscriptions.subscription import (
    Choice,
    Stop,
    Subscription,
    SubscriptionKind,
    SubscriptionStatus,
    SuppressionReason,
)
from tickets.mail.message import Mail
from tocsin.storage.cipher import Cipher, hash_of_secret
from tocsin.storage.counting import insert_one, put
from tocsin.storage.database import Lock
from tocsin.storage.errors import NotFound
from tocsin.storage.outbox import IS_GIVEN_UP, queue_mails
from tocsin.storage.rows import StorePart
from tocsin.storage.sealing import email_index
from tocsin.storage.tables.mail import outbox
from tocsin.storage.tables.public import (
    subscription_attempts,
    subscription_calls,
    subscription_notified,
    subscription_suppressions,
    subscription_tokens,
    subscriptions,
)
from tocsin.storage.values import from_json, to_json

ATTEMPTS_KEPT = timedelta(days=1)
NOTIFIED_KEPT = timedelta(days=90)  # nobody corrects an incident that has been quiet for so long
GIVEN_UP_KEPT = timedelta(days=7)


class Purpose(StrEnum):
    """The action that a token permits."""

    CONFIRM = "confirm"
    MANAGE = "manage"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """The sealed fields of a subscription."""

    email: str
    url: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How often somebody may try. who: an address or a network; kept as a keyed hash."""

    who: str
    limit: int
    window: timedelta


class Subscriptions(StorePart):
    """The subscriptions."""

    def token(self, subscription_id: str, purpose: Purpose) -> str:
        """The secret word of a subscription; the database has only its hash."""
        return self._cipher.subscription_token(purpose, subscription_id)

    def count_attempt(self, bounds: Sequence[Bound], now: datetime) -> bool:
        """Whether one more try stays within every bound; it is counted then, and only then."""
        table = subscription_attempts
        with self._database.write(Lock.SUBSCRIPTIONS) as connection:
            connection.execute(delete(table).where(table.c.at < now - ATTEMPTS_KEPT))
            for bound in bounds:
                is_counted = and_(table.c.who_index == self._who(bound.who), table.c.at > now - bound.window)
                if (connection.scalar(select(func.count()).where(is_counted)) or 0) >= bound.limit:
                    return False
            rows = [{"who_index": self._who(bound.who), "at": now} for bound in bounds]
            connection.execute(insert(table), rows)
        return True

    def sign_up(self, new: Subscription, mail: Mail, now: datetime) -> bool:
        """Keeps a pending subscription and queues its mail, together; False where its target has one already."""
        with self._database.write() as connection:
            if not insert_one(connection, subscriptions, _row(self._cipher, new)):
                return False
            tokens = [
                {"token_hash": hash_of_secret(self.token(new.id, p)), "subscription_id": new.id,
                 "purpose": p.value}
                for p in Purpose
            ]  # fmt: skip
            connection.execute(insert(subscription_tokens), tokens)
            queue_mails(connection, self._database, self._cipher, [mail], now)
        return True

    def get(self, subscription_id: str) -> Subscription | None:
        """By its id."""
        return self._subscription_where(subscriptions.c.id == subscription_id)

    def find(self, kind: SubscriptionKind, email: str, url: str = "") -> Subscription | None:
        """The one of an address, and of a webhook's url."""
        return self._subscription_where(subscriptions.c.target_index == _target(self._cipher, kind, email, url))

    def of_token(self, token: str, *purposes: Purpose) -> Subscription | None:
        """The subscription of a token; None for an unknown token, and for one of another purpose."""
        table = subscription_tokens
        is_it = and_(table.c.token_hash == hash_of_secret(token), table.c.purpose.in_([p.value for p in purposes]))
        return self._subscription_where(subscriptions.c.id.in_(select(table.c.subscription_id).where(is_it)))

    def of_address(self, email: str) -> tuple[Subscription, ...]:
        """All of an address, the oldest first."""
        statement = select(subscriptions).where(subscriptions.c.email_index == email_index(self._cipher, email))
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(subscriptions.c.created_at, subscriptions.c.id)).all()
        return tuple(open_subscription(self._cipher, row) for row in rows)

    def change(self, subscription_id: str, **changes: object) -> Subscription:
        """Sets some of its fields, those that do not say whose it is. Raises NotFound."""
        is_it = subscriptions.c.id == subscription_id
        with self._database.write() as connection:
            row = connection.execute(select(subscriptions).where(is_it)).one_or_none()
            if row is None:
                raise NotFound("subscription", subscription_id)
            before = open_subscription(self._cipher, row)
            changed = replace(before, **changes)  # type: ignore[arg-type]  # checked by the dataclass itself
            values = {k: v for k, v in _row(self._cipher, changed).items() if k not in {"id", "target_index"}}
            connection.execute(update(subscriptions).where(is_it).values(**values))
        return changed

    def forget(self, subscription_id: str, why: SuppressionReason | None, until: datetime) -> bool:
        """Deletes it with all that was kept or waits for it; False where it is gone already.

        why: leaves the address's keyed hash until then, and nothing else; None = leaves nothing.
        """
        is_it = subscriptions.c.id == subscription_id
        with self._database.write() as connection:
            index = connection.scalar(select(subscriptions.c.email_index).where(is_it))
            if index is None:
                return False
            _delete(connection, [subscription_id])
            if why is not None:
                put(connection, subscription_suppressions, {"email_index": index}, {"why": why.value, "until": until})
        return True

    def suppression(self, email: str, now: datetime) -> SuppressionReason | None:
        """Why sign-ups of the address are limited or refused at present; None = they are not."""
        table = subscription_suppressions
        is_it = and_(table.c.email_index == email_index(self._cipher, email), table.c.until > now)
        with self._database.read() as connection:
            why = connection.scalar(select(table.c.why).where(is_it))
        return None if why is None else SuppressionReason(why)

    def stop(self, subscription_id: str, stop: Stop, now: datetime) -> None:
        """Disables it, and drops what waits for it."""
        with self._database.write() as connection:
            if disable(connection, subscription_id, stop, now):
                _drop_waiting(connection, [subscription_id])

    def count_failure(self, subscription_id: str) -> int:
        """One more failure in a row; how many there are now, 0 where the subscription is gone."""
        table = subscriptions
        more = update(table).where(table.c.id == subscription_id).values(failures=table.c.failures + 1)
        with self._database.write() as connection:
            return connection.scalar(more.returning(table.c.failures)) or 0

    def clear_failures(self, subscription_ids: Sequence[str]) -> None:
        """Resets the failures after an accepted delivery."""
        table = subscriptions
        is_it = and_(table.c.id.in_(list(subscription_ids)), table.c.failures > 0)
        with self._database.read() as connection:
            if connection.scalar(select(table.c.id).where(is_it).limit(1)) is None:
                return
        with self._database.write() as connection:
            connection.execute(update(table).where(is_it).values(failures=0))

    def counts(self) -> Mapping[tuple[SubscriptionKind, SubscriptionStatus], int]:
        """How many there are."""
        table = subscriptions
        kinds = (table.c.kind, table.c.status)
        many = select(*kinds, func.count().label("many")).group_by(*kinds)
        with self._database.read() as connection:
            return {
                (SubscriptionKind(row.kind), SubscriptionStatus(row.standing)): row.many
                for row in connection.execute(many)
            }

    def tidy(self, now: datetime, confirm_within: timedelta, remember: timedelta) -> int:
        """Forgets what was never confirmed, what was disabled long ago, and traces that are old; how many went."""
        table = subscriptions
        unconfirmed = table.c.status.in_([SubscriptionStatus.PENDING.value, SubscriptionStatus.UNVERIFIED.value])
        is_over = or_(
            and_(unconfirmed, table.c.created_at < now - confirm_within),
            and_(table.c.status == SubscriptionStatus.DISABLED.value, table.c.stopped_at < now - remember),
        )
        with self._database.write() as connection:
            ids = connection.scalars(select(table.c.id).where(is_over).limit(1000)).all()
            _delete(connection, ids)
            suppressions, notified = subscription_suppressions, subscription_notified
            connection.execute(delete(suppressions).where(suppressions.c.until <= now))
            connection.execute(delete(notified).where(notified.c.at < now - NOTIFIED_KEPT))
            is_lost = and_(outbox.c.subscription_id.is_not(None), IS_GIVEN_UP)
            connection.execute(delete(outbox).where(is_lost, outbox.c.ended_at < now - GIVEN_UP_KEPT))
            calls = subscription_calls
            connection.execute(delete(calls).where(calls.c.ended_at < now - GIVEN_UP_KEPT))
        return len(ids)

    def _subscription_where(self, which: ColumnElement[bool]) -> Subscription | None:
        with self._database.read() as connection:
            row = connection.execute(select(subscriptions).where(which)).one_or_none()
        return None if row is None else open_subscription(self._cipher, row)

    def _who(self, who: str) -> str:
        return self._cipher.blind_index("subscribe:" + who.strip().casefold())


def disable(connection: Connection, subscription_id: str, stop: Stop, now: datetime) -> bool:
    """Switches it off; False where it is gone."""
    values = {"status": SubscriptionStatus.DISABLED.value, "stop": stop.value, "stopped_at": now}
    is_it = subscriptions.c.id == subscription_id
    return bool(connection.execute(update(subscriptions).where(is_it).values(**values)).rowcount)


def open_subscription(cipher: Cipher, row: Row[Any]) -> Subscription:
    """The subscription of a row."""
    private = from_json(Private, cipher.open(bytes(row.sealed), f"subscription:{row.id}"))
    return Subscription(
        id=row.id,
        kind=SubscriptionKind(row.kind),
        status=SubscriptionStatus(row.standing),
        email=private.email,
        url=private.url,
        language=row.language,
        choice=from_json(Choice, row.choice),
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        failures=row.failures,
        stop=Stop(row.stop) if row.stop else None,
        stopped_at=row.stopped_at,
        secret=private.secret,
    )


def _row(cipher: Cipher, one: Subscription) -> dict[str, object]:
    private = Private(email=one.email, url=one.url, secret=one.secret)
    return {
        "id": one.id,
        "kind": one.kind.value,
        "status": one.status.value,
        "target_index": _target(cipher, one.kind, one.email, one.url),
        "email_index": email_index(cipher, one.email),
        "language": one.language,
        "choice": to_json(one.choice),
        "created_at": one.created_at,
        "confirmed_at": one.confirmed_at,
        "failures": one.failures,
        "stop": one.stop.value if one.stop else None,
        "stopped_at": one.stopped_at,
        "sealed": cipher.seal(to_json(private), f"subscription:{one.id}"),
    }


def _target(cipher: Cipher, kind: SubscriptionKind, email: str, url: str) -> str:
    return cipher.blind_index(f"subscription:{kind}\0{email.strip().casefold()}\0{url}")


def _delete(connection: Connection, ids: Sequence[str]) -> None:
    _drop_waiting(connection, ids)
    for table in (subscription_notified, subscription_tokens):
        connection.execute(delete(table).where(table.c.subscription_id.in_(ids)))
    connection.execute(delete(subscriptions).where(subscriptions.c.id.in_(ids)))


def _drop_waiting(connection: Connection, ids: Sequence[str]) -> None:
    for table in (outbox, subscription_calls):
        connection.execute(delete(table).where(table.c.subscription_id.in_(ids)))
