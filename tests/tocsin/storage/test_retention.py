"""What is kept for a time goes after it, in small steps, into the archive first; a kill in between changes nothing."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DatabaseError

from tests.tocsin.storage.examples import BY, T0, add, at, mail, order, signal
from tickets.ticket import TicketStatus
from tocsin.storage import Cipher, Retained, Retention, Store, TicketChange, open_store
from tocsin.storage.tables.columns import metadata
from tocsin.storage.tables.incidents import signals
from tocsin.storage.tables.installation import idempotency_keys
from tocsin.storage.tables.mail import outbox
from tocsin.storage.tables.people import audit
from tocsin.storage.tables.tickets import messages, tickets

LATER = T0 + timedelta(days=100)


def count(store: Store, table: str) -> int:
    with store._database.read() as connection:
        return connection.scalar(select(func.count()).select_from(metadata.tables[table])) or 0


def archived(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """(table, row) of every line of every file."""
    files = sorted(folder.rglob("*.jsonl.gz"))
    lines = [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]
    return [(line["table"], line["row"]) for line in lines]


def sent(store: Store, many: int, now: datetime, **changes: object) -> None:
    store.mail.enqueue([mail(f"{now:%m%d%H%M%S}-{n}", **changes) for n in range(many)], now)
    store.mail.sent([one.id for one in store.mail.due(now, limit=many)], now)


def settled(store: Store, now: datetime) -> str:
    """A ticket that was resolved then, with a message and a mail."""
    ticket = store.tickets.add_all([order(None, created_at=now, updated_at=now)], now)[0]
    assert isinstance(ticket, tuple)
    over = replace(ticket[0], status=TicketStatus.RESOLVED, updated_at=now, resolved_at=now)
    store.tickets.change(over.id, lambda _: TicketChange(ticket=over), now, BY)
    store.mail.sent([one.id for one in store.mail.due(now)], now)
    return over.id


def fill(store: Store, kept: Retained, now: datetime) -> None:
    """Three of what is kept, that are over at `now`."""
    for n in range(3):
        name, when = f"{n}-{now:%Y%m%d%H%M%S}", now + timedelta(seconds=n)
        if kept is Retained.SIGNALS:
            store.signals.record([signal(name, key=name, ended_at=when, seen_at=when)], when)
            with store._database.write() as connection:
                connection.execute(text("UPDATE signals SET placed_at = recorded_at"))
        elif kept is Retained.IDEMPOTENCY_KEYS:
            store.tickets.add_all([order(name)], when)
        elif kept in {Retained.MAILS, Retained.TICKET_MAILS}:
            sent(store, 1, when, ticket_id=None if kept is Retained.MAILS else add(store, when).id)
        elif kept is Retained.TICKETS:
            settled(store, when)
        else:
            store.audit.add(BY, when)


TABLES = {
    Retained.SIGNALS: signals.name,
    Retained.IDEMPOTENCY_KEYS: idempotency_keys.name,
    Retained.MAILS: outbox.name,
    Retained.TICKET_MAILS: outbox.name,
    Retained.TICKETS: tickets.name,
    Retained.AUDIT: audit.name,
}


@pytest.mark.parametrize("kept", TABLES)
def test_what_is_older_than_it_is_kept_goes_and_nothing_else(store: Store, kept: Retained) -> None:
    fill(store, kept, T0)
    fill(store, kept, LATER)
    before = count(store, TABLES[kept])
    assert store.retention.step(kept, T0) == 0
    gone = store.retention.step(kept, LATER - timedelta(days=1))
    assert gone >= 3
    assert store.retention.step(kept, LATER - timedelta(days=1)) == 0
    assert count(store, TABLES[kept]) == before - gone


def test_what_is_not_over_stays(store: Store) -> None:
    store.signals.record([signal()], T0)
    store.mail.enqueue([mail()], T0)
    add(store)
    store.audit.add(BY, T0)
    for kept in (Retained.SIGNALS, Retained.MAILS, Retained.LOST_MAILS, Retained.TICKET_MAILS, Retained.TICKETS):
        assert store.retention.step(kept, LATER) == 0, kept


def test_a_ticket_goes_with_its_thread_and_its_mails_into_the_archive(store: Store, tmp_path: Path) -> None:
    ticket_id = settled(store, T0)
    assert store.retention.step(Retained.TICKETS, LATER, tmp_path) == 1
    found = archived(tmp_path)
    assert [table for table, _ in found] == [tickets.name, messages.name, outbox.name]
    assert {row.get("ticket_id", row["id"]) for _, row in found} == {ticket_id}
    assert store.tickets.get(ticket_id) is None
    assert [count(store, table.name) for table in (tickets, messages, outbox)] == [0, 0, 0]
    assert b"Ada" not in b"".join(gzip.decompress(file.read_bytes()) for file in tmp_path.rglob("*.gz"))


def test_the_audit_still_verifies_and_goes_on_when_its_oldest_entries_went(store: Store) -> None:
    for n in range(4):
        store.audit.add(BY, at(n))
    assert store.retention.step(Retained.AUDIT, at(2)) == 2
    assert store.audit.first_break() is None
    assert store.retention.step(Retained.AUDIT, LATER) == 1, "its last entry stays: the next is chained to it"
    store.audit.add(BY, LATER)
    assert store.audit.first_break() is None
    assert [one.position for one in store.audit.page().items] == [5, 4]


@pytest.mark.parametrize("position", [3, 2])
def test_who_deletes_entries_behind_the_retention_is_found_out(store: Store, position: int) -> None:
    for n in range(4):
        store.audit.add(BY, at(n))
    store.retention.step(Retained.AUDIT, at(1))
    with store._database.engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text(f"DELETE FROM audit WHERE position = {position}"))
    with store._database.write() as connection:
        connection.execute(text(f"UPDATE audit_start SET through = {position}"))
        connection.execute(text(f"DELETE FROM audit WHERE position <= {position}"))
    assert store.audit.first_break() == position + 1


class Killed(Exception):
    """The process ends here."""


@pytest.mark.parametrize("where", ["_write", "_delete"])
def test_a_kill_between_archive_and_database_loses_nothing_and_repeats_nothing(
    url: str, cipher: Cipher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    store = open_store(url, cipher)
    sent(store, 3, T0)
    with monkeypatch.context() as patch:
        patch.setattr(Retention, where, _killed_after(getattr(Retention, where), where))
        with pytest.raises(Killed):
            store.retention.step(Retained.MAILS, LATER, tmp_path)
    store.close()
    again = open_store(url, cipher)
    assert count(again, outbox.name) == 3, "nothing is deleted before it is archived"
    sent(again, 2, at(1))
    while again.retention.step(Retained.MAILS, LATER, tmp_path):
        pass
    assert count(again, outbox.name) == 0
    ids = [row["id"] for _, row in archived(tmp_path)]
    assert (len(ids), len(set(ids))) == (5, 5)
    assert not list(tmp_path.rglob("*.draft"))
    again.close()


def test_what_was_opened_again_between_its_note_and_its_end_stays(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, over = settled(store, T0), settled(store, T0)
    with monkeypatch.context() as patch:
        patch.setattr(Retention, "_write", _killed_after(Retention._write, "_write"))
        with pytest.raises(Killed):
            store.retention.step(Retained.TICKETS, LATER, tmp_path)
    store.tickets.change(opened, lambda one: TicketChange(ticket=replace(one, updated_at=LATER)), LATER, BY)
    while store.retention.step(Retained.TICKETS, LATER, tmp_path):
        pass
    assert store.tickets.get(opened) is not None
    assert {row["id"] for table, row in archived(tmp_path) if table == tickets.name} == {over}


def _killed_after(step: Callable[..., None], name: str) -> Callable[..., None]:
    def run(*given: Any) -> None:
        step(*given)
        raise Killed(name)

    return run


def test_a_step_is_small(store: Store) -> None:
    keys = [{"key_index": str(n), "digest_index": "", "ticket_id": "", "created_at": T0} for n in range(1200)]
    with store._database.write() as connection:
        connection.execute(insert(idempotency_keys), keys)
    steps = []
    while some := store.retention.step(Retained.IDEMPOTENCY_KEYS, LATER):
        steps.append(some)
    assert steps == [500, 500, 200]
