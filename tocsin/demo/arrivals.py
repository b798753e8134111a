"""Generates arriving transactions: a Poisson process whose rate follows the time of day."""

import numpy as np

from tocsin.demo import shape
from tocsin.demo.transactions import Transaction
from tocsin.demo.world import Kind, Pair, Route, World

CUSTOMERS = 20_000
BY_HAND = 0.06
"""Share of the orders that people place by hand; the others are trading programmes', which write no tickets."""


class Arrivals:
    """Draws what began between two instants."""

    def __init__(self, world: World, random: np.random.Generator) -> None:
        self._world = world
        self._random = random
        self._transfers = [(kind, route) for route in world.routes for kind in (Kind.DEPOSIT, Kind.WITHDRAWAL)]
        names = [f"{kind}s/{route.asset}/{route.network}" for kind, route in self._transfers]
        rates = [route.deposits if kind is Kind.DEPOSIT else route.withdrawals for kind, route in self._transfers]
        names += [f"orders/{pair.name}" for pair in world.pairs] + [f"api{api.name}" for api in world.api]
        rates += [pair.orders for pair in world.pairs] + [api.requests for api in world.api]
        self._names = names
        self._usual = np.array(rates)
        self._now, self._slot = self._usual, -1.0

    def draw(self, start: float, end: float, *, quick: bool = True) -> tuple[list[Transaction], dict[str, int]]:
        """Transactions begun within, and requests by route of the API; without `quick`, no orders and no requests."""
        counts = self._random.poisson(self._rates(start) * (end - start))
        born: list[Transaction] = []
        for number, (kind, route) in enumerate(self._transfers):
            born += [self._transfer(kind, route, self._within(start, end)) for _ in range(counts[number])]
        if not quick:
            return born, {}
        first = len(self._transfers)
        for number, pair in enumerate(self._world.pairs, start=first):
            born += [self._order(pair, self._within(start, end)) for _ in range(counts[number])]
        first += len(self._world.pairs)
        return born, {api.name: int(counts[first + number]) for number, api in enumerate(self._world.api)}

    def _rates(self, at: float) -> shape.Floats:
        """Rates move over minutes: they are worked out anew every ten seconds."""
        slot = at // 10.0
        if self._slot != slot:
            self._slot = slot
            times = np.array([slot * 10.0 + 5.0])
            factors = [shape.activity(self._world, name, times)[0] for name in self._names]
            self._now = self._usual * np.array(factors)
        return self._now

    def _within(self, start: float, end: float) -> float:
        return start + float(self._random.random()) * (end - start)

    def _transfer(self, kind: Kind, route: Route, at: float) -> Transaction:
        usd = float(self._random.lognormal(np.log(420.0), 1.3))
        return Transaction(
            id=self._txid(route.network),
            kind=kind,
            asset=route.asset,
            network=route.network,
            customer_id=self._customer(),
            amount=round(usd / route.price, 6),
            amount_usd=round(usd, 2),
            created_at=at,
            usual_s=self._world.usual_s(kind, route.network),
            stages=self._world.stages(kind, route.network),
            reviewed=bool(self._random.random() < route.review),
        )

    def _order(self, pair: Pair, at: float) -> Transaction:
        usd = float(self._random.lognormal(np.log(900.0), 1.4))
        return Transaction(
            id=f"O-{int(self._random.integers(10**9, 10**10))}",
            kind=Kind.ORDER,
            pair=pair.name,
            group=pair.group,
            customer_id=self._customer() if self._random.random() < BY_HAND else "",
            amount=round(usd / pair.price, 6),
            amount_usd=round(usd, 2),
            created_at=at,
            usual_s=self._world.usual_s(Kind.ORDER),
            stages=self._world.stages(Kind.ORDER),
        )

    def _customer(self) -> str:
        return customer_id(int(self._random.integers(CUSTOMERS)))

    def _txid(self, network: str) -> str:
        digits = self._random.bytes(32).hex()
        return "0x" + digits if network == "ethereum" else digits


def customer_id(number: int) -> str:
    """The id of a customer by number, `C-100042`."""
    return f"C-{100_000 + number}"
