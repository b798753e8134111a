"""The outbox: mail is written with the change that it reports, in one transaction, and sent at least once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, literal_column, or_, select, update

from incidents.delivery import Failure
from tickets.address import masked
from tickets.mail.message import Mail
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.cipher import Cipher
from tocsin.storage.counting import count_on, insert_new
from tocsin.storage.database import Database, Lock
from tocsin.storage.errors import NotFound, StorageError
from tocsin.storage.read_before import batched
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.installation import counters
from tocsin.storage.tables.mail import outbox
from tocsin.storage.undelivered import Backlog, DeadLetter
from tocsin.storage.values import from_json, to_json

BOUNCED = "came back"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMail:
    """A mail that was claimed for sending. attempts: failures before this try, 0 or more. key: names it in the queue.

    opened: decrypts it; called when the mail is made, so that one that can't be read costs itself alone.
    """

    id: int
    key: str
    attempts: int
    subscription_id: str | None
    opened: Callable[[], Mail]

    @property
    def mail(self) -> Mail:
        """The mail itself."""
        return self.opened()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCounts:
    """How the queue stands.

    waiting: not sent yet; failing: of these, those that failed at least once; given_up: never will be sent.
    """

    waiting: int
    failing: int
    sent: int
    given_up: int
    oldest_waiting_at: datetime | None


class MailState(StrEnum):
    """The status of a mail."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


