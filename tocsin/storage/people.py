"""Users, their sessions, machines' tokens, and how often somebody tried to sign in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.people import Role, Token, User
from tocsin.storage.audit import AuditEntry
from tocsin.storage.rows import Rows


class People(Rows):
    """People and machines. Every change takes an optional audit entry, written in the same transaction."""

    def add_user(
        self, name: str, email: str, password_hash: str, role: Role, now: datetime, audit: AuditEntry | None = None
    ) -> User:
        """A new user; AlreadyExists where the name (in any case) is taken."""

    def user_by_name(self, name: str) -> User | None:
        """By name in any case; disabled ones too."""

    def users(self) -> tuple[User, ...]:
        """All, by name."""

    def set_role(self, name: str, role: Role, now: datetime, audit: AuditEntry | None = None) -> User:
        """Raises NotFound."""

    def set_password(self, name: str, password_hash: str, now: datetime, audit: AuditEntry | None = None) -> User:
        """Ends all sessions of the user. Raises NotFound."""

    def disable(self, name: str, now: datetime, audit: AuditEntry | None = None) -> User:
        """Refuses sign-in from now on and ends all sessions. Raises NotFound."""

    def enable(self, name: str, now: datetime, audit: AuditEntry | None = None) -> User:
        """Allows sign-in again. Raises NotFound."""

    def start_session(self, user: User | str, now: datetime, ttl: timedelta) -> str:
        """The session's secret; only its hash is stored. Raises NotFound for an unknown or disabled user."""

    def session(self, token: str, now: datetime) -> User | None:
        """Who it is; None for an unknown, ended or expired session and a disabled user."""

    def end_session(self, token: str, now: datetime) -> None:
        """Signs out; an unknown one is a no-op."""

    def end_sessions_of(self, user: User | str, now: datetime) -> int:
        """Signs out everywhere; how many sessions ended."""

    def add_token(self, name: str, scopes: Sequence[str], now: datetime, audit: AuditEntry | None = None) -> str:
        """The secret, shown this once. AlreadyExists where an unrevoked token has that name."""

    def token(self, secret: str, now: datetime) -> Token | None:
        """Whose it is; None for an unknown or revoked one. `last_used_at` is kept to the minute."""

    def tokens(self) -> tuple[Token, ...]:
        """All, by name; revoked ones too."""

    def revoke(self, name: str, now: datetime, audit: AuditEntry | None = None) -> Token:
        """From now on it opens nothing. Raises NotFound where no unrevoked token has that name."""

    def record_attempt(self, who: str, now: datetime) -> None:
        """A failed sign-in of a name or an address; kept as a blind index. Drops attempts older than a day."""

    def attempts_since(self, who: str, since: datetime) -> int:
        """How many failed at or after `since`."""
