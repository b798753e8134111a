"""The HTTP API: what it answers, and that /openapi.json tells the truth about it."""

from datetime import timedelta
from html import unescape
from typing import Any

import jsonschema
import pytest
from httpx2 import Response

from tests.tocsin.web.running import Client, Running
from tickets.forms import TEXT_MAX
from tocsin.context.clock_jumps import ClockJump
from tocsin.context.loops import Loop
from tocsin.storage.accounts import Role

TICKET = {"form": "Withdrawal", "text": "My BTC is stuck", "email": "ada@example.com", "fields": {"asset": "BTC"}}
OPENING = {"title": "Withdrawals fail", "components": ["withdrawals/BTC/bitcoin"], "kind": "errors"}
KEY = {"idempotency-key": "k1"}


@pytest.fixture
def machine(tocsin: Running) -> Client:
    return tocsin.client(token=tocsin.token("incidents:write"))


def test_a_ticket_is_accepted_and_its_page_opens(tocsin: Running) -> None:
    answer = tocsin.client().post("/api/v1/tickets", json=TICKET)
    assert answer.status_code == 201
    number, url = answer.json()["number"], answer.json()["url"]
    assert number.startswith("TOC-")
    assert number in tocsin.client().get(url).text
    tocsin.settle()
    assert tocsin.services.mailbox is not None
    assert number in tocsin.services.mailbox.list().mails[0].subject


def test_the_same_key_is_answered_the_same_and_stores_once(tocsin: Running) -> None:
    client = tocsin.client()
    first, again = (client.post("/api/v1/tickets", json=TICKET, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert sum(tocsin.services.store.tickets.counts().values()) == 1
    other = client.post("/api/v1/tickets", json={**TICKET, "text": "Another"}, headers=KEY)
    assert other.status_code == 409
    assert "use a new key" in other.json()["error"]


WRONG: dict[str, tuple[Any, str]] = {
    "no text": ({**TICKET, "text": ""}, "text"),
    "a long text": ({**TICKET, "text": "x" * (TEXT_MAX + 1)}, "text"),
    "no address": ({**TICKET, "email": "nobody"}, "email"),
    "an unknown key": ({**TICKET, "emial": "x"}, "emial"),
    "an unknown form": ({**TICKET, "form": "Nope"}, "form"),
    "an unknown field": ({**TICKET, "fields": {"colour": "red"}}, "colour"),
    "a list": ([], ""),
}


@pytest.mark.parametrize(("body", "field"), WRONG.values(), ids=WRONG)
def test_a_wrong_ticket_is_refused_with_its_field(tocsin: Running, body: object, field: str) -> None:
    answer = tocsin.client().post("/api/v1/tickets", json=body)
    assert answer.status_code == 422
    assert field in [p["field"] for p in answer.json()["problems"]]
    assert tocsin.services.store.tickets.counts() == {}


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b'{"text": "\\ud800"}'])
def test_what_is_not_json_is_refused(tocsin: Running, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = tocsin.client().post("/api/v1/tickets", content=content, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]


def test_an_incident_is_opened_once_read_and_ended(tocsin: Running, machine: Client) -> None:
    first, again = (machine.post("/api/v1/incidents", json=OPENING, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    story = first.json()
    assert story == again.json()
    assert story["incident"]["opened_by"] == "token:incidents:write"
    assert story["timeline"][0]["kind"] == "opened"
    reference = story["incident"]["reference"]
    assert machine.post("/api/v1/incidents", json={**OPENING, "title": "x"}, headers=KEY).status_code == 409
    done = machine.post(f"/api/v1/incidents/{reference}/actions", json={"action": "approve", "text": "We look."})
    assert done.json()["timeline"][-1]["message"] == "We look."
    ended = machine.post(
        f"/api/v1/incidents/{reference}/actions", json={"action": "resolve", "end_reason": "fixed"}
    ).json()
    assert ended["incident"]["status"] == "resolved"
    assert "reopen" in ended["actions"]
    assert machine.get(f"/api/v1/incidents/{reference.lower()}").json() == ended
    listed = machine.get("/api/v1/incidents", params={"status": "resolved"}).json()
    assert [i["reference"] for i in listed["items"]] == [reference]
    assert machine.get("/api/v1/incidents", params={"status": "detected"}).json()["items"] == []
    assert tocsin.runtime.woken.count(Loop.PUBLISH) >= 3
    assert tocsin.audited(story["incident"]["id"]) == ["open", "approve", "resolve"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "reopen"}, 409),
        ({"action": "resolve", "end_reason": "boredom"}, 409),
        ({"action": "merge", "into": "INC-99"}, 409),
        ({"action": "set severity", "severity": "terrible"}, 409),
        ({"action": "dance"}, 422),
        ({"action": "confirm", "why": "x"}, 422),
    ],
)
def test_an_impossible_action_is_refused_with_words(
    tocsin: Running, machine: Client, body: dict[str, str], status: int
) -> None:
    incident = tocsin.incident()
    answer = machine.post(f"/api/v1/incidents/{incident.id}/actions", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert len(tocsin.services.store.incidents.timeline(incident.id)) == 2


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ({**OPENING, "components": ["nothing"]}, KEY, 422),
        ({**OPENING, "title": " "}, KEY, 422),
        ({**OPENING, "components": []}, KEY, 422),
        ({**OPENING, "started_at": "2026-03-02T14:00:00"}, KEY, 422),
        (OPENING, {}, 422),
    ],
)
def test_a_wrong_opening_opens_nothing(
    tocsin: Running, machine: Client, body: dict[str, object], headers: dict[str, str], status: int
) -> None:
    assert machine.post("/api/v1/incidents", json=body, headers=headers).status_code == status
    assert tocsin.services.store.incidents.active() == ()


