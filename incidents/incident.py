"""The incident and the update, which is one line of its timeline."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from detectors.watch import FailureKind
from incidents.signal import Signal, SignalSource


class Severity(StrEnum):
    """The severity; None (not a member) while it is pending."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Status(StrEnum):
    """The status of an incident."""

    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    MERGED = "merged"


ENDED = frozenset({Status.RESOLVED, Status.RETRACTED, Status.MERGED})


class EndReason(StrEnum):
    """Why an incident ended; always required."""

    FIXED = "fixed"
    RECOVERED = "recovered"
    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"
    PLANNED = "planned"


class UpdateKind(StrEnum):
    """What a line of the timeline reports."""

    OPENED = "opened"
    SIGNALS = "signals"  # evidence joined, changed or ended
    SEVERITY = "severity"
    STATUS = "status"  # acknowledged, identified, monitoring
    DISCLOSED = "disclosed"  # from now on it is public
    MESSAGE = "message"  # a human's words for the public
    NOTE = "note"  # a human's words for engineers
    REMINDER = "reminder"  # the public was promised words that nobody has said yet
    POSTMORTEM = "postmortem"  # what was learnt, published afterwards
    CORRECTED = "corrected"  # other words in the place of an earlier line's
    REOPENED = "reopened"
    RECURRING = "recurring"  # it came back so often while it was open that it is one recurring fault from now on
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    MERGED = "merged"
    SEPARATED = "separated"  # its merge was undone: it goes on by itself


RECURRING_FROM = 3
"""Excursions of one fault from which it is recurring: twice may be a fix that failed, three times is a pattern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A fault that came back: its excursions, with lasting calm in between.

    since: when the first excursion began. count: excursions so far. last_at: when the latest began.
    longest_calm: the longest calm between two of them.
    """

    since: datetime
    count: int
    last_at: datetime
    longest_calm: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One fault of the exchange as it stands now.

    id: 12 characters [a-z0-9], derived from the first signal, so that opening twice gives the same.
    number: given by the store at opening; people say "INC-17".
    component: where we believe the fault sits; components: all affected, `component` among them, in graph order.
    signals: the evidence, latest statement of each key; of a fault that recurs the first and the latest stretches.
    started_at: the earliest signal's start; opened_at: when we said so; recovered_at: when the last signal ended.
    reopened_at: when it was last opened again; back_since: when the fault itself came back, None = it never was away.
    last_resolved_at: when it was last said to be over, before it was opened again.
    recurrence: None while the fault has not come back.
    disclosed_at: from when it is public; None = not yet, or never.
    disclose_at: when the policy acts by itself; None = it does not.
    confirmed_by: the human who confirmed it; "" = "detected automatically".
    withheld_by: the human who stopped the automatic disclosure; "" = nobody.
    severity_by_human, status_by_human, title_by_human: a human set it, so no automatic step changes it.
    opened_by: "tocsin" or a user's name. split_from: the id of the incident that it was a part of; None = of none.
    flapping: fingerprints of evidence that comes and goes so fast that each time is not reported.
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
    recurrence: Recurrence | None = None
    last_resolved_at: datetime | None = None
    back_since: datetime | None = None
    split_from: str | None = None
    flapping: tuple[str, ...] = ()

    @property
    def is_recurring(self) -> bool:
        """Whether the fault came back so often that its excursions are one state, reported once."""
        return self.recurrence is not None and self.recurrence.count >= RECURRING_FROM

    @property
    def lasting(self) -> tuple[Signal, ...]:
        """The signals that have not ended."""
        return tuple(s for s in self.signals if s.ended_at is None)

    @property
    def rests_on_tickets(self) -> bool:
        """Whether nothing but tickets of customers says that it is one."""
        only = bool(self.signals) and all(s.source is SignalSource.TICKETS for s in self.signals)
        return only and not self.confirmed_by

    @property
    def is_active(self) -> bool:
        """Whether it is still open."""
        return self.status not in ENDED

    @property
    def reference(self) -> str:
        """The name that people use: "INC-17"; the id before it is stored."""
        return f"INC-{self.number}" if self.number is not None else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdate:
    """One line of an incident's timeline, carrying the incident as it then stood.

    seq: 1, 2, 3 … within the incident; 0 until the store gives it.
    reason: why, for engineers; always said. author: "tocsin" or a user's name.
    message: a human's words for the public, in Markdown; "" where the template alone speaks. language: of the message.
    corrects: the seq of the line whose words these replace; None = it is no correction. is_mailed: of a correction,
    whether those who were mailed the words are mailed the new ones. continues: the id of the merged incident whose
    readers know already what this line says, "" = of none.
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
    corrects: int | None = None
    is_mailed: bool = False
    continues: str = ""

    @property
    def key(self) -> str:
        """Idempotency key of its delivery."""
        return f"{self.incident.id}:{self.seq}"
