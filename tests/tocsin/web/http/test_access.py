import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, Depends

from tests.tocsin.web.running import CONFIG, HOST, Running, running
from tocsin.storage.accounts import SCOPES, Role
from tocsin.web.http.access import PUBLIC, STAFF, allowances
from tocsin.web.http.customer import EXCHANGE

E, A, M, X = Role.ENGINEER, Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR
PEOPLE = (E, A, M, X)
TOKENS = (
    "reload",
    "metrics",
    "incidents:read",
    "incidents:write",
    "incidents:propose",
    "trading:read",
    "trading:write",
    "alerts",
    "tickets:write",
)
ENGINEERS: set[str] = {E, X}
AGENTS: set[str] = {A, M, X}
WRITERS: set[str] = {E, X, "incidents:write"}
READERS = {*WRITERS, "incidents:read", "incidents:propose"}
EVERYBODY: set[str] = {"anybody", *PEOPLE, *TOKENS}

# Every route: who is let through. A new one must be added here.
ROUTES: dict[str, set[str]] = {
    "GET /": EVERYBODY,
    "GET /-/healthy": EVERYBODY,
    "GET /-/ready": EVERYBODY,
    "POST /-/reload": {E, X, "reload"},
    "GET /metrics": {*PEOPLE, "metrics"},
    "GET /openapi.json": EVERYBODY,
    "GET /signin": EVERYBODY,
    "POST /signin": EVERYBODY,
    "POST /signout": set(PEOPLE),
    "POST /api/v1/tickets": {"anybody", *PEOPLE, "tickets:write"},
    "POST /api/v1/helpdesks/{name}": EVERYBODY,
    "GET /api/v1/known": {"anybody", *PEOPLE, "tickets:write"},
    "GET /api/v1/incidents": READERS,
    "GET /api/v1/incidents/{reference}": READERS,
    "GET /api/v1/incidents/{reference}/tickets": READERS,
    "GET /api/v1/incidents/{reference}/dora": READERS,
    "GET /api/v1/incidents/{reference}/postmortem": READERS,
    "GET /api/v1/watches": READERS,
    "POST /api/v1/proposals": {"incidents:propose"},
    "GET /api/v1/proposals/{proposal_id}": {"incidents:propose"},
    "GET /console/proposals": ENGINEERS,
    "POST /console/proposals/{proposal_id}": ENGINEERS,
    "GET /console/oncall": ENGINEERS,
    "POST /console/oncall": ENGINEERS,
    "POST /console/oncall/{override_id}/undo": ENGINEERS,
    "GET /oncall/{token}": EVERYBODY,
    "POST /oncall/{token}": EVERYBODY,
    "POST /console/incidents/{incident_id}/postmortem": ENGINEERS,
    "GET /console/actions": ENGINEERS,
    "POST /console/actions/{item_id}": ENGINEERS,
    "GET /api/v1/incidents/{reference}/postmortem/review": WRITERS,
    "PUT /api/v1/incidents/{reference}/postmortem": WRITERS,
    "POST /api/v1/incidents/{reference}/action-items": WRITERS,
    "GET /api/v1/action-items": WRITERS,
    "POST /api/v1/action-items/{item_id}": WRITERS,
    "POST /api/v1/incidents": WRITERS,
    "POST /api/v1/incidents/{reference}/actions": WRITERS,
    "POST /api/v1/incidents/{reference}/groupings/{grouping_id}/undo": WRITERS,
    "POST /api/v1/alertmanager": {"alerts"},
    "POST /api/v1/cloudevents": {"alerts"},
    "POST /api/v1/changes": {E, X, "alerts"},
    "GET /api/v1/changes": {*READERS, "alerts"},
    "POST /api/v1/write": {"alerts"},
    "POST /api/v1/otlp/v1/metrics": {"alerts"},
    "POST /v2/enqueue": EVERYBODY,
    "POST /api/v2/alerts": {"alerts"},
    "GET /api/v2/alerts": {E, X, "alerts"},
    "GET /api/v2/alerts/groups": {E, X, "alerts"},
    "GET /api/v2/silences": {E, X, "alerts"},
    "GET /api/v2/status": {E, X, "alerts"},
    "GET /api/v1/trading": {E, X, "trading:read", "trading:write"},
    "PUT /api/v1/trading/{component:path}": {E, X, "trading:write"},
    "GET /subscribe": EVERYBODY,
    "POST /subscribe": EVERYBODY,
    "GET /subscribe/confirm/{token}": EVERYBODY,
    "POST /subscribe/confirm/{token}": EVERYBODY,
    "GET /subscribe/manage/{token}": EVERYBODY,
    "POST /subscribe/manage/{token}": EVERYBODY,
    "GET /subscribe/unsubscribe/{token}": EVERYBODY,
    "POST /subscribe/unsubscribe/{token}": EVERYBODY,
    "POST /api/v1/subscriptions": EVERYBODY,
    "DELETE /api/v1/subscriptions/{token}": EVERYBODY,
    "GET /support": EVERYBODY,
    "GET /support/signin": EVERYBODY,
    "POST /support/signout": EVERYBODY,
    "POST /support": EVERYBODY,
    "GET /support/t/{token}": EVERYBODY,
    "POST /support/t/{token}": EVERYBODY,
    "GET /support/t/{token}/files/{file_id}": EVERYBODY,
    "GET /support/t/{token}/history": EVERYBODY,
    "GET /console": ENGINEERS,
    "GET /console/watches": ENGINEERS,
    "GET /console/watches/{name:path}": ENGINEERS,
    "GET /console/incidents/new": ENGINEERS,
    "POST /console/incidents/new": ENGINEERS,
    "GET /console/incidents/{incident_id}": ENGINEERS,
    "POST /console/incidents/{incident_id}": ENGINEERS,
    "GET /console/incidents/{incident_id}/plots/{name}": ENGINEERS,
    "GET /console/incidents/{incident_id}/dora": ENGINEERS,
    "GET /console/incidents/{incident_id}/postmortem": ENGINEERS,
    "GET /api/v1/silences": READERS,
    "POST /api/v1/silences": WRITERS,
    "POST /api/v1/silences/preview": WRITERS,
    "POST /api/v1/silences/{silence_id}/end": WRITERS,
    "POST /api/v1/silences/{silence_id}/skip": WRITERS,
    "GET /console/groupings": ENGINEERS,
    "POST /console/groupings": ENGINEERS,
    "GET /console/silences": ENGINEERS,
    "POST /console/silences": ENGINEERS,
    "POST /console/silences/{silence_id}/end": ENGINEERS,
    "POST /console/silences/{silence_id}/skip": ENGINEERS,
    "GET /console/notices": ENGINEERS,
    "POST /console/notices/work": ENGINEERS,
    "POST /console/notices/work/{work_id}": ENGINEERS,
    "POST /console/notices/modes": ENGINEERS,
    "GET /console/delivery": ENGINEERS,
    "POST /console/delivery/again": ENGINEERS,
    "POST /console/delivery/{receiver}/test": ENGINEERS,
    "GET /console/audit": {X},
    "GET /desk": AGENTS,
    "POST /desk": AGENTS,
    "GET /desk/next": AGENTS,
    "GET /desk/guides": AGENTS,
    "GET /desk/guides/new": AGENTS,
    "POST /desk/guides/new": AGENTS,
    "GET /desk/guides/{article_id}": AGENTS,
    "POST /desk/guides/{article_id}": AGENTS,
    "GET /desk/search": AGENTS,
    "POST /desk/views": AGENTS,
    "POST /desk/views/remove": AGENTS,
    "POST /desk/tickets/{number}/presence": AGENTS,
    "GET /desk/incidents/{incident_id}": AGENTS,
    "GET /desk/incidents/{incident_id}/answer": AGENTS,
    "POST /desk/incidents/{incident_id}/answer": AGENTS,
    "POST /desk/incidents/{incident_id}/resolve": AGENTS,
    "POST /desk/incidents/{incident_id}/undo": AGENTS,
    "GET /desk/incidents/{incident_id}/suggested": AGENTS,
    "GET /desk/incidents/{incident_id}/angry": AGENTS,
    "POST /desk/incidents/{incident_id}/angry": AGENTS,
    "POST /desk/incidents/{incident_id}/suggested": AGENTS,
    "GET /desk/linking": AGENTS,
    "GET /desk/tickets/{number}": AGENTS,
    "POST /desk/tickets/{number}": AGENTS,
    "GET /desk/tickets/{number}/files/{file_id}": AGENTS,
    "GET /dashboards": {E, M, X},
    "GET /live": {E, A, M, X},
    "GET /dashboards/support": {M, X},
    "POST /dashboards/support/mails": {M, X},
    "POST /dashboards/operations/mails": {E, M, X},
    "POST /dashboards/mails/{report_id}/end": {E, M, X},
    "GET /dashboards/support/tickets/{rows}": {M, X},
    "GET /dashboards/support/tickets/{rows}.csv": {M, X},
    "GET /dashboards/support.{kind}": {M, X},
    "GET /dashboards/operations": {E, M, X},
    "GET /dashboards/operations.{kind}": {E, M, X},
    "GET /dashboards/operations/incidents/{rows}": {E, M, X},
    "GET /dashboards/operations/incidents/{rows}.csv": {E, M, X},
    "GET /mailbox": AGENTS,
    "GET /mailbox/{mail_id}": AGENTS,
    "MOUNT /static": EVERYBODY,
    "MOUNT /status": EVERYBODY,
}


