"""Action items: what is to be done after incidents, and which of their tickets are to be written where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, update

from incidents.action_item import ActionItem
from incidents.delivery import Failure
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.counting import insert_one
from tocsin.storage.errors import NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.response import action_items
from tocsin.storage.undelivered import Backlog, DeadLetter
from tocsin.storage.values import from_json, to_json

Change = Callable[[ActionItem], ActionItem]
_QUIET: dict[str, Any] = {"due_at": None, "waits_since": None, "attempts": 0, "ended_at": None, "why": "", "error": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingItem:
    """An action item whose ticket is to be written. attempts: failures in a row so far."""

    item: ActionItem
    attempts: int

    @property
    def key(self) -> str:
        """The item's: its ticket is brought to where the item is, however often that changed."""
        return self.item.id


class ActionItems(StorePart):
    """Added once a key, never deleted."""

    def add(self, item: ActionItem, now: datetime, audit: AuditEntry) -> ActionItem:
        """Keeps it and its audit entry; the one of the same id that was kept before, as it is now, if there is one."""
        with self._database.write() as connection:
            row = {"id": item.id, "incident_id": item.incident_id, "at": item.at, **_content(item), **_QUIET}
            if item.waits_for_tracker:
                row |= {"due_at": now, "waits_since": now}
            if not insert_one(connection, action_items, row):
                return _item(_locked(connection, item.id))
            append_audit(connection, self._database, self._cipher, [audit], now)
            return item

    def get(self, item_id: str) -> ActionItem:
        """Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(select(action_items).where(action_items.c.id == item_id)).one_or_none()
        if row is None:
            raise NotFound("action item", item_id[:60])
        return _item(row)

    def of_incident(self, incident_id: str) -> tuple[ActionItem, ...]:
        """An incident's, the earliest first."""
        return self._items(action_items.c.incident_id == incident_id, action_items.c.at, 500)

    def open(self, limit: int = 1000) -> tuple[ActionItem, ...]:
        """Those that are still to be done, the earliest first."""
        return self._items(action_items.c.is_open.is_(True), action_items.c.at, limit)

    def over(self, limit: int = 100) -> tuple[ActionItem, ...]:
        """Those that are done or dropped, the latest first."""
        return self._items(action_items.c.is_open.is_(False), action_items.c.state_at.desc(), limit)

    def count_open(self) -> int:
        """How many are still to be done."""
        with self._database.read() as connection:
            counted = select(func.count()).select_from(action_items).where(action_items.c.is_open.is_(True))
            return connection.scalar(counted) or 0

    def known(self, tracker: str, ticket_ids: Sequence[str]) -> tuple[ActionItem, ...]:
        """Those of the tracker's tickets that are an action item's."""
        which = and_(action_items.c.tracker == tracker, action_items.c.ticket_id.in_(ticket_ids))
        return self._items(which, action_items.c.at, len(ticket_ids))

    def change(self, item_id: str, fn: Change, now: datetime, audit: AuditEntry | None = None) -> ActionItem:
        """Writes what `fn` makes of it; a ticket that then differs is due at once. Raises NotFound."""
        with self._database.write() as connection:
            row = _locked(connection, item_id)
            after = fn(_item(row))
            values: dict[str, Any] = _content(after)
            if not after.waits_for_tracker:
                values |= _QUIET
            elif row.due_at is None or row.ended_at is not None:
                values |= {**_QUIET, "due_at": now, "waits_since": now}
            connection.execute(update(action_items).where(action_items.c.id == item_id).values(**values))
            append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)
            return after

    def due(self, tracker: str, now: datetime, limit: int) -> tuple[WaitingItem, ...]:
        """Those whose ticket is to be written now, the longest due first."""
        which = and_(_alive(tracker), action_items.c.due_at <= now)
        statement = select(action_items).where(which).order_by(action_items.c.due_at, action_items.c.id).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(WaitingItem(item=_item(row), attempts=row.attempts) for row in rows)

    def failed(self, item_id: str, failure: Failure, now: datetime) -> None:
        """Its ticket was not written; tried again at the failure's time, or given up."""
        values: dict[str, Any] = {"attempts": action_items.c.attempts + 1, "why": failure.why, "error": failure.error}
        values |= {"due_at": failure.next_at or now, "ended_at": None if failure.next_at else now}
        with self._database.write() as connection:
            connection.execute(update(action_items).where(action_items.c.id == item_id).values(**values))

    def backlog(self, tracker: str) -> Backlog:
        """How many tickets wait to be written, fail, and were given up."""
        waits, attempts = and_(_alive(tracker), action_items.c.due_at.is_not(None)), action_items.c.attempts
        with self._database.read() as connection:
            oldest = func.min(action_items.c.waits_since)
            waiting, since = connection.execute(select(func.count(), oldest).where(waits)).one()
            failing = connection.scalar(select(func.count()).select_from(action_items).where(waits, attempts > 0))
            dead = connection.scalar(select(func.count()).select_from(action_items).where(_dead(tracker)))
        return Backlog(waiting=waiting, failing=failing or 0, given_up=dead or 0, oldest_at=since)

    def given_up(self, tracker: str, limit: int) -> tuple[DeadLetter, ...]:
        """Those whose ticket is written no more, the latest first."""
        statement = select(action_items).where(_dead(tracker)).order_by(action_items.c.ended_at.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(
            DeadLetter(
                id=row.id,
                what=f"action item of {_item(row).reference}",
                attempts=row.attempts,
                why=row.why,
                error=row.error,
                at=row.ended_at,
            )
            for row in rows
        )

    def again(self, tracker: str, item_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes a ticket that was given up due again, as if it had never failed. Raises NotFound."""
        is_dead = and_(_dead(tracker), action_items.c.id == item_id)
        with self._database.write() as connection:
            values = {**_QUIET, "due_at": now, "waits_since": now}
            if not connection.execute(update(action_items).where(is_dead).values(**values)).rowcount:
                raise NotFound("action item whose ticket was given up", item_id[:60])
            append_audit(connection, self._database, self._cipher, [audit], now)

    def _items(self, which: ColumnElement[bool], order: ColumnElement[Any], limit: int) -> tuple[ActionItem, ...]:
        statement = select(action_items.c.value).where(which).order_by(order, action_items.c.id).limit(limit)
        with self._database.read() as connection:
            return tuple(_item(row) for row in connection.execute(statement))


def _locked(connection: Connection, item_id: str) -> Row[Any]:
    row = connection.execute(select(action_items).where(action_items.c.id == item_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("action item", item_id[:60])
    return row


def _content(item: ActionItem) -> dict[str, Any]:
    return {
        "state_at": item.state_at,
        "is_open": item.is_open,
        "tracker": item.tracker,
        "ticket_id": item.ticket_id,
        "value": to_json(item),
    }


def _item(row: Row[Any]) -> ActionItem:
    return from_json(ActionItem, row.value)


def _alive(tracker: str) -> ColumnElement[bool]:
    return and_(action_items.c.tracker == tracker, action_items.c.ended_at.is_(None))


def _dead(tracker: str) -> ColumnElement[bool]:
    return and_(action_items.c.tracker == tracker, action_items.c.ended_at.is_not(None))
