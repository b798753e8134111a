"""POST /api/v1/changes over the whole service: kept before the answer, suspected on the ticket, shown to engineers."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from incidents.lifecycle import Action
from tests.tocsin.web.running import Running
from tocsin.storage.accounts import Role

PATH = "/api/v1/changes"
DEPLOY = {
    "id": "deploy-4711",
    "kind": "deploy",
    "title": "Wallet 2.14.1",
    "components": ["chain/*"],
    "author": "mara",
    "url": "https://ci.example/4711",
}


def report(tocsin: Running, sent: object, status: int = 201) -> Any:
    answer = tocsin.client(token=tocsin.token("alerts")).post(PATH, json=sent)
    assert answer.status_code == status, answer.text
    return answer.json()


def story(tocsin: Running, incident_id: str) -> Any:
    return tocsin.client(token=tocsin.token("incidents:read")).get(f"/api/v1/incidents/{incident_id}").json()


def test_a_change_is_a_suspect_on_the_ticket_and_a_line_of_the_timeline(tocsin: Running) -> None:
    (kept,) = report(tocsin, DEPLOY)["changes"]
    assert (kept["sender"], kept["kind"]) == ("token:alerts", "deploy")
    tocsin.clock.pass_(minutes=3)
    incident = tocsin.incident()
    tocsin.settle()
    ticket = tocsin.services.store.engineering_tickets.get(incident.id)
    assert ticket is not None
    line = next(line for line in ticket.body.splitlines() if "deploy **" in line)
    assert line == (
        "- 96 % likely: deploy **Wallet 2.14.1** on `chain/bitcoin`, which `withdrawals/BTC/bitcoin` needs; 3 min "
        "before the first sign (2026-03-02 14:03:00 UTC), by mara, [details](https://ci.example/4711)"
    )
    html = unescape(tocsin.client(Role.ENGINEER).get(f"/console/incidents/{incident.id}").text)
    assert '<li class="change"><strong>deploy</strong>' in html
    assert "Wallet 2.14.1, on" in html
    (suspect,) = story(tocsin, incident.id)["suspect_changes"]
    assert (suspect["changed"], suspect["affected"], suspect["hops"]) == ("chain/bitcoin", "withdrawals/BTC/bitcoin", 1)
    assert suspect["change"]["id"] == kept["id"]


def test_that_none_is_suspected_is_said_only_where_changes_are_reported(tocsin: Running) -> None:
    incident = tocsin.incident()
    assert story(tocsin, incident.id)["suspect_changes"] is None
    tocsin.settle()
    ticket = tocsin.services.store.engineering_tickets.get(incident.id)
    assert ticket is not None
    assert "Suspect changes" not in ticket.body
    report(tocsin, {**DEPLOY, "components": ["trading"]})
    assert story(tocsin, incident.id)["suspect_changes"] == []
    tocsin.settle()
    ticket = tocsin.services.store.engineering_tickets.get(incident.id)
    assert ticket is not None
    assert "- none: no change reported of the 6 hours before the first sign concerns what is affected" in ticket.body


def test_a_late_report_reaches_the_ticket_of_what_is_open(tocsin: Running) -> None:
    incident = tocsin.incident()
    tocsin.settle()
    report(tocsin, {**DEPLOY, "at": (tocsin.clock() - timedelta(minutes=9)).isoformat()})
    for sink in tocsin.services.refreshed:
        sink.refresh()
    ticket = tocsin.services.store.engineering_tickets.get(incident.id)
    assert ticket is not None
    assert "9 min before the first sign" in ticket.body


def test_a_report_that_is_sent_again_is_the_same_change(tocsin: Running) -> None:
    first = report(tocsin, DEPLOY)
    tocsin.clock.pass_(minutes=1)
    assert report(tocsin, DEPLOY, 200) == first
    at = tocsin.clock().isoformat()
    nameless = {"title": "Limits raised", "kind": "config", "at": at}
    assert report(tocsin, nameless) == report(tocsin, nameless, 200)
    other = report(tocsin, {**DEPLOY, "title": "Wallet 3"}, 409)
    assert other["changes"] == first["changes"]
    assert other["problems"][0]["field"] == "id"
    assert len(tocsin.client(token=tocsin.token("alerts")).get(PATH).json()["items"]) == 2


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "title"),
        ({"title": " "}, "title"),
        ({"title": "x", "kind": "party"}, "kind"),
        ({"title": "x", "tilte": "y"}, "tilte"),
        ({"title": "x", "at": "2026-03-02T14:03:00"}, "at"),
        ({"title": "x", "at": "2026-03-02T15:03:00Z"}, "at"),
        ({"title": "x", "url": "javascript:alert(1)"}, "url"),
        ({"title": "x", "components": [""]}, "components.0"),
        ("a text", ""),
    ],
)
def test_what_is_wrong_is_named(tocsin: Running, sent: object, field: str) -> None:
    answer = report(tocsin, sent, 400)
    assert [problem["field"] for problem in answer["problems"]] == [field]


def test_the_valid_changes_of_a_bad_list_are_kept(tocsin: Running) -> None:
    answer = report(tocsin, [DEPLOY, {"title": ""}, {"title": "Limits raised"}], 400)
    assert [change["title"] for change in answer["changes"]] == ["Wallet 2.14.1", "Limits raised"]
    assert [problem["field"] for problem in answer["problems"]] == ["[1].title"]


def test_more_than_a_request_may_have_is_refused(tocsin: Running) -> None:
    assert "at most 1000" in report(tocsin, [{"title": "x"}] * 1001, 400)["error"]


def test_hostile_words_show_and_do_nothing(tocsin: Running) -> None:
    title = "<script>alert(1)</script> [x](javascript:1) @all"
    report(tocsin, {**DEPLOY, "title": title, "description": "**bold**\u0000"})
    incident = tocsin.incident()
    tocsin.settle()
    html = tocsin.client(Role.ENGINEER).get(f"/console/incidents/{incident.id}").text
    assert "<script>alert" not in html
    assert 'href="javascript' not in html


def test_a_long_timeline_has_each_change_on_one_of_its_pages(tocsin: Running) -> None:
    report(tocsin, {**DEPLOY, "id": "before", "title": "Before it"})
    tocsin.clock.pass_(minutes=1)
    incident = tocsin.incident()
    for number in range(60):
        tocsin.clock.pass_(seconds=10)
        tocsin.do(incident, Action.ADD_NOTE, text=f"note {number}")
        if number in (5, 55):
            report(tocsin, {**DEPLOY, "id": f"n{number}", "title": f"During {number}"})
    engineer = tocsin.client(Role.ENGINEER)
    first = engineer.get(f"/console/incidents/{incident.id}").text
    place = first.split("cursor=")[1].split('"')[0]
    second = engineer.get(f"/console/incidents/{incident.id}?cursor={place}").text

    def shown(html: str) -> list[str]:
        timeline = html.split('<ol class="timeline">')[1]
        return [words for words in ("During 55", "During 5,", "Before it") if words in timeline]

    assert (shown(first), shown(second)) == (["During 55"], ["During 5,", "Before it"])
