"""One bad address stops nobody's mail: through the doors, from the database, to a real SMTP server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.faults.stage import letter
from tests.tickets.mail.test_smtp import Inbox, serving
from tests.tocsin.storage.examples import mail
from tests.tocsin.web.running import CONFIG, Running, running
from tests.tocsin.web.subscribing import OPEN, post
from tocsin.storage.accounts import Role
from tocsin.storage.outbox import _row
from tocsin.storage.tables.mail import outbox

NONE = ["kunde@example..com", "x@y.", "x@[", '"a"@example.com', "x@localhost", ".x@example.com", "x@exa mple.com", "x",
        "x@[127.0.0.1]", "a\n@example.com", "x@-y.example", "用户@example.com"]  # fmt: skip


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def tocsin(tmp_path: Path, inbox: Inbox) -> Iterator[Running]:
    with serving(inbox) as port:
        made = running(tmp_path, CONFIG + OPEN + f"mail: {{smtp: {{host: 127.0.0.1, port: {port}, tls: none}}}}\n")
        yield made
        made.services.store.close()
        made.runtime.kept.samples.close()


def sent_to(inbox: Inbox) -> list[str]:
    return [str(m["X-RcptTo"]) for m in inbox.mails]


def ticket(email: str) -> dict[str, object]:
    return {**letter("ada", "How do I close my account?"), "email": email, "form": "Other"}


@pytest.mark.parametrize("address", NONE)
def test_no_door_takes_what_is_no_address(tocsin: Running, address: str) -> None:
    client = tocsin.client()
    answer = client.post("/api/v1/tickets", json=ticket(address))
    assert (answer.status_code, [p["field"] for p in answer.json()["problems"]]) == (422, ["email"])
    subscription = {"email": address, "language": "en"}
    assert client.post("/api/v1/subscriptions", json=subscription).status_code == 422
    if "\n" not in address:
        form = {"email": address, "scope": "all", "language": "en"}
        assert client.post("/subscribe", data=form).status_code == 422
    post(tocsin)
    assert tocsin.services.store.mail.counts().waiting == 0


def test_of_five_tickets_the_third_is_refused_and_all_others_get_their_mail_once(tocsin: Running, inbox: Inbox) -> None:
    addresses = ["a@example.com", "b@example.com", "kunde@example..com", "kunde@bücher.example", "e@example.com"]
    client = tocsin.client()
    assert [client.post("/api/v1/tickets", json=ticket(one)).status_code for one in addresses] == [
        201, 201, 422, 201, 201,
    ]  # fmt: skip
    for _ in range(3):
        post(tocsin)
        tocsin.clock.pass_(minutes=6)
    assert sent_to(inbox) == ["a@example.com", "b@example.com", "kunde@xn--bcher-kva.example", "e@example.com"]


@pytest.mark.parametrize("bad", [*NONE[:4], "", "x@\ud800"])
def test_a_bad_address_that_is_in_the_database_already_costs_its_own_mail_alone(
    tocsin: Running, inbox: Inbox, bad: str
) -> None:
    store, now = tocsin.services.store, tocsin.clock()
    mails = [mail("one", to="a@example.com"), mail("two", to=bad), mail("three", to="c@example.com")]
    with store._database.write() as connection:
        for one in mails:
            connection.execute(insert(outbox), _row(store.mail._cipher, one.key, one, now))
    for _ in range(3):
        post(tocsin)
        tocsin.clock.pass_(minutes=6)
    assert sent_to(inbox) == ["a@example.com", "c@example.com"], "each once"
    counts = store.mail.counts()
    assert (counts.sent, counts.waiting, counts.given_up) == (2, 0, 1)
    labels = {"channel": "mail", "outcome": "given up"}
    assert tocsin.services.metrics.registry.get_sample_value("tocsin_deliveries_total", labels) == 1
    shown = tocsin.client(Role.ENGINEER).get("/console/delivery").text
    assert "1 delivery was given up" in shown
    assert "its address or ours is none" in shown


def test_a_mistake_of_ours_in_the_middle_is_counted_and_delays_nobody(tocsin: Running, inbox: Inbox) -> None:
    """A row that cannot be decrypted: its mail can't be made."""
    store, now = tocsin.services.store, tocsin.clock()
    store.mail.enqueue([mail("one", to="a@example.com"), mail("three", to="c@example.com")], now)
    with store._database.write() as connection:
        row = {**_row(store.mail._cipher, "two", mail("two"), now), "sealed": b"nonsense", "id": -1}
        connection.execute(insert(outbox), row)
    post(tocsin)
    tocsin.clock.pass_(minutes=6)
    post(tocsin)
    assert sent_to(inbox) == ["a@example.com", "c@example.com"]
    backlog = store.mail.backlog()
    assert (backlog.waiting, backlog.failing) == (1, 1)
    (broken,) = store.mail.due(tocsin.clock() + (tocsin.clock() - now))
    assert broken.attempts == 2
