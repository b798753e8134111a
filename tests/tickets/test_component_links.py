"""The dashboard of a component at the time of its incident, and its runbook."""

from dataclasses import replace
from datetime import timedelta

import pytest

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph
from incidents.incident import Incident
from tests.tickets.test_engineering import T0
from tickets.component_links import component_links

GRAFANA = "https://grafana.example/d/w?var-asset=BTC"
GRAPH = ComponentGraph([
    Component(
        name="wallet",
        title="Bitcoin [wallet]",
        dashboard=GRAFANA + "&from={from}&to={to}",
        runbook="https://wiki.example/wallet",
    ),
    Component(name="trading", title="Spot trading"),
    Component(name="odd", title="Odd", dashboard="javascript:alert(1)"),
])  # fmt: skip
INCIDENT = Incident(
    id="i", title="t", kind=FailureKind.DELAY, component="wallet", components=("wallet", "trading"), signals=(),
    started_at=T0, opened_at=T0 + timedelta(minutes=1),
)  # fmt: skip
START = round(T0.timestamp() * 1000)
MINUTE = 60_000


@pytest.mark.parametrize(
    ("name", "incident", "expected"),
    [
        (
            "wallet",
            INCIDENT,
            [
                f"[dashboard]({GRAFANA}&from={START - 10 * MINUTE}&to=now)",
                "[runbook](https://wiki.example/wallet)",
            ],
        ),
        (
            "wallet",
            replace(INCIDENT, component="trading", resolved_at=T0 + timedelta(minutes=30)),
            [
                rf"[dashboard of Bitcoin \[wallet\]]({GRAFANA}&from={START - 30 * MINUTE}&to={START + 40 * MINUTE})",
                r"[runbook of Bitcoin \[wallet\]](https://wiki.example/wallet)",
            ],
        ),
        ("trading", INCIDENT, []),
        ("odd", INCIDENT, []),
        ("gone", INCIDENT, []),
    ],
    ids=["while it lasts", "over, of another than the root", "none", "no web address", "no component"],
)
def test_the_links_of_a_component(name: str, incident: Incident, expected: list[str]) -> None:
    assert component_links(name, incident, GRAPH) == expected
