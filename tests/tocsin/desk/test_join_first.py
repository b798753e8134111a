"""A proven customer writes twice about one transaction: one thread, one answer, and nothing that is new is hidden."""

import pytest

from tests.tocsin.web.running import Client, Running
from tickets.ticket import NewTicket, Priority, Ticket, TicketStatus
from tocsin.desk.join_first import joining
from tocsin.desk.ticket_link import mailed_proof
from tocsin.storage.accounts import Role

HASH, OTHER = "ab" * 32, "cd" * 32
FIRST = {
    "form": "Withdrawal",
    "subject": "Ether",
    "text": "My Ether withdrawal has not arrived",
    "name": "Ada",
    "email": "ada@example.com",
    "customer_id": "C-1",
    "language": "de",
    "fields": {"asset": "ETH", "network": "Ethereum", "txid": HASH},
}
AGAIN = {**FIRST, "text": "Is there any news of it?"}


@pytest.fixture
def exchange(tocsin: Running) -> Client:
    """The exchange's own program, which says whose a ticket is."""
    return tocsin.client(token=tocsin.token("tickets:write"))


def send(tocsin: Running, client: Client, body: object, key: str = "") -> Ticket:
    answer = client.post("/api/v1/tickets", json=body, headers={"idempotency-key": key} if key else {})
    assert answer.status_code in (200, 201), answer.text
    found = tocsin.services.store.tickets.by_number(answer.json()["number"])
    assert found is not None
    return found


def texts(tocsin: Running, ticket: Ticket) -> list[str]:
    return [message.text for message in tocsin.services.store.tickets.thread(ticket.id)]


def mails(tocsin: Running, ticket: Ticket) -> list[str]:
    return [mail.text for mail in tocsin.services.store.mail.of_ticket(ticket.id)]


def test_the_second_joins_the_first_and_its_customer_is_mailed_the_number(tocsin: Running, exchange: Client) -> None:
    first = send(tocsin, exchange, FIRST)
    second = send(tocsin, exchange, AGAIN, key="k")
    assert (second.status, second.merged_into) == (TicketStatus.MERGED, first.id)
    assert texts(tocsin, first) == [FIRST["text"], AGAIN["text"]]
    (mail,) = mails(tocsin, second)
    assert f"gehört jetzt zu Ihrer Anfrage {first.number}" in mail
    assert tocsin.audited(first.id) == ["create", "comment"]
    assert send(tocsin, exchange, AGAIN, key="k").id == second.id
    assert (len(texts(tocsin, first)), len(mails(tocsin, second))) == (2, 1), "sent again, it joins once"
    page = tocsin.client().get(f"/support/t/{tocsin.services.store.tickets.make_token(second.id)}").text
    assert f"/support/t/{tocsin.services.store.tickets.make_token(first.id)}" in page
    agent = tocsin.client(Role.AGENT)
    assert second.number not in agent.get("/desk").text, "an agent has one ticket of it"


def test_a_first_that_was_answered_is_the_agents_again(tocsin: Running, exchange: Client) -> None:
    first = send(tocsin, exchange, FIRST)
    agent = tocsin.client(Role.AGENT)
    form = {"form_token": tocsin.form_token(Role.AGENT), "key": "r", "action": "reply", "text": "Which hash?"}
    assert agent.post(f"/desk/tickets/{first.number}", data=form).status_code == 303
    assert tocsin.again(first).status is TicketStatus.AWAITING_CUSTOMER
    send(tocsin, exchange, AGAIN)
    assert tocsin.again(first).status is TicketStatus.IN_PROGRESS


