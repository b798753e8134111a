"""What comes after an incident, as engineers and machines read it: the first notice's draft and the postmortem's."""

import re
from html import unescape

from incidents.incident import Severity
from incidents.lifecycle import TO_WRITE, Action
from tests.tocsin.response.test_grouping_actions import TRADING, signal, storm
from tests.tocsin.web.running import Client, Running
from tickets.ticket import TicketStatus
from tocsin.storage.accounts import Role

CUSTOMER = re.compile(r"@example|Anna|\+41")


def resolved(tocsin: Running) -> str:
    """The id of a public incident that is over, with a linked ticket and a note that names a customer."""
    incident = tocsin.incident()
    tocsin.ticket(incident_id=incident.id, status=TicketStatus.AWAITING_INCIDENT)
    tocsin.clock.pass_(minutes=2)
    tocsin.do(incident, Action.ACKNOWLEDGE, reason="Anna Muster called from +41 44 123 45 67")
    tocsin.do(incident, Action.ADD_NOTE, text="anna@example.com waits")
    tocsin.clock.pass_(minutes=30)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    return incident.id


def start_of(engineer: Client, incident_id: str) -> str:
    """The text that the form for a postmortem begins with."""
    html = engineer.get(f"/console/incidents/{incident_id}").text
    found = re.search(r'<textarea id="postmortem-text"[^>]*>([^<]*)</textarea>', html)
    assert found is not None
    return unescape(found[1])


def test_the_first_notice_is_complete_at_once_and_leads_to_its_rows(tocsin: Running) -> None:
    incident = tocsin.incident()
    engineer = tocsin.client(Role.ENGINEER)
    html = engineer.get(f"/console/incidents/{incident.id}/dora").text
    assert "Due" in html
    assert "2.10" in html
    assert "Missing</strong>: ask compliance" in html
    home = engineer.get(f"/console/incidents/{incident.id}").text
    assert f'href="/console/incidents/{incident.id}/dora"' in home
    assert f'href="/console/incidents/{incident.id}/postmortem"' in home
    places = set(re.findall(r'href="http://testserver([^"]+)"', html))
    assert any("#line-1" in place for place in places)
    for place in places:
        path, _, anchor = unescape(place).partition("#")
        if path.startswith("/status/"):
            continue  # the page is written by its own loop
        shown = engineer.get(path)
        assert shown.status_code == 200, path
        assert not anchor or f'id="{anchor}"' in shown.text, place


def test_the_tickets_are_a_link_for_those_alone_who_may_see_them(tocsin: Running) -> None:
    incident = tocsin.incident()
    place = f"/console/incidents/{incident.id}/dora"
    link = f"/desk/incidents/{incident.id}"
    assert link not in tocsin.client(Role.ENGINEER).get(place).text
    assert link in tocsin.client(Role.ADMINISTRATOR).get(place).text


def test_a_passed_deadline_says_so(tocsin: Running) -> None:
    incident = tocsin.incident()
    tocsin.clock.pass_(hours=5)
    html = tocsin.client(Role.ENGINEER).get(f"/console/incidents/{incident.id}/dora").text
    assert "Was due" in html
    assert html.count("has passed") == 1


def test_an_incident_that_was_never_major_is_not_due(tocsin: Running) -> None:
    incident = tocsin.incident(severity=Severity.MINOR)
    assert "Not due" in tocsin.client(Role.ENGINEER).get(f"/console/incidents/{incident.id}/dora").text


def test_machines_read_the_same_notice(tocsin: Running) -> None:
    incident = tocsin.incident()
    client = tocsin.client(token=tocsin.token("incidents:read"))
    found = client.get(f"/api/v1/incidents/{incident.reference}/dora").json()
    assert found["due_at"] == "2026-03-02T18:03:00Z"
    assert len(found["fields"]) == 25
    assert found["missing"] == [one["number"] for one in found["fields"] if one["value"] is None]
    assert {one["number"] for one in found["fields"] if one["knower"]} == set(found["missing"])
    assert all(one["rows"] for one in found["fields"] if one["value"] is not None)
    assert client.get("/api/v1/incidents/INC-999/dora").status_code == 404


def test_the_postmortem_is_read_in_the_console_and_as_markdown(tocsin: Running) -> None:
    incident_id = resolved(tocsin)
    html = tocsin.client(Role.ENGINEER).get(f"/console/incidents/{incident_id}/postmortem").text
    assert "<h2>What went well</h2>" in html
    assert "To acknowledge, from the opening: 2 min" in html
    answer = tocsin.client(token=tocsin.token("incidents:read")).get(f"/api/v1/incidents/{incident_id}/postmortem")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "## What went well" in answer.text
    assert "[1 linked]" in answer.text
    assert "To detect, from the first deviation to the opening: unknown" in answer.text


def test_a_hostile_title_is_text_in_both(tocsin: Running) -> None:
    incident = tocsin.incident("<script>x</script> [here](https://evil.example) ![p](https://evil.example/p)")
    engineer = tocsin.client(Role.ENGINEER)
    for draft in ("dora", "postmortem"):
        html = engineer.get(f"/console/incidents/{incident.id}/{draft}").text
        assert "<script>x" not in html
        assert 'href="https://evil' not in html
        assert "<img" not in html


def test_signals_that_opened_it_say_how_it_was_discovered(tocsin: Running) -> None:
    (incident,) = storm(tocsin, signal(tocsin, TRADING, "stuck"))
    engineer = tocsin.client(Role.ENGINEER)
    html = unescape(engineer.get(f"/console/incidents/{incident.id}/dora").text)
    assert "By an alert of the entity's monitoring: stuck" in html
    text = engineer.get(f"/api/v1/incidents/{incident.reference}/postmortem").text
    assert "[1 signal](http://testserver/console/incidents/" in text
    assert "opening: unknown" in text
    assert not text.partition("To detect, from the first deviation to the opening: ")[2].startswith("unknown")


def test_no_customer_is_in_any_of_them(tocsin: Running) -> None:
    incident_id = resolved(tocsin)
    engineer = tocsin.client(Role.ENGINEER)
    for place in (f"/console/incidents/{incident_id}", f"/api/v1/incidents/{incident_id}"):
        for draft in ("dora", "postmortem"):
            text = engineer.get(f"{place}/{draft}").text
            assert CUSTOMER.findall(text) == [], f"{place}/{draft}"
    assert CUSTOMER.findall(start_of(engineer, incident_id)) == []


def test_the_form_begins_with_the_draft_and_refuses_it_until_it_is_written(tocsin: Running) -> None:
    incident_id = resolved(tocsin)
    engineer = tocsin.client(Role.ENGINEER)
    start = start_of(engineer, incident_id)
    assert start.count(TO_WRITE) == 2
    values = {"form_token": tocsin.form_token(Role.ENGINEER), "action": "publish postmortem"}
    before = tocsin.services.store.incidents.timeline(incident_id)
    refused = engineer.post(f"/console/incidents/{incident_id}", data={**values, "text": start})
    assert refused.status_code == 409
    assert "still holds" in unescape(refused.text)
    assert tocsin.services.store.incidents.timeline(incident_id) == before
    written = start.replace(TO_WRITE, "Two valves stuck.")
    assert engineer.post(f"/console/incidents/{incident_id}", data={**values, "text": written}).status_code == 303
    assert tocsin.services.store.incidents.timeline(incident_id)[-1].message == written
