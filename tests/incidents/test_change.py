"""Which reported changes an incident may come from: near in time, near in the component graph, or none."""

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.change import (
    LIKELY,
    WORTH_NAMING,
    ChangeKind,
    ReportedChange,
    concerns,
    lead_in_words,
    likely_in_words,
    related_changes,
    suspect_changes,
)
from incidents.incident import Incident
from tests.incidents.build import at, exchange, signal

GRAPH = exchange()
WITHDRAWALS = "withdrawals/BTC/bitcoin"


def change(minutes: float, *components: str, title: str = "") -> ReportedChange:
    """Made so many minutes before the first sign of `fault`."""
    return ReportedChange(
        id=title or f"{minutes}:{components}",
        kind=ChangeKind.DEPLOY,
        title=title,
        at=at(-60 * minutes),
        components=components,
        sender="token:ci",
    )


def fault(*components: str) -> Incident:
    first = signal(components[0], 0.0)
    return Incident(
        id="i",
        title="",
        kind=first.kind,
        component=components[0],
        components=components,
        signals=(first,),
        started_at=at(0),
        opened_at=at(30),
    )


@pytest.mark.parametrize(
    ("made", "suspected"),
    [
        pytest.param(change(5, WITHDRAWALS), (WITHDRAWALS, 0, False), id="the component itself"),
        pytest.param(change(5, "chain/bitcoin"), ("chain/bitcoin", 1, False), id="what it needs"),
        pytest.param(change(5, "chain/*"), ("chain/bitcoin", 1, False), id="a pattern over what it needs"),
        pytest.param(change(5), ("", 3, False), id="a change that names nothing"),
        pytest.param(change(359, WITHDRAWALS), (WITHDRAWALS, 0, False), id="almost six hours before"),
        pytest.param(change(361, WITHDRAWALS), None, id="more than six hours before"),
        pytest.param(change(-0.5, WITHDRAWALS), (WITHDRAWALS, 0, False), id="another clock"),
        pytest.param(change(-2, WITHDRAWALS), None, id="after the first sign"),
        pytest.param(change(5, "deposits/BTC/bitcoin"), None, id="a sibling"),
        pytest.param(change(5, "trading/engine"), None, id="what nothing connects"),
        pytest.param(change(5, "wallet-service"), None, id="what no configuration names"),
    ],
)
def test_a_change_is_suspected_where_it_is_near_in_time_and_in_the_graph(
    made: ReportedChange, suspected: tuple[str, int, bool] | None
) -> None:
    found = suspect_changes([made], fault(WITHDRAWALS), GRAPH)
    assert [(s.changed, s.hops, s.is_caller) for s in found] == ([suspected] if suspected else [])


def test_a_caller_is_suspected_less_than_what_is_called() -> None:
    below, above = change(5, WITHDRAWALS, title="below"), change(5, "chain/bitcoin", title="above")
    (first, second) = suspect_changes([below, above], fault("chain/bitcoin"), GRAPH)
    assert (first.change.title, second.change.title) == ("above", "below")
    assert second.is_caller


def test_the_nearest_in_time_and_graph_is_first() -> None:
    made = [
        change(60, WITHDRAWALS, title="an hour, itself"),
        change(3, "chain/bitcoin", title="3 min, needed"),
        change(4, title="4 min, unnamed"),
        change(4, WITHDRAWALS, title="4 min, itself"),
    ]
    found = suspect_changes(made, fault(WITHDRAWALS), GRAPH)
    assert [s.change.title for s in found] == ["4 min, itself", "3 min, needed", "4 min, unnamed", "an hour, itself"]
    assert all(0 < s.weight < 1 for s in found)
    assert [s.confidence >= WORTH_NAMING for s in found] == [True, False, False, False]


def test_the_change_that_explains_everything_affected_is_first() -> None:
    one, all_ = change(3, WITHDRAWALS, title="one of them"), change(6, "chain/bitcoin", title="what all need")
    affected = (WITHDRAWALS, "deposits/BTC/bitcoin", "wallet/hot-7")
    (first, second) = suspect_changes([one, all_], fault(*affected), GRAPH)
    assert (first.change, second.change) == (all_, one)
    assert first.confidence > LIKELY
    assert second.confidence < WORTH_NAMING


