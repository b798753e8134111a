"""Runs the simulated exchange in real time: the simulation, its customers, and their tickets."""

import asyncio
import time

from tocsin.demo.accounts import Accounts
from tocsin.demo.customers import Customers
from tocsin.demo.faults import FaultSpec
from tocsin.demo.sender import Sender, Sent
from tocsin.demo.simulate import Simulation
from tocsin.demo.world import World

PACE_S = 0.1


class Exchange:
    """Everything that one process holds. desk: the support desk's address, "" when the customers write to nobody.

    identity_key: what it signs with who a customer is, for the desk; b"" = it signs nothing.
    """

    def __init__(self, world: World, *, desk: str = "", identity_key: bytes = b"", unrelated: float = 1.0) -> None:
        start = time.time()
        self.world = world
        self.simulation = Simulation(world, start=start)
        self.customers = Customers(world, start=start, unrelated=unrelated)
        self.accounts = Accounts()
        self._desk = desk
        self._identity_key = identity_key
        self._sender: Sender | None = None

    @property
    def sent(self) -> list[Sent]:
        """The letters that were sent, in the order of their answers."""
        return [] if self._sender is None else self._sender.sent

    @property
    def letters_under_way(self) -> int:
        """Letters written that have no answer yet."""
        return 0 if self._sender is None else self._sender.under_way

    def catch_up(self) -> None:
        """Bring everything to the wall's clock, and send what customers have written."""
        now = time.time()
        self.simulation.advance(now)
        started, self.simulation.started = self.simulation.started, []
        self.accounts.add(started, now)
        for letter in self.customers.step(started, now):
            if self._sender is not None:
                self._sender.post(letter)

    async def run(self) -> None:
        """Keep pace until cancelled."""
        self._sender = Sender(self._desk, identity_key=self._identity_key) if self._desk else None
        try:
            while True:
                self.catch_up()
                await asyncio.sleep(PACE_S)
        finally:
            if self._sender is not None:
                await self._sender.close()

    async def play(self, spec: FaultSpec, *, after_s: float, for_s: float | None) -> None:
        """A fault `after_s` seconds from now that lasts `for_s` seconds, or until it is ended by hand."""
        await asyncio.sleep(after_s)
        self.catch_up()
        fault = self.simulation.start_fault(spec)
        if for_s is None:
            return
        await asyncio.sleep(for_s)
        self.catch_up()
        self.simulation.stop_fault(fault.id)
