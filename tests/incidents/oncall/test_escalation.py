"""Escalations: what begins and ends them, and whom each step notifies, against a model that looks every minute."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.watch import FailureKind
from incidents.incident import Incident, Severity, Status
from incidents.oncall.escalation import Escalation, EscalationEnd, StepTaken, escalate, judge
from incidents.oncall.policy import EscalationPolicy, EscalationStep, OncallRoute
from tests.incidents.build import T0

MINUTE = timedelta(minutes=1)
FIRST = EscalationStep(after=timedelta(0), people=("ann",))
SECOND = EscalationStep(after=10 * MINUTE, people=("bob",))
POLICY = EscalationPolicy(name="usual", steps=(FIRST, SECOND), repeat=1, again_after=20 * MINUTE)
OTHER = EscalationPolicy(name="urgent", steps=(SECOND,))
POLICIES = {one.name: one for one in (POLICY, OTHER)}
INCIDENT = Incident(
    id="a" * 12,
    title="Bitcoin withdrawals",
    kind=FailureKind.DELAY,
    component="withdrawals/BTC/bitcoin",
    components=("withdrawals/BTC/bitcoin",),
    started_at=T0,
    opened_at=T0,
)
BEGUN = Escalation(incident_id=INCIDENT.id, policy="usual", begun_at=T0, next_at=T0)
ENDED = replace(BEGUN, next_at=None, ended_at=T0 + MINUTE, end=EscalationEnd.ACKNOWLEDGED)
NOW = T0 + 5 * MINUTE
USUAL, URGENT = OncallRoute(policy="usual"), OncallRoute(policy="urgent")


@pytest.mark.parametrize(
    ("incident", "known", "route", "expected"),
    [
        pytest.param(INCIDENT, None, USUAL, replace(BEGUN, begun_at=NOW, next_at=NOW), id="begins"),
        pytest.param(INCIDENT, None, None, None, id="no route"),
        pytest.param(replace(INCIDENT, shadow=True), None, USUAL, None, id="shadow"),
        pytest.param(replace(INCIDENT, status=Status.ACKNOWLEDGED), None, USUAL, None, id="acknowledged before"),
        pytest.param(INCIDENT, BEGUN, USUAL, BEGUN, id="goes on"),
        pytest.param(INCIDENT, BEGUN, URGENT, BEGUN, id="keeps its policy while it is no worse"),
        pytest.param(
            replace(INCIDENT, severity=Severity.CRITICAL),
            BEGUN,
            URGENT,
            Escalation(
                incident_id=INCIDENT.id,
                policy="urgent",
                severity=Severity.CRITICAL,
                begun_at=NOW,
                next_at=NOW + 10 * MINUTE,
            ),
            id="worse, and its route says another policy",
        ),
        pytest.param(
            replace(INCIDENT, severity=Severity.MAJOR),
            BEGUN,
            USUAL,
            replace(BEGUN, severity=Severity.MAJOR),
            id="worse, and its route says the same",
        ),
        pytest.param(
            replace(INCIDENT, status=Status.ACKNOWLEDGED),
            BEGUN,
            USUAL,
            replace(BEGUN, next_at=None, ended_at=NOW, end=EscalationEnd.ACKNOWLEDGED),
            id="acknowledged",
        ),
        pytest.param(
            replace(INCIDENT, status=Status.RESOLVED),
            BEGUN,
            USUAL,
            replace(BEGUN, next_at=None, ended_at=NOW, end=EscalationEnd.OVER),
            id="over",
        ),
        pytest.param(INCIDENT, ENDED, USUAL, replace(BEGUN, begun_at=NOW, next_at=NOW), id="opened again"),
        pytest.param(
            INCIDENT,
            replace(BEGUN, policy="gone"),
            None,
            replace(BEGUN, policy="gone", next_at=None, ended_at=NOW, end=EscalationEnd.NO_POLICY),
            id="its policy is gone",
        ),
        pytest.param(
            INCIDENT,
            replace(BEGUN, policy="gone"),
            USUAL,
            replace(BEGUN, begun_at=NOW, next_at=NOW),
            id="its policy is gone and another is there",
        ),
    ],
)
def test_an_escalation_stands(
    incident: Incident, known: Escalation | None, route: OncallRoute | None, expected: Escalation | None
) -> None:
    assert judge(incident, known, lambda: route, POLICIES.get, NOW) == expected


def test_steps_are_taken_in_their_time_and_repeated() -> None:
    taken = [(n, step.number, step.people) for n, step in _played(POLICY, range(120))]
    assert taken == [(0, 0, ("ann",)), (10, 1, ("bob",)), (30, 2, ("ann",)), (40, 3, ("bob",))]


def test_after_an_outage_of_ours_the_next_step_waits_its_time() -> None:
    taken = [(n, step.people) for n, step in _played(POLICY, [0, 55, 56, 64, 65, 74, 75])]
    assert taken == [(0, ("ann",)), (55, ("bob",)), (75, ("ann",))]


def test_a_step_that_reaches_nobody_is_followed_by_the_next_at_once() -> None:
    known, steps = escalate(BEGUN, POLICY, T0, lambda step: step.people if step is SECOND else ())
    assert [(step.number, step.people) for step in steps] == [(0, ()), (1, ("bob",))]
    assert known.next_at == T0 + 20 * MINUTE


def test_where_nobody_is_reached_at_all_a_repeat_waits() -> None:
    known, steps = escalate(BEGUN, POLICY, T0, lambda _: ())
    assert [step.number for step in steps] == [0, 1]
    assert known.next_at == T0 + 20 * MINUTE


def _played(policy: EscalationPolicy, minutes: range | list[int]) -> list[tuple[int, StepTaken]]:
    known = replace(BEGUN, next_at=T0 + policy.steps[0].after)
    found: list[tuple[int, StepTaken]] = []
    for minute in minutes:
        known, steps = escalate(known, policy, T0 + minute * MINUTE, lambda step: step.people)
        found += [(minute, step) for step in steps]
    return found


POLICIES_OF_ANY_KIND = st.builds(
    EscalationPolicy,
    name=st.just("any"),
    steps=st.lists(
        st.builds(
            EscalationStep,
            after=st.integers(0, 9).map(lambda n: n * MINUTE),
            people=st.sampled_from([(), ("a",), ("b",)]),
        ),
        min_size=1,
        max_size=4,
    ).map(tuple),
    repeat=st.integers(0, 2),
    again_after=st.integers(0, 9).map(lambda n: n * MINUTE),
)


@given(policy=POLICIES_OF_ANY_KIND, acknowledged=st.integers(0, 200))
def test_steps_are_what_somebody_with_a_list_and_a_watch_would_do(policy: EscalationPolicy, acknowledged: int) -> None:
    """The model counts minutes on a watch, and crosses lines off a list."""
    rounds = [step for _ in range(1 + policy.repeat) for step in policy.steps]
    expected, line, wait = [], 0, policy.steps[0].after // MINUTE
    for minute in range(acknowledged):
        while line < len(rounds) and wait == 0:
            expected.append((minute, line, rounds[line].people))
            line += 1
            if line < len(rounds):
                is_new_round = line % len(policy.steps) == 0
                wait = rounds[line].after // MINUTE + (policy.again_after // MINUTE if is_new_round else 0)
                if not rounds[line - 1].people and not is_new_round:
                    wait = 0
        wait -= 1
    found = [(n, step.number, step.people) for n, step in _played(policy, range(acknowledged))]
    assert found == expected
