"""Webhooks against a real server on the loopback, verified with the standard's own library."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from incidents.correlate import correlate
from incidents.delivery import DeliveryError
from incidents.incident import IncidentUpdate
from incidents.notifiers.webhook import WebhookSink
from incidents.settings import Settings
from tests.incidents.build import at, exchange, signal
from tests.incidents.notifiers.receiver import Receiver, receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NAP = timedelta(seconds=0.2)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def sink(url: str, secret: str = SECRET, timeout: timedelta = timedelta(seconds=10)) -> WebhookSink:
    return WebhookSink(
        name="ops",
        url=url,
        secret=secret,
        clock=lambda: datetime.now(UTC),
        timeout=timeout,
    )


def opened() -> IncidentUpdate:
    seen = signal("withdrawals/BTC/bitcoin", 0, visible=True)
    return correlate([seen], [], exchange(), at(9), Settings())[0]


def test_an_update_arrives_signed_and_with_its_key(receiver: Receiver) -> None:
    update = opened()
    with sink(receiver.url) as to:
        to.deliver(update, {"ticket": {"title": update.incident.title}})
    headers, body = receiver.seen[0]
    event = Webhook(SECRET).verify(body, headers)
    assert headers["webhook-id"] == update.key
    assert (event["type"], event["timestamp"]) == ("incident.opened", update.at.isoformat())
    assert event["data"]["incident"]["components"] == ["withdrawals/BTC/bitcoin"]
    assert event["data"]["update"]["reason"] == update.reason
    assert event["data"]["ticket"]["title"] == "Bitcoin withdrawals delayed"


def test_a_ticket_that_reads_differently_comes_without_an_update(receiver: Receiver) -> None:
    update = opened()
    with sink(receiver.url) as to:
        to.update_ticket(update, {"ticket": {"title": "493 s"}}, "0123456789abcdef0123")
    headers, body = receiver.seen[0]
    event = Webhook(SECRET).verify(body, headers)
    assert headers["webhook-id"] == f"{update.key}:0123456789abcdef"
    assert event["type"] == "ticket.updated"
    assert set(event["data"]) == {"incident", "ticket"}
    assert event["data"]["incident"]["id"] == update.incident.id


def test_a_repeat_carries_the_same_key(receiver: Receiver) -> None:
    with sink(receiver.url) as to:
        to.deliver(opened())
        to.deliver(opened())
    assert len({headers["webhook-id"] for headers, _ in receiver.seen}) == 1


def test_the_test_says_what_to_look_for(receiver: Receiver) -> None:
    with sink(receiver.url) as to:
        said = to.send_test()
    headers, body = receiver.seen[0]
    assert Webhook(SECRET).verify(body, headers)["type"] == "test"
    assert headers["webhook-id"] in said


@pytest.mark.parametrize(
    ("status", "headers", "retry", "after"),
    [
        pytest.param(429, {"retry-after": "7"}, True, timedelta(seconds=7), id="too many, says when"),
        pytest.param(503, {"retry-after": "999999999999"}, True, timedelta(seconds=999999999), id="says too long"),
        pytest.param(500, {}, True, None, id="server error"),
        pytest.param(502, {"retry-after": "soon"}, True, None, id="says nonsense"),
        pytest.param(400, {}, False, None, id="refused"),
        pytest.param(410, {}, False, None, id="gone"),
        pytest.param(302, {"location": "/elsewhere"}, False, None, id="redirect"),
    ],
)
def test_what_was_not_accepted_says_whether_to_try_again(
    receiver: Receiver, status: int, headers: dict[str, str], retry: bool, after: timedelta | None
) -> None:
    receiver.status, receiver.headers = status, headers
    with sink(receiver.url) as to, pytest.raises(DeliveryError, match=f"webhook ops: answered {status}") as caught:
        to.deliver(opened())
    assert (caught.value.retry, caught.value.retry_after) == (retry, after)
    assert len(receiver.seen) == 1


def test_a_receiver_that_hangs_is_tried_again(receiver: Receiver) -> None:
    receiver.hangs = threading.Event()
    with sink(receiver.url, timeout=NAP) as to, pytest.raises(DeliveryError, match="no answer in time") as caught:
        to.deliver(opened())
    assert caught.value.retry


def test_a_receiver_that_is_down_is_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        with sink(url) as to, pytest.raises(DeliveryError, match="cannot be reached") as caught:
            to.deliver(opened())
    assert caught.value.retry


@pytest.mark.parametrize(
    ("url", "secret", "says"),
    [
        pytest.param("ftp://x", SECRET, "must begin with https", id="no http"),
        pytest.param("https://x", "", "secret is empty", id="no secret"),
        pytest.param("https://x", "whsec_a", "not `whsec_` and base64", id="bad secret"),
    ],
)
def test_a_bad_setting_is_named_without_its_secret(url: str, secret: str, says: str) -> None:
    with pytest.raises(ValueError, match=f"webhook ops: .*{says}"):
        sink(url, secret)
