"""The mail type: `compose` makes it, the outbox keeps it, `smtp` or `mailbox` delivers it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from incidents.delivery import DeliveryError


class Security(StrEnum):
    """How the connection to a mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one person.

    key: idempotency, unique in the outbox: `incident:seq:customer`, `confirmation:ticket` …
    to: an address. message_id, references: with angle brackets; deterministic from the key; references: oldest first.
    automatic: no person wrote it, so no machine should answer it.
    subscription_id: whose mail it is, of the public page's subscribers; such a mail is forgotten once it has left.
    unsubscribe_url: where one POST ends the subscription (RFC 8058); "" = it is no subscription's mail.
    bulk: one of very many; it never waits before a single person's mail.
    helpdesk: where its ticket lives, if not here: it is written there as an answer, and never mailed.
    reply_to: where an answer goes; "" = where the sender says.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    references: tuple[str, ...] = ()
    ticket_id: str | None = None
    incident_id: str | None = None
    automatic: bool = True
    subscription_id: str | None = None
    unsubscribe_url: str = ""
    bulk: bool = False
    helpdesk: str = ""
    reply_to: str = ""


class BouncedError(DeliveryError):
    """The mail server refused this address permanently."""


class UnreachedError(DeliveryError):
    """The mail server was not reached or did not let us in: nothing of the mail was sent."""


class Mailer(Protocol):
    """An adapter that accepts mail."""

    def sending(self) -> AbstractContextManager[Callable[[Mail], None]]:
        """Gives a function that hands one mail over, over one connection for all that are sent within.

        The function raises DeliveryError, BouncedError or UnreachedError; after each it takes the next mail.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The sender of a mail. reply_to "" = the same address."""

    address: str
    name: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxPlace:
    """A mail's place in a mailbox: a number that no other mail gets while the numbering (`validity`) is the same."""

    validity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """A mail as a server hands it over."""

    place: MailboxPlace
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxReading:
    """Mails in the order of their arrival. place: where the next reading goes on; None = where this one began."""

    mails: tuple[ReceivedMail, ...]
    place: MailboxPlace | None


class IncomingMailbox(Protocol):
    """An adapter that mails arrive in."""

    def after(self, place: MailboxPlace | None, at_most: int) -> MailboxReading:
        """The mails after a place; None = those that nobody has read. Raises DeliveryError."""

    def mark_read(self, places: Sequence[MailboxPlace]) -> None:
        """Tells the server that these were taken. Raises DeliveryError."""
