"""The console's watches: how each is doing, what it has spent, and each of its series over a span."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from incidents.lifecycle import Action
from tests.detectors.sources.prometheus_server import free_port
from tests.patience import PATIENCE_S
from tests.require import require
from tests.tocsin.web.desk.test_desk import pages
from tests.tocsin.web.running import CONFIG, Client, Running
from tests.tocsin.web.watching import GROWS, SERIES, SILENT, WATCHES, evaluate, series_of, watching
from tocsin.storage.accounts import Role

ROOT = Path(__file__).parents[4]
VALIDATOR = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
RULES = ROOT / "tests" / "statuspage" / "html-validate.json"
LIST = "/console/watches"
QUEUE = f"{LIST}/deposits/waiting"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Shared by the tests that change nothing; one evaluation has a duration that no clock decides."""
    made = watching(tmp_path_factory.mktemp("watched"))
    evaluation = made.services.memory.evaluations["deposits/waiting"]
    made.services.memory.evaluations["deposits/waiting"] = replace(evaluation, took=timedelta(milliseconds=12.5))
    yield made
    made.close()


@pytest.fixture
def engineer(watched: Running) -> Client:
    return watched.client(Role.ENGINEER)


def words(html: str) -> str:
    """What a reader sees, without pictures."""
    plain = re.sub(r"<svg.*?</svg>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())


def row_of(html: str, name: str) -> str:
    """A row of a table, in words."""
    return next(words(row) for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL) if f">{name}</a>" in row)


def names(html: str) -> list[str]:
    return re.findall(r'<td class="main"[^>]*><a href="[^"]+">([^<]+)</a>', html)


def test_the_list_says_how_each_watch_is_doing(engineer: Client) -> None:
    html = engineer.get(LIST).text
    assert "3 watches: 2 without data, 1 deviating" in words(html)
    row = row_of(html, "deposits/waiting")
    assert "deviating trading" in row
    assert re.search(r"\d+ expected at most [\d.]+ asset=A00", row)
    assert f"{SERIES} 1 silent" in row
    assert "0 of 1 1 opened" in row
    assert "just now, 14:03 UTC took 12.5 ms" in row
    assert "shadow" in row_of(html, "idle")
    assert "waits for its first samples" in row_of(html, "withdrawal-time")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", ["idle", "withdrawal-time", "deposits/waiting"], id="the worst first"),
        pytest.param("?sort=name", ["deposits/waiting", "idle", "withdrawal-time"], id="by name"),
        pytest.param("?sort=series", ["deposits/waiting", "idle", "withdrawal-time"], id="by series"),
        pytest.param("?sort=budget", ["deposits/waiting", "idle", "withdrawal-time"], id="by openings"),
        pytest.param("?sort=silent&q=TRADING", ["deposits/waiting", "idle"], id="of a component"),
        pytest.param("?state=deviating", ["deposits/waiting"], id="those that deviate"),
        pytest.param("?state=shadow", ["idle"], id="those in the shadow"),
        pytest.param("?state=normal", [], id="none is normal"),
    ],
)
def test_the_list_is_filtered_and_ordered(engineer: Client, query: str, expected: list[str]) -> None:
    assert names(engineer.get(LIST + query).text) == expected


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (f"{LIST}?state=odd", 404, "there is no state 'odd'"),
        (f"{LIST}?sort=odd", 404, "there is no order 'odd'"),
        (f"{LIST}?cursor=odd", 400, "start again without a cursor"),
        (f"{QUEUE}?cursor=odd", 400, "start again without a cursor"),
        (f"{LIST}/nothing", 404, "there is no watch 'nothing'"),
        (f"{QUEUE}?series=nothing", 404, "has no series 'nothing'"),
        (f"{QUEUE}?series={series_of(GROWS)}&span=odd", 404, "there is no span 'odd'"),
        (f"{LIST}/withdrawal-time?series=x", 404, "has no series"),
    ],
)
def test_a_wrong_address_is_reported(engineer: Client, path: str, status: int, said: str) -> None:
    answer = engineer.get(path)
    assert (answer.status_code, said in words(answer.text)) == (status, True), words(answer.text)


def test_the_list_is_paged(tmp_path: Path) -> None:
    more = "".join(f"  - {{name: extra-{k:03}, metric: m, component: trading}}\n" for k in range(70))
    tocsin = watching(tmp_path, CONFIG + more)
    found = pages(tocsin.client(Role.ENGINEER), f"{LIST}?sort=name", r'<td class="main"[^>]*><a href="[^"]+">([^<]+)')
    assert found == sorted(w.name for w in tocsin.services.config.watches)
    tocsin.close()


def test_a_watch_opens_to_its_series_the_worst_first_each_once(engineer: Client) -> None:
    found = pages(engineer, QUEUE, r'<td class="main"[^>]*><a href="\?series=\w+">([^<]+)</a>')
    listed = [name for name in found if name.startswith("asset=")]
    assert listed[:2] == [f"asset={GROWS}", f"asset={SILENT}"]
    assert len(set(listed)) == SERIES


def test_a_series_is_found_by_its_label(engineer: Client) -> None:
    html = engineer.get(f"{QUEUE}?q=a07").text
    assert [n for n in names(html) if n.startswith("asset=")] == ["asset=A07"]
    assert "No series fits" in words(engineer.get(f"{QUEUE}?q=zzz").text)