@pytest.mark.parametrize(
    "text",
    ["My account was hacked", f"And {OTHER} is missing too", "It was 25,000 USD", "This is ridiculous, I am furious!!"],
    ids=["security", "another transaction", "a large sum", "anger"],
)
def test_news_are_read_first_of_all(tocsin: Running, exchange: Client, text: str) -> None:
    first = send(tocsin, exchange, FIRST)
    second = send(tocsin, exchange, {**FIRST, "text": text})
    assert (second.status, second.merged_into) == (TicketStatus.NEW, None)
    assert second.routing.priority in (Priority.HIGH, Priority.URGENT, Priority.CRITICAL)
    assert f"{first.number} is about the same transaction" in second.routing.reasons[-1]
    assert texts(tocsin, first) == [FIRST["text"]]


def test_nobodys_second_ticket_joins_where_nobody_proved_whose_it_is(tocsin: Running, exchange: Client) -> None:
    first = send(tocsin, exchange, FIRST)
    stranger = send(tocsin, tocsin.client(), AGAIN)
    assert stranger.status is TicketStatus.NEW
    assert texts(tocsin, first) == [FIRST["text"]]


def test_files_come_along(tocsin: Running) -> None:
    client, png = tocsin.client(), b"\x89PNG\r\n\x1a\n" + b"\0" * 20
    fields = {k: v for k, v in FIRST.items() if k != "fields"} | {"asset": "ETH", "txid": HASH}
    zeroth = send(tocsin, client, {**FIRST, "text": "Hello", "fields": {"asset": "ETH", "network": "Ethereum"}})
    store = tocsin.services.store.tickets
    proof = {"ticket": store.make_token(zeroth.id), "mailed": mailed_proof(tocsin.services.desk, zeroth.id)}
    for text, files in (("My Ether", {}), ("A picture", {"attachments": ("a.png", png, "image/png")})):
        tocsin.clock.pass_(minutes=1)
        data = {**fields, **proof, "text": text}
        assert client.post("/support", data=data, files=files or None).status_code == 303
    second, first = tocsin.services.store.tickets.page().items[:2]
    assert second.merged_into == first.id
    (file_id,) = store.thread(first.id)[-1].attachments
    agent = tocsin.client(Role.AGENT)
    assert agent.get(f"/desk/tickets/{first.number}/files/{file_id}").content == png


def test_a_first_that_waits_goes_on_waiting_and_says_what_is_known(tocsin: Running, exchange: Client) -> None:
    incident = tocsin.incident()
    waits = tocsin.ticket(
        status=TicketStatus.AWAITING_INCIDENT,
        incident_id=incident.id,
        linked_by="tocsin",
        customer_id="C-1",
        fields=(("txid", HASH),),
    )
    second = send(tocsin, exchange, {**AGAIN, "language": "en", "text": "Hello, what about this one please"})
    assert second.merged_into == waits.id
    assert tocsin.again(waits).status is TicketStatus.AWAITING_INCIDENT
    (mail,) = mails(tocsin, second)
    assert "This is what we know now:" in mail


def test_an_agent_makes_it_a_ticket_of_its_own_again(tocsin: Running, exchange: Client) -> None:
    first, second = send(tocsin, exchange, FIRST), send(tocsin, exchange, AGAIN)
    agent = tocsin.client(Role.AGENT)
    path = f"/desk/tickets/{second.number}"
    assert f"/desk/tickets/{first.number}" in agent.get(path).text
    form = {"form_token": tocsin.form_token(Role.AGENT), "key": "u", "action": "undo merge"}
    assert agent.post(path, data=form).status_code == 303
    again = tocsin.again(second)
    assert (again.status, again.merged_into) == (TicketStatus.NEW, None)
    assert texts(tocsin, second) == [AGAIN["text"]]
    assert second.number in agent.get("/desk").text


def test_a_first_that_is_settled_meanwhile_is_not_joined(tocsin: Running, exchange: Client) -> None:
    first, second = send(tocsin, exchange, FIRST), tocsin.ticket(customer_id="C-1")
    new = NewTicket(form=second.form, subject="", text=second.text, email=second.email)
    asked = joining(tocsin.services.desk, first, new, tocsin.clock())
    assert asked.join(first, second) is not None
    assert asked.join(tocsin.ticket(customer_id="C-1", status=TicketStatus.CLOSED), second) is None
