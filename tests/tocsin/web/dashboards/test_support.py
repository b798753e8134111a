"""The dashboard of support: who sees it, what it says, and that every figure opens to as many rows as it counts."""

import csv
import re
from io import BytesIO, StringIO

import pyarrow.parquet
import pytest

from dashboards.kpi import SUPPORT
from tests.tocsin.web.running import Running
from tests.tocsin.web.steering import steered
from tocsin.storage.accounts import Role

PAGES = ["/dashboards/support", "/dashboards/support/tickets/late"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("role", "status"), [(None, 303), (Role.AGENT, 403), (Role.ENGINEER, 403), (Role.MANAGER, 200)]
)
def test_managers_see_it_and_nobody_whose_work_it_shows(
    tocsin: Running, path: str, role: Role | None, status: int
) -> None:
    assert tocsin.client(role).get(path).status_code == status


def test_an_empty_installation_says_what_will_be_there(tocsin: Running) -> None:
    page = tocsin.client(Role.MANAGER).get("/dashboards/support").text
    assert "No first answers in this span yet" in page
    assert "No tickets were written" in page
    assert "no surveys are sent yet" in page


@pytest.mark.parametrize("query", ["", "?days=7", "?topic=Withdrawal", "?team=Technical+Support&days=90"])
def test_every_figure_opens_to_as_many_rows_as_it_counts(tocsin: Running, query: str) -> None:
    steered(tocsin, tickets=120)
    client = tocsin.client(Role.MANAGER)
    page = client.get(f"/dashboards/support{query}").text
    cards = re.findall(r'<div class="figure-card">.*?</div>', page, re.DOTALL)
    counted = 0
    for card in cards:
        shares = re.search(r"([\d,]+) of ([\d,]+)", card)
        link = re.search(r'href="(/dashboards/support/tickets/[^"]+)"', card)
        if shares is None or link is None:
            continue
        part, of = (int(number.replace(",", "")) for number in shares.groups())
        rows = client.get(link.group(1).replace("&amp;", "&")).text
        many = re.search(r"<h1>.*?: ([\d,]+)</h1>", rows)
        assert many is not None
        title = re.search(r"<h3>(.*?)</h3>", card)
        assert title is not None
        expected = {"First answer within 2 h": of - part, "Settled by one reply": of}.get(title.group(1), part)
        assert int(many.group(1).replace(",", "")) == expected, title.group(1)
        path, mark, asked = link.group(1).replace("&amp;", "&").partition("?")
        file = client.get(f"{path}.csv{mark}{asked}")
        saved = list(csv.DictReader(StringIO(file.text)))
        assert len({row["number"] for row in saved}) == len(saved) == expected
        counted += 1
    assert counted >= 5


def test_an_incident_shows_what_it_brought_and_what_needed_no_agent(tocsin: Running) -> None:
    incident = steered(tocsin, tickets=50)
    page = tocsin.client(Role.MANAGER).get("/dashboards/support").text
    row = re.search(rf"{incident.reference}: .*?</tr>", page, re.DOTALL)
    assert row is not None
    assert re.findall(r'data-label="[^"]+">(?:<a [^>]+>)?(\d+)', row.group(0)) == ["10", "10", "0", "0", "10", "10"]


def test_a_ticket_that_is_written_now_is_counted_at_once(tocsin: Running) -> None:
    client = tocsin.client(Role.MANAGER)
    tocsin.ticket()
    assert "1 ticket, the most on 2 March 2026: 1" in client.get("/dashboards/support?days=1").text
    tocsin.clock.pass_(hours=2, seconds=1)
    page = client.get("/dashboards/support?days=1").text
    assert "0 % had their first answer within 2 h" in page
    assert "0 of 1" in page


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("days=5", 404, "there is no span"),
        ("team=Nobody", 404, "there is no team"),
        ("topic=Weather", 404, "there is no topic"),
        ("component=chain/none", 404, "there is no component"),
        ("incident=INC-99", 404, "there is no incident"),
        ("from=2026-03-02&to=2026-03-01", 422, "the second day is before the first"),
        ("from=yesterday", 422, "must be two days such as 2026-03-01"),
        ("from=1900-01-01", 422, "must be at most 800 days"),
    ],
)
def test_an_address_that_means_nothing_is_refused_with_what_there_is(
    tocsin: Running, query: str, status: int, words: str
) -> None:
    answer = tocsin.client(Role.MANAGER).get(f"/dashboards/support?{query}")
    assert answer.status_code == status
    assert words in answer.text


def test_days_are_those_of_the_sites_time_zone(tocsin: Running) -> None:
    tocsin.services.store.figures.use_time_zone("Asia/Tokyo")
    tocsin.clock.at = tocsin.clock.at.replace(hour=16)  # the next day in Tokyo
    tocsin.ticket()
    page = tocsin.client(Role.MANAGER).get("/dashboards/support?days=1").text
    assert "1 ticket, the most on 3 March 2026: 1" in page
    assert "3 March 2026, Asia/Tokyo" in page


def test_a_view_is_saved_as_csv_and_parquet_with_what_each_figure_means(tocsin: Running) -> None:
    steered(tocsin, tickets=40)
    client = tocsin.client(Role.MANAGER)
    answer = client.get("/dashboards/support.csv?days=90")
    assert 'filename="support-2025-12-03-2026-03-02.csv"' in answer.headers["content-disposition"]
    lines = list(csv.DictReader(StringIO(answer.text)))
    assert [(line["figure"], line["means"]) for line in lines] == [(d.key, d.means) for d in SUPPORT.values()]
    table = pyarrow.parquet.read_table(BytesIO(client.get("/dashboards/support.parquet?days=90").content)).to_pylist()
    assert [(row["figure"], row["value"], row["rows"]) for row in table] == [
        (line["figure"], float(line["value"]) if line["value"] else None, int(line["rows"])) for line in lines
    ]
    assert client.get("/dashboards/support.xlsx").status_code == 404


def test_a_row_of_a_chart_opens_to_its_tickets(tocsin: Running) -> None:
    steered(tocsin, tickets=60)
    client = tocsin.client(Role.MANAGER)
    page = client.get("/dashboards/support?team=Technical+Support&days=7").text
    opened = re.findall(
        r'<th scope="row"><a href="(/dashboards/support/tickets/written[^"]+)">[^<]+</a></th>'
        r'<td class="number">([\d,]+)',
        page,
    )
    assert len(opened) == 9  # seven days, two topics
    for link, written in opened:
        many = re.search(r"<h1>.*?: ([\d,]+)</h1>", client.get(link.replace("&amp;", "&")).text)
        assert many is not None
        assert many.group(1) == written


def test_rows_that_there_are_not_are_refused_as_a_file_too(tocsin: Running) -> None:
    assert tocsin.client(Role.MANAGER).get("/dashboards/support/tickets/none.csv").status_code == 404
