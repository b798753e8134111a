"""The channels that deliver incidents' updates: one per sink, each incident's updates in order."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.delivery import Failure, Policy, Sink
from tocsin.storage import AuditEntry, Backlog, DeadLetter, WaitingUpdate
from tocsin.storage.sinks import Sinks
from tocsin.storage.undelivered import Undelivered

POLICY = Policy(
    first=timedelta(seconds=1),
    longest=timedelta(minutes=5),
    give_up_after=300,  # most of a day; what follows of the incident waits behind it
    retries_refusals=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """All updates of all incidents to one sink, `at_once` at a time: a kill repeats at most those in flight.

    gather: evidence of an incident that comes within this time of its last notification is sent together; 0 = each
    line by itself, None = what has piled up together, and nothing waits for more.
    at_once: updates, each of another incident, that are written down together once the sink has accepted them.
    """

    sink: Sink
    sinks: Sinks
    undelivered: Undelivered
    gather: timedelta | None = timedelta(0)
    at_once: int = 1
    policy: Policy = POLICY
    together: int = 1

    @property
    def name(self) -> str:
        """After its sink."""
        return f"updates:{self.sink.name}"

    def due(self, now: datetime) -> Sequence[WaitingUpdate]:
        """The next updates; an incident that fails or gathers delays no other."""
        return self.sinks.due(self.sink.name, now, self.at_once, gather=self.gather)

    @contextmanager
    def sending(self) -> Iterator[Callable[[WaitingUpdate], None]]:
        """Each update by a call of its own."""
        yield lambda one: self.sink.deliver(self.sinks.update(one))

    def settle(
        self, accepted: Sequence[WaitingUpdate], failed: Sequence[tuple[WaitingUpdate, Failure]], now: datetime
    ) -> None:
        """Moves the cursor behind what was accepted, or given up."""
        if accepted:
            self.sinks.notified_all(self.sink.name, [(one.incident_id, one.seq) for one in accepted], now)
        for one, failure in failed:
            self.sinks.failed(self.sink.name, one, failure, now)

    def backlog(self) -> Backlog:
        """How it stands."""
        state = self.sinks.state(self.sink.name)
        return state.backlog if state else Backlog()

    def given_up(self, limit: int) -> Sequence[DeadLetter]:
        """Updates that were given up; the sink went on without them."""
        return self.undelivered.given_up(self.sink.name, limit)

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes an update that was given up due again, as if it had never failed. Raises NotFound."""
        self.undelivered.again(self.sink.name, letter_id, now, audit)

    def free(self) -> None:
        """Nothing is claimed: only the holder of the lease delivers."""
