"""The one loop, where the contract of every channel does not reach: connections, batches, figures."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from incidents.delivery import DeliveryError, Failure, Policy
from tocsin.context.metrics import Metrics
from tocsin.delivery.channel import deliver_due, update_backlog
from tocsin.storage import AuditEntry, Backlog, DeadLetter

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


POLICY = Policy(first=timedelta(seconds=1), longest=timedelta(seconds=9), give_up_after=None, retries_refusals=True)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    key: str
    attempts: int = 0


@dataclass(kw_only=True)
class Line:
    """A channel in memory whose connection the test decides about."""

    parcels: list[Parcel]
    connecting: Exception | None = None
    ending: Exception | None = None
    together: int = 1
    name: str = "line"
    policy: Policy = POLICY
    connections: int = 0
    got: list[str] = field(default_factory=list)
    failures: list[tuple[Parcel, Failure]] = field(default_factory=list)

    def due(self, now: datetime) -> Sequence[Parcel]:
        batch, self.parcels = self.parcels, []
        return batch

    @contextmanager
    def sending(self) -> Iterator[Callable[[Parcel], None]]:
        self.connections += 1
        if self.connecting:
            raise self.connecting
        yield lambda parcel: self.got.append(parcel.key)
        if self.ending:
            raise self.ending

    def settle(self, accepted: Sequence[Parcel], failed: Sequence[tuple[Parcel, Failure]], now: datetime) -> None:
        self.failures += failed

    def backlog(self) -> Backlog:
        return Backlog(waiting=3, failing=1, given_up=2, oldest_at=NOW - timedelta(minutes=1))

    def given_up(self, limit: int) -> Sequence[DeadLetter]:
        return ()

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        raise AssertionError("nobody asked")

    def free(self) -> None:
        pass


def parcels(count: int) -> list[Parcel]:
    return [Parcel(key=str(n)) for n in range(count)]


@pytest.mark.parametrize("together", [1, 4])
def test_a_batch_goes_over_one_connection(together: int) -> None:
    line = Line(parcels=parcels(9), together=together)
    assert deliver_due(line, Metrics(), NOW) == 9
    assert (line.connections, sorted(line.got)) == (1, [str(n) for n in range(9)])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DeliveryError("no route", retry=True), "no route"),
        (KeyError("host"), "a mistake of ours: KeyError: 'host'"),
    ],
)
@pytest.mark.parametrize("when", ["connecting", "ending"])
def test_a_connection_that_fails_fails_all_of_its_batch_and_nothing_is_lost(
    when: str, error: Exception, words: str
) -> None:
    line, metrics = Line(parcels=parcels(3)), Metrics()
    setattr(line, when, error)
    assert deliver_due(line, metrics, NOW) == 0
    assert [(parcel.key, failure.error) for parcel, failure in line.failures] == [(str(n), words) for n in range(3)]
    assert all(failure.next_at is not None and failure.next_at > NOW for _, failure in line.failures)
    assert len({failure.next_at for _, failure in line.failures}) == 3, "they do not all come back at once"
    labels = {"channel": "line", "outcome": "failed"}
    assert metrics.registry.get_sample_value("tocsin_deliveries_total", labels) == 3


def test_the_metrics_tell_how_a_channel_stands() -> None:
    metrics = Metrics()
    update_backlog(Line(parcels=[]), metrics, NOW)
    found = {
        name: metrics.registry.get_sample_value(f"tocsin_delivery_{name}", {"channel": "line"})
        for name in ("waiting", "dead", "oldest_seconds")
    }
    assert found == {"waiting": 3, "dead": 2, "oldest_seconds": 60}
