"""Finds tickets by words: an index of keyed hashes, so that no word of a customer stands in the database in the open.

What is written is noted as due in its own transaction, and indexed soon after, so that no customer waits for it.
"""

import hmac
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    select,
    tuple_,
    update,
)

from tickets.search_words import search_words
from tickets.ticket import Message, Ticket
from tocsin.storage.cipher import Cipher
from tocsin.storage.counting import insert_new
from tocsin.storage.database import Database
from tocsin.storage.pagination import ListPage, read_cursor, write_cursor
from tocsin.storage.read_before import ReadBefore, batched
from tocsin.storage.rows import StorePart
from tocsin.storage.sealing import open_message, open_ticket
from tocsin.storage.tables.columns import at_instant, microseconds
from tocsin.storage.tables.desk import search_due
from tocsin.storage.tables.tickets import messages, ticket_tokens, tickets

COMMON = 2000
"""Tickets; a word that so many have is not counted any further, to find which word is the rarest."""
LOOKED_AT = 5000
"""Tickets with the rarest word that one page looks through."""
WORDS_MOST = 12
"""Words of one search; the others are not looked for."""


class WordIndex:
    """Words as the index holds them."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher
        self._key = cipher.derived("search words")

    def token(self, word: str) -> int:
        """The keyed hash of a word, which says nothing of it."""
        digest = hmac.digest(self._key, word.encode("utf-8", "surrogatepass"), "sha256")
        return int.from_bytes(digest[:8], "big", signed=True)

    def rows(
        self, connection: Connection, ticket_id: str, since: datetime | None
    ) -> Iterator[tuple[int, datetime, str]]:
        """The rows of a ticket's messages since then; None = of all of them, and of the ticket itself."""
        named = select(tickets.c.created_at, tickets.c.sealed).where(tickets.c.id == ticket_id)
        row = connection.execute(named).one_or_none()
        if row is None:
            return
        said = select(messages.c.id, messages.c.sealed).where(messages.c.ticket_id == ticket_id)
        if since is not None:
            said = said.where(messages.c.at >= since)
        texts = [words_of_message(open_message(self._cipher, m.id, m.sealed)) for m in connection.execute(said)]
        if since is None:
            texts.append(words_of_ticket(open_ticket(self._cipher, ticket_id, row.sealed)))
        for word in {word for text in texts for word in text}:
            yield self.token(word), row.created_at, ticket_id


def forget_words(connection: Connection, cipher: Cipher, ticket_ids: Sequence[str]) -> None:
    """Takes tickets that are about to be deleted out of the index, by the words that they have now."""
    index = WordIndex(cipher)
    for ticket_id in ticket_ids:
        rows = [{"token_": t, "at_": at, "id_": name} for t, at, name in index.rows(connection, ticket_id, None)]
        if rows:
            connection.execute(_FORGET, rows)
    connection.execute(delete(search_due).where(search_due.c.ticket_id.in_(ticket_ids)))


