"""What the first page says, and in which order; what it does not claim."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incidents.component import ComponentStatus
from incidents.incident import Severity
from incidents.public import Phase
from statuspage.environment import timed
from statuspage.maintenance import MaintenancePhase
from statuspage.phrases import LANGUAGES
from statuspage.render import render
from statuspage.spark import Spark
from tests.statuspage.examples import BTC_OUT, NOW, SITE, SPOT, incident, maintenance, minutes, page

S = ComponentStatus
REST = "We see no effect on deposits or trading."
OWN = f"components/{SITE.component_id(BTC_OUT)}.html"


def front(*incidents: object, **values: object) -> str:
    return render(page(incidents, **values))["index.html"].decode()  # type: ignore[arg-type]


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_the_headline_is_the_incident_then_what_is_well_then_the_next_update() -> None:
    published = front(replace(incident(title="Bitcoin withdrawals are late"), unaffected=REST))
    head = published[published.index('class="verdict') : published.index("</section>")]
    assert in_order(head, "<h1", "Bitcoin withdrawals are late", "</h1>", REST, "Next update by", "Major outage:")


def test_several_incidents_are_summed_up_and_none_is_the_headline() -> None:
    published = front(incident(1, title="One"), incident(2, title="Two", statuses=((SPOT, S.DEGRADED),)))
    assert "<h1>Major outage: Withdrawals – Bitcoin</h1>" in published


def test_what_is_only_watched_any_more_is_no_headline() -> None:
    calm = replace(incident(phase=Phase.MONITORING), now_statuses=((BTC_OUT, S.OPERATIONAL),))
    assert "<h1>All systems operational again, still being watched</h1>" in front(calm)


def test_beside_an_incident_that_lasts_it_does_not_say_that_there_were_none() -> None:
    assert "No incidents on the other days" in front(incident()).partition('id="past"')[2]
    assert "No incidents." in front().partition('id="past"')[2]


@pytest.mark.parametrize("severity", [Severity.MINOR, Severity.MAJOR])
def test_nobody_who_is_hit_reads_that_it_is_minor(severity: Severity) -> None:
    published = front(incident(severity=severity))
    assert "inor impact" not in published
    assert ("Major impact" in published) is (severity is Severity.MAJOR)
    assert all("minor" not in words for words in LANGUAGES.values())


def test_a_recurring_incident_says_since_when_and_when_it_was_last_seen() -> None:
    published = front(replace(incident(), recurring_since=NOW - minutes(33), last_seen_at=NOW - minutes(5)))
    assert re.search(r"Recurring since <time[^>]*>13:30 UTC</time> · last seen <time[^>]*>13:58 UTC</time>", published)
    assert "last seen" not in front(replace(incident(), recurring_since=NOW - minutes(33)))


def test_what_ended_while_it_deviates_keeps_its_component_from_being_well() -> None:
    ended = incident(length=minutes(20), phase=Phase.RESOLVED)
    assert "<h1>All systems operational</h1>" in front(ended)
    lasts = replace(ended, now_statuses=((BTC_OUT, S.DEGRADED),))
    assert "<h1>Degraded: Withdrawals – Bitcoin</h1>" in front(lasts)


@pytest.mark.parametrize(
    ("age", "figure"),
    [
        pytest.param(timedelta(minutes=1), False, id="a minute"),
        pytest.param(timedelta(hours=23), False, id="nearly a day"),
        pytest.param(timedelta(hours=25), True, id="a day"),
        pytest.param(timedelta(days=400), True, id="longer than is shown"),
    ],
)
def test_an_availability_needs_a_day_of_record_and_a_row_needs_one_too(age: timedelta, figure: bool) -> None:
    files = render(page(site=replace(SITE, since=NOW - age)))
    own = files[OWN].decode()
    assert ("100 %" in own, "100 %" in files["index.html"].decode()) == (figure, figure)
    assert ("Not enough data yet for a figure" in own) is not figure
    assert own.count('<th scope="row">') == min(90, (NOW.date() - (NOW - age).date()).days + 1)
    assert "No record" not in own


def test_a_chart_has_its_unit_and_its_scale() -> None:
    line = Spark(title="Usual wait", unit="s", values=(1.0, 4.5, None, 3.0))
    own = render(page(sparklines={BTC_OUT: line}))[OWN].decode()
    assert re.search(r'class="scale[^>]*><span>4.5 s</span><span>0 s</span>', own)
    assert "−24 h" in own


SAID = datetime(2026, 3, 14, 23, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instants"),
    [
        pytest.param("Next update by 23:55 UTC.", ["2026-03-14T23:55:00+00:00"], id="the same day"),
        pytest.param("Next update by 00:20 UTC.", ["2026-03-15T00:20:00+00:00"], id="past midnight"),
        pytest.param("Since 2026-03-12 22:10 UTC, 3 times.", ["2026-03-12T22:10:00+00:00"], id="with its date"),
        pytest.param(
            "自 23:10 UTC 起。22:05 UTC",
            ["2026-03-14T23:10:00+00:00", "2026-03-14T22:05:00+00:00"],
            id="two, in Chinese",
        ),
        pytest.param("Block 12:34 of 25:99 UTC <b>", [], id="no times"),
    ],
)
def test_the_times_of_a_sentence_are_instants(text: str, instants: list[str]) -> None:
    made = str(timed(text, SAID))
    assert re.findall(r'datetime="([^"]+)"', made) == instants
    assert re.sub(r"</?time[^>]*>", "", made).replace("&lt;", "<").replace("&gt;", ">") == text


def test_planned_work_that_was_called_off_is_published_until_its_time_has_passed() -> None:
    off = replace(maintenance(MaintenancePhase.CANCELLED), scheduled_for=NOW + minutes(5))
    assert "Cancelled" in front(planned=[off])
    assert "Cancelled" not in front(planned=[off], now=NOW + minutes(60))
