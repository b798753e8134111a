"""Alerts as Prometheus sends them: what is valid is read, and what is not is named by its place."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidents.intake.prometheus import read_alerts

NOW = datetime(2026, 3, 2, 14, 3, tzinfo=UTC)
LATER, EARLIER = "2026-03-02T14:07:00.123456789Z", "2026-03-02T14:00:00Z"
YEAR_1 = "0001-01-01T00:00:00Z"


def read(*alerts: Any) -> Any:
    return read_alerts(list(alerts), NOW, timedelta(minutes=5))


def test_a_firing_alert_has_a_lease_and_a_resolved_one_an_end() -> None:
    firing = {"labels": {"alertname": "A"}, "startsAt": EARLIER, "endsAt": LATER, "generatorURL": "http://p/g"}
    found = read(firing, {**firing, "endsAt": "2026-03-02T16:02:00+02:00"})
    assert found.problems == ()
    one, other = found.alerts
    assert (one.ended_at, one.lease_until) == (None, datetime(2026, 3, 2, 14, 7, 0, 123456, tzinfo=UTC))
    assert (other.ended_at, other.lease_until) == (datetime(2026, 3, 2, 14, 2, tzinfo=UTC), None)
    assert (one.started_at, one.said_at, one.url) == (datetime(2026, 3, 2, 14, tzinfo=UTC), NOW, "http://p/g")


@pytest.mark.parametrize(
    "ends", [{}, {"startsAt": YEAR_1, "endsAt": YEAR_1}], ids=["left out", "year 1, as amtool does"]
)
def test_instants_that_are_not_given_are_now_and_five_minutes_later(ends: dict[str, str]) -> None:
    (one,) = read({"labels": {"alertname": "A"}, **ends}).alerts
    assert (one.started_at, one.ended_at, one.lease_until) == (NOW, None, NOW + timedelta(minutes=5))


def test_empty_labels_and_annotations_are_none() -> None:
    (one,) = read({"labels": {"alertname": "A", "zone": ""}, "annotations": {"summary": "", "description": "d"}}).alerts
    assert one.labels == (("alertname", "A"),)
    assert one.annotations == (("description", "d"),)


GOOD = {"labels": {"alertname": "A"}}


@pytest.mark.parametrize(
    ("bad", "problem", "is_missing"),
    [
        ({}, "labels are missing, must hold at least one", True),
        ({"labels": {}}, "labels are empty, must hold at least one that is not", False),
        ({"labels": {"a": ""}}, "labels are empty, must hold at least one that is not", False),
        ({"labels": {"a": 1}}, "labels: a is a number, must be text", False),
        (
            {"labels": {"a-b": "x"}},
            "labels: the name 'a-b' must be letters, digits and _, and begin with no digit",
            False,
        ),
        ({"labels": ["a"]}, "labels is a list, must be an object of names and texts", False),
        (
            {**GOOD, "startsAt": LATER, "endsAt": EARLIER},
            f"endsAt is {EARLIER}, must not be before startsAt, which is {LATER}",
            False,
        ),
        (
            {**GOOD, "startsAt": "yesterday"},
            "startsAt is 'yesterday', must be an instant with its zone: 2026-03-02T14:03:00Z",
            False,
        ),
        (
            {**GOOD, "endsAt": "2026-03-02T14:03:00"},
            "endsAt is '2026-03-02T14:03:00', must be an instant with its zone: 2026-03-02T14:03:00Z",
            False,
        ),
        ({**GOOD, "annotations": "x"}, "annotations is text, must be an object of names and texts", False),
        ("A", "the alert is text, must be an object", False),
    ],
)
def test_a_bad_alert_is_named_and_the_others_are_read(bad: object, problem: str, is_missing: bool) -> None:
    found = read(GOOD, bad, GOOD)
    assert len(found.alerts) == 2
    ((place, error),) = found.problems
    assert (place, str(error), error.is_missing) == ("[1]", problem, is_missing)


def test_a_body_that_is_no_list_has_no_alerts() -> None:
    found = read_alerts({"alerts": []}, NOW, timedelta(minutes=5))
    assert found.alerts == ()
    assert str(found.problems[0][1]) == "the body is an object, must be a list of alerts"
