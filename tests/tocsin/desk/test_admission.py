"""One customer, copied text or network is limited; a flood of customers never is; nothing is taken and then lost."""

from datetime import timedelta

import pytest

from tests.tocsin.web.running import Client, Running
from tickets.admission import AdmissionLimits, fingerprint, network_of
from tickets.ticket import Form, NewTicket

FEW = AdmissionLimits(customer=3, copies=4, network=5)
TEXT = "My withdrawal of 250 USDT has not arrived after six hours, please help me with it"


@pytest.fixture
def few(tocsin: Running) -> Running:
    """A service with limits that a test reaches."""
    object.__setattr__(tocsin.services.desk, "limits", FEW)
    return tocsin


def letter(customer: str, text: str = TEXT) -> dict[str, object]:
    address = f"{customer.lower()}@example.com"
    return {"form": "Withdrawal", "text": text, "email": address, "customer_id": customer, "name": "A"}


def send(client: Client, customer: str, text: str = TEXT, key: str = "") -> int:
    headers = {"idempotency-key": key} if key else {}
    return client.post("/api/v1/tickets", json=letter(customer, text), headers=headers).status_code


def stored(tocsin: Running) -> int:
    return sum(tocsin.services.store.tickets.counts().values())


def test_any_number_of_proven_customers_is_taken_with_the_same_words(few: Running) -> None:
    exchange = few.client(token=few.token("tickets:write"))
    assert {send(exchange, f"C-{k}") for k in range(40)} == {201}


def test_one_proven_customer_too_often_is_refused_until_an_hour_after_the_first(few: Running) -> None:
    exchange = few.client(token=few.token("tickets:write"))
    for k in range(FEW.customer):
        assert send(exchange, "C-1", f"{k}: {TEXT}", key=f"k{k}") == 201
        few.clock.pass_(minutes=10)
    refused = exchange.post("/api/v1/tickets", json=letter("C-1"))
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1800")
    assert "You have sent 3 messages within the last hour. They are all with us." in refused.json()["error"]
    assert "write again in 30 minutes" in refused.json()["error"]
    assert stored(few) == FEW.customer
    assert send(exchange, "C-2") == 201, "others are not concerned"
    assert send(exchange, "C-1", f"0: {TEXT}", key="k0") == 200, "what was taken is answered as the first time"
    few.clock.pass_(minutes=30)
    assert send(exchange, "C-1") == 201


def test_a_text_that_strangers_copy_is_limited_and_own_words_and_proven_customers_are_not(few: Running) -> None:
    browser = few.client()
    answers = [send(browser, f"X-{k}", f"{TEXT} {k} 0xdead{k}beef  https://x.example/{k}") for k in range(6)]
    assert answers == [201] * FEW.copies + [429] * 2
    assert send(browser, "X-9", "Something else altogether: where do I find the fees of my card?") == 201
    assert send(few.client(token=few.token("tickets:write")), "X-9") == 201
    assert few.services.metrics.limited_tickets.labels("copies")._value.get() == 2
    few.clock.pass_(hours=1)
    assert send(browser, "X-9") == 201


def own_words(k: int) -> str:
    return f"{'abcdefghijklmnopqrstuvwxyz'[k % 26] * 50} {TEXT}"


def test_a_network_of_strangers_is_limited_until_an_hour_after_its_first(few: Running) -> None:
    network = [few.client(host=f"81.2.69.{k}") for k in range(7)]
    answers = [send(client, f"X-{k}", own_words(k)) for k, client in enumerate(network)]
    assert answers == [201] * FEW.network + [429] * 2
    refused = network[0].post("/api/v1/tickets", json=letter("X-9", own_words(9)))
    assert refused.headers["retry-after"] == "3600"
    assert "from your network" in refused.json()["error"]
    assert stored(few) == FEW.network
    assert few.services.metrics.limited_tickets.labels("network")._value.get() == 3
    proven = few.client(token=few.token("tickets:write"), host="81.2.69.1")
    assert send(proven, "C-1") == 201, "who is proven is taken from any network"
    assert send(few.client(host="81.2.70.1"), "X-10", own_words(10)) == 201, "the next network is another one"
    few.clock.pass_(hours=1)
    assert send(network[0], "X-11", own_words(11)) == 201


