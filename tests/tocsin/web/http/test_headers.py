import re
import threading

import anyio
import httpx2
import pytest
from anyio import create_task_group, fail_after, sleep, to_thread

from tests.patience import PATIENCE_S
from tests.tocsin.web.running import HOST, Running
from tocsin.storage.accounts import Role
from tocsin.web.http.headers import HEADERS

PLACES = ["/signin", "/support", "/console", "/nope", "/static/style.css", "/-/healthy", "/openapi.json", "/desk"]


@pytest.mark.parametrize("path", PLACES)
def test_every_answer_tells_the_browser_to_run_nothing_but_ours(tocsin: Running, path: str) -> None:
    answer = tocsin.client(Role.ENGINEER).get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_a_fault_of_ours_says_nothing_of_the_inside(tocsin: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(tocsin.services.store, "ping", fails)
    client = tocsin.client()
    client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = client.get("/-/ready")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_page_has_inline_script_style_or_handler(tocsin: Running) -> None:
    incident = tocsin.incident()
    ticket = tocsin.ticket()
    client = tocsin.client(Role.ADMINISTRATOR)
    for path in (
        "/support", "/signin", "/console", f"/console/incidents/{incident.id}", "/console/silences", "/desk",
        f"/desk/tickets/{ticket.number}", f"/desk/incidents/{incident.id}", "/mailbox", "/console/audit",
        "/console/notices",
    ):  # fmt: skip
        html = client.get(path).text
        assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|<style|\son[a-z]+=|javascript:", html), path


def test_the_public_page_is_served_with_its_own_headers(tocsin: Running) -> None:
    assert tocsin.client().get("/status/").status_code == 404
    tocsin.incident()
    tocsin.settle()
    answer = tocsin.client().get("/status/")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert tocsin.client().get("/status").status_code == 307
    missing = tocsin.client().get("/status/api/v2/nothing.json")
    assert (missing.status_code, missing.text) == (404, "")


def test_health_is_answered_while_every_thread_for_requests_waits(tocsin: Running) -> None:
    release = threading.Event()

    async def waits() -> None:
        await to_thread.run_sync(release.wait)

    async def asked() -> list[int]:
        threads = to_thread.current_default_thread_limiter()
        async with create_task_group() as group:
            for _ in range(int(threads.total_tokens)):
                group.start_soon(waits)
            while threads.available_tokens:
                await sleep(0)
            try:
                transport = httpx2.ASGITransport(tocsin.web)
                async with httpx2.AsyncClient(transport=transport, base_url=HOST) as client:
                    with fail_after(PATIENCE_S):
                        return [(await client.get(path)).status_code for path in ("/-/healthy", "/-/ready")]
            finally:
                release.set()
        raise AssertionError

    assert anyio.run(asked) == [200, 200]


def test_ready_says_what_is_missing(tocsin: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tocsin.runtime, "not_ready", lambda: "this process warms its watches")
    answer = tocsin.client().get("/-/ready")
    assert (answer.status_code, answer.text) == (503, "not ready: this process warms its watches\n")


def test_a_refused_reload_tells_every_problem(tocsin: Running) -> None:
    client = tocsin.client(token=tocsin.token("reload"))
    assert client.post("/-/reload").json() == {"reloaded": True}
    tocsin.runtime.refuses = ("tocsin.yaml, line 3: no", "tocsin.yaml, line 4: no")
    answer = client.post("/-/reload")
    assert answer.status_code == 422
    assert answer.json()["problems"] == list(tocsin.runtime.refuses)