def test_confidence_is_shared_among_the_suspects_and_another_cause() -> None:
    alone = suspect_changes([change(2, WITHDRAWALS)], fault(WITHDRAWALS), GRAPH)
    beside = suspect_changes([change(2, WITHDRAWALS), change(1, WITHDRAWALS)], fault(WITHDRAWALS), GRAPH)
    late = suspect_changes([change(200, WITHDRAWALS)], fault(WITHDRAWALS), GRAPH)
    assert alone[0].confidence > 0.9
    assert [round(s.confidence, 1) for s in beside] == [0.5, 0.4]
    assert sum(s.confidence for s in beside) < 1
    assert late[0].confidence < WORTH_NAMING, "hours before, it is hardly more suspect than what nobody reported"


def test_where_changes_are_frequent_one_just_before_says_little() -> None:
    made = change(20, WITHDRAWALS)
    others = [change(minutes, "trading/engine") for minutes in range(25, 355, 3)]
    (rare,) = suspect_changes([made], fault(WITHDRAWALS), GRAPH)
    (usual,) = suspect_changes([made, *others], fault(WITHDRAWALS), GRAPH)
    assert rare.confidence > 0.9
    assert usual.confidence < LIKELY


def test_a_change_of_everything_is_no_better_than_one_that_names_nothing() -> None:
    (everything,) = suspect_changes([change(10, "*")], fault(WITHDRAWALS), GRAPH)
    (one,) = suspect_changes([change(10, WITHDRAWALS)], fault(WITHDRAWALS), GRAPH)
    (unnamed,) = suspect_changes([change(10)], fault(WITHDRAWALS), GRAPH)
    assert everything.confidence == pytest.approx(unnamed.confidence, abs=0.05)
    assert everything.confidence < one.confidence


@pytest.mark.parametrize(
    ("confidence", "words"), [(0.74, "74 % likely"), (0.5, "50 % likely"), (0.38, "38 % likely, may be chance")]
)
def test_what_may_be_chance_is_said(confidence: float, words: str) -> None:
    (suspect,) = suspect_changes([change(1, WITHDRAWALS)], fault(WITHDRAWALS), GRAPH)
    assert likely_in_words(replace(suspect, confidence=confidence)) == words


def test_hosts_that_no_configuration_names_are_met_by_their_name() -> None:
    (suspect,) = suspect_changes([change(5, "10.0.0.7:*")], fault("10.0.0.7:9100"), GRAPH)
    assert suspect.affected == "10.0.0.7:9100"


def test_the_timeline_shows_suspects_and_what_is_changed_while_it_lasts() -> None:
    made = [
        change(400, WITHDRAWALS),
        change(5, "chain/bitcoin"),
        change(-20, WITHDRAWALS),
        change(-21, "trading/engine"),
    ]
    assert related_changes(made, fault(WITHDRAWALS), GRAPH) == (made[1], made[2])


def test_a_plot_has_the_changes_of_its_component_and_of_what_that_needs() -> None:
    met = [concerns(change(1, *names), WITHDRAWALS, GRAPH) for names in [(WITHDRAWALS,), ("chain/*",), (), ("ledger",)]]
    assert met == [True, True, True, False]


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        (timedelta(seconds=90), "90 s before the first sign"),
        (timedelta(minutes=12, seconds=40), "12 min before the first sign"),
        (timedelta(hours=3, minutes=30), "3.5 h before the first sign"),
        (timedelta(seconds=-20), "20 s after the first sign"),
    ],
)
def test_the_lead_is_said_in_words(lead: timedelta, words: str) -> None:
    (suspect,) = suspect_changes([change(1, WITHDRAWALS)], fault(WITHDRAWALS), GRAPH)
    assert lead_in_words(replace(suspect, lead=lead)) == words
