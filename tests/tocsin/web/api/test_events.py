"""An Alertmanager's webhook, the Events API and CloudEvents, as their real senders write them."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents.incident import Incident, Status
from tests.require import require
from tests.tocsin.web.running import CONFIG, Running, running
from tocsin.intake import intake
from tocsin.intake.intake import work_off
from tocsin.response.place import place

WEBHOOK, CLOUD = "/api/v1/alertmanager", "/api/v1/cloudevents"
STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
RULES = """\
alerts:
  rules:
    - {match: {asset: "*"}, component: "withdrawals/{asset}/{network}", kind: delay}
"""
YEAR_1 = "0001-01-01T00:00:00Z"


@pytest.fixture
def mapped(tmp_path: Path) -> Iterator[Running]:
    made = running(tmp_path, CONFIG + RULES)
    yield made
    made.close()


def go_on(tocsin: Running, **span: float) -> list[Incident]:
    """Time passes, then what was accepted is worked off and placed; the open incidents."""
    tocsin.clock.pass_(**span)
    work_off(tocsin.services.intake, tocsin.clock())
    place(tocsin.services.response, tocsin.clock())
    return list(tocsin.services.store.incidents.active())


def lasting(tocsin: Running) -> dict[str, str]:
    """What fires: the title of each alert by its component."""
    work_off(tocsin.services.intake, tocsin.clock())
    return {one.signal.component: one.signal.title for one in tocsin.services.store.alerts.lasting().values()}


# An Alertmanager's webhook


def group(tocsin: Running, *alerts: tuple[str, str], said: str = "firing", cut: int = 0, status: int = 200) -> Any:
    """One request of an Alertmanager: (host, status) of each alert, the group's own status, how many were cut off."""
    begun = tocsin.clock().isoformat()
    body = {
        "receiver": "tocsin",
        "status": said,
        "alerts": [
            {
                "status": state,
                "labels": {"alertname": "DiskFull", "instance": host},
                "annotations": {"summary": f"{host} is full"},
                "startsAt": begun,
                "endsAt": begun if state == "resolved" else YEAR_1,
                "generatorURL": "http://prometheus/graph",
                "fingerprint": "b361ffd2dad1df7b",
            }
            for host, state in alerts
        ],
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager",
        "version": "4",
        "groupKey": '{}:{group="g1"}',
        "truncatedAlerts": cut,
    }
    answer = tocsin.client(token=tocsin.token("alerts")).post(WEBHOOK, json=body)
    assert answer.status_code == status, answer.text
    return answer


def test_each_alert_of_a_group_goes_its_own_way(mapped: Running) -> None:
    group(mapped, ("a", "firing"), ("b", "firing"))
    group(mapped, ("a", "resolved"), ("b", "firing"))
    assert lasting(mapped) == {"b": "b is full"}


def test_a_group_that_is_called_resolved_ends_nothing_that_was_cut_off(mapped: Running) -> None:
    group(mapped, ("a", "firing"), ("b", "firing"))
    group(mapped, ("a", "resolved"), said="resolved", cut=1)
    assert lasting(mapped) == {"b": "b is full"}


def test_an_alert_that_nobody_repeats_has_ended(mapped: Running) -> None:
    group(mapped, ("a", "firing"))
    assert len(go_on(mapped, hours=4)) == 1
    group(mapped, ("a", "firing"))
    assert len(go_on(mapped, hours=4.9)) == 1
    go_on(mapped, minutes=7)
    assert go_on(mapped, minutes=3) == []


def test_the_good_part_of_a_group_is_kept(mapped: Running) -> None:
    answer = group(mapped, ("a", "firing"), ("b", "pending"), status=400)
    assert answer.json()["problems"] == [
        {"field": "alerts[1]", "problem": "status is 'pending', must be firing or resolved"}
    ]
    assert lasting(mapped) == {"a": "a is full"}


@pytest.mark.parametrize("body", [[], {"version": "4"}, "alerts"])
def test_what_is_no_webhook_is_refused(mapped: Running, body: object) -> None:
    answer = mapped.client(token=mapped.token("alerts")).post(WEBHOOK, json=body)
    assert answer.status_code == 400
    assert "must be an Alertmanager webhook's, version 4" in answer.json()["error"]


def test_an_alertmanager_is_notified_to_come_again_in_the_way_it_heeds(
    mapped: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "WAITING_MAX", 0)
    group(mapped, ("a", "firing"))
    assert group(mapped, ("a", "firing"), status=503).headers["retry-after"] == "5"


# Events API


