"""What the public sees of it all."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.component import Component, ComponentStatus
from incidents.incident import Severity
from incidents.public import Phase, PublicIncident
from statuspage.maintenance import MaintenancePhase
from statuspage.page import Page, Views
from statuspage.phrases import phrases_of
from statuspage.view import ComponentView
from tests.statuspage.examples import (
    BTC_IN,
    BTC_OUT,
    COMPONENTS,
    NOW,
    SECRET,
    SITE,
    SPOT,
    incident,
    maintenance,
    minutes,
    page,
    resolved,
)

S = ComponentStatus


def component(made: Page, name: str) -> ComponentView:
    return next(c for c in made.components if c.id == SITE.component_id(name))


def test_public_ids_are_stable_and_silent() -> None:
    found = SITE.component_id(BTC_OUT)
    assert found == SITE.component_id(BTC_OUT)
    assert found != SITE.component_id(BTC_IN)
    assert re.fullmatch(r"[a-z0-9]{12}", found)


@pytest.mark.parametrize("url", ["status.example.com/", "https://status.example.com", "ftp://status.example.com/"])
def test_a_site_without_a_proper_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must start with https"):
        type(SITE)(title="x", url=url, since=NOW)


def test_a_component_that_is_not_public_appears_nowhere() -> None:
    made = page([incident(statuses=((SECRET, S.MAJOR_OUTAGE), (BTC_OUT, S.DEGRADED)))], unverified={SECRET: NOW})
    assert SITE.component_id(SECRET) not in repr(made)
    assert "Treasury" not in repr(made)


def test_no_internal_name_is_in_the_page() -> None:
    made = repr(page([incident()], planned=[maintenance()], unverified={BTC_IN: NOW}))
    assert not [c.name for c in COMPONENTS if c.name in made]


def test_unverified_is_unknown_and_not_operational() -> None:
    made = page(unverified={BTC_OUT: NOW - minutes(5)})
    assert component(made, BTC_OUT).status is S.UNKNOWN
    assert component(made, BTC_OUT).reported is S.OPERATIONAL
    assert made.verdict.status is S.UNKNOWN


def test_known_trouble_stays_known_while_unverified() -> None:
    made = page([incident()], unverified={BTC_OUT: NOW - minutes(5)})
    assert component(made, BTC_OUT).status is S.MAJOR_OUTAGE
    assert component(made, BTC_OUT).unverified_since == NOW - minutes(5)


def test_a_component_has_its_worst_open_incidents_status() -> None:
    made = page([incident(1, statuses=((BTC_OUT, S.DEGRADED),)), incident(2)])
    assert component(made, BTC_OUT).status is S.MAJOR_OUTAGE
    assert component(made, SPOT).status is S.OPERATIONAL


def test_an_ended_incident_leaves_its_component_operational() -> None:
    assert component(page([resolved(1, NOW - minutes(50))]), BTC_OUT).status is S.OPERATIONAL


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        (MaintenancePhase.SCHEDULED, S.OPERATIONAL),
        (MaintenancePhase.IN_PROGRESS, S.MAINTENANCE),
        (MaintenancePhase.VERIFYING, S.MAINTENANCE),
        (MaintenancePhase.COMPLETED, S.OPERATIONAL),
    ],
)
def test_planned_work_shows_while_it_goes_on(phase: MaintenancePhase, status: S) -> None:
    assert component(page(planned=[maintenance(phase)]), SPOT).status is status


def test_a_group_has_its_worst_components_status() -> None:
    made = page([incident()])
    assert {g.title: g.status for g in made.groups} == {
        "Trading": S.OPERATIONAL,
        "Deposits": S.OPERATIONAL,
        "Withdrawals": S.MAJOR_OUTAGE,
    }


def test_groups_and_components_keep_their_configured_order_and_unique_positions() -> None:
    made = page()
    assert [c.label for c in made.components] == [
        "Trading – Spot trading",
        "Deposits – Bitcoin",
        "Withdrawals – Bitcoin",
    ]
    assert [p for g in made.groups for p in (g.position, *(c.position for c in g.components))] == [1, 2, 3, 4, 5, 6]


def test_making_it_again_does_not_change_when_it_changed() -> None:
    one, later = page([incident()]), page([incident()], now=NOW + minutes(5))
    assert one.changed_at == later.changed_at
    assert (later.made_at, later.next_due) == (NOW + minutes(5), NOW + minutes(5) + SITE.heartbeat)


MANY = tuple(Component(name=f"c/{n}", title=f"Service {n}") for n in range(5))
CASES: list[tuple[str, list[PublicIncident], set[str], S]] = [
    ("All systems operational", [], set(), S.OPERATIONAL),
    ("Major outage: Service 1", [incident(statuses=(("c/1", S.MAJOR_OUTAGE),))], set(), S.MAJOR_OUTAGE),
    (
        "Partial outage in 2 of 5 services",
        [incident(statuses=(("c/1", S.PARTIAL_OUTAGE), ("c/2", S.PARTIAL_OUTAGE)))],
        set(),
        S.PARTIAL_OUTAGE,
    ),
    (
        "Major outage: Service 1",
        [incident(statuses=(("c/1", S.MAJOR_OUTAGE), ("c/2", S.DEGRADED), ("c/3", S.DEGRADED)))],
        set(),
        S.MAJOR_OUTAGE,
    ),
    ("Degraded: all services", [incident(statuses=tuple((c.name, S.DEGRADED) for c in MANY))], set(), S.DEGRADED),
    ("We cannot verify: Service 3", [], {"c/3"}, S.UNKNOWN),
    ("We cannot verify 2 of 5 services", [], {"c/3", "c/4"}, S.UNKNOWN),
    ("We cannot verify our services at the moment", [], {c.name for c in MANY}, S.UNKNOWN),
    ("Degraded: Service 1", [incident(statuses=(("c/1", S.DEGRADED),))], {"c/3"}, S.DEGRADED),
    ("We are investigating a possible problem", [incident(statuses=(), severity=None)], set(), S.DEGRADED),
    (
        "We are investigating a possible problem",
        [incident(statuses=(), severity=Severity.CRITICAL)],
        set(),
        S.MAJOR_OUTAGE,
    ),
    (
        "All systems operational again, still being watched",
        [incident(statuses=(("c/1", S.OPERATIONAL),), phase=Phase.MONITORING)],
        set(),
        S.OPERATIONAL,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "incidents", "unverified", "status"), CASES)
def test_the_verdict_is(sentence: str, incidents: list[PublicIncident], unverified: set[str], status: S) -> None:
    made = page(incidents, components=MANY, unverified=dict.fromkeys(unverified, NOW))
    assert (phrases_of("en").verdict(made.verdict), made.verdict.status) == (sentence, status)


def test_a_page_that_lists_nothing_does_not_claim_that_all_is_well() -> None:
    assert page(components=()).verdict.status is S.UNKNOWN


def test_the_verdict_promises_the_earliest_next_update() -> None:
    assert page([incident()]).verdict.next_update_by == NOW + minutes(30)
    assert page([resolved(1, NOW - timedelta(days=1))]).verdict.next_update_by is None


def test_an_incident_that_is_the_same_object_keeps_its_view() -> None:
    views, old, new = Views(), resolved(2, NOW - minutes(300)), incident(1)
    before = page([old, new], views=views)
    after = page([old, replace(new, automatic=False)], views=views)
    assert after.incidents[1] is before.incidents[1]
    assert (before.incidents[0].automatic, after.incidents[0].automatic) == (True, False)
    renamed = tuple(replace(c, title=f"{c.title} 2") for c in COMPONENTS)
    assert page([old, new], components=renamed, views=views).incidents[1].touched[0].label == "Withdrawals – Bitcoin 2"
