"""A visitor of the form is shown the incident that answers it; a tenth sees the form; both are counted."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.tickets.tokens import KEY, signed
from tests.tocsin.desk.test_who_is_who import Accounts
from tests.tocsin.web.running import CONFIG, NOW, Client, Running, running
from tickets.deflection import is_held_out
from tocsin.storage.accounts import Role
from tocsin.storage.deflections import Visitors
from tocsin.web.http.customer import CUSTOMER_COOKIE
from tocsin.web.portal.forms import VISITOR_COOKIE

BITCOIN = "/support?form=Withdrawal&asset=BTC"
SENT = {"form": "Withdrawal", "asset": "BTC", "text": "Mine is late", "email": "ada@example.com", "key": "one"}
SEND = "Send to support"


def visitor(tocsin: Running, *, held_out: bool) -> Client:
    """A browser that keeps the word of a visitor who is held out, or is not."""
    word = next(w for w in map(str, range(1000)) if is_held_out(w, tocsin.services.secret) is held_out)
    client = tocsin.client()
    client.cookies.set(VISITOR_COOKIE, word, domain="testserver.local")
    return client


def counted(tocsin: Running) -> dict[bool, Visitors]:
    return tocsin.services.store.deflections.counted(NOW, tocsin.clock() + timedelta(seconds=1))


def test_the_coin_is_asked_for_first_where_that_decides(tocsin: Running) -> None:
    client = tocsin.client()
    assert SEND in client.get("/support?form=Withdrawal").text, "nothing is known"
    tocsin.incident()
    first = client.get("/support?form=Withdrawal").text
    assert SEND not in first
    assert "Go on" in first
    assert SEND in client.get("/support?form=Withdrawal&asset=ETH").text
    assert 'value="ETH"' in client.get("/support?form=Withdrawal&asset=ETH").text
    assert SEND in client.get("/support?form=Deposit").text


def test_the_incident_stands_in_place_of_the_form_which_is_one_click_away(tocsin: Running) -> None:
    tocsin.incident()
    html = visitor(tocsin, held_out=False).get(BITCOIN).text
    assert "We know of this and are working on it" in html
    assert "Next update by" in html
    assert SEND not in html
    assert SEND in tocsin.client().get(f"{BITCOIN}&write=1").text


def test_who_is_held_out_sees_the_form(tocsin: Running) -> None:
    tocsin.incident()
    assert SEND in visitor(tocsin, held_out=True).get(BITCOIN).text


def test_each_visitor_counts_once_and_who_writes_is_counted_as_that(tocsin: Running) -> None:
    tocsin.incident()
    shown, held_out = visitor(tocsin, held_out=False), visitor(tocsin, held_out=True)
    for client in (shown, shown, held_out):
        client.get(BITCOIN)
    tocsin.client().get(BITCOIN)  # keeps no word yet
    assert counted(tocsin) == {False: Visitors(visitors=1), True: Visitors(visitors=1)}
    held_out.post("/support", data=SENT)
    assert counted(tocsin) == {False: Visitors(visitors=1), True: Visitors(visitors=1, wrote=1)}
    html = tocsin.client(Role.MANAGER).get("/dashboards/support").text
    assert "Tickets not written" in html
    assert "in 95 of 100 spans" in html


@pytest.mark.parametrize("form", ["Two-factor", "Other"])
def test_security_and_what_has_no_topic_always_comes_to_the_form(tocsin: Running, form: str) -> None:
    tocsin.incident()
    assert SEND in tocsin.client().get(f"/support?form={form}").text


def test_what_is_not_public_answers_nothing(tocsin: Running) -> None:
    tocsin.incident(disclosed=False)
    assert SEND in tocsin.client().get(BITCOIN).text


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Running]:
    """With an account API that knows of no transactions, and customers whom the exchange signs."""
    accounts = Accounts()
    (tmp_path / "identity").write_bytes(KEY)
    port = accounts.server.server_address[1]
    proven = f'account: {{url: "http://127.0.0.1:{port}"}}, identity: {{secret_file: identity}}'
    made = running(tmp_path, f"{CONFIG}desk: {{{proven}}}\n")
    yield made
    made.close()
    accounts.close()


def test_a_word_is_kept_only_where_something_is_known(tocsin: Running) -> None:
    assert "set-cookie" not in tocsin.client().get(BITCOIN).headers
    tocsin.incident()
    assert VISITOR_COOKIE in tocsin.client().get(BITCOIN).headers["set-cookie"]


def test_who_is_signed_in_may_ask_whether_they_are_affected(exchange: Running) -> None:
    exchange.incident()
    client = visitor(exchange, held_out=False)
    assert "Am I affected?" not in client.get(BITCOIN).text
    assert "None of your transactions" not in client.get(f"{BITCOIN}&affected=1").text
    client.cookies.set(CUSTOMER_COOKIE, signed({"sub": "C-1", "exp": NOW.timestamp() + 900}), domain="testserver.local")
    assert "Am I affected?" in client.get(BITCOIN).text
    assert "None of your transactions is held up" in client.get(f"{BITCOIN}&affected=1").text


def test_the_exchanges_own_app_asks_the_same(exchange: Running) -> None:
    exchange.incident()
    client = exchange.client()
    asked = client.get("/api/v1/known", params={"form": "Withdrawal", "asset": "BTC"})
    assert asked.headers["access-control-allow-origin"] == "*"
    (problem,) = asked.json()["problems"]
    assert "Next update by" in problem["body"]
    assert problem["affected"] is None
    proof = {"X-Customer-Token": signed({"sub": "C-1", "exp": NOW.timestamp() + 900})}
    own = client.get("/api/v1/known", params={"form": "Withdrawal", "asset": "BTC"}, headers=proof)
    assert own.json()["problems"][0]["affected"] == []
    assert client.get("/api/v1/known", params={"form": "Two-factor"}).json()["problems"] == []
    assert client.get("/api/v1/known", params={"form": "Nonsense"}).status_code == 422
    forged = {"X-Customer-Token": proof["X-Customer-Token"][:-4] + "AAAA"}
    assert client.get("/api/v1/known", params={"form": "Withdrawal"}, headers=forged).status_code == 401
