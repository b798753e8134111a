"""Coins that an incident's customers name and its signals are not about."""

from collections.abc import Sequence

import pytest

from incidents.component import Component, ComponentGraph
from tests.tickets.make import NOON, incident, minutes
from tests.tickets.test_engineering import written
from tickets.linking.excess import Arrival
from tickets.named_assets import NamedAsset, named_beyond

GRAPH = ComponentGraph(
    [
        Component(name="withdrawals/BTC/bitcoin", title="BTC out", form="Withdrawal", asset="BTC", network="bitcoin"),
        Component(name="withdrawals/XRP/ripple", title="XRP out", form="Withdrawal", asset="XRP", network="ripple"),
        Component(name="deposits/XRP/ripple", title="XRP in", form="Deposit", asset="XRP", network="ripple"),
        Component(name="trading", title="Trading", form="Trading issue"),
    ]
)


def naming(
    many: int, *assets: str, form: str = "Withdrawal", name: str = "C", is_proven: bool = True
) -> Sequence[Arrival]:
    return [
        Arrival(
            number=f"TOC-{name}{k}",
            at=NOON + minutes(k),
            customer=f"{name}{k}",
            is_proven=is_proven,
            form=form,
            assets=frozenset(assets),
            networks=frozenset(),
        )
        for k in range(many)
    ]


def test_a_coin_beyond_the_incidents_own_is_named_with_where_it_may_be() -> None:
    arrivals = [*naming(9, "BTC"), *naming(6, "XRP", name="X"), *naming(4, "DOGE", name="D")]
    xrp, doge = named_beyond(arrivals, incident(), GRAPH)
    assert (xrp.asset, xrp.form, xrp.customers) == ("XRP", "Withdrawal", 6)
    assert xrp.components == ("withdrawals/XRP/ripple",)
    assert xrp.numbers == ("TOC-X5", "TOC-X4", "TOC-X3", "TOC-X2", "TOC-X1")
    assert (doge.asset, doge.components) == ("DOGE", ())


@pytest.mark.parametrize(
    "arrivals",
    [
        naming(2, "XRP"),
        [*naming(1, "XRP"), *naming(1, "XRP"), *naming(1, "XRP")],
        naming(8, "XRP", is_proven=False),
        naming(9, "XRP", "BTC"),
        naming(9, "XRP", "DOGE"),
        naming(9),
    ],
    ids=["too few", "one customer", "strangers", "the incident's too", "several", "none"],
)
def test_what_says_nothing_of_another_coin_is_left_out(arrivals: Sequence[Arrival]) -> None:
    assert named_beyond(arrivals, incident(), GRAPH) == ()


def test_where_the_incident_is_of_any_coin_none_is_beyond_it() -> None:
    trading = incident(component="trading", components=("trading",))
    assert named_beyond(naming(9, "XRP", form="Trading issue"), trading, GRAPH) == ()
    assert len(named_beyond(naming(9, "XRP", form="Deposit"), trading, GRAPH)) == 1


def test_the_engineer_reads_it_in_the_ticket() -> None:
    named = NamedAsset(
        form="Withdrawal",
        asset="XRP",
        customers=12.0,
        components=("withdrawals/XRP/ripple",),
        numbers=("TOC-1", "TOC-2"),
    )
    body = written(incident(), named=(named,)).body
    assert "## What customers name beside it" in body
    assert (
        "- **XRP**, Withdrawal: 12 customers, and no signal is about it; perhaps `withdrawals/XRP/ripple`; "
        "tickets TOC-1, TOC-2" in body
    )
    assert "name beside" not in written(incident()).body
