"""A component's dashboard and runbook in the configuration: what is filled when, and what is refused."""

from pathlib import Path

import pytest

from tocsin.config import check, load

WALLET = """\
site: {name: Northbridge}
sources:
  default: {kind: scrape, targets: [{url: "http://127.0.0.1:9100/metrics"}]}
components:
  - for: [{asset: BTC}]
    name: w/{asset}
    title: Withdrawals
    dashboard: "https://grafana.example/d/w?var-asset={asset}&from={from}&to={to}"
    runbook: "https://wiki.example/{asset}"
watches:
  - {name: latency, metric: latency_seconds, component: w/BTC}
"""


def test_a_dashboard_keeps_its_time_range_until_an_incident_links_to_it(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.yaml"
    path.write_text(WALLET)
    (component,) = load(path).components
    assert component.dashboard == "https://grafana.example/d/w?var-asset=BTC&from={from}&to={to}"
    assert component.runbook == "https://wiki.example/BTC"


@pytest.mark.parametrize(
    ("before", "wrong", "says"),
    [
        ("{from}", "{start}", "asks for {start}, which a row of its `for` lacks"),
        ("https://grafana", "grafana", "must be an address that begins with http:// or https://"),
        ("for: [{asset: BTC}]\n    name: w/{asset}", "name: w/BTC", "no placeholders but {from} and {to}"),
        ("https://wiki", "javascript:wiki", "must be an address that begins with http:// or https://"),
        ("w/{asset}", "w/{from}", "asks for {from}, which a row of its `for` lacks"),
    ],
    ids=["another placeholder", "no address", "nothing fills it", "a runbook that is a script", "a time in a name"],
)
def test_what_nothing_fills_is_refused_with_its_line(before: str, wrong: str, says: str) -> None:
    found = "\n".join(map(str, check(WALLET.replace(before, wrong), "tocsin.yaml")))
    assert says in found
    assert "(tocsin.yaml, line " in found
