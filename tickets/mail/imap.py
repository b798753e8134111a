"""Reads a mailbox over IMAP (RFC 3501): every mail once, by its UID; nothing is deleted there."""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from incidents.delivery import DeliveryError
from tickets.mail.message import MailboxPlace, MailboxReading, ReceivedMail, Security

TIMEOUT_SECONDS = 20.0
MAIL_BYTES_MAX = 35 * 1024 * 1024
"""Of a larger mail its beginning is read: five files of 10 MiB are more than most servers let through."""
WINDOW = 5000  # UIDs that one search asks for: its answer is one line, and imaplib reads no longer ones


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServer:
    """The mailbox that customers' mails arrive in. context: None = the system's certificates are trusted."""

    host: str
    port: int = 993
    security: Security = Security.TLS
    user: str
    password: str
    folder: str = "INBOX"
    timeout_seconds: float = TIMEOUT_SECONDS
    context: ssl.SSLContext | None = None

    @property
    def name(self) -> str:
        """For messages and logs; without the password."""
        return f"IMAP server {self.host}:{self.port}"


class ImapMailbox:
    """One folder of one account, read over a connection of its own each time."""

    def __init__(self, server: ImapServer) -> None:
        if server.security is Security.NONE and server.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError(f"{server.name}: a password is never sent unprotected; set tls to starttls or tls.")
        self._server = server

    def after(self, place: MailboxPlace | None, at_most: int) -> MailboxReading:
        """The mails after a place, in the order of arrival. Raises DeliveryError.

        Where there is no place yet, or the server has numbered its mails anew: those that nobody has read. While there
        are more of them than `at_most`, the next reading asks for them again.
        """
        with self._open() as connection:
            validity, following = self._select(connection, read_only=True)
            if place is not None and place.validity != validity:
                place = None
            found: list[ReceivedMail] = []
            for uid in self._uids(connection, place.uid + 1 if place else 1, following, unread=place is None):
                raw = self._fetch(connection, uid)
                if raw is not None:
                    found.append(ReceivedMail(place=MailboxPlace(validity=validity, uid=uid), content=raw))
                if len(found) >= at_most:
                    return MailboxReading(mails=tuple(found), place=found[-1].place if place else None)
            last = MailboxPlace(validity=validity, uid=following - 1)
            return MailboxReading(mails=tuple(found), place=last)

    def mark_read(self, places: Sequence[MailboxPlace]) -> None:
        """Tells the server that these were taken; of another numbering nothing. Raises DeliveryError."""
        with self._open() as connection:
            validity, _ = self._select(connection, read_only=False)
            uids = [str(place.uid) for place in places if place.validity == validity]
            for k in range(0, len(uids), 200):
                self._call(connection, "STORE", ",".join(uids[k : k + 200]), "+FLAGS.SILENT", r"(\Seen)")

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        try:
            connection = self._connect()
            try:
                yield connection
            finally:
                with suppress(OSError, imaplib.IMAP4.error):
                    connection.logout()
        except imaplib.IMAP4.error as error:  # aborts are errors too
            raise DeliveryError(f"{self._server.name}: {_said(error)}", retry=True) from error
        except OSError as error:
            message = f"{self._server.name} could not be used: {type(error).__name__}: {error}"
            raise DeliveryError(message, retry=True) from error

    def _connect(self) -> imaplib.IMAP4:
        s = self._server
        context = s.context or ssl.create_default_context()
        if s.security is Security.TLS:
            connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                s.host, s.port, ssl_context=context, timeout=s.timeout_seconds
            )
        else:
            connection = imaplib.IMAP4(s.host, s.port, timeout=s.timeout_seconds)
        try:
            if s.security is Security.STARTTLS:
                connection.starttls(context)
            self._sign_in(connection)
        except BaseException:
            with suppress(OSError):  # a failed handshake has closed it already
                connection.shutdown()
            raise
        return connection

    def _sign_in(self, connection: imaplib.IMAP4) -> None:
        s = self._server
        try:
            if "AUTH=PLAIN" in connection.capabilities:  # takes every character; LOGIN takes ASCII alone
                connection.authenticate("PLAIN", lambda _: f"\0{s.user}\0{s.password}".encode())
            else:
                connection.login(_quoted(s.user), s.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            message = f"{s.name} refused user {s.user!r}: {_said(error)}; mend mail.inbound.user or its password."
            raise DeliveryError(message, retry=True) from error

    def _select(self, connection: imaplib.IMAP4, *, read_only: bool) -> tuple[int, int]:
        """The numbering of the folder's mails, and the number that the next one gets."""
        status, data = connection.select(_quoted(self._server.folder), readonly=read_only)
        if status != "OK":
            folder = self._server.folder
            raise DeliveryError(f"{self._server.name} has no folder {folder!r}: {_said(data)}", retry=True)
        numbers = [connection.response(name)[1] for name in ("UIDVALIDITY", "UIDNEXT")]
        validity, following = (int(found[-1]) if found and found[-1] else 0 for found in numbers)
        return validity, following

    def _uids(self, connection: imaplib.IMAP4, first: int, following: int, *, unread: bool) -> Iterator[int]:
        for start in range(first, following, WINDOW):
            end = min(start + WINDOW, following) - 1
            data = self._call(connection, "SEARCH", f"UID {start}:{end}{' UNSEEN' if unread else ''}")
            numbers = b" ".join(one for one in data if isinstance(one, bytes)).split()
            yield from sorted(int(one) for one in numbers if start <= int(one) <= end)

    def _fetch(self, connection: imaplib.IMAP4, uid: int) -> bytes | None:
        """The mail as it came; None where it was deleted meanwhile."""
        data = self._call(connection, "FETCH", str(uid), f"(UID BODY.PEEK[]<0.{MAIL_BYTES_MAX}>)")
        return next((bytes(one[1]) for one in data if isinstance(one, tuple) and len(one) > 1), None)

    def _call(self, connection: imaplib.IMAP4, command: str, *arguments: str) -> Sequence[object]:
        status, data = connection.uid(command, *arguments)
        if status != "OK":
            raise DeliveryError(f"{self._server.name} answered {command} with {status}: {_said(data)}", retry=True)
        return data or ()


def _quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _said(error: object) -> str:
    """A server's words in one line of printable characters."""
    first = error.args[0] if isinstance(error, Exception) and error.args else error
    first = first[0] if isinstance(first, list) and first else first
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return "".join(c if c.isprintable() else " " for c in text)[:300]
