"""What customers do: write, follow, write again, say that it is another matter, and see their history."""

import re

import pytest

from incidents.lifecycle import Action
from tests.tocsin.web.http.test_bounds import PNG
from tests.tocsin.web.running import Client, Running
from tickets.lifecycle import close
from tickets.ticket import Author, Form, Message, Ticket, TicketStatus
from tocsin.desk.ticket_actions import perform
from tocsin.desk.ticket_link import mailed_path
from tocsin.storage import TicketChange
from tocsin.storage.accounts import Role
from tocsin.web.portal.words import en

SENT = {
    "form": "Withdrawal",
    "asset": "BTC",
    "network": "Bitcoin",
    "text": "My Bitcoin withdrawal has not arrived",
    "email": "ada@example.com",
    "name": "Ada",
    "key": "one",
}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def write(client: Client, **changes: str) -> str:
    """Sends the form; the path of the ticket's page."""
    answer = client.post("/support", data={**SENT, **changes})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def newest(tocsin: Running) -> Ticket:
    return tocsin.services.store.tickets.page().items[0]


@pytest.mark.parametrize("form", list(Form))
def test_each_form_asks_for_its_fields(tocsin: Running, form: Form) -> None:
    html = tocsin.client().get("/support", params={"form": form}).text
    asked = set(re.findall(r'<input id="f-(\w+)"', html)) - {"subject", "email", "name", "phone", "customer_id"}
    wanted = {
        Form.ACCOUNT_VERIFICATION: {"user_id"},
        Form.TRADING: {"order_id", "pair", "amount_usd"},
        Form.TWO_FACTOR: {"method", "phone_country"},
        Form.API: {"endpoint", "error_code"},
        Form.FEES: set[str](),
        Form.OTHER: set[str](),
    }
    money = {"asset", "network", "txid", "amount", "amount_usd", "address"}
    assert asked - {"attachments"} == wanted.get(form, money)


def test_a_sent_form_leads_to_its_own_page_with_the_number(tocsin: Running) -> None:
    client = tocsin.client()
    path = write(client)
    html = client.get(f"{path}?sent=1").text
    assert newest(tocsin).number in html
    assert "A confirmation is on its way" in html
    assert client.get(path).headers["referrer-policy"] == "no-referrer"


def test_a_form_sent_twice_is_one_ticket(tocsin: Running) -> None:
    client = tocsin.client()
    assert write(client) == write(client)
    assert sum(tocsin.services.store.tickets.counts().values()) == 1
    reused = client.post("/support", data={**SENT, "text": "Another"})
    assert reused.status_code == 422
    assert "sent before" in reused.text


def test_what_is_wrong_is_reported_at_each_field_and_what_was_written_stays(tocsin: Running) -> None:
    answer = tocsin.client().post("/support", data={**SENT, "asset": "", "email": "ada", "name": "Ada of 7"})
    assert answer.status_code == 422
    assert 'href="#f-asset"' in answer.text
    assert 'href="#f-email"' in answer.text
    assert "Please correct what is marked" in answer.text
    assert 'value="Ada of 7"' in answer.text


def test_what_is_known_comes_first_where_it_fits_what_was_chosen(tocsin: Running) -> None:
    tocsin.incident("Internal words that nobody outside reads")
    fits = tocsin.client().get("/support?form=Withdrawal").text
    assert "We know of this and are working on it" in fits
    assert "Internal words" not in fits
    other = tocsin.client().get("/support?form=Fees").text
    assert "We know of this" not in other
    assert "Also ongoing" in other


def test_what_is_not_public_is_not_known_outside(tocsin: Running) -> None:
    tocsin.incident(disclosed=False)
    html = tocsin.client().get("/support?form=Withdrawal").text
    assert "We know of this" not in html
    assert "Also ongoing" not in html


def test_public_words_come_in_the_readers_language_and_say_so(tocsin: Running) -> None:
    tocsin.incident()
    html = tocsin.client().get("/support", headers={"accept-language": "pl,de-AT;q=0.8,en;q=0.5"}).text
    assert '<div lang="de" dir="auto">' in html


