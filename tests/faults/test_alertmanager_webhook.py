"""A real Alertmanager sends its groups to Tocsin."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from incidents.incident import Status
from tests import loopback
from tests.detectors.sources.prometheus_server import free_port, running_server
from tests.faults.alerting import Alerted, taking_alerts
from tests.faults.stage import Stage
from tests.require import require

CONFIG = """\
route: {{receiver: tocsin, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 2s}}
receivers:
  - name: tocsin
    webhook_configs:
      - {{url: "{url}/api/v1/alertmanager", http_config: {{authorization: {{credentials: {token}}}}}}}
"""


@pytest.fixture
def alerted(bare: Stage) -> Iterator[Alerted]:
    with taking_alerts(bare) as made:
        yield made


@contextmanager
def alertmanager(alerted: Alerted) -> Iterator[str]:
    """Its URL; it tells Tocsin at once, and again every two seconds."""
    binary, folder, address = require("alertmanager"), alerted.stage.folder / "am", f"127.0.0.1:{free_port()}"
    folder.mkdir()
    (folder / "am.yml").write_text(CONFIG.format(url=alerted.stage.url, token=alerted.token))
    options = [f"--config.file={folder / 'am.yml'}", f"--storage.path={folder / 'data'}"]
    options += [f"--web.listen-address={address}", "--cluster.listen-address="]
    with running_server([binary, *options], f"http://{address}/-/ready", folder / "log"):
        yield f"http://{address}"


def say(url: str, asset: str, network: str, *, ended: bool = False) -> None:
    now = datetime.now(UTC)
    ends_at = now if ended else now + timedelta(hours=1)
    alert = {
        "labels": {"alertname": "WithdrawalSlow", "asset": asset, "network": network},
        "annotations": {"summary": f"{asset} is slow"},
        "startsAt": (now - timedelta(seconds=5)).isoformat(),
        "endsAt": ends_at.isoformat(),
    }
    assert loopback.post(f"{url}/api/v2/alerts", json=[alert]).status_code == 200


def open_titles(alerted: Alerted) -> list[str]:
    """Of the alerts that Tocsin takes to be firing."""
    found = json.loads(alerted.amtool("alert", "query").stdout)
    return sorted(alert["annotations"]["summary"] for alert in found)


def test_each_alert_of_a_group_fires_and_ends_by_itself(alerted: Alerted) -> None:
    stage = alerted.stage
    with alertmanager(alerted) as url:
        say(url, "USDT", "tron")
        say(url, "BTC", "bitcoin")
        stage.until(lambda: open_titles(alerted) == ["BTC is slow", "USDT is slow"], "both fire")
        before = alerted.scraped("tocsin_alerts_total")
        stage.until(lambda: alerted.scraped("tocsin_alerts_total") >= before + 4, "the group is repeated")
        timelines = {i.id: len(i.signals) for i in alerted.incidents()}
        assert sum(timelines.values()) == 2, "what is repeated is no new evidence"
        say(url, "USDT", "tron", ended=True)
        stage.until(lambda: open_titles(alerted) == ["BTC is slow"], "one ends, the other goes on")
        say(url, "BTC", "bitcoin", ended=True)
        stage.until(lambda: all(i.status is not Status.DETECTED for i in alerted.incidents()), "all end")
    assert open_titles(alerted) == []
