"""The application behind each shipped server configuration, as browsers and machines meet it."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from incidents.lifecycle import Action
from tests.detectors.sources.prometheus_server import free_port
from tests.statuspage.servers import APPLICATION, serving
from tests.tocsin.web.http.test_bounds import FIELDS, PNG
from tests.tocsin.web.running import CONFIG, HOST, PASSWORD, Running, running
from tests.tocsin.web.serving import serve
from tickets.forms import ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX
from tocsin.storage.accounts import Role

NAME = Role.ENGINEER
SPOOFED = {"x-forwarded-for": "198.51.100.9", "forwarded": "for=198.51.100.9", "x-forwarded-proto": "http"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A Tocsin, and a client of the server before it."""

    tocsin: Running
    client: httpx2.Client


@pytest.fixture(scope="module", params=["nginx", "caddy", "apache"])
def behind(request: pytest.FixtureRequest) -> Iterator[Behind]:
    port = free_port()
    config = CONFIG.replace(HOST, f"https://127.0.0.1:{port}")
    with tempfile.TemporaryDirectory(prefix="tocsin-application-") as folder:
        root = Path(folder)
        root.chmod(0o755)  # the server may run as somebody else
        (root / "work").mkdir()
        (root / "tocsin").mkdir()
        for answering in serve(root / "tocsin", running, config):
            place = answering.address.removeprefix("http://")
            with serving(request.param, place, root / "work", APPLICATION, port) as client:
                answering.tocsin.session(NAME)
                yield Behind(tocsin=answering.tocsin, client=client)


def test_people_sign_in_over_https(behind: Behind) -> None:
    origin = {"origin": str(behind.client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    sent = behind.client.post("/signin", data={"name": NAME, "password": PASSWORD}, headers=origin)
    assert (sent.status_code, sent.headers["location"]) == (303, "/console")
    assert "Secure" in sent.headers["set-cookie"]
    assert sent.headers["strict-transport-security"] == "max-age=31536000"
    assert behind.client.get("/console").status_code == 200
    behind.client.cookies.clear()


def test_nobody_says_that_they_are_somebody_else(behind: Behind) -> None:
    behind.client.post("/signin", data={"name": "nobody", "password": "x"}, headers=SPOOFED)
    since = behind.tocsin.clock()
    attempts = behind.tocsin.services.store.people.attempts_since
    assert (attempts("nobody 127.0.0.1", since), attempts("nobody 198.51.100.9", since)) == (1, 0)


@pytest.mark.parametrize("headers", [{}, SPOOFED, {"host": "localhost"}])
@pytest.mark.parametrize("path", ["/metrics", "/-/reload"])
def test_what_is_for_machines_inside_is_not_there(behind: Behind, path: str, headers: dict[str, str]) -> None:
    answer = behind.client.get(path, headers=headers)
    assert answer.status_code in {404, 421} or answer.content == b""  # Caddy answers nothing for a host that it has not


def test_all_files_that_a_customer_may_send_come_through(behind: Behind) -> None:
    largest = PNG.ljust(ATTACHMENT_BYTES_MAX, b"x")
    files = [("attachments", (f"{n}.png", largest, "image/png")) for n in range(ATTACHMENTS_MAX)]
    before = sum(behind.tocsin.services.store.tickets.counts().values())
    answer = behind.client.post("/support", data={**FIELDS, "email": "eve@example.com"}, files=files)
    assert answer.status_code == 303
    assert sum(behind.tocsin.services.store.tickets.counts().values()) == before + 1


def test_an_open_page_is_notified_at_once(behind: Behind) -> None:
    behind.client.cookies.set("tocsin_session", behind.tocsin.session(NAME))
    with behind.client.stream("GET", "/live") as events:
        lines = events.iter_lines()
        assert next(lines).startswith(": listening")
        opened = behind.tocsin.incident("Seen at once")
        assert "event: changed" in (line for line in lines)
    behind.client.cookies.clear()
    behind.tocsin.do(opened, Action.RETRACT, reason="over")