# Written out, since a partial index serves no parameter.
IS_WAITING = outbox.c.state == literal_column(f"'{MailState.WAITING}'")
IS_SENT = outbox.c.state == literal_column(f"'{MailState.SENT}'")
IS_GIVEN_UP = outbox.c.state == literal_column(f"'{MailState.GIVEN_UP}'")
SENT_EVER = "mail sent"
"""The counter of what was sent, which outlives the mails themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMail:
    """A mail about a ticket, as its thread shows it. at: when it was written; state: what became of it."""

    id: int
    at: datetime
    state: MailState
    mail: Mail


class Outbox(StorePart):
    """The queue of mail."""

    def enqueue(self, mails: Sequence[Mail], now: datetime) -> int:
        """Queues them in one transaction; keys that exist are no-ops. How many were new."""
        with self._database.write() as connection:
            return queue_mails(connection, self._database, self._cipher, mails, now)

    def due(
        self, now: datetime, limit: int = 100, lease: timedelta = timedelta(minutes=5), *, bulk: bool = False
    ) -> tuple[OutboxMail, ...]:
        """Claims mails whose time has come, oldest first; those to single people, or with `bulk` those to very many.

        No other call offers a claimed one within `lease`; one that is neither sent nor failed by then is offered again.
        """
        is_free = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= now)
        is_due = and_(_queue(bulk), IS_WAITING, outbox.c.due_at <= now, is_free)
        due = select(outbox).where(is_due)
        due = due.order_by(outbox.c.due_at, outbox.c.id).limit(limit).with_for_update(skip_locked=True)
        with self._database.read() as connection:
            if connection.scalar(select(outbox.c.id).where(is_due).limit(1)) is None:
                return ()
        with self._database.write() as connection:
            rows = connection.execute(due).all()
            claimed = outbox.c.id.in_([row.id for row in rows])
            connection.execute(update(outbox).where(claimed).values(claimed_until=now + lease))
        return tuple(
            OutboxMail(
                id=row.id,
                key=row.key_index,
                attempts=row.attempts,
                subscription_id=row.subscription_id,
                opened=partial(open_mail, self._cipher, row.key_index, row.sealed),
            )
            for row in rows
        )

    def free_claims(self, *, bulk: bool = False) -> int:
        """Releases the claims of a process that died; returns how many those were."""
        is_claimed = and_(_queue(bulk), IS_WAITING, outbox.c.claimed_until.is_not(None))
        with self._database.write() as connection:
            return connection.execute(update(outbox).where(is_claimed).values(claimed_until=None)).rowcount

    def sent(self, ids: Sequence[int], now: datetime) -> None:
        """The server accepted them. A subscription's mail is forgotten: of who leaves nothing may be kept."""
        with self._database.write() as connection:
            for chunk in batched(list(ids), 1000):
                is_subscribers = outbox.c.subscription_id.is_not(None)
                connection.execute(delete(outbox).where(outbox.c.id.in_(chunk), is_subscribers))
                sent = update(outbox).where(outbox.c.id.in_(chunk), outbox.c.state != MailState.SENT)
                done = connection.execute(sent.values(state=MailState.SENT, ended_at=now, sealed_error=None))
                count_on(connection, SENT_EVER, by=done.rowcount)

    def failed(self, mail_id: int, failure: Failure, now: datetime) -> None:
        """The server did not take it, or was not reached."""
        sealed = self._cipher.seal(failure.error, f"mail error:{mail_id}")
        attempts = outbox.c.attempts + int(failure.is_tried)
        values: dict[str, object] = {"attempts": attempts, "sealed_error": sealed, "claimed_until": None}
        if failure.next_at is None:
            values |= {"state": MailState.GIVEN_UP, "ended_at": now, "why": failure.why}
        else:
            values["due_at"] = failure.next_at
        is_it = and_(outbox.c.id == mail_id, IS_WAITING)
        with self._database.write() as connection:
            connection.execute(update(outbox).where(is_it).values(**values))

    def came_back(self, mail_id: int, why: str, now: datetime) -> None:
        """A mail that a server had accepted was not delivered; it is among those that were given up."""
        sealed = self._cipher.seal(why, f"mail error:{mail_id}")
        values = {"state": MailState.GIVEN_UP, "ended_at": now, "why": BOUNCED, "sealed_error": sealed}
        is_it = and_(outbox.c.id == mail_id, outbox.c.state == MailState.SENT)
        with self._database.write() as connection:
            connection.execute(update(outbox).where(is_it).values(**values))

    def counts(self) -> MailCounts:
        """How the queue stands."""
        with self._database.read() as connection:
            waiting = connection.execute(_FIGURES.where(IS_WAITING)).one()
            given_up = connection.scalar(select(func.count()).where(IS_GIVEN_UP))
            sent = connection.scalar(select(counters.c.value).where(counters.c.name == SENT_EVER))
        return MailCounts(
            waiting=waiting.many,
            failing=waiting.failing or 0,
            sent=sent or 0,
            given_up=given_up or 0,
            oldest_waiting_at=waiting.oldest_at,
        )

    def of_ticket(self, ticket_id: str) -> tuple[Mail, ...]:
        """Every mail that was queued for a ticket, oldest first."""
        statement = select(outbox.c.key_index, outbox.c.sealed).where(outbox.c.ticket_id == ticket_id)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(outbox.c.id)).all()
        return tuple(open_mail(self._cipher, row.key_index, row.sealed) for row in rows)

    def informed_about(self, incident_id: str, ticket_ids: Sequence[str], since: datetime) -> frozenset[str]:
        """The ids of these tickets whose customer was mailed about the incident since then."""
        found: set[str] = set()
        about = (outbox.c.incident_id == incident_id, outbox.c.created_at >= since)
        with self._database.read() as connection:
            for some in batched(ticket_ids, 500):
                statement = select(outbox.c.ticket_id).where(outbox.c.ticket_id.in_(some), *about)
                found.update(connection.scalars(statement))
        return frozenset(found)

    def written_to(self, ticket_id: str) -> tuple[TicketMail, ...]:
        """Every mail that was queued for a ticket with what became of it, oldest first."""
        statement = select(outbox).where(outbox.c.ticket_id == ticket_id).order_by(outbox.c.id)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(
            TicketMail(
                id=row.id,
                at=row.created_at,
                state=MailState(row.state),
                mail=open_mail(self._cipher, row.key_index, row.sealed),
            )
            for row in rows
        )

    def backlog(self, *, bulk: bool = False) -> Backlog:
        """How the queue of mails to single people stands, or with `bulk` that of those to very many."""
        with self._database.read() as connection:
            waiting = connection.execute(_FIGURES.where(_queue(bulk), IS_WAITING)).one()
            given_up = connection.scalar(select(func.count()).where(_queue(bulk), IS_GIVEN_UP))
        return Backlog(
            waiting=waiting.many,
            failing=waiting.failing or 0,
            given_up=given_up or 0,
            oldest_at=waiting.oldest_at,
        )

    def given_up(self, limit: int = 50, *, bulk: bool = False) -> tuple[DeadLetter, ...]:
        """Mails that will not be tried again, the latest first, each with its last error; no address in full."""
        is_dead = and_(IS_GIVEN_UP, _queue(bulk))
        statement = select(outbox).where(is_dead).order_by(outbox.c.ended_at.desc(), outbox.c.id.desc())
        with self._database.read() as connection:
            rows = connection.execute(statement.limit(limit)).all()
        return tuple(self._letter(row) for row in rows)

    def _letter(self, row: Row[Any]) -> DeadLetter:
        error = self._cipher.open(bytes(row.sealed_error), f"mail error:{row.id}")
        try:
            to = open_mail(self._cipher, row.key_index, row.sealed).to
        except (StorageError, ValueError, TypeError):  # it is here because it can't be read
            what = "a mail that cannot be read"
        else:
            what, error = f"mail to {masked(to)}", error.replace(to, masked(to)) if to else error
        return DeadLetter(
            id=str(row.id), what=what, attempts=row.attempts, why=row.why or "", error=error, at=row.ended_at
        )

    def again(self, mail_id: str, now: datetime, audit: AuditEntry) -> None:
        """A mail that was given up is due again, as if it had never failed. Raises NotFound."""
        is_it = and_(outbox.c.id == (int(mail_id) if mail_id.isdigit() else 0), IS_GIVEN_UP)
        values = {"state": MailState.WAITING, "attempts": 0, "due_at": now, "ended_at": None, "why": None}
        with self._database.write() as connection:
            if not connection.execute(update(outbox).where(is_it).values(**values)).rowcount:
                raise NotFound("mail that was given up", mail_id)
            append_audit(connection, self._database, self._cipher, [audit], now)


