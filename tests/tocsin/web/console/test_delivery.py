"""What was given up is shown to engineers, and tried again where one asks for it."""

import re

import pytest

from incidents.delivery import DeliveryError, Failure
from tests.tocsin.storage.examples import mail
from tests.tocsin.web.running import Running
from tocsin.storage import WaitingUpdate
from tocsin.storage.accounts import Role

PATH = "/console/delivery"
REFUSED = Failure(
    cause=DeliveryError("550 no <b>such</b> user ada@example.com", retry=False), next_at=None, why="refused"
)


def given_up(tocsin: Running) -> None:
    """A mail, and an update to the tracker."""
    store, now = tocsin.services.store, tocsin.clock()
    store.mail.enqueue([mail("a", to="ada@example.com")], now)
    store.mail.failed(store.mail.due(now)[0].id, REFUSED, now)
    store.sinks.start("tracker", now)
    incident = tocsin.incident()
    store.sinks.failed("tracker", WaitingUpdate(incident_id=incident.id, seq=1, attempts=0), REFUSED, now)


def test_what_was_given_up_stands_there_with_its_reason_and_no_address(tocsin: Running) -> None:
    given_up(tocsin)
    shown = tocsin.client(Role.ENGINEER).get(PATH).text
    assert "2 deliveries were given up" in shown
    assert "mail to a…@example.com" in shown
    assert "550 no &lt;b&gt;such&lt;/b&gt; user a…@example.com; tried 1 time" in shown
    for channel in ("updates:tracker", "updates:customers", "mail", "mail:bulk"):
        assert f">{channel}</td>" in shown


@pytest.mark.parametrize("channel", ["mail", "updates:tracker"])
def test_an_engineer_has_it_tried_again_and_that_is_audited(tocsin: Running, channel: str) -> None:
    given_up(tocsin)
    client = tocsin.client(Role.ENGINEER)
    form = rf'name="channel" value="{channel}"><input type="hidden" name="letter" value="([^"]+)"'
    letter = re.findall(form, client.get(PATH).text)[0]
    answer = client.submit(f"{PATH}/again", {"channel": channel, "letter": letter}, PATH)
    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    assert "1 delivery was given up" in client.get(PATH).text
    assert tocsin.audited(f"{channel} {letter}") == ["deliver again"]
    assert {"mail", "deliver", "call"} <= set(tocsin.runtime.woken)
    again = client.submit(f"{PATH}/again", {"channel": channel, "letter": letter}, PATH)
    assert again.status_code == 404, "it is on its way"


def test_what_is_not_there_is_not_tried_again(tocsin: Running) -> None:
    client = tocsin.client(Role.ENGINEER)
    for channel, letter in (("mail", "7"), ("mail", "x"), ("nobody", "7"), ("updates:tracker", "a:1"), ("mail", "")):
        assert client.submit(f"{PATH}/again", {"channel": channel, "letter": letter}, PATH).status_code == 404


def test_only_engineers_with_the_forms_token_may(tocsin: Running) -> None:
    given_up(tocsin)
    sent = {"channel": "mail", "letter": "1"}
    assert tocsin.client(Role.ENGINEER).post(f"{PATH}/again", data=sent).status_code == 403
    assert tocsin.client(Role.AGENT).post(f"{PATH}/again", data=sent).status_code == 403
    assert tocsin.client().post(f"{PATH}/again", data=sent).status_code in {303, 401}
    assert tocsin.services.store.mail.counts().given_up == 1
