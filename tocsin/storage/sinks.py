"""Who was told what: one cursor per sink and incident, and when a sink that failed is tried again."""

from dataclasses import dataclass
from datetime import datetime

from incidents.incident import IncidentUpdate
from tocsin.storage.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkFailure:
    """An incident whose next update this sink did not take. attempts: failures in a row, 1 or more."""

    incident_id: str
    seq: int
    attempts: int
    error: str
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkState:
    """How a sink stands. waiting: updates not told yet; last_told_at: None = never."""

    sink: str
    started_at: datetime
    waiting: int
    last_told_at: datetime | None
    failures: tuple[SinkFailure, ...]


class Sinks(Rows):
    """The cursors."""

    def start_sink(self, sink: str, now: datetime) -> bool:
        """A sink that is new in the configuration starts at the present; False where it had started already."""

    def waiting_updates(self, sink: str, now: datetime, limit: int = 200) -> tuple[IncidentUpdate, ...]:
        """What this sink was not told, each incident's in order, without incidents whose retry time has not come.

        Raises NotFound for a sink that was never started.
        """

    def told(self, sink: str, incident_id: str, seq: int, now: datetime) -> None:
        """The other side accepted everything up to `seq`; forgets earlier failures."""

    def failed(self, sink: str, incident_id: str, error: str, next_at: datetime, now: datetime) -> int:
        """It did not; nothing of this incident is offered before `next_at`. Returns the failures in a row, 1 or more."""

    def attempts(self, sink: str, incident_id: str) -> int:
        """Failures in a row so far, 0 where the last delivery worked."""

    def sink_state(self, sink: str) -> SinkState | None:
        """How it stands; None where it was never started."""
