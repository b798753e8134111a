"""A real vmalert is pointed at Tocsin as its Alertmanager; a real Prometheus answers its queries."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from incidents.incident import Status
from tests.detectors.sources.prometheus_server import free_port
from tests.faults.alerting import NO_RULES, Alerted, Prometheus, prometheus, taking_alerts
from tests.faults.stage import Stage
from tests.patience import PATIENCE_S
from tests.require import require

RULES = """\
groups:
  - name: exchange
    interval: 1s
    rules:
      - alert: WithdrawalSlow
        expr: fault == 1
        labels: {severity: page, blank: ""}
        annotations: {summary: "Withdrawals of {{ $labels.asset }} are slow", empty: ""}
"""


@contextmanager
def running_vmalert(alerted: Alerted, datasource: str, rules: Path) -> Iterator[None]:
    """One that evaluates the rules against a datasource each second, and sends what it finds to Tocsin."""
    token = alerted.stage.folder / "vmalert.token"
    token.write_text(alerted.token)
    options = [
        f"-rule={rules}",
        f"-datasource.url={datasource}",
        f"-notifier.url={alerted.stage.url}",
        f"-notifier.bearerTokenFile={token}",
        f"-httpListenAddr=127.0.0.1:{free_port()}",
    ]
    with (alerted.stage.folder / "vmalert.log").open("ab") as log:
        process = subprocess.Popen([require("vmalert"), *options], stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


@pytest.fixture
def alerted(bare: Stage) -> Iterator[Alerted]:
    require("vmalert")
    with taking_alerts(bare) as made:
        yield made


@pytest.fixture
def source(alerted: Alerted) -> Iterator[Prometheus]:
    """What vmalert asks. Its own rules are taken away: the alerts must be vmalert's."""
    with prometheus(alerted.stage.folder / "prometheus", "127.0.0.1:9", alerted.token) as made:
        made.reload(NO_RULES)
        yield made


def status(alerted: Alerted) -> Status | None:
    incident = alerted.one()
    return incident.status if incident else None


def test_an_alert_fires_once_and_is_resolved(alerted: Alerted, source: Prometheus, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    with running_vmalert(alerted, source.url, rules):
        incident = alerted.stage.until(alerted.one, "the alert is an incident")
        (evidence,) = incident.signals
        # It writes the key `alertname` twice into the labels of an alert, and a label without a value as "".
        assert (evidence.name, evidence.component) == ("WithdrawalSlow", "withdrawals/USDT/tron")
        assert evidence.title == "Withdrawals of USDT are slow"
        source.faulty = False
        alerted.stage.until(lambda: status(alerted) is Status.RESOLVED, "the incident ends with its alert")


def test_an_alert_that_nobody_says_any_more_ends_with_its_lease(
    alerted: Alerted, source: Prometheus, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    with running_vmalert(alerted, source.url, rules):
        alerted.stage.until(alerted.one, "the alert is an incident")
    alerted.stage.until(lambda: status(alerted) is Status.RESOLVED, "vmalert has stopped")
    assert any("its sender has not said it again since" in line for line in alerted.lines())
