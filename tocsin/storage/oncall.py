"""Stored escalations, whom they reached, and overrides of schedules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from incidents.oncall.escalation import Escalation
from incidents.oncall.notice import FOLLOW_UP, Notice, OncallMessage
from incidents.oncall.policy import ContactChannel
from incidents.oncall.schedule import Override
from incidents.oncall.storm import SentBefore
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.counting import insert_new, insert_one, put_all
from tocsin.storage.errors import NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.response import escalations, oncall_messages, oncall_notices, oncall_overrides
from tocsin.storage.values import from_json, to_json

NONE_NEEDED = ""
"""In place of a message's id: nobody needs to hear of it any more, or it reached nobody."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """A step that reached somebody, and one way by which that was said.

    channel None = it waits for a digest, or needs none any more. sent_at None = not accepted. given_up: why.
    """

    notice: Notice
    channel: ContactChannel | None = None
    sent_at: datetime | None = None
    attempts: int = 0
    given_up: str = ""
    is_digest: bool = False
    is_waiting: bool = False


class StoredOncall(StorePart):
    """One escalation an incident; notices and messages are added and never deleted."""

    def running(self) -> dict[str, Escalation]:
        """All that have not ended, by their incident's id."""
        statement = select(escalations.c.value).where(escalations.c.is_running)
        with self._database.read() as connection:
            values = connection.scalars(statement).all()
        return {one.incident_id: one for one in (from_json(Escalation, value) for value in values)}

    def escalation(self, incident_id: str) -> Escalation | None:
        """An incident's, ended or not; None = it never had one."""
        statement = select(escalations.c.value).where(escalations.c.incident_id == incident_id)
        with self._database.read() as connection:
            value = connection.scalar(statement)
        return None if value is None else from_json(Escalation, value)

    def save(self, changed: Sequence[Escalation], notices: Iterable[Notice] = ()) -> None:
        """Writes escalations and whom their steps reached, in one transaction; a notice that is there already stays.

        What waits to be said of those that ended needs no saying any more, and a webhook gets the end of each message
        that it got of them.
        """
        with self._database.write() as connection:
            rows = [
                {
                    "incident_id": one.incident_id,
                    "is_running": one.ended_at is None,
                    "next_at": one.next_at,
                    "value": to_json(one),
                }
                for one in changed
            ]
            put_all(connection, escalations, ("incident_id",), rows)
            for notice in notices:
                connection.execute(insert_new(connection, oncall_notices), _notice_row(notice))
            ended = [one.incident_id for one in changed if one.ended_at is not None]
            for start in range(0, len(ended), _AT_ONCE):
                some = oncall_notices.c.incident_id.in_(ended[start : start + _AT_ONCE])
                waits = update(oncall_notices).where(some, oncall_notices.c.message_id.is_(None))
                connection.execute(waits.values(message_id=NONE_NEEDED))
            for one in changed:
                if one.ended_at is not None:
                    _follow_up(connection, one.incident_id, one.ended_at)

    def due(self, now: datetime, limit: int = 500) -> tuple[Escalation, ...]:
        """Those whose next step is due, the longest due first."""
        statement = select(escalations.c.value).where(escalations.c.next_at <= now)
        statement = statement.order_by(escalations.c.next_at, escalations.c.incident_id).limit(limit)
        with self._database.read() as connection:
            values = connection.scalars(statement).all()
        return tuple(from_json(Escalation, value) for value in values)

    def waiting(self) -> Mapping[str, tuple[Notice, ...]]:
        """What no message says yet, by person, oldest first."""
        statement = select(oncall_notices.c.value).where(oncall_notices.c.message_id.is_(None))
        with self._database.read() as connection:
            values = connection.scalars(statement.order_by(oncall_notices.c.at, oncall_notices.c.id)).all()
        found: dict[str, list[Notice]] = {}
        for value in values:
            notice = from_json(Notice, value)
            found.setdefault(notice.person, []).append(notice)
        return {person: tuple(notices) for person, notices in found.items()}

    def sent_before(self, person: str, since: datetime) -> SentBefore:
        """What a person was sent since then."""
        table = oncall_messages
        recent = select(table.c.message_id, table.c.is_digest, func.min(table.c.at).label("at"))
        counted = and_(table.c.person == person, table.c.at > since, ~table.c.message_id.endswith(FOLLOW_UP))
        recent = recent.where(counted).group_by(table.c.message_id, table.c.is_digest)
        with self._database.read() as connection:
            rows = connection.execute(recent).all()
        digests = [row.at for row in rows if row.is_digest]
        return SentBefore(
            singles=tuple(sorted(row.at for row in rows if not row.is_digest)), digest_at=max(digests, default=None)
        )

    def send(self, messages: Sequence[tuple[OncallMessage, Sequence[ContactChannel]]], now: datetime) -> None:
        """Queues messages, each by these channels; their notices are said by them from now on."""
        with self._database.write() as connection:
            for message, channels in messages:
                for start in range(0, len(message.notices), _AT_ONCE):
                    some = oncall_notices.c.id.in_(message.notices[start : start + _AT_ONCE])
                    said = message.id if channels else NONE_NEEDED
                    connection.execute(update(oncall_notices).where(some).values(message_id=said))
                for channel in channels:
                    _queue(connection, message, channel, now)

    def message(self, message_id: str) -> OncallMessage | None:
        """A message that was queued, whatever became of it."""
        statement = select(oncall_messages.c.value).where(oncall_messages.c.message_id == message_id).limit(1)
        with self._database.read() as connection:
            value = connection.scalar(statement)
        return None if value is None else from_json(OncallMessage, value)

    def notified(self, incident_id: str) -> tuple[Notified, ...]:
        """Whom the steps of an incident's escalations reached and by what, oldest first."""
        notices, messages = oncall_notices, oncall_messages
        joined = notices.outerjoin(messages, messages.c.message_id == notices.c.message_id)
        columns = (messages.c.channel, messages.c.sent_at, messages.c.attempts, messages.c.why, messages.c.is_digest)
        statement = select(notices.c.value, notices.c.message_id, *columns).select_from(joined)
        statement = statement.where(notices.c.incident_id == incident_id)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(notices.c.id, messages.c.channel)).all()
        found = (
            Notified(
                notice=from_json(Notice, row.value),
                channel=ContactChannel(row.channel) if row.channel else None,
                sent_at=row.sent_at,
                attempts=row.attempts or 0,
                given_up=row.why or "",
                is_digest=bool(row.is_digest),
                is_waiting=row.message_id is None,
            )
            for row in rows
        )
        return tuple(sorted(found, key=lambda one: (one.notice.at, one.notice.number)))

    def add_override(self, override: Override, now: datetime, audit: AuditEntry) -> None:
        """Adds one, once; the same id again changes nothing."""
        row = {"id": override.id, "ends_at": override.ends_at, "removed_at": None, "value": to_json(override)}
        with self._database.write() as connection:
            if insert_one(connection, oncall_overrides, row):
                append_audit(connection, self._database, self._cipher, [audit], now)

    def remove_override(self, override_id: str, now: datetime, audit: AuditEntry, *, again: bool = False) -> None:
        """Undoes one, or with `again` undoes that. Raises NotFound."""
        table = oncall_overrides
        is_it = and_(
            table.c.id == override_id, table.c.removed_at.is_not(None) if again else table.c.removed_at.is_(None)
        )
        with self._database.write() as connection:
            if not connection.execute(update(table).where(is_it).values(removed_at=None if again else now)).rowcount:
                raise NotFound("override", override_id[:60])
            append_audit(connection, self._database, self._cipher, [audit], now)

    def overrides(self, since: datetime) -> tuple[Override, ...]:
        """Those in force that end after `since`."""
        table = oncall_overrides
        return self._overrides(and_(table.c.ends_at > since, table.c.removed_at.is_(None)))

    def removed_overrides(self, since: datetime) -> tuple[Override, ...]:
        """Those that were undone and would end after `since`."""
        table = oncall_overrides
        return self._overrides(and_(table.c.ends_at > since, table.c.removed_at.is_not(None)))

    def _overrides(self, which: ColumnElement[bool]) -> tuple[Override, ...]:
        statement = select(oncall_overrides.c.value).where(which)
        with self._database.read() as connection:
            values = connection.scalars(statement.order_by(oncall_overrides.c.ends_at, oncall_overrides.c.id)).all()
        return tuple(from_json(Override, value) for value in values)


