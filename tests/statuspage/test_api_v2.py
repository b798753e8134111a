"""The files that clients of Statuspage's API read."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from incidents.component import Component, ComponentStatus
from incidents.incident import Severity
from incidents.public import Phase
from statuspage.api_v2 import NEWEST, files
from statuspage.maintenance import MaintenancePhase
from statuspage.page import Page
from statuspage.phrases import phrases_of
from tests.statuspage.examples import (
    BTC_IN,
    BTC_OUT,
    COMPONENTS,
    NOW,
    SITE,
    incident,
    maintenance,
    minutes,
    page,
    resolved,
    update,
)

S = ComponentStatus

PAGE = {"id", "name", "url", "time_zone", "updated_at"}
COMPONENT = {
    "id", "name", "status", "created_at", "updated_at", "position", "description", "showcase", "start_date", "group_id",
    "page_id", "group", "only_show_if_degraded",
}  # fmt: skip
PLANNED = {
    "id", "name", "status", "created_at", "updated_at", "monitoring_at", "resolved_at", "impact", "shortlink",
    "started_at", "page_id", "incident_updates", "components", "scheduled_for", "scheduled_until",
}  # fmt: skip
INCIDENT = (PLANNED - {"scheduled_for", "scheduled_until"}) | {"reminder_intervals"}
UPDATE = {
    "id", "status", "body", "incident_id", "created_at", "updated_at", "display_at", "affected_components",
    "deliver_notifications", "custom_tweet", "tweet_id",
}  # fmt: skip


def read(made: Page) -> dict[str, Any]:
    written = files(made, phrases_of("en"))
    return {
        path.removeprefix("api/v2/").removesuffix(".json"): json.loads(content) for path, content in written.items()
    }


@pytest.fixture
def full() -> dict[str, Any]:
    old = resolved(2, NOW - minutes(300))
    planned = [maintenance(phase, n) for n, phase in enumerate(MaintenancePhase)]
    return read(page([incident(1), old], planned=planned, unverified={BTC_IN: NOW - minutes(5)}))


def test_there_is_a_file_for_every_address(full: dict[str, Any]) -> None:
    assert {name: set(body) for name, body in full.items()} == {
        "summary": {"page", "components", "incidents", "scheduled_maintenances", "status"},
        "status": {"page", "status"},
        "components": {"page", "components"},
        "incidents": {"page", "incidents"},
        "incidents/unresolved": {"page", "incidents"},
        "scheduled-maintenances": {"page", "scheduled_maintenances"},
        "scheduled-maintenances/upcoming": {"page", "scheduled_maintenances"},
        "scheduled-maintenances/active": {"page", "scheduled_maintenances"},
    }


def test_every_object_has_exactly_the_keys_of_the_original(full: dict[str, Any]) -> None:
    assert all(set(body["page"]) == PAGE for body in full.values())
    for component in full["components"]["components"]:
        assert set(component) == COMPONENT | ({"components"} if component["group"] else set())
    for one in full["incidents"]["incidents"]:
        assert set(one) == INCIDENT
        assert all(set(u) == UPDATE for u in one["incident_updates"])
        assert all(set(c) == COMPONENT for c in one["components"])
    for one in full["scheduled-maintenances"]["scheduled_maintenances"]:
        assert set(one) == PLANNED
        assert all(set(u) == UPDATE for u in one["incident_updates"])


def test_ids_and_times_have_the_originals_form(full: dict[str, Any]) -> None:
    for key, value in _leaves(full):
        if value is not None and key.endswith("_at"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value), key
        if value is not None and (key == "id" or key.endswith("_id")) and key != "tweet_id":
            assert re.fullmatch(r"[a-z0-9]{12}", value), (key, value)


def _leaves(body: Any, key: str = "") -> list[tuple[str, Any]]:
    if isinstance(body, dict):
        return [leaf for name, value in body.items() for leaf in _leaves(value, name)]
    if isinstance(body, list):
        return [leaf for value in body for leaf in _leaves(value, key)]
    return [(key, body)]


def test_components_are_sorted_by_position_and_groups_list_theirs(full: dict[str, Any]) -> None:
    found = full["components"]["components"]
    assert [c["position"] for c in found] == sorted({c["position"] for c in found})
    for group in (c for c in found if c["group"]):
        assert group["components"] == [c["id"] for c in found if c["group_id"] == group["id"]]


def test_an_unverified_component_keeps_its_status_and_says_so(full: dict[str, Any]) -> None:
    deposit = next(c for c in full["components"]["components"] if c["id"] == SITE.component_id(BTC_IN))
    assert (deposit["status"], deposit["description"]) == ("operational", "unverified since 14 Mar 2026, 13:58 UTC")


def test_the_summary_has_unresolved_incidents_and_work_that_is_not_over(full: dict[str, Any]) -> None:
    assert [i["id"] for i in full["summary"]["incidents"]] == ["i00000000001"]
    assert {m["status"] for m in full["summary"]["scheduled_maintenances"]} == {"scheduled", "in_progress", "verifying"}
    assert [m["status"] for m in full["scheduled-maintenances/upcoming"]["scheduled_maintenances"]] == ["scheduled"]


def test_a_retracted_incident_is_resolved_without_impact() -> None:
    one = read(page([incident(phase=Phase.RETRACTED, length=minutes(5))]))["incidents"]["incidents"][0]
    assert (one["status"], one["impact"]) == ("resolved", "none")


def test_an_incident_with_a_postmortem_says_so() -> None:
    one = incident(phase=Phase.RESOLVED, length=minutes(5))
    learnt = replace(update(3, NOW, Phase.POSTMORTEM, message="A valve."), body="")
    published = read(page([replace(one, updates=(learnt, *one.updates))]))["incidents"]["incidents"][0]
    assert (published["status"], published["incident_updates"][0]["body"]) == ("postmortem", "A valve.")
    assert published["resolved_at"] is not None


def test_an_incident_of_pending_severity_has_no_impact_yet() -> None:
    assert read(page([incident(severity=None)]))["incidents"]["incidents"][0]["impact"] == "none"


def test_at_most_the_newest_fifty_are_published() -> None:
    made = read(page([resolved(n, NOW - minutes(60 * (n + 1))) for n in range(NEWEST + 5)]))
    assert len(made["incidents"]["incidents"]) == NEWEST
    assert made["incidents"]["incidents"][0]["id"] == "i00000000000"


def test_updates_say_from_what_to_what_where_that_is_known() -> None:
    published = [
        update(2, NOW - minutes(5), Phase.IDENTIFIED, statuses=((BTC_OUT, S.MAJOR_OUTAGE),)),
        update(1, NOW - minutes(25), Phase.INVESTIGATING, statuses=((BTC_OUT, S.DEGRADED),)),
    ]
    newest, oldest = read(page([incident(updates=published)]))["incidents"]["incidents"][0]["incident_updates"]
    code = SITE.component_id(BTC_OUT)
    assert oldest["affected_components"] == [
        {
            "code": code,
            "name": "Withdrawals - Bitcoin",
            "old_status": "operational",
            "new_status": "degraded_performance",
        }
    ]
    assert newest["affected_components"] == [
        {
            "code": code,
            "name": "Withdrawals - Bitcoin",
            "old_status": "degraded_performance",
            "new_status": "major_outage",
        }
    ]


def test_updates_that_do_not_say_claim_nothing() -> None:
    assert read(page([incident()]))["incidents"]["incidents"][0]["incident_updates"][0]["affected_components"] is None


THREE = tuple(Component(name=f"c/{n}", title=f"Service {n}") for n in range(3))


@pytest.mark.parametrize(
    ("statuses", "severity", "indicator", "description"),
    [
        ((), None, "none", "All Systems Operational"),
        ((S.DEGRADED,), None, "minor", "Partially Degraded Service"),
        ((S.DEGRADED,) * 3, None, "minor", "Degraded System Service"),
        ((S.PARTIAL_OUTAGE,), None, "minor", "Minor Service Outage"),
        ((S.PARTIAL_OUTAGE,) * 3, None, "major", "Partial System Outage"),
        ((S.MAJOR_OUTAGE,), None, "major", "Partial System Outage"),
        ((S.MAJOR_OUTAGE,) * 3, None, "critical", "Major System Outage"),
        ((S.DEGRADED,), Severity.CRITICAL, "critical", "Major System Outage"),
        ((S.MAJOR_OUTAGE,), Severity.MINOR, "major", "Partial System Outage"),
    ],
)
def test_the_status_is(statuses: tuple[S, ...], severity: Severity | None, indicator: str, description: str) -> None:
    touched = tuple((c.name, s) for c, s in zip(THREE, statuses, strict=False))
    made = read(page([incident(statuses=touched, severity=severity)], components=THREE))
    assert made["status"]["status"] == {"indicator": indicator, "description": description}


def test_work_going_on_alone_is_maintenance() -> None:
    made = read(page(planned=[maintenance()]))
    assert made["status"]["status"] == {"indicator": "maintenance", "description": "Service Under Maintenance"}


def test_no_internal_name_is_in_any_file(full: dict[str, Any]) -> None:
    assert not [c.name for c in COMPONENTS if c.name in json.dumps(full)]
