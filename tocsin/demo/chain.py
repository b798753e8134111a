"""A blockchain as the exchange's node sees it: unconfirmed transactions, the current delay, blocks."""

import numpy as np

from tocsin.demo import shape
from tocsin.demo.transactions import Transaction
from tocsin.demo.world import Network, World

ESTIMATE_LAG_S = 60.0
"""The node's estimate follows the chain as a mean over about a minute (of the exchange's time: shorter at speed)."""


class Chain:
    """One network. factor: how many times slower a fault makes it."""

    def __init__(self, world: World, network: Network) -> None:
        self.network = network
        self._world = world
        self._factor = 1.0
        self._fault_id = ""
        self._confirming: dict[Transaction, None] = {}
        self._seen = 1.0
        self._noise = 0.0
        self._followed_at: float | None = None
        self._tempo_now, self._tempo_second = 1.0, -1.0

    def enter(self, transaction: Transaction, length: float, at: float) -> float:
        """A transaction begins to wait for confirmation; how long it would take as things stand, in seconds."""
        self._confirming[transaction] = None
        if self._factor > 1.0:
            transaction.delayed_by = self._fault_id
        return length * self._tempo(at) * self._factor

    def leave(self, transaction: Transaction) -> None:
        """It is confirmed."""
        del self._confirming[transaction]

    def stretch(self, factor: float, fault_id: str, now: float) -> list[tuple[Transaction, float]]:
        """The chain is that much slower than usual from now on: who waits, and when each will now be confirmed."""
        change = factor / self._factor
        self._factor, self._fault_id = factor, fault_id
        if factor > 1.0:
            for transaction in self._confirming:
                transaction.delayed_by = fault_id
        return [(transaction, now + (transaction.due_at - now) * change) for transaction in self._confirming]

    def follow(self, now: float, random: np.random.Generator) -> int:
        """The node's view moves on to `now`; the blocks that came in between."""
        before = now if self._followed_at is None else self._followed_at
        self._followed_at = now
        share = 1.0 - np.exp(-(now - before) * self._world.speed / ESTIMATE_LAG_S)
        self._seen += float(share) * (self._factor - self._seen)
        self._noise = 0.01 * float(random.standard_normal())
        interval = self.network.block_s / self._world.speed * self._tempo(now) * self._factor
        return int(random.poisson((now - before) / interval))

    def estimate(self, now: float) -> float:
        """How long a confirmation takes just now, as the node would say, in seconds."""
        return self.network.confirm_s / self._world.speed * self._tempo(now) * self._seen * (1.0 + self._noise)

    def _tempo(self, at: float) -> float:
        if at // 1.0 != self._tempo_second:
            self._tempo_second = at // 1.0
            self._tempo_now = float(
                shape.tempo(self._world, self.network.name, np.array([self._tempo_second + 0.5]))[0]
            )
        return self._tempo_now
