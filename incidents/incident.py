"""The incident, and the one line of its timeline that everything after it is told."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from detectors.watch import FailureKind
from incidents.signal import Signal


class Severity(StrEnum):
    """How bad; None (not a member) while it is pending."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Status(StrEnum):
    """Where an incident stands."""

    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    MERGED = "merged"


ENDED = frozenset({Status.RESOLVED, Status.RETRACTED, Status.MERGED})


class EndReason(StrEnum):
    """Why it ended; always asked for."""

    FIXED = "fixed"
    RECOVERED = "recovered"
    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"
    PLANNED = "planned"


class UpdateKind(StrEnum):
    """What a line of the timeline tells."""

    OPENED = "opened"
    SIGNALS = "signals"  # evidence joined, changed or ended
    SEVERITY = "severity"
    STATUS = "status"  # acknowledged, identified, monitoring
    DISCLOSED = "disclosed"  # from now on the public is told
    MESSAGE = "message"  # a human's words for the public
    NOTE = "note"  # a human's words for engineers
    REMINDER = "reminder"  # the public was promised words that nobody has said yet
    POSTMORTEM = "postmortem"  # what was learnt, told to the public afterwards
    REOPENED = "reopened"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One fault of the exchange as it stands now.

    id: 12 characters [a-z0-9], derived from the first signal, so that opening twice gives the same.
    number: given by the store at opening; people say "INC-17".
    component: where we believe the fault sits; components: all affected, `component` among them, in graph order.
    signals: all evidence, latest statement of each key.
    started_at: the earliest signal's start; opened_at: when we said so; recovered_at: when the last signal ended.
    disclosed_at: from when the public is told; None = not yet, or never.
    disclose_at: when the policy acts by itself; None = it does not.
    confirmed_by: the human who confirmed it; "" = "detected automatically".
    withheld_by: the human who stopped the automatic disclosure; "" = nobody.
    severity_by_human, status_by_human, title_by_human: a human set it, so no automatic step changes it.
    opened_by: "tocsin" or a user's name.
    """

    id: str
    number: int | None = None
    title: str
    kind: FailureKind
    component: str
    components: tuple[str, ...]
    signals: tuple[Signal, ...] = ()
    status: Status = Status.DETECTED
    severity: Severity | None = None
    severity_reason: str = ""
    started_at: datetime
    opened_at: datetime
    opened_by: str = "tocsin"
    recovered_at: datetime | None = None
    resolved_at: datetime | None = None
    reopened_at: datetime | None = None
    end_reason: EndReason | None = None
    merged_into: str | None = None
    shadow: bool = False
    disclosed_at: datetime | None = None
    disclose_at: datetime | None = None
    disclosure_reason: str = ""
    confirmed_by: str = ""
    severity_by_human: bool = False
    status_by_human: bool = False
    title_by_human: bool = False
    withheld_by: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it is still open."""
        return self.status not in ENDED

    @property
    def reference(self) -> str:
        """What people call it: "INC-17"; the id before it is stored."""
        return f"INC-{self.number}" if self.number is not None else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdate:
    """One line of an incident's timeline, carrying the incident as it then stood.

    seq: 1, 2, 3 … within the incident; 0 until the store gives it.
    reason: why, for engineers; always said. author: "tocsin" or a user's name.
    message: a human's words for the public, in Markdown; "" where the template alone speaks. language: of the message.
    """

    incident: Incident
    seq: int = 0
    at: datetime
    kind: UpdateKind
    reason: str
    author: str = "tocsin"
    message: str = ""
    language: str = "en"
    links: tuple[tuple[str, str], ...] = field(default=())

    @property
    def key(self) -> str:
        """Idempotency key of its delivery."""
        return f"{self.incident.id}:{self.seq}"
