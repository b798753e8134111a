"""Sends mail over SMTP: one connection per batch; each mail is accepted, refused or to be tried again."""

import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from incidents.delivery import DeliveryError
from tickets.address import mail_address
from tickets.mail.compose import content_of
from tickets.mail.message import BouncedError, Mail, Mailer, Security, Sender, UnreachedError

__all__ = ["Mailer", "Security", "SmtpServer", "SmtpTransport"]

TIMEOUT_SECONDS = 10.0
DEADLINE_SECONDS = 60.0
"""For one mail with all its answers, and for connecting: a server may say a word every few seconds for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """The SMTP server. user "" = no authentication. context: None = the system's certificates are trusted.

    timeout_seconds: for one answer. deadline_seconds: for one mail.
    """

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = ""
    timeout_seconds: float = TIMEOUT_SECONDS
    deadline_seconds: float = DEADLINE_SECONDS
    context: ssl.SSLContext | None = None

    @property
    def name(self) -> str:
        """For messages and logs; without the password."""
        return f"SMTP server {self.host}:{self.port}"


class SmtpTransport:
    """Delivers batches of mails over one SMTP server."""

    def __init__(self, server: SmtpServer, sender: Sender, now: Callable[[], datetime] | None = None) -> None:
        if server.user and server.security is Security.NONE and not _is_loopback(server.host):
            raise ValueError(f"{server.name}: a password is never sent unprotected; set security to starttls or tls.")
        self._server, self._sender = server, sender
        self._now = now or _clock

    @contextmanager
    def sending(self) -> Iterator[Callable[[Mail], None]]:
        """Gives a function that sends one mail, over one connection for all: the first mail opens it.

        The function raises DeliveryError, BouncedError. A mail whose acceptance was not confirmed counts as failed;
        its repeat carries the same Message-ID. A server that hangs up is called once more for the next mail; one that
        can't be reached is not: the rest raises UnreachedError, and nothing of it was sent.
        """
        line = _Line(self._connect)
        try:
            yield lambda mail: self._send_one(line, mail)
        finally:
            line.hang_up()

    def _connect(self) -> smtplib.SMTP:
        s = self._server
        try:
            return self._greet()
        except smtplib.SMTPAuthenticationError as error:
            message = f"{s.name} refused user {s.user!r}: {_words(error.smtp_error)}; mend smtp.user or smtp.password."
            raise UnreachedError(message, retry=False) from error
        except smtplib.SMTPNotSupportedError as error:
            raise UnreachedError(f"{s.name}: {error}; mend smtp.security or smtp.user.", retry=False) from error
        except (OSError, smtplib.SMTPException) as error:
            message = f"{s.name} could not be used: {type(error).__name__}: {error}"
            raise UnreachedError(message, retry=True) from error

    def _greet(self) -> smtplib.SMTP:
        s = self._server
        made = socket.create_connection((s.host, s.port), s.timeout_seconds)
        connection: smtplib.SMTP | None = None
        try:
            with _cut_after(s.deadline_seconds, made):
                if s.security is Security.TLS:
                    made = self._context().wrap_socket(made, server_hostname=s.host)
                connection = _Greeted(made, s.host, s.timeout_seconds)
                if s.security is Security.STARTTLS:
                    connection.starttls(context=self._context())
                if s.user:
                    connection.login(s.user, s.password)
        except BaseException:
            (connection or made).close()
            raise
        return connection

    def _context(self) -> ssl.SSLContext:
        return self._server.context or ssl.create_default_context()

    def _send_one(self, line: "_Line", mail: Mail) -> None:
        content, to = content_of(mail, self._sender, self._now()), mail_address(mail.to)
        connection = line.connection()
        try:
            with _cut_after(self._server.deadline_seconds, connection.sock):
                connection.sendmail(mail_address(self._sender.address), [to], content)
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            error = self._error(mail, code, words)
            raise (error if error.retry else BouncedError(str(error), retry=False)) from refused
        except smtplib.SMTPResponseException as answer:
            raise self._error(mail, answer.smtp_code, answer.smtp_error) from answer
        except (OSError, smtplib.SMTPException) as error:
            line.drop()
            message = f"mail {mail.key}: {self._server.name}: {type(error).__name__}: {error}"
            raise DeliveryError(message, retry=True) from error
        except Exception:
            line.drop()  # nobody knows how far the dialogue had come
            raise

    def _error(self, mail: Mail, code: int, words: bytes | str) -> DeliveryError:
        """RFC 5321, 4.2.1: 4yz is temporary, 5yz is not; what is neither is not understood, and tried again."""
        message = f"mail {mail.key}: {self._server.name} answered {code} {_words(words)}"
        return DeliveryError(message, retry=not 500 <= code <= 599)


class _Greeted(smtplib.SMTP):
    """The dialogue over a connection that was opened before, from the server's greeting on."""

    def __init__(self, connection: socket.socket, host: str, timeout: float) -> None:
        self._opened = connection
        super().__init__(host, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - it is open already
        return self._opened


@contextmanager
def _cut_after(seconds: float, connection: socket.socket | None) -> Iterator[None]:
    """Ends the connection where what is done within takes longer: whoever reads from it then sees its end."""
    if connection is None:
        yield
        return
    same = socket.socket(fileno=os.dup(connection.fileno()))  # encryption takes the socket's own number away

    def cut() -> None:
        with suppress(OSError):
            same.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        same.close()


class _Line:
    """The connection of one run: opened when it is needed; one failure to connect is the answer to the whole run."""

    def __init__(self, connect: Callable[[], smtplib.SMTP]) -> None:
        self._connect = connect
        self._connection: smtplib.SMTP | None = None
        self._unreachable: DeliveryError | None = None

    def connection(self) -> smtplib.SMTP:
        """The open one, or a new one. Raises DeliveryError."""
        if self._connection is not None and self._connection.sock is None:  # the server hung up
            self._connection = None
        if self._connection is None:
            if self._unreachable is not None:
                raise self._unreachable
            try:
                self._connection = self._connect()
            except DeliveryError as error:
                self._unreachable = error
                raise
        return self._connection

    def drop(self) -> None:
        """Forgets a connection that nothing can be said over any more."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def hang_up(self) -> None:
        """Says goodbye; what was accepted stays accepted."""
        if self._connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.quit()
            self.drop()


def _clock() -> datetime:
    return datetime.now(UTC)


def _words(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")