def _queue(bulk: bool) -> ColumnElement[bool]:
    """What leaves as mail: to single people, or to very many."""
    return and_(outbox.c.bulk.is_(bulk), outbox.c.helpdesk.is_(None))


def queue_mails(
    connection: Connection,
    database: Database,
    cipher: Cipher,
    mails: Sequence[Mail],
    now: datetime,
) -> int:
    """Queues them inside the transaction of what they tell of; keys that exist are left alone. How many were new.

    Its lock is held to the end of the transaction, so that two writers of the same keys never wait in a
    circle; only the audit's may be taken after it.
    """
    if not mails:
        return 0
    database.take(connection, Lock.OUTBOX)
    rows: dict[str, dict[str, object]] = {}
    for mail in mails:
        key = cipher.blind_index(f"mail:{mail.key}")
        rows.setdefault(key, _row(cipher, key, mail, now))
    known: set[str] = set()
    for chunk in batched(list(rows), 1000):
        known.update(connection.scalars(select(outbox.c.key_index).where(outbox.c.key_index.in_(chunk))))
    fresh = [row for key, row in rows.items() if key not in known]
    if not fresh:
        return 0
    connection.execute(insert_new(connection, outbox), fresh)
    return len(fresh)


def _row(cipher: Cipher, key: str, mail: Mail, now: datetime) -> dict[str, object]:
    return {
        "key_index": key,
        "ticket_id": mail.ticket_id,
        "incident_id": mail.incident_id,
        "subscription_id": mail.subscription_id,
        "bulk": mail.bulk,
        "helpdesk": mail.helpdesk or None,
        "state": MailState.WAITING.value,
        "attempts": 0,
        "due_at": now,
        "created_at": now,
        "sealed": cipher.seal(to_json(mail), f"mail:{key}"),
    }


def open_mail(cipher: Cipher, key: str, sealed: bytes) -> Mail:
    """The mail of a row. key: its blind index."""
    return from_json(Mail, cipher.open(bytes(sealed), f"mail:{key}"))


_FIGURES = select(
    func.count().label("many"),
    func.sum(case((outbox.c.attempts > 0, 1), else_=0)).label("failing"),
    func.min(outbox.c.created_at).label("oldest_at"),
)
