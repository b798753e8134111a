"""A holder that is frozen is replaced, and writes nothing when it wakes."""

import os
import signal as signals
import time

import pytest
from sqlalchemy import func, select

from tests.patience import until
from tests.tocsin.storage.examples import BY, T0, mail
from tests.tocsin.storage.test_faults import kill, ready, run
from tocsin.storage import Cipher, LeaseLost, Store, as_leader, lease_of, open_store
from tocsin.storage.tables.installation import counters

HOLDER = """
    import os, signal, sys, threading, time
    from tests.tocsin.storage.examples import KEY, BY, T0
    from tocsin.storage import Cipher, LeaseLost, StorageError, as_leader, lease_of, open_store
    lease, store = lease_of(sys.argv[1]), open_store(sys.argv[1], Cipher(KEY))
    store.fence(lambda: lease.term)
    print(lease.hold(), flush=True)
    if sys.argv[2] == "between":
        os.kill(os.getpid(), signal.SIGSTOP)
    try:
        with as_leader(), store._database.write() as connection:
            if sys.argv[2] == "within":
                connection.exec_driver_sql("INSERT INTO counters (name, value) VALUES ('it wrote', 1)")
                os.kill(os.getpid(), signal.SIGSTOP)
            connection.exec_driver_sql("INSERT INTO counters (name, value) VALUES ('it wrote more', 1)")
        print("wrote", flush=True)
    except LeaseLost:
        print("lost", flush=True)
    except StorageError:
        print("cut off", flush=True)
    print(lease.hold(), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is frozen is known to be so in less than seconds."""
    monkeypatch.setattr("tocsin.storage.lease.STALE_S", 0.2)


def written(store: Store) -> int:
    with store._database.read() as connection:
        return connection.scalar(select(func.count()).where(counters.c.name.startswith("it wrote"))) or 0


def test_a_holder_that_is_frozen_between_two_transactions_writes_nothing_when_it_wakes(
    url: str, cipher: Cipher, soon: None
) -> None:
    frozen = run(HOLDER, url, "between")
    assert ready(frozen) == "True"
    os.waitid(os.P_PID, frozen.pid, os.WSTOPPED | os.WNOWAIT)
    lease, store = lease_of(url), open_store(url, cipher)
    until(lease.hold, "it is replaced")
    assert lease.is_held()
    frozen.send_signal(signals.SIGCONT)
    assert (ready(frozen), ready(frozen)) == ("lost", "False")
    assert lease.hold()
    assert written(store) == 0
    lease.release()
    kill(frozen)
    store.close()


def test_a_holder_that_is_frozen_while_it_writes_is_replaced_and_what_it_wrote_is_undone(
    url: str, cipher: Cipher, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite it keeps everybody from writing, so it is killed; PostgreSQL ends its connection."""
    monkeypatch.setattr("tocsin.storage.patience.REQUEST_S", 0.2)
    frozen = run(HOLDER, url, "within")
    assert ready(frozen) == "True"
    os.waitid(os.P_PID, frozen.pid, os.WSTOPPED | os.WNOWAIT)
    lease, store = lease_of(url), open_store(url, cipher)
    until(lease.hold, "it is replaced")
    store.mail.enqueue([mail()], T0)
    if store._database.is_sqlite:
        assert frozen.wait() == -signals.SIGKILL
    else:
        frozen.send_signal(signals.SIGCONT)
        assert (ready(frozen), ready(frozen)) == ("cut off", "False")
    assert written(store) == 0
    lease.release()
    frozen.kill()
    frozen.communicate()
    store.close()


def test_a_holder_that_counts_on_is_not_replaced(url: str, store: Store, soon: None) -> None:
    first, second = lease_of(url), lease_of(url)
    assert first.hold()
    for _ in range(30):
        assert first.hold()
        assert not second.hold()
        time.sleep(0.02)
    first.release()
    until(second.hold)
    second.release()


def test_a_loop_writes_in_its_own_term_alone_and_the_web_in_any(store: Store) -> None:
    term: list[int | None] = [None]
    store.fence(lambda: term[0])
    with as_leader(), pytest.raises(LeaseLost, match="another decides now"):
        store.audit.add(BY, T0)
    store.audit.add(BY, T0)
    with as_leader():
        assert store.audit.page().items[0].position == 1, "it may read"


def test_the_session_that_ends_with_its_server_is_taken_up_again(url: str, store: Store) -> None:
    """A server that restarts ends every connection; nobody else has led meanwhile."""
    lease = lease_of(url)
    assert lease.hold()
    term = lease.term
    if not store._database.is_sqlite:
        with store._database.write() as connection:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    until(lease.hold)
    assert (lease.term, lease.is_held()) == (term, True)
    lease.release()


def test_what_was_not_confirmed_for_long_is_not_held(url: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = lease_of(url)
    assert lease.hold()
    monkeypatch.setattr("tocsin.storage.lease.FRESH_S", 0.0)
    assert not lease.is_held(), "such as a moment after it woke"
    monkeypatch.undo()
    assert lease.hold()
    assert lease.is_held()
    lease.release()
