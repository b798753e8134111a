"""An installation that is sent alerts, and real programs that send them."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from incidents.incident import Incident
from tests import loopback
from tests.detectors.sources.pages import page, serving
from tests.detectors.sources.prometheus_server import running_prometheus
from tests.faults.stage import SECRET, Stage
from tests.patience import PATIENCE_S
from tests.require import require

ALERTS = """\
alerts:
  rules:
    - {match: {asset: "*"}, component: "withdrawals/{asset}/{network}", kind: delay}
"""
RULES = """\
groups:
  - name: exchange
    interval: 250ms
    rules:
      - alert: WithdrawalSlow
        expr: fault == 1
        annotations: {summary: "Withdrawals of {{ $labels.asset }} are slow", runbook_url: "https://wiki.example/slow"}
"""
NO_RULES = "groups: []\n"


@contextmanager
def taking_alerts(bare: Stage, at: str = "", more: str = "") -> Iterator["Alerted"]:
    """A Tocsin that takes alerts, with a token for who sends them. at: the point where it kills itself.

    more: of its configuration.
    """
    bare.gather = "1s"
    bare.write_config(query="metric: exchange_nothing_of_the_kind\n    by: [asset, network]")
    with bare.config.open("a", encoding="utf-8") as config:
        config.write(f"{ALERTS}{more}")
    bare.migrate()
    command = ("keys", "add", "prometheus", "--scope", "alerts", "--config", str(bare.config))
    status, said = bare.nursery.run(*command, log=bare.folder / "keys.log", environ={"OPS_SECRET": SECRET})
    assert status == 0, said
    bare.start(at)
    yield Alerted(stage=bare, token=said.split()[-1])


@dataclass(kw_only=True)
class Alerted:
    """The installation. token: the secret of whoever sends alerts."""

    stage: Stage
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def incidents(self) -> tuple[Incident, ...]:
        with self.stage.store() as store:
            return store.incidents.page().items

    def one(self) -> Incident | None:
        """The only incident, None while there is none."""
        found = self.incidents()
        assert len(found) < 2, found
        return found[0] if found else None

    def lines(self) -> list[str]:
        """The timeline of the only incident: each line's kind and reason."""
        found = self.one()
        assert found is not None
        with self.stage.store() as store:
            return [f"{line.kind}: {line.reason}" for line in store.incidents.timeline(found.id)]

    def amtool(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        login = self.stage.folder / "amtool.yml"
        login.write_text(f"authorization: {{credentials: {self.token}}}\n")
        options = [f"--alertmanager.url={self.stage.url}", f"--http.config.file={login}", "--output=json"]
        command = [require("amtool"), *options, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    def scraped(self, name: str) -> float:
        """One of Tocsin's own metrics."""
        return metric(self.stage.url, name)


@dataclass(kw_only=True)
class Prometheus:
    """A Prometheus with an alerting rule, whose metric the test decides. url: "" while it is stopped."""

    folder: Path
    alertmanager: str
    token: str
    resend: str
    faulty: bool = True
    url: str = ""
    scraped: str = ""
    running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        more = (
            f"alerting: {{alertmanagers: [{{authorization: {{credentials: {self.token}}}, "
            f'static_configs: [{{targets: ["{self.alertmanager}"]}}]}}]}}\n'
            'rule_files: ["rules.yml"]\n'
        )
        scrape = f'[{{job_name: exchange, static_configs: [{{targets: ["{self.scraped}"]}}]}}]'
        flags = [f"--rules.alert.resend-delay={self.resend}", "--web.enable-lifecycle"]
        self.url = self.running.enter_context(running_prometheus(self.folder, scrape, more=more, flags=flags))

    def stop(self) -> None:
        self.running.close()
        self.url = ""

    def reload(self, rules: str) -> None:
        (self.folder / "rules.yml").write_text(rules)
        assert loopback.post(f"{self.url}/-/reload").status_code == 200

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        page(f'fault{{asset="USDT",network="tron"}} {int(self.faulty)}\n')(request)


@contextmanager
def prometheus(folder: Path, alertmanager: str, token: str, *, resend: str = "1m") -> Iterator[Prometheus]:
    """One that watches a fault, sends alerts to alertmanager (host:port), and again after `resend`."""
    made = Prometheus(folder=folder, alertmanager=alertmanager, token=token, resend=resend)
    folder.mkdir()
    (folder / "rules.yml").write_text(RULES)
    with serving(made.answer) as site:
        made.scraped = site.url.removeprefix("http://")
        made.start()
        try:
            yield made
        finally:
            made.stop()


def metric(url: str, name: str) -> float:
    """The sum of a metric's series on a page of metrics; 0 where there is none."""
    lines = loopback.get(f"{url}/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))