def test_a_ticket_about_a_known_incident_is_linked_and_shows_its_words(tocsin: Running) -> None:
    tocsin.incident()
    client = tocsin.client()
    path = write(client)
    assert newest(tocsin).status == TicketStatus.AWAITING_INCIDENT
    html = client.get(path).text
    assert en.WORDS[f"state.{TicketStatus.AWAITING_INCIDENT}"] in html
    assert "We will write to you when there is news" in html


@pytest.mark.parametrize(
    ("status", "is_promised"),
    [
        (TicketStatus.AWAITING_INCIDENT, True),
        (TicketStatus.NEW, False),
        (TicketStatus.RESOLVED, False),
        (TicketStatus.CLOSED, False),
    ],
)
def test_news_is_promised_only_to_who_still_waits_for_the_incident(
    tocsin: Running, status: TicketStatus, is_promised: bool
) -> None:
    incident = tocsin.incident()
    ticket = tocsin.ticket(status=status, incident_id=incident.id)
    html = tocsin.client().get(f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}").text
    assert "Bitcoin withdrawals" in html
    assert ("We will write to you when there is news" in html) is is_promised


def test_the_customer_says_with_one_click_that_it_is_another_matter(tocsin: Running) -> None:
    tocsin.incident()
    client = tocsin.client()
    path = write(client)
    client.post(path, data={"text": "Mine is a card", "unsolved": "yes", "key": "a"})
    assert newest(tocsin).status == TicketStatus.NEW
    assert newest(tocsin).keep_open


def test_writing_again_opens_a_resolved_ticket_and_sending_twice_adds_once(tocsin: Running) -> None:
    client = tocsin.client()
    ticket = tocsin.ticket(status=TicketStatus.RESOLVED)
    path = f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}"
    assert "Still not solved?" in client.get(path).text
    for _ in range(2):
        assert client.post(path, data={"text": "Not solved", "key": "b"}).status_code == 303
    assert tocsin.again(ticket).status == TicketStatus.NEW
    assert [m.text for m in tocsin.services.store.tickets.thread(ticket.id)][1:] == ["Not solved"]


def test_the_customer_closes_their_ticket(tocsin: Running) -> None:
    client, ticket = tocsin.client(), tocsin.ticket()
    path = f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}"
    client.post(path, data={"action": "close"})
    assert tocsin.again(ticket).status == TicketStatus.CLOSED
    assert "This ticket is closed" in client.get(path).text
    late = client.post(path, data={"text": "Wait"})
    assert late.status_code == 422
    assert "no longer possible" in late.text


def test_a_customer_takes_their_own_closing_back_and_not_supports(tocsin: Running) -> None:
    ticket, client = tocsin.ticket(status=TicketStatus.RESOLVED, resolved_at=tocsin.clock()), tocsin.client()
    path = f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}"
    client.post(path, data={"action": "close"})
    assert "Undo: open my ticket again" in client.get(path).text
    client.post(path, data={"action": "undo close"})
    assert tocsin.again(ticket).status is TicketStatus.RESOLVED
    perform(
        tocsin.services.desk,
        ticket.id,
        lambda t: close(t, "mia", tocsin.clock()),
        actor="mia",
        action="close",
        now=tocsin.clock(),
    )
    assert "Undo: open my ticket again" not in client.get(path).text
    assert client.post(path, data={"action": "undo close"}).status_code == 422
    assert tocsin.again(ticket).status is TicketStatus.CLOSED


def test_files_come_with_the_first_and_with_later_messages_and_are_only_saved(tocsin: Running) -> None:
    client = tocsin.client()
    answer = client.post("/support", data=SENT, files={"attachments": ('a "b"/ü.png', PNG, "text/html")})
    path = answer.headers["location"].partition("?")[0]
    sent = client.post(path, data={"text": "And this", "key": "c"}, files={"attachments": ("c.pdf", PDF, "image/png")})
    assert sent.status_code == 303
    links = re.findall(rf'href="({path}/files/[^"]+)" download>([^<]+)', client.get(path).text)
    assert [name for _, name in links] == ["a %22b%22/ü.png", "c.pdf"]
    saved = [client.get(href) for href, _ in links]
    assert [s.content for s in saved] == [PNG, PDF]
    assert [s.headers["content-type"] for s in saved] == ["image/png", "application/pdf"]
    assert all(s.headers["content-disposition"].startswith("attachment; ") for s in saved)
    assert all(s.headers["x-content-type-options"] == "nosniff" for s in saved)


