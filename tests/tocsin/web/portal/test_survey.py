"""The survey after a ticket's end: R17e (CSAT 1 to 5), R38, R52 (NPS)."""

import pytest

from tests.tocsin.web.running import Client, Running
from tickets.ticket import Home, Ticket, TicketStatus
from tocsin.storage.accounts import Role
from tocsin.storage.surveys import SurveyAnswer

ASKED = "How was our help?"


def page_of(tocsin: Running, ticket: Ticket) -> str:
    return f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}"


def answer(client: Client, path: str, **said: str) -> int:
    return client.post(path, data={"action": "survey", **said}).status_code


def kept(tocsin: Running, ticket: Ticket) -> SurveyAnswer | None:
    return tocsin.services.store.surveys.of_ticket(ticket.id)


@pytest.mark.parametrize("status", [TicketStatus.RESOLVED, TicketStatus.CLOSED])
def test_whose_ticket_is_over_is_asked_and_may_change_the_answer(tocsin: Running, status: TicketStatus) -> None:
    client, ticket = tocsin.client(), tocsin.ticket(status=status)
    path = page_of(tocsin, ticket)
    assert ASKED in client.get(path).text
    assert answer(client, path, csat="2", nps="10", survey_text="Faster, please") == 303
    assert kept(tocsin, ticket) == SurveyAnswer(csat=2, nps=10, text="Faster, please")
    html = client.get(path).text
    assert 'name="csat" value="2" checked' in html
    assert "You can change your answer" in html
    desk = tocsin.client(Role.AGENT).get(f"/desk/tickets/{ticket.number}").text
    assert "satisfied 2 of 5, would recommend us 10 of 10" in desk
    assert "Faster, please" in desk
    answer(client, path, csat="5")
    assert kept(tocsin, ticket) == SurveyAnswer(csat=5)
    assert tocsin.again(ticket).status is status
    assert tocsin.audited(ticket.id).count("survey") == 2


@pytest.mark.parametrize("status", [TicketStatus.NEW, TicketStatus.AWAITING_CUSTOMER, TicketStatus.AWAITING_INCIDENT])
def test_while_a_ticket_is_open_nobody_is_asked(tocsin: Running, status: TicketStatus) -> None:
    ticket = tocsin.ticket(status=status)
    assert ASKED not in tocsin.client().get(page_of(tocsin, ticket)).text
    assert answer(tocsin.client(), page_of(tocsin, ticket), csat="1") == 422
    assert kept(tocsin, ticket) is None


def test_a_ticket_of_another_helpdesk_is_asked_about_there(tocsin: Running) -> None:
    home = Home(helpdesk="there", id="7", url="https://there.example/7")
    ticket = tocsin.ticket(status=TicketStatus.RESOLVED, home=home)
    assert ASKED not in tocsin.client().get(page_of(tocsin, ticket)).text


@pytest.mark.parametrize("said", [{}, {"csat": "0"}, {"csat": "6", "nps": "11"}, {"nps": "-1"}, {"csat": "٣"}])
def test_what_is_no_answer_is_not_kept(tocsin: Running, said: dict[str, str]) -> None:
    ticket = tocsin.ticket(status=TicketStatus.CLOSED)
    assert answer(tocsin.client(), page_of(tocsin, ticket), **said) == 303
    assert kept(tocsin, ticket) is None
