"""What agents taught about the links of tickets: read from the store, kept until there is more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tickets.linking import Bands, Drift, Learnt, Step, Targets, bands, drift, recalibrated
from tocsin.context.metrics import Metrics
from tocsin.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """How often links of each probability are right, as far as is known now, and the bands that follow from it.

    drift: how the newest answers stand to what was known before any.
    """

    steps: tuple[Step, ...]
    bands: Bands
    drift: Drift


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """All that linking a ticket takes from the agents' answers. learnt: None where no incident may be linked."""

    bands: Bands
    learnt: Learnt | None


class Learning:
    """The agents' answers for linking. Safe to share between threads and processes: every use asks the store's mark.

    steps: the calibration before any answer. targets: which share of each band is to be right.
    """

    def __init__(self, store: Store, steps: Sequence[Step], targets: Targets, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics
        self._steps = steps
        self._targets = targets
        self._kept: tuple[int, datetime, Learnt] | None = None
        self._calibrated: tuple[int, Calibrated] | None = None

    @property
    def targets(self) -> Targets:
        """The share of each band's tickets that is to be right."""
        return self._targets

    def calibrated(self) -> Calibrated:
        """The calibration and the bands, with all that agents answered."""
        return self._calibrated_at(self._store.link_answers.mark())

    def taught(self, since: datetime | None) -> Taught:
        """The bands, and what was answered since then: the oldest incident began that a ticket may be linked to."""
        mark = self._store.link_answers.mark()
        return Taught(bands=self._calibrated_at(mark).bands, learnt=self._learnt(mark, since) if since else None)

    def _calibrated_at(self, mark: int) -> Calibrated:
        kept = self._calibrated
        if kept is not None and kept[0] == mark:
            return kept[1]
        guesses = [one.guess for one in self._store.link_answers.newest() if one.guess is not None]
        steps = recalibrated(self._steps, guesses)
        moved = drift(self._steps, guesses)
        found = Calibrated(steps=steps, bands=bands(steps, self._targets), drift=moved)
        for kind, value in (("judged", moved.judged), ("right", moved.right), ("expected", moved.expected)):
            self._metrics.recent_links.labels(kind).set(value)
        self._calibrated = (mark, found)
        return found

    def _learnt(self, mark: int, since: datetime) -> Learnt:
        kept = self._kept
        if kept is not None and kept[:2] == (mark, since):
            return kept[2]
        learnt = Learnt(answers=self._store.link_answers.since(since))
        self._kept = (mark, since, learnt)
        return learnt