def test_every_route_names_who_may_call_it(tocsin: Running) -> None:
    assert [place for place, allowed in allowances(tocsin.web) if len(allowed) != 1] == []


def test_a_route_that_names_nobody_or_two_is_found(tocsin: Running) -> None:
    router = APIRouter()

    @router.get("/forgotten")
    def forgotten() -> str:
        return ""

    @router.get("/twice", dependencies=[Depends(PUBLIC), Depends(STAFF)])
    def twice() -> str:
        return ""

    tocsin.web.include_router(router)
    assert [place for place, allowed in allowances(tocsin.web) if len(allowed) != 1] == ["GET /forgotten", "GET /twice"]


def test_the_table_lists_every_route(tocsin: Running) -> None:
    assert sorted(ROUTES) == sorted(place for place, _ in allowances(tocsin.web))


def test_each_role_and_token_is_let_through_where_the_table_says(tocsin: Running) -> None:
    wrong = []
    for place, allowed in ROUTES.items():
        method, _, path = place.partition(" ")
        for caller in (*PEOPLE, *TOKENS, "anybody"):
            answer = call(tocsin, caller, method, path)
            let_through = answer not in {"refused", "signin"}
            if let_through != (caller in allowed):
                wrong.append(f"{place}: {caller} was {answer}")
            if caller == "anybody" and not let_through and answer != "signin":
                wrong.append(f"{place}: anybody was {answer}, not sent to sign in")
    assert wrong == []


