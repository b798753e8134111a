"""Signals come in, incidents come of them: the writes, each in one transaction under one lock."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from incidents.incident import Incident, IncidentUpdate
from incidents.signal import Signal
from tocsin.storage.audit import AuditEntry
from tocsin.storage.rows import Rows


def _always() -> bool:
    return True


class Placing(Rows):
    """Record what is said, decide what it means, change what a human says."""

    def record_signals(self, signals: Sequence[Signal], now: datetime) -> int:
        """Keeps the latest statement of each key; how many were new or said something new (those await `decide`).

        A statement older than the one on record (by `seen_at`) is passed over.
        """

    def settle_signals(self, keys: Sequence[str], now: datetime) -> int:
        """Signals that open nothing (silenced to their end) and need not be offered to `decide` again."""

    def decide(
        self,
        fn: Callable[[Sequence[Signal], Sequence[Incident]], Sequence[IncidentUpdate]],
        now: datetime,
        reopen_within: timedelta,
        hold: Callable[[], bool] = _always,
    ) -> tuple[IncidentUpdate, ...]:
        """Gives `fn` the unplaced signals and the known incidents, writes the updates it returns, in one transaction.

        Known: the active ones and those that ended less than `reopen_within` ago, oldest first. A signal is placed once
        a returned incident contains its statement (same key, not older); the rest is offered again next time.
        hold: asked before the commit (the lease's `hold`); where it says no, nothing is written and () returned.
        Returns the updates with seq and number; opening an id that exists is a no-op and left out.
        Raises AlreadyActive where a fingerprint belongs to another active incident, NotFound for an update of an unknown one.
        """

    def change(
        self,
        incident_id: str,
        fn: Callable[[Incident], IncidentUpdate],
        now: datetime,
        audit: AuditEntry | None = None,
    ) -> IncidentUpdate:
        """A human's action on the incident as it stands; the update with its seq. Raises NotFound, AlreadyActive."""

    def open_incident(self, update: IncidentUpdate, now: datetime, audit: AuditEntry | None = None) -> IncidentUpdate:
        """Opened by hand; the update with seq and number. An id that exists already: its opening update, unchanged."""
