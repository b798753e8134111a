"""Monitors ask by HEAD, and who asks in a way that is not taken is reported which ways are: on every route there is."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import iter_route_contexts
from httpx2 import Response

from incidents.lifecycle import Action
from tests.tocsin.web.running import Client, Running, running
from tests.tocsin.web.subscribing import SUBSCRIBED
from tickets.ticket import TicketStatus
from tocsin.desk.ticket_link import mailed_path
from tocsin.storage.accounts import Role
from tocsin.web.portal.forms import VISITOR_COOKIE

OTHERS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.fixture(scope="module")
def tocsin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = running(tmp_path_factory.mktemp("methods"), SUBSCRIBED)
    yield made
    made.close()


def routes(tocsin: Running) -> dict[str, set[str]]:
    """Every path of the application, with the methods of all its routes; a mounted folder takes GET."""
    found: dict[str, set[str]] = {}
    for context in iter_route_contexts(tocsin.web.routes):
        found.setdefault(str(context.path), set()).update(context.methods or {"GET"})
    return found


def filled(tocsin: Running) -> dict[str, str]:
    """A real value for each placeholder of a path."""
    incident = tocsin.incident()
    tocsin.do(incident, Action.ADD_MESSAGE, text="We look.")
    ticket = tocsin.ticket(incident_id=incident.id, status=TicketStatus.AWAITING_INCIDENT)
    tocsin.settle()
    return {
        "/console/incidents/{incident_id}": f"/console/incidents/{incident.id}",
        "/desk/incidents/{incident_id}": f"/desk/incidents/{incident.id}",
        "/desk/incidents/{incident_id}/answer": f"/desk/incidents/{incident.id}/answer",
        "/desk/tickets/{number}": f"/desk/tickets/{ticket.number}",
        "/api/v1/incidents/{reference}": f"/api/v1/incidents/{incident.reference}",
        "/support/t/{token}": f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}",
        "/support/t/{token}/history": mailed_path(tocsin.services.desk, ticket.id).replace("?", "/history?"),
        "/console/watches/{name:path}": "/console/watches/withdrawal-time",
        "/static": "/static/style.css",
        "/status": "/status/",
    }


def test_head_is_answered_on_every_route_that_has_a_get_as_get_is_but_without_a_body(tocsin: Running) -> None:
    client, real = tocsin.client(Role.ADMINISTRATOR), filled(tocsin)
    walked = [path for path, methods in routes(tocsin).items() if "GET" in methods]
    extra = ["/status/api/v2/summary.json", "/status/feed.atom", "/status/nothing", "/nothing", "/console/nothing"]
    assert len(walked) > 30
    for path in [*walked, *extra]:
        address = real.get(path) or re.sub(r"\{[^}]+\}", "missing", path)
        got = client.request("GET", address)
        client.cookies.delete(VISITOR_COOKIE)  # both ask for the first time
        head = client.request("HEAD", address)
        assert (head.status_code, head.content) == (got.status_code, b""), address
        assert got.status_code != 405, address
        assert lines(head, address) == lines(got, address), address
        assert path in extra or path not in real or got.status_code == 200, address


def lines(answer: Response, address: str) -> list[tuple[str, str]]:
    """The headers; without what another request at another moment has otherwise: a length, a random word's value."""
    differ = {"content-length"} if address == "/metrics" else set()
    said = [(name, value) for name, value in answer.headers.items() if name not in differ]
    return [(name, value.partition("=")[0] if name == "set-cookie" else value) for name, value in said]


@pytest.mark.parametrize("role", [None, Role.AGENT])
def test_who_may_not_see_a_page_is_answered_so_by_head_too(tocsin: Running, role: Role | None) -> None:
    client = tocsin.client(role)
    got, head = (client.request(method, "/console") for method in ("GET", "HEAD"))
    assert head.status_code == got.status_code == (303 if role is None else 403)
    assert head.headers == got.headers


def test_a_method_that_is_not_taken_is_refused_with_those_that_are_on_every_route(tocsin: Running) -> None:
    client: Client = tocsin.client(Role.ADMINISTRATOR)
    client.headers["x-form-token"] = tocsin.form_token(Role.ADMINISTRATOR)
    every = routes(tocsin)
    refused = 0
    for path, taken in every.items():
        address = re.sub(r"\{[^}]+\}", "missing", path) + ("/x" if path in ("/static", "/status") else "")
        wanted = {m for other, ms in every.items() if fits(other, address) for m in ms}
        wanted |= {"HEAD"} if "GET" in wanted else set()
        for method in (*OTHERS, *(() if "GET" in wanted else ("GET", "HEAD"))):
            if method in wanted:
                continue
            answer = client.request(method, address)
            assert answer.status_code == 405, (method, address, taken)
            assert set(answer.headers["allow"].split(", ")) == wanted, (method, address)
            refused += 1
    assert refused > 150


def fits(path: str, address: str) -> bool:
    """Whether a route's path, placeholders and all, is the address."""
    parts = re.split(r"(\{[^}]+\})", path)
    wild = [".+" if part.endswith(":path}") else "[^/]+" if part.startswith("{") else re.escape(part) for part in parts]
    pattern = "".join(wild)
    return re.fullmatch(pattern + ("/.*" if path in ("/static", "/status") else ""), address) is not None
