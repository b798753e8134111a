"""The report as a reader has it, judged by programs that did not make it."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from incidents.incident import Severity
from tests.accessibility import add_axe, violations
from tests.patience import PATIENCE_S
from tests.require import require
from tests.statuspage.test_in_browser import FLAGS, OVERFLOWS, open_page
from tests.statuspage.test_valid import RULES, VALIDATOR
from tests.tocsin.backtest.examples import DEPOSITS, END, HURTS, SPAN, START, WITHDRAWALS, ran
from tocsin.backtest import document
from tocsin.backtest.calendar import calendar, covered
from tocsin.backtest.compare import compare
from tocsin.backtest.labels import Label, score
from tocsin.backtest.render import budget_words, in_words, render, signed, verdict
from tocsin.backtest.report import Report, ReportSpan, WatchResult

LABELS = [
    *(Label(start=START + hurt.after, end=START + hurt.after + hurt.lasts) for hurt in HURTS[:3]),
    Label(start=START + timedelta(days=7), end=START + timedelta(days=7, hours=1), component="queue"),
    Label(start=START - timedelta(days=7), end=START - timedelta(days=6)),
]


@pytest.fixture(scope="module")
def report() -> Report:
    return ran()


@pytest.fixture(scope="module")
def folder(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reports")
    other = ran(replace(WITHDRAWALS, hold=timedelta(hours=2, minutes=30)), DEPOSITS, name="other.yaml")
    whole = render(report, END, comparison=compare(report, other), score=score(report, LABELS))
    (made / "whole.html").write_text(whole, encoding="utf-8")
    quiet = ran(hurts=(), span=ReportSpan(start=START, end=START + timedelta(days=2)))
    (made / "quiet.html").write_text(render(quiet, END), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require("chromium"), args=FLAGS)
        yield browser
        browser.close()


def test_the_report_is_valid_html(folder: Path) -> None:
    node = require("node")
    if not VALIDATOR.is_file():
        require("html-validate (npm install)")
    command = [node, str(VALIDATOR), "--config", str(RULES), "--formatter", "text", *map(str, folder.glob("*.html"))]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (answer.returncode, answer.stdout[:2000], answer.stderr[:2000]) == (0, "", "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(chromium: Browser, folder: Path, scheme: str) -> None:
    for width, name in ((320, "whole.html"), (1280, "whole.html"), (320, "quiet.html")):
        tab = open_page(
            chromium, folder / name, color_scheme=scheme, bypass_csp=True, viewport={"width": width, "height": 800}
        )
        assert tab.evaluate(OVERFLOWS) is False, (name, width)
        add_axe(tab)
        assert violations(tab) == []
        tab.context.close()


def test_the_report_is_one_file_that_asks_for_nothing_and_runs_nothing(chromium: Browser, folder: Path) -> None:
    tab = chromium.new_context().new_page()
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.goto((folder / "whole.html").as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [(folder / "whole.html").as_uri()]
    assert said == []
    assert tab.locator("script").count() == 0
    assert tab.locator("svg [onload], a[href^=http]").count() == 0
    tab.context.close()


def test_a_reader_finds_every_incident_its_pictures_and_the_watches(
    chromium: Browser, folder: Path, report: Report
) -> None:
    tab = open_page(chromium, folder / "whole.html", viewport={"width": 1280, "height": 800})
    assert tab.locator("h1").inner_text().replace("\n", " ") == verdict(report)
    assert tab.locator("article").count() == len(report.incidents)
    for one in report.incidents:
        article = tab.locator(f"article[id='{one.incident.id}']")
        assert one.incident.title in article.inner_text()
        assert article.locator(".broad svg").count() >= 1
        assert not article.locator(".narrow svg").first.is_visible()
    assert tab.locator(".days td[class^=s-]").count() == 5
    text = tab.locator("main").inner_text()
    for words in ("Compared with other.yaml", "3 of 4 labelled faults were found", "Missed", "withdrawal-time"):
        assert words in text
    tab.context.close()


def test_by_night_the_pictures_are_dark(chromium: Browser, folder: Path) -> None:
    tab = open_page(chromium, folder / "whole.html", color_scheme="dark")
    ground = tab.locator("article svg > rect").first.evaluate("e => getComputedStyle(e).fill")
    assert ground == "rgb(26, 31, 38)"
    tab.context.close()


def test_the_days_hold_the_incidents_that_lasted_on_them(report: Report) -> None:
    weeks = calendar(report)
    days = {day.date.day: day for week in weeks for day in week if day.is_within}
    assert [len(week) for week in weeks] == [7, 7]
    assert sorted(days) == list(range(5, 14))
    assert [len(days[at].incidents) for at in range(5, 14)] == [1, 0, 2, 1, 1, 0, 0, 0, 1]
    assert days[7].worst is Severity.MAJOR, "what customers feel for longer than an hour grows"
    assert days[9].worst is None
    assert sum((day.lasted for day in days.values()), timedelta(0)) == covered(report)


def test_the_json_says_the_same_and_holds_no_number_that_json_lacks(report: Report) -> None:
    reported = json.loads(document.text(document.document(report, comparison=compare(report, report))))
    assert reported["format"] == "tocsin-backtest/1"
    assert [one["reference"] for one in reported["incidents"]] == [one.incident.reference for one in report.incidents]
    absence = next(one for one in reported["incidents"] if one["kind"] == "silence")
    assert absence["evidence"][0]["observed"] is None
    assert absence["severity"] is None
    assert reported["incidents"][-1]["ended_at"] is None
    assert reported["start"] == "2026-03-05T00:00:00Z"
    assert [one["name"] for one in reported["watches"]] == ["withdrawal-time", "deposit-time", "queue"]
    assert [pair["differs"] for pair in reported["comparison"]["in_both"]] == [False] * len(report.incidents)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=40), "40 s"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=1, minutes=5, seconds=9), "1 h 5 min"),
        (timedelta(days=1, minutes=5), "1 day"),
        (SPAN.length, "9 days"),
    ],
)
def test_a_span_in_words(span: timedelta, words: str) -> None:
    assert in_words(span) == words


def test_a_difference_in_words() -> None:
    minute = timedelta(minutes=1)
    said = [signed(span, "earlier", "later") for span in (minute, -minute, timedelta(0))]
    assert said == ["1 min earlier", "1 min later", "the same"]


@pytest.mark.parametrize(
    ("budget", "length", "words"),
    [
        pytest.param(1.0, timedelta(days=60), "at most 2 in 60 days", id="two months"),
        pytest.param(5.0, timedelta(days=14), "at most 2.3 in 14 days", id="two weeks"),
        pytest.param(1.0, timedelta(days=30), "at most 1 in 30 days", id="a month"),
        pytest.param(1.0, timedelta(days=2), "1 in 30 days, less than one in 2 days", id="a weekend"),
        pytest.param(
            1.0, timedelta(hours=4, minutes=49), "1 in 30 days, less than one in 4 h 49 min", id="an afternoon"
        ),
        pytest.param(0.1, timedelta(days=14), "0.1 in 30 days, less than one in 14 days", id="a small budget"),
    ],
)
def test_a_budget_is_reported_as_far_as_the_span_can_hold_it(budget: float, length: timedelta, words: str) -> None:
    result = WatchResult(
        watch=replace(WITHDRAWALS, budget=budget),
        warmed_from=START,
        judging_since=START,
        series=1,
        samples=100,
        stretches=1,
        opened=1,
        joined=0,
    )
    assert budget_words(result, ReportSpan(start=START, end=START + length)) == words


def test_a_short_span_has_no_rate_a_week() -> None:
    short = render(ran(span=ReportSpan(start=START + timedelta(hours=9), end=START + timedelta(hours=14))), END)
    assert "Incidents a week" not in short
    assert "of 0.0" not in short
    assert "0.1 in 30 days, less than one in " in short
