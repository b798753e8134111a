"""Machines propose; a person decides in the console."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from incidents.incident import Status
from incidents.lifecycle import Action
from incidents.proposal import LASTS
from tests.tocsin.web.running import Running
from tocsin.response.proposals import MOST_OPEN
from tocsin.storage.accounts import Role

BODY = {"incident": "INC-1", "action": "resolve", "why": "withdrawals are quick again", "end_reason": "fixed"}


def post(tocsin: Running, key: str = "k", **changes: str) -> tuple[int, dict[str, object]]:
    client = tocsin.client(token=tocsin.token("incidents:propose"))
    answer = client.post("/api/v1/proposals", json={**BODY, **changes}, headers={"idempotency-key": key})
    return answer.status_code, answer.json()


def state(tocsin: Running, proposal_id: object) -> str:
    client = tocsin.client(token=tocsin.token("incidents:propose"))
    return str(client.get(f"/api/v1/proposals/{proposal_id}").json()["state"])


def test_nothing_happens_before_a_person_approves(tocsin: Running) -> None:
    incident = tocsin.incident()
    status, made = post(tocsin)
    assert (status, made["state"], made["incident"]) == (202, "open", "INC-1")
    assert post(tocsin) == (status, made), "sent again it is the same"
    assert tocsin.current(incident).status is Status.DETECTED

    erin = tocsin.client(Role.ENGINEER)
    assert "withdrawals are quick again" in erin.get(f"/console/incidents/{incident.id}").text
    assert "1 proposal waits" in erin.get("/console").text
    page = erin.get("/console/proposals").text
    assert "token:incidents:propose" in page
    assert "Resolve: <a" in page
    answer = erin.submit(f"/console/proposals/{made['id']}", {"decision": "approve"}, "/console/proposals")
    assert answer.status_code == 303

    now = tocsin.current(incident)
    assert now.status is Status.RESOLVED
    last = tocsin.services.store.incidents.timeline(incident.id)[-1]
    assert last.author != "token:incidents:propose"
    assert state(tocsin, made["id"]) == "approved"
    assert tocsin.audited(incident.id)[-2:] == ["propose resolve", "resolve"]
    assert post(tocsin)[1]["state"] == "approved", "sent again it is the same, whatever the incident allows now"


def test_a_rejected_one_changes_nothing_and_is_decided_once(tocsin: Running) -> None:
    incident = tocsin.incident()
    _, made = post(tocsin, action="acknowledge", end_reason="")
    erin = tocsin.client(Role.ENGINEER)
    path = f"/console/proposals/{made['id']}"
    assert erin.submit(path, {"decision": "reject"}, "/console/proposals").status_code == 303
    again = erin.submit(path, {"decision": "approve"}, "/console")
    assert again.status_code == 409
    assert "the proposal to acknowledge INC-1 is rejected by" in again.text
    assert tocsin.current(incident).status is Status.DETECTED
    assert (state(tocsin, made["id"]), tocsin.audited(incident.id)[-1]) == ("rejected", "reject acknowledge")
    assert erin.submit(path, {"decision": "perhaps"}, "/console").status_code == 409


def test_two_who_approve_at_once_do_it_once(tocsin: Running) -> None:
    incident = tocsin.incident()
    _, made = post(tocsin, action="add message", text="We look into it.", end_reason="")
    path = f"/console/proposals/{made['id']}"
    people = [tocsin.client(role) for role in (Role.ENGINEER, Role.ADMINISTRATOR)]
    tokens = [one.form_token("/console/proposals") for one in people]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda pair: pair[0].post(path, data={"form_token": pair[1], "decision": "approve"}).status_code,
                zip(people, tokens, strict=True),
            )
        )
    assert sorted(answers) == [303, 409]
    lines = tocsin.services.store.incidents.timeline(incident.id)
    assert [line.message for line in lines].count("We look into it.") == 1


def test_a_decision_that_is_sent_twice_at_once_is_answered_twice(tocsin: Running) -> None:
    tocsin.incident()
    erin = [tocsin.client(Role.ENGINEER) for _ in range(2)]
    for decision, proposed in (("approve", "add message"), ("reject", "acknowledge")):
        _, made = post(tocsin, proposed, action=proposed, text="We look into it.", end_reason="")
        data = {"form_token": tocsin.form_token(Role.ENGINEER), "decision": decision}
        path = f"/console/proposals/{made['id']}"
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(lambda one, path=path, data=data: one.post(path, data=data).status_code, erin)
            assert list(answers) == [303, 303]
        assert state(tocsin, made["id"]) == {"approve": "approved", "reject": "rejected"}[decision]
        ada = tocsin.client(Role.ADMINISTRATOR)
        assert ada.submit(path, {"decision": decision}, "/console/proposals").status_code == 409, "by somebody else"
    (incident,) = tocsin.services.store.incidents.active()
    lines = tocsin.services.store.incidents.timeline(incident.id)
    assert [line.message for line in lines].count("We look into it.") == 1


def test_what_is_not_possible_is_refused_at_once(tocsin: Running) -> None:
    tocsin.incident()
    assert post(tocsin, action="reopen", end_reason="")[0] == 409
    assert post(tocsin, action="merge")[0] == 409
    assert post(tocsin, incident="INC-9")[0] == 404
    assert post(tocsin, why=" ")[0] == 422
    assert post(tocsin, action="dance")[0] == 422
    status, refused = post(tocsin, action="add message", text="withdrawals/BTC/bitcoin is down", end_reason="")
    assert status == 422, refused
    assert tocsin.services.store.proposals.latest(10) == ()


def test_an_action_that_became_impossible_meanwhile_is_refused_and_stays_open(tocsin: Running) -> None:
    incident = tocsin.incident()
    _, made = post(tocsin, action="acknowledge", end_reason="")
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    erin = tocsin.client(Role.ENGINEER)
    answer = erin.submit(f"/console/proposals/{made['id']}", {"decision": "approve"}, "/console/proposals")
    assert answer.status_code == 409
    assert state(tocsin, made["id"]) == "open", "a person may still reject it"


def test_one_machine_fills_no_engineers_day(tocsin: Running) -> None:
    tocsin.incident()
    for number in range(MOST_OPEN):
        assert post(tocsin, key=str(number), action="add note", text=f"note {number}", end_reason="")[0] == 202
    status, refused = post(tocsin, key="more", action="add note", text="more", end_reason="")
    assert status == 429, refused
    tocsin.clock.pass_(hours=LASTS / timedelta(hours=1))
    assert post(tocsin, key="more", action="add note", text="more", end_reason="")[0] == 202


def test_a_machine_reads_its_own_alone(tocsin: Running) -> None:
    tocsin.incident()
    _, made = post(tocsin)
    other = tocsin.services.store.people.add_token("other", ["incidents:propose"], tocsin.clock())
    assert tocsin.client(token=other).get(f"/api/v1/proposals/{made['id']}").status_code == 404


def test_watches_and_counts_name_no_customer(tocsin: Running) -> None:
    incident = tocsin.incident()
    tocsin.ticket(incident_id=incident.id, linked_by="tocsin")
    client = tocsin.client(token=tocsin.token("incidents:read"))
    counted = client.get("/api/v1/incidents/INC-1/tickets").json()
    assert counted["linked"] == sum(counted["by_status"].values()) == 1
    (watch,) = client.get("/api/v1/watches").json()["items"]
    assert (watch["name"], watch["state"]) == ("withdrawal-time", "no_data")
    assert watch["problem"]
