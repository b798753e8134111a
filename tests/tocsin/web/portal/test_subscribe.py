"""The forms of subscriptions and the links of their mails, by who subscribes and by who abuses them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from statuspage.subscriptions.phrases import LANGUAGES
from statuspage.subscriptions.subscription import Choice, SubscriptionStatus
from tests.tocsin.web.running import CONFIG, Running, running
from tests.tocsin.web.subscribing import ADA, SUBSCRIBED, ask, component_id, link, mails, subscribed
from tocsin.storage import Purpose

EN = LANGUAGES["en"]


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    made = running(tmp_path, SUBSCRIBED)
    yield made
    made.close()


def test_nobody_is_subscribed_by_a_form_alone(tocsin: Running) -> None:
    assert ask(tocsin) == 200
    (mail,) = mails(tocsin)
    assert "Confirm" in mail.head.subject
    assert tocsin.services.store.subscribers.page() == ()


def test_a_link_that_is_only_fetched_changes_nothing(tocsin: Running) -> None:
    ask(tocsin)
    (mail,) = mails(tocsin)
    for purpose in (Purpose.CONFIRM, Purpose.UNSUBSCRIBE):
        answer = tocsin.client().get(link(mail, purpose))
        assert (answer.status_code, answer.headers["referrer-policy"]) == (200, "no-referrer")
        assert '<form method="post"' in answer.text
    (one,) = tocsin.services.store.subscriptions.of_address(ADA)
    assert one.status is SubscriptionStatus.PENDING


def test_who_confirms_is_subscribed_once(tocsin: Running) -> None:
    one = subscribed(tocsin)
    assert (one.status, one.choice) == (SubscriptionStatus.ACTIVE, Choice())
    again = tocsin.client().post(
        f"/subscribe/confirm/{tocsin.services.store.subscriptions.token(one.id, Purpose.CONFIRM)}"
    )
    assert EN["manage_title"] in again.text
    assert tocsin.services.store.subscriptions.get(one.id) == one


def test_a_link_is_good_for_a_while(tocsin: Running) -> None:
    ask(tocsin)
    (mail,) = mails(tocsin)
    tocsin.clock.pass_(hours=49)
    for method in ("GET", "POST"):
        answer = tocsin.client().request(method, link(mail, Purpose.CONFIRM))
        assert (answer.status_code, EN["gone_title"] in answer.text) == (404, True)
    assert ask(tocsin) == 200
    assert tocsin.client().post(link(mails(tocsin)[0], Purpose.CONFIRM)).status_code == 200
    assert len(tocsin.services.store.subscribers.page()) == 1


def test_the_answer_is_the_same_whether_an_address_is_known(tocsin: Running) -> None:
    subscribed(tocsin)
    left = subscribed(tocsin, "bo@example.com")
    leave(tocsin, left.id)
    ask(tocsin, "cy@example.com")
    decline = link(mails(tocsin, "cy@example.com")[0], Purpose.UNSUBSCRIBE)
    tocsin.client().post(decline)
    answers = set()
    for email in (ADA, "bo@example.com", "cy@example.com", "nobody@example.com"):
        answer = tocsin.client().post("/subscribe", data={"email": email, "scope": "all", "language": "en"})
        answers.add((answer.status_code, answer.text))
    assert len(answers) == 1


def leave(tocsin: Running, subscription_id: str, body: dict[str, str] | None = None) -> int:
    token = tocsin.services.store.subscriptions.token(subscription_id, Purpose.UNSUBSCRIBE)
    return tocsin.client().post(f"/subscribe/unsubscribe/{token}", data=body or {}).status_code


def test_one_post_with_nothing_but_the_token_unsubscribes(tocsin: Running) -> None:
    """RFC 8058: no cookie, from another site's servers, and a repeat is no error."""
    one = subscribed(tocsin)
    header = dict(mails(tocsin)[0].headers)
    assert header["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = header["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    for _ in range(2):
        answer = tocsin.client(host="203.0.113.9").post(
            path,
            data={"List-Unsubscribe": "One-Click"},
            headers={"origin": "https://mail.example", "sec-fetch-site": "cross-site"},
        )
        assert (answer.status_code, EN["left_title"] in answer.text) == (200, True)
    assert tocsin.services.store.subscriptions.get(one.id) is None
    assert tocsin.services.store.subscriptions.of_address(ADA) == ()


def test_who_declines_is_not_asked_again_until_it_is_forgotten(tocsin: Running) -> None:
    ask(tocsin)
    tocsin.client().post(link(mails(tocsin)[0], Purpose.UNSUBSCRIBE))
    ask(tocsin)
    assert len(mails(tocsin)) == 1
    tocsin.clock.pass_(days=31)
    ask(tocsin)
    assert len(mails(tocsin)) == 2


def test_who_left_may_come_back_and_is_not_pestered(tocsin: Running) -> None:
    leave(tocsin, subscribed(tocsin).id)
    for _ in range(3):
        ask(tocsin)
    assert len(mails(tocsin)) == 2, "the first sign-up's, and one more"
    assert tocsin.client().post(link(mails(tocsin)[0], Purpose.CONFIRM)).status_code == 200
    assert len(tocsin.services.store.subscribers.page()) == 1


def test_an_address_gets_few_mails_however_often_it_is_signed_up(tocsin: Running) -> None:
    for _ in range(8):
        assert ask(tocsin) == 200
        tocsin.clock.pass_(seconds=1)
    assert len(mails(tocsin)) == 3
    tocsin.clock.pass_(hours=25)
    ask(tocsin)
    assert len(mails(tocsin)) == 4


def test_who_is_subscribed_already_is_answered_so_by_mail_alone(tocsin: Running) -> None:
    subscribed(tocsin)
    ask(tocsin)
    newest = mails(tocsin)[0]
    assert newest.head.subject == EN["mail_already_subject"].format(site="Example Exchange")
    assert tocsin.client().get(link(newest, Purpose.MANAGE)).status_code == 200


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["192.0.2.1"] * 3, [200, 200, 429]),
        (["192.0.2.1", "192.0.2.2", "192.0.2.3"], [200, 200, 200]),
        (["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3"], [200, 200, 429]),
    ],
)
def test_a_network_signs_up_so_many_in_an_hour(tmp_path: Path, hosts: list[str], expected: list[int]) -> None:
    made = running(tmp_path, f"{CONFIG}subscriptions: {{per_network: 2}}\n")
    sent = {"scope": "all"}
    answers = [
        made.client(host=host).post("/subscribe", data={**sent, "email": f"{k}@example.com"}).status_code
        for k, host in enumerate(hosts)
    ]
    assert answers == expected
    made.clock.pass_(minutes=61)
    assert made.client(host=hosts[0]).post("/subscribe", data={**sent, "email": ADA}).status_code == 200
    made.close()


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "no address": ({"email": ""}, "wrong_email"),
    "no address at all": ({"email": "ada"}, "wrong_email"),
    "two addresses": ({"email": "a@example.com,b@example.com"}, "wrong_email"),
    "a header": ({"email": "a@example.com\r\nBcc: b@example.com"}, "wrong_email"),
    "nothing chosen": ({"scope": "some"}, "nothing_chosen"),
    "what the page does not list": ({"scope": "some", "component": "x" * 12}, "nothing_chosen"),
    "no webhook": ({"way": "webhook"}, "wrong_url"),
    "a file": ({"way": "webhook", "url": "file:///etc/passwd"}, "wrong_url"),
}


