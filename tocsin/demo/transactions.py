"""A simulated order, deposit or withdrawal, and the queues that it passes through."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tocsin.demo.world import Kind, Stage


@dataclass(slots=True, kw_only=True, eq=False)
class Transaction:
    """A transaction as it goes; the one thing here that changes in place, thousands of times a minute.

    asset, network: empty for an order; pair: empty for the others. customer_id: empty for a trading programme's order.
    usual_s: how long such a one usually takes. delayed_by: the fault that held it up, if any.
    reviewed: compliance looks at it first. version: rises when its next event was moved; older events are void.
    """

    id: str
    kind: Kind
    customer_id: str
    amount: float
    amount_usd: float
    created_at: float
    usual_s: float
    stages: tuple[Stage, ...]
    asset: str = ""
    network: str = ""
    pair: str = ""
    group: str = ""
    reviewed: bool = False
    step: int = 0
    entered_at: float = 0.0
    due_at: float = 0.0
    version: int = 0
    finished_at: float | None = None
    outcome: str = ""
    delayed_by: str = ""

    @property
    def stage(self) -> Stage:
        """The step that it is in."""
        return self.stages[self.step]

    @property
    def where(self) -> tuple[str, str]:
        """Its asset and network."""
        return self.asset, self.network

    def status(self) -> str:
        """What the account page says of it."""
        if self.finished_at is not None:
            return self.outcome
        if self.reviewed and self.step == 0:
            return "in review"
        return STATUSES.get(self.stage.name, "pending")

    def is_late(self, now: float) -> bool:
        """Whether it takes, or took, more than twice its usual time."""
        return (now if self.finished_at is None else self.finished_at) - self.created_at > 2 * self.usual_s


STATUSES = {"confirm": "pending", "credit": "confirmed", "complete": "confirmed"}


@dataclass(slots=True, eq=False)
class Queue:
    """A server that takes one transaction after another: the signer of a network, its crediting, an engine's shard.

    capacity: a second when well. schedule(at, action) puts an event on the simulation's clock.
    """

    capacity: float
    schedule: Callable[[float, Callable[[float], None]], None]
    served: Callable[[Transaction, float], None]
    slower: float = 1.0
    blocked: bool = False
    fault_id: str = ""
    waiting: deque[Transaction] = field(default_factory=deque)
    busy: Transaction | None = None

    def arrive(self, transaction: Transaction, now: float) -> None:
        """One more at the end of the queue."""
        if self.fault_id:
            transaction.delayed_by = self.fault_id
        self.waiting.append(transaction)
        self._next(now)

    def break_down(self, fault_id: str, *, slower: float = 1.0, blocked: bool = False) -> None:
        """A fault begins: whoever waits now, or comes until the queue is empty again, was delayed by it."""
        self.slower, self.blocked, self.fault_id = slower, blocked, fault_id
        for transaction in self.waiting:
            transaction.delayed_by = fault_id

    def recover(self, now: float) -> None:
        """The fault is over; what has piled up is worked off at the full capacity."""
        self.slower, self.blocked = 1.0, False
        self._next(now)

    def _next(self, now: float) -> None:
        if self.busy is not None or self.blocked:
            return
        if not self.waiting:
            if self.slower == 1.0:
                self.fault_id = ""
            return
        self.busy = self.waiting.popleft()
        self.schedule(now + self.slower / self.capacity, self._done)

    def _done(self, now: float) -> None:
        if self.busy is not None:
            transaction, self.busy = self.busy, None
            self.served(transaction, now)
        self._next(now)
