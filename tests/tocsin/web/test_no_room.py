"""A database that takes no writes: it is said, reading goes on, and all is well again when it takes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from sqlalchemy import event

from tests.tocsin.web.running import CONFIG, Running, running
from tocsin.context.metrics import Metrics
from tocsin.context.repeats import EVERY_S, Repeats
from tocsin.process.worker import tick
from tocsin.storage import NoRoomError, StorageError, Store
from tocsin.storage.accounts import Role

TICKET = {"form": "Other", "subject": "Question", "text": "Is it open?", "email": "ada@example.com", "language": "en"}


@contextmanager
def no_room(store: Store) -> Iterator[None]:
    """Each write is refused as on a disk that cannot be written, on every connection."""
    engine = store._database.engine

    def refuse(connection: object, _record: object) -> None:
        connection.execute("PRAGMA query_only = 1")  # type: ignore[attr-defined]

    event.listen(engine, "connect", refuse)
    engine.dispose()
    yield
    event.remove(engine, "connect", refuse)
    engine.dispose()


def unrecorded(tocsin: Running) -> float:
    return float(tocsin.services.metrics.unrecorded_views._value.get())


def test_it_says_so_and_reading_goes_on(tocsin: Running) -> None:
    ticket, store = tocsin.ticket(), tocsin.services.store
    agent, engineer = tocsin.client(Role.AGENT), tocsin.client(Role.ENGINEER)
    with no_room(store):
        refused = tocsin.client().post("/api/v1/tickets", json=TICKET)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert "disk is full" in refused.json()["error"]
        ready = tocsin.client().get("/-/ready")
        assert ready.status_code == 503
        assert "no room to write" in ready.text
        assert str(tocsin.services.config.data) not in ready.text
        page = agent.get(f"/desk/tickets/{ticket.number}")
        assert page.status_code == 200
        assert ticket.text in page.text
        assert unrecorded(tocsin) == 1
        assert "readonly database" in engineer.get("/console").text, "the console says why"
        assert "readonly database" not in tocsin.client().get("/support").text, "customers do not read it"
        assert tocsin.client().get("/-/healthy").status_code == 200
    assert tocsin.client().get("/-/ready").status_code == 200
    assert "Nothing can be stored" not in engineer.get("/console").text
    assert agent.get(f"/desk/tickets/{ticket.number}").status_code == 200
    assert unrecorded(tocsin) == 1
    assert tocsin.audited(ticket.id).count("view") == 1
    assert store.audit.first_break() is None


def test_where_the_policy_wants_a_trail_nothing_is_shown_without_one(tmp_path: Path) -> None:
    tocsin = running(tmp_path, f"{CONFIG}desk: {{views_need_trail: true}}\n")
    ticket, agent = tocsin.ticket(), tocsin.client(Role.AGENT)
    with no_room(tocsin.services.store):
        page = agent.get(f"/desk/tickets/{ticket.number}")
        assert page.status_code == 503
        assert ticket.text not in page.text
        assert unrecorded(tocsin) == 0
    tocsin.close()


def test_it_is_logged_once_and_its_end_once(tocsin: Running) -> None:
    store, metrics = tocsin.services.store, Metrics()

    def write() -> None:
        store.try_to_write(tocsin.clock())

    with structlog.testing.capture_logs() as logs:
        with no_room(store):
            for _ in range(5):
                tick("place", write, metrics, Repeats())
        for _ in range(2):
            tick("place", write, metrics, Repeats())
    assert [entry["event"] for entry in logs] == ["the database cannot be written", "the database is written again"]
    assert "exc_info" not in logs[0]
    assert metrics.registry.get_sample_value("tocsin_tick_failures_total", {"loop": "place"}) == 5


@pytest.mark.parametrize(
    ("error", "has_traceback"), [(StorageError("database x: connection refused"), False), (ValueError("ours"), True)]
)
def test_the_same_failure_is_logged_once_a_minute(error: Exception, *, has_traceback: bool) -> None:
    seconds = 0.0
    repeats, metrics = Repeats(lambda: seconds), Metrics()

    def fail() -> None:
        raise error

    with structlog.testing.capture_logs() as logs:
        for seconds in (0.0, 1.0, EVERY_S - 1, EVERY_S, EVERY_S + 1):  # noqa: B007 - the clock reads it
            tick("place", fail, metrics, repeats)
    assert len(logs) == 2
    assert ("exc_info" in logs[0]) is has_traceback
    assert metrics.registry.get_sample_value("tocsin_tick_failures_total", {"loop": "place"}) == 5


def test_a_lack_of_room_is_an_error_of_the_database(tocsin: Running) -> None:
    with no_room(tocsin.services.store), pytest.raises(NoRoomError, match="nothing of this was written"):
        tocsin.services.store.try_to_write(tocsin.clock())
