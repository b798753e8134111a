"""A copy of everything, in one portable file, and the schema that migrations make."""

import signal as signal_numbers
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.tocsin.storage.examples import T0, add, incident, opened, signal
from tickets.ticket import Ticket
from tocsin.storage import Cipher, StorageError, Store, backup, migrate, open_store, restore
from tocsin.storage.database import Database
from tocsin.storage.tables.columns import metadata

KILLED = """
import os, signal, sys
from pathlib import Path
from tocsin.storage import backup

module = sys.modules["tocsin.storage.backup"]
rows = module._rows

def killed(connection, table):
    yield from rows(connection, table)
    if table.name == "tickets":
        os.kill(os.getpid(), signal.SIGKILL)

module._rows = killed
backup(sys.argv[1], Path(sys.argv[2]))
"""


def filled(store: Store) -> Ticket:
    store.signals.record([signal(score=float("nan"))], T0)
    store.incidents.open(opened(incident("x", signal())), T0)
    store.checkpoints.save("w", bytes(range(256)))
    return add(store)


def test_a_backup_restores_into_either_database(url: str, empty_url: str, cipher: Cipher, tmp_path: Path) -> None:
    store = open_store(url, cipher)
    ticket = filled(store)
    path = tmp_path / "copy.zip"
    counts = backup(url, path)
    assert counts["tickets"] == 1
    assert restore(path, empty_url) == counts
    again = open_store(empty_url, cipher)
    assert again.tickets.get(ticket.id) == ticket
    assert again.tickets.thread(ticket.id) == store.tickets.thread(ticket.id)
    assert again.incidents.timeline("x") == store.incidents.timeline("x")
    assert again.checkpoints.get("w") == bytes(range(256))
    assert again.audit.first_break() is None
    add(again)
    assert again.incidents.open(opened(incident("y")), T0).incident.number == 2
    assert again.incidents.latest_change() == 2
    for one in (store, again):
        one.close()


def test_a_full_database_is_not_restored_over(url: str, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "copy.zip"
    filled(store)
    backup(url, path)
    with pytest.raises(StorageError, match="has rows; restore into an empty database"):
        restore(path, url)
    assert len(store.tickets.page().items) == 1


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda content: None, "does not exist"),
        (lambda content: b"hello", "not a whole zip file"),
        (lambda content: content[: len(content) // 2], "not a whole zip file"),
        (lambda content: content[:60] + bytes(40) + content[100:], "damaged|not a whole"),
    ],
    ids=["missing", "something else", "cut", "changed"],
)
def test_a_damaged_backup_restores_nothing(damage: object, said: str, tmp_path: Path, migrated_file: Path) -> None:
    path = tmp_path / "copy.zip"
    backup(f"sqlite:///{migrated_file}", path)
    content = damage(path.read_bytes())  # type: ignore[operator]
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(StorageError, match=said):
        restore(path, f"sqlite:///{tmp_path}/new.db")
    assert not (tmp_path / "new.db").exists()


def test_a_folder_that_is_missing_is_named(tmp_path: Path, migrated_file: Path) -> None:
    with pytest.raises(StorageError, match="name a folder that exists"):
        backup(f"sqlite:///{migrated_file}", tmp_path / "no" / "copy.zip")


def test_the_migrated_schema_is_the_one_the_code_means(empty_url: str) -> None:
    migrate(empty_url)
    migrate(empty_url)
    database = Database(empty_url)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.engine.dispose()


def test_two_that_migrate_at_once_wait_for_each_other(empty_url: str, cipher: Cipher) -> None:
    problems: list[Exception] = []

    def attempt() -> None:
        try:
            migrate(empty_url)
            open_store(empty_url, cipher).close()
        except Exception as error:  # noqa: BLE001 - shown below
            problems.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_killed_backup_leaves_nothing_behind(migrated_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "copy.zip.999999999.draft").write_bytes(b"left by an earlier one, where files need a name")
    url = f"sqlite:///{migrated_file}"
    killed = subprocess.run([sys.executable, "-c", KILLED, url, str(folder / "copy.zip")], check=False)
    assert killed.returncode == -signal_numbers.SIGKILL
    assert list(folder.iterdir()) == []
    backup(url, folder / "copy.zip")
    assert [path.name for path in folder.iterdir()] == ["copy.zip"]
