"""Users who sign in, machines that hold a token, and their roles."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """The role of a user; each route names the roles that may call it."""

    ENGINEER = "engineer"
    AGENT = "agent"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


SCOPES = frozenset(
    {
        "alerts",
        "incidents:propose",
        "incidents:read",
        "incidents:write",
        "metrics",
        "reload",
        "tickets:write",
        "trading:read",
        "trading:write",
    }
)
"""What a machine's token may be for; each opens some route."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who signs in.

    name: unique, what the timeline and the audit show. password_hash: as argon2 wrote it, never shown.
    disabled_at: from when sign-in is refused and no session counts; None = enabled.
    """

    name: str
    email: str
    password_hash: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None

    @property
    def disabled(self) -> bool:
        """Whether sign-in is refused."""
        return self.disabled_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A machine's token, without its secret. scopes: what it may call, `tickets:write` …"""

    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
