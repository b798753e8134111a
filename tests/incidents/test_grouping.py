"""What a person's decision about a storm makes of the next one like it."""

from collections.abc import Sequence
from dataclasses import replace

from incidents.correlate import Placement, place
from incidents.grouping import Grouping, Regroup, Voice
from incidents.incident import Incident
from incidents.settings import Settings
from incidents.signal import Signal, SignalSource
from tests.incidents.build import at, exchange, signal

GRAPH, SETTINGS = exchange(), Settings()
CHAIN, WITHDRAWALS, DEPOSITS = "chain/bitcoin", "withdrawals/BTC/bitcoin", "deposits/BTC/bitcoin"
ENGINE = "trading/engine"
DAY = 86_400.0


def decision(moved: str, *, apart: str = "", along: str = "", name: str = "latency", day: int = 0) -> Grouping:
    return Grouping(
        id=f"{moved}-{apart}-{along}-{day}",
        at=at(day * 60),
        by="ada",
        reason="seen on the night of the fork",
        verb=Regroup.SPLIT if apart else Regroup.MERGE,
        source="a",
        target="b",
        source_ref="INC-3",
        target_ref="INC-4",
        fingerprints=(),
        moved=(Voice(name=name, component=moved),),
        apart=(Voice(name=name, component=apart),) if apart else (),
        along=(Voice(name=name, component=along),) if along else (),
    )


APART, TOGETHER = decision(WITHDRAWALS, apart=CHAIN), decision(WITHDRAWALS, along=ENGINE)


def run(waiting: Sequence[Signal], groupings: Sequence[Grouping], now: float = DAY + 60) -> Placement:
    return place(waiting, (), GRAPH, at(now), SETTINGS, groupings=groupings)


def grouped(placement: Placement) -> list[set[str]]:
    latest: dict[str, Incident] = {u.incident.id: u.incident for u in placement.updates}
    return sorted(({s.component for s in i.signals} for i in latest.values() if i.is_active), key=sorted)


def test_what_was_split_stays_apart_in_the_next_storm_and_says_who_decided_it() -> None:
    storm = [signal(CHAIN, DAY), signal(WITHDRAWALS, DAY + 5), signal(DEPOSITS, DAY + 6)]
    assert grouped(run(storm, ())) == [{CHAIN, DEPOSITS, WITHDRAWALS}]
    placed = run(storm, [APART])
    assert grouped(placed) == [{CHAIN, DEPOSITS}, {WITHDRAWALS}]
    reasons = [u.reason for u in placed.updates if u.incident.component == WITHDRAWALS]
    assert "as ada decided on 2026-03-02 (split of INC-3): seen on the night of the fork" in reasons[0]


def test_what_was_merged_is_one_incident_in_the_next_storm_whichever_comes_first() -> None:
    storm = [signal(ENGINE, DAY), signal(WITHDRAWALS, DAY + 20)]
    assert len(grouped(run(storm, ()))) == 2
    assert grouped(run(storm, [TOGETHER])) == [{ENGINE, WITHDRAWALS}]
    other_way = [signal(WITHDRAWALS, DAY), signal(ENGINE, DAY + 20)]
    placed = run(other_way, [TOGETHER])
    assert grouped(placed) == [{ENGINE, WITHDRAWALS}]
    assert any(
        "trading/engine belongs with withdrawals/BTC/bitcoin, as ada decided" in u.reason for u in placed.updates
    )


def test_the_latest_decision_counts() -> None:
    storm = [signal(ENGINE, DAY), signal(WITHDRAWALS, DAY + 20)]
    later = decision(WITHDRAWALS, apart=ENGINE, day=1)
    assert len(grouped(run(storm, [TOGETHER, later]))) == 2
    assert len(grouped(run(storm, [replace(TOGETHER, at=at(9999)), later]))) == 1


def test_evidence_that_is_over_for_long_binds_nothing() -> None:
    storm = [signal(ENGINE, DAY, end=DAY + 10), signal(WITHDRAWALS, DAY + 600)]
    placed = run(storm, [TOGETHER], now=DAY + 660)
    assert {tuple(u.incident.components) for u in placed.updates} == {(ENGINE,), (WITHDRAWALS,)}


def test_another_watch_of_the_component_follows_the_decision_too() -> None:
    storm = [signal(CHAIN, DAY), signal(WITHDRAWALS, DAY + 5, name="errors")]
    assert grouped(run(storm, [APART])) == [{CHAIN}, {WITHDRAWALS}]


def test_a_division_of_one_component_by_its_alerts_says_nothing_of_a_third_alert() -> None:
    by_name = replace(
        decision(CHAIN, apart=CHAIN),
        moved=(Voice(name="disk", component=CHAIN),),
        apart=(Voice(name="latency", component=CHAIN),),
    )
    latency, disk = signal(CHAIN, DAY), signal(CHAIN, DAY + 5, name="disk")
    assert len(grouped(run([latency, disk], [by_name]))) == 2
    assert len(grouped(run([latency, signal(CHAIN, DAY + 5, name="memory")], [by_name]))) == 1


def test_a_pod_that_took_the_place_of_another_follows_the_decision_about_it() -> None:
    old = decision("web-7f9c-x2", along=ENGINE, name="PodCrash")
    alert = SignalSource.ALERT
    known = signal(ENGINE, DAY, name="PodCrash", source=alert)
    pod = signal("web-1b2d-k9", DAY + 90, name="PodCrash", source=alert)
    assert len(grouped(run([known, pod], (), now=DAY + 120))) == 2
    assert len(grouped(run([known, pod], [old], now=DAY + 120))) == 1
    other = replace(pod, component="api-1b2d-k9")
    assert len(grouped(run([known, other], [old], now=DAY + 120))) == 2


def test_a_cause_that_comes_later_merges_nothing_that_a_person_keeps_apart() -> None:
    split = decision(WITHDRAWALS, apart=DEPOSITS)
    first = run([signal(WITHDRAWALS, DAY), signal(DEPOSITS, DAY + 1)], [split], now=DAY + 30)
    known = [u.incident for u in first.updates]
    assert len(known) == 2
    later = place([signal(CHAIN, DAY + 40)], known, GRAPH, at(DAY + 41), SETTINGS, groupings=[split])
    after = {i.id: i for i in (*known, *(u.incident for u in later.updates))}
    assert sum(i.is_active for i in after.values()) == 2
