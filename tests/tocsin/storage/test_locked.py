"""Another program holds the database's lock: who writes is refused soon, and nothing else waits."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from html import unescape
from pathlib import Path

import httpx2
import psycopg
import pytest
from sqlalchemy import make_url

from tests import loopback
from tests.tocsin.web.running import CONFIG, Running, running
from tests.tocsin.web.serving import Answering, serve
from tocsin.context.metrics import WRITES
from tocsin.web.http.bulkheads import PLACES

TICKET = {"form": "Other", "subject": "Question", "text": "Is it open?", "email": "ada@example.com", "language": "en"}
FORM = {"form": "Other", "text": "Is it <open>?", "name": "Ada", "email": "ada@example.com", "key": "the same key"}


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Nobody else writes a ticket meanwhile."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE tickets IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.fixture
def served(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    monkeypatch.setattr("tocsin.storage.patience.REQUEST_S", 2.0)

    def make(folder: Path, config: str) -> Running:
        return running(folder, config)

    (tmp_path / "web").mkdir()
    yield from serve(tmp_path / "web", make, f'{CONFIG}database: "{url}"\n')


def post(address: str, key: str) -> httpx2.Response:
    return loopback.post(f"{address}/api/v1/tickets", json=TICKET, headers={"Idempotency-Key": key})


def all_at_once(count: int, ask: Callable[[int], httpx2.Response]) -> list[httpx2.Response]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


def test_writers_are_refused_for_now_and_nothing_else_waits(url: str, served: Answering) -> None:
    tocsin, address = served.tocsin, served.address
    tocsin.incident()
    tocsin.settle()
    with locked(url):
        with ThreadPoolExecutor(1) as beside:
            refused = beside.submit(all_at_once, 3 * PLACES[WRITES], lambda n: post(address, f"key {n}"))
            paths = ["/-/healthy", "/-/ready", "/status/", "/static/style.css"]
            others = {path: loopback.get(f"{address}{path}").status_code for path in paths}
            assert others == dict.fromkeys(paths, 200)
            answers = refused.result()
        assert {answer.status_code for answer in answers} == {503}
        assert {answer.headers.get("retry-after") for answer in answers} == {"2"}
        assert all("nothing was stored" in answer.json()["error"] for answer in answers)
        assert max(answer.elapsed.total_seconds() for answer in answers) < 25  # 2, and not the 30 of a loop
    assert sum(tocsin.services.store.tickets.counts().values()) == 0
    assert [post(address, "key 1").status_code for _ in range(2)] == [201, 200]
    assert sum(tocsin.services.store.tickets.counts().values()) == 1


def test_a_persons_form_comes_back_and_can_be_sent_again(url: str, served: Answering) -> None:
    address = served.address
    with locked(url):
        refused = loopback.post(f"{address}/support", data=FORM, headers={"accept": "text/html"})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', refused.text)
    again = {name: unescape(value) for name, value in fields}
    assert again == FORM
    sent = [loopback.post(f"{address}/support", data=again, headers={"accept": "text/html"}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert sum(served.tocsin.services.store.tickets.counts().values()) == 1
