"""Mail that must leave: written with what it tells of, in one transaction; sent at least once, in order of waiting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.storage.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message to one address.

    key: idempotency; a second mail with the same key is not queued. message_id: with angle brackets, the same at every try.
    references: message ids of the thread, oldest first. html: "" = text alone.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str = ""
    message_id: str
    references: tuple[str, ...] = ()
    ticket_id: str | None = None
    incident_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMail:
    """A mail that was claimed for sending. attempts: failures before this try, 0 or more."""

    id: int
    mail: Mail
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCounts:
    """waiting: not sent yet, those to be tried again among them; failing: of these, failed at least once; given_up: never will."""

    waiting: int
    failing: int
    sent: int
    given_up: int
    oldest_waiting_at: datetime | None


class Outbox(Rows):
    """The queue of mail."""

    def enqueue(self, mails: Sequence[Mail], now: datetime) -> int:
        """Queues them in one transaction; keys that exist are no-ops. How many were new."""

    def due_mail(
        self, now: datetime, limit: int = 100, lease: timedelta = timedelta(minutes=5)
    ) -> tuple[OutboxMail, ...]:
        """Claims mails whose time has come, oldest first; one neither sent nor failed within `lease` is offered again."""

    def mail_sent(self, ids: Sequence[int], now: datetime) -> None:
        """The server accepted them."""

    def mail_failed(self, mail_id: int, error: str, next_at: datetime | None, now: datetime) -> None:
        """It did not; next_at None = gave up."""

    def mail_counts(self) -> MailCounts:
        """How the queue stands."""

    def mails_of(self, ticket_id: str) -> tuple[Mail, ...]:
        """Every mail that was queued for a ticket, oldest first."""
