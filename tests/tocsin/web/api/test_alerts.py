"""POST /api/v2/alerts and what amtool asks for, over the whole service: request, inbox, signal, incident, ticket."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents.component import ComponentGraph
from incidents.incident import Incident, Status
from incidents.intake.listing import instant_text
from incidents.silence import Silence
from tests.tocsin.web.running import CONFIG, Running, running
from tocsin.context.loops import Loop
from tocsin.intake import intake
from tocsin.intake.intake import work_off
from tocsin.response.place import place
from tocsin.storage.accounts import Role

PATH = "/api/v2/alerts"
RULES = """\
alerts:
  rules:
    - {match: {alertname: "Withdrawal*"}, component: "withdrawals/{asset}/{network}", kind: delay}
    - {match: {alertname: Watchdog}, ignore: true}
"""
SLOW = {"alertname": "WithdrawalSlow", "asset": "BTC", "network": "bitcoin"}
DISK = {"alertname": "DiskFull", "instance": "10.0.0.7:9100"}


@pytest.fixture
def mapped(tmp_path: Path) -> Any:
    made = running(tmp_path, CONFIG + RULES)
    yield made
    made.close()


def post(tocsin: Running, *alerts: object, status: int = 200) -> Any:
    answer = tocsin.client(token=tocsin.token("alerts")).post(PATH, json=list(alerts))
    assert answer.status_code == status, answer.text
    return answer


def fires(tocsin: Running, labels: dict[str, str], **more: object) -> dict[str, object]:
    now = tocsin.clock()
    instants = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(minutes=4)).isoformat()}
    return {"labels": labels, **instants, **more}


def go_on(tocsin: Running, **span: float) -> list[Incident]:
    """Time passes, then what was accepted is worked off and placed; the open incidents."""
    tocsin.clock.pass_(**span)
    work_off(tocsin.services.intake, tocsin.clock())
    place(tocsin.services.response, tocsin.clock())
    return list(tocsin.services.store.incidents.active())


def test_an_alert_is_an_incident_with_the_senders_words_and_links_on_its_ticket(mapped: Running) -> None:
    words = {"summary": "p95 is 412 s", "description": "Look at the queue.", "runbook_url": "https://wiki/slow"}
    post(mapped, fires(mapped, SLOW, annotations=words, generatorURL="http://prometheus/graph?g0"))
    (incident,) = go_on(mapped, seconds=10)
    assert (incident.component, incident.title) == ("withdrawals/BTC/bitcoin", "Bitcoin withdrawals delayed")
    mapped.settle()
    ticket = mapped.services.store.engineering_tickets.get(incident.id)
    assert ticket is not None
    assert ticket.title == "Bitcoin withdrawals delayed: p95 is 412 s"
    assert "[rule](http://prometheus/graph?g0), [runbook](https://wiki/slow)" in ticket.body
    assert "description “Look at the queue.”" in ticket.body
    assert "labels `alertname=WithdrawalSlow, asset=BTC, network=bitcoin`" in ticket.body


def test_a_list_of_incidents_holds_the_first_signals_of_each_and_says_how_many_there_are(mapped: Running) -> None:
    post(mapped, *(fires(mapped, {**SLOW, "instance": f"wallet-{n}"}) for n in range(25)))
    (incident,) = go_on(mapped, seconds=10)
    machine = mapped.client(token=mapped.token("incidents:read"))
    (listed,) = machine.get("/api/v1/incidents").json()["items"]
    whole = machine.get(f"/api/v1/incidents/{incident.id}").json()["incident"]
    assert (len(listed["signals"]), listed["signal_count"]) == (20, 25)
    assert (len(whole["signals"]), whole["signal_count"]) == (25, 25)
    assert listed["signals"] == whole["signals"][:20]


def test_it_ends_when_its_sender_says_so(mapped: Running) -> None:
    firing = fires(mapped, SLOW)
    post(mapped, firing)
    (incident,) = go_on(mapped, minutes=2)
    post(mapped, {**firing, "endsAt": mapped.clock().isoformat()})
    assert go_on(mapped, minutes=3) == []
    assert mapped.current(incident).status is Status.RESOLVED


def test_it_ends_when_nobody_says_it_again(mapped: Running) -> None:
    post(mapped, fires(mapped, SLOW))
    (incident,) = go_on(mapped, minutes=3)
    post(mapped, fires(mapped, SLOW))
    assert go_on(mapped, minutes=3.5)[0].recovered_at is None
    ended_at = mapped.clock() + timedelta(minutes=0.5)
    assert go_on(mapped, minutes=1)[0].recovered_at == ended_at
    assert go_on(mapped, minutes=2) == []
    reason = mapped.services.store.incidents.timeline(incident.id)[-2].reason
    assert "its sender has not said it again since" in reason


def test_alerts_of_unknown_hosts_are_one_incident_and_never_public(mapped: Running) -> None:
    post(mapped, fires(mapped, DISK), fires(mapped, {**DISK, "alertname": "DiskSlow", "instance": "10.0.0.7:9187"}))
    (incident,) = go_on(mapped, seconds=10)
    assert len(incident.signals) == 2
    assert go_on(mapped, minutes=1)[0].disclose_at is None
    assert mapped.current(incident).disclosed_at is None


def test_an_unknown_host_is_no_second_witness_for_the_public(mapped: Running) -> None:
    post(mapped, fires(mapped, SLOW), fires(mapped, DISK))
    (incident,) = go_on(mapped, seconds=10)
    assert set(incident.components) == {"withdrawals/BTC/bitcoin", "10.0.0.7:9100"}
    assert incident.disclose_at is None
    assert incident.disclosure_reason == "waits for a second independent signal or a metric that customers feel"


def test_the_valid_alerts_of_a_bad_batch_are_kept_and_the_others_named(mapped: Running) -> None:
    answer = post(mapped, fires(mapped, SLOW), {"labels": {}}, fires(mapped, DISK), status=400)
    assert answer.json() == "[1]: labels are empty, must hold at least one that is not; 2 other alerts were stored"
    work_off(mapped.services.intake, mapped.clock())
    assert len(mapped.services.store.alerts.lasting()) == 2
    assert (
        post(mapped, {}, status=422).json()
        == "[0]: labels are missing, must hold at least one; 0 other alerts were stored"
    )


@pytest.mark.parametrize("body", ["{", "[{}", '["\ud800"]'.encode("utf-8", "surrogatepass")])
def test_a_body_that_is_not_json_is_refused(mapped: Running, body: Any) -> None:
    answer = mapped.client(token=mapped.token("alerts")).post(PATH, content=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("the body is not JSON")


def test_nobody_without_the_scope_sends_alerts(mapped: Running) -> None:
    assert mapped.client().post(PATH, json=[]).status_code == 401
    assert mapped.client(token=mapped.token("incidents:write")).post(PATH, json=[]).status_code == 403
    assert mapped.client(Role.ENGINEER).post(PATH, json=[]).status_code == 403


def test_too_many_that_wait_are_answered_with_when_to_come_again(
    mapped: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "WAITING_MAX", 1)
    post(mapped, fires(mapped, SLOW), fires(mapped, DISK))
    answer = post(mapped, fires(mapped, SLOW), status=429)
    assert answer.headers["retry-after"] == "5"
    assert "2 alerts wait to be worked off, at most 1 may" in answer.json()["error"]
    go_on(mapped)
    post(mapped, fires(mapped, SLOW))


def test_a_database_that_cannot_be_written_refuses_what_may_be_sent_again(mapped: Running, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "tocsin.db")) as database:
        database.execute("ALTER TABLE alert_inbox RENAME TO gone")
        post(mapped, fires(mapped, SLOW), status=503)
        database.execute("ALTER TABLE gone RENAME TO alert_inbox")
    post(mapped, fires(mapped, SLOW))
    assert len(go_on(mapped, seconds=10)) == 1


def test_what_is_accepted_wakes_the_loop_that_works_it_off(mapped: Running) -> None:
    post(mapped, fires(mapped, SLOW))
    assert mapped.runtime.woken == [Loop.INTAKE]


def test_a_redirected_post_is_notified_that_nothing_was_stored(mapped: Running) -> None:
    client = mapped.client(token=mapped.token("alerts"))
    answer = client.get(PATH, headers={"user-agent": "Prometheus/2.42.0", "content-type": "application/json"})
    assert answer.status_code == 405
    assert "a redirect made this POST a GET" in answer.json()


def test_amtool_lists_what_fires(mapped: Running) -> None:
    post(mapped, fires(mapped, SLOW, annotations={"summary": "slow"}), fires(mapped, DISK))
    go_on(mapped)
    client = mapped.client(token=mapped.token("alerts"))
    assert [one["labels"] for one in client.get(PATH, params={"filter": 'alertname="DiskFull"'}).json()] == [DISK]
    (slow,) = client.get(PATH, params={"filter": ["alertname=~Withdraw.*", "asset!=ETH"]}).json()
    assert (slow["annotations"], slow["status"]["state"]) == ({"summary": "slow"}, "active")
    assert client.get(PATH, params={"filter": "="}).status_code == 400
    assert client.get(PATH, params={"filter": 'a=~"("'}).status_code == 400
    assert client.get("/api/v2/silences").json() == []
    assert client.get("/api/v2/status").json()["cluster"] == {"status": "disabled", "peers": []}


def test_shadow_alerts_are_judged_and_notified_to_nobody(tmp_path: Path) -> None:
    made = running(tmp_path, CONFIG + RULES + "shadow: true\n")
    post(made, fires(made, SLOW))
    assert [i.shadow for i in go_on(made, seconds=10)] == [True]
    made.close()


class Broken(ComponentGraph):
    """A graph that fails for one name, as a fault of ours would."""

    def __contains__(self, name: object) -> bool:
        if name == "10.0.0.9:9100":
            raise ZeroDivisionError("a fault of ours")
        return super().__contains__(name)


def test_an_alert_that_cannot_be_worked_off_holds_up_no_other(mapped: Running) -> None:
    post(mapped, fires(mapped, {**DISK, "instance": "10.0.0.9:9100"}), fires(mapped, DISK))
    post(mapped, fires(mapped, SLOW))
    broken = replace(mapped.services.intake, graph=Broken(()))
    work_off(broken, mapped.clock())
    assert len(mapped.services.store.alerts.lasting()) == 2
    scraped = mapped.client(token=mapped.token("metrics")).get("/metrics").text
    assert "tocsin_alerts_failed 1.0" in scraped
    assert mapped.services.store.alerts.try_again() == 1
    work_off(mapped.services.intake, mapped.clock())
    assert len(mapped.services.store.alerts.lasting()) == 3


def test_a_listed_alert_says_what_its_latest_statement_said_and_whether_it_is_silenced(mapped: Running) -> None:
    words = {"summary": "slow", "description": "400 s"}
    post(mapped, fires(mapped, SLOW, annotations=words, generatorURL="http://p/1"), fires(mapped, DISK))
    began = mapped.clock()
    go_on(mapped, minutes=2)
    post(mapped, fires(mapped, SLOW, annotations={**words, "description": "500 s"}, generatorURL="http://p/1"))
    go_on(mapped, seconds=30)
    mapped.services.store.silences.add(
        Silence(
            id="s1",
            labels=(("asset", "B*"),),
            starts_at=mapped.clock(),
            ends_at=mapped.clock() + timedelta(hours=1),
            author="ada",
            reason="a test",
        ),
        mapped.clock(),
    )
    client = mapped.client(token=mapped.token("alerts"))
    (slow,) = client.get(PATH, params={"active": False}).json()
    assert slow == {
        "fingerprint": slow["fingerprint"],
        "labels": SLOW,
        "annotations": {**words, "description": "500 s"},
        "generatorURL": "http://p/1",
        "startsAt": instant_text(began),
        "updatedAt": instant_text(began + timedelta(minutes=2)),
        "endsAt": instant_text(began + timedelta(minutes=6)),
        "receivers": [{"name": "tocsin"}],
        "status": {"state": "suppressed", "silencedBy": ["s1"], "inhibitedBy": []},
    }
    (disk,) = client.get(PATH, params={"silenced": False}).json()
    assert (disk["labels"], disk["status"]["silencedBy"]) == (DISK, [])
    assert {one["labels"]["alertname"] for one in client.get(PATH).json()} == {"WithdrawalSlow", "DiskFull"}
