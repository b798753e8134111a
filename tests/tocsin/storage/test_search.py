"""Tickets are found by words, and no word of them stands in the database."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.tocsin.storage.examples import BY, add, at, message
from tickets.ticket import Author, Ticket, TicketStatus
from tocsin.storage import BadCursor, Cipher, Store, TicketChange, open_store
from tocsin.storage import search as searching
from tocsin.storage.database import Database
from tocsin.storage.retention import Retained


def index(store: Store) -> None:
    while store.search.index_due():
        pass


def numbers(store: Store, words: str) -> list[str]:
    return [found.number for found in store.search.find(words).items]


def write(store: Store, ticket: Ticket, said: str, minute: float = 5, author: Author = Author.AGENT) -> None:
    entry = message(ticket.id, f"m{minute}", text=said, at=at(minute), author=author)
    store.tickets.change(ticket.id, lambda was: TicketChange(ticket=was, messages=(entry,)), at(minute), BY)


@pytest.mark.parametrize(
    "words",
    ["Grace", "grace@example.com", "C-77", "ff00aa", "lightning", "GRACE pending lightning", "5550199", "Gráce"],
)
def test_a_ticket_is_found_by_customer_address_transaction_and_text(store: Store, words: str) -> None:
    for _ in range(2):
        add(store)
    wanted = add(
        store,
        name="Grace Hopper", email="Grace@example.com", customer_id="C-77", phone="5550199",
        subject="Lightning", fields=(("txid", "ff00aa"),),
    )  # fmt: skip
    assert numbers(store, words) == []
    index(store)
    assert numbers(store, words) == [wanted.number]


def test_every_word_must_stand_in_it_and_its_whole_thread_counts(store: Store) -> None:
    one, other = add(store), add(store)
    index(store)
    write(store, one, "The node was restarted", author=Author.INTERNAL)
    write(store, other, "The node is well")
    assert numbers(store, "node") == []
    index(store)
    assert set(numbers(store, "node")) == {one.number, other.number}
    assert numbers(store, "node restarted pending") == [one.number]
    assert numbers(store, "node unicorn") == []
    assert numbers(store, "?!") == []


def test_pages_follow_each_other_newest_first_and_a_page_looks_through_so_many(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [add(store, now=at(n), subject="rare" if n in {1, 30} else "") for n in range(40)]
    index(store)
    wanted = [ticket.number for ticket in reversed(made)]
    assert paged(store, "pending", 7) == wanted
    monkeypatch.setattr(searching, "LOOKED_AT", 10)
    assert paged(store, "pending", 7) == wanted
    monkeypatch.setattr(searching, "COMMON", 1)  # so that the words count as equally rare
    assert paged(store, "pending rare", 7) == [made[30].number, made[1].number]
    with pytest.raises(BadCursor):
        store.search.find("pending", "nonsense")


def paged(store: Store, words: str, limit: int) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    for _ in range(60):
        page = store.search.find(words, cursor, limit)
        found += [ticket.number for ticket in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("the list has no end")


def test_a_new_name_of_its_customer_finds_it(store: Store) -> None:
    ticket = add(store)
    index(store)
    store.tickets.change(ticket.id, lambda was: TicketChange(ticket=replace(was, email="new@example.com")), at(1), BY)
    index(store)
    assert numbers(store, "new@example.com") == [ticket.number]


def test_indexing_again_changes_nothing_and_each_entry_is_worked_off_once(store: Store) -> None:
    add(store)
    write(store, add(store), "again")
    assert store.search.index_due(2) == 2
    assert store.search.index_due(2) == 1
    assert store.search.index_due(2) == 0


def test_a_ticket_that_is_deleted_leaves_no_word(url: str) -> None:
    store = open_store(url, Cipher(bytes(32)))
    add(store, status=TicketStatus.CLOSED)
    index(store)
    write(store, add(store, status=TicketStatus.CLOSED), "more", minute=6)
    while store.retention.step(Retained.TICKETS, at(60)):
        pass
    database = Database(url)
    with database.read() as connection:
        for table in ("tickets", "ticket_tokens", "search_due"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
    database.engine.dispose()
    store.close()


def test_no_word_stands_in_the_database_and_another_key_finds_nothing(migrated_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    path.write_bytes(migrated_file.read_bytes())
    store = open_store(f"sqlite:///{path}", Cipher(bytes(32)))
    add(store, subject="Platypus")
    index(store)
    assert len(numbers(store, "platypus")) == 1
    store.close()
    assert b"platypus" not in path.read_bytes().lower()
    other = Store(Database(f"sqlite:///{path}"), Cipher(b"1" * 32))
    assert numbers(other, "platypus") == []
    other.close()


def test_tickets_of_an_earlier_release_are_indexed_and_get_their_language(url: str) -> None:
    store = open_store(url, Cipher(bytes(32)))
    ticket = add(store, language="de")
    index(store)
    database = Database(url)
    with database.write() as connection:
        connection.execute(text("UPDATE tickets SET language = NULL"))
        connection.execute(text("DELETE FROM ticket_tokens"))
        connection.execute(text("INSERT INTO search_due (ticket_id) SELECT id FROM tickets"))
    index(store)
    assert numbers(store, "pending") == [ticket.number]
    with database.read() as connection:
        assert connection.scalars(text("SELECT language FROM tickets")).all() == ["de"]
    database.engine.dispose()
    store.close()
