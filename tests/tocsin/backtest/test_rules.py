"""Rule files of Prometheus: what is read of them, and where a broken one is to be mended."""

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from tests.require import require
from tocsin.backtest.rules import AlertRule, RuleFileError, read_rules

WHOLE = """\
groups:
  - name: exchange
    interval: 30s
    labels: {team: payments}
    rules:
      - record: job:slow:p95
        expr: histogram_quantile(0.95, sum by (le) (rate(withdrawal_seconds_bucket[5m])))
      - alert: WithdrawalsSlow
        expr: |
          job:slow:p95 > 120
        for: 5m
        keep_firing_for: 1m30s
        labels: {severity: page}
        annotations: {summary: "p95 is {{ $value }}"}
  - name: other
    rules:
      - {alert: Always, expr: 1}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_alerting_rules_are_read_with_their_waits_and_labels(tmp_path: Path) -> None:
    assert read_rules(written(tmp_path, WHOLE), timedelta(minutes=2)) == (
        AlertRule(
            name="WithdrawalsSlow",
            group="exchange",
            expr="job:slow:p95 > 120",
            interval=timedelta(seconds=30),
            hold=timedelta(minutes=5),
            keep=timedelta(seconds=90),
            labels=(("severity", "page"), ("team", "payments")),
        ),
        AlertRule(name="Always", group="other", expr="1", interval=timedelta(minutes=2)),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("groups: [", "not YAML"),
        ("alert: x", "not a rule file: it must have `groups:`, a list (rules.yml, line 1)"),
        ("groups: [3]", "a group must have `name:` and `rules:` (rules.yml, line 1)"),
        ("groups:\n- name: g\n  rules:\n  - {expr: up}", "one of `alert:` and `record:` (rules.yml, line 4)"),
        ("groups:\n- name: g\n  rules:\n  - {alert: A, record: b, expr: up}", "one of `alert:` and `record:`"),
        ("groups:\n- name: g\n  rules:\n  - alert: A\n    for: 5m", "A has no `expr:` (rules.yml, line 4)"),
        (
            "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    for: soon",
            "`for` is 'soon': must be a duration",
        ),
        ("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    fro: 5m", "`fro` is no key of a rule file"),
        ("groups:\n- name: g\n  rules:\n  - {record: a, expr: up}", "no alerting rule"),
        ("groups:\n- name: g\n  rules: {}\n", "no alerting rule"),
        ("groups:\n- name: g\n  rules: up\n", "`rules` must be a list"),
        (
            "groups:\n- name: g\n  rules:\n  - {alert: A, expr: up, labels: [a]}",
            "`labels` must be names with their values",
        ),
    ],
)
def test_a_broken_file_says_what_is_wrong_and_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RuleFileError) as error:
        read_rules(written(tmp_path, text))
    assert said in str(error.value)


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    text = "groups:\n- name: g\n  interval: x\n  rules:\n  - {alert: A}\n  - {alert: B, expr: up, for: y}"
    with pytest.raises(RuleFileError) as error:
        read_rules(written(tmp_path, text))
    assert len(str(error.value).splitlines()) == 3


@pytest.mark.parametrize("wait", ["90s", "1h30m", "2d", "1w", "500ms", "0s", "0"])
def test_durations_are_read_as_prometheus_reads_them(tmp_path: Path, wait: str) -> None:
    rule = {"alert": "A", "expr": "up == 0", "for": wait}
    path = written(tmp_path, json.dumps({"groups": [{"name": "g", "rules": [rule]}]}))
    (read,) = read_rules(path)
    seconds = {"90s": 90, "1h30m": 5_400, "2d": 172_800, "1w": 604_800, "500ms": 0.5, "0s": 0, "0": 0}
    assert read.hold == timedelta(seconds=seconds[wait])
    checked = subprocess.run([require("promtool"), "check", "rules", str(path)], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout
