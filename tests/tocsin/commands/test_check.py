"""`tocsin check --online`: each source is asked, and its answer reported in words."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner, Result

from tests.detectors.sources.pages import page, serving
from tests.detectors.sources.prometheus_server import free_port, running_prometheus
from tests.detectors.sources.test_prometheus import matrix, one, ranges
from tocsin.cli import app

REST = """\
components: [{name: trading, title: Trading}]
watches:
  - {name: up, metric: up, component: trading}
  - {name: slip, metric: uppp, component: trading}
"""


def checked(folder: Path, source: str, *options: str, more: str = "") -> Result:
    config = folder / "tocsin.yaml"
    config.write_text(f"site: {{name: Example}}\nsources: {{default: {source}}}\n{REST}{more}")
    return CliRunner().invoke(app, ["check", "--config", str(config), *options])


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_prometheus(tmp_path_factory.mktemp("prometheus")) as url:
        yield url


def test_a_prometheus_that_answers_is_reported_with_its_watches(tmp_path: Path, prometheus: str) -> None:
    ran = checked(tmp_path, f"{{kind: prometheus, url: '{prometheus}'}}", "--online")
    assert ran.exit_code == 0, ran.output
    assert f"source default: {prometheus} answers queries." in ran.output
    assert "watch slip: no series answers now. Is its metric spelt so" in ran.output


def test_a_prometheus_that_is_away_is_reported_in_words(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    ran = checked(tmp_path, f"{{kind: prometheus, url: '{url}'}}", "--online")
    assert ran.exit_code == 1
    assert (
        f"source default: the probe: nothing listens at {url} (Connection refused): is Prometheus running?"
        in ran.output
    )
    assert "watch up" not in ran.output


def test_every_target_is_scraped(tmp_path: Path) -> None:
    away = f"http://127.0.0.1:{free_port()}/metrics"
    with serving(page("queue 5\n")) as site:
        ran = checked(tmp_path, f"{{kind: scrape, targets: [{{url: '{site.url}'}}, {{url: '{away}'}}]}}", "--online")
    assert ran.exit_code == 1
    assert "has a page of 1 sample." in ran.output
    assert f"nothing listens at {away} (Connection refused): is the target running?" in ran.output
    assert not (tmp_path / "tocsin-data").exists()


def test_a_replay_says_from_when_to_when(tmp_path: Path) -> None:
    (tmp_path / "up.csv").write_text("time,value\n2026-03-02T14:00:00,1\n2026-03-02T15:00:00,1\n")
    ran = checked(
        tmp_path, f"{{kind: replay, files: {{up: '{tmp_path}/up.csv', uppp: '{tmp_path}/up.csv'}}}}", "--online"
    )
    assert ran.exit_code == 0, ran.output
    assert "source default: replay of up, uppp from 2026-03-02" in ran.output


def test_without_the_option_nobody_is_asked(tmp_path: Path) -> None:
    ran = checked(tmp_path, f"{{kind: prometheus, url: 'http://127.0.0.1:{free_port()}'}}")
    assert ran.exit_code == 0, ran.output
    assert "source" not in ran.output


@pytest.mark.parametrize("more", [{"isPartial": True}, {"warnings": ["rpc error: no store"]}], ids=str)
@pytest.mark.parametrize(("series", "number"), [((), 0), ((one("5", asset="BTC"),), 1)])
def test_a_part_of_an_answer_says_nothing_of_how_a_metric_is_spelt(
    tmp_path: Path, series: tuple[dict[str, object], ...], number: int, more: dict[str, object]
) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        at = float(parse_qs(urlsplit(request.path).query)["start"][0])
        now = [{**each, "values": [[at, "5"]]} for each in series]
        page(matrix(*now, **more))(request)

    with serving(ranges(answer)) as site:
        ran = checked(tmp_path, f"{{kind: prometheus, url: '{site.url}'}}", "--online")
    assert ran.exit_code == 1, ran.output
    assert f"watch up: default answered with a part of what it has, {number} series" in ran.output
    assert "spelt" not in ran.output


RULES = """\
alerts:
  rules:
    - {match: {alertname: "Order*"}, component: trading, kind: errors, user_visible: true}
    - {match: {alertname: Watchdog}, ignore: true}
    - {match: {alertname: OrderLate}, component: trading}