def test_the_form_refuses_a_network_with_words_and_keeps_what_was_typed(few: Running) -> None:
    browser = few.client(host="2a02:8109:9a80:1::7")
    form = {"form": "Other", "subject": "Mine", "name": "Ada", "email": "a@example.com"}
    for k in range(FEW.network):
        assert browser.post("/support", data={**form, "text": own_words(k)}).status_code == 303
    answer = few.client(host="2a02:8109:9a80:1:ffff::1").post("/support", data={**form, "text": own_words(20)})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3600")
    assert own_words(20) in answer.text
    other = few.client(host="2a02:8109:9a80:2::7")
    assert other.post("/support", data={**form, "text": own_words(20)}).status_code == 303


def test_a_flood_from_many_networks_is_never_refused(few: Running) -> None:
    answers = {send(few.client(host=f"81.2.{k}.9"), f"X-{k}", own_words(k)) for k in range(26)}
    assert answers == {201}


def test_an_address_that_is_not_on_the_internet_is_nobodys(few: Running) -> None:
    proxy = few.client(host="10.0.0.4")
    assert {send(proxy, f"X-{k}", own_words(k)) for k in range(3 * FEW.network)} == {201}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("81.2.69.142", "81.2.69.0/24"),
        ("::ffff:81.2.69.142", "81.2.69.0/24"),
        ("2a02:8109:9a80:1:1:2:3:4", "2a02:8109:9a80:1::/64"),
        ("192.168.1.4", ""),
        ("::1", ""),
        ("fe80::1%eth0", ""),
        ("unknown", ""),
    ],
)
def test_which_network_an_address_is_of(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_few_words_are_nobodys_copy(few: Running) -> None:
    browser = few.client()
    assert {send(browser, f"X-{k}", "withdrawal pending") for k in range(12)} == {201}


def test_a_strangers_flood_in_a_victims_name_does_not_keep_the_victim_out(few: Running) -> None:
    stranger, exchange = few.client(), few.client(token=few.token("tickets:write"))
    for k in range(9):
        send(stranger, "C-1", TEXT if k % 2 else f"{'abcdefghi'[k] * 50}")
    assert send(exchange, "C-1") == 201


def test_the_form_says_why_and_keeps_what_was_typed(few: Running) -> None:
    browser = few.client()
    form = {"form": "Other", "subject": "Mine", "name": "Ada", "email": "a@example.com"}
    sent = [browser.post("/support", data={**form, "text": f"{k}: {TEXT}"}).status_code for k in range(FEW.copies)]
    assert sent == [303] * FEW.copies
    answer = browser.post("/support", data={**form, "text": (text := f"777: {TEXT}")})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == timedelta(hours=1).total_seconds()
    assert "from senders whom we do not know" in answer.text
    assert text in answer.text


@pytest.mark.parametrize(
    ("other", "is_copy"),
    [
        (TEXT.replace("250", "3,000.5"), True),
        (TEXT.upper().replace(" ", "\n  "), True),
        (f"{TEXT} 0x9f3a ada@example.com https://evil.example/a", True),
        (TEXT.replace("six", "seven"), False),
        (f"{TEXT} now", False),
    ],
)
def test_copies_differ_in_numbers_and_spaces_alone(other: str, is_copy: bool) -> None:
    def made(text: str, form: Form = Form.WITHDRAWAL) -> str:
        return fingerprint(NewTicket(form=form, subject="", text=text, email="a@example.com"))

    assert (made(other) == made(TEXT)) is is_copy
    assert made(TEXT, Form.DEPOSIT) != made(TEXT)
    assert made("withdrawal pending") == ""
