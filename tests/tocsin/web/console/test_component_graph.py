"""The picture of an incident's components: where each stands, and what is left out."""

from dataclasses import replace

from incidents.component import Component, ComponentGraph
from incidents.incident import Incident
from tests.incidents.build import at, exchange, signal
from tocsin.web.console.component_graph import MOST, picture_of

GRAPH = exchange()
CHAIN, WITHDRAWALS, DEPOSITS = "chain/bitcoin", "withdrawals/BTC/bitcoin", "deposits/BTC/bitcoin"


def incident(*components: str, end: float | None = None) -> Incident:
    signals = tuple(signal(name, number, end=end) for number, name in enumerate(components))
    return Incident(
        id="a" * 12,
        title="t",
        kind=signals[0].kind,
        component=components[0],
        components=components,
        signals=signals,
        started_at=at(0),
        opened_at=at(1),
    )


def test_causes_stand_left_of_what_depends_on_them_and_lines_join_them() -> None:
    drawn = picture_of(incident(CHAIN, WITHDRAWALS, DEPOSITS), GRAPH)
    assert drawn is not None
    places = {n.name: (n.x, n.y) for n in drawn.nodes}
    assert places[CHAIN][0] < places[WITHDRAWALS][0] == places[DEPOSITS][0]
    assert len(set(places.values())) == 3
    assert len(drawn.lines) == 2
    assert [n.name for n in drawn.nodes if n.is_root] == [CHAIN]
    assert all(n.x + 208 <= drawn.width and n.y + 48 <= drawn.height for n in drawn.nodes)


def test_what_two_of_them_depend_on_is_shown_without_a_signal() -> None:
    drawn = picture_of(incident(WITHDRAWALS, DEPOSITS), GRAPH)
    assert drawn is not None
    shared = next(n for n in drawn.nodes if n.name == CHAIN)
    assert (shared.since, shared.is_root) == (None, False)


def test_a_component_whose_signals_ended_says_when() -> None:
    drawn = picture_of(incident(CHAIN, WITHDRAWALS, end=90), GRAPH)
    assert drawn is not None
    assert {n.ended_at for n in drawn.nodes} == {at(90)}


def test_one_component_and_a_crowd_are_no_picture() -> None:
    assert picture_of(incident(CHAIN), GRAPH) is None
    crowd = ComponentGraph([Component(name=f"c{n}", title=f"C{n}") for n in range(MOST + 1)])
    assert picture_of(incident(*(f"c{n}" for n in range(MOST + 1))), crowd) is None


def test_a_circle_is_drawn_once_round() -> None:
    circle = ComponentGraph(
        [Component(name="a", title="A", depends_on=("b",)), Component(name="b", title="B", depends_on=("a",))]
    )
    drawn = picture_of(incident("a", "b"), circle)
    assert drawn is not None
    assert len({(n.x, n.y) for n in drawn.nodes}) == 2


def test_a_long_name_is_shortened_in_the_middle() -> None:
    long = "withdrawals/SHIB/ethereum-mainnet-archive"
    graph = ComponentGraph([Component(name=long, title="L"), Component(name="x", title="X", depends_on=(long,))])
    drawn = picture_of(replace(incident(long, "x"), component="x"), graph)
    assert drawn is not None
    label = next(n.label for n in drawn.nodes if n.name == long)
    assert len(label) == 25
    assert label.startswith("withdrawals")
    assert label.endswith("archive")
