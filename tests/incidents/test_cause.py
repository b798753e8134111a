"""Which component a fault began in, by what each adds beyond its dependencies."""

from collections.abc import Mapping

import pytest

from incidents.cause import rank_causes

SHOP = {
    "site": ("search", "checkout"),
    "search": ("catalogue",),
    "checkout": ("payments", "catalogue"),
    "payments": ("bank",),
}
"""A shop: people complain at the site, which needs search and checkout, which need others."""


@pytest.mark.parametrize(
    ("excess", "cause"),
    [
        pytest.param({"site": 40.0, "search": 40.0, "catalogue": 40.0}, "catalogue", id="it passes all the way up"),
        pytest.param(
            {"site": 40.0, "search": 40.0, "catalogue": 2.0}, "search", id="the dependency explains too little"
        ),
        pytest.param({"site": 40.0}, "site", id="nothing below is worse"),
        pytest.param({"site": 38.0, "checkout": 39.0, "payments": 41.0, "bank": 43.0}, "bank", id="retries add up"),
        pytest.param({"site": 9.0, "checkout": 9.0, "bank": 9.0}, "bank", id="one between is not watched"),
        pytest.param({"catalogue": 5.0}, "catalogue", id="the complaint itself is not watched"),
    ],
)
def test_the_cause_is_what_adds_most_and_inherits_it_from_none(excess: Mapping[str, float], cause: str) -> None:
    assert rank_causes(SHOP, excess, "site")[0].component == cause


def test_of_two_faults_the_larger_comes_first_with_its_share_and_its_way() -> None:
    first, second = rank_causes(SHOP, {"site": 40.0, "search": 10.0, "payments": 30.0, "checkout": 30.0}, "site")
    assert (first.component, first.share, first.path) == ("payments", 0.75, ("site", "checkout", "payments"))
    assert (second.component, second.share) == ("search", 0.25)


@pytest.mark.parametrize(
    "excess",
    [
        pytest.param({}, id="nothing is worse"),
        pytest.param({"warehouse": 90.0}, id="what is worse is not needed"),
    ],
)
def test_where_nothing_within_reach_adds_anything_the_cause_is_unknown(excess: Mapping[str, float]) -> None:
    assert rank_causes(SHOP, excess, "site") == ()


def test_what_nobody_called_before_is_the_doing_of_who_began_to_call_it() -> None:
    needs = {**SHOP, "payments": ("bank", "wrong-table")}
    excess = {"site": 40.0, "checkout": 40.0, "payments": 40.0, "wrong-table": 50.0}
    assert rank_causes(needs, excess, "site", {"wrong-table"})[0].component == "payments"


def test_components_that_need_each_other_are_ranked_too() -> None:
    needs = {"a": ("a", "b"), "b": ("a",)}
    assert [s.component for s in rank_causes(needs, {"a": 3.0, "b": 5.0}, "a")] == ["b"]


def test_suspects_that_add_the_same_are_ordered_by_their_distance_then_their_name() -> None:
    excess = {"bank": 1.0, "payments": 0.0, "search": 1.0, "catalogue": 0.0, "checkout": 1.0}
    assert [s.component for s in rank_causes(SHOP, excess, "site")] == ["checkout", "search", "bank"]
