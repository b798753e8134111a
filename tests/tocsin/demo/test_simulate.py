"""Faults travel along the component graph as they would: the metrics first, the customers later."""

from datetime import UTC, datetime

import numpy as np
import pytest

from tocsin.demo.customers import Customers, Letter
from tocsin.demo.faults import make_spec
from tocsin.demo.simulate import Simulation
from tocsin.demo.world import Kind, components, make_world

START = datetime(2026, 11, 18, 14, 0, tzinfo=UTC).timestamp()
QUIET_S = 30
FAULT_S = 60

GAUGES = [
    ("withdrawals-stuck", "tron", "exchange_unsigned_withdrawals", {"asset": "USDT", "network": "tron"}),
    ("withdrawals-stuck", "tron", "exchange_oldest_unsigned_withdrawal_seconds", {"asset": "USDT", "network": "tron"}),
    (
        "deposits-uncredited",
        "ethereum",
        "exchange_oldest_uncredited_deposit_seconds",
        {"asset": "ETH", "network": "ethereum"},
    ),
    ("confirmations-slow", "bitcoin", "exchange_chain_confirmation_seconds", {"network": "bitcoin"}),
    ("matching-slow", "all", "exchange_oldest_pending_order_seconds", {"group": "btc"}),
]


def story(fault: str, target: str, name: str, labels: dict[str, str]) -> tuple[np.ndarray, list[Letter], Simulation]:
    """A metric at each second from QUIET_S before the fault to FAULT_S after its end, and all letters."""
    world = make_world(speed=20.0, seed=5)
    simulation, customers = Simulation(world, start=START), Customers(world, start=START)
    values, letters, fault_id = [], [], ""
    for second in range(QUIET_S + 2 * FAULT_S):
        if second == QUIET_S:
            fault_id = simulation.start_fault(make_spec(world, fault, target)).id
        if second == QUIET_S + FAULT_S:
            simulation.stop_fault(fault_id)
        simulation.measure()
        values.append(simulation.ledger.values[simulation.ledger.row(name, **labels)])
        simulation.advance(START + second + 1)
        started, simulation.started = simulation.started, []
        letters += customers.step(started, START + second + 1)
    return np.array(values), letters, simulation


@pytest.mark.parametrize(("fault", "target", "name", "labels"), GAUGES, ids=[f"{g[0]} {g[2]}" for g in GAUGES])
def test_a_fault_moves_a_metric_before_an_affected_customer_writes(
    fault: str, target: str, name: str, labels: dict[str, str]
) -> None:
    values, letters, simulation = story(fault, target, name, labels)
    quiet = values[: QUIET_S + 1]
    moved = np.flatnonzero(values > 1.5 * quiet.max() + 0.01)
    wrote = [letter.written_at - START for letter in letters if letter.label == "affected"]
    assert moved[0] <= QUIET_S + 10
    assert moved[0] < min(wrote)
    assert 20 <= len(wrote) <= 160
    assert all(letter.fault_id == "F1" for letter in letters if letter.label == "affected")
    affected = {one.customer_id for one in simulation.touched()}
    assert {letter.customer.id for letter in letters if letter.label == "affected"} <= affected


def test_stuck_withdrawals_touch_only_their_network_and_drain_afterwards() -> None:
    labels = {"asset": "USDT", "network": "tron"}
    values, _, simulation = story("withdrawals-stuck", "tron", "exchange_unsigned_withdrawals", labels)
    assert {one.network for one in simulation.touched()} == {"tron"}
    assert {one.kind for one in simulation.touched()} == {Kind.WITHDRAWAL}
    assert values[QUIET_S + FAULT_S] > 60
    assert values[-1] < 10


def test_the_wallet_keeps_what_is_not_sent_while_withdrawals_are_stuck() -> None:
    labels = {"asset": "USDT", "network": "tron"}
    values, _, _ = story("withdrawals-stuck", "tron", "exchange_hot_wallet_balance", labels)
    assert values[QUIET_S + FAULT_S - 1] > values[: QUIET_S + 1].max()


def test_a_slow_engine_makes_the_gateway_refuse_orders() -> None:
    values, _, _ = story("matching-slow", "all", "exchange_api_requests", {"route": "/v1/orders", "code": "503"})
    before, during = values[QUIET_S] / QUIET_S, (values[QUIET_S + FAULT_S] - values[QUIET_S]) / FAULT_S
    assert during > before + 1


def test_a_chain_stretches_what_waits_on_it_already_and_only_while_it_is_slow() -> None:
    world = make_world(speed=20.0, seed=5)
    simulation = Simulation(world, start=START)
    fault = simulation.start_fault(make_spec(world, "confirmations-slow", "bitcoin", 6.0))
    simulation.advance(START + 1)
    simulation.stop_fault(fault.id)
    simulation.advance(START + 120)
    took = [one.finished_at - one.created_at for one in simulation.touched() if one.finished_at is not None]
    usual = world.usual_s(Kind.DEPOSIT, "bitcoin")
    assert len(took) > 50
    assert np.median(took) < 1.3 * usual


def test_the_same_thing_cannot_break_twice_at_once() -> None:
    world = make_world(speed=20.0, seed=5)
    simulation = Simulation(world, start=START)
    simulation.start_fault(make_spec(world, "withdrawals-stuck", "tron"))
    simulation.start_fault(make_spec(world, "withdrawals-stuck", "ethereum"))
    with pytest.raises(ValueError, match="lasts already; end it with DELETE /faults/F1"):
        simulation.start_fault(make_spec(world, "withdrawals-stuck", "tron"))


def test_a_silent_exporter_is_silent_only_while_the_fault_lasts() -> None:
    world = make_world(speed=20.0, seed=5)
    simulation = Simulation(world, start=START)
    fault = simulation.start_fault(make_spec(world, "exporter-silent", "chain"))
    assert simulation.is_silent("chain")
    assert not simulation.is_silent("core")
    simulation.stop_fault(fault.id)
    assert not simulation.is_silent("chain")


def test_the_same_seed_and_start_give_the_same_run() -> None:
    first, again = (Simulation(make_world(speed=100.0, seed=5), start=START) for _ in range(2))
    for simulation in (first, again):
        simulation.advance(START + 20)
    assert (first.ledger.values == again.ledger.values).all()


def test_speed_shortens_transactions_and_leaves_rates_alone() -> None:
    slow, quick = make_world(speed=1.0), make_world(speed=50.0)
    assert slow.usual_s(Kind.WITHDRAWAL, "tron") == pytest.approx(50 * quick.usual_s(Kind.WITHDRAWAL, "tron"))
    assert slow.routes == quick.routes
    assert slow.capacity("sign") == quick.capacity("sign")


def test_every_component_depends_on_components_that_exist() -> None:
    graph = components(make_world())
    assert {other for needs in graph.values() for other in needs} <= set(graph)
    assert graph["withdrawals/USDT/tron"] == ("wallet/USDT/tron", "chain/tron")
