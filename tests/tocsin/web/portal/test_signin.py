"""Signing in and the support history: R10, R39."""

import re
from datetime import timedelta
from pathlib import Path

from tests.tickets.tokens import KEY, signed
from tests.tocsin.web.running import CONFIG, Client, Running, running
from tickets.mail.mailbox import Delivered
from tickets.ticket import Proof
from tocsin.desk.signin_link import AN_HOUR, LASTS

ADA = "ada@example.com"


def ask(client: Client, email: str = ADA) -> int:
    return client.post("/support/signin", data={"email": email}).status_code


def mails(tocsin: Running) -> tuple[Delivered, ...]:
    """The mails that left, the latest first."""
    assert tocsin.services.mailbox is not None
    tocsin.deliver("mail")
    return tocsin.services.mailbox.list().mails


def link(tocsin: Running) -> str:
    """The path of the latest mailed link."""
    (latest, *_), box = mails(tocsin), tocsin.services.mailbox
    mail = box.read(latest.id) if box else None
    assert mail is not None
    found = re.search(r"http://testserver(/support/signin/\S+)", mail.text)
    assert found is not None
    return found[1]


def test_a_mailed_link_opens_every_ticket_of_the_address(tocsin: Running) -> None:
    mine = tocsin.ticket(email="Ada@Example.com", subject="Mine")
    other = tocsin.ticket(email="eve@example.com", subject="Eve's")
    client = tocsin.client()
    assert client.get("/support/history").headers["location"] == "/support/signin"
    assert ask(client) == 200
    path = link(tocsin)
    answer = client.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/support/history")
    html = client.get("/support/history").text
    assert mine.number in html
    assert other.number not in html
    ticket_page = re.search(r'href="(/support/t/[^"]+)"[^>]*>Mine', html)
    assert ticket_page is not None
    assert "your support history" in client.get(ticket_page[1].replace("&amp;", "&")).text


def test_a_scanner_that_fetches_the_link_does_not_use_it_up(tocsin: Running) -> None:
    tocsin.ticket(email=ADA)
    ask(tocsin.client())
    path = link(tocsin)
    for _ in range(3):
        assert ADA in tocsin.client().get(path).text
    scanner = tocsin.client()
    scanner.get(path)
    assert scanner.get("/support/history").status_code == 303, "a fetched link signs nobody in"
    assert tocsin.client().post(path).status_code == 303


def test_a_link_works_once_and_for_a_short_while(tocsin: Running) -> None:
    tocsin.ticket(email=ADA)
    ask(tocsin.client())
    path = link(tocsin)
    assert tocsin.client().post(path).status_code == 303
    assert tocsin.client().post(path).status_code == 404
    tocsin.clock.pass_(minutes=1)
    ask(tocsin.client())
    late = link(tocsin)
    assert late != path
    tocsin.clock.at += LASTS + timedelta(seconds=1)
    assert tocsin.client().post(late).status_code == 404
    assert "too old" in tocsin.client().get(late).text


def test_another_site_cannot_send_the_button(tocsin: Running) -> None:
    tocsin.ticket(email=ADA)
    ask(tocsin.client())
    path = link(tocsin)
    assert tocsin.client().post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert tocsin.client().post(path).status_code == 303


def test_who_asks_does_not_learn_whether_an_address_has_tickets(tocsin: Running) -> None:
    tocsin.ticket(email=ADA)
    pages = []
    for email in (ADA, "eve@example.com"):
        client = tocsin.client()
        answers = [client.post("/support/signin", data={"email": email}) for _ in range(AN_HOUR + 1)]
        assert [answer.status_code for answer in answers] == [200] * AN_HOUR + [429]
        pages.append([answer.text.replace(email, "") for answer in answers])
    assert pages[0] == pages[1]
    assert {mail.to for mail in mails(tocsin)} == {ADA}
    assert len(mails(tocsin)) == AN_HOUR
    tocsin.clock.pass_(minutes=61)
    assert ask(tocsin.client()) == 200


def test_what_is_no_address_is_asked_for_again(tocsin: Running) -> None:
    answer = tocsin.client().post("/support/signin", data={"email": "ada"})
    assert answer.status_code == 422
    assert "name@example.com is expected" in answer.text
    assert mails(tocsin) == ()


def test_the_mail_is_in_the_readers_language(tocsin: Running) -> None:
    tocsin.ticket(email=ADA)
    client = tocsin.client()
    client.headers["accept-language"] = "ar"
    ask(client)
    (mail,) = mails(tocsin)
    assert "رابطك إلى طلباتك" in mail.subject


def test_a_session_ends_by_itself_and_by_signing_out(tocsin: Running) -> None:
    tocsin.ticket(email=ADA)
    client = tocsin.client()
    ask(client)
    client.post(link(tocsin))
    assert ADA in client.get("/support").text
    client.post("/support/signout")
    assert client.get("/support/history").status_code == 303
    tocsin.clock.pass_(minutes=1)
    ask(client)
    client.post(link(tocsin))
    assert client.get("/support/history").status_code == 200
    tocsin.clock.pass_(hours=12, seconds=1)
    assert client.get("/support/history").status_code == 303


def test_a_forged_session_is_nobodys(tocsin: Running) -> None:
    tocsin.ticket(email=ADA)
    for forged in ("x", "YWRhQGV4YW1wbGUuY29t.99999999999.x", "..", "a.1.2"):
        client = tocsin.client()
        client.cookies.set("tocsin_customer_mail", forged)
        assert client.get("/support/history").status_code == 303


def test_a_signed_in_customers_ticket_is_of_a_proven_address(tocsin: Running) -> None:
    tocsin.ticket(email=ADA)
    client = tocsin.client()
    ask(client)
    client.post(link(tocsin))
    sent = {"form": "Other", "text": "Something else is wrong, please look at it", "email": ADA, "key": "k"}
    assert client.post("/support", data=sent).status_code == 303
    newest = tocsin.services.store.tickets.page().items[0]
    assert (newest.proof, newest.is_address_proven) == (Proof.MAIL, True)
    tocsin.clock.pass_(seconds=1)
    client.post("/support", data={**sent, "email": "eve@example.com", "key": "l"})
    assert not tocsin.services.store.tickets.page().items[0].is_address_proven


def test_a_token_of_the_exchange_opens_the_customers_proven_tickets_alone(tmp_path: Path) -> None:
    (tmp_path / "identity").write_bytes(KEY)
    tocsin = running(tmp_path, f"{CONFIG}desk: {{identity: {{secret_file: identity}}}}\n")
    mine = tocsin.ticket(customer_id="C-7", proof=Proof.SIGNED)
    claimed = tocsin.ticket(customer_id="C-7", proof=Proof.NONE, is_address_proven=False)
    client = tocsin.client()
    token = signed({"sub": "C-7", "exp": tocsin.clock().timestamp() + 600})
    assert client.get(f"/support/signin?token={token}").status_code == 303
    html = client.get("/support/history").text
    assert mine.number in html
    assert claimed.number not in html
    assert "mailed=" not in html, "the token proves no address"
    tocsin.close()
