import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tocsin.backtest.examples import BTC, ETH, EURO, HOUR, HURTS, SPAN, ran
from tocsin.backtest.labels import Label, read_labels, score
from tocsin.backtest.report import Report

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def report() -> Report:
    return ran()


def label(after: timedelta, lasts: timedelta, **fields: object) -> Label:
    return Label(start=SPAN.start + after, end=SPAN.start + after + lasts, **fields)  # type: ignore[arg-type]


TRUE = [label(hurt.after, hurt.lasts) for hurt in HURTS]


def test_labels_of_every_fault_find_all_and_nothing_is_false(report: Report) -> None:
    found = score(report, TRUE)
    assert (found.hits, found.recall, found.false, found.outside) == (5, 1.0, (), 0)
    assert found.false_a_series_week == 0.0
    assert found.delay is not None
    assert timedelta(0) <= found.delay <= HOUR


def test_without_labels_every_incident_is_false_and_recall_is_unknown(report: Report) -> None:
    found = score(report, [])
    assert (found.recall, found.delay) == (None, None)
    assert found.false == report.incidents
    weeks = sum(result.samples for result in report.watches) * 15 / 60 / 24 / 7
    assert found.false_a_series_week == pytest.approx(len(report.incidents) / weeks)


@pytest.mark.parametrize(
    ("fields", "hits"),
    [
        ({}, 1),
        ({"component": "withdrawals/BTC"}, 1),
        ({"component": "withdrawals/*"}, 1),
        ({"component": "deposits/*"}, 0),
        ({"series": BTC}, 1),
        ({"series": (("asset", "BTC"),)}, 1),
        ({"series": ETH}, 0),
        ({"series": EURO, "component": "withdrawals/*"}, 0),
    ],
    ids=["any", "named", "a pattern", "elsewhere", "a series", "one label of it", "another series", "of neither"],
)
def test_an_incident_is_of_a_label_when_time_component_and_series_meet(
    report: Report, fields: dict[str, object], hits: int
) -> None:
    assert score(report, [label(HURTS[0].after, HURTS[0].lasts, **fields)]).hits == hits


def test_a_label_without_an_incident_is_missed(report: Report) -> None:
    (found,) = score(report, [label(180 * HOUR, HOUR)]).found
    assert (found.incident, found.delay) == (None, None)


def test_labels_outside_the_span_are_counted_and_not_scored(report: Report) -> None:
    found = score(report, [*TRUE, label(-3 * DAY, HOUR), label(90 * DAY, HOUR)])
    assert (found.outside, len(found.found), found.recall) == (2, 5, 1.0)


def test_the_delay_of_what_was_open_before_is_nothing(report: Report) -> None:
    late = label(HURTS[1].after + 2 * HOUR, HOUR, component="withdrawals/BTC")
    assert score(report, [late]).delay == timedelta(0)


def read(folder: Path, text: str) -> tuple[Label, ...]:
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return read_labels(path)


def test_a_file_is_read_with_times_of_every_form(tmp_path: Path) -> None:
    text = (
        "end,start,series\n2026-03-02T10:00Z,2026-03-02 10:30+01:00,asset=BTC network=bitcoin\n1772445600,1772442000,\n"
    )
    first, second = read(tmp_path, text)
    assert first.start == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert first.series == ()
    assert second == Label(start=datetime(2026, 3, 2, 9, 30, tzinfo=UTC), end=first.end, series=BTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "start,end,asset\n1,2,BTC\n",
            "line 1: there is no column 'asset' among labels; there are start, end, component",
        ),
        ("start,component\n1,x\n", "line 1: the columns are start, component; end is missing"),
        ("", "line 1: the columns are none; start is missing"),
        ("start,end\n1,2\nyesterday,3\n", "line 3, column start: 'yesterday' is not a time: ISO 8601 or epoch seconds"),
        ("start,end\n1,\n", "line 2, column end: '' is not a time"),
        ("start,end\n5,2\n", "line 2: ends 2, which is before its start 5"),
        ("start,end\n1,2,3\n", "line 2: has more cells than the first line has columns"),
        ("start,end,series\n1,2,BTC\n", "line 2, column series: 'BTC' is not name=value, such as asset=BTC"),
    ],
    ids=["unknown", "no end", "empty", "no time", "no cell", "backwards", "too many", "no pair"],
)
def test_what_is_wrong_in_a_file_is_reported_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"labels\.csv, " + re.escape(said)):
        read(tmp_path, text)
