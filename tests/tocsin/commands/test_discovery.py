"""`tocsin discover` on the simulated exchange and a host's exporter, as a real server has scraped them."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx2
import numpy as np
import pytest
from typer.testing import CliRunner

from detectors.frame import labels_of
from detectors.sources.prometheus_api import PrometheusApi
from detectors.sources.scrape_store import RawHistory
from detectors.watch import Direction, FailureKind, Read, Watch
from tests.detectors.sources.pages import serving
from tests.detectors.sources.prometheus_server import free_port, running_prometheus, write_samples
from tests.detectors.sources.victoria_server import running_victoria, write_to_victoria
from tests.patience import PATIENCE_S, until
from tests.require import require
from tocsin.cli import app
from tocsin.commands.discovery import DiscoveryRequest, Stopped, discover
from tocsin.config import Config, load_text
from tocsin.demo.history import history
from tocsin.demo.world import make_world


def silent(line: str) -> None:
    """Says it to nobody."""


@contextmanager
def started(*command: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def scraping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Prometheus and a VictoriaMetrics that have seen the exchange and a host: their URLs."""
    folder = tmp_path_factory.mktemp("discover")
    with ExitStack() as stack:
        exchange = stack.enter_context(
            started(sys.executable, "-m", "tocsin.demo.exchange", "--port", "0", "--history-days", "0")
        )
        host = f"127.0.0.1:{free_port()}"
        stack.enter_context(started(require("node-exporter"), f"--web.listen-address={host}"))
        assert exchange.stdout
        target = json.loads(exchange.stdout.readline())["address"].removeprefix("http://")
        pages = {"exchange": (target, "/metrics"), "chain": (target, "/metrics/chain"), "node": (host, "/metrics")}
        configs = ", ".join(
            f"{{job_name: {job}, scrape_interval: 3s, scrape_timeout: 3s, metrics_path: {path}, "
            f"static_configs: [{{targets: ['{at}']}}]}}"
            for job, (at, path) in pages.items()
        )
        urls = {
            "prometheus": stack.enter_context(running_prometheus(folder / "prometheus", f"[{configs}]")),
            "victoria-metrics": stack.enter_context(running_victoria(folder / "victoria", f"[{configs}]")),
        }
        for url in urls.values():
            wait_until_scraped(url)
        yield urls


def wait_until_scraped(url: str) -> None:
    wanted = {"exchange_api_requests_total", "exchange_chain_blocks_total", "node_network_receive_packets_total"}
    api = PrometheusApi(url)
    until(lambda: wanted <= set(api.metrics()), "all three pages are scraped")
    api.close()


def proposed(url: str) -> Config:
    text = discover(DiscoveryRequest(url=url, config=None, out=None, days=0), datetime.now(UTC), silent, time.monotonic)
    return load_text(text, Path("tocsin.yaml"))


def watched(config: Config) -> dict[tuple[str | None, Read, tuple[tuple[str, str], ...]], Watch]:
    return {(w.query.metric, w.query.read, w.query.match): w for w in config.watches}


@pytest.mark.parametrize("server", ["prometheus", "victoria-metrics"])
def test_the_exchange_is_covered(scraping: dict[str, str], server: str) -> None:
    found = watched(proposed(scraping[server]))
    route = ("asset", "network")
    for metric, by in (
        ("exchange_withdrawal_processing_seconds", route),
        ("exchange_deposit_processing_seconds", route),
        ("exchange_trade_execution_seconds", ("pair",)),
    ):
        watch = found[metric, Read.QUANTILE, ()]
        assert (watch.query.by, watch.bad, watch.kind) == (by, Direction.ABOVE, FailureKind.DELAY)
    for metric, good, bad in (
        ("exchange_withdrawals_total", "completed", "failed"),
        ("exchange_deposits_total", "credited", "rejected"),
        ("exchange_orders_total", "filled", "rejected"),
    ):
        assert found[metric, Read.RATE, (("outcome", good),)].bad is Direction.BELOW
        assert found[metric, Read.RATIO, (("outcome", bad),)].query.of == metric
    for metric, kind in (
        ("exchange_chain_confirmation_seconds", FailureKind.DELAY),
        ("exchange_oldest_unsigned_withdrawal_seconds", FailureKind.DELAY),
        ("exchange_unsigned_withdrawals", FailureKind.BACKLOG),
        ("exchange_uncredited_deposits", FailureKind.BACKLOG),
        ("exchange_pending_orders", FailureKind.BACKLOG),
    ):
        assert (found[metric, Read.VALUE, ()].bad, found[metric, Read.VALUE, ()].kind) == (Direction.ABOVE, kind)
    assert found["exchange_hot_wallet_balance", Read.VALUE, ()].bad is Direction.BELOW
    assert found["exchange_api_requests_total", Read.RATIO, (("code", "500"),)].query.by == ("route",)
    assert found["node_network_receive_errs_total", Read.RATIO, ()].query.of == "node_network_receive_packets_total"
    assert len(found) < 45


