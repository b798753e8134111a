import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import cos, tau

import pytest

from incidents.component import Component, ComponentGraph
from incidents.signal import SignalSource
from tests.tickets.make import NOON, minutes
from tickets.bursts import LEAST, WINDOW, Burst, SharedTopic, bursts, signals_of, topic_of, usual_most, weight
from tickets.linking.excess import Arrival

FORMS = {"Deposit": 5, "Withdrawal": 5, "Trading issue": 3, "Fees": 1, "Two-factor": 1, "Other": 3}
COINS = {"BTC": "bitcoin", "ETH": "ethereum", "USDT": "tron", "SOL": "solana", "ADA": "cardano", "": ""}
GRAPH = ComponentGraph(
    [
        Component(name="chain/bitcoin", title="Bitcoin"),
        Component(name="withdrawals/BTC", title="BTC out", form="Withdrawal", asset="BTC", network="bitcoin"),
        Component(name="withdrawals/ETH", title="ETH out", form="Withdrawal", asset="ETH", network="ethereum"),
        Component(name="trading", title="Trading", form="Trading issue"),
    ]
)


def arrival(at: datetime, customer: str, topic: SharedTopic, *, is_proven: bool = True) -> Arrival:
    return Arrival(
        number=f"TOC-{customer}",
        at=at,
        customer=customer,
        is_proven=is_proven,
        form=topic.form,
        assets=frozenset({topic.asset} - {""}),
        networks=frozenset({topic.network} - {""}),
    )


def quiet(days: int, *, a_day: int, seed: int, end: datetime = NOON) -> list[Arrival]:
    """Usual days: three times as many tickets at the busiest hour as at the quietest, some customers write again."""
    chance = random.Random(seed)
    start, made = end - timedelta(days=days), []
    for k in range(days * a_day):
        while True:
            at = start + timedelta(days=days * chance.random())
            if chance.random() < 0.5 + 0.5 * (1 + cos(tau * (at.hour + at.minute / 60) / 24)) / 2:
                break
        (form,), (coin,) = chance.choices(list(FORMS), list(FORMS.values())), chance.choices(list(COINS))
        money = form in ("Deposit", "Withdrawal")
        made.append(arrival(at, f"B{k % 997}", SharedTopic(form, coin if money else "", COINS[coin] if money else "")))
    return sorted(made, key=lambda one: one.at)


BTC = SharedTopic("Withdrawal", "BTC", "bitcoin")


def flood(
    many: int, topic: SharedTopic = BTC, *, name: str = "F", at: datetime = NOON, is_proven: bool = True
) -> list[Arrival]:
    return [arrival(at - minutes(k), f"{name}{k}", topic, is_proven=is_proven) for k in reversed(range(many))]


def looks(arrivals: Sequence[Arrival], start: datetime, end: datetime, every: timedelta) -> list[Burst]:
    """All bursts of looks at every so many minutes."""
    found: list[Burst] = []
    now, past = start, 0
    while now <= end:
        while past < len(arrivals) and arrivals[past].at < now - timedelta(days=8):
            past += 1
        upto = next((k for k in range(past, len(arrivals)) if arrivals[k].at > now), len(arrivals))
        found += bursts(arrivals[past:upto], now)
        now += every
    return found


@pytest.mark.parametrize("a_day", [40, 400])
def test_quiet_weeks_have_no_burst(a_day: int) -> None:
    arrivals = quiet(16, a_day=a_day, seed=a_day)
    found = looks(arrivals, NOON - timedelta(days=8), NOON, WINDOW / 2)
    assert found == []


def test_a_burst_is_found_with_what_its_tickets_have_in_common() -> None:
    (found,) = bursts([*quiet(8, a_day=200, seed=3), *flood(12)], NOON)
    assert found.topic == BTC
    assert found.customers >= 12
    assert found.numbers[0] == "TOC-F0"
    assert found.began >= NOON - WINDOW


