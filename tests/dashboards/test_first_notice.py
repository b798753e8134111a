"""The draft of DORA's first notice: every field of the template, the deadlines, and what is named as missing."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dashboards.first_notice import REQUIRED, FirstNotice, NoticeFacts, NoticeField, first_notice
from incidents.incident import IncidentUpdate, Severity, UpdateKind
from incidents.lifecycle import Opening, open_by_hand, retract, set_severity
from incidents.signal import SignalSource
from tests.incidents.build import T0, at, exchange, signal

HOUR = 3600.0
BTC = "withdrawals/BTC/bitcoin"
CONSOLE = "https://tocsin.example/console/incidents"

# Commission Implementing Regulation (EU) 2025/302, Annex I (OJ L, 2025/302, 20.2.2025): the fields of "General
# information about the financial entity" and of "Content of the initial notification". Beside each the point of
# Commission Delegated Regulation (EU) 2025/301 (OJ L, 2025/301, 20.2.2025) that requires it.
ANNEX_I = {
    "1.1": ("Type of submission", "1(a)"),
    "1.2": ("Name of the entity submitting the report", "1(c)"),
    "1.3": ("Identification code of the entity submitting the report", "1(c)"),
    "1.4": ("Type of financial entity affected", "1(b)"),
    "1.5": ("Name of the financial entity affected", "1(b)"),
    "1.6": ("LEI code of the financial entity affected", "1(b)"),
    "1.7": ("Primary contact person name", "1(e)"),
    "1.8": ("Primary contact person email", "1(e)"),
    "1.9": ("Primary contact person telephone", "1(e)"),
    "1.10": ("Second contact person name", "1(e)"),
    "1.11": ("Second contact person email", "1(e)"),
    "1.12": ("Second contact person telephone", "1(e)"),
    "1.13": ("Name of the ultimate parent undertaking", "1(f)"),
    "1.14": ("LEI code of the ultimate parent undertaking", "1(f)"),
    "1.15": ("Reporting currency", "1(g)"),
    "2.1": ("Incident reference code assigned by the financial entity", "2(a)"),
    "2.2": ("Date and time of detection of the major ICT-related incident", "2(b)"),
    "2.3": ("Date and time of classification of the ICT-related incident as major", "2(b)"),
    "2.4": ("Description of the major ICT-related incident", "2(c)"),
    "2.5": ("Classification criteria that triggered the incident report", "2(d)"),
    "2.6": ("Materiality thresholds for the classification criterion “Geographical spread”", "2(e)"),
    "2.7": ("Discovery of the major ICT-related incident", "2(f)"),
    "2.8": (
        (
            "Indication whether the major ICT-related incident originates from a third-party provider or another "
            "financial entity"
        ),
        "2(g)",
    ),
    "2.9": ("Activation of business continuity plan, if activated", "2(h)"),
    "2.10": ("Other relevant information", "2(i), 2(j)"),
}


def story(*severities: tuple[float, Severity | None], title: str = "Withdrawals are slow") -> list[IncidentUpdate]:
    """An incident opened at T0 with the first severity; each later one is set so many seconds afterwards."""
    opening = Opening(key="k", title=title, components=(BTC,), severity=severities[0][1])
    first = open_by_hand(opening, exchange(), "mara", T0)
    lines = [replace(first, seq=1, incident=replace(first.incident, number=17))]
    for seconds, severity in severities[1:]:
        line = set_severity(lines[-1].incident, severity, "mara", at(seconds))
        lines.append(replace(line, seq=len(lines) + 1))
    return lines


def notice(lines: list[IncidentUpdate], now: datetime = T0, tickets: int = 0) -> FirstNotice:
    facts = NoticeFacts(
        timeline=lines,
        graph=exchange(),
        linked_tickets=tickets,
        public_url="https://tocsin.example",
        page_url="https://status.example/incidents/x.html",
    )
    return first_notice(facts, now)


def field(found: FirstNotice, number: str) -> NoticeField:
    (one,) = [one for one in found.fields if one.field.number == number]
    return one


def test_the_required_fields_are_those_of_the_regulation() -> None:
    assert {one.number: (one.name, one.article) for one in REQUIRED} == ANNEX_I
    assert [one.number for one in REQUIRED] == list(ANNEX_I)
    found = field(notice(story((0, Severity.MAJOR))), "2.5")
    assert found.source == "(EU) 2025/302, Annex I, 2.5; (EU) 2025/301, Article 2(d)"


def test_a_field_may_stay_empty_only_where_its_article_has_a_condition() -> None:
    """Articles 1(f), 1(g), 2(g), 2(i) and 2(j) of (EU) 2025/301 alone say where; all others require it in any case."""
    conditions = {one.article: one.condition for one in REQUIRED if one.condition}
    assert conditions == {
        "1(f)": "where applicable",
        "1(g)": "where there is monetary impact",
        "2(g)": "where available",
        "2(i), 2(j)": "where available",
    }
    assert "Annex II of (EU) 2025/302 was not verified" in notice(story((0, Severity.MAJOR))).caveats[-1]


def test_every_field_has_a_value_with_its_rows_or_names_who_knows_it() -> None:
    for lines in (story((0, Severity.MAJOR)), story((0, None))):
        found = notice(lines)
        assert [one.field for one in found.fields] == list(REQUIRED)
        for one in found.fields:
            assert (bool(one.value) and bool(one.rows)) != (one in found.missing), one.field.number
            assert all(row.url.startswith("https://") for row in one.rows)


def test_what_is_missing_is_named() -> None:
    numbers = [one.field.number for one in notice(story((0, Severity.MAJOR))).missing]
    assert numbers == [f"1.{n}" for n in range(2, 16)] + ["2.5", "2.6", "2.8", "2.9"]


@pytest.mark.parametrize(
    ("severities", "first", "due"),
    [
        pytest.param([(0, Severity.CRITICAL)], 4, 4, id="major from the beginning"),
        pytest.param([(0, None), (2 * HOUR, Severity.MAJOR)], 6, 6, id="major later"),
        pytest.param([(0, Severity.MINOR), (22 * HOUR, Severity.MAJOR)], 26, 24, id="awareness ends first"),
        pytest.param([(0, Severity.MINOR), (24 * HOUR, Severity.MAJOR)], 28, 24, id="classified at the last moment"),
        pytest.param([(0, Severity.MINOR), (30 * HOUR, Severity.MAJOR)], 34, 34, id="classified after 24 h"),
        pytest.param([(0, Severity.MAJOR), (HOUR, Severity.MINOR)], 4, 4, id="lowered again"),
        pytest.param([(0, Severity.MINOR)], None, None, id="never major"),
    ],
)
def test_the_deadlines_follow_from_the_timeline(
    severities: list[tuple[float, Severity | None]], first: float | None, due: float | None
) -> None:
    found = notice(story(*severities))
    after_classification, after_awareness = found.deadlines
    assert after_classification.at == (None if first is None else at(first * HOUR))
    assert after_awareness.at == at(24 * HOUR)
    assert found.due_at == (None if due is None else at(due * HOUR))
    assert [one.at for one in found.deadlines if one.binds] == ([] if due is None else [found.due_at])


@pytest.mark.parametrize(
    ("hours", "passed"), [(4, (False, False)), (4.001, (True, False)), (24, (True, False)), (24.001, (True, True))]
)
def test_a_deadline_has_passed_when_its_time_is_over(hours: float, passed: tuple[bool, bool]) -> None:
    found = notice(story((0, Severity.MAJOR)), at(hours * HOUR))
    assert tuple(one.has_passed for one in found.deadlines) == passed


def test_a_deadline_that_does_not_run_has_not_passed() -> None:
    found = notice(story((0, Severity.MINOR)), T0 + timedelta(days=9))
    assert [(one.since, one.has_passed) for one in found.deadlines] == [(None, False), (T0, True)]
    assert any("never major" in words for words in found.caveats)
    assert field(found, "2.3").value == ""


def test_each_time_leads_to_its_line_of_the_timeline() -> None:
    lines = story((0, Severity.MINOR), (HOUR, Severity.CRITICAL), (2 * HOUR, Severity.MAJOR))
    found = notice(lines)
    own = f"{CONSOLE}/{lines[0].incident.id}"
    assert field(found, "2.2").value == "2026-03-02 14:00:00 UTC"
    assert [row.url for row in field(found, "2.2").rows] == [f"{own}?cursor=2#line-1"]
    assert field(found, "2.3").value == "2026-03-02 15:00:00 UTC"
    assert [row.url for row in field(found, "2.3").rows] == [f"{own}?cursor=3#line-2"]


def test_a_lowered_severity_asks_for_reclassification_and_leads_to_its_line() -> None:
    lines = story((0, Severity.MAJOR), (HOUR, Severity.MINOR), (2 * HOUR, None))
    other = field(notice(lines), "2.10")
    assert "Its severity is pending now: see whether it must be reclassified" in other.value
    assert other.rows[-1].url.endswith("#line-2")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (SignalSource.WATCH, "own monitoring: the watch latency"),
        (SignalSource.ALERT, "an alert of the entity's monitoring: latency"),
        (SignalSource.TICKETS, "By customers"),
        (SignalSource.HUMAN, "By staff"),
    ],
)
def test_the_discovery_is_that_of_the_first_signal(source: SignalSource, words: str) -> None:
    (line,) = story((0, Severity.MAJOR))
    signals = (signal(BTC, 60, name="later"), signal(BTC, 0, source=source))
    found = notice([replace(line, incident=replace(line.incident, signals=signals))])
    assert words in field(found, "2.7").value


def test_no_personal_data_of_a_customer_is_in_the_draft() -> None:
    title = "anna@example.com waits for 0x52908400098527886E0F7030069857D2E4169EE7"
    lines = story((0, Severity.MAJOR), title=title)
    by_hand = replace(lines[0].incident, severity_reason="major: bob@example.com says so")
    lines.append(replace(lines[0], seq=2, incident=by_hand, kind=UpdateKind.NOTE, reason="carl@example.com called"))
    said = repr(notice(lines, tickets=3))
    assert "3 linked tickets of customers" in said
    assert "@example.com" not in said
    assert "0x529084" not in said


def test_a_false_alarm_says_so() -> None:
    lines = story((0, Severity.MAJOR))
    lines.append(replace(retract(lines[0].incident, "mara", at(60)), seq=2))
    assert "It was retracted as a false alarm" in notice(lines).caveats