def call(tocsin: Running, caller: str, method: str, path: str) -> str:
    """What a caller with every form token in order is answered: refused, signin, or through."""
    if method == "MOUNT":
        method, path = "GET", f"{path}/"
    path = re.sub(r"\{[\w:]+\}", "none", path)
    if isinstance(caller, Role):
        client = tocsin.client(caller)
        client.headers["x-form-token"] = tocsin.form_token(caller)
    else:
        client = tocsin.client(token=tocsin.token(caller) if caller != "anybody" else "")
    answer = client.request(method, path)
    if answer.status_code == 303 and answer.headers["location"].startswith("/signin?next"):
        return "signin"
    if answer.status_code in {401, 403} and path not in {"/signin", "/support/signin", "/support/t/none/history"}:
        return "signin" if answer.status_code == 401 and caller == "anybody" else "refused"
    return str(answer.status_code)


def test_a_machine_without_a_token_is_answered_so(tocsin: Running) -> None:
    answer = tocsin.client().get("/api/v1/incidents")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "bearer token" in answer.json()["error"]


def test_a_revoked_token_opens_nothing(tocsin: Running) -> None:
    client = tocsin.client(token=tocsin.token("incidents:read"))
    assert client.get("/api/v1/incidents").status_code == 200
    tocsin.services.store.people.revoke("incidents:read", tocsin.clock())
    assert client.get("/api/v1/incidents").status_code == 401