def pager(tocsin: Running, key: str = "") -> Any:
    """The real client, whose requests come to this Tocsin."""
    require("module:pagerduty")
    import pagerduty

    inside = tocsin.client()
    return pagerduty.EventsApiV2Client(
        key or tocsin.token("alerts"), base_url="https://testserver", transport=inside._transport
    )


def test_the_pagerduty_client_triggers_and_resolves(mapped: Running) -> None:
    client = pager(mapped)
    details = {"asset": "BTC", "network": "bitcoin", "firing": "Labels:\n - alertname = X\n", "num_firing": "1"}
    key = client.trigger("Withdrawals are slow", "wallet-3", severity="error", custom_details=details)
    assert key
    (incident,) = go_on(mapped, seconds=10)
    assert incident.component == "withdrawals/BTC/bitcoin"
    assert incident.signals[0].title == "Withdrawals are slow"
    assert dict(incident.signals[0].facts)["annotation num_firing"] == "1"
    client.acknowledge(key)
    assert len(go_on(mapped, hours=12)) == 1
    client.resolve(key)
    assert go_on(mapped, minutes=3) == []
    assert mapped.current(incident).status is Status.RESOLVED


def test_a_key_is_its_senders_own(mapped: Running) -> None:
    other = mapped.services.store.people.add_token("other", ["alerts"], mapped.clock())
    for client in (pager(mapped), pager(mapped, other)):
        assert client.trigger("Disk full", "a", dedup_key="disk") == "disk"
        assert client.trigger("Disk full", "a", dedup_key="disk") == "disk"
    work_off(mapped.services.intake, mapped.clock())
    assert len(mapped.services.store.alerts.lasting()) == 2
    pager(mapped, other).resolve("disk")
    work_off(mapped.services.intake, mapped.clock())
    assert len(mapped.services.store.alerts.lasting()) == 1


EVENT: dict[str, Any] = {
    "event_action": "trigger",
    "payload": {"summary": "Disk full", "source": "a", "severity": "critical"},
}


def enqueue(tocsin: Running, **changes: object) -> Any:
    event = {"routing_key": tocsin.token("alerts"), **EVENT, **changes}
    return tocsin.client().post("/v2/enqueue", json=event)


def test_a_trigger_without_a_key_is_new_each_time(mapped: Running) -> None:
    keys = {enqueue(mapped).json()["dedup_key"] for _ in range(2)}
    assert len(keys) == 2
    work_off(mapped.services.intake, mapped.clock())
    assert len(mapped.services.store.alerts.lasting()) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"event_action": "open"}, "event_action is 'open', must be one of trigger, acknowledge, resolve"),
        ({"event_action": "resolve"}, "dedup_key is missing, must name the alert to resolve"),
        ({"dedup_key": "k" * 256}, "dedup_key has 256 characters, at most 255 are allowed"),
        ({"payload": None}, "payload is null, must be an object with summary, source and severity"),
        ({"payload": {**EVENT["payload"], "summary": ""}}, "payload.summary has 0 characters, must have 1 to 1024"),
        ({"payload": {**EVENT["payload"], "source": ""}}, "payload.source is missing, must name what has the problem"),
        (
            {"payload": {**EVENT["payload"], "severity": "bad"}},
            "payload.severity is 'bad', must be one of critical, error, warning, info",
        ),
        (
            {"routing_key": "wrong"},
            "routing_key is not a known token with the scope alerts; make one with `tocsin keys add`",
        ),
    ],
)
def test_an_event_that_is_not_valid_is_refused_for_good(mapped: Running, changes: Any, error: str) -> None:
    answer = enqueue(mapped, **changes)
    assert answer.status_code == 400
    assert answer.json() == {"status": "invalid event", "message": "Event object is invalid", "errors": [error]}


def test_a_token_for_something_else_is_no_routing_key(mapped: Running) -> None:
    assert enqueue(mapped, routing_key=mapped.token("incidents:write")).status_code == 400


def test_too_many_events_that_wait_are_asked_to_come_again(mapped: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "WAITING_MAX", 0)
    assert enqueue(mapped).status_code == 202
    assert enqueue(mapped).status_code == 429


# CloudEvents

BEGUN = {
    "id": "1",
    "source": "/exchange/wallet",
    "type": "com.example.withdrawal.slow",
    "subject": "BTC",
    "time": "2026-03-02T14:02:00.5+00:00",
}
SAID = {"asset": "BTC", "network": "bitcoin", "summary": "Withdrawals are slow", "description": "p95 is 412 s"}


def send(tocsin: Running, headers: Mapping[str, str], body: bytes | str, status: int = 200) -> Any:
    answer = tocsin.client(token=tocsin.token("alerts")).post(CLOUD, content=body, headers=dict(headers))
    assert answer.status_code == status, answer.text
    return answer


