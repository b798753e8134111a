"""Programs of others read the page as they read the original's: an exporter, a library, a widget in a browser."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from statuspage.maintenance import MaintenancePhase
from statuspage.publishers.directory import DirectoryPublisher
from statuspage.render import render
from tests.patience import PATIENCE_S
from tests.require import require
from tests.statuspage.examples import BTC_OUT, NOW, SITE, incident, maintenance, minutes, page, resolved
from tests.statuspage.served import served

MODULES = Path(__file__).parents[2] / "node_modules"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
LIBRARY = """
const {Statuspage} = require('statuspage.io');
(async () => {
  const client = new Statuspage('local');
  client.setApiUrl(process.argv[1]);
  const {api} = client, all = {
    status: await api.getStatus(), components: await api.getComponents(), summary: await api.getSummary(),
    incidents: await api.incidents.getAll(), unresolved: await api.incidents.getUnresolved(),
    planned: await api.scheduledMaintenances.getAll(), active: await api.scheduledMaintenances.getActive(),
    upcoming: await api.scheduledMaintenances.getUpcoming(),
  };
  console.log(JSON.stringify(all));
})();
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("page")
    planned = [maintenance(phase, n) for n, phase in enumerate(MaintenancePhase)]
    DirectoryPublisher(root).publish(render(page([incident(1), resolved(2, NOW - minutes(600))], planned=planned)))
    return root


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    with served(folder) as url:
        yield url


def npm(name: str) -> Path:
    """The folder of an installed npm package."""
    return MODULES / name if (MODULES / name).is_dir() else Path(require(f"{name} (npm install)"))


def test_the_prometheus_exporter_reads_it(address: str, tmp_path: Path) -> None:
    require("module:statuspage_prometheus_exporter")
    services = {"exchange": {"name": "Exchange", "url": f"{address}/api/v2/summary.json"}}
    (tmp_path / "services.json").write_text(json.dumps(services))
    ran = subprocess.run(
        [sys.executable, "-c", "from statuspage_prometheus_exporter.status_monitoring import main; main()"],
        cwd=tmp_path,
        env={**os.environ, "RUN_MODE": "once", "METRICS_TEXTFILE_PATH": str(tmp_path / "out.prom")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    metrics = (tmp_path / "out.prom").read_text()
    for words in ("Bitcoin withdrawals are delayed", "Database upgrade", "Withdrawals", "Spot trading"):
        assert words in metrics
    assert 'statuspage_probe_check{service_name="Exchange"} 1.0' in metrics


def test_the_javascript_library_reads_every_file(address: str) -> None:
    node, _ = require("node"), npm("statuspage.io")
    ran = subprocess.run(
        [node, "-e", LIBRARY, address],
        cwd=MODULES.parent,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    read = json.loads(ran.stdout)
    assert read["status"]["status"]["indicator"] == "major"
    assert SITE.component_id(BTC_OUT) in {c["id"] for c in read["components"]["components"]}
    assert [len(read["incidents"]["incidents"]), len(read["unresolved"]["incidents"])] == [2, 1]
    # In this release all three of its calls for planned work ask for what is upcoming.
    assert {len(read[name]["scheduled_maintenances"]) for name in ("planned", "active", "upcoming")} == {1}
    assert read["summary"]["page"]["id"] == SITE.id


def test_the_widget_shows_the_state_in_a_browser(address: str, tmp_path: Path) -> None:
    program, widget = require("chromium"), npm("@statuspage/status-widget")
    (tmp_path / "index.html").write_text(
        f'<!DOCTYPE html><script src="widget.js"></script><statuspage-widget src="{address}"></statuspage-widget>'
    )
    (tmp_path / "widget.js").write_bytes((widget / "dist" / "index.js").read_bytes())
    with served(tmp_path) as host, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        tab = browser.new_page()
        tab.goto(f"{host}/index.html")
        shown = tab.locator("statuspage-widget")
        shown.get_by_text("Partial System Outage").first.wait_for(timeout=1000 * PATIENCE_S)
        browser.close()