def test_an_engineer_uses_the_api_with_the_session_and_the_form_token(tocsin: Running) -> None:
    client = tocsin.client(Role.ENGINEER)
    assert client.get("/api/v1/incidents").json() == {"items": [], "next_cursor": None}
    assert client.post("/api/v1/incidents", json=OPENING, headers=KEY).status_code == 403
    headers = {**KEY, "x-form-token": tocsin.form_token(Role.ENGINEER)}
    assert client.post("/api/v1/incidents", json=OPENING, headers=headers).status_code == 201


def described(schema: dict[str, Any], method: str, path: str, answer: Response) -> None:
    """Fails unless the answer is one that the description declares."""
    operation = schema["paths"][path][method]
    declared = operation["responses"][str(answer.status_code)]
    shape = declared.get("content", {}).get("application/json", {}).get("schema")
    if shape is not None:
        jsonschema.Draft202012Validator({**shape, "components": schema["components"]}).validate(answer.json())


def test_the_description_is_true_to_what_is_answered(tocsin: Running, machine: Client) -> None:
    schema = tocsin.client().get("/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    anybody, reader = tocsin.client(), tocsin.client(token=tocsin.token("incidents:read"))
    tickets, incidents, one = "/api/v1/tickets", "/api/v1/incidents", "/api/v1/incidents/{reference}"
    json_type = {"content-type": "application/json"}
    described(schema, "post", tickets, anybody.post(tickets, json=TICKET, headers=KEY))
    described(schema, "post", tickets, anybody.post(tickets, json=TICKET, headers=KEY))
    described(schema, "post", tickets, anybody.post(tickets, json={**TICKET, "text": "x"}, headers=KEY))
    described(schema, "post", tickets, anybody.post(tickets, json={}))
    described(schema, "post", tickets, anybody.post(tickets, content=b"{", headers=json_type))
    described(schema, "post", tickets, anybody.post(tickets, content=b" " * 600_000, headers=json_type))
    described(schema, "post", incidents, machine.post(incidents, json=OPENING, headers=KEY))
    described(schema, "post", incidents, machine.post(incidents, json=OPENING, headers=KEY))
    described(schema, "post", incidents, machine.post(incidents, json={**OPENING, "title": "x"}, headers=KEY))
    described(schema, "post", incidents, machine.post(incidents, json={}, headers=KEY))
    described(schema, "post", incidents, machine.post(incidents, content=b"{", headers={**KEY, **json_type}))
    described(schema, "post", incidents, reader.post(incidents, json=OPENING, headers=KEY))
    described(schema, "get", incidents, reader.get(incidents))
    described(schema, "get", incidents, reader.get(incidents, params={"cursor": "nonsense"}))
    described(schema, "get", incidents, reader.get(incidents, params={"limit": "0"}))
    described(schema, "get", incidents, anybody.get(incidents))
    described(schema, "get", one, reader.get(f"{incidents}/INC-1"))
    described(schema, "get", one, reader.get(f"{incidents}/INC-99"))
    act = f"{incidents}/INC-1/actions"
    described(schema, "post", f"{one}/actions", machine.post(act, json={"action": "confirm"}))
    described(schema, "post", f"{one}/actions", machine.post(act, json={"action": "reopen"}))
    described(schema, "post", f"{one}/actions", machine.post(act, json={"action": "dance"}))
    described(schema, "get", "/-/ready", anybody.get("/-/ready"))


def test_a_clock_that_was_set_is_reported_by_the_health_check_and_the_console(tocsin: Running) -> None:
    tocsin.runtime.clock_jump = ClockJump(by=timedelta(seconds=-599.6), at=tocsin.clock())
    said = f"The computer's clock was set back by 10 min; it showed {tocsin.clock():%Y-%m-%d %H:%M} UTC then."
    ready = tocsin.client().get("/-/ready")
    assert ready.status_code == 200
    assert said in ready.text
    assert said in unescape(tocsin.client(Role.ENGINEER).get("/console/watches").text)


def test_the_description_says_who_may_call_what(tocsin: Running) -> None:
    paths = tocsin.client().get("/openapi.json").json()["paths"]
    assert paths["/api/v1/incidents"]["post"]["security"] == [{"token": ["incidents:write"]}, {"session": []}]
    assert paths["/metrics"]["get"]["security"] == [{"token": ["metrics"]}, {"session": []}, {}]
    assert "security" not in paths["/api/v1/tickets"]["post"]
    assert not [path for path in paths if path.startswith(("/console", "/desk", "/support"))]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It is chain/bitcoin.", "chain/bitcoin"),
        ("[More](https://kafka-2.prod.internal/x)", "kafka-2.prod.internal"),
        ("Ticket TOC-78342 says so.", "toc-78342"),
        ("**exchange_withdrawal_processing**\\_seconds rose", "exchange_withdrawal_processing_seconds"),
    ],
)
def test_words_for_the_public_with_a_word_of_the_inside_are_refused(
    tocsin: Running, machine: Client, text: str, word: str
) -> None:
    incident = tocsin.incident()
    before = tocsin.services.store.incidents.timeline(incident.id)
    answer = machine.post(f"/api/v1/incidents/{incident.id}/actions", json={"action": "add message", "text": text})
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["field"] == "text"
    assert repr(word) in problem["problem"]
    assert tocsin.services.store.incidents.timeline(incident.id) == before
