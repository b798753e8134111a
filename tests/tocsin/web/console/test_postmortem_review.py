"""Engineers write and review a postmortem and decide what is to be done, in the console and over the API."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from threading import Barrier

import pytest

from incidents.incident import Incident
from incidents.lifecycle import TO_WRITE, Action
from tests.tocsin.web.running import Client, Running
from tocsin.storage.accounts import Role


def over(tocsin: Running) -> Incident:
    incident = tocsin.incident()
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    return incident


def place(incident: Incident) -> str:
    return f"/console/incidents/{incident.id}/postmortem"


def send(client: Client, incident: Incident, **values: str) -> int:
    return client.submit(place(incident), values, place(incident)).status_code


def test_a_postmortem_is_written_reviewed_and_approved_and_says_by_whom(tocsin: Running) -> None:
    incident = over(tocsin)
    erin, ada = tocsin.client(Role.ENGINEER), tocsin.client(Role.ADMINISTRATOR)
    assert TO_WRITE in erin.get(place(incident)).text
    assert send(erin, incident, action="save", version="0", text=f"## Why\n\n{TO_WRITE}") == 303
    assert send(erin, incident, action="ask for review", version="1") == 409, "it is unfinished"
    assert send(erin, incident, action="save", version="1", text="## Why\n\nA **valve** stuck.") == 303
    assert send(erin, incident, action="ask for review", version="2") == 303
    assert send(ada, incident, action="approve", version="2") == 303
    html = ada.get(place(incident)).text
    assert "<strong>valve</strong>" in html
    assert "approved" in html
    assert "Version 2 of 2" in html
    assert "by administrator" in html
    assert "approved" in erin.get(f"/console/incidents/{incident.id}").text
    assert tocsin.audited(incident.id)[-4:] == [
        "write postmortem",
        "write postmortem",
        "ask for review of postmortem version 2",
        "approve of postmortem version 2",
    ]
    older = erin.get(f"{place(incident)}?version=1").text
    assert "This is an older version" in older
    assert TO_WRITE in older
    assert erin.get(f"{place(incident)}?version=9").status_code == 404


def test_two_who_write_at_once_lose_nothing(tocsin: Running) -> None:
    incident = over(tocsin)
    erin, ada = tocsin.client(Role.ENGINEER), tocsin.client(Role.ADMINISTRATOR)
    assert send(erin, incident, action="save", version="0", text="Erin's words.") == 303
    refused = ada.submit(place(incident), {"action": "save", "version": "0", "text": "Ada's words."}, place(incident))
    assert refused.status_code == 409
    assert "the newest is 1" in refused.text
    assert "Ada's words." in unescape(refused.text), "the form keeps them"
    assert tocsin.services.store.postmortems.text(incident.id, 1).text == "Erin's words."


@pytest.mark.parametrize(
    "values",
    [
        {"action": "dance", "version": "0"},
        {"action": "save", "version": "x", "text": "a"},
        {"action": "save", "version": "0", "text": " "},
        {"action": "add item", "title": " "},
        {"action": "add item", "title": "a", "due_on": "soon"},
        {"action": "add item", "title": "a", "tracker": "nowhere"},
        {"action": "save", "version": "0"},
        {"version": "0"},
    ],
    ids=["no action", "no version", "no text", "no title", "no date", "no tracker", "text left out", "nothing to do"],
)
def test_what_cannot_be_kept_is_refused_and_changes_nothing(tocsin: Running, values: dict[str, str]) -> None:
    incident = over(tocsin)
    assert send(tocsin.client(Role.ENGINEER), incident, **values) == 409
    assert tocsin.services.store.postmortems.review(incident.id).version == 0
    assert tocsin.services.store.action_items.of_incident(incident.id) == ()


def test_action_items_are_listed_until_they_are_done(tocsin: Running) -> None:
    incident = over(tocsin)
    erin = tocsin.client(Role.ENGINEER)
    assert "No action item is open" in erin.get("/console/actions").text
    late = (tocsin.clock() - timedelta(days=1)).date().isoformat()
    for title, due in (("Alert on the disk", ""), ("<b>Rotate</b> the logs", late)):
        assert send(erin, incident, action="add item", title=title, owner="Ann", due_on=due) == 303
    html = erin.get("/console/actions").text
    assert "2 action items are open, 1 overdue" in html
    assert html.index("Rotate") < html.index("Alert on"), "the earliest date first"
    assert "<b>Rotate" not in html
    assert "2 action items open" in erin.get("/console").text
    (first, _) = tocsin.services.store.action_items.of_incident(incident.id)
    path = f"/console/actions/{first.id}"
    ada = tocsin.client(Role.ADMINISTRATOR)
    for _ in range(2):
        assert erin.submit(path, {"state": "done"}, "/console/actions").status_code == 303
    assert "done already" in ada.submit(path, {"state": "done"}, "/console/actions").text
    assert erin.submit(path, {"state": "perhaps"}, "/console/actions").status_code == 409
    assert erin.submit("/console/actions/nothing", {"state": "done"}, "/console/actions").status_code == 404
    html = erin.get("/console/actions").text
    assert "1 action item is open" in html
    assert "by engineer" in html
    assert tocsin.audited(incident.id).count("set to done action item") == 1


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.ADMINISTRATOR])
def test_every_form_that_is_sent_twice_at_once_is_done_once_and_answered_twice(tocsin: Running, role: Role) -> None:
    """Both are of one person; what another person then sends again is refused."""
    incident = over(tocsin)
    add = {"action": "add item", "title": "Alert on it", "key": "k"}
    forms = [
        {"action": "save", "version": "0", "text": "A valve stuck."},
        {"action": "ask for review", "version": "1"},
        {"action": "approve", "version": "1"},
        add,
    ]
    for form in forms:
        assert twice(tocsin, role, place(incident), form) == [303, 303], form
    (item,) = tocsin.services.store.action_items.of_incident(incident.id)
    assert twice(tocsin, role, f"/console/actions/{item.id}", {"state": "done"}) == [303, 303]
    assert Counter(tocsin.audited(incident.id)).most_common(1)[0][1] == 1, "each is in the trail once"
    other = tocsin.client(Role.ADMINISTRATOR if role is Role.ENGINEER else Role.ENGINEER)
    assert [send(other, incident, **form) for form in forms[:3]] == [409, 409, 409]


def twice(tocsin: Running, role: Role, path: str, form: dict[str, str]) -> list[int]:
    """The answers to one form that a person's browser sends twice at once."""
    together, said = Barrier(2), {"form_token": tocsin.form_token(role), **form}

    def post(client: Client) -> int:
        together.wait()
        return client.post(path, data=said).status_code

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(post, [tocsin.client(role) for _ in range(2)]))