class TicketSearch(StorePart):
    """The index of words, filled and asked."""

    def __init__(self, database: Database, cipher: Cipher, read_before: ReadBefore) -> None:
        super().__init__(database, cipher, read_before)
        self._index = WordIndex(cipher)

    def index_due(self, most: int = 200) -> int:
        """Indexes what was written and is due, the oldest first; how many entries it worked off."""
        with self._database.read() as connection:
            due = connection.execute(select(search_due).order_by(search_due.c.id).limit(most)).all()
            rows = {
                (token, at, name)
                for row in due
                for token, at, name in self._index.rows(connection, row.ticket_id, row.since)
            }
            spoken = self._languages(connection, [row.ticket_id for row in due if row.since is None])
        if not due:
            return 0
        with self._database.write() as connection:
            if rows:
                names = ("token", "created_at", "ticket_id")
                values = [dict(zip(names, row, strict=True)) for row in sorted(rows)]
                connection.execute(insert_new(connection, ticket_tokens), values)
            if spoken:
                connection.execute(_SET_LANGUAGE, spoken)
            for some in batched([row.id for row in due], 500):
                connection.execute(delete(search_due).where(search_due.c.id.in_(some)))
        return len(due)

    def find(self, text: str, cursor: str | None = None, limit: int = 50) -> ListPage[Ticket]:
        """The tickets in which every word of the text stands, newest first. Raises BadCursor.

        A page looks through the newest `LOOKED_AT` tickets with the rarest word: it may be short, or empty, with more
        to come.
        """
        tokens = [self._index.token(word) for word in search_words(text)[:WORDS_MOST]]
        if not tokens:
            return ListPage(items=())
        with self._database.read() as connection:
            counted = sorted((self._count(connection, token), token) for token in tokens)
            if not counted[0][0]:
                return ListPage(items=())
            places, next_cursor = _places(connection, [token for _, token in counted], cursor, limit)
            sealed = self._sealed(connection, [ticket_id for _, ticket_id in places])
        found = [open_ticket(self._cipher, name, sealed[name]) for _, name in places if name in sealed]
        return ListPage(items=tuple(found), next_cursor=next_cursor)

    def _languages(self, connection: Connection, ticket_ids: Sequence[str]) -> list[dict[str, str]]:
        """The languages of tickets of an earlier release, which has no column for it."""
        found = []
        for some in batched(ticket_ids, 500):
            without = tickets.c.id.in_(some), tickets.c.language.is_(None)
            rows = connection.execute(select(tickets.c.id, tickets.c.sealed).where(*without))
            opened = (open_ticket(self._cipher, row.id, row.sealed) for row in rows)
            found += [{"id_": ticket.id, "language_": ticket.language} for ticket in opened]
        return found

    def _count(self, connection: Connection, token: int) -> int:
        some = select(literal(1)).where(ticket_tokens.c.token == token).limit(COMMON).subquery()
        return int(connection.execute(select(func.count()).select_from(some)).scalar_one())

    def _sealed(self, connection: Connection, ticket_ids: Sequence[str]) -> dict[str, bytes]:
        statement = select(tickets.c.id, tickets.c.sealed).where(tickets.c.id.in_(ticket_ids))
        return {row.id: row.sealed for row in connection.execute(statement)}


def words_of_ticket(ticket: Ticket) -> tuple[str, ...]:
    """What a ticket itself is found by: its number, its customer, its subject and what its form asked for."""
    parts = (ticket.number, ticket.name, ticket.email, ticket.phone, ticket.customer_id, ticket.subject)
    return search_words("\n".join((*parts, *(value for _, value in ticket.fields), ticket.text)))


def words_of_message(message: Message) -> tuple[str, ...]:
    """What a message is found by."""
    return search_words(message.text)


def _places(
    connection: Connection, tokens: Sequence[int], cursor: str | None, limit: int
) -> tuple[list[tuple[datetime, str]], str | None]:
    """Creation and id of the tickets with all the tokens, and the next page's cursor. tokens: the rarest first."""
    rarest, *others = tokens
    conditions: list[ColumnElement[bool]] = [ticket_tokens.c.token == rarest]
    if cursor is not None:
        at, last = read_cursor(cursor, int, str)
        before = tuple_(at_instant(at), literal(last))
        conditions.append(tuple_(ticket_tokens.c.created_at, ticket_tokens.c.ticket_id) < before)
    order = ticket_tokens.c.created_at.desc(), ticket_tokens.c.ticket_id.desc()
    looked_at = (
        select(ticket_tokens.c.created_at, ticket_tokens.c.ticket_id)
        .where(*conditions)
        .order_by(*order)
        .limit(LOOKED_AT)
    )
    among = looked_at.subquery("among")
    also = ticket_tokens.alias("also")
    has_all = [
        exists().where(
            and_(also.c.token == token, also.c.created_at == among.c.created_at, also.c.ticket_id == among.c.ticket_id)
        )
        for token in others
    ]
    newest = among.c.created_at.desc(), among.c.ticket_id.desc()
    rows = connection.execute(select(among).where(*has_all).order_by(*newest).limit(limit + 1)).all()
    places = [(row.created_at, row.ticket_id) for row in rows[:limit]]
    if len(rows) > limit:
        return places, _cursor(*places[-1])
    end = connection.execute(looked_at.offset(LOOKED_AT - 1).limit(1)).one_or_none()
    return places, _cursor(end.created_at, end.ticket_id) if end is not None else None


def _cursor(at: datetime, ticket_id: str) -> str:
    return write_cursor(microseconds(at), ticket_id)


_SET_LANGUAGE = update(tickets).where(tickets.c.id == bindparam("id_")).values(language=bindparam("language_"))
_FORGET = delete(ticket_tokens).where(
    ticket_tokens.c.token == bindparam("token_"),
    ticket_tokens.c.created_at == bindparam("at_"),
    ticket_tokens.c.ticket_id == bindparam("id_"),
)
