"""The customer is asked whether the ticket is about an incident, and answers with one click."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from incidents.incident import Incident
from incidents.lifecycle import Action
from tests.tocsin.web.running import CONFIG, Client, Running, running
from tickets.ticket import Ticket, TicketStatus
from tocsin.storage.accounts import Role

SENT = {
    "form": "Withdrawal",
    "asset": "BTC",
    "text": "My Bitcoin withdrawal has not arrived",
    "email": "ada@example.com",
    "key": "one",
}


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    """Without settings for the desk: a ticket without an account is not sure enough to be linked by itself."""
    made = running(tmp_path, CONFIG)
    yield made
    made.close()


def ask(tocsin: Running, client: Client) -> tuple[Incident, Ticket, str]:
    """A ticket that may be about the incident, and the path of its page."""
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=1)
    answer = client.post("/support", data=SENT)
    path = answer.headers["location"].partition("?")[0]
    ticket = tocsin.services.store.tickets.page().items[0]
    assert (ticket.asked_about, ticket.suggested_id, ticket.status) == (incident.id, incident.id, TicketStatus.NEW)
    return incident, ticket, path


def say(client: Client, path: str, incident: str, answer: str) -> int:
    return client.post(path, data={"action": "about", "incident": incident, "answer": answer}).status_code


def test_the_question_stands_in_the_mail_and_on_the_page(tocsin: Running) -> None:
    client = tocsin.client()
    _, ticket, path = ask(tocsin, client)
    (mail,) = tocsin.services.store.mail.of_ticket(ticket.id)
    assert "Is it this?" in mail.text
    assert "Bitcoin withdrawals" in mail.text
    html = client.get(path).text
    assert re.findall(r'name="answer" value="(\w+)"', html) == ["yes", "no"]


def test_a_scanner_that_opens_every_link_of_the_mail_answers_nothing(tocsin: Running) -> None:
    client = tocsin.client()
    _, ticket, _ = ask(tocsin, client)
    (mail,) = tocsin.services.store.mail.of_ticket(ticket.id)
    for url in re.findall(r"http://testserver(\S+)", mail.text):
        client.get(url)
        client.head(url)
    assert tocsin.again(ticket) == ticket


def test_yes_lets_the_ticket_wait_for_the_incident_and_twice_is_as_once(tocsin: Running) -> None:
    client = tocsin.client()
    incident, ticket, path = ask(tocsin, client)
    assert [say(client, path, incident.id, "yes") for _ in range(2)] == [303, 303]
    linked = tocsin.again(ticket)
    assert (linked.incident_id, linked.linked_by, linked.status) == (
        incident.id,
        "customer",
        TicketStatus.AWAITING_INCIDENT,
    )
    assert tocsin.audited(ticket.id).count("answer") == 1
    assert "We will write to you when there is news" in client.get(path).text
    assert tocsin.services.store.link_answers.mark() == 0, "a customer's answer teaches linking nothing"
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.settle()
    assert [m.subject for m in tocsin.services.store.mail.of_ticket(ticket.id)][-1].startswith(f"[{ticket.number}] Sol")
    assert tocsin.again(ticket).status is TicketStatus.RESOLVED


def test_no_leaves_it_to_a_person_and_nothing_links_it_there_again(tocsin: Running) -> None:
    client = tocsin.client()
    incident, ticket, path = ask(tocsin, client)
    assert say(client, path, incident.id, "no") == 303
    tocsin.settle()
    left = tocsin.again(ticket)
    assert (left.incident_id, left.suggested_id, left.status) == (None, None, TicketStatus.NEW)
    html = tocsin.client(Role.AGENT).get(f"/desk/tickets/{ticket.number}").text
    assert "Possibly related" not in html
    assert "You said that it is something else" in client.get(path).text
    assert say(client, path, incident.id, "yes") == 303, "they may change their mind"
    assert tocsin.again(ticket).incident_id == incident.id
    assert say(client, path, incident.id, "no") == 303
    assert (tocsin.again(ticket).incident_id, tocsin.again(ticket).status) == (None, TicketStatus.NEW)


@pytest.mark.parametrize("other", ["", "no-such-incident"])
def test_an_answer_to_what_was_not_asked_changes_nothing(tocsin: Running, other: str) -> None:
    client = tocsin.client()
    _, ticket, path = ask(tocsin, client)
    assert say(client, path, other, "yes") == 422
    assert tocsin.again(ticket) == ticket


def test_a_ticket_that_an_agent_has_stays_with_the_agent_who_sees_the_answer(tocsin: Running) -> None:
    client, agent = tocsin.client(), tocsin.client(Role.AGENT)
    incident, ticket, path = ask(tocsin, client)
    agent.post(f"/desk/tickets/{ticket.number}", data={"form_token": tocsin.form_token(Role.AGENT), "action": "accept"})
    say(client, path, incident.id, "yes")
    assert tocsin.again(ticket).status is TicketStatus.IN_PROGRESS
    assert "The customer says that it is this" in agent.get(f"/desk/tickets/{ticket.number}").text


def test_after_the_end_a_yes_is_for_an_agent_to_see(tocsin: Running) -> None:
    client = tocsin.client()
    incident, ticket, path = ask(tocsin, client)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    say(client, path, incident.id, "yes")
    left = tocsin.again(ticket)
    assert (left.is_about, left.status) == (True, TicketStatus.NEW)


def test_who_wrote_before_the_incident_was_known_is_asked_by_one_mail(tocsin: Running) -> None:
    client = tocsin.client()
    client.post("/support", data=SENT)
    (ticket,) = tocsin.services.store.tickets.page().items
    assert ticket.asked_about is None
    tocsin.clock.pass_(minutes=1)
    incident = tocsin.incident()
    tocsin.settle()
    tocsin.settle()
    subjects = [m.subject for m in tocsin.services.store.mail.of_ticket(ticket.id)]
    assert [s for s in subjects if "Is it this?" in s] == [subjects[-1]]
    assert tocsin.again(ticket).asked_about == incident.id


def linked(tocsin: Running, incident: Incident, probability: float) -> Ticket:
    """A ticket that was linked by itself."""
    return tocsin.ticket(
        incident_id=incident.id, status=TicketStatus.AWAITING_INCIDENT, linked_by="tocsin", probability=probability
    )


def test_agents_see_the_bands_and_judge_links_by_chance(tocsin: Running) -> None:
    agent = tocsin.client(Role.AGENT)
    ticket = linked(tocsin, tocsin.incident(), 0.99)
    html = agent.get("/desk/linking").text
    assert "Tickets are linked by themselves from" in html
    assert ticket.number in html
    agent.submit(f"/desk/tickets/{ticket.number}", {"action": "confirm"})
    assert tocsin.again(ticket).linked_by == "agent"
    html = agent.get("/desk/linking").text
    assert ticket.number not in html
    assert "Agents judged 1 proposed link so far" in html


def test_what_agents_take_off_makes_links_rarer_and_a_restart_keeps_it(tocsin: Running) -> None:
    agent = tocsin.client(Role.AGENT)
    incident = tocsin.incident()
    before = tocsin.services.desk.learning.calibrated().bands.attach
    for _ in range(60):
        ticket = linked(tocsin, incident, before + 0.01)
        data = {"form_token": tocsin.form_token(Role.AGENT), "action": "unlink"}
        assert agent.post(f"/desk/tickets/{ticket.number}", data=data).status_code == 303
    after = tocsin.services.desk.learning.calibrated().bands.attach
    assert after > before
    assert tocsin.runtime.reload() == ()
    assert tocsin.services.desk.learning.calibrated().bands.attach == after


def test_a_second_ticket_while_the_question_is_open_gets_no_second_mail_and_one_answer_settles_both(
    tocsin: Running,
) -> None:
    exchange = tocsin.client(token=tocsin.token("tickets:write"))
    incident = tocsin.incident()
    body = {"form": "Withdrawal", "text": SENT["text"], "email": SENT["email"], "customer_id": "C-1"}
    pages = []
    for _ in range(2):
        tocsin.clock.pass_(minutes=1)
        pages.append(exchange.post("/api/v1/tickets", json=body).json()["url"].removeprefix("http://testserver"))
    second, first = tocsin.services.store.tickets.page().items
    mails = tocsin.services.store.mail
    assert (len(mails.of_ticket(first.id)), len(mails.of_ticket(second.id))) == (1, 0)
    assert say(tocsin.client(), pages[1], incident.id, "yes") == 303
    assert {tocsin.again(t).incident_id for t in (first, second)} == {incident.id}
    third = exchange.post("/api/v1/tickets", json=body)
    assert third.json()["status"] == TicketStatus.AWAITING_INCIDENT, "and one that comes later joins them"


def test_an_answer_holds_for_no_ticket_of_somebody_who_only_claims_to_be_the_customer(tocsin: Running) -> None:
    client = tocsin.client()
    incident, ticket, _ = ask(tocsin, client)
    other = client.post("/support", data={**SENT, "key": "two"}).headers["location"].partition("?")[0]
    assert say(client, other, incident.id, "yes") == 303
    assert tocsin.again(ticket).incident_id is None
