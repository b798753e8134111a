"""A wait that lasts is said again while it is no news, so that its incident knows whether the queue has stopped."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import labels_of
from detectors.sources.head import PageSample
from detectors.sources.scrape_store import RawHistory
from detectors.watch import FailureKind
from incidents.incident import Incident, Severity, UpdateKind
from tests.tocsin.web.running import CONFIG, NOW, Running, running
from tocsin.detection.observe import observe, restored
from tocsin.response.place import place

METRIC = "oldest_deposit_seconds"
WATCH = """\
  - name: oldest-deposit
    title: Oldest deposit
    metric: oldest_deposit_seconds
    read: value
    component: trading
    bad: above
    kind: delay
    user_visible: true
    unit: s
    every: 5s
    history: 1d
"""
EXCHANGE = labels_of({"instance": "exchange"})


class Queue:
    """A Tocsin that watches the age of a queue's oldest item; the age is a rule: seconds since NOW -> seconds."""

    def __init__(self, folder: Path) -> None:
        self.tocsin: Running = running(folder, CONFIG + WATCH)
        self._load()
        self.watch = self.tocsin.services.config.watches[-1]
        self.tocsin.services.memory.states[self.watch.name] = restored(self.tocsin.services.observer, self.watch, NOW)

    def play(self, age: Callable[[float], float], *, until: int) -> None:
        while self.tocsin.clock() < NOW + timedelta(seconds=until):
            self.tocsin.clock.pass_(seconds=5)
            value = age((self.tocsin.clock() - NOW).total_seconds())
            samples = [PageSample(metric="up", labels=EXCHANGE, value=1.0)]
            samples.append(PageSample(metric=METRIC, labels=EXCHANGE, value=value))
            self.tocsin.runtime.kept.samples.append("exchange", self.tocsin.clock(), samples)
            observe(self.tocsin.services.observer, self.watch, self.tocsin.clock())
            place(self.tocsin.services.response, self.tocsin.clock())

    @property
    def incident(self) -> Incident:
        (found,) = self.tocsin.services.store.incidents.page().items
        return found

    @property
    def lines(self) -> list[UpdateKind]:
        return [u.kind for u in self.tocsin.services.store.incidents.timeline(self.incident.id)]

    def _load(self) -> None:
        times = NOW.timestamp() - 30.0 * np.arange(2880, -1, -1, dtype=np.float64)
        ages = np.random.default_rng(3).normal(20.0, 2.0, (1, len(times)))
        past = RawHistory(metric=METRIC, keys=(EXCHANGE,), times=times, values=ages)
        up = RawHistory(metric="up", keys=(EXCHANGE,), times=times, values=np.ones((1, len(times))))
        self.tocsin.runtime.kept.samples.load_history([past, up])


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    made = Queue(tmp_path)
    yield made
    made.tocsin.close()


@pytest.mark.parametrize(
    ("age", "kind"),
    [
        pytest.param(lambda s: 600 + s, FailureKind.HALT, id="it has stopped, and was late already"),
        pytest.param(lambda s: 60 + s, FailureKind.HALT, id="it stops early in the day"),
        pytest.param(lambda s: 600 + s / 2, FailureKind.DELAY, id="half of what comes leaves"),
        pytest.param(lambda _: 600.0, FailureKind.DELAY, id="late, and no later"),
    ],
)
def test_a_queue_that_has_stopped_is_known_as_such_soon(
    queue: Queue, age: Callable[[float], float], kind: FailureKind
) -> None:
    queue.play(age, until=90)
    assert queue.incident.kind is kind
    assert queue.incident.severity is (Severity.MAJOR if kind is FailureKind.HALT else Severity.MINOR)


def test_it_is_one_line_and_one_change_of_severity_however_long_it_lasts(queue: Queue) -> None:
    queue.play(lambda s: 600 + s, until=240)
    assert (queue.lines.count(UpdateKind.SIGNALS), queue.lines.count(UpdateKind.SEVERITY)) == (1, 1)


def test_a_queue_that_moves_again_is_late_and_no_longer_stopped(queue: Queue) -> None:
    queue.play(lambda s: 600 + min(s, 90), until=90)
    assert queue.incident.kind is FailureKind.HALT
    queue.play(lambda _: 690.0, until=240)
    assert (queue.incident.kind, queue.incident.severity) == (FailureKind.DELAY, Severity.MAJOR)
