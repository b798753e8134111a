"""Where a fault may have begun: every other affected component is explained, and what is fine speaks against it."""

import pytest

from incidents.component import Component, ComponentGraph
from incidents.origin import AT_LEAST, origins_of

GRAPH = ComponentGraph(
    Component(name=name, title=name, depends_on=needs)
    for name, needs in [
        ("database", ()), ("wallet", ("database",)), ("ledger", ("database",)), ("withdrawals", ("wallet", "ledger")),
        ("deposits", ("wallet",)), ("trading", ()),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("affected", "ranked"),
    [
        pytest.param(
            ["withdrawals"],
            ["withdrawals", "ledger", "wallet"],
            id="alone: itself first, last what others need that are fine",
        ),
        pytest.param(["withdrawals", "wallet"], ["wallet", "withdrawals"], id="it spreads upwards only"),
        pytest.param(["withdrawals", "deposits"], ["wallet", "deposits"], id="nobody watches what both need"),
        pytest.param(["wallet", "withdrawals", "deposits"], ["wallet", "database"], id="the lowest of all"),
    ],
)
def test_the_origin_is_what_explains_the_others(affected: list[str], ranked: list[str]) -> None:
    origins = origins_of(affected, GRAPH)
    values = [origins.times([name]) for name in ranked]
    assert values == sorted(values, reverse=True)
    assert values[0] > 1


def test_what_nothing_connects_is_no_origin() -> None:
    assert origins_of(["withdrawals"], GRAPH).times(["trading"]) == 0.0


def test_a_caller_may_overload_what_it_calls() -> None:
    origins = origins_of(["wallet"], GRAPH)
    assert 0 < origins.times(["deposits"]) < origins.times(["wallet"])


def test_over_all_components_it_says_nothing() -> None:
    """A change anywhere is what a fault anywhere is."""
    many = ComponentGraph(Component(name=str(n), title=str(n)) for n in range(2 * AT_LEAST))
    origins = origins_of(["7"], many)
    assert origins.times([str(n) for n in range(2 * AT_LEAST)]) == pytest.approx(1.0)
    assert origins.times(["7"]) == pytest.approx(2 * AT_LEAST)


def test_components_that_no_configuration_names_and_hundreds_of_them_are_weighed() -> None:
    names = [f"10.0.0.{n}" for n in range(400)]
    origins = origins_of(names, ComponentGraph([]))
    assert origins.times(names[:1]) == pytest.approx(1.0)
