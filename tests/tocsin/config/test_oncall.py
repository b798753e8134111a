"""The on-call part of a configuration: what it says, and what is wrong with it, each with its line."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from incidents.incident import Severity
from incidents.oncall.policy import ContactChannel, EscalationPolicy, EscalationStep, OncallRoute
from incidents.oncall.schedule import Hours, on_call
from tocsin.cli import app
from tocsin.config import Config, check, load_text
from tocsin.wiring.oncall import policies_of, routes_of, schedules_of

BASE = """\
site: {name: Example}
sources: {default: {kind: scrape, targets: [{url: "http://127.0.0.1:9/metrics"}]}}
components: [{name: withdrawals/BTC, title: Withdrawals, asset: BTC}, {name: trading, title: Trading}]
watches: [{name: up, metric: up, component: trading}]
alerts: {rules: [{match: {service: wallet}, component: withdrawals/BTC}]}
"""
ONCALL = """\
oncall:
  people:
    - {name: ann, mail: ann@example.com}
    - {name: bob, webhook: {url: "https://hooks.internal/bob", secret_env: BOB_SECRET}}
    - {name: cleo, apprise_env: CLEO_APPRISE}
  schedules:
    - name: primary
      zone: Europe/Zurich
      layers:
        - {people: [ann, bob], starts: 2026-01-05 09:00, every: 7d}
        - {people: [cleo], starts: 2026-01-05 09:00, hours: ["sat,sun 00:00-24:00", "fri-mon 22:00-06:00"], priority: 1}
  policies:
    - name: usual
      steps: [{schedules: [primary]}, {after: 10m, people: [cleo]}]
      repeat: 2
  routes:
    - policy: usual
      components: ["withdrawals/*"]
      severities: [critical, major]
      labels: {service: wal*}
      channels: [mail]
"""


def config_of(text: str) -> Config:
    return load_text(text, Path("tocsin.yaml"), {"BOB_SECRET": "s", "CLEO_APPRISE": "json://127.0.0.1"})


def test_the_file_becomes_schedules_policies_and_routes() -> None:
    settings = config_of(BASE + ONCALL).oncall
    assert settings is not None
    schedule = schedules_of(settings)["primary"]
    assert on_call(schedule, datetime(2026, 1, 14, 12, tzinfo=UTC)) == ("bob",)
    assert on_call(schedule, datetime(2026, 1, 17, 12, tzinfo=UTC)) == ("cleo",)
    assert schedule.layers[1].hours == (
        Hours(days=frozenset({5, 6}), starts=time(0), ends=time(0)),
        Hours(days=frozenset({4, 5, 6, 0}), starts=time(22), ends=time(6)),
    )
    assert policies_of(settings)["usual"] == EscalationPolicy(
        name="usual",
        steps=(
            EscalationStep(after=timedelta(0), schedules=("primary",)),
            EscalationStep(after=timedelta(minutes=10), people=("cleo",)),
        ),
        repeat=2,
    )
    assert routes_of(settings) == (
        OncallRoute(
            policy="usual",
            components=("withdrawals/*",),
            severities=(Severity.CRITICAL, Severity.MAJOR),
            labels=(("service", "wal*"),),
            channels=(ContactChannel.MAIL,),
        ),
    )


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("mail: ann@example.com", "mail: null", "oncall: person ann cannot be reached: expected mail, webhook, app"),
        (", secret_env: BOB_SECRET", "", "oncall: people[1].webhook: secret_env or secret_file is missing"),
        ("name: bob,", "name: ann,", "oncall: person ann: the name is taken by the one on line 8"),
        ("[ann, bob]", "[an, bob]", 'layer 1: people has an, which is no person of oncall; did you mean "ann"?'),
        ("every: 7d", "every: 90m", "schedule primary: layer 1: every is 90m, must be whole hours from 1h to 366d"),
        ("2026-01-05 09:00, every", "Monday, every", 'must be a date and a local time such as "2026-01-05 09:00"'),
        ("sat,sun 00:00-24:00", "weekend", 'must be hours such as "mon-fri 09:00-17:00"'),
        ("{schedules: [primary]}", "{after: 1m}", "policy usual: step 1 notifies nobody: expected schedules or people"),
        (
            "[{schedules: [primary]}",
            "[{schedules: [primery]}",
            'which is no schedule of oncall; did you mean "primary"',
        ),
        ("policy: usual", "policy: unusual", 'route 1: policy is unusual, which is no policy; did you mean "usual"?'),
        ("withdrawals/*", "withdrawal/*", "route 1: components has withdrawal/*, which no component fits"),
        ("channels: [mail]", "channels: [pigeon]", "must be 'mail', 'webhook' or 'apprise'"),
        ("channels: [mail]", "assets: [DOGE]", "route 1: assets has DOGE, which no component's asset fits"),
        ("  routes:", '  text: "{{ title"\n  routes:', "oncall: text is no template: unexpected end of template"),
    ],
)
def test_what_is_wrong_is_reported_with_its_line(right: str, wrong: str, message: str) -> None:
    text = BASE + ONCALL.replace(right, wrong, 1)
    assert text != BASE + ONCALL
    (problem,) = [one for one in check(text, "tocsin.yaml") if message in str(one)]
    line = (wrong.strip() or "name: bob").splitlines()[0]
    assert line in text.splitlines()[problem.line - 1]


def test_check_says_whom_an_alert_would_notify(tmp_path: Path) -> None:
    file = tmp_path / "tocsin.yaml"
    one_person = ONCALL.replace("[ann, bob]", "[ann]").replace("people: [cleo], starts", "people: [ann], starts")
    file.write_text(BASE + one_person, encoding="utf-8")
    env = {"BOB_SECRET": "s", "CLEO_APPRISE": "json://127.0.0.1"}
    said = CliRunner().invoke(app, ["check", "--config", str(file), "--alert", "service=wallet"], env=env).output
    assert "As critical or major it would notify by policy usual ann after 0s, then cleo after 10m." in said
    assert "As minor it would notify nobody: no route fits." in said
