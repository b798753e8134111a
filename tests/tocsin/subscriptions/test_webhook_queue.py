"""Subscribers' webhooks from their sign-up to their end: a secret once, a challenge, calls in order, a notice."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from incidents.lifecycle import Action
from statuspage.subscriptions.phrases import LANGUAGES
from statuspage.subscriptions.subscription import Stop, Subscription, SubscriptionKind, SubscriptionStatus
from tests.detectors.sources.pages import serving
from tests.tocsin.web.running import CONFIG, Running, running
from tests.tocsin.web.subscribing import (
    ADA,
    OPEN,
    ask,
    call,
    link,
    mails,
    taking_subscriptions,
    tell,
)
from tocsin.storage import Purpose
from tocsin.subscriptions.webhook_queue import POLICY

GIVE_UP = POLICY.give_up_after or 0
EN = LANGUAGES["en"]


@dataclass(kw_only=True)
class Hook:
    """A subscriber's receiver. status: its answer. echoes: whether it answers a challenge."""

    status: int = 204
    echoes: bool = True
    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["content-length"]))
        self.got.append(({k.lower(): v for k, v in request.headers.items()}, body))
        said = json.loads(body)
        echo = said["data"].get("challenge", "").encode() if self.echoes else b""
        request.send_response(200 if echo else self.status)
        request.send_header("content-length", str(len(echo)))
        request.end_headers()
        request.wfile.write(echo)

    @property
    def received(self) -> list[dict[str, Any]]:
        """The incident messages that it received."""
        return [json.loads(body) for _, body in self.got if b"subscription.verify" not in body]


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    with serving(made.answer) as site:
        made.url = f"{site.url}/hook"
        yield made


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    with taking_subscriptions(tmp_path) as made:
        yield made


