"""What agents said about links, kept with the tickets."""

import pytest
from sqlalchemy import text

from tests.tocsin.storage.examples import BY, KEY, T0, add, at
from tickets.linking import AgentAnswer
from tickets.ticket import Ticket
from tocsin.storage import Cipher, Store, TicketChange, migrate, open_store
from tocsin.storage.database import Database
from tocsin.storage.schema import migrate_to

YES = AgentAnswer(words=frozenset({"hourgl", "withdrawal!"}), incident_id="i1", offered=frozenset({"i1", "i2"}))
NO = AgentAnswer(words=frozenset({"hourgl"}), incident_id=None, offered=frozenset({"i1"}))


def say(store: Store, ticket: Ticket, answer: AgentAnswer | None, *, minutes: int = 0, forgets: bool = False) -> None:
    def change(was: Ticket) -> TicketChange:
        return TicketChange(ticket=was, answer=answer, forgets=forgets)

    store.tickets.change(ticket.id, change, at(minutes), BY)


def test_the_last_answer_about_a_ticket_counts(store: Store) -> None:
    first, second = add(store), add(store)
    say(store, first, YES)
    say(store, second, YES, minutes=1)
    say(store, first, NO, minutes=2)
    assert store.link_answers.since(T0) == (YES, NO)
    assert store.link_answers.since(at(2)) == (NO,)


def test_a_change_that_says_nothing_leaves_the_answer(store: Store) -> None:
    ticket = add(store)
    say(store, ticket, YES)
    say(store, ticket, None, minutes=1)
    assert store.link_answers.since(T0) == (YES,)


def test_an_answer_is_taken_back(store: Store) -> None:
    ticket = add(store)
    say(store, ticket, YES)
    say(store, ticket, None, minutes=1, forgets=True)
    assert store.link_answers.since(T0) == ()


def test_the_mark_changes_with_every_answer_and_with_nothing_else(store: Store) -> None:
    first, second = add(store), add(store)
    marks = [store.link_answers.mark()]
    for ticket, answer, forgets in (
        (first, YES, False),
        (second, YES, False),
        (first, NO, False),
        (second, None, True),
    ):
        say(store, ticket, answer, forgets=forgets)
        marks.append(store.link_answers.mark())
    assert len(set(marks)) == len(marks)
    say(store, first, None)
    assert store.link_answers.mark() == marks[-1]


def test_a_failed_change_says_nothing(store: Store) -> None:
    first, second = add(store), add(store)

    def change(was: Ticket) -> TicketChange | None:
        if was.id == max(first.id, second.id):
            raise ValueError("the second of the batch fails")
        return TicketChange(ticket=was, answer=YES)

    with pytest.raises(ValueError, match="the second"):
        store.tickets.change_all([first.id, second.id], change, T0, BY)
    assert store.link_answers.since(T0) == ()


def test_the_words_are_sealed(store: Store, url: str) -> None:
    say(store, add(store), YES)
    database = Database(url)
    with database.read() as connection:
        (sealed,) = connection.execute(text("SELECT sealed FROM link_answers")).scalars()
    database.engine.dispose()
    assert b"hourgl" not in bytes(sealed)


def test_a_database_of_the_release_before_learns_from_now_on(empty_url: str) -> None:
    migrate_to(empty_url, "0005")
    migrate(empty_url)
    store = open_store(empty_url, Cipher(KEY))
    say(store, add(store), YES)
    assert store.link_answers.since(T0) == (YES,)
    store.close()