def test_components_are_the_parts_that_occur(scraping: dict[str, str]) -> None:
    config = proposed(scraping["prometheus"])
    components = {component.name: component for component in config.components}
    tether = components["withdrawals/USDT/tron"]
    assert (tether.asset, tether.network, tether.direction, tether.form) == ("USDT", "tron", "withdrawal", "Withdrawal")
    assert tether.depends_on == ("chain/tron",)
    assert "withdrawals/BTC/tron" not in components
    assert not components["chain/tron"].public
    assert not components["hosts"].public
    assert components["trading/BTC/USDT"].public


def test_a_configuration_keeps_its_words_and_gets_what_it_lacks(scraping: dict[str, str], tmp_path: Path) -> None:
    url = scraping["prometheus"]
    mine = tmp_path / "tocsin.yaml"
    mine.write_text(
        f"""\
site: {{name: Northbridge}}  # ours
sources:
  prod: {{kind: prometheus, url: "{url}"}}
components:
  - {{name: chain/tron, title: TRON}}  # the one that fails
watches:
  # how long we wait
  - name: hot-wallet-balance
    metric: exchange_oldest_pending_order_seconds
    component: chain/tron
    source: prod
"""
    )
    out = tmp_path / "new.yaml"
    ran = CliRunner().invoke(app, ["discover", "--config", str(mine), "--out", str(out), "--no-backtest"])
    assert ran.exit_code == 0, ran.output
    text = out.read_text()
    for words in ("# ours", "# the one that fails", "# how long we wait", "# A balance: what is paid out of it stops"):
        assert words in text
    config = load_text(text, out)
    assert {watch.source for watch in config.watches} == {"prod"}
    assert [watch.query.metric for watch in config.watches].count("exchange_oldest_pending_order_seconds") == 1
    assert {"hot-wallet-balance", "hot-wallet-balance-2"} <= {watch.name for watch in config.watches}
    assert [component.name for component in config.components].count("chain/tron") == 1
    again = CliRunner().invoke(app, ["discover", "--config", str(out), "--no-backtest"])
    assert "watches all of it already" in str(again.exception)
    assert CliRunner().invoke(app, ["check", "--config", str(out)]).exit_code == 0


def test_no_file_is_overwritten_unasked(tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    out.write_text("mine")
    ran = CliRunner().invoke(app, ["discover", "--url", "http://127.0.0.1:1", "--out", str(out)])
    assert ran.exit_code == 2
    assert "already" in ran.output
    assert out.read_text() == "mine"
    assert CliRunner().invoke(app, ["discover"]).exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--url", "127.0.0.1:9090"], "must begin with http:// or https://"),
        (["--url", "prometheus"], "must begin with http:// or https://"),
        (["--url", "localhost:9090/prometheus"], "http://localhost:9090/prometheus"),
        (["--url", "http://127.0.0.1:1", "--out", "missing/tocsin.yaml"], "there is no folder"),
    ],
)
def test_what_cannot_be_asked_or_written_is_reported_before_anything_is_looked_for(words: list[str], said: str) -> None:
    ran = CliRunner().invoke(app, ["discover", *words], env={"COLUMNS": "300"})
    assert ran.exit_code == 2
    assert said in ran.output


def restless(now: int) -> list[RawHistory]:
    """Two queues over three days, of which that of withdrawals deviates for an hour three times."""
    times = np.asarray(now - 60.0 * np.arange(3 * 1440)[::-1], np.float64)
    chance = np.random.default_rng(3)
    calm = np.asarray(chance.normal(100.0, 5.0, len(times)), np.float64)
    rings = np.asarray(chance.normal(100.0, 5.0, len(times)), np.float64)
    for hours_ago, times_as_much in ((30, 5.0), (20, 10.0), (10, 15.0)):  # an hour each
        begin = len(times) - 60 * hours_ago
        rings[begin : begin + 60] *= times_as_much
    key = (labels_of({"asset": "BTC"}),)
    return [
        RawHistory(metric="pending_deposits", keys=key, times=times, values=calm[None]),
        RawHistory(metric="pending_withdrawals", keys=key, times=times, values=rings[None]),
    ]


def test_every_watch_is_proposed_for_the_shadow_and_one_that_rings_too_often_says_so(tmp_path: Path) -> None:
    now, said = int(time.time()) // 60 * 60, list[str]()
    with running_victoria(tmp_path) as url:
        write_to_victoria(url, restless(now))
        asked = DiscoveryRequest(url=url, config=None, out=None, days=1.5)
        text = discover(asked, datetime.fromtimestamp(now, UTC), said.append, time.monotonic)
    assert [watch.shadow for watch in load_text(text, Path("tocsin.yaml")).watches] == [True, True]
    first, second = said[-2:]
    assert first.startswith("1/2 pending-withdrawals: ")
    assert "more than its budget, so look at it first; about " in first
    assert first.endswith(" left")
    assert second == "2/2 pending-deposits: no incident in the last 1.5 days, 1 series"
    assert "user add NAME administrator" in text


