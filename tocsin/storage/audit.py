"""The record of who did and saw what: append-only, each entry chained to the one before."""

from dataclasses import dataclass, field
from datetime import datetime

from tocsin.storage.page import Page
from tocsin.storage.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One action or view. actor: a user's name, `token:NAME`, `tocsin`, or `customer`. detail: sealed at rest.

    subject_kind, subject: ("ticket", its id); an empty subject is filled with the new ticket's id by `add_ticket`.
    """

    actor: str
    action: str
    subject_kind: str
    subject: str = ""
    detail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """An entry as stored. position: 1, 2, 3 … without gaps. link: over this entry and the link before."""

    position: int
    at: datetime
    entry: AuditEntry
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; "" and None = any."""

    actor: str = ""
    action: str = ""
    subject_kind: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = field(default=None)


class Audit(Rows):
    """Append and read; nothing else."""

    def audit(self, entry: AuditEntry, now: datetime) -> None:
        """Appends one entry in its own transaction."""

    def audit_log(
        self, cursor: str | None = None, filter: AuditFilter | None = None, limit: int = 100
    ) -> Page[AuditRecord]:
        """Newest first."""

    def audit_break(self) -> int | None:
        """The position of the first entry that was changed, or follows a missing one; None where the chain holds."""
