"""Stored users, sessions, machines' tokens, and failed sign-ins."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from tocsin.storage.accounts import SCOPES, Role, Token, User
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.cipher import hash_of_secret
from tocsin.storage.counting import insert_one
from tocsin.storage.errors import AlreadyExists, NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.people import sessions, sign_in_attempts, tokens, users

ATTEMPTS_KEPT = timedelta(days=1)
USE_KEPT_EVERY = timedelta(minutes=1)


class People(StorePart):
    """People and machines. Every change takes an optional audit entry, written in the same transaction."""

    def add_user(
        self, name: str, email: str, password_hash: str, role: Role, now: datetime, *, audit: AuditEntry | None = None
    ) -> User:
        """A new user; AlreadyExists where the name (in any case) is taken."""
        key = name.casefold()
        row = {
            "key": key,
            "name": name,
            "sealed_email": self._cipher.seal(email, f"user:{key}"),
            "password_hash": password_hash,
            "role": role.value,
            "created_at": now,
            "disabled_at": None,
        }
        with self._database.write() as connection:
            if not insert_one(connection, users, row):
                raise AlreadyExists(f"user {name!r}: the name is taken; choose another, or change that user's role")
            append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)
            return self._user_on(connection, name)

    def user_by_name(self, name: str) -> User | None:
        """By name in any case; disabled ones too."""
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.key == name.casefold())).one_or_none()
        return None if row is None else self._user(row)

    def users(self) -> tuple[User, ...]:
        """All, by name."""
        with self._database.read() as connection:
            return tuple(self._user(row) for row in connection.execute(select(users).order_by(users.c.key)))

    def set_role(self, name: str, role: Role, now: datetime, audit: AuditEntry | None = None) -> User:
        """Raises NotFound."""
        return self._change_user(name, {"role": role.value}, now, audit)

    def set_password(self, name: str, password_hash: str, now: datetime, audit: AuditEntry | None = None) -> User:
        """Ends all sessions of the user. Raises NotFound."""
        return self._change_user(name, {"password_hash": password_hash}, now, audit, ends_sessions=True)

    def end_sessions(self, name: str, now: datetime, audit: AuditEntry | None = None) -> User:
        """Signs the user out wherever they are signed in. Raises NotFound."""
        return self._change_user(name, {}, now, audit, ends_sessions=True)

    def disable(self, name: str, now: datetime, audit: AuditEntry | None = None) -> User:
        """Refuses sign-in from now on and ends all sessions. Raises NotFound."""
        return self._change_user(name, {"disabled_at": now}, now, audit, ends_sessions=True)

    def enable(self, name: str, now: datetime, audit: AuditEntry | None = None) -> User:
        """Allows sign-in again. Raises NotFound."""
        return self._change_user(name, {"disabled_at": None}, now, audit)

    def start_session(self, user: User | str, now: datetime, ttl: timedelta) -> str:
        """The session's secret; only its hash is stored. Raises NotFound for an unknown or disabled user."""
        secret = new_secret()
        name = user if isinstance(user, str) else user.name
        with self._database.write() as connection:
            found = self._user_on(connection, name)
            if found.disabled:
                raise NotFound("enabled user", name)
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            row = {"token_hash": hash_of_secret(secret), "user_key": name.casefold()}
            connection.execute(insert(sessions), {**row, "expires_at": now + ttl})
        return secret

    def session(self, token: str, now: datetime) -> User | None:
        """The user of a session; None for an unknown, ended or expired session and a disabled user."""
        is_valid = and_(
            sessions.c.token_hash == hash_of_secret(token), sessions.c.expires_at > now, users.c.disabled_at.is_(None)
        )
        statement = select(users).join(sessions, sessions.c.user_key == users.c.key).where(is_valid)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else self._user(row)

    def end_session(self, token: str, now: datetime) -> None:
        """Signs out; an unknown one is a no-op. Expired sessions are dropped with it."""
        with self._database.write() as connection:
            is_over = or_(sessions.c.token_hash == hash_of_secret(token), sessions.c.expires_at <= now)
            connection.execute(delete(sessions).where(is_over))

    def add_token(self, name: str, scopes: Sequence[str], now: datetime, audit: AuditEntry | None = None) -> str:
        """The secret, shown this once. AlreadyExists where an unrevoked token has that name.

        Raises ValueError for a scope that opens nothing.
        """
        if unknown := sorted(set(scopes) - SCOPES):
            raise ValueError(
                f"token {name!r}: scope {unknown[0]!r} is unknown, expected of {', '.join(sorted(SCOPES))}"
            )
        secret = new_secret()
        row = {"name": name, "secret_hash": hash_of_secret(secret), "scopes": json.dumps(list(scopes))}
        with self._database.write() as connection:
            if not insert_one(connection, tokens, {**row, "created_at": now}):
                raise AlreadyExists(f"token {name!r}: the name is taken; choose another, or revoke that one first")
            append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)
        return secret

    def token(self, secret: str, now: datetime) -> Token | None:
        """The owner of a token; None for an unknown or revoked one. `last_used_at` is kept to the minute."""
        is_it = and_(tokens.c.secret_hash == hash_of_secret(secret), tokens.c.revoked_at.is_(None))
        with self._database.glance() as connection:
            row = connection.execute(select(tokens).where(is_it)).one_or_none()
        if row is None:
            return None
        if row.last_used_at is None or now - row.last_used_at >= USE_KEPT_EVERY:
            with self._database.write() as connection:
                connection.execute(update(tokens).where(is_it).values(last_used_at=now))
        return _token(row)

    def tokens(self) -> tuple[Token, ...]:
        """All, by name; revoked ones too."""
        with self._database.read() as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.name, tokens.c.id))
            return tuple(_token(row) for row in rows)

    def revoke(self, name: str, now: datetime, audit: AuditEntry | None = None) -> Token:
        """From now on it opens nothing. Raises NotFound where no unrevoked token has that name."""
        is_it = and_(tokens.c.name == name, tokens.c.revoked_at.is_(None))
        with self._database.write() as connection:
            statement = update(tokens).where(is_it).values(revoked_at=now).returning(*tokens.c)
            row = connection.execute(statement).one_or_none()
            if row is None:
                raise NotFound("token", name)
            append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)
            return _token(row)

    def record_attempt(self, who: str, now: datetime) -> None:
        """A failed sign-in of a name or an address; kept as a blind index. Drops attempts older than a day."""
        with self._database.write() as connection:
            connection.execute(delete(sign_in_attempts).where(sign_in_attempts.c.at < now - ATTEMPTS_KEPT))
            connection.execute(insert(sign_in_attempts), {"who_index": self._who(who), "at": now})

    def attempts_since(self, who: str, since: datetime) -> int:
        """How many failed at or after `since`."""
        is_counted = and_(sign_in_attempts.c.who_index == self._who(who), sign_in_attempts.c.at >= since)
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).where(is_counted)) or 0

    def forgive_attempts(self, who: str, now: datetime) -> None:
        """After a sign-in that worked: earlier failures count no more."""
        is_past = and_(sign_in_attempts.c.who_index == self._who(who), sign_in_attempts.c.at <= now)
        with self._database.write() as connection:
            connection.execute(delete(sign_in_attempts).where(is_past))

    def _who(self, who: str) -> str:
        return self._cipher.blind_index("sign-in:" + who.strip().casefold())

    def _change_user(
        self,
        name: str,
        values: Mapping[str, object],
        now: datetime,
        audit: AuditEntry | None,
        *,
        ends_sessions: bool = False,
    ) -> User:
        key = name.casefold()
        with self._database.write() as connection:
            if values:
                connection.execute(update(users).where(users.c.key == key).values(**values))
            changed = self._user_on(connection, name)
            if ends_sessions:
                connection.execute(delete(sessions).where(sessions.c.user_key == key))
            append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)
            return changed

    def _user_on(self, connection: Connection, name: str) -> User:
        row = connection.execute(select(users).where(users.c.key == name.casefold())).one_or_none()
        if row is None:
            raise NotFound("user", name)
        return self._user(row)

    def _user(self, row: Row[tuple[Any, ...]]) -> User:
        return User(
            name=row.name,
            email=self._cipher.open(bytes(row.sealed_email), f"user:{row.key}"),
            password_hash=row.password_hash,
            role=Role(row.role),
            created_at=row.created_at,
            disabled_at=row.disabled_at,
        )


def new_secret() -> str:
    """256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def _token(row: Row[tuple[Any, ...]]) -> Token:
    return Token(
        name=row.name,
        scopes=tuple(json.loads(row.scopes)),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