def test_a_file_opens_for_its_ticket_and_for_agents_alone(tocsin: Running) -> None:
    client, other = tocsin.client(), tocsin.ticket()
    tocsin.clock.pass_(seconds=1)
    answer = client.post("/support", data=SENT, files={"attachments": ("a.png", PNG, "image/png")})
    path = answer.headers["location"].partition("?")[0]
    file = re.findall(rf"{path}/files/([\w-]+)", client.get(path).text)[0]
    own = newest(tocsin)
    theirs = f"/support/t/{tocsin.services.store.tickets.make_token(other.id)}"
    assert client.get(f"{theirs}/files/{file}").status_code == 404
    assert client.get(f"/desk/tickets/{own.number}/files/{file}").status_code == 303
    agent = tocsin.client(Role.AGENT)
    assert agent.get(f"/desk/tickets/{own.number}/files/{file}").content == PNG
    assert agent.get(f"/desk/tickets/{other.number}/files/{file}").status_code == 404
    assert tocsin.client(Role.ENGINEER).get(f"/desk/tickets/{own.number}/files/{file}").status_code == 403


def test_a_wrong_later_file_is_reported_and_the_words_stay(tocsin: Running) -> None:
    client, ticket = tocsin.client(), tocsin.ticket()
    path = f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}"
    answer = client.post(path, data={"text": "Look here"}, files={"attachments": ("a.exe", b"MZ\x90", "image/png")})
    assert answer.status_code == 422
    assert "a.exe: expected is" in answer.text
    assert ">Look here</textarea>" in answer.text
    assert len(tocsin.services.store.tickets.thread(ticket.id)) == 1


def test_an_agents_note_is_never_shown_to_the_customer(tocsin: Running) -> None:
    ticket = tocsin.ticket()
    note = Message(id="n", ticket_id=ticket.id, author=Author.INTERNAL, name="bob", text="smells", at=tocsin.clock())
    tocsin.services.store.tickets.change(
        ticket.id, lambda t: TicketChange(ticket=t, messages=(note,)), tocsin.clock(), None
    )
    path = f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}"
    assert "smells" not in tocsin.client().get(path).text


def test_the_history_opens_from_a_mail_and_not_from_a_sent_form(tocsin: Running) -> None:
    mine, also = tocsin.ticket(), tocsin.ticket(email="ADA@example.com", customer_id="", subject="An older one")
    tocsin.ticket(email="eve@example.com", customer_id="C-1", subject="Of somebody who claims my ID")
    client = tocsin.client()
    sent = f"/support/t/{tocsin.services.store.tickets.make_token(mine.id)}"
    mailed = mailed_path(tocsin.services.desk, mine.id)
    assert "your support history" not in client.get(sent).text
    assert client.get(f"{sent}/history").status_code == 403
    proof_of_other = mailed_path(tocsin.services.desk, also.id).partition("?")[2]
    assert client.get(f"{sent}/history?{proof_of_other}").status_code == 403
    assert "your support history" in client.get(mailed).text
    html = client.get(mailed.replace("?", "/history?")).text
    assert mine.number in html
    assert "An older one" in html
    assert "somebody who claims" not in html


def test_mails_lead_to_the_page_with_the_history(tocsin: Running) -> None:
    write(tocsin.client())
    tocsin.settle()
    assert tocsin.services.mailbox is not None
    mail = tocsin.services.mailbox.read(tocsin.services.mailbox.list().mails[0].id)
    assert mail is not None
    found = re.search(r"http://testserver(/support/t/\S+)", mail.text)
    assert found is not None
    assert "your support history" in tocsin.client().get(found.group(1)).text


def test_a_guessed_page_is_not_there(tocsin: Running) -> None:
    answer = tocsin.client().get("/support/t/guess")
    assert answer.status_code == 404
    assert "Use the link in the mail" in answer.text


def test_what_is_over_is_reported_on_the_ticket(tocsin: Running) -> None:
    incident = tocsin.incident()
    client = tocsin.client()
    path = write(client)
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed", text="It was a node.")
    tocsin.settle()
    html = client.get(path).text
    assert "Resolved" in html
    assert "It was a node." in html