@pytest.mark.parametrize(("values", "word"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_at_its_place(tocsin: Running, values: dict[str, str], word: str) -> None:
    answer = tocsin.client().post("/subscribe", data={"email": ADA, "scope": "all", "language": "en", **values})
    assert answer.status_code == 422
    assert EN[word] in answer.text
    assert tocsin.services.store.subscriptions.of_address(ADA) == ()


def test_somebody_else_s_form_is_refused(tocsin: Running) -> None:
    sent = {"email": ADA, "scope": "all"}
    answer = tocsin.client().post("/subscribe", data=sent, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    one = subscribed(tocsin)
    for purpose in (Purpose.CONFIRM, Purpose.MANAGE):
        path = f"/subscribe/{purpose}/{tocsin.services.store.subscriptions.token(one.id, purpose)}"
        assert tocsin.client().post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_choice_is_shown_saved_and_checked(tocsin: Running) -> None:
    own, other = component_id(tocsin), component_id(tocsin, "trading")
    one = subscribed(tocsin, scope="some", component=[own])
    assert one.choice == Choice(everything=False, components=(own,))
    path = f"/subscribe/manage/{tocsin.services.store.subscriptions.token(one.id, Purpose.MANAGE)}"
    shown = tocsin.client().get(path).text
    assert f'value="{own}" checked' in shown
    assert f'value="{other}">' in shown
    assert ADA not in shown, "only so much of the address as its owner needs"
    group = tocsin.services.site.group_id("Trading")
    saved = tocsin.client().post(path, data={"action": "save", "scope": "some", "group": group, "language": "de"})
    assert LANGUAGES["de"]["saved"] in saved.text
    changed = tocsin.services.store.subscriptions.get(one.id)
    assert changed is not None
    assert (changed.choice, changed.language) == (Choice(everything=False, groups=(group,)), "de")
    nothing = tocsin.client().post(path, data={"action": "save", "scope": "some", "language": "en"})
    assert (nothing.status_code, LANGUAGES["de"]["nothing_chosen"] in nothing.text) == (422, True)
    assert tocsin.services.store.subscriptions.get(one.id) == changed


def test_no_internal_name_is_in_a_form(tocsin: Running) -> None:
    shown = tocsin.client().get("/subscribe").text
    assert "withdrawals/BTC" not in shown
    assert "Bitcoin network" not in shown, "it is not public"
    assert "Bitcoin withdrawals" in shown


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("?language=de", "en", "de"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr,es;q=0.5", "en"),
        ("?language=fa", "", "en"),
        ("?language=%3Cscript%3E", "", "en"),
    ],
)
def test_a_form_speaks_one_of_the_page_s_languages(tocsin: Running, query: str, header: str, language: str) -> None:
    shown = tocsin.client().get(f"/subscribe{query}", headers={"accept-language": header}).text
    assert f'<html lang="{language}" dir="ltr">' in shown
    assert LANGUAGES[language]["title"] in shown


def test_a_service_can_be_chosen_by_the_page_s_link(tocsin: Running) -> None:
    own = component_id(tocsin)
    shown = tocsin.client().get(f"/subscribe?component={own}").text
    assert f'value="{own}" checked' in shown
    assert 'value="some" id="scope-some" checked' in shown


@pytest.mark.parametrize("path", ["confirm", "manage", "unsubscribe"])
def test_a_word_that_is_no_token_opens_nothing(tocsin: Running, path: str) -> None:
    answer = tocsin.client().get(f"/subscribe/{path}/{'x' * 43}")
    assert answer.status_code == (200 if path == "unsubscribe" else 404)
    if path != "unsubscribe":
        assert tocsin.client().post(f"/subscribe/{path}/{'x' * 43}").status_code == 404


def test_an_installation_without_subscriptions_has_none_of_it(tmp_path: Path) -> None:
    made = running(tmp_path)
    assert made.services.site.subscribe_url == ""
    for path in ("/subscribe", "/subscribe/manage/x", "/subscribe/unsubscribe/x"):
        assert made.client().get(path).status_code == 404
    assert made.client().post("/api/v1/subscriptions", json={"email": ADA}).status_code == 404
    made.settle()
    assert "/subscribe" not in (made.services.publisher.directory / "index.html").read_text()
    made.close()


def test_the_page_leads_to_the_form(tocsin: Running) -> None:
    tocsin.settle()
    folder = tocsin.services.publisher.directory
    assert 'href="http://testserver/subscribe?language=en"' in (folder / "index.html").read_text()
    assert 'href="http://testserver/subscribe?language=de"' in (folder / "de" / "index.html").read_text()
    own = component_id(tocsin)
    shown = (folder / "components" / f"{own}.html").read_text()
    assert f"/subscribe?language=en&amp;component={own}" in shown


def test_a_program_subscribes_somebody_by_the_same_way(tocsin: Running) -> None:
    client = tocsin.client()
    answer = client.post("/api/v1/subscriptions", json={"email": ADA, "components": [component_id(tocsin)]})
    assert answer.status_code == 202
    path = link(mails(tocsin)[0], Purpose.CONFIRM)
    tocsin.client().post(path)
    (one,) = tocsin.services.store.subscribers.page()
    assert one.choice.components == (component_id(tocsin),)
    token = tocsin.services.store.subscriptions.token(one.id, Purpose.MANAGE)
    for _ in range(2):
        assert client.delete(f"/api/v1/subscriptions/{token}").status_code == 204
    assert tocsin.services.store.subscribers.page() == ()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"email": ADA, "url": "gopher://x"}, "url"),
        ({"email": ADA, "components": ["x" * 12]}, "components"),
        ({"email": ADA, "colour": "red"}, "colour"),
    ],
)
def test_a_program_is_notified_which_field_is_wrong(tocsin: Running, body: dict[str, object], field: str) -> None:
    answer = tocsin.client().post("/api/v1/subscriptions", json=body)
    assert answer.status_code == 422
    assert [p["field"] for p in answer.json()["problems"]] == [field]
