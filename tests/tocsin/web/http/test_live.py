"""GET /live over a real connection: a word soon after each change, and an end when the service wants to stop."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.browser.conftest import serve
from tests.browser.served import Served
from tests.patience import PATIENCE_S
from tests.tocsin.web.running import running
from tocsin.storage.accounts import Role
from tocsin.web.http.access import SESSION_COOKIE


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    yield from serve(tmp_path, running)


class Listener:
    """A browser's EventSource as far as we need one: the lines of one answer."""

    def __init__(self, answer: httpx2.Response) -> None:
        self._lines = answer.iter_lines()

    def next_field(self, name: str) -> str:
        """The value of the next line `name: value`."""
        return next(line for line in self._lines if line.startswith(f"{name}: ")).partition(": ")[2]

    def rest(self) -> list[str]:
        """What comes until the answer ends."""
        return list(self._lines)


@pytest.fixture
def browser(served: Served) -> Iterator[httpx2.Client]:
    cookies = {SESSION_COOKIE: served.tocsin.session(Role.AGENT)}
    with httpx2.Client(base_url=served.address, cookies=cookies, timeout=PATIENCE_S) as client:
        yield client


def test_a_change_is_said_and_what_changed_is_not(served: Served, browser: httpx2.Client) -> None:
    with browser.stream("GET", "/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        came = Listener(answer)
        first = came.next_field("id")
        served.tocsin.ticket(subject="Where is my deposit?")
        assert came.next_field("event") == "changed"
        assert came.next_field("data") != first


def test_who_comes_again_learns_of_what_changed_meanwhile(served: Served, browser: httpx2.Client) -> None:
    with browser.stream("GET", "/live") as answer:
        seen = Listener(answer).next_field("id")
    served.tocsin.incident()
    with browser.stream("GET", "/live", headers={"Last-Event-ID": seen}) as answer:
        assert Listener(answer).next_field("event") == "changed"


def test_it_ends_when_the_service_stops_or_is_reloaded(served: Served, browser: httpx2.Client) -> None:
    with browser.stream("GET", "/live") as answer:
        came = Listener(answer)
        came.next_field("id")
        assert served.tocsin.runtime.reload() == ()
        assert "event: changed" not in came.rest()
    served.tocsin.runtime.is_stopping = True
    with browser.stream("GET", "/live") as answer:
        assert "event: changed" not in Listener(answer).rest()


@pytest.mark.parametrize("then", ["/live", "/-/healthy", "/static/style.css", "/desk"])
def test_a_head_ends_at_once_and_its_connection_goes_on(served: Served, browser: httpx2.Client, then: str) -> None:
    """Else whatever comes next on the connection waits for the five minutes of the stream."""
    with browser.stream("GET", "/live") as listened:
        kind = listened.headers["content-type"]
    limits = httpx2.Limits(max_connections=1)
    with httpx2.Client(base_url=served.address, cookies=browser.cookies, timeout=PATIENCE_S, limits=limits) as monitor:
        for _ in range(3):
            answer = monitor.head("/live")
            assert (answer.status_code, answer.content) == (200, b"")
            assert answer.headers["content-type"] == kind
            assert monitor.head(then).status_code == 200


def test_nobody_listens_unsigned(served: Served) -> None:
    answer = httpx2.get(f"{served.address}/live", headers={"Accept": "text/event-stream"}, timeout=PATIENCE_S)
    assert answer.status_code == 401