@pytest.fixture
def at_home(tmp_path: Path) -> Iterator[Running]:
    """One that browsers reach on this machine alone."""
    (folder := tmp_path / "home").mkdir()
    made = running(folder, CONFIG.replace("http://testserver", "http://127.0.0.1:8080"))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("127.0.0.1", {"host": "localhost:8080"}, 200),
        ("127.0.0.1", {"host": "[::1]:8080"}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.1"}, 401),
        ("127.0.0.1", {"forwarded": "for=192.0.2.1"}, 401),
        ("127.0.0.1", {"host": "192.0.2.5"}, 401),
        ("192.0.2.1", {}, 401),
        ("testclient", {}, 401),
    ],
)
def test_vital_signs_are_read_here_or_with_a_token(
    at_home: Running, host: str, headers: dict[str, str], status: int
) -> None:
    asked = {"host": "127.0.0.1:8080", **headers}
    assert at_home.client(host=host).get("/metrics", headers=asked).status_code == status


def test_nobody_is_here_where_a_proxy_stands_before_us(tocsin: Running) -> None:
    client = tocsin.client(host="127.0.0.1")
    for host in ("testserver", "127.0.0.1:8080", "localhost"):
        assert client.get("/metrics", headers={"host": host}).status_code == 401
    assert tocsin.client(token=tocsin.token("metrics")).get("/metrics").status_code == 200


def test_every_scope_opens_a_route_and_others_cannot_be_given(tocsin: Running) -> None:
    named = {scope for _, allowed in allowances(tocsin.web) for scope in allowed[0].scopes}
    assert {*named, *EXCHANGE.scopes} == SCOPES == set(TOKENS)
    with pytest.raises(ValueError, match="'ticket:write' is unknown, expected of alerts, "):
        tocsin.services.store.people.add_token("desk", ["reload", "ticket:write"], tocsin.clock())
    assert tocsin.services.store.people.tokens() == ()


FORGERIES: dict[str, dict[str, str]] = {
    "no form token": {},
    "another session's": {"x-form-token": "OTHER"},
    "from another site": {"x-form-token": "OWN", "origin": "https://evil.example"},
    "from nowhere": {"x-form-token": "OWN", "origin": "null"},
    "cross-site by its own word": {"x-form-token": "OWN", "sec-fetch-site": "cross-site"},
    "from a sibling site": {"x-form-token": "OWN", "sec-fetch-site": "same-site"},
}


@pytest.mark.parametrize("headers", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_request_does_nothing(tocsin: Running, headers: dict[str, str]) -> None:
    tokens = {"OWN": tocsin.form_token(E), "OTHER": tocsin.form_token(A)}
    incident = tocsin.incident()
    answer = tocsin.client(E).post(
        f"/console/incidents/{incident.id}",
        data={"action": "retract"},
        headers={name: tokens.get(value, value) for name, value in headers.items()},
    )
    assert answer.status_code == 403
    assert tocsin.current(incident).is_active


@pytest.mark.parametrize("headers", [{"origin": HOST}, {"sec-fetch-site": "same-origin", "origin": "null"}, {}])
def test_a_form_of_our_own_is_taken(tocsin: Running, headers: dict[str, str]) -> None:
    incident = tocsin.incident()
    data = {"action": "acknowledge", "form_token": tocsin.form_token(E)}
    answer = tocsin.client(E).post(f"/console/incidents/{incident.id}", data=data, headers=headers)
    assert answer.status_code == 303
    assert tocsin.current(incident).status == "acknowledged"