def test_machines_write_and_read_and_no_machine_approves(tocsin: Running) -> None:
    incident = over(tocsin)
    machine = tocsin.client(token=tocsin.token("incidents:write"))
    base = f"/api/v1/incidents/{incident.reference}"
    assert machine.get(f"{base}/postmortem/review").json()["version"] == 0
    kept = machine.put(f"{base}/postmortem", json={"text": "A valve.", "based_on": 0})
    assert (kept.status_code, kept.json()["version"], kept.json()["state"]) == (200, 1, "draft")
    assert machine.put(f"{base}/postmortem", json={"text": "A pump.", "based_on": 0}).status_code == 409
    assert machine.get(f"{base}/postmortem/review").json()["text"] == "A valve."
    item = {"title": "Alert on it", "due_on": "2026-03-20"}
    made = machine.post(f"{base}/action-items", json=item, headers={"idempotency-key": "1"}).json()
    assert machine.post(f"{base}/action-items", json=item, headers={"idempotency-key": "1"}).json() == made
    refused = machine.post(f"{base}/action-items", json={**item, "tracker": "x"}, headers={"idempotency-key": "2"})
    assert refused.status_code == 422
    assert machine.get("/api/v1/action-items").json()["items"] == [made]
    done = machine.post(f"/api/v1/action-items/{made['id']}", json={"state": "done"})
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert machine.post(f"/api/v1/action-items/{made['id']}", json={"state": "done"}).json() == done.json()
    assert [one["id"] for one in machine.get("/api/v1/action-items?state=over").json()["items"]] == [made["id"]]
    assert machine.get("/api/v1/action-items").json()["items"] == []
    reader = tocsin.client(token=tocsin.token("incidents:read"))
    assert reader.get(f"{base}/postmortem/review").status_code == 403, "people's words may name a customer"
