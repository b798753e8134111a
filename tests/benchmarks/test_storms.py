"""The made-up storms, and how they are grouped, in small."""

import random
from statistics import mean

import pytest

from benchmarks.bench_correlate import by_component, pairwise_f1
from benchmarks.bench_storms import named, nmi
from benchmarks.group_adapter import grouped
from benchmarks.storms import storm


@pytest.mark.parametrize("faults", [1, 3])
@pytest.mark.parametrize("size", [20, 60])
def test_a_storm_is_drawn_again_by_its_seed_and_its_faults_are_independent(size: int, faults: int) -> None:
    one, other = (storm(random.Random(f"{size} {faults}"), size, faults) for _ in range(2))
    assert one == other
    assert list(one.alerts) == sorted(one.alerts)
    assert {of for of in one.faults if not of.startswith("noise")} == set(one.roots)
    assert len(set(one.roots.values())) == len(one.roots) <= faults
    assert abs(len({name for edge in one.edges for name in edge}) - size) <= 0.2 * size


def test_the_alerts_of_a_fault_become_one_incident_that_names_its_cause() -> None:
    ours, peers, places = [], [], []
    for seed in range(6):
        made = storm(random.Random(seed), 60, 1)
        ids, incidents = grouped(made.alerts, made.edges)
        ours.append(pairwise_f1(ids, made.faults))
        peers.append(pairwise_f1(by_component(made.alerts, made.edges), made.faults))
        places += named(made, ids, incidents)
    assert mean(ours) > 0.95 > mean(peers)
    assert places.count(0) >= 4, places


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [("aabb", "xxyy", 1.0), ("aabb", "xyxy", 0.0), ("aaaa", "xxxx", 1.0), ("aabb", "xxxx", 0.0)],
)
def test_what_two_groupings_share(one: str, other: str, shared: float) -> None:
    assert nmi(one, other) == pytest.approx(shared)