def _notice_row(notice: Notice) -> dict[str, object]:
    return {
        "id": notice.id,
        "incident_id": notice.incident_id,
        "person": notice.person,
        "at": notice.at,
        "message_id": None if notice.person else NONE_NEEDED,
        "value": to_json(notice),
    }


def _queue(connection: Connection, message: OncallMessage, channel: ContactChannel, now: datetime) -> None:
    row = {
        "message_id": message.id,
        "channel": channel.value,
        "person": message.person,
        "at": message.at,
        "is_digest": message.is_digest,
        "due_at": now,
        "claimed": False,
        "attempts": 0,
        "value": to_json(message),
    }
    connection.execute(insert_new(connection, oncall_messages), row)


def _follow_up(connection: Connection, incident_id: str, now: datetime) -> None:
    """Queues an end for each webhook's message about the incident, once none of the message's incidents waits."""
    notices, messages = oncall_notices, oncall_messages
    said = select(messages.c.value).join(notices, notices.c.message_id == messages.c.message_id)
    is_it = and_(messages.c.channel == ContactChannel.WEBHOOK.value, messages.c.why.is_(None))
    for value in connection.scalars(said.where(notices.c.incident_id == incident_id, is_it).distinct()).all():
        message = from_json(OncallMessage, value)
        waits = and_(escalations.c.incident_id.in_(message.incidents), escalations.c.is_running)
        if connection.scalar(select(escalations.c.incident_id).where(waits).limit(1)) is None:
            _queue(connection, message.follow_up(now), ContactChannel.WEBHOOK, now)
