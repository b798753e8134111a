"""The dashboard of operations: what it says of incidents, and that every figure opens to the incidents it counts."""

import csv
import re
from io import StringIO

import pytest

from dashboards.operations import OPERATIONS
from tests.tocsin.web.running import Running
from tests.tocsin.web.steering import steered
from tocsin.storage.accounts import Role

HOME = "/dashboards/operations"


@pytest.mark.parametrize(
    ("role", "status"), [(None, 303), (Role.AGENT, 403), (Role.ENGINEER, 200), (Role.MANAGER, 200)]
)
def test_engineers_and_managers_see_it(tocsin: Running, role: Role | None, status: int) -> None:
    assert tocsin.client(role).get(HOME).status_code == status


def test_an_empty_installation_says_so(tocsin: Running) -> None:
    page = tocsin.client(Role.ENGINEER).get(HOME).text
    assert "No incidents in this span" in page
    assert "No watch opened an incident in this span." in page


def test_it_says_how_early_we_knew_and_what_was_false(tocsin: Running) -> None:
    steered(tocsin, tickets=40)
    page = tocsin.client(Role.ENGINEER).get(HOME).text
    assert "We knew before customers in 1 of 1 incident" in page
    assert "5 min before" in page
    assert "1 of 3 incidents were false alarms: 1.0 in 30 days, the budget is 1" in page


def test_every_figure_opens_to_the_incidents_that_it_counts(tocsin: Running) -> None:
    steered(tocsin, tickets=40)
    client = tocsin.client(Role.ENGINEER)
    page = client.get(HOME).text
    opened = {}
    for rows in {definition.opens for definition in OPERATIONS.values()}:
        many = re.search(r"<h1>.*?: (\d+)</h1>", client.get(f"{HOME}/incidents/{rows}").text)
        assert many is not None
        opened[rows] = int(many.group(1))
        saved = list(csv.DictReader(StringIO(client.get(f"{HOME}/incidents/{rows}.csv").text)))
        assert len({row["number"] for row in saved}) == len(saved) == opened[rows]
    assert opened == {
        "opened": 3,
        "false": 1,
        "with-tickets": 1,
        "detected": 1,
        "public": 2,
        "acknowledged": 2,
        "mitigated": 1,
        "ended": 2,
        "reopened": 0,
    }
    cards = dict(re.findall(r"<h3>([^<]+)</h3>.*?<p class=\"beside\">(?:of )?(\d+)", page, re.DOTALL))
    assert {name: cards[name] for name in ("Publish, median", "Resolve, median")} == {
        "Publish, median": "2",
        "Resolve, median": "2",
    }


def test_links_lead_where_the_reader_may_go(tocsin: Running) -> None:
    incident = steered(tocsin, tickets=40)
    for role, address in ((Role.ENGINEER, "/console/incidents/"), (Role.MANAGER, "/desk/incidents/")):
        client = tocsin.client(role)
        assert f'href="{address}{incident.id}"' in client.get(f"{HOME}/incidents/opened").text
        assert client.get(f"{address}{incident.id}").status_code == 200


@pytest.mark.parametrize("address", [f"{HOME}/incidents/none", f"{HOME}?component=none"])
def test_an_address_that_means_nothing_is_refused(tocsin: Running, address: str) -> None:
    assert tocsin.client(Role.ENGINEER).get(address).status_code == 404


def test_each_component_has_a_proposal_and_opens_to_its_incidents(tocsin: Running) -> None:
    steered(tocsin, tickets=40)
    client = tocsin.client(Role.MANAGER)
    page = client.get(HOME).text
    section = re.search(r'<h2 id="components">.*?</section>', page, re.DOTALL)
    assert section is not None
    rows = re.findall(r'<a href="([^"]+)">([^<]+)</a></td><td[^>]+>(\d+)</td>', section.group(0))
    assert len(rows) >= 2
    for link, component, opened in rows:
        found = client.get(link.replace("&amp;", "&")).text
        assert f"<h1>Incidents opened: {opened}</h1>" in found, component
    assert "More than half are false: let the watches of this component hold longer." in section.group(0)


def test_a_day_of_the_chart_opens_to_its_incidents(tocsin: Running) -> None:
    steered(tocsin, tickets=40)
    client = tocsin.client(Role.MANAGER)
    page = client.get(f"{HOME}?days=7").text
    days = re.findall(
        r'<th scope="row"><a href="(/dashboards/operations/incidents/opened[^"]+)">[^<]+</a></th>'
        r'<td class="number">(\d+)',
        page,
    )
    assert len(days) == 7
    assert sum(int(opened) for _, opened in days) == 3
    for link, opened in days:
        assert f"<h1>Incidents opened: {opened}</h1>" in client.get(link.replace("&amp;", "&")).text
