"""`tocsin backtest` as a shell calls it: what it writes, what it says, and that it leaves nothing half done."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from detectors.sources.scrape_store import RawHistory
from tests.detectors.sources.pages import serving
from tests.detectors.sources.prometheus_server import running_prometheus, write_samples
from tests.patience import PATIENCE_S
from tests.tocsin.backtest.past import FAULTS, FILES, START, write
from tocsin.backtest.command import write_all
from tocsin.backtest.progress_line import ProgressLine
from tocsin.backtest.run import Progress
from tocsin.backtest.setup import span_of
from tocsin.cli import app
from tocsin.config import load
from tocsin.wiring.sources import past_sources

HERE = Path(__file__).parents[3]
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of the past, then five hours with two incidents' faults; and another configuration."""
    made = tmp_path_factory.mktemp("command")
    path = write(made, length=timedelta(days=3, hours=5))
    other = path.read_text(encoding="utf-8").replace("hold: 2m", "hold: 30m")
    (made / "other.yaml").write_text(other, encoding="utf-8")
    rows = [
        f"{START + one.after:%Y-%m-%dT%H:%MZ},{START + one.after + one.lasts:%Y-%m-%dT%H:%MZ}" for one in FAULTS[:2]
    ]
    (made / "labels.csv").write_text("start,end\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return made


def call(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["backtest", "--config", str(folder / "tocsin.yaml"), *words])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        pytest.param(["5"], "nothing: 1 sample.", id="one sample"),
        pytest.param(["NaN"], "nothing: 0 samples.", id="one that is no number"),
        pytest.param(["5", "6", "5"], "nothing: 2 samples.", id="two minutes"),
        pytest.param(["NaN"] * 90, "nothing: 0 samples.", id="none is a number"),
    ],
)
def test_a_past_of_next_to_nothing_judges_nothing_and_says_so(tmp_path: Path, values: list[str], words: str) -> None:
    rows = [f"{START + number * MINUTE:%Y-%m-%dT%H:%M:%SZ},{value}" for number, value in enumerate(values)]
    (tmp_path / "delay.csv").write_text("\n".join(["time,value", *rows, ""]), encoding="utf-8")
    (tmp_path / "tocsin.yaml").write_text(
        "site: {name: Example}\nsources: {default: {kind: replay, files: {delay: delay.csv}}}\n"
        "components: [{name: trading, title: Trading}]\n"
        "watches: [{name: delay, metric: delay, component: trading}]\n",
        encoding="utf-8",
    )
    done = call(tmp_path)
    assert done.exit_code == 0, done.output
    assert "No incident would have opened" in done.stdout
    assert f"Watch delay could judge {words}" in done.stdout


def test_everything_that_is_asked_for_is_written_and_said(folder: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    before = sorted(folder.iterdir())
    words = ["--watch", "withdrawal-time", "--compare", str(folder / "other.yaml")]
    done = call(folder, *words, "--labels", str(folder / "labels.csv"), "--out", str(page), "--json", str(data))
    assert done.exit_code == 0, done.output
    assert "1 incident would have opened in 4 h 59 min: 1 minor." in done.stdout
    assert "Bitcoin withdrawals delayed" in done.stdout
    assert "0 only with tocsin.yaml, 0 only with other.yaml, 1 in both (1 decided otherwise)." in done.stdout
    assert "2 of 2 labels found, 0 false" in done.stdout
    assert "tocsin.yaml: 100%, watch 1 of 1, withdrawal-time" in done.stderr
    reported = json.loads(data.read_text(encoding="utf-8"))
    assert [one["component"] for one in reported["incidents"]] == ["withdrawals/BTC"]
    assert reported["comparison"]["in_both"][0]["other_earlier_s"] < 0
    assert reported["score"]["recall"] == 1.0
    assert "<!DOCTYPE html>" in page.read_text(encoding="utf-8")
    assert sorted(tmp_path.iterdir()) == [page, data]
    assert sorted(folder.iterdir()) == before, "the installation is not touched"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--watch", "quee"], "tocsin.yaml: there is no watch named quee; there are chain-delay, withdrawal-time"),
        (["--from", "soon"], "--from is 'soon', must be a time such as 2026-03-01"),
        (["--from", "2026-03-06", "--to", "2026-03-05"], "must end after it begins"),
        (["--from", "2026-03-06", "--days", "3"], "--from 2026-03-06 00:00 and --days 3: give one of the two"),
        (["--labels", "no.csv"], "no.csv"),
        (["--out", "nowhere/report.html"], "nowhere: there is no such folder to write report.html into"),
    ],
    ids=["unknown watch", "no time", "backwards", "two beginnings", "no labels", "no folder"],
)
def test_what_cannot_be_is_refused_with_its_reason(folder: Path, words: list[str], said: str) -> None:
    done = call(folder, *words)
    assert isinstance(done.exception, ValueError | LookupError | OSError)
    assert said in str(done.exception)