def python_sdk(mode: str, **changes: str) -> tuple[dict[str, str], bytes]:
    require("module:cloudevents")
    from cloudevents.core.bindings import http
    from cloudevents.core.v1.event import CloudEvent

    attributes = {**BEGUN, "specversion": "1.0", "datacontenttype": "application/json", **changes}
    event = CloudEvent({**attributes, "time": datetime.fromisoformat(attributes["time"])}, SAID)
    message = http.to_binary_event(event) if mode == "binary" else http.to_structured_event(event)
    return dict(message.headers), message.body


def js_sdk(mode: str, **changes: str) -> tuple[dict[str, str], bytes]:
    module = Path(require("npm:cloudevents/package.json")).parent
    script = (
        f"const {{CloudEvent, HTTP}} = require({json.dumps(str(module))});"
        f"const event = new CloudEvent({json.dumps({**BEGUN, **changes, 'data': SAID})});"
        f"process.stdout.write(JSON.stringify(HTTP.{mode}(event)))"
    )
    said = subprocess.run([require("node"), "-e", script], capture_output=True, text=True, check=True)
    message = json.loads(said.stdout)
    return message["headers"], message["body"].encode()


@pytest.mark.parametrize("mode", ["binary", "structured"])
@pytest.mark.parametrize("sdk", [python_sdk, js_sdk], ids=["Python", "JavaScript"])
def test_an_event_of_an_sdk_begins_and_ends_an_alert(mapped: Running, sdk: Any, mode: str) -> None:
    send(mapped, *sdk(mode))
    (incident,) = go_on(mapped, seconds=10)
    (signal,) = incident.signals
    assert (signal.component, signal.title) == ("withdrawals/BTC/bitcoin", "Withdrawals are slow")
    assert signal.name == "com.example.withdrawal.slow"
    assert signal.started_at.isoformat() == "2026-03-02T14:02:00.500000+00:00"
    assert dict(signal.facts)["description"] == "p95 is 412 s"
    send(mapped, *sdk(mode, id="2", type="com.example.withdrawal.slow.resolved", time="2026-03-02T14:03:09+00:00"))
    assert go_on(mapped, minutes=3) == []
    assert mapped.current(incident).signals[0].ended_at is not None


def structured(**changes: object) -> dict[str, object]:
    return {**BEGUN, "specversion": "1.0", "data": SAID, **changes}


def test_an_event_without_a_content_type_is_binary_and_its_data_json(mapped: Running) -> None:
    headers = {f"ce-{name}": value for name, value in {**BEGUN, "specversion": "1.0", "subject": "B%C3%A4r"}.items()}
    send(mapped, headers, json.dumps({"summary": "slow"}))
    work_off(mapped.services.intake, mapped.clock())
    (held,) = mapped.services.store.alerts.lasting().values()
    assert held.signal.title == "slow"
    assert dict(held.signal.labels)["subject"] == "Bär"


def test_the_good_part_of_a_batch_is_kept(mapped: Running) -> None:
    batch = [
        structured(),
        structured(id=""),
        structured(specversion="0.3"),
        "event",
        structured(subject="ETH", data=None),
    ]
    answer = send(mapped, {"content-type": f"{BATCH}; charset=utf-8"}, json.dumps(batch), 400)
    assert answer.json()["problems"] == [
        {"field": "[1]", "problem": "id is missing, every event must have it"},
        {"field": "[2]", "problem": "specversion is '0.3', must be 1.0"},
        {"field": "[3]", "problem": "the event is text, must be an object"},
    ]
    work_off(mapped.services.intake, mapped.clock())
    assert len(mapped.services.store.alerts.lasting()) == 2


def test_a_status_in_the_data_ends_the_alert_too(mapped: Running) -> None:
    send(mapped, {"content-type": STRUCTURED}, json.dumps(structured()))
    send(mapped, {"content-type": STRUCTURED}, json.dumps(structured(id="2", data={"status": "resolved"})))
    assert lasting(mapped) == {}


def test_what_is_no_cloud_event_is_refused(mapped: Running) -> None:
    send(mapped, {"content-type": "application/json"}, "{}", 415)
    send(mapped, {"content-type": STRUCTURED}, "{", 400)
    assert lasting(mapped) == {}


def test_an_event_that_comes_twice_is_one_alert(mapped: Running) -> None:
    for _ in range(2):
        send(mapped, {"content-type": STRUCTURED}, json.dumps(structured()))
    (incident,) = go_on(mapped, seconds=10)
    assert len(incident.signals) == 1
    assert mapped.clock() - incident.started_at == timedelta(seconds=69.5)
