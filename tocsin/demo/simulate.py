"""The exchange at work, event by event: transactions pass their stages, faults change the stages, metrics follow.

The simulation knows no clock: `advance(until)` brings it to an instant, at the wall's pace or as fast as it can.
"""

import heapq
import itertools
from collections.abc import Callable
from functools import partial

import numpy as np

from tocsin.demo import shape
from tocsin.demo.chain import Chain
from tocsin.demo.faults import Fault, FaultKind, FaultSpec
from tocsin.demo.metrics import CODE_SHARES, CODES, Ledger, families
from tocsin.demo.transactions import Queue, Transaction
from tocsin.demo.world import REVIEW_SIGMA, REVIEW_TIMES_USUAL, Kind, Pair, Route, World

TICK_S = 0.1
CUSTOMERS = 20_000
BY_HAND = 0.06
"""Share of the orders that people place by hand; the others are trading programmes', which write no tickets."""
FAILED = {Kind.ORDER: 0.004, Kind.DEPOSIT: 0.001, Kind.WITHDRAWAL: 0.002}
GOOD = {Kind.ORDER: "filled", Kind.DEPOSIT: "credited", Kind.WITHDRAWAL: "completed"}
BAD = {Kind.ORDER: "rejected", Kind.DEPOSIT: "rejected", Kind.WITHDRAWAL: "failed"}


