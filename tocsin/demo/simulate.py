"""Simulates the exchange event by event: transactions pass stages, faults change the stages, metrics follow.

The simulation knows no clock: `advance(until)` brings it to an instant, at the wall's pace or as fast as it can.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from tocsin.demo.arrivals import Arrivals
from tocsin.demo.chain import Chain
from tocsin.demo.faults import Fault, FaultKind, FaultSpec
from tocsin.demo.metrics import CODE_SHARES, CODES, Ledger, families
from tocsin.demo.transactions import Queue, Transaction
from tocsin.demo.under_way import UnderWay
from tocsin.demo.world import REVIEW_SIGMA, REVIEW_TIMES_USUAL, Kind, World

TICK_S = 0.1
WARM_UP_TICK_S = 2.0
FAILED = {Kind.ORDER: 0.004, Kind.DEPOSIT: 0.001, Kind.WITHDRAWAL: 0.002}
GOOD = {Kind.ORDER: "filled", Kind.DEPOSIT: "credited", Kind.WITHDRAWAL: "completed"}
BAD = {Kind.ORDER: "rejected", Kind.DEPOSIT: "rejected", Kind.WITHDRAWAL: "failed"}


class Simulation:
    """The running exchange. started: customers' transactions begun since somebody last took them."""

    def __init__(self, world: World, *, start: float) -> None:
        self.world = world
        self.now = start
        self.ledger = Ledger(families(world))
        self.started: list[Transaction] = []
        self.faults: dict[str, Fault] = {}
        self._random = np.random.default_rng([world.seed, int(start)])
        self._arrivals = Arrivals(world, self._random)
        self._under_way = UnderWay()
        self._delayed: list[Transaction] = []
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()
        self._chains = {network.name: Chain(world, network) for network in world.networks}
        self._queues = self._make_queues()
        self._recording = False
        self._warm_up()

    def advance(self, until: float) -> None:
        """Everything that happens up to this instant (epoch seconds)."""
        while self.now < until:
            end = min(until, self.now + (TICK_S if self._recording else WARM_UP_TICK_S))
            self._arrive(self.now, end)
            while self._events and self._events[0][0] <= end:
                at, _, action = heapq.heappop(self._events)
                action(at)
            self.now = end
            self._follow_chains(end)

    def measure(self) -> None:
        """Bring the gauges up to this instant; the counters and histograms always are."""
        self._under_way.measure(self.world, self.ledger, self.now)
        for name, chain in self._chains.items():
            self.ledger.set("exchange_chain_confirmation_seconds", chain.estimate(self.now), network=name)

    def touched(self) -> list[Transaction]:
        """Customers' transactions that a fault has delayed, those still under way included."""
        return [one for one in (*self._delayed, *self._under_way.touched()) if one.customer_id]

    # -- faults ------------------------------------------------------------------------------------------------------

    def start_fault(self, spec: FaultSpec) -> Fault:
        """Break something now. ValueError when the same thing is broken already."""
        for fault in self.active_faults():
            if (fault.spec.kind, fault.spec.target) == (spec.kind, spec.target):
                raise ValueError(f"{spec.kind} of {spec.target} lasts already; end it with DELETE /faults/{fault.id}")
        fault = Fault(id=f"F{len(self.faults) + 1}", spec=spec, started_at=self.now)
        self.faults[fault.id] = fault
        if spec.kind is FaultKind.CONFIRMATIONS_SLOW:
            self._stretch(spec.target, spec.factor, fault.id)
        blocked = spec.kind is not FaultKind.MATCHING_SLOW
        for queue in self._queues_of(spec):
            queue.break_down(fault.id, slower=spec.factor, blocked=blocked)
        return fault

    def stop_fault(self, fault_id: str) -> Fault:
        """Mend it now; a fault that has ended stays as it is. KeyError when there was none of that id."""
        fault = self.faults[fault_id]
        if fault.ended_at is not None:
            return fault
        self.faults[fault_id] = replace(fault, ended_at=self.now)
        if fault.spec.kind is FaultKind.CONFIRMATIONS_SLOW:
            self._stretch(fault.spec.target, 1.0, "")
        others = {queue for other in self.active_faults() for queue in self._queues_of(other.spec)}
        for queue in self._queues_of(fault.spec):
            if queue not in others:
                queue.recover(self.now)
        return self.faults[fault_id]

    def active_faults(self) -> tuple[Fault, ...]:
        """The faults that last."""
        return tuple(fault for fault in self.faults.values() if fault.ended_at is None)

    def is_silent(self, page: str) -> bool:
        """Whether this exporter, `core` or `chain`, is down."""
        return any((f.spec.kind, f.spec.target) == (FaultKind.EXPORTER_SILENT, page) for f in self.active_faults())

    def _queues_of(self, spec: FaultSpec) -> list[Queue]:
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

    # -- beginning ---------------------------------------------------------------------------------------------------

    def _make_queues(self) -> dict[tuple[str, str], Queue]:
        made = {}
        for network in self.world.networks:
            for name in ("sign", "credit"):
                made[name, network.name] = Queue(self.world.capacity(name), self._schedule, self._served)
        for group in self.world.groups:
            made["match", group] = Queue(self.world.capacity("match", group), self._schedule, self._served)
        return made

    def _warm_up(self) -> None:
        """Begin early enough that, at the start, the usual number is under way; nothing is counted until then."""
        start = self.now
        longest = max(self.world.usual_s(Kind.WITHDRAWAL, network.name) for network in self.world.networks)
        self.now = start - 3 * longest
        self.advance(start - 5.0)  # an order takes no time: only the last seconds' can be under way at the start
        self._recording = True
        before = self.ledger.values.copy()
        self.advance(start)
        self.ledger.resume(before)

    def _arrive(self, start: float, end: float) -> None:
        born, requests = self._arrivals.draw(start, end, quick=self._recording)
        for transaction in born:
            self._schedule(transaction.created_at, partial(self._begin, transaction))
        for route, count in requests.items():
            self._answer(route, count)

    def _begin(self, transaction: Transaction, at: float) -> None:
        self._under_way.begin(transaction)
        if transaction.customer_id:
            self.started.append(transaction)
        if transaction.kind is Kind.WITHDRAWAL:
            self._count("exchange_withdrawals_requested", transaction)
        self._enter(transaction, at)

    # -- stages ------------------------------------------------------------------------------------------------------

    def _enter(self, transaction: Transaction, at: float) -> None:
        stage = transaction.stage
        transaction.entered_at = at
        length = stage.median_s * self._lognormal(stage.sigma)
        if transaction.step == 0 and transaction.reviewed:
            length += REVIEW_TIMES_USUAL * transaction.usual_s * self._lognormal(REVIEW_SIGMA)
        if stage.name in ("sign", "credit"):
            self._under_way.hold(transaction)
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
            self._under_way.release(transaction)
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
        self._under_way.finish(transaction)
        if transaction.delayed_by and transaction.customer_id:
            self._delayed.append(transaction)
        if self._recording:
            self._record(transaction, at - transaction.created_at)

    # -- counting ----------------------------------------------------------------------------------------------------

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

    def _answer(self, route: str, count: int) -> None:
        refused = self._refused(route)
        shares = np.array(CODE_SHARES)
        shares[0] -= refused
        shares[-1] += refused
        for code, number in zip(CODES, self._random.multinomial(count, shares), strict=True):
            self.ledger.add("exchange_api_requests", float(number), route=route, code=code)

    def _refused(self, route: str) -> float:
        """The gateway sheds load with 503 when what is behind it has kept people waiting."""
        if route == "/v1/orders":
            jammed = sum(len(self._queues["match", group].waiting) > 10 for group in self.world.groups)
            return 0.35 * jammed / len(self.world.groups)
        if route == "/v1/withdrawals":
            jammed = sum(len(self._queues["sign", network.name].waiting) > 40 for network in self.world.networks)
            return 0.05 * jammed
        return 0.0

    def _follow_chains(self, now: float) -> None:
        for name, chain in self._chains.items():
            blocks = chain.follow(now, self._random)
            if self._recording:
                self.ledger.add("exchange_chain_blocks", blocks, network=name)

    def _schedule(self, at: float, action: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (at, next(self._order), action))

    def _lognormal(self, sigma: float) -> float:
        return float(np.exp(sigma * self._random.standard_normal()))
