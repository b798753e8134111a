"""A stranger writes in a victim's name, through every door; the victim notices nothing of it."""

import json
import re
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from incidents.lifecycle import Action
from tests.tickets.tokens import KEY, signed
from tests.tocsin.web.running import CONFIG, NOW, READILY, Running, running
from tickets.ticket import Proof, Ticket, TicketStatus
from tocsin.desk.ticket_link import mailed_path
from tocsin.storage.accounts import Role

VICTIM = {
    "form": "Withdrawal",
    "subject": "Bitcoin",
    "text": "My Bitcoin withdrawal has not arrived",
    "name": "Ada",
    "email": "ada@example.com",
    "customer_id": "C-1",
    "language": "en",
    "fields": {"asset": "BTC", "network": "Bitcoin"},
}
SPAM = "WIN 5 BTC at evil.example"
FORGED = {**VICTIM, "subject": SPAM, "name": SPAM, "text": f"{SPAM}: my Bitcoin withdrawal has not arrived"}


class Accounts:
    """The exchange's account API; asked: the customers that it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                customer = self.path.rpartition("/")[2]
                asked.append(customer)
                body = json.dumps({"customer_id": customer, "transactions": []}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_request(self, code: object = "-", size: object = "-") -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    made = Accounts()
    yield made
    made.close()


@pytest.fixture
def tocsin(tmp_path: Path, accounts: Accounts) -> Iterator[Running]:
    """With an account API, and customers whom the exchange signs."""
    (tmp_path / "identity").write_bytes(KEY)
    port = accounts.server.server_address[1]
    proven = f'account: {{url: "http://127.0.0.1:{port}"}}, identity: {{secret_file: identity}}'
    desk = f"desk: {{{READILY}, {proven}}}\n"
    made = running(tmp_path, CONFIG + desk)
    yield made
    made.close()


def token(customer: str = "C-1", email: str = "ada@example.com") -> str:
    return signed({"sub": customer, "email": email, "exp": NOW.timestamp() + 3600})


def by_api(tocsin: Running, body: Mapping[str, object], **headers: str) -> Ticket:
    answer = tocsin.client().post("/api/v1/tickets", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    found = tocsin.services.store.tickets.by_number(answer.json()["number"])
    assert found is not None
    return found


def by_form(tocsin: Running, body: Mapping[str, object], **more: str) -> Ticket:
    fields = body["fields"]
    assert isinstance(fields, dict)
    flat = {**{k: str(v) for k, v in body.items() if k != "fields"}, **fields, **more}
    answer = tocsin.client().post("/support", data=flat)
    assert answer.status_code == 303, answer.text
    found = tocsin.services.store.tickets.of_token(answer.headers["location"].partition("?")[0].rpartition("/")[2])
    assert found is not None
    return found


def mails(tocsin: Running, ticket: Ticket) -> list[str]:
    return [mail.subject for mail in tocsin.services.store.mail.of_ticket(ticket.id)]


@pytest.mark.parametrize("door", [by_api, by_form], ids=["API", "form"])
def test_a_victims_own_ticket_is_answered_and_settled_by_itself(tocsin: Running, door: object) -> None:
    assert callable(door)
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=1)
    stranger = door(tocsin, {**FORGED, "email": "eve@example.com"})
    also = door(tocsin, FORGED)
    victim = by_api(tocsin, VICTIM, **{"X-Customer-Token": token()})
    assert mails(tocsin, victim) == [f"[{victim.number}] We have received your message: Bitcoin"]
    detail = dict(tocsin.services.store.audit.page().items[0].entry.detail)
    assert "joins" not in detail
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.settle()
    assert len(mails(tocsin, victim)) == 2, "the update is in the victim's own thread"
    for one in (stranger, also):
        for mail in tocsin.services.store.mail.of_ticket(one.id):
            assert mail.to == one.email
            assert victim.number not in mail.text


@pytest.mark.parametrize("door", [by_api, by_form], ids=["API", "form"])
def test_what_is_claimed_reads_no_account_and_meets_no_ticket(
    tocsin: Running, accounts: Accounts, door: object
) -> None:
    assert callable(door)
    hacked = {**VICTIM, "text": "My account was hacked and emptied"}
    by_api(tocsin, hacked, **{"X-Customer-Token": token()})
    assert accounts.asked == ["C-1"]
    follows = {**FORGED, "text": "Any update on this? My Bitcoin withdrawal has not arrived"}
    stranger = door(tocsin, follows)
    assert accounts.asked == ["C-1"]
    assert stranger.human_reason == "", "it is no follow-up of the victim's ticket"
    client = tocsin.client(Role.AGENT)
    page = client.get(f"/desk/tickets/{stranger.number}").text
    assert accounts.asked == ["C-1"], "nor when an agent looks at it"
    assert "nobody proved which customer wrote this" in page
    assert "not proven to be the same customer" in page


def test_a_strangers_fear_keeps_no_ticket_of_the_victim_from_its_answer(tocsin: Running) -> None:
    tocsin.incident()
    by_api(tocsin, {**VICTIM, "text": "I was hacked, my lawyer will sue"})
    victim = by_api(
        tocsin,
        {**VICTIM, "text": "Any update? My Bitcoin withdrawal has not arrived"},
        **{"X-Customer-Token": token()},
    )
    assert victim.status is TicketStatus.AWAITING_INCIDENT


@pytest.mark.parametrize("door", [by_api, by_form], ids=["API", "form"])
def test_no_word_of_a_stranger_is_mailed_to_an_address_that_nobody_proved(tocsin: Running, door: object) -> None:
    assert callable(door)
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=1)
    sent = door(tocsin, FORGED)
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.settle()
    agent = tocsin.client(Role.AGENT)
    form = {"action": "reply", "text": "We look into it.", "form_token": tocsin.form_token(Role.AGENT), "key": "r"}
    agent.post(f"/desk/tickets/{sent.number}", data={**form, "action": "reopen"})
    assert agent.post(f"/desk/tickets/{sent.number}", data=form).status_code == 303
    written = tocsin.services.store.mail.of_ticket(sent.id)
    assert len(written) == 3
    for mail in written:
        assert "evil.example" not in mail.subject + mail.text + mail.html


def test_an_address_that_nobody_proved_gets_a_few_confirmations_an_hour(tocsin: Running) -> None:
    sent = [by_api(tocsin, {**FORGED, "text": f"{SPAM} {k}"}) for k in range(8)]
    assert [len(mails(tocsin, one)) for one in sent] == [1] * 5 + [0] * 3
    last = tocsin.services.store.audit.page().items[0].entry
    assert "no mail: too many" in dict(last.detail)["what"]
    page = tocsin.client().get(f"/support/t/{tocsin.services.store.tickets.make_token(sent[-1].id)}?sent=1").text
    assert "on its way to you by mail" not in page
    proven = by_api(tocsin, VICTIM, **{"X-Customer-Token": token()})
    assert len(mails(tocsin, proven)) == 1, "who is proven is not kept from theirs"
    other = by_api(tocsin, {**FORGED, "email": "bob@example.com"})
    assert len(mails(tocsin, other)) == 1
    tocsin.clock.pass_(minutes=61)
    assert len(mails(tocsin, by_api(tocsin, FORGED))) == 1


def test_one_mail_an_update_goes_to_an_address_however_many_tickets_claim_it(tocsin: Running) -> None:
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=1)
    sent = [by_api(tocsin, {**FORGED, "customer_id": f"C-{k}"}) for k in range(4)]
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.ADD_MESSAGE, text="We are on it.")
    tocsin.settle()
    updates = [s for one in sent for s in mails(tocsin, one) if "Update" in s]
    assert len(updates) == 1


def test_second_tickets_of_who_is_proven_join_the_first(tocsin: Running) -> None:
    tocsin.incident()
    machine = {"Authorization": f"Bearer {tocsin.token('tickets:write')}"}
    first = by_api(tocsin, VICTIM, **machine)
    second = by_api(tocsin, {**VICTIM, "text": "Still no Bitcoin withdrawal"}, **{"X-Customer-Token": token()})
    assert (first.proof, second.proof) == (Proof.MACHINE, Proof.SIGNED)
    assert (len(mails(tocsin, first)), len(mails(tocsin, second))) == (1, 0)


def test_a_token_of_another_customer_or_none_is_refused_with_words(tocsin: Running) -> None:
    client = tocsin.client()
    other = client.post("/api/v1/tickets", json=VICTIM, headers={"X-Customer-Token": token("C-2")})
    assert (other.status_code, "another customer" in other.json()["error"]) == (403, True)
    none = client.post("/api/v1/tickets", json=VICTIM, headers={"X-Customer-Token": "x"})
    assert (none.status_code, "JSON Web Token" in none.json()["error"]) == (401, True)
    strange = {"Authorization": f"Bearer {tocsin.token('alerts')}"}
    assert client.post("/api/v1/tickets", json=VICTIM, headers=strange).status_code == 403
    assert sum(tocsin.services.store.tickets.counts().values()) == 0


def test_who_the_exchange_sends_over_is_signed_in_until_they_sign_out(tocsin: Running, accounts: Accounts) -> None:
    client = tocsin.client()
    assert client.get("/support/signin", params={"token": token()}).status_code == 303
    assert "signed in as" in client.get("/support").text
    data = {"form": "Withdrawal", "asset": "BTC", "network": "Bitcoin", "text": "Where?", "email": "ada@example.com"}
    client.post("/support", data=data)
    written = tocsin.services.store.tickets.page().items[0]
    assert (written.proof, written.customer_id, accounts.asked) == (Proof.SESSION, "C-1", ["C-1"])
    client.post("/support/signout")
    assert "signed in as" not in client.get("/support").text
    assert tocsin.client().get("/support/signin", params={"token": "x"}).status_code == 401


def test_a_mailed_link_proves_the_address_of_what_is_written_after_it(tocsin: Running, accounts: Accounts) -> None:
    first = by_form(tocsin, VICTIM)
    client = tocsin.client()
    page = client.get(mailed_path(tocsin.services.desk, first.id)).text
    found = re.search(r'href="(/support\?ticket=[^"]+)"', page)
    assert found is not None
    form = client.get(found[1].replace("&amp;", "&")).text
    carried = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    assert carried["email"] == "ada@example.com"
    second = by_form(tocsin, {**VICTIM, "text": "And my other one"}, **carried)
    assert (second.proof, second.is_address_proven) == (Proof.MAIL, True)
    assert accounts.asked == [], "the customer ID is still only claimed"
    stolen = by_form(tocsin, {**VICTIM, "text": "x"}, ticket=carried["ticket"], mailed="A" * 20)
    assert stolen.proof is Proof.NONE
