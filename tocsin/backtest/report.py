"""The result of a backtest as a value: the HTML report, the JSON and the comparison are made from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from detectors.backtest import PastAnomaly
from detectors.watch import Watch
from incidents.incident import Incident, IncidentUpdate, Status, UpdateKind

MONTH = timedelta(days=30)
"""What a watch's budget speaks of."""
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpan:
    """From when to when incidents are reported; start < end, aware UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(
                f"the backtest is from {self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC; "
                "it must end after it begins: give --from, --to or --days"
            )

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvidence:
    """One signal of an incident: the watch that said it, and the stretch of deviation with its samples."""

    watch: Watch
    stretch: PastAnomaly

    @property
    def ended_at(self) -> datetime | None:
        """None where it lasted to the span's end."""
        return self.stretch.anomaly.ended_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIncident:
    """One incident that would have opened.

    timeline: everything said of it, oldest first. evidence: the stretches behind it, the first first.
    """

    timeline: tuple[IncidentUpdate, ...]
    evidence: tuple[PastEvidence, ...]

    @property
    def incident(self) -> Incident:
        """As it stood at last."""
        return self.timeline[-1].incident

    @property
    def ended_at(self) -> datetime | None:
        """When it resolved; None where it was open when the span ended."""
        return None if self.incident.is_active else self.incident.resolved_at

    @property
    def reason(self) -> str:
        """Why it opened, as its first line says."""
        return self.timeline[0].reason

    @property
    def reopened(self) -> int:
        """How often it came back after it had resolved."""
        return sum(line.kind is UpdateKind.REOPENED for line in self.timeline)

    @property
    def is_duplicate(self) -> bool:
        """Whether it was merged into another one, and so is none of its own."""
        return self.incident.status is Status.MERGED

    def length(self, end: datetime) -> timedelta:
        """From the first deviation to the last one's end; to `end` where it lasted."""
        recovered = self.incident.recovered_at if self.ended_at else None
        return (recovered or self.ended_at or end) - self.incident.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchResult:
    """How one watch did.

    warmed_from: the first sample it was warmed with, None = there was none. judging_since: when it could first judge,
    None = never. series: most at one time. samples: numbers judged in the span. columns: instants with any answer.
    stretches: deviations that held. opened: incidents whose first evidence is this watch's; joined: others it is in.
    """

    watch: Watch
    warmed_from: datetime | None
    judging_since: datetime | None
    series: int
    samples: int
    stretches: int
    opened: int
    joined: int

    @property
    def series_weeks(self) -> float:
        """Weeks of samples, over all its series."""
        return self.samples * (self.watch.every / WEEK)

    def judged(self, span: ReportSpan) -> timedelta:
        """How much of the span it could judge."""
        if self.judging_since is None:
            return timedelta(0)
        return max(timedelta(0), span.end - max(span.start, self.judging_since))

    def allowed(self, span: ReportSpan) -> float:
        """The false incidents that its budget accepts in the span it could judge."""
        return self.watch.budget * (self.judged(span) / MONTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A backtest of one configuration. incidents: by number, without duplicates; watches: as configured."""

    name: str
    span: ReportSpan
    incidents: tuple[PastIncident, ...]
    watches: tuple[WatchResult, ...]

    @property
    def series_weeks(self) -> float:
        """Of all watches."""
        return sum(result.series_weeks for result in self.watches)