def secret_in(text: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", unescape(text))
    return found.group() if found else ""


def confirmed(tocsin: Running, hook: Hook) -> tuple[Subscription, str]:
    """A webhook whose address was confirmed, and the secret that was shown."""
    assert ask(tocsin, way="webhook", url=hook.url) == 200
    shown = tocsin.client().post(link(mails(tocsin)[0], Purpose.CONFIRM)).text
    one = tocsin.services.store.subscriptions.find(SubscriptionKind.WEBHOOK, ADA, hook.url)
    assert one is not None
    return one, secret_in(shown)


def manage(tocsin: Running, one: Subscription, action: str) -> str:
    token = tocsin.services.store.subscriptions.token(one.id, Purpose.MANAGE)
    return tocsin.client().post(f"/subscribe/manage/{token}", data={"action": action}).text


def active(tocsin: Running, hook: Hook) -> tuple[Subscription, str]:
    one, secret = confirmed(tocsin, hook)
    assert EN["verified"] in manage(tocsin, one, "verify")
    tocsin.clock.pass_(seconds=1)
    return one, secret


def again(tocsin: Running, one: Subscription) -> Subscription:
    found = tocsin.services.store.subscriptions.get(one.id)
    assert found is not None
    return found


def test_a_webhook_gets_nothing_before_its_address_and_it_have_answered(tocsin: Running, hook: Hook) -> None:
    ask(tocsin, way="webhook", url=hook.url)
    assert hook.got == [], "not a byte leaves before the mail's link was confirmed"
    one, secret = confirmed(tocsin, hook)
    assert (one.status, secret.startswith("whsec_")) == (SubscriptionStatus.UNVERIFIED, True)
    assert tocsin.services.store.subscribers.page() == ()
    assert EN["verified"] in manage(tocsin, one, "verify")
    assert again(tocsin, one).status is SubscriptionStatus.ACTIVE
    (headers, body), = hook.got  # fmt: skip
    at = int(headers["webhook-timestamp"])
    assert abs(at - tocsin.clock().timestamp()) < 2
    assert headers["webhook-signature"] == Webhook(secret).sign(headers["webhook-id"], tocsin.clock(), body.decode())


def test_a_receiver_that_does_not_answer_the_challenge_is_not_switched_on(tocsin: Running, hook: Hook) -> None:
    one, _ = confirmed(tocsin, hook)
    hook.echoes = False
    assert EN["verify_failed"] in manage(tocsin, one, "verify")
    assert again(tocsin, one).status is SubscriptionStatus.UNVERIFIED
    for _ in range(5):
        shown = manage(tocsin, one, "verify")
    assert EN["too_often"] in shown
    assert len(hook.got) == 5


def test_a_secret_is_shown_once_and_another_takes_its_place(tocsin: Running, hook: Hook) -> None:
    one, secret = active(tocsin, hook)
    path = f"/subscribe/manage/{tocsin.services.store.subscriptions.token(one.id, Purpose.MANAGE)}"
    assert secret_in(tocsin.client().get(path).text) == ""
    renewed = secret_in(manage(tocsin, one, "secret"))
    assert renewed not in {"", secret}
    assert secret_in(tocsin.client().get(path).text) == ""
    assert again(tocsin, one).secret == renewed


def test_a_webhook_is_notified_what_the_page_shows_in_order(tocsin: Running, hook: Hook) -> None:
    active(tocsin, hook)
    incident = tocsin.incident()
    tocsin.clock.pass_(seconds=30)
    assert tell(tocsin) == 1
    assert call(tocsin) == 1
    tocsin.clock.pass_(minutes=1)
    tocsin.do(incident, Action.RETRACT)
    assert tell(tocsin) == 1
    assert call(tocsin) == 1
    assert call(tocsin) == 0
    first, second = hook.received
    assert (first["type"], second["type"]) == ("incident.investigating", "incident.retracted")
    assert (first["data"]["correction"], second["data"]["correction"]) == (False, True)
    sent = first["data"]["incident"]
    assert sent["url"] == f"http://testserver/status/incidents/{incident.id}.html"
    assert [c["name"] for c in sent["components"]] == ["Withdrawals – Bitcoin withdrawals"]
    assert "withdrawals/BTC" not in json.dumps(hook.received)
    assert "mara" not in json.dumps(hook.received)
    keys = [headers["webhook-id"] for headers, _ in hook.got]
    assert len(set(keys)) == 3


def test_a_receiver_that_fails_is_tried_again_and_loses_nothing(tocsin: Running, hook: Hook) -> None:
    active(tocsin, hook)
    incident = tocsin.incident()
    tocsin.clock.pass_(seconds=30)
    tell(tocsin)
    hook.status = 503
    assert call(tocsin) == 0
    tocsin.clock.pass_(minutes=1)
    tocsin.do(incident, Action.IDENTIFY)
    tocsin.clock.pass_(seconds=30)
    tell(tocsin)
    hook.status = 204
    assert call(tocsin) == 2
    assert [t["type"] for t in hook.received] == [
        "incident.investigating",
        "incident.investigating",
        "incident.identified",
    ]
    ids = [h["webhook-id"] for h, body in hook.got if b"incident." in body]
    assert ids[0] == ids[1], "a repeat is recognisable"


@pytest.mark.parametrize(("status", "tries", "stop"), [(503, GIVE_UP, Stop.FAILING), (410, 1, Stop.GONE)])
def test_a_receiver_that_fails_for_long_is_switched_off_with_a_notice(
    tocsin: Running, hook: Hook, status: int, tries: int, stop: Stop
) -> None:
    one, _ = active(tocsin, hook)
    tocsin.incident()
    tocsin.clock.pass_(seconds=30)
    tell(tocsin)
    hook.status = status
    for _ in range(GIVE_UP + 2):
        call(tocsin)
        tocsin.clock.pass_(hours=1)
    assert len(hook.received) == tries
    stopped = again(tocsin, one)
    assert (stopped.status, stopped.stop) == (SubscriptionStatus.DISABLED, stop)
    newest = mails(tocsin)[0]
    assert newest.head.subject == EN["mail_stopped_subject"].format(site="Example Exchange")
    shown = tocsin.client().get(link(newest, Purpose.MANAGE)).text
    assert EN[f"stop_{stop}"] in shown
    hook.status = 204
    assert EN["verified"] in manage(tocsin, one, "verify")
    assert again(tocsin, one).status is SubscriptionStatus.ACTIVE


def test_where_private_addresses_are_not_allowed_none_is_called(tmp_path: Path, hook: Hook) -> None:
    made = running(tmp_path, CONFIG + OPEN.replace("private_hooks: true", "private_hooks: false"))
    assert ask(made, way="webhook", url=hook.url) == 422
    assert ask(made, way="webhook", url=hook.url.replace("http:", "https:")) == 422
    assert ask(made, way="webhook", url="https://localhost/x") == 200, "where a name leads is judged when it is called"
    made.client().post(link(mails(made)[0], Purpose.CONFIRM))
    one = made.services.store.subscriptions.find(SubscriptionKind.WEBHOOK, ADA, "https://localhost/x")
    assert one is not None
    assert "not on the public internet" in manage(made, one, "verify")
    assert again(made, one).status is SubscriptionStatus.UNVERIFIED
    made.close()


def test_an_address_has_so_many_webhooks_and_no_more(tocsin: Running, hook: Hook) -> None:
    for k in range(7):
        tocsin.clock.pass_(days=1, seconds=1)
        assert ask(tocsin, way="webhook", url=f"{hook.url}/{k}") == 200
    assert len(tocsin.services.store.subscriptions.of_address(ADA)) == 5