def test_where_tickets_name_different_coins_the_form_alone_is_common() -> None:
    topics = [SharedTopic("Deposit", coin, network) for coin, network in COINS.items() if coin]
    mixed = [one for k, topic in enumerate(topics) for one in flood(6, topic, name=f"F{k}-")]
    (found,) = bursts(sorted([*quiet(8, a_day=60, seed=4), *mixed], key=lambda one: one.at), NOON)
    assert found.topic == SharedTopic("Deposit")


def test_without_a_day_of_past_nothing_is_a_burst() -> None:
    assert bursts(flood(25), NOON) == ()


def test_one_customer_who_writes_often_is_no_burst() -> None:
    again = [replace(one, customer="F") for one in flood(25)]
    assert bursts([*quiet(8, a_day=40, seed=5), *again], NOON) == ()


def test_customers_of_whom_nobody_knows_who_they_are_count_a_third() -> None:
    past = quiet(8, a_day=40, seed=5)
    assert weight(flood(9, is_proven=False)) == pytest.approx(3)
    assert bursts([*past, *flood(LEAST + 4, is_proven=False)], NOON) == ()
    assert bursts([*past, *flood(28, is_proven=False)], NOON) != ()


def test_a_burst_of_another_day_does_not_make_the_next_one_usual() -> None:
    last_week = flood(25, at=NOON - timedelta(days=3), name="L")
    arrivals = sorted([*quiet(8, a_day=200, seed=6), *last_week, *flood(12)], key=lambda one: one.at)
    assert [one.topic for one in bursts(arrivals, NOON)] == [BTC]
    assert usual_most(last_week, NOON) == len(last_week), "of one day alone it is"


def test_a_burst_lasts_until_its_customers_are_no_more_than_usual() -> None:
    past = quiet(8, a_day=200, seed=7)
    some = [*past, *flood(5)]
    assert bursts(some, NOON) == ()
    assert [one.topic for one in bursts(some, NOON, [BTC])] == [BTC]
    assert bursts(past, NOON, [BTC]) == ()


def burst(topic: SharedTopic = BTC, customers: float = 12.0) -> Burst:
    return Burst(topic=topic, customers=customers, usual_most=2, began=NOON - minutes(20), numbers=("TOC-2", "TOC-1"))


def test_a_burst_is_a_signal_of_the_component_that_its_tickets_name() -> None:
    (signal,) = signals_of([burst()], [], GRAPH, NOON)
    assert (signal.source, signal.component, signal.user_visible) == (SignalSource.TICKETS, "withdrawals/BTC", False)
    assert dict(signal.facts)["observed"] == "12 customers in 30 minutes"
    assert dict(signal.facts)["tickets"] == "TOC-2, TOC-1"
    assert topic_of(signal) == BTC


@pytest.mark.parametrize(
    ("topic", "components"),
    [
        (SharedTopic("Withdrawal"), {"withdrawals/BTC", "withdrawals/ETH"}),
        (SharedTopic("Withdrawal", "SOL", "solana"), {"customers/Withdrawal"}),
        (SharedTopic("Trading issue"), {"trading"}),
        (SharedTopic("Two-factor"), {"customers/Two-factor"}),
    ],
)
def test_components_are_those_that_such_tickets_may_be_about(topic: SharedTopic, components: set[str]) -> None:
    assert {signal.component for signal in signals_of([burst(topic)], [], GRAPH, NOON)} == components


def test_a_burst_that_lasts_is_the_same_signal_with_its_most_customers_and_then_ends() -> None:
    (first,) = signals_of([burst()], [], GRAPH, NOON)
    (more,) = signals_of([burst(customers=40)], [first], GRAPH, NOON + minutes(1))
    (fewer,) = signals_of([burst(customers=9)], [more], GRAPH, NOON + minutes(2))
    (over,) = signals_of([], [fewer], GRAPH, NOON + minutes(3))
    assert {one.key for one in (more, fewer, over)} == {first.key}
    assert [one.observed for one in (first, more, fewer, over)] == [12, 40, 40, 40]
    assert [one.ended_at for one in (first, more, fewer, over)] == [None, None, None, NOON + minutes(3)]
