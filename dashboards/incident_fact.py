"""What the figures know of one incident, folded line by line from its timeline."""

from dataclasses import dataclass, replace
from datetime import datetime

from incidents.incident import ENDED, EndReason, IncidentUpdate, Severity, Status, UpdateKind
from incidents.signal import SignalSource


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFact:
    """One incident: who noticed it, and when each step of it was taken for the first time.

    watches: names of the watches in its evidence, sorted. opened_by: "tocsin" or a user's name.
    started_at: when the deviation began. observed_at: when the first signal was seen; None = a human opened it.
    acknowledged_at: when somebody first acknowledged it, or moved it on from there. mitigated_at: when a fix was first
    said to be in place, or every signal had ended.
    ended_at: when it was last said to be over; None while it is open.
    reopenings: how often it was opened again. reminders: how often somebody had to be reminded of the public.
    """

    id: str
    number: int
    component: str
    kind: str
    severity: Severity | None
    status: Status
    end_reason: EndReason | None
    shadow: bool
    opened_by: str
    watches: tuple[str, ...]
    started_at: datetime
    observed_at: datetime | None
    opened_at: datetime
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    ended_at: datetime | None = None
    disclosed_at: datetime | None = None
    reopenings: int = 0
    reminders: int = 0

    @property
    def is_false(self) -> bool:
        """Whether a human called it a false alarm."""
        return self.status is Status.RETRACTED


def fold(fact: IncidentFact | None, line: IncidentUpdate) -> IncidentFact:
    """The fact after the next line of the timeline; None before the first. Its incident must have its number."""
    incident = line.incident
    said = [signal.said_at for signal in incident.signals]
    named = {signal.name for signal in incident.signals if signal.source is SignalSource.WATCH}
    if fact is None:
        fact = _first(line)
    observed = [at for at in (fact.observed_at, *said) if at is not None]
    by_human = line.author != "tocsin" and incident.status is not Status.DETECTED
    mitigated = line.at if incident.status is Status.MONITORING else incident.recovered_at
    return replace(
        fact,
        component=incident.component,
        kind=incident.kind.value,
        severity=incident.severity,
        status=incident.status,
        end_reason=incident.end_reason if incident.status in ENDED else None,
        shadow=incident.shadow,
        watches=tuple(sorted({*fact.watches, *named})),
        started_at=min(fact.started_at, incident.started_at),
        observed_at=min(observed, default=None),
        acknowledged_at=fact.acknowledged_at or (line.at if by_human else None),
        mitigated_at=fact.mitigated_at or mitigated,
        ended_at=_ended_at(fact, line),
        disclosed_at=fact.disclosed_at or incident.disclosed_at,
        reopenings=fact.reopenings + (line.kind is UpdateKind.REOPENED),
        reminders=fact.reminders + (line.kind is UpdateKind.REMINDER),
    )


def _first(line: IncidentUpdate) -> IncidentFact:
    incident = line.incident
    assert incident.number is not None, incident.id  # noqa: S101 - the store numbers it before
    return IncidentFact(
        id=incident.id,
        number=incident.number,
        component=incident.component,
        kind=incident.kind.value,
        severity=incident.severity,
        status=incident.status,
        end_reason=None,
        shadow=incident.shadow,
        opened_by=incident.opened_by,
        watches=(),
        started_at=incident.started_at,
        observed_at=None,
        opened_at=incident.opened_at,
    )


def _ended_at(fact: IncidentFact, line: IncidentUpdate) -> datetime | None:
    """Words that come after the end do not move it."""
    incident = line.incident
    if incident.status not in ENDED:
        return None
    return incident.resolved_at or fact.ended_at or line.at
