"""Mails that came in: kept before the server marks them, worked off once, then forgotten but for their outcome."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select, update

from tickets.mail.message import MailboxPlace
from tocsin.storage.counting import insert_one, put
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.mail import inbound_mails, inbox_places

FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedMail:
    """A mail to keep. key: what tells it from any other. sender: its address in lower case; "" = none."""

    key: str
    sender: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMail:
    """A mail that waits to be worked off. attempts: failures so far. opened: decrypts it."""

    id: str
    at: datetime
    attempts: int
    opened: Callable[[], bytes]


class InboundMails(StorePart):
    """The mails of every mailbox that is read."""

    def place(self, mailbox: str) -> MailboxPlace | None:
        """How far the mailbox was read; None = it never was."""
        with self._database.read() as connection:
            row = connection.execute(select(inbox_places).where(inbox_places.c.mailbox == mailbox)).one_or_none()
        return MailboxPlace(validity=row.validity, uid=row.uid) if row else None

    def keep(self, mailbox: str, mails: Sequence[ArrivedMail], place: MailboxPlace | None, now: datetime) -> int:
        """Keeps mails and how far the mailbox was read, in one transaction; returns how many of the mails were new."""
        rows = [self._row(mail, now) for mail in mails]
        with self._database.write() as connection:
            new = sum(insert_one(connection, inbound_mails, row) for row in rows)
            if place is not None:
                put(connection, inbox_places, {"mailbox": mailbox}, {"validity": place.validity, "uid": place.uid})
            return new

    def due(self, now: datetime, limit: int) -> tuple[KeptMail, ...]:
        """Those to be worked off now, in the order in which they came."""
        is_due = inbound_mails.c.due_at <= now
        statement = select(inbound_mails).where(is_due).order_by(inbound_mails.c.due_at, inbound_mails.c.position)
        with self._database.read() as connection:
            rows = connection.execute(statement.limit(limit)).all()
        return tuple(
            KeptMail(
                id=row.id,
                at=row.at,
                attempts=row.attempts,
                opened=partial(self._cipher.open_bytes, bytes(row.sealed), f"inbound mail:{row.id}"),
            )
            for row in rows
        )

    def settle(self, mail_id: str, outcome: str, ticket_id: str | None, now: datetime) -> None:
        """It is worked off; its text is in its ticket, and no longer here."""
        values = {"due_at": None, "ended_at": now, "outcome": outcome, "ticket_id": ticket_id, "sealed": None}
        self._update(mail_id, values)

    def wait(self, mail_id: str, until: datetime) -> None:
        """It is not worked off before then; nothing failed."""
        self._update(mail_id, {"due_at": until})

    def failed(self, mail_id: str, error: str, until: datetime | None, now: datetime) -> None:
        """It could not be worked off. until: when it is tried again; None = it is given up, and kept as it came."""
        values: dict[str, Any] = {
            "attempts": inbound_mails.c.attempts + 1,
            "sealed_error": self._cipher.seal(error, f"inbound mail error:{mail_id}"),
            "due_at": until,
        }
        self._update(mail_id, values if until else values | {"ended_at": now, "outcome": FAILED})

    def times_of_sender(self, sender: str, outcomes: Sequence[str], since: datetime, limit: int) -> list[datetime]:
        """When the latest mails of an address were worked off to one of these outcomes, the latest first."""
        statement = select(inbound_mails.c.ended_at).where(
            inbound_mails.c.sender_index == self._sender_index(sender),
            inbound_mails.c.ended_at >= since,
            inbound_mails.c.outcome.in_(list(outcomes)),
        )
        with self._database.read() as connection:
            return list(connection.scalars(statement.order_by(inbound_mails.c.ended_at.desc()).limit(limit)))

    def count_of_ticket(self, ticket_id: str, outcome: str, since: datetime) -> int:
        """How many mails about a ticket had this outcome since then."""
        statement = select(func.count()).where(
            inbound_mails.c.ticket_id == ticket_id,
            inbound_mails.c.outcome == outcome,
            inbound_mails.c.ended_at >= since,
        )
        with self._database.read() as connection:
            return connection.scalar(statement) or 0

    def outcomes(self) -> dict[str, int]:
        """How many mails ended in each way; "" = those that wait."""
        outcome = func.coalesce(inbound_mails.c.outcome, "")
        with self._database.read() as connection:
            rows = connection.execute(select(outcome, func.count()).group_by(outcome)).all()
        return {row[0]: row[1] for row in rows}

    def _row(self, mail: ArrivedMail, now: datetime) -> dict[str, object]:
        mail_id = self._cipher.blind_index(f"inbound:{mail.key}")
        return {
            "id": mail_id,
            "at": now,
            "sender_index": self._sender_index(mail.sender),
            "due_at": now,
            "attempts": 0,
            "sealed": self._cipher.seal_bytes(mail.content, f"inbound mail:{mail_id}"),
        }

    def _sender_index(self, sender: str) -> str:
        return self._cipher.blind_index(f"inbound sender:{sender}")

    def _update(self, mail_id: str, values: dict[str, Any]) -> None:
        with self._database.write() as connection:
            connection.execute(update(inbound_mails).where(inbound_mails.c.id == mail_id).values(**values))
