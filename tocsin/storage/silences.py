"""Silences on record."""

from datetime import datetime

from incidents.silence import Silence
from tocsin.storage.audit import AuditEntry
from tocsin.storage.page import Page
from tocsin.storage.rows import Rows


class Silences(Rows):
    """Added, ended, never deleted."""

    def add_silence(self, silence: Silence, now: datetime, audit: AuditEntry | None = None) -> Silence:
        """Kept under its id; an id that exists is a no-op and returns the one on record."""

    def active_silences(self, now: datetime) -> tuple[Silence, ...]:
        """Those in force at `now`."""

    def silences(self, cursor: str | None = None, limit: int = 50) -> Page[Silence]:
        """All, the latest start first; those to come and those past among them."""

    def end_silence(self, silence_id: str, now: datetime, audit: AuditEntry | None = None) -> Silence:
        """Ends it now; one that is over stays as it was; one to come ends just after its start. Raises NotFound."""
