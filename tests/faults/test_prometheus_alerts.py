"""A real Prometheus is pointed at Tocsin as its Alertmanager, and a real amtool asks it."""

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import pytest

from incidents.incident import Incident, Status
from tests.detectors.sources.pages import serving
from tests.faults.alerting import NO_RULES, Alerted, Prometheus, metric, prometheus, taking_alerts
from tests.faults.stage import Stage


@pytest.fixture
def alerted(bare: Stage) -> Iterator[Alerted]:
    with taking_alerts(bare) as made:
        yield made


@pytest.fixture
def sender(alerted: Alerted) -> Iterator[Prometheus]:
    address = alerted.stage.url.removeprefix("http://")
    with prometheus(alerted.stage.folder / "prometheus", address, alerted.token) as made:
        yield made


def fires(alerted: Alerted) -> datetime:
    """Waits for the incident; since when the alert fires."""
    incident: Incident = alerted.stage.until(alerted.one, "the alert is an incident")
    (evidence,) = incident.signals
    assert (evidence.name, evidence.component) == ("WithdrawalSlow", "withdrawals/USDT/tron")
    assert evidence.title == "Withdrawals of USDT are slow"
    return evidence.started_at


def is_resolved(alerted: Alerted) -> bool:
    incident = alerted.one()
    return incident is not None and incident.status is Status.RESOLVED


def test_an_alert_fires_and_is_resolved(alerted: Alerted, sender: Prometheus) -> None:
    fires(alerted)
    sender.faulty = False
    alerted.stage.until(lambda: is_resolved(alerted), "the incident ends with its alert")
    assert metric(sender.url, "prometheus_notifications_errors_total") == 0
    assert metric(sender.url, "prometheus_notifications_dropped_total") == 0


def test_a_prometheus_that_restarts_says_the_same_alert(alerted: Alerted, sender: Prometheus) -> None:
    since = fires(alerted)
    sender.stop()
    stopped_at = datetime.now(UTC)
    sender.start()
    alerted.stage.until(lambda: metric(sender.url, "prometheus_notifications_sent_total") > 0, "it sends again")
    (alert,) = json.loads(alerted.amtool("alert", "query").stdout)
    assert datetime.fromisoformat(alert["updatedAt"]) > stopped_at
    assert fires(alerted) == since
    assert len(alerted.lines()) == 1


def test_the_alert_of_a_rule_that_was_removed_ends_with_its_lease(alerted: Alerted) -> None:
    address = alerted.stage.url.removeprefix("http://")
    with prometheus(alerted.stage.folder / "prometheus", address, alerted.token, resend="1s") as sender:
        fires(alerted)
        sender.reload(NO_RULES)
        alerted.stage.until(lambda: is_resolved(alerted), "nobody says it any more")
    assert any("its sender has not said it again since" in line for line in alerted.lines())


def test_what_fires_when_tocsin_dies_goes_on_and_what_ends_meanwhile_has_ended(alerted: Alerted) -> None:
    stage = alerted.stage
    address = stage.url.removeprefix("http://")
    with prometheus(stage.folder / "prometheus", address, alerted.token, resend="10s") as sender:
        since = fires(alerted)
        killed, stage.process = stage.process, None
        assert killed is not None
        killed.send(signal.SIGKILL)
        killed.wait()
        failed = metric(sender.url, "prometheus_notifications_errors_total")
        sender.faulty = False
        stage.until(lambda: metric(sender.url, "prometheus_notifications_errors_total") > failed, "the end is lost")
        back_at = datetime.now(UTC)
        stage.start(wait=False)
        stage.until(lambda: is_resolved(alerted), "Prometheus says the end again")
    incident = alerted.one()
    assert incident is not None
    (evidence,) = incident.signals
    assert evidence.started_at == since
    assert evidence.ended_at is not None
    assert evidence.ended_at < back_at


def test_a_redirect_is_notified_to_prometheus_as_an_error(alerted: Alerted) -> None:
    def elsewhere(request: BaseHTTPRequestHandler) -> None:
        request.send_response(301)
        request.send_header("location", f"{alerted.stage.url}{request.path}")
        request.send_header("content-length", "0")
        request.end_headers()

    with (
        serving(elsewhere) as door,
        prometheus(alerted.stage.folder / "p", door.url.removeprefix("http://"), alerted.token) as sender,
    ):
        alerted.stage.until(
            lambda: metric(sender.url, "prometheus_notifications_errors_total") > 0, "Prometheus counts an error"
        )
    assert alerted.one() is None


def test_amtool_adds_and_lists_alerts(alerted: Alerted) -> None:
    added = alerted.amtool(
        "alert", "add", "WithdrawalSlow", "asset=BTC", "network=bitcoin", "--annotation=summary=slow"
    )
    assert added.returncode == 0, added.stderr
    incident = alerted.stage.until(alerted.one, "the alert is an incident")
    assert incident.component == "withdrawals/BTC/bitcoin"
    asked = alerted.amtool("alert", "query", "asset=BTC")
    (alert,) = json.loads(asked.stdout)
    assert alert["labels"] == {"alertname": "WithdrawalSlow", "asset": "BTC", "network": "bitcoin"}
    assert json.loads(alerted.amtool("alert", "query", "asset=ETH").stdout) == []
    assert json.loads(alerted.amtool("silence", "query").stdout) == []
    assert alerted.amtool("config", "show").returncode == 0
    assert alerted.amtool("cluster", "show").returncode == 0