RULES = """\
groups:
  - name: exchange
    rules:
      - {alert: ChainSlow, expr: chain_delay > 90, for: 5m, labels: {severity: page}}
      - {alert: WithdrawalsSlow, expr: withdrawal_seconds > 9000}
      - {alert: DepositsUnwatched, expr: absent(deposit_seconds) > 0, for: 30m}
"""


@pytest.fixture(scope="module")
def measured(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same past in a real Prometheus, a configuration that reads it there, and a rule file."""
    made = tmp_path_factory.mktemp("measured")
    (made / "rules.yml").write_text(RULES, encoding="utf-8")
    with running_prometheus(made / "prometheus") as url:
        write_samples(url, list(recorded(folder)))
        text = (folder / "tocsin.yaml").read_text(encoding="utf-8")
        source = f"  default: {{kind: prometheus, url: '{url}', timeout: 60s}}\nincidents:"
        text = text.partition("  default:")[0] + source + text.partition("incidents:")[2]
        (made / "tocsin.yaml").write_text(text, encoding="utf-8")
        yield made


def recorded(folder: Path) -> Iterator[RawHistory]:
    """The samples of the folder's files, as a scraper would have written them."""
    for metric, (name, _) in FILES.items():
        by_pod: dict[str, list[tuple[float, float]]] = {}
        for line in (folder / name).read_text(encoding="utf-8").splitlines()[1:]:
            at, pod, value = line.split(",")
            by_pod.setdefault(pod, []).append((float(at), float(value)))
        for pod, samples in by_pod.items():
            times, values = np.array(samples).T
            yield RawHistory(metric=metric, keys=((("pod", pod),) if pod else (),), times=times, values=values[None])


def test_rules_are_laid_beside_the_incidents_of_the_same_time(measured: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    span = ["--from", f"{START:%Y-%m-%d}", "--to", f"{START + timedelta(hours=5):%Y-%m-%dT%H:%M}"]
    done = call(measured, *span, "--rules", str(measured / "rules.yml"), "--json", str(data), "--out", str(page))
    assert done.exit_code == 0, done.output
    assert (
        "3 alerting rules would have fired 1 alert in 1 episode; 1 of them at a time with an incident." in done.stdout
    )
    reported = json.loads(data.read_text(encoding="utf-8"))["rules"]
    (episode,) = reported["episodes"]
    # The chain is slow from 02:00 for 40 minutes: found first at 02:00, for five minutes at 02:05, no longer at 02:40.
    assert (episode["alert"], episode["fired_at"], episode["ended_at"]) == (
        "ChainSlow", f"{START:%Y-%m-%d}T02:05:00Z", f"{START:%Y-%m-%d}T02:40:00Z"
    )  # fmt: skip
    assert episode["alerts"][0]["labels"] == {"severity": "page"}
    assert episode["incidents"] == ["INC-1"]
    assert episode["incident_earlier_s"] > 0
    assert "Beside the alerting rules" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--rules-source", "defualt"],
            "--rules-source is 'defualt', must name a source of kind prometheus",
        ),
        ([], "--rules needs a Prometheus that evaluates the rules, tocsin.yaml has 0; add a source of kind prometheus"),
    ],
    ids=["no such source", "no Prometheus"],
)
def test_rules_without_a_prometheus_are_refused(folder: Path, measured: Path, words: list[str], said: str) -> None:
    done = call(folder, "--rules", str(measured / "rules.yml"), *words)
    assert said in str(done.exception)


