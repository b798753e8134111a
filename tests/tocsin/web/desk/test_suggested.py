"""Linking all tickets that may be about an incident: a look first, one action, and its undoing for a day."""

import pytest

from incidents.incident import Incident
from incidents.lifecycle import Action
from tests.tocsin.web.running import Client, Running
from tickets.ticket import Form, Ticket, TicketStatus
from tocsin.desk.suggested import SAMPLE, SuggestedFilter, sample_of, suggested
from tocsin.storage.accounts import Role


@pytest.fixture
def agent(tocsin: Running) -> Client:
    return tocsin.client(Role.AGENT)


def may_be(tocsin: Running, incident: Incident, probability: float, **changes: object) -> Ticket:
    return tocsin.ticket(suggested_id=incident.id, probability=probability, **changes)


def link(tocsin: Running, agent: Client, incident: Incident, **values: str) -> str:
    data = {"form_token": tocsin.form_token(Role.AGENT), "at_least": "80", **values}
    answer = agent.post(f"/desk/incidents/{incident.id}/suggested", data=data)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_only_what_the_filter_holds_and_nobody_has_is_linked(tocsin: Running, agent: Client) -> None:
    incident, other = tocsin.incident(), tocsin.incident("Trading is slow", components=("trading",))
    sure, unsure = may_be(tocsin, incident, 0.9), may_be(tocsin, incident, 0.7)
    kept = [
        may_be(tocsin, other, 0.9),
        may_be(tocsin, incident, 0.9, human_reason="speaks of theft"),
        may_be(tocsin, incident, 0.9, assignee="mara", status=TicketStatus.IN_PROGRESS),
        may_be(tocsin, incident, 0.9, form=Form.FEES),
        tocsin.ticket(),
    ]
    shown = agent.get(f"/desk/incidents/{incident.id}/suggested?at_least=80&form=Withdrawal").text
    assert "1 ticket may be about this incident" in shown
    assert sure.number in shown
    assert {tocsin.again(t).incident_id for t in (sure, unsure, *kept)} == {None}, "a look changes nothing"
    link(tocsin, agent, incident, form="Withdrawal")
    assert tocsin.again(sure).incident_id == incident.id
    assert tocsin.again(sure).status is TicketStatus.AWAITING_INCIDENT
    assert {tocsin.again(t).incident_id for t in (unsure, *kept)} == {None}


def test_what_may_be_a_humans_case_is_read_alone_and_never_linked_with_the_others(
    tocsin: Running, agent: Client
) -> None:
    incident = tocsin.incident()
    plain = may_be(tocsin, incident, 0.9, text="My withdrawal is pending for two hours, where is it?")
    doubtful = may_be(tocsin, incident, 0.9, text="Two withdrawals went out while I slept, and I made neither of them.")
    shown = agent.get(f"/desk/incidents/{incident.id}/suggested").text
    assert "1 ticket may be about this incident" in shown
    assert f"/desk/tickets/{doubtful.number}" in shown.partition("Read these one by one")[2]
    link(tocsin, agent, incident)
    assert tocsin.again(plain).incident_id == incident.id
    assert tocsin.again(doubtful).incident_id is None


def test_it_can_be_undone_for_a_day_from_the_incidents_page(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    tickets = [may_be(tocsin, incident, 0.9) for _ in range(3)]
    location = link(tocsin, agent, incident)
    tocsin.clock.pass_(hours=23)
    page = agent.get(f"/desk/incidents/{incident.id}").text
    batch = location.partition("linked=")[2]
    assert f'value="{batch}"' in page
    undo = {"form_token": tocsin.form_token(Role.AGENT), "batch": batch}
    agent.post(f"/desk/incidents/{incident.id}/undo", data=undo)
    assert {tocsin.again(t).incident_id for t in tickets} == {None}
    assert batch not in agent.get(f"/desk/incidents/{incident.id}").text


def test_after_a_day_it_is_offered_no_more_and_what_linked_nothing_never(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    may_be(tocsin, incident, 0.9)
    batch = link(tocsin, agent, incident).partition("linked=")[2]
    link(tocsin, agent, incident)
    assert [one.batch for one in tocsin.services.store.bulk_actions.since(incident.id, incident.opened_at)] == [batch]
    tocsin.clock.pass_(hours=25)
    assert batch not in agent.get(f"/desk/incidents/{incident.id}").text


@pytest.mark.parametrize("query", ["at_least=81", "at_least=x", "form=Nothing"])
def test_a_filter_that_there_is_not_is_refused_by_name(tocsin: Running, agent: Client, query: str) -> None:
    incident = tocsin.incident()
    answer = agent.get(f"/desk/incidents/{incident.id}/suggested?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[2] in answer.text


def test_to_an_incident_that_is_over_nothing_is_linked(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    ticket = may_be(tocsin, incident, 0.9)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    assert "The incident is over" in agent.get(f"/desk/incidents/{incident.id}/suggested").text
    data = {"form_token": tocsin.form_token(Role.AGENT), "at_least": "80"}
    assert agent.post(f"/desk/incidents/{incident.id}/suggested", data=data).status_code == 409
    assert tocsin.again(ticket).incident_id is None


def test_the_sample_is_drawn_from_all_of_them(tocsin: Running) -> None:
    incident = tocsin.incident()
    for _ in range(2 * SAMPLE):
        may_be(tocsin, incident, 0.9)
    found = suggested(tocsin.services.desk, incident, SuggestedFilter()).together
    sample = sample_of(found)
    assert len(found) == 2 * SAMPLE
    assert len(sample) == SAMPLE
    assert set(sample) <= set(found)
    assert sample != found[:SAMPLE]
