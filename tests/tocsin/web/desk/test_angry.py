"""Furious customers of an incident: read in one list and let wait together, nobody else among them."""

import pytest

from incidents.incident import Incident
from incidents.lifecycle import Action
from tests.tocsin.web.running import Client, Running
from tickets.guard import HumanReason
from tickets.ticket import Ticket, TicketStatus
from tocsin.storage.accounts import Role

SCAM = "What a scam, I will sue you: my Bitcoin withdrawal has not arrived"


@pytest.fixture
def agent(tocsin: Running) -> Client:
    return tocsin.client(Role.AGENT)


def furious(tocsin: Running, incident: Incident, reason: str = HumanReason.KEYWORD, **changes: object) -> Ticket:
    return tocsin.ticket(suggested_id=incident.id, probability=0.99, human_reason=reason, text=SCAM, **changes)


def leave(tocsin: Running, agent: Client, incident: Incident, *tickets: Ticket) -> str:
    data = {"form_token": tocsin.form_token(Role.AGENT), "ticket": [t.id for t in tickets]}
    answer = agent.post(f"/desk/incidents/{incident.id}/angry", data=data)
    assert answer.status_code == 303
    return str(answer.headers["location"]).partition("linked=")[2]


def test_only_what_anger_alone_keeps_is_in_the_list_and_can_be_let_wait(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    angry = [furious(tocsin, incident), furious(tocsin, incident, f"{HumanReason.FRAUD}; {HumanReason.KEYWORD}")]
    kept = [
        furious(tocsin, incident, HumanReason.STOLEN),
        furious(tocsin, incident, f"{HumanReason.KEYWORD}; {HumanReason.SELF_HARM}"),
        furious(tocsin, incident, HumanReason.HIGH_VALUE),
        furious(tocsin, incident, assignee="bob", status=TicketStatus.IN_PROGRESS),
        furious(tocsin, tocsin.incident("Trading is slow", components=("trading",))),
    ]
    assert "2 furious customers to read" in agent.get(f"/desk/incidents/{incident.id}").text
    shown = agent.get(f"/desk/incidents/{incident.id}/angry").text
    assert [t.number in shown for t in (*angry, *kept)] == [True] * 2 + [False] * 5
    leave(tocsin, agent, incident, *angry, *kept)
    assert {tocsin.again(t).status for t in angry} == {TicketStatus.AWAITING_INCIDENT}
    assert {tocsin.again(t).human_reason for t in angry} == {""}
    assert {tocsin.again(t).incident_id for t in kept} == {None}


def test_who_was_let_wait_is_settled_with_the_incident(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    tocsin.settle()
    ticket = furious(tocsin, incident)
    leave(tocsin, agent, incident, ticket)
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.settle()
    assert tocsin.again(ticket).status is TicketStatus.RESOLVED
    assert any("Solved" in mail.subject for mail in tocsin.services.store.mail.of_ticket(ticket.id))


def test_undone_they_must_be_read_again(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    ticket = furious(tocsin, incident)
    batch = leave(tocsin, agent, incident, ticket)
    undo = {"form_token": tocsin.form_token(Role.AGENT), "batch": batch}
    assert agent.post(f"/desk/incidents/{incident.id}/undo", data=undo).status_code == 303
    now = tocsin.again(ticket)
    assert (now.status, now.incident_id) == (TicketStatus.NEW, None)
    assert HumanReason.KEYWORD in now.human_reason


def test_nothing_ticked_says_what_to_do(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    furious(tocsin, incident)
    answer = agent.post(f"/desk/incidents/{incident.id}/angry", data={"form_token": tocsin.form_token(Role.AGENT)})
    assert answer.status_code == 422
    assert "no ticket is ticked" in answer.text
