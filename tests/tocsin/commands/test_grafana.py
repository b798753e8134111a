"""`tocsin grafana`: what it writes is taken by the SDK's model, by promtool and by a real Prometheus."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client import generate_latest
from typer.testing import CliRunner

from dashboards.grafana import ALERTS, BOARDS, RULES, grafana_json
from tests import loopback
from tests.detectors.sources.prometheus_server import running_prometheus
from tests.require import require
from tests.tocsin.web.running import Running
from tocsin.cli import app
from tocsin.context.metrics import Metrics
from tocsin.storage.accounts import Role

VALUES = {"$__range": "6h", "$instance": ".*", "$watch": ".*"}
RECORDED = re.compile(r"\w+:tocsin_\w+:\w+")
OURS = re.compile(r"\b((?:tocsin|process)_\w+)")


def expressions() -> dict[str, str]:
    """Every PromQL expression that is written, by where it stands."""
    found = {f"rule {rule.record}": rule.expr for rule in RULES} | {f"alert {one.name}": one.expr for one in ALERTS}
    for board in BOARDS:
        made = json.loads(grafana_json(board, "https://example.com"))
        found[f"{board.key} annotation"] = made["annotations"]["list"][0]["expr"]
        for panel in made["panels"]:
            found |= {f"{board.key} {panel['title']} {k}": one["expr"] for k, one in enumerate(panel["targets"])}
    return found


EXPRESSIONS = expressions()


@pytest.fixture
def written(tocsin: Running, tmp_path: Path) -> Path:
    out = tmp_path / "grafana"
    config = str(tocsin.services.config.path)
    done = CliRunner().invoke(app, ["grafana", "--out", str(out), "--config", config], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert len(done.output.splitlines()) == len(BOARDS) + 2
    return out


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_prometheus(tmp_path_factory.mktemp("prometheus")) as url:
        yield url


def filled(expr: str) -> str:
    for name, value in VALUES.items():
        expr = expr.replace(name, value)
    return expr


def test_a_dashboard_is_the_same_after_a_trip_through_the_sdks_model(written: Path) -> None:
    for board in BOARDS:
        text = (written / f"{board.key}.json").read_text()
        assert json.loads(JSONEncoder().encode(Dashboard.from_json(json.loads(text)))) == json.loads(text)


def test_every_dashboard_links_back_and_shows_where_incidents_opened(written: Path) -> None:
    for board in BOARDS:
        made: dict[str, Any] = json.loads((written / f"{board.key}.json").read_text())
        assert made["links"][0]["url"] == f"http://testserver{board.page}"
        assert [one["name"] for one in made["annotations"]["list"]] == ["Incidents opened"]
        assert {"datasource", "instance"} <= {one["name"] for one in made["templating"]["list"]}
        titles = [panel["title"] for panel in made["panels"]]
        assert len(set(titles)) == len(titles)


def test_what_a_dashboard_links_to_is_there(tocsin: Running) -> None:
    client = tocsin.client(Role.ADMINISTRATOR)
    assert {board.page: client.get(board.page).status_code for board in BOARDS} == {board.page: 200 for board in BOARDS}


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_a_real_prometheus_takes_every_expression(prometheus: str, place: str) -> None:
    answer = loopback.get(f"{prometheus}/api/v1/query", params={"query": filled(EXPRESSIONS[place])})
    assert answer.json()["status"] == "success", answer.text


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_every_metric_that_an_expression_names_is_one_of_ours(place: str) -> None:
    families = {family.name for family in Metrics().registry.collect()}
    suffixes = ("_total", "_bucket", "_count", "_sum")
    names = families | {family + suffix for family in families for suffix in suffixes}
    unknown = set(OURS.findall(RECORDED.sub("", EXPRESSIONS[place]))) - names
    assert unknown == set()


def test_promtool_finds_nothing_wrong_with_the_rules(written: Path) -> None:
    promtool = require("promtool")
    for name in ("recording", "alerts"):
        file = written / f"tocsin-{name}.yaml"
        done = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_reads_only_what_is_recorded(written: Path) -> None:
    recorded = set(RECORDED.findall((written / "tocsin-recording.yaml").read_text()))
    assert {name for alert in ALERTS for name in RECORDED.findall(alert.expr)} <= recorded


def test_promtool_finds_nothing_wrong_with_our_own_metrics(tocsin: Running) -> None:
    promtool = require("promtool")
    page = generate_latest(tocsin.services.metrics.registry)
    done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def test_a_url_with_a_path_is_kept(tocsin: Running) -> None:
    made = json.loads(grafana_json(BOARDS[0], "https://example.com/tocsin"))
    assert made["links"][0]["url"] == "https://example.com/tocsin/dashboards/operations"
