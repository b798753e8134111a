"""How bad, and which rule says so."""

from dataclasses import replace

import pytest

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph, Weight
from incidents.incident import Incident, Severity
from incidents.settings import Settings
from incidents.severity import kind_of, severity_of
from incidents.signal import Signal
from tests.incidents.build import at, signal

GRAPH = ComponentGraph(Component(name=f"c{n}", title=f"C{n}") for n in range(10))
HALT, ERRORS, SILENCE, DELAY = FailureKind.HALT, FailureKind.ERRORS, FailureKind.SILENCE, FailureKind.DELAY


def incident(*signals: Signal, severity: Severity | None = None, reason: str = "") -> Incident:
    return Incident(
        id="a" * 12,
        title="t",
        kind=DELAY,
        component="c0",
        components=("c0",),
        signals=signals,
        severity=severity,
        severity_reason=reason,
        started_at=at(0),
        opened_at=at(0),
    )


def on(count: int, kind: FailureKind = DELAY, *, visible: bool = False) -> list[Signal]:
    return [signal(f"c{n}", 0, kind=kind, visible=visible) for n in range(count)]


@pytest.mark.parametrize(
    ("signals", "severity", "reason"),
    [
        pytest.param(on(1, SILENCE, visible=True), None, "pending: there is no data", id="silence alone"),
        pytest.param(on(1), Severity.MINOR, "no metric that customers feel", id="one internal"),
        pytest.param(on(1, visible=True), Severity.MINOR, "on c0 alone", id="one that is felt"),
        pytest.param(on(3, visible=True), Severity.MAJOR, "on 3 components", id="three that are felt"),
        pytest.param(on(1, ERRORS, visible=True), Severity.MAJOR, "errors on c0", id="errors"),
        pytest.param(on(1, HALT, visible=True), Severity.MAJOR, "c0 has stopped", id="a halt"),
        pytest.param(on(1, HALT), Severity.MINOR, "no metric that customers feel", id="a halt nobody feels"),
        pytest.param(on(3, HALT, visible=True), Severity.CRITICAL, "3 components that customers use", id="three halts"),
        pytest.param(on(5), Severity.MAJOR, "5 of 10 components deviate", id="broad"),
        pytest.param(on(5, visible=True), Severity.CRITICAL, "customers feel it and 5 of 10", id="broad and felt"),
        pytest.param([*on(1, SILENCE), *on(1)], Severity.MINOR, "no metric", id="silence and a deviation"),
    ],
)
def test_the_rules(signals: list[Signal], severity: Severity | None, reason: str) -> None:
    said = severity_of(incident(*signals), GRAPH, Settings())
    assert said.severity is severity
    assert reason in said.reason


WEIGHED = ComponentGraph(
    [
        Component(name="c0", title="C0", weight=Weight.HIGH),
        Component(name="c1", title="C1", weight=Weight.LOW),
        Component(name="c2", title="C2", weight=Weight.LOW),
        *(Component(name=f"c{n}", title=f"C{n}") for n in range(3, 10)),
    ]
)


@pytest.mark.parametrize(
    ("signals", "severity", "reason"),
    [
        pytest.param(on(1, visible=True), Severity.MAJOR, "c0 is of high weight; at first minor", id="heavy"),
        pytest.param(on(1, ERRORS, visible=True), Severity.CRITICAL, "c0 is of high weight", id="heavy with errors"),
        pytest.param(on(1), Severity.MINOR, "no metric that customers feel", id="heavy that nobody feels"),
        pytest.param(on(1, SILENCE, visible=True), None, "pending", id="heavy without data"),
        pytest.param(
            [signal("c1", 0, kind=ERRORS, visible=True)], Severity.MINOR, "c1 is of low weight", id="light with errors"
        ),
        pytest.param([signal("c1", 0, visible=True)], Severity.MINOR, "on c1 alone", id="light and minor already"),
        pytest.param(
            [signal("c1", 0, kind=ERRORS, visible=True), signal("c3", 0)], Severity.MAJOR, "errors on c1",
            id="light beside a usual one",
        ),
    ],
)  # fmt: skip
def test_what_weighs_more_is_judged_worse(signals: list[Signal], severity: Severity | None, reason: str) -> None:
    said = severity_of(incident(*signals), WEIGHED, Settings())
    assert said.severity is severity
    assert reason in said.reason


def test_it_never_falls_while_the_incident_is_open() -> None:
    worse = incident(*on(1), severity=Severity.MAJOR, reason="major: it was worse")
    assert severity_of(worse, GRAPH, Settings()).reason == "major: it was worse"


def test_what_customers_feel_decides_how_it_fails() -> None:
    felt = signal("c1", 0, kind=DELAY, visible=True)
    assert kind_of([signal("c0", 0, kind=HALT), felt]) is DELAY
    assert kind_of([signal("c0", 0, kind=HALT), replace(felt, kind=SILENCE)]) is HALT
    assert kind_of([]) is FailureKind.OTHER
