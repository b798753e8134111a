"""The anomaly, which is all that other packages see of a detector: a component deviates, by how much, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from detectors.frame import Labels
from detectors.watch import FailureKind


class AnomalyKind(StrEnum):
    """What kind of deviation an anomaly is."""

    DEVIATION = "deviation"
    ABSENCE = "absence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """One stretch of deviation of one component of one watch; the same key from its start to its end.

    labels: of the series that deviates most.
    started_at: the first sample of the excursion; detected_at: when it had lasted long enough.
    ended_at: None while it lasts.
    observed, expected, low, high: at the worst sample so far, in the watch's unit; NaN for an absence.
    score: the worst so far, 1.0 = as rare as the watch's budget allows.
    model: which model spoke: "level", "season", "week", "days", "drift", "pool", "absence" …
    reason: one plain sentence for an engineer, with numbers and units.
    series: how many of the component's series take part; members: which, the clearest first, at most 12.
    pooled, of: how many series of the whole watch deviate together, of how many; 0 where each speaks for itself.
    together: it took part in what the watch as a whole showed, also where its own score was the larger.
    accepted: it ended because what had changed was taken as the new normal, not because it came back.
    """

    watch: str
    component: str
    kind: AnomalyKind
    failure: FailureKind
    labels: Labels
    started_at: datetime
    detected_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None = None
    observed: float
    expected: float
    low: float
    high: float
    unit: str
    score: float
    model: str
    reason: str
    series: int = 1
    members: tuple[Labels, ...] = ()
    pooled: int = 0
    of: int = 0
    together: bool = False
    accepted: bool = False

    @property
    def key(self) -> str:
        """Identifies the excursion: a second report with the same key changes nothing."""
        return f"{self.watch}:{self.component}:{self.started_at.timestamp():.3f}"
