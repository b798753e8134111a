"""Canned answers, guides, mentions and merging at the desk."""

import re

import pytest

from tests.tocsin.web.running import Client, Running
from tickets.ticket import Author, Form, Message, Ticket, TicketStatus
from tocsin.storage import AuditEntry, TicketChange
from tocsin.storage.accounts import Role


@pytest.fixture
def agent(tocsin: Running) -> Client:
    return tocsin.client(Role.AGENT)


def keep(agent: Client, path: str = "/desk/guides/new", **values: str) -> str:
    given = {"title": "Waiting", "kind": "answer", "form": "", "language": "en", "text": "Dear {name}", "based_on": "0"}
    answer = agent.submit(path, {**given, **values})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def text_on(agent: Client, ticket: Ticket, path: str) -> str:
    html = agent.get(f"/desk/tickets/{ticket.number}?answer={path.rpartition('/')[2]}").text
    found = re.search(r'<textarea id="text"[^>]*>(.*?)</textarea>', html, re.DOTALL)
    assert found
    return found[1]


def test_a_canned_answer_speaks_for_one_ticket_in_its_customers_language(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    english = "Dear {name}, about {number}: {incident}, news by {next_update}. {agent}"
    path = keep(agent, text=english)
    keep(agent, path, text="Guten Tag {name}", language="de", based_on="1")
    linked = tocsin.ticket(incident_id=incident.id, status=TicketStatus.AWAITING_INCIDENT)
    said = text_on(agent, linked, path)
    assert re.fullmatch(
        rf"Dear Ada Example, about {linked.number}: Bitcoin withdrawals[^,]*, news by \d\d:\d\d UTC\. agent", said
    )
    assert text_on(agent, tocsin.ticket(language="de"), path) == "Guten Tag Ada Example"


def test_what_the_answer_does_not_know_is_never_sent(tocsin: Running, agent: Client) -> None:
    path = keep(agent, text="News by {next_update}")
    ticket = tocsin.ticket()
    said = text_on(agent, ticket, path)
    assert said == "News by {next_update}"
    data = {"form_token": tocsin.form_token(Role.AGENT), "action": "reply", "text": said}
    answer = agent.post(f"/desk/tickets/{ticket.number}", data=data)
    assert answer.status_code == 409
    assert "still holds {next_update}" in answer.text
    assert tocsin.again(ticket) == ticket


def test_an_unpublished_incident_gives_nothing_away_by_an_answer(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident("Ledger broken", disclosed=False)
    path = keep(agent, text="About {incident}")
    ticket = tocsin.ticket(incident_id=incident.id, status=TicketStatus.AWAITING_INCIDENT)
    assert text_on(agent, ticket, path) == "About {incident}"


def test_what_is_offered_fits_the_form_and_what_is_retired_is_not(tocsin: Running, agent: Client) -> None:
    keep(agent, title="For fees alone", form="Fees")
    keep(agent, title="For withdrawals", form="Withdrawal", kind="guide")
    gone = keep(agent, title="Out of use")
    keep(agent, gone, title="Out of use", retired="yes", based_on="1")
    html = agent.get(f"/desk/tickets/{tocsin.ticket(form=Form.WITHDRAWAL).number}").text
    assert "For withdrawals" in html
    assert "For fees alone" not in html
    assert "Out of use" not in html


def test_guides_are_found_by_words_and_read_in_every_version(tocsin: Running, agent: Client) -> None:
    path = keep(agent, title="Missing deposit", kind="guide", text="Ask for the TXID")
    keep(agent, title="Fees", kind="guide", text="A table")
    keep(agent, path, title="Missing deposit", kind="guide", text="Ask for the hash", based_on="1")
    found = agent.get("/desk/guides?q=missing+HASH").text
    assert "Missing deposit" in found
    assert ">Fees<" not in found
    assert "None has these words" in agent.get("/desk/guides?q=TXID").text
    assert "Ask for the TXID" in agent.get(f"{path}?version=1").text
    assert "Ask for the hash" in agent.get(path).text
    assert tocsin.audited(path.rpartition("/")[2]) == ["write article", "write article"]


def test_two_who_write_one_guide_do_not_overwrite_each_other(tocsin: Running, agent: Client) -> None:
    path = keep(agent, title="Fees", text="One")
    keep(agent, path, title="Fees", text="Two", based_on="1")
    values = {"title": "Fees", "kind": "answer", "form": "", "language": "en", "text": "Three", "based_on": "1"}
    answer = agent.submit(path, values)
    assert answer.status_code == 409
    assert "Somebody wrote another version meanwhile" in answer.text
    assert "Three" in answer.text
    assert "Two" in agent.get(path).text


@pytest.mark.parametrize("path", ["/desk/guides/7", "/desk/guides/x", "/desk/guides/" + "9" * 30])
def test_a_guide_that_there_is_not_is_not_found(agent: Client, path: str) -> None:
    assert agent.get(path).status_code == 404


def test_a_note_calls_somebody_until_they_open_the_ticket(tocsin: Running, agent: Client) -> None:
    manager = tocsin.client(Role.MANAGER)
    tocsin.session(Role.MANAGER)
    ticket = tocsin.ticket()
    token = tocsin.form_token(Role.AGENT)
    said = {"form_token": token, "action": "note", "text": "@Manager can you look?"}
    agent.post(f"/desk/tickets/{ticket.number}", data=said)
    assert "A note calls you" in manager.get("/desk?show=mine").text
    assert "A note calls you" not in agent.get("/desk?show=mine").text
    assert manager.get(f"/desk/tickets/{ticket.number}").status_code == 200
    assert "A note calls you" not in manager.get("/desk?show=mine").text


def test_merging_keeps_both_threads_in_the_order_of_time(tocsin: Running, agent: Client) -> None:
    first = tocsin.ticket(text="The first")
    tocsin.clock.pass_(minutes=5)
    second = tocsin.ticket(text="The second")
    tocsin.clock.pass_(minutes=5)
    answer(tocsin, first, "An answer to the first")
    assert merge(tocsin, agent, second, f"#{first.number.lower()}") == 303
    left, into = tocsin.again(second), tocsin.again(first)
    assert (left.status, left.merged_into) == (TicketStatus.MERGED, first.id)
    assert into.status is first.status
    texts = [m.text for m in tocsin.services.store.tickets.thread(first.id)]
    assert texts == ["The first", "The second", "An answer to the first"]
    assert [m.text for m in tocsin.services.store.tickets.thread(second.id)] == ["The second"]
    assert tocsin.audited(second.id)[-1] == "merge"
    assert "merge" in tocsin.audited(first.id)
    assert merge(tocsin, agent, second, first.number) == 409


def test_tickets_of_others_and_none_are_not_merged(tocsin: Running, agent: Client) -> None:
    ticket, other = tocsin.ticket(), tocsin.ticket(customer_id="C-2", email="eve@example.com")
    for number in (other.number, ticket.number, "TOC-1", "\x00"):
        assert merge(tocsin, agent, ticket, number) == 409
    assert tocsin.again(ticket) == ticket
    assert len(tocsin.services.store.tickets.thread(other.id)) == 1


def merge(tocsin: Running, agent: Client, ticket: Ticket, into: str) -> int:
    data = {"form_token": tocsin.form_token(Role.AGENT), "action": "merge", "into": into}
    return agent.post(f"/desk/tickets/{ticket.number}", data=data).status_code


def answer(tocsin: Running, ticket: Ticket, text: str) -> None:
    now = tocsin.clock()
    said = Message(id="a1", ticket_id=ticket.id, author=Author.AGENT, name="mara", text=text, at=now)
    entry = AuditEntry(actor="mara", action="reply", subject_kind="ticket")
    tocsin.services.store.tickets.change(ticket.id, lambda was: TicketChange(ticket=was, messages=(said,)), now, entry)
