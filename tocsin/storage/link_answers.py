"""What agents said about the links of tickets: kept with the ticket's change, read by linking."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from tickets.linking import AgentAnswer
from tocsin.storage.cipher import Cipher
from tocsin.storage.counting import count_on
from tocsin.storage.read_before import batched
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.installation import counters
from tocsin.storage.tables.tickets import link_answers
from tocsin.storage.values import from_json, to_json

CHANGES = "link answers"
NEWEST = 500
"""More answers than this teach nothing new, and each is compared with every ticket."""


class LinkAnswers(StorePart):
    """The answers, read; `tickets.change` writes them."""

    def mark(self) -> int:
        """Changes whenever an answer is given, replaced or taken back."""
        with self._database.glance() as connection:
            return connection.scalar(select(counters.c.value).where(counters.c.name == CHANGES)) or 0

    def since(self, at: datetime) -> tuple[AgentAnswer, ...]:
        """The newest answers that were given at or after `at`, oldest first."""
        return self._newest([link_answers.c.answered_at >= at])

    def newest(self) -> tuple[AgentAnswer, ...]:
        """The newest answers of all, oldest first."""
        return self._newest([])

    def _newest(self, which: Sequence[ColumnElement[bool]]) -> tuple[AgentAnswer, ...]:
        columns = link_answers.c.ticket_id, link_answers.c.sealed
        newest = (
            select(*columns)
            .where(*which)
            .order_by(link_answers.c.answered_at.desc(), link_answers.c.id.desc())
            .limit(NEWEST)
        )
        with self._database.read() as connection:
            rows = connection.execute(newest).all()
        return tuple(_opened(self._cipher, row.ticket_id, row.sealed) for row in reversed(rows))


def answer_row(cipher: Cipher, ticket_id: str, answer: AgentAnswer, now: datetime) -> dict[str, Any]:
    """An answer as a row; all of it is sealed, since its words are the customer's."""
    sealed = cipher.seal(to_json(answer), f"link answer:{ticket_id}")
    return {"ticket_id": ticket_id, "answered_at": now, "sealed": sealed}


def replace_answers(connection: Connection, tickets: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Takes back what was said about the tickets, and writes the rows in its place."""
    for some in batched(list(tickets), 500):
        connection.execute(delete(link_answers).where(link_answers.c.ticket_id.in_(some)))
    if rows:
        connection.execute(insert(link_answers), list(rows))
    if tickets or rows:
        count_on(connection, CHANGES)


def _opened(cipher: Cipher, ticket_id: str, sealed: bytes) -> AgentAnswer:
    return from_json(AgentAnswer, cipher.open(bytes(sealed), f"link answer:{ticket_id}"))
