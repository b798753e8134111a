"""Counts the transactions that are under way at the simulated exchange, and fills the gauges that show them."""

import numpy as np

from tocsin.demo import shape
from tocsin.demo.metrics import Ledger
from tocsin.demo.transactions import Transaction
from tocsin.demo.world import Kind, Route, World

Place = tuple[str, ...]


class UnderWay:
    """Unfinished transactions by place, each place in the order of arrival."""

    def __init__(self) -> None:
        self._pending: dict[Place, dict[Transaction, None]] = {}
        self._held: dict[Place, dict[Transaction, None]] = {}

    def begin(self, transaction: Transaction) -> None:
        """It exists."""
        self._pending.setdefault(_place(transaction), {})[transaction] = None

    def finish(self, transaction: Transaction) -> None:
        """It is over."""
        del self._pending[_place(transaction)][transaction]

    def hold(self, transaction: Transaction) -> None:
        """It has come to the stage at whose end a queue waits."""
        self._held.setdefault((transaction.stage.name, *transaction.where), {})[transaction] = None

    def release(self, transaction: Transaction) -> None:
        """The queue has served it."""
        del self._held[transaction.stage.name, *transaction.where][transaction]

    def touched(self) -> list[Transaction]:
        """Those that a fault has delayed."""
        return [one for place in self._pending.values() for one in place if one.delayed_by]

    def measure(self, world: World, ledger: Ledger, now: float) -> None:
        """Set the gauges as they are now."""
        for route in world.routes:
            self._measure_route(world, ledger, route, now)
        for group in world.groups:
            count, age = _state(self._pending.get((Kind.ORDER, group), {}), now)
            ledger.set("exchange_pending_orders", count, group=group)
            ledger.set("exchange_oldest_pending_order_seconds", age, group=group)

    def _measure_route(self, world: World, ledger: Ledger, route: Route, now: float) -> None:
        where = {"asset": route.asset, "network": route.network}
        for kind, stage, name in ((Kind.DEPOSIT, "credit", "uncredited"), (Kind.WITHDRAWAL, "sign", "unsigned")):
            count, age = _state(self._pending.get((kind, route.asset, route.network), {}), now)
            ledger.set(f"exchange_pending_{kind}s", count, **where)
            ledger.set(f"exchange_oldest_pending_{kind}_seconds", age, **where)
            held = self._held.get((stage, route.asset, route.network), {})
            count, age = _state(held, now, in_stage=True)
            ledger.set(f"exchange_{name}_{kind}s", count, **where)
            ledger.set(f"exchange_oldest_{name}_{kind}_seconds", age, **where)
        waiting = self._held.get(("sign", route.asset, route.network), {})
        level = shape.wallet_level(world, f"{route.asset}/{route.network}", np.array([now]))[0] * route.wallet
        unsent = sum(transaction.amount for transaction in waiting if transaction.delayed_by)
        ledger.set("exchange_hot_wallet_balance", round(float(level) + unsent, 4), **where)


def _state(waiting: dict[Transaction, None], now: float, *, in_stage: bool = False) -> tuple[int, float]:
    """How many wait, and how long the oldest has, of all its time or in its stage; 0 s when none does."""
    if not waiting:
        return 0, 0.0
    oldest = next(iter(waiting))  # who came first stands first
    return len(waiting), now - (oldest.entered_at if in_stage else oldest.created_at)


def _place(transaction: Transaction) -> Place:
    if transaction.kind is Kind.ORDER:
        return transaction.kind, transaction.group
    return transaction.kind, *transaction.where
