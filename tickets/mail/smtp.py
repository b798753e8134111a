"""Mail over SMTP: one connection a batch, and for each mail whether it was accepted or may be tried again."""

import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from incidents.delivery import DeliveryError
from tickets.mail.compose import to_email
from tickets.mail.message import Mail, Mailer, Outcome, Sender

__all__ = ["Mailer", "Security", "SmtpServer", "SmtpTransport"]

TIMEOUT_SECONDS = 10.0


class Security(StrEnum):
    """How the connection is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mail leaves. user "" = no authentication. context: None = the system's certificates are believed."""

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = ""
    timeout_seconds: float = TIMEOUT_SECONDS
    context: ssl.SSLContext | None = None

    @property
    def name(self) -> str:
        """For messages and logs; without the password."""
        return f"SMTP server {self.host}:{self.port}"


class _Bounced(DeliveryError):
    """The server refused the address itself for good."""


class SmtpTransport:
    """Delivers batches of mails over one SMTP server."""

    def __init__(self, server: SmtpServer, sender: Sender, now: Callable[[], datetime] | None = None) -> None:
        if server.user and server.security is Security.NONE and not _is_loopback(server.host):
            raise ValueError(f"{server.name}: a password is never sent unprotected; set security to starttls or tls.")
        self._server, self._sender = server, sender
        self._now = now or _clock

    def send(self, batch: Sequence[Mail]) -> tuple[Outcome, ...]:
        """One outcome a mail, in order. Where the server is not reachable, all are to be tried again.

        A mail whose acceptance was not heard of is reported as failed, and its repeat carries the same Message-ID.
        """
        if not batch:
            return ()
        try:
            connection = self._connect()
        except DeliveryError as error:
            return tuple(Outcome(key=mail.key, error=error) for mail in batch)
        try:
            return self._send_all(connection, batch)
        finally:
            _hang_up(connection)

    def _connect(self) -> smtplib.SMTP:
        s = self._server
        try:
            if s.security is Security.TLS:
                return self._greet(smtplib.SMTP_SSL(s.host, s.port, timeout=s.timeout_seconds, context=self._context()))
            return self._greet(smtplib.SMTP(s.host, s.port, timeout=s.timeout_seconds))
        except smtplib.SMTPAuthenticationError as error:
            message = f"{s.name} refused user {s.user!r}: {_words(error.smtp_error)}; mend smtp.user or smtp.password."
            raise DeliveryError(message, retry=False) from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError(f"{s.name}: {error}; mend smtp.security or smtp.user.", retry=False) from error
        except (OSError, smtplib.SMTPException) as error:
            message = f"{s.name} could not be used: {type(error).__name__}: {error}"
            raise DeliveryError(message, retry=True) from error

    def _greet(self, connection: smtplib.SMTP) -> smtplib.SMTP:
        try:
            if self._server.security is Security.STARTTLS:
                connection.starttls(context=self._context())
            if self._server.user:
                connection.login(self._server.user, self._server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _context(self) -> ssl.SSLContext:
        return self._server.context or ssl.create_default_context()

    def _send_all(self, connection: smtplib.SMTP, batch: Sequence[Mail]) -> tuple[Outcome, ...]:
        outcomes: list[Outcome] = []
        broken: DeliveryError | None = None
        for mail in batch:
            error = broken or self._send_one(connection, mail)
            outcomes.append(Outcome(key=mail.key, error=error, bounced=isinstance(error, _Bounced)))
            if error is not None and connection.sock is None and broken is None:
                broken = DeliveryError(f"{self._server.name} hung up: {error}", retry=True)
        return tuple(outcomes)

    def _send_one(self, connection: smtplib.SMTP, mail: Mail) -> DeliveryError | None:
        try:
            message = to_email(mail, self._sender, self._now())
            connection.send_message(message, from_addr=self._sender.address, to_addrs=[mail.to])
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            error = self._error(mail, code, words)
            return error if error.retry else _Bounced(str(error), retry=False)
        except smtplib.SMTPResponseException as answer:
            return self._error(mail, answer.smtp_code, answer.smtp_error)
        except (ValueError, smtplib.SMTPNotSupportedError) as error:
            return DeliveryError(f"mail {mail.key} cannot be sent to its address: {error}", retry=False)
        except (OSError, smtplib.SMTPException) as error:
            connection.close()
            return DeliveryError(f"mail {mail.key}: {self._server.name}: {type(error).__name__}: {error}", retry=True)
        return None

    def _error(self, mail: Mail, code: int, words: bytes | str) -> DeliveryError:
        """RFC 5321, 4.2.1: 4yz is temporary, 5yz is not; what is neither is not understood, and tried again."""
        message = f"mail {mail.key}: {self._server.name} answered {code} {_words(words)}"
        return DeliveryError(message, retry=not 500 <= code <= 599)


def _hang_up(connection: smtplib.SMTP) -> None:
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()  # what was accepted stays accepted


def _clock() -> datetime:
    return datetime.now(UTC)


def _words(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")
