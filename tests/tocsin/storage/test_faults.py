"""Killed processes, full disks, stolen files: nothing lost, nothing half, nothing readable."""

import signal as signals
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sqlalchemy import event, make_url, text

from tests.patience import PATIENCE_S, until
from tests.tocsin.storage.examples import T0, add, failure, incident, mail, opened, order, signal
from tickets.ticket import Attachment, TicketStatus
from tocsin.storage import AuditEntry, Cipher, NotMigrated, StorageError, Store, WrongKey, lease_of, open_store
from tocsin.storage.accounts import Role

ROOT = Path(__file__).parents[3]
SECRETS = (
    "Ada Example",
    "ada@example.com",
    "+1 555 0100",
    "pending since noon",
    "Where is my withdrawal",
    "deadbeef",
    "customer-4711",
)


def run(program: str, *arguments: str) -> "subprocess.Popen[str]":
    """A process that imports this tree; says READY when it got where the test wants it."""
    code = textwrap.dedent(program)
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ready(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    assert process.wait(timeout=PATIENCE_S) == -signals.SIGKILL
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        stream.close()


WRITER = """
    import sys
    from datetime import timedelta
    from incidents.correlate import Placement
    from tests.tocsin.storage.examples import KEY, T0, incident, opened, order, signal
    from tocsin.storage import Cipher, open_store

    url, where = sys.argv[1:]
    store = open_store(url, Cipher(KEY))

    def here(*_):
        print("READY", flush=True)
        sys.stdin.read()
        return True

    if where == "deciding":
        store.signals.record([signal()], T0)
        place = lambda waiting, _: Placement(updates=(opened(incident("x", *waiting)),))
        store.incidents.decide(place, T0, timedelta(hours=1), here)
    if where == "adding":
        orders = [order(str(n)) for n in range(50)]
        last = orders[-1].make
        store.tickets.add_all([*orders[:-1], order("last"), order("more")], T0)
        def make(*given):
            here()
            return last(*given)
        from dataclasses import replace
        store.tickets.add_all([*[order() for n in range(50)], replace(orders[-1], make=make)], T0)
"""


def test_a_process_killed_before_its_commit_leaves_the_old(url: str, store: Store) -> None:
    process = run(WRITER, url, "deciding")
    assert ready(process) == "READY"
    kill(process)
    assert store.incidents.active() == ()
    assert store.incidents.latest_change() == 0
    made = store.incidents.open(opened(incident("x", signal())), T0)
    assert made.incident.number == 1


def test_a_process_killed_in_a_flood_leaves_whole_batches(url: str, store: Store) -> None:
    process = run(WRITER, url, "adding")
    assert ready(process) == "READY"
    kill(process)
    assert sum(store.tickets.counts().values()) == 51
    assert store.mail.counts().waiting == 51
    assert len(store.audit.page(limit=200).items) == 51
    assert store.audit.first_break() is None
    add(store)
    assert sum(store.tickets.counts().values()) == 52


HOLDER = """
    import sys
    from tocsin.storage import lease_of
    lease = lease_of(sys.argv[1])
    print(lease.hold(), flush=True)
    sys.stdin.read()
"""


def test_of_two_processes_one_holds_the_lease_and_a_killed_one_loses_it(url: str) -> None:
    first = run(HOLDER, url)
    assert ready(first) == "True"
    second = run(HOLDER, url)
    assert ready(second) == "False"
    kill(second)
    lease = lease_of(url)
    assert not lease.hold()
    kill(first)
    until(lease.hold, "the server notices the closed socket by itself, in its own time")
    assert lease.hold()
    other = lease_of(url)
    assert not other.hold()
    lease.release()
    lease.release()
    assert other.hold()
    other.release()


def fill_up(store: Store) -> None:
    """No page more than there are: what a full disk answers, on every new connection."""

    def limit(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

    event.listen(store._database.engine, "connect", limit)
    store._database.engine.dispose()


def test_a_full_disk_is_a_clear_error_and_loses_nothing(url: str, cipher: Cipher) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL keeps its own disk")
    store = open_store(url, cipher)
    kept = add(store)
    fill_up(store)
    with pytest.raises(StorageError, match="disk is full: nothing of this was written; free space"):
        store.tickets.add_all([order() for _ in range(200)], T0)
    store.close()
    again = open_store(url, cipher)
    assert again.tickets.page().items == (kept,)
    assert again.mail.counts().waiting == 1
    assert again.audit.first_break() is None
    add(again)
    again.close()


def stored_bytes(url: str, store: Store) -> bytes:
    """All that lies on the disk: SQLite's files, or every value of every row."""
    if url.startswith("sqlite"):
        store.close()
        path = Path(str(make_url(url).database))
        return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))
    found: list[bytes] = []
    with store._database.read() as connection:
        for (name,) in connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all():
            for row in connection.execute(text(f"SELECT * FROM {name}")):
                found.extend(bytes(one) if isinstance(one, memoryview) else str(one).encode() for one in row)
                found.extend(one for one in row if isinstance(one, bytes))
    return b"\n".join(found)


def test_no_personal_word_lies_readable_in_the_database(url: str, store: Store) -> None:
    made = order("key of ada@example.com", "digest")
    files = [Attachment(name="Ada Example.txt", media_type="text/plain", content=b"It is pending since noon")]
    by = AuditEntry(actor="bob", action="view", subject_kind="ticket", detail=(("email", "ada@example.com"),))
    ticket, _ = store.tickets.add(made.make, made.idempotency_key, "ada@example.com", "d", T0, by, files=files)
    store.mail.enqueue([mail("to ada@example.com")], T0)
    (first, *_) = store.mail.due(T0)
    store.mail.failed(first.id, failure("550 ada@example.com"), T0)
    store.people.add_user("ada", "ada@example.com", "", Role.AGENT, T0)
    store.people.record_attempt("ada@example.com", T0)
    token = store.tickets.make_token(ticket.id)
    lying = stored_bytes(url, store)
    assert ticket.number.encode() in lying
    assert TicketStatus.NEW.encode() in lying
    for secret in (*SECRETS, token):
        assert secret.encode() not in lying, secret


def test_another_key_is_refused_and_the_right_one_still_opens(url: str, cipher: Cipher) -> None:
    open_store(url, cipher).close()
    with pytest.raises(WrongKey, match="the key in the other file does not open this database"):
        open_store(url, Cipher(bytes(32), "the other file"))
    open_store(url, cipher).close()


def test_a_database_without_schema_is_named(empty_url: str, cipher: Cipher) -> None:
    with pytest.raises(NotMigrated, match=r"its schema is empty.*tocsin migrate"):
        open_store(empty_url, cipher)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "not a URL"),
        ("mysql://x/y", "database mysql: not supported"),
        ("sqlite://", "would keep nothing"),
        ("sqlite:////proc/no/tocsin.db", "database folder /proc/no"),
        ("postgresql://tocsin:hunter2@127.0.0.1:1/x", "connection"),
    ],
)
def test_an_address_that_leads_nowhere_is_named_without_its_password(address: str, said: str, cipher: Cipher) -> None:
    with pytest.raises(StorageError, match=said) as caught:
        open_store(address, cipher)
    assert "hunter2" not in str(caught.value)
