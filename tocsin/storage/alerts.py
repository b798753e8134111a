"""Foreign alerts are accepted in one commit, and become signals in another, in which they leave the inbox."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from incidents.intake.alerts import Alert, AlertBatch, Followed
from incidents.intake.listing import listed
from incidents.signal import Signal
from tocsin.storage.counting import put_all
from tocsin.storage.database import Lock
from tocsin.storage.read_before import batched
from tocsin.storage.rows import StorePart
from tocsin.storage.signals import record_rows_on, statement_rows
from tocsin.storage.tables.columns import microseconds
from tocsin.storage.tables.incidents import alert_inbox, alerts, failed_alerts, signals
from tocsin.storage.values import decoded, from_json

ENDED_KEPT = timedelta(hours=1)
"""An end is said again for a quarter of an hour; after this time its alert is a new one."""
WORKED_OFF = 1000
"""Alerts that one transaction makes signals of, at least one request's."""

LISTED_AT_ONCE = 500
"""Alerts of a list that are read at a time: more no longer fit a processor's cache, and take twice as long."""

_WAITING = select(func.coalesce(func.sum(alert_inbox.c.alerts), 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a run of alerts changes: how each identity stands after it, and the signals that say so, in order.

    failed: alerts that no signal could be made of; they are kept aside, so that they hold up no other.
    """

    followed: Mapping[str, Followed]
    signals: tuple[Signal, ...]
    failed: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedOff:
    """How many alerts left the inbox in one transaction, and since when the oldest of them had waited."""

    alerts: int
    oldest_at: datetime


ListedAlert = tuple[int, int | None, str, bytes]
"""When it was last said, until when that holds (None = it lasts), in microseconds; its component; what `listed` says.

A bare tuple, since a list may have 50,000 of them.
"""

Follow = Callable[[Sequence[tuple[str, Alert]], Mapping[str, Followed]], Changes]
"""(identity, alert) in the order in which they came, and what was known by identity -> what they change."""

_Rows = list[dict[str, object]]


class Alerts(StorePart):
    """What other systems say of their alerts."""

    def accept(self, said: Sequence[Alert], now: datetime, at_most: int) -> int:
        """Keeps them, committed, until `work_off` makes signals of them; how many wait now.

        at_most: where more wait already, nothing is kept.
        """
        row = {**_inbox_row(said, now), "alerts": len(said)}
        with self._database.write() as connection:
            waiting = int(connection.execute(_WAITING).scalar_one())
            if waiting <= at_most:
                connection.execute(insert(alert_inbox), row)
        return waiting + len(said)

    def failed(self) -> int:
        """How many are kept aside, because no signal could be made of them."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(failed_alerts)) or 0

    def try_again(self) -> int:
        """Puts what was kept aside back into the inbox, as a release may make signals of it now; how many."""
        with self._database.write(Lock.SIGNALS) as connection:
            kept = connection.execute(select(failed_alerts).order_by(failed_alerts.c.id)).all()
            for row in kept:
                again = {"received_at": row.received_at, "alerts": 1, "value": row.value}
                connection.execute(insert(alert_inbox), again)
            connection.execute(delete(failed_alerts).where(failed_alerts.c.id.in_([row.id for row in kept])))
        return len(kept)

    def waiting(self) -> int:
        """How many wait in the inbox."""
        with self._database.read() as connection:
            return int(connection.execute(_WAITING).scalar_one())

    def work_off(
        self, identity_of: Callable[[Alert], str], follow: Follow, now: datetime, hold: Callable[[], bool]
    ) -> WorkedOff | None:
        """Makes signals of the oldest in the inbox, in one transaction; None where it is empty.

        hold: asked before the commit, as `Incidents.decide` does; where it says no, nothing is written. All that takes
        long is done before the transaction that writes, since on SQLite senders wait for that one; where another
        process worked them off meanwhile, nothing is written either.
        """
        with self._database.read() as connection:
            taken = _oldest(connection)
            said = [alert for row in taken for alert in decoded(AlertBatch, orjson.loads(row.value)).alerts]
            identified = [(identity_of(alert), alert) for alert in said]
            known = _known(connection, sorted({identity for identity, _ in identified}))
        if not said:
            return None
        rows = _rows_of(follow(identified, known), now)
        with self._database.write(Lock.SIGNALS) as connection:
            own = alert_inbox.c.id.in_([row.id for row in taken])
            there = connection.scalar(select(func.count()).select_from(alert_inbox).where(own))
            if there != len(taken) or not hold():
                return None
            _write(connection, rows)
            connection.execute(delete(alert_inbox).where(own))
        return WorkedOff(alerts=len(said), oldest_at=taken[0].received_at)

    def expire(
        self, decide: Callable[[Followed], Followed | None], now: datetime, hold: Callable[[], bool]
    ) -> tuple[Signal, ...]:
        """Ends those whose lease ran out, as `decide` says, and forgets what ended long ago; the signals that ended."""
        with self._database.read() as connection:
            due = connection.execute(_known_rows().where(alerts.c.lease_until <= now)).all()
            is_old = connection.scalar(select(func.min(alerts.c.ended_at)))
        if not due and (is_old is None or is_old >= now - ENDED_KEPT):
            return ()
        with self._database.write(Lock.SIGNALS) as connection:
            due = connection.execute(_known_rows().where(alerts.c.lease_until <= now)).all()
            ended = {row.identity: end for row in due if (end := decide(_followed(row)))}
            if not hold():
                return ()
            changes = Changes(followed=ended, signals=tuple(one.signal for one in ended.values()))
            _write(connection, _rows_of(changes, now))
            connection.execute(delete(alerts).where(alerts.c.ended_at < now - ENDED_KEPT))
            return tuple(one.signal for one in ended.values())

    def lasting(self) -> Mapping[str, Followed]:
        """The alerts that fire now, by identity."""
        with self._database.read() as connection:
            return _lasting(connection)

    def listed(self) -> Iterator[Sequence[ListedAlert]]:
        """The alerts that fire now, some at a time, in no order; the transaction lasts until all are taken."""
        columns: tuple[ColumnElement[Any], ...]
        columns = (type_coerce(alerts.c.heard_at, BigInteger), type_coerce(alerts.c.lease_until, BigInteger))
        columns += alerts.c.component, type_coerce(alerts.c.listed, Text)  # bytes as they are, without a copy of each
        is_complete = True
        with self._database.read() as connection:
            rows = connection.execute(select(*columns).where(alerts.c.ended_at.is_(None)))
            for some in rows.partitions(LISTED_AT_ONCE):
                ready = [one for one in some if one[3] is not None]
                is_complete = is_complete and len(ready) == len(some)
                yield cast(Sequence[ListedAlert], ready)
            if not is_complete:
                yield [_listed(name, one) for name, one in _lasting(connection, alerts.c.listed.is_(None)).items()]


def _listed(identity: str, one: Followed) -> ListedAlert:
    until = None if one.lease_until is None else microseconds(one.lease_until)
    return microseconds(one.heard_at), until, one.signal.component, listed(identity, one.signal)


def _inbox_row(said: Sequence[Alert], now: datetime) -> dict[str, object]:
    # orjson writes what `from_json` reads, in a thirtieth of the time that the sender would wait for `to_json`.
    return {"received_at": now, "value": orjson.dumps(AlertBatch(alerts=tuple(said))).decode()}


def _oldest(connection: Connection) -> list[Row[Any, Any, Any]]:
    """Whole requests, in the order of their arrival, until there are enough alerts."""
    counts = connection.execute(
        select(alert_inbox.c.id, alert_inbox.c.alerts).order_by(alert_inbox.c.id).limit(WORKED_OFF)
    )
    last, total = None, 0
    for row in counts:
        if last is not None and total + row.alerts > WORKED_OFF:
            break
        last, total = row.id, total + row.alerts
    if last is None:
        return []
    columns = (alert_inbox.c.id, alert_inbox.c.alerts, alert_inbox.c.received_at, alert_inbox.c.value)
    statement = select(*columns).where(alert_inbox.c.id <= last).order_by(alert_inbox.c.id)
    return list(connection.execute(statement))


def _known_rows() -> Select[Any, Any, Any, Any]:
    columns = (alerts.c.identity, alerts.c.heard_at, alerts.c.lease_until, signals.c.value)
    return select(*columns).join_from(alerts, signals, signals.c.key == alerts.c.signal_key)


def _lasting(connection: Connection, *which: ColumnElement[bool]) -> dict[str, Followed]:
    rows = connection.execute(_known_rows().where(alerts.c.ended_at.is_(None), *which).order_by(alerts.c.identity))
    return {row.identity: _followed(row) for row in rows}


def _known(connection: Connection, identities: Sequence[str]) -> dict[str, Followed]:
    known: dict[str, Followed] = {}
    for chunk in batched(identities, 1000):
        rows = connection.execute(_known_rows().where(alerts.c.identity.in_(chunk)))
        known |= {row.identity: _followed(row) for row in rows}
    return known


def _followed(row: Row[Any, Any, Any, Any]) -> Followed:
    return Followed(signal=from_json(Signal, row.value), heard_at=row.heard_at, lease_until=row.lease_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChangedRows:
    """What changes as rows. news: of alerts whose signal says something new; again: of the others."""

    signals: _Rows
    news: _Rows
    again: _Rows
    failed: _Rows


def _rows_of(changes: Changes, now: datetime) -> _ChangedRows:
    said = {one.key for one in changes.signals}
    followed = changes.followed.items()
    return _ChangedRows(
        signals=statement_rows(changes.signals, now),
        news=[_row(identity, one) for identity, one in followed if one.signal.key in said],
        again=[_said_again(identity, one) for identity, one in followed if one.signal.key not in said],
        failed=[_inbox_row((one,), now) for one in changes.failed],
    )


def _write(connection: Connection, rows: _ChangedRows) -> None:
    for chunk in batched(rows.signals, 1000):
        record_rows_on(connection, chunk)
    put_all(connection, alerts, ("identity",), rows.news)
    if rows.again:
        connection.execute(_SAID_AGAIN, rows.again)
    if rows.failed:
        connection.execute(insert(failed_alerts), rows.failed)


def _said_again(identity: str, one: Followed) -> dict[str, object]:
    return {"identity_": identity, "heard_at": one.heard_at, "lease_until": one.lease_until}


_SAID_AGAIN = (
    update(alerts)
    .where(alerts.c.identity == bindparam("identity_"))
    .values(heard_at=bindparam("heard_at"), lease_until=bindparam("lease_until"))
)


def _row(identity: str, one: Followed) -> dict[str, object]:
    return {
        "identity": identity,
        "signal_key": one.signal.key,
        "heard_at": one.heard_at,
        "lease_until": one.lease_until,
        "ended_at": one.signal.ended_at,
        "component": one.signal.component,
        "listed": listed(identity, one.signal),
    }
