"""A storm of alerts makes few notifications: request, inbox, signals, incidents, and a webhook that listens."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from incidents.lifecycle import Action
from tests.faults.stage import Receiver, receiver
from tests.tocsin.web.running import CONFIG, Running, running
from tocsin.intake.intake import work_off
from tocsin.response.place import place

CAUSES, PARTS, ALERTS = 20, 8, 50
SIGNALS = {f"service/{n}": PARTS * len(range(n, ALERTS, CAUSES)) for n in range(CAUSES)}
STORM = """\
incidents: {{cause_wait: 0s}}
trackers:
  - {{kind: webhook, name: ops, url: "{one}", secret_env: OPS_SECRET}}
  - {{kind: webhook, name: chat, url: "{other}", secret_env: OPS_SECRET, gather: 0s}}
alerts: {{rules: [{{match: {{service: "*"}}, component: "service/{{service}}"}}]}}
"""
NUMBERS = ", ".join(f'{{n: "{n}"}}' for n in range(CAUSES))
SERVICES = f'  - {{for: [{NUMBERS}], name: "service/{{n}}", title: "S{{n}}", depends_on: []}}\n'


@pytest.fixture
def ops() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def chat() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def tocsin(tmp_path: Path, ops: Receiver, chat: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("OPS_SECRET", "whsec_" + "c2VjcmV0" * 6)
    config = CONFIG.replace("watches:\n", f"{SERVICES}watches:\n", 1) + STORM.format(one=ops.url, other=chat.url)
    made = running(tmp_path, config)
    for sink in made.services.sinks:
        made.services.store.sinks.start(sink.name, made.clock())
    yield made
    made.close()


def send(tocsin: Running, part: int) -> None:
    """One request of fifty alerts, of each cause two or three."""
    now = tocsin.clock().isoformat()
    said = [
        {
            "labels": {"alertname": f"A{n % 3}", "service": str(n % CAUSES), "instance": f"{part}.{n}"},
            "startsAt": now,
            "endsAt": "2026-03-03T00:00:00Z",
        }
        for n in range(ALERTS)
    ]
    answer = tocsin.client(token=tocsin.token("alerts")).post("/api/v2/alerts", json=said)
    assert answer.status_code == 200, answer.text


def work(tocsin: Running) -> None:
    """One run of every loop that the storm wakes."""
    work_off(tocsin.services.intake, tocsin.clock())
    place(tocsin.services.response, tocsin.clock())
    for sink in tocsin.services.sinks:
        tocsin.deliver(f"updates:{sink.name}")


def storm(tocsin: Running) -> None:
    """Four hundred alerts of twenty causes within sixteen seconds, and a minute of quiet."""
    for part in range(PARTS):
        send(tocsin, part)
        work(tocsin)
        tocsin.clock.pass_(seconds=2)
    tocsin.clock.pass_(minutes=1)
    work(tocsin)


def test_a_storm_of_twenty_causes_is_twenty_tickets_and_two_notifications_of_each(
    tocsin: Running, ops: Receiver, chat: Receiver
) -> None:
    storm(tocsin)
    store = tocsin.services.store
    incidents = store.incidents.active()
    assert {i.component: len(i.signals) for i in incidents} == SIGNALS
    assert all(store.engineering_tickets.get(i.id) for i in incidents)
    assert len(ops.accepted) <= 2 * CAUSES
    assert Counter(body["type"] for _, body in ops.accepted)["incident.opened"] == CAUSES
    last = {body["data"]["incident"]["id"]: body["data"] for _, body in ops.accepted}
    for incident in incidents:
        assert {s["key"] for s in last[incident.id]["incident"]["signals"]} == {s.key for s in incident.signals}
        reasons = [line.reason for line in store.incidents.timeline(incident.id)[1:]]
        assert reasons, "the timeline keeps every line"
        assert all(reason in last[incident.id]["update"]["reason"] for reason in reasons)
    lines = {line.key for i in incidents for line in store.incidents.timeline(i.id)}
    assert {key for key, _ in chat.accepted} == lines, "where nothing gathers, every line"


def test_what_gathers_is_reported_at_once_with_the_end(tocsin: Running, ops: Receiver) -> None:
    send(tocsin, 0)
    work(tocsin)
    send(tocsin, 1)
    work(tocsin)
    assert len(ops.accepted) == CAUSES, "the openings"
    incident = tocsin.services.store.incidents.active()[0]
    joined = tocsin.services.store.incidents.timeline(incident.id)[-1]
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed", anyway="yes")
    work(tocsin)
    (resolved,) = [body for _, body in ops.accepted[CAUSES:]]
    assert resolved["type"] == "incident.resolved"
    assert resolved["data"]["incident"]["id"] == incident.id
    assert joined.reason in resolved["data"]["update"]["reason"]


def test_killed_before_it_is_written_down_what_gathered_is_repeated_once_with_its_key(
    tocsin: Running, ops: Receiver
) -> None:
    send(tocsin, 0)
    work(tocsin)
    send(tocsin, 1)
    work(tocsin)
    tocsin.clock.pass_(minutes=1)
    killed = tocsin.channel("updates:ops")
    (one,) = killed.due(tocsin.clock())
    with killed.sending() as hand_over:
        hand_over(one)
    assert tocsin.runtime.reload() == ()
    tocsin.deliver("updates:ops")
    repeats = Counter(key for key, _ in ops.accepted)
    assert repeats.pop(one.key) == 2
    assert sorted(repeats.values()) == [1] * (2 * CAUSES - 1)