"""


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (
            ["alertname=OrderSlow"],
            (
                "would go, by rule 1 (kind errors, felt by customers), to trading: it is published by itself after 300 "
                "s unless a person decides before. Its ticket goes to the console."
            ),
        ),
        (["alertname=Watchdog"], "would be ignored, by rule 2."),
        (
            ["alertname=DiskFull", "instance=a:9100"],
            (
                "would go, by no rule (kind other), to a:9100, which no component of this configuration is: nothing is "
                "published of it. Its ticket goes to the console."
            ),
        ),
    ],
)
def test_an_alert_is_walked_to_where_it_would_go(tmp_path: Path, labels: list[str], words: str) -> None:
    options = [part for label in labels for part in ("--alert", label)]
    ran = checked(tmp_path, "{kind: push}", *options, more=RULES)
    assert ran.exit_code == 0, ran.output
    assert f"This alert {words}" in ran.output


def test_what_an_engineer_would_want_to_know_is_noted(tmp_path: Path) -> None:
    ran = checked(tmp_path, "{kind: push}", more=RULES)
    assert ran.exit_code == 0, ran.output
    assert "note: alerts: rule 3 is never reached: whatever it fits goes by rule 1; move it before that" in ran.output
    assert "note: component trading: no team is named" in ran.output


def test_a_label_that_is_none_is_refused(tmp_path: Path) -> None:
    assert checked(tmp_path, "{kind: push}", "--alert", "OrderSlow").exit_code != 0


SCRAPED = "{kind: scrape, targets: [{url: 'http://127.0.0.1:9/metrics'}]}"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("incident.html", "<h1>{{ i.title }}</h1>\n{{ i.headline }}", "incident.html, line 2: "),
        ("maintenance.html", "{{ m.title }}{{ m.nothing.at }}", "maintenance.html, line 1: "),
        ("incident.html", "{% if i.ended_at %}{{ i.ended_at + 1 }}{% endif %}", "incident.html, line 1: "),
    ],
)
def test_a_template_that_fails_for_an_incident_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / name).write_text(text)
    ran = checked(tmp_path, SCRAPED, more="page: {templates: templates}\n")
    assert ran.exit_code == 1
    assert "page.templates: " in ran.output
    assert words in ran.output


def test_templates_that_render_every_sample_are_no_problem(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "incident.html").write_text("<h1>{{ i.title }}</h1>{{ i.phase }}")
    ran = checked(tmp_path, SCRAPED, more="page: {templates: templates}\n")
    assert ran.exit_code == 0, ran.output


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{ title }} since {{ sincee }}", "'sincee' is undefined"),
        ("{{ evidence[0] }}", "no element 0"),
        ("{% if minutes > 5 %}late{% endif %}", "it makes an empty text"),
        ("{{ reference }}: {{ severity }}, {{ components | join(' ') }}, {{ started_at.hour }} h, {{ person }}", ""),
    ],
)
def test_a_notifications_text_is_tried_on_incidents(tmp_path: Path, text: str, problem: str) -> None:
    people = "people: [{name: ann, mail: ann@example.com}], policies: [{name: p, steps: [{people: [ann]}]}]"
    oncall = f'oncall: {{{people}, routes: [{{policy: p}}], text: "{text}"}}\n'
    ran = checked(tmp_path, "{kind: push}", more=oncall)
    assert ran.exit_code == (1 if problem else 0), ran.output
    assert problem in ran.output
    assert ("oncall.text: " in ran.output) == bool(problem)
