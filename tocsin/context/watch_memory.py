"""What the process remembers of each watch between two evaluations; it survives a reload."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from detectors.known_day import Planned
from detectors.state import State
from tocsin.context.recent_samples import RecentSamples


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The result of a watch's last evaluation. took: from query to signals. error: "" when it got samples."""

    at: datetime
    took: timedelta
    error: str = ""


class WatchMemory:
    """For each watch: its state, its last evaluation, when its state was last saved, when what engineers called no
    anomaly was last read, the work planned on it as it was read then, when what lasts was last said again, and its
    recent samples.

    A watch that was not evaluated yet has no entry in `states`, `evaluations`, `checkpointed_at`, `pardoned_at`,
    `planned` and `restated_at`.
    """

    def __init__(self) -> None:
        self.states: dict[str, State] = {}
        self.evaluations: dict[str, Evaluation] = {}
        self.checkpointed_at: dict[str, datetime] = {}
        self.pardoned_at: dict[str, datetime] = {}
        self.planned: dict[str, tuple[Planned, ...]] = {}
        self.restated_at: dict[str, datetime] = {}
        self._recent: dict[str, RecentSamples] = {}

    def recent(self, watch: str) -> RecentSamples:
        """The last samples and bands of a watch; empty before the first."""
        return self._recent.setdefault(watch, RecentSamples())

    def forget_samples(self, watch: str) -> None:
        """Drops the recent samples of a watch whose query has changed."""
        self._recent.pop(watch, None)

    def forget(self, watch: str) -> None:
        """Drops everything of a watch that is no longer configured."""
        self.forget_samples(watch)
        self.states.pop(watch, None)
        self.evaluations.pop(watch, None)
        self.checkpointed_at.pop(watch, None)
        self.pardoned_at.pop(watch, None)
        self.planned.pop(watch, None)
        self.restated_at.pop(watch, None)