def test_a_watch_shows_its_incident_and_its_query(engineer: Client) -> None:
    html = engineer.get(QUEUE).text
    assert "INC-1" in words(html)
    assert "avg by (asset) (deposits_waiting)" in unescape(html)
    assert "1 incident in all rest" in words(html)


@pytest.mark.parametrize("span", ["1h", "6h", "24h", "7d"])
def test_a_series_is_plotted_over_a_span(engineer: Client, span: str) -> None:
    html = engineer.get(f"{QUEUE}?series={series_of(GROWS)}&span={span}").text
    plots = [ET.fromstring(svg) for svg in re.findall(r"<svg xmlns=.*?</svg>", html, re.DOTALL)]
    assert len(plots) == 4, "the span and the usual day, each in two widths"
    assert "Deposits waiting" in (plots[0][0].text or "")
    assert "1 anomaly." in (plots[0][1].text or "")
    assert 'fill-opacity="0.09"' in html
    assert 'deposits_waiting{asset="A00"}' in unescape(html)


def test_an_anomaly_of_another_series_is_listed_and_not_drawn(engineer: Client) -> None:
    html = engineer.get(f"{QUEUE}?series={series_of('A05')}&span=1h").text
    assert words(html).count("in another series") == 2
    assert 'fill-opacity="0.09"' not in html


def test_a_silent_series_says_so(engineer: Client) -> None:
    html = words(engineer.get(f"{QUEUE}?series={series_of(SILENT)}&span=1h").text)
    assert "silent" in html
    assert "There is no sample in this span" in html


def test_a_retracted_incident_is_budget_spent(tmp_path: Path) -> None:
    tocsin = watching(tmp_path)
    (incident,) = tocsin.services.store.incidents.active()
    tocsin.do(incident, Action.RETRACT, end_reason="false_alarm")
    engineer = tocsin.client(Role.ENGINEER)
    assert "1 of 1 1 opened" in row_of(engineer.get(LIST).text, "deposits/waiting")
    assert "1 of 1 in 30 days" in words(engineer.get(QUEUE).text)
    tocsin.close()


def test_a_source_that_is_away_is_reported_with_its_error(tmp_path: Path) -> None:
    tocsin = watching(tmp_path)
    file, away = tmp_path / "tocsin.yaml", f"{{kind: prometheus, url: 'http://127.0.0.1:{free_port()}'}}"
    file.write_text(re.sub(r"default: .*", f"default: {away}", file.read_text()))
    assert tocsin.runtime.reload() == ()
    tocsin.clock.pass_(minutes=1)
    evaluate(tocsin)
    engineer = tocsin.client(Role.ENGINEER)
    row = row_of(engineer.get(f"{LIST}?state=no_data").text, "deposits/waiting")
    assert "Connection refused" in row
    assert "failed" in row
    html = words(engineer.get(f"{QUEUE}?series={series_of(GROWS)}&span=7d").text)
    assert "The source default did not answer" in html
    assert "Shown is what memory holds, since" in html
    tocsin.close()


def test_hostile_labels_stay_text(tmp_path: Path) -> None:
    hostile = WATCHES.replace("title: Deposits waiting", "title: '<script>alert(1)</script>'")
    tocsin = watching(tmp_path, CONFIG, hostile)
    engineer = tocsin.client(Role.ENGINEER)
    for path in (LIST, QUEUE, f"{QUEUE}?q=<script>", f"{QUEUE}?series={series_of(GROWS)}"):
        html = engineer.get(path).text
        assert "<script>alert" not in html
        assert "<script>" not in html.replace('<script src="/static/live.js" type="module"></script>', "")
    tocsin.close()


def test_every_page_is_valid_html(engineer: Client, tmp_path: Path) -> None:
    node = require("node")
    if not VALIDATOR.is_file():
        require("html-validate (npm install)")
    addresses = [LIST, f"{LIST}?state=normal", QUEUE, f"{LIST}/idle", f"{QUEUE}?series={series_of(GROWS)}&span=24h"]
    paths = [tmp_path / f"{at}.html" for at in range(len(addresses))]
    for path, address in zip(paths, addresses, strict=True):
        path.write_text(engineer.get(address).text, encoding="utf-8")
    ran = subprocess.run(
        [node, str(VALIDATOR), "--config", str(RULES), "--formatter", "text", *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (ran.returncode, ran.stdout[:2000], ran.stderr[:2000]) == (0, "", "")


def test_a_histograms_new_buckets_are_reported_while_they_are_learnt(tmp_path: Path) -> None:
    tocsin = watching(tmp_path)
    state = tocsin.services.memory.states["deposits/waiting"]
    shape = np.full((4, SERIES), 0.5)
    shaped = np.full((4, SERIES), 1000.0)
    reported = "1 bucket is new since the last deployment and is being learnt"
    engineer = tocsin.client(Role.ENGINEER)
    tocsin.services.memory.states["deposits/waiting"] = replace(state, shape=shape, shaped=shaped)
    assert reported not in words(engineer.get(QUEUE).text)
    shaped[1, 3] = 1.0
    assert reported in words(engineer.get(QUEUE).text)
    tocsin.close()