@pytest.mark.parametrize(("at", "untried"), [("1/2", 2), ("2/2", 1)])
def test_what_was_found_is_kept_when_it_is_stopped(tmp_path: Path, at: str, untried: int) -> None:
    def stopping(line: str) -> None:
        """Ctrl-C while this is said."""
        if line.startswith(at):
            raise KeyboardInterrupt

    now, out = int(time.time()) // 60 * 60, tmp_path / "tocsin.yaml"
    with running_victoria(tmp_path) as url:
        write_to_victoria(url, restless(now))
        asked = DiscoveryRequest(url=url, config=None, out=out, days=1.5)
        with pytest.raises(Stopped) as stopped:
            discover(asked, datetime.fromtimestamp(now, UTC), stopping, time.monotonic)
    assert out.read_text() == stopped.value.text
    assert stopped.value.text.count("Tried: not yet, as it was stopped.") == untried
    assert len(load_text(stopped.value.text, out).watches) == 2


def test_the_command_that_is_stopped_leaves_its_file(tmp_path: Path) -> None:
    now, out = int(time.time()) // 60 * 60, tmp_path / "tocsin.yaml"
    asked, over = threading.Event(), threading.Event()
    with running_victoria(tmp_path) as url, httpx2.Client(base_url=url) as server:

        def answers_until_the_file_is_written(request: BaseHTTPRequestHandler) -> None:
            if out.exists():
                asked.set()
                over.wait(PATIENCE_S)
                request.close_connection = True
                return
            body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
            sent = {name: request.headers[name] for name in ("Content-Type",) if name in request.headers}
            answer = server.request(request.command, request.path, content=body, headers=sent, timeout=PATIENCE_S)
            request.send_response(answer.status_code)
            request.send_header("Content-Type", answer.headers["Content-Type"])
            request.send_header("Content-Length", str(len(answer.content)))
            request.end_headers()
            request.wfile.write(answer.content)

        write_to_victoria(url, restless(now))
        with serving(answers_until_the_file_is_written) as site:
            command = [sys.executable, "-m", "tocsin.cli", "discover", "--url", site.url, "--out", str(out)]
            # Who runs the tests in the background may have SIGINT ignored, and children inherit that.
            with subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
            ) as process:
                assert asked.wait(PATIENCE_S), "the proposals are tried once the file is written"
                process.send_signal(signal.SIGINT)
                said = process.communicate(timeout=PATIENCE_S)[0]
                over.set()
    assert process.returncode == 130, said
    assert "Stopped: what was found till then is kept" in said
    assert f"Add an administrator: `tocsin user add NAME administrator --config {out}`" in said
    assert len(load_text(out.read_text(), out).watches) == 2


def orders(end: float, hours: int) -> list[RawHistory]:
    """The simulated exchange's histogram of orders, a sample a minute."""
    (chunk,) = history(make_world(), end - 3600.0 * hours, end)
    rows: dict[str, list[int]] = {}
    for row, (name, _) in enumerate(chunk.keys):
        if name.startswith("exchange_trade_execution_seconds"):
            rows.setdefault(name, []).append(row)
    return [
        RawHistory(
            metric=name, keys=tuple(chunk.keys[at][1] for at in held), times=chunk.times, values=chunk.values[held]
        )
        for name, held in rows.items()
    ]


def test_the_shape_of_a_histogram_of_many_events_is_proposed_and_tried(tmp_path: Path) -> None:
    now, out = int(time.time()) // 60 * 60, tmp_path / "tocsin.yaml"
    said: list[str] = []
    with running_prometheus(tmp_path / "prometheus") as url:
        write_samples(url, orders(float(now), hours=4))
        asked = DiscoveryRequest(url=url, config=None, out=out, days=0.125)
        text = discover(asked, datetime.fromtimestamp(now, UTC), said.append, time.monotonic)
    watches = {watch.name: watch for watch in load_text(text, out).watches}
    assert set(watches) == {"trade-execution-p95", "trade-execution-shift"}
    shape = watches["trade-execution-shift"]
    assert (shape.query.read, shape.query.by, shape.query.at_least) == (Read.SHIFT, ("pair",), 50)
    assert "each evaluation reads 140 buckets" in " ".join(text.split())
    tried = next(line for line in said if " trade-execution-shift: " in line)
    assert "in the last 0.125 days" in tried
    assert shape.shadow
    assert CliRunner().invoke(app, ["check", "--config", str(out)]).exit_code == 0