def test_a_rule_that_prometheus_refuses_is_named(measured: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text("groups: [{name: g, rules: [{alert: Broken, expr: 'sum('}]}]", encoding="utf-8")
    done = call(measured, "--days", "0.01", "--rules", str(tmp_path / "rules.yml"))
    assert "rule Broken" in str(done.exception)
    assert "parse error" in str(done.exception)


def test_ctrl_c_ends_it_and_leaves_no_half_report(folder: Path, tmp_path: Path) -> None:
    asked, over = threading.Event(), threading.Event()

    def never(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        over.wait(PATIENCE_S)
        request.close_connection = True

    config, page = tmp_path / "tocsin.yaml", tmp_path / "report.html"
    page.write_text("the last one", encoding="utf-8")
    with serving(never) as site:
        text = (folder / "tocsin.yaml").read_text(encoding="utf-8")
        source = f"  default: {{kind: prometheus, url: '{site.url}', timeout: 300s}}\nincidents:"
        config.write_text(text.partition("  default:")[0] + source + text.partition("incidents:")[2], encoding="utf-8")
        command = [sys.executable, "-m", "tocsin.cli", "backtest", "--config", str(config), "--out", str(page)]
        surroundings = {**os.environ, "PYTHONPATH": str(HERE)}
        # Who runs the tests in the background may have SIGINT ignored, and children inherit that.
        process = subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            text=True,
            env=surroundings,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )
        with process:
            try:
                assert asked.wait(PATIENCE_S)
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=PATIENCE_S)
            finally:
                over.set()
                process.kill()
    assert process.returncode != 0
    assert "Traceback" not in errors
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "tocsin.yaml"]
    assert page.read_text(encoding="utf-8") == "the last one"


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(OSError, match="there"):
        write_all({tmp_path / "a.html": "new", tmp_path / "there": "a folder has this name"})
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_replay_is_tested_from_where_it_begins_to_its_end_and_others_over_the_last_days(folder: Path) -> None:
    config, now = load(folder / "tocsin.yaml"), datetime(2026, 4, 1, tzinfo=UTC)
    with past_sources(config) as sources:
        whole = span_of(config, sources, now)
        assert (whole.start, whole.end) == (START + MINUTE, START + timedelta(hours=5))
        last = span_of(config, sources, now, days=0.1)
        assert (last.start, last.end) == (whole.end - timedelta(days=0.1), whole.end)
    text = (folder / "tocsin.yaml").read_text(encoding="utf-8")
    head, tail = text.partition("  default:")[0], text.partition("incidents:")[2]
    asks = "  default: {kind: prometheus, url: http://127.0.0.1:9}\nincidents:"
    (folder / "live.yaml").write_text(head + asks + tail, encoding="utf-8")
    live = load(folder / "live.yaml")
    with past_sources(live) as sources:
        span = span_of(live, sources, now)
    (folder / "live.yaml").unlink()
    assert (span.start, span.end) == (now - timedelta(days=14), now)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("out", [StringIO(), Terminal()], ids=["a file", "a terminal"])
def test_the_progress_names_watch_time_and_what_is_left(out: StringIO) -> None:
    seconds = iter(range(0, 1_000, 10))
    line = ProgressLine(out, lambda: float(next(seconds)), "tocsin.yaml")
    for tenth in range(0, 11, 5):
        at = START + tenth * timedelta(days=1)
        line(Progress(watch="queue", done=1, watches=2, at=at, share=tenth / 10))
    line.done()
    said = out.getvalue()
    assert "tocsin.yaml:  50%, watch 2 of 2, queue, at 2026-03-10 00:00, about" in said
    assert ("\r" in said) == out.isatty()
    assert said.endswith("\r" if out.isatty() else "\n")