class Simulation:
    """The running exchange. started: transactions that began since they were last taken, for the customers' eyes."""

    def __init__(self, world: World, *, start: float) -> None:
        self.world = world
        self.now = start
        self.ledger = Ledger(families(world))
        self.started: list[Transaction] = []
        self.faults: dict[str, Fault] = {}
        self._affected: list[Transaction] = []
        self._random = np.random.default_rng([world.seed, int(start)])
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()
        self._names = itertools.count(1)
        self._chains = {network.name: Chain(world, network) for network in world.networks}
        self._queues = self._make_queues()
        self._pending: dict[tuple[Kind, str, str], dict[Transaction, None]] = {}
        self._held: dict[tuple[str, str, str], dict[Transaction, None]] = {}
        self._streams = self._make_streams()
        self._rates = np.array([rate for _, _, rate in self._streams])
        self._slow = np.array([name.startswith(("deposits/", "withdrawals/")) for name, _, _ in self._streams])
        self._start = start
        self._rates_now, self._rates_slot = self._rates, -1.0
        self._recording = False
        self._warm_up()

    def advance(self, until: float) -> None:
        """Everything that happens up to this instant (epoch seconds)."""
        while self.now < until:
            end = min(until, self.now + TICK_S)
            self._arrivals(self.now, end)
            while self._events and self._events[0][0] <= end:
                at, _, action = heapq.heappop(self._events)
                self.now = max(self.now, at)
                action(at)
            self.now = end
            for chain in self._chains.values():
                blocks = chain.follow(end, self._random)
                if self._recording:
                    self.ledger.add("exchange_chain_blocks", blocks, network=chain.network.name)

    def start_fault(self, spec: FaultSpec) -> Fault:
        """Break something now. ValueError when the same thing is broken already."""
        for fault in self.active_faults():
            if (fault.spec.kind, fault.spec.target) == (spec.kind, spec.target):
                raise ValueError(
                    f"{spec.kind} of {spec.target} lasts already as {fault.id}; end it first with DELETE /faults/{fault.id}"
                )
        fault = Fault(id=f"F{next(self._names)}", spec=spec, started_at=self.now)
        self.faults[fault.id] = fault
        self._break(fault)
        return fault

    def stop_fault(self, fault_id: str) -> Fault:
        """Mend it now; a fault that has ended stays as it is. KeyError when there was none of that id."""
        fault = self.faults[fault_id]
        if fault.ended_at is not None:
            return fault
        ended = Fault(id=fault.id, spec=fault.spec, started_at=fault.started_at, ended_at=self.now)
        self.faults[fault_id] = ended
        self._mend(ended)
        return ended

    def active_faults(self) -> tuple[Fault, ...]:
        """The faults that last."""
        return tuple(fault for fault in self.faults.values() if fault.ended_at is None)

    def touched(self) -> list[Transaction]:
        """Customers' transactions that a fault delayed, those still under way included."""
        waiting = (t for place in self._pending.values() for t in place if t.delayed_by and t.customer_id)
        return [*self._affected, *waiting]

    def is_silent(self, page: str) -> bool:
        """Whether this exporter is down."""
        return any((f.spec.kind, f.spec.target) == (FaultKind.EXPORTER_SILENT, page) for f in self.active_faults())

    def measure(self) -> None:
        """Bring the gauges up to this instant; the counters and histograms always are."""
        for route in self.world.routes:
            self._measure_route(route)
        for group in self.world.groups:
            count, age = self._queue_state(self._pending.get((Kind.ORDER, group, ""), {}))
            self.ledger.set("exchange_pending_orders", count, group=group)
            self.ledger.set("exchange_oldest_pending_order_seconds", age, group=group)
        for chain in self._chains.values():
            self.ledger.set("exchange_chain_confirmation_seconds", chain.estimate(self.now), network=chain.network.name)

    # -- beginning ---------------------------------------------------------------------------------------------------

    def _make_queues(self) -> dict[tuple[str, str], Queue]:
        made = {}
        for network in self.world.networks:
            for name in ("sign", "credit"):
                made[name, network.name] = Queue(self.world.capacity(name), self._schedule, self._served)
        for group in self.world.groups:
            made["match", group] = Queue(self.world.capacity("match", group), self._schedule, self._served)
        return made

    def _make_streams(self) -> list[tuple[str, Callable[[float, int], None], float]]:
        """What arrives by itself: the stream's name, what to do with a count of it at an instant, its rate at load 1."""
        made: list[tuple[str, Callable[[float, int], None], float]] = []
        for route in self.world.routes:
            where = f"{route.asset}/{route.network}"
            made.append((f"deposits/{where}", partial(self._begin_transfer, Kind.DEPOSIT, route), route.deposits))
            made.append(
                (f"withdrawals/{where}", partial(self._begin_transfer, Kind.WITHDRAWAL, route), route.withdrawals)
            )
        for pair in self.world.pairs:
            made.append((f"orders/{pair.name}", partial(self._begin_order, pair), pair.orders))
        for api in self.world.api:
            made.append((f"api{api.name}", partial(self._requests, api.name), api.requests))
        return made

    def _warm_up(self) -> None:
        """Begin early enough that, at the start, the usual number of transactions is on its way; nothing is counted."""
        start = self.now
        longest = max(
            self.world.usual_s(kind, n.name) for n in self.world.networks for kind in (Kind.DEPOSIT, Kind.WITHDRAWAL)
        )
        self.now = start - 3 * longest
        self.advance(start)
        self._recording = True

    # -- arrivals ----------------------------------------------------------------------------------------------------

    def _arrivals(self, start: float, end: float) -> None:
        rates = self._current_rates(start)
        if not self._recording and start < self._start - 5.0:
            rates = rates * self._slow  # an order takes no time: only the last seconds' can be under way at the start
        counts = self._random.poisson(rates * (end - start))
        for number in np.flatnonzero(counts):
            _, begin, _ = self._streams[number]
            begin(start, int(counts[number]))

    def _current_rates(self, at: float) -> shape.Floats:
        """Rates move over minutes: they are worked out anew every ten seconds."""
        slot = at // 10.0
        if self._rates_slot != slot:
            self._rates_slot = slot
            times = np.array([slot * 10.0 + 5.0])
            factors = [shape.activity(self.world, name, times)[0] for name, _, _ in self._streams]
            self._rates_now = self._rates * np.array(factors)
        return self._rates_now

    def _begin_transfer(self, kind: Kind, route: Route, at: float, count: int) -> None:
        for _ in range(count):
            usd = float(self._random.lognormal(np.log(420.0), 1.3))
            self._begin(
                Transaction(
                    id=self._txid(route.network),
                    kind=kind,
                    asset=route.asset,
                    network=route.network,
                    pair="",
                    group="",
                    customer_id=customer_name(int(self._random.integers(CUSTOMERS))),
                    amount=round(usd / route.price, 6),
                    amount_usd=round(usd, 2),
                    created_at=at + float(self._random.random()) * TICK_S,
                    usual_s=self.world.usual_s(kind, route.network),
                    stages=self.world.stages(kind, route.network),
                    reviewed=bool(self._random.random() < route.review),
                )
            )

    def _begin_order(self, pair: Pair, at: float, count: int) -> None:
        for _ in range(count):
            by_hand = self._random.random() < BY_HAND
            usd = float(self._random.lognormal(np.log(900.0), 1.4))
            self._begin(
                Transaction(
                    id=f"O-{int(self._random.integers(10**9, 10**10))}",
                    kind=Kind.ORDER,
                    asset="",
                    network="",
                    pair=pair.name,
                    group=pair.group,
                    customer_id=customer_name(int(self._random.integers(CUSTOMERS))) if by_hand else "",
                    amount=round(usd / pair.price, 6),
                    amount_usd=round(usd, 2),
                    created_at=at + float(self._random.random()) * TICK_S,
                    usual_s=self.world.usual_s(Kind.ORDER),
                    stages=self.world.stages(Kind.ORDER),
                )
            )

    def _begin(self, transaction: Transaction) -> None:
        """It exists from its own instant on, not from the tick's beginning."""
        self._schedule(transaction.created_at, partial(self._created, transaction))

    def _created(self, transaction: Transaction, at: float) -> None:
        self._pending.setdefault(_place(transaction), {})[transaction] = None
        if transaction.customer_id:
            self.started.append(transaction)
        if transaction.kind is Kind.WITHDRAWAL:
            self._count("exchange_withdrawals_requested", transaction)
        self._enter(transaction, at)

    def _requests(self, route: str, _at: float, count: int) -> None:
        if not self._recording:
            return
        refused = self._refused(route)
        shares = np.array(CODE_SHARES)
        shares[0] -= refused
        shares[-1] += refused
        for code, number in zip(CODES, self._random.multinomial(count, shares), strict=True):
            self.ledger.add("exchange_api_requests", float(number), route=route, code=code)

    def _refused(self, route: str) -> float:
        """The gateway sheds load with 503 when what is behind it has kept people waiting."""
        if route == "/v1/orders":
            slow = [g for g in self.world.groups if len(self._queues["match", g].waiting) > 10]
            return 0.35 * len(slow) / len(self.world.groups)
        if route == "/v1/withdrawals":
            return 0.05 * sum(len(q.waiting) > 40 for (name, _), q in self._queues.items() if name == "sign")
        return 0.0

    # -- stages ------------------------------------------------------------------------------------------------------

    def _enter(self, transaction: Transaction, at: float) -> None:
        stage = transaction.stage
        transaction.entered_at = at
        length = stage.median_s * float(np.exp(stage.sigma * self._random.standard_normal()))
        if transaction.step == 0 and transaction.reviewed:
            length += (
                REVIEW_TIMES_USUAL * transaction.usual_s * float(np.exp(REVIEW_SIGMA * self._random.standard_normal()))
            )
        if stage.name in ("sign", "credit"):
            self._held.setdefault((stage.name, *transaction.where), {})[transaction] = None
        if stage.name == "confirm":
            length = self._chains[transaction.network].enter(transaction, length, at)
        self._due(transaction, at + length)

    def _due(self, transaction: Transaction, at: float) -> None:
        transaction.due_at = at
        transaction.version += 1
        self._schedule(at, partial(self._stage_over, transaction, transaction.version))

    def _stage_over(self, transaction: Transaction, version: int, at: float) -> None:
        if version != transaction.version:
            return
        if transaction.stage.name == "confirm":
            self._chains[transaction.network].leave(transaction)
            if transaction.kind is Kind.DEPOSIT:
                self._count("exchange_deposits_confirmed", transaction)
        if transaction.stage.queue:
            self._queues[transaction.stage.queue, transaction.network or transaction.group].arrive(transaction, at)
            return
        self._step_on(transaction, at)

    def _served(self, transaction: Transaction, at: float) -> None:
        if transaction.stage.name in ("sign", "credit"):
            del self._held[transaction.stage.name, *transaction.where][transaction]
        if transaction.stage.name == "sign":
            self._count("exchange_withdrawals_signed", transaction)
        self._step_on(transaction, at)

    def _step_on(self, transaction: Transaction, at: float) -> None:
        if transaction.step + 1 == len(transaction.stages):
            self._finish(transaction, at)
            return
        transaction.step += 1
        self._enter(transaction, at)

    def _finish(self, transaction: Transaction, at: float) -> None:
        kind = transaction.kind
        transaction.finished_at = at
        transaction.outcome = BAD[kind] if self._random.random() < FAILED[kind] else GOOD[kind]
        del self._pending[_place(transaction)][transaction]
        if transaction.delayed_by and transaction.customer_id:
            self._affected.append(transaction)
        if self._recording:
            self._record(transaction, at - transaction.created_at)

    def _record(self, transaction: Transaction, took: float) -> None:
        kind = transaction.kind
        if kind is Kind.ORDER:
            self.ledger.observe("exchange_trade_execution_seconds", took, pair=transaction.pair)
            self.ledger.add("exchange_orders", pair=transaction.pair, outcome=transaction.outcome)
            return
        asset, network = transaction.where
        self.ledger.observe(f"exchange_{kind}_processing_seconds", took, asset=asset, network=network)
        self.ledger.add(f"exchange_{kind}s", asset=asset, network=network, outcome=transaction.outcome)

    def _count(self, name: str, transaction: Transaction) -> None:
        if self._recording:
            self.ledger.add(name, asset=transaction.asset, network=transaction.network)

    # -- faults ------------------------------------------------------------------------------------------------------

    def _break(self, fault: Fault) -> None:
        spec = fault.spec
        if spec.kind is FaultKind.CONFIRMATIONS_SLOW:
            self._stretch(spec.target, spec.factor, fault.id)
        for queue in self._broken_queues(spec):
            blocked = spec.kind is not FaultKind.MATCHING_SLOW
            queue.break_down(fault.id, slower=spec.factor, blocked=blocked)

    def _mend(self, fault: Fault) -> None:
        if fault.spec.kind is FaultKind.CONFIRMATIONS_SLOW:
            self._stretch(fault.spec.target, 1.0, "")
        for queue in self._broken_queues(fault.spec):
            queue.recover(self.now)

    def _broken_queues(self, spec: FaultSpec) -> list[Queue]:
        if spec.kind is FaultKind.WITHDRAWALS_STUCK:
            return [self._queues["sign", spec.target]]
        if spec.kind is FaultKind.DEPOSITS_UNCREDITED:
            return [self._queues["credit", spec.target]]
        if spec.kind is FaultKind.MATCHING_SLOW:
            return [self._queues["match", group] for group in self.world.groups if spec.target in ("all", group)]
        return []

    def _stretch(self, network: str, factor: float, fault_id: str) -> None:
        for transaction, due_at in self._chains[network].stretch(factor, fault_id, self.now):
            self._due(transaction, due_at)

    # -- gauges and clock --------------------------------------------------------------------------------------------

    def _measure_route(self, route: Route) -> None:
        where = {"asset": route.asset, "network": route.network}
        for kind, held, name in ((Kind.DEPOSIT, "credit", "uncredited"), (Kind.WITHDRAWAL, "sign", "unsigned")):
            count, age = self._queue_state(self._pending.get((kind, route.asset, route.network), {}))
            self.ledger.set(f"exchange_pending_{kind}s", count, **where)
            self.ledger.set(f"exchange_oldest_pending_{kind}_seconds", age, **where)
            count, age = self._queue_state(self._held.get((held, route.asset, route.network), {}), since_entered=True)
            self.ledger.set(f"exchange_{name}_{kind}s", count, **where)
            self.ledger.set(f"exchange_oldest_{name}_{kind}_seconds", age, **where)
        waiting = self._held.get(("sign", route.asset, route.network), {})
        level = shape.wallet_level(self.world, f"{route.asset}/{route.network}", np.array([self.now]))[0] * route.wallet
        unsent = sum(transaction.amount for transaction in waiting if transaction.delayed_by)
        self.ledger.set("exchange_hot_wallet_balance", round(float(level) + unsent, 4), **where)

    def _queue_state(self, waiting: dict[Transaction, None], *, since_entered: bool = False) -> tuple[int, float]:
        """How many wait, and how long the oldest has; 0 s when none does. Who came first stands first."""
        if not waiting:
            return 0, 0.0
        oldest = next(iter(waiting))
        return len(waiting), self.now - (oldest.entered_at if since_entered else oldest.created_at)

    def _schedule(self, at: float, action: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (at, next(self._order), action))

    def _txid(self, network: str) -> str:
        digits = self._random.bytes(32).hex()
        return "0x" + digits if network == "ethereum" else digits


def _place(transaction: Transaction) -> tuple[Kind, str, str]:
    if transaction.kind is Kind.ORDER:
        return transaction.kind, transaction.group, ""
    return transaction.kind, *transaction.where


def customer_name(number: int) -> str:
    """The id of a customer by number, `C-100042`."""
    return f"C-{100_000 + number}"
