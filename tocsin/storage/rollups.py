"""Moves the roll-ups of tickets by what a transaction changes, and makes them anew from all tickets."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from secrets import randbits
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, delete, select, update

from dashboards.rollup import COUNTS, Cell, LinkedBy, Sums, TicketFact, difference, fact_of, is_reopened
from tickets.ticket import Author, Message, Ticket, TicketStatus
from tocsin.storage.cipher import Cipher
from tocsin.storage.counting import insert_into, put_all
from tocsin.storage.errors import StorageError
from tocsin.storage.read_before import batched
from tocsin.storage.sealing import fact_columns, open_ticket
from tocsin.storage.tables.installation import rollup_state
from tocsin.storage.tables.tickets import messages, rollup_days, ticket_cells, ticket_waits, tickets

ONLY = 1
"""The id of the one row of `rollup_state`."""
AT_ONCE = 2000
_HOLD_ZONE = select(rollup_state.c.time_zone).where(rollup_state.c.id == ONLY).with_for_update(read=True)
_KEY = Cell._fields
_WAIT_KEY = ("day", "incident_id", "wait", "form", "team", "priority", "step")
_FACTS = (
    tickets.c.id,
    tickets.c.status,
    tickets.c.form,
    tickets.c.team,
    tickets.c.tier,
    tickets.c.priority,
    tickets.c.human,
    tickets.c.created_at,
    tickets.c.incident_id,
    tickets.c.linked_by,
    tickets.c.answered_at,
    tickets.c.resolved_at,
    tickets.c.replies,
    tickets.c.reopenings,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A ticket with the counts that its row keeps beside it."""

    ticket: Ticket
    replies: int
    reopenings: int

    @property
    def fact(self) -> TicketFact:
        """The ticket as the figures see it."""
        return fact_of(self.ticket, self.replies, self.reopenings)


def count_change(was: Counted | None, ticket: Ticket, thread: Sequence[Message]) -> Counted:
    """The changed ticket with its counts. was: None = it is new. thread: the messages that come with the change."""
    replies = sum(message.author is Author.AGENT for message in thread)
    if was is None:
        return Counted(ticket=ticket, replies=replies, reopenings=0)
    return Counted(
        ticket=ticket,
        replies=was.replies + replies,
        reopenings=was.reopenings + is_reopened(was.ticket, ticket),
    )


def move_cells(connection: Connection, changes: Iterable[tuple[TicketFact | None, TicketFact | None]]) -> None:
    """Adds to the roll-ups what the changed tickets add now, and takes off what they added before."""
    changes = [(before, after) for before, after in changes if before != after]
    if changes:
        _add(connection, difference(changes, _zone(connection)))


def time_zone_of(connection: Connection) -> str | None:
    """The zone whose days the cells are; None where the roll-ups are not complete yet."""
    return connection.scalar(select(rollup_state.c.time_zone).where(rollup_state.c.id == ONLY))


def rebuild_cells(connection: Connection, zone: ZoneInfo) -> None:
    """Empties the roll-ups of tickets and fills them from every ticket's row."""
    _mark(connection, connection.scalars(select(ticket_cells.c.day).distinct()).all())
    connection.execute(delete(ticket_waits))
    connection.execute(delete(ticket_cells))
    for rows in _in_parts(connection):
        _add(connection, difference([(None, _fact_of_row(row)) for row in rows], zone))


def fill_columns(connection: Connection, cipher: Cipher) -> None:
    """Gives the tickets of earlier releases the columns that the roll-ups are made of; reopenings begin at 0."""
    statement = select(tickets.c.id, tickets.c.sealed).where(tickets.c.replies.is_(None)).limit(AT_ONCE)
    while rows := connection.execute(statement).all():
        replies = _replies(connection, [row.id for row in rows])
        filled = []
        for row in rows:
            fact = fact_of(open_ticket(cipher, row.id, row.sealed), replies.get(row.id, 0), 0)
            filled.append({f"{name}_": value for name, value in {"id": row.id, **fact_columns(fact)}.items()})
        names = [name.removesuffix("_") for name in filled[0] if name != "id_"]
        values: dict[str, Any] = {name: bindparam(f"{name}_") for name in names}
        connection.execute(update(tickets).where(tickets.c.id == bindparam("id_")).values(values), filled)


def _replies(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for some in batched(ids, 500):
        by_agents = messages.c.ticket_id.in_(some) & (messages.c.author == Author.AGENT.value)
        for ticket_id in connection.scalars(select(messages.c.ticket_id).where(by_agents)):
            counts[ticket_id] = counts.get(ticket_id, 0) + 1
    return counts


def _zone(connection: Connection) -> ZoneInfo:
    """Holds the state until the transaction ends, so that no rebuild into another zone comes between."""
    name = connection.scalar(_HOLD_ZONE)
    if name is None:
        raise StorageError("the roll-ups are not complete; open the store with this release first")
    return zone_named(name)


@cache
def zone_named(name: str) -> ZoneInfo:
    """A zone of the IANA database, read once."""
    return ZoneInfo(name)


def _in_parts(connection: Connection) -> Iterator[Sequence[Any]]:
    last = ""
    while True:
        statement = select(*_FACTS).where(tickets.c.id > last).order_by(tickets.c.id).limit(AT_ONCE)
        rows = connection.execute(statement).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _fact_of_row(row: Any) -> TicketFact:
    return TicketFact(
        status=TicketStatus(row.status),
        form=row.form,
        team=row.team,
        tier=row.tier,
        priority=row.priority,
        human=row.human,
        created_at=row.created_at,
        incident_id=row.incident_id or "",
        linked_by=LinkedBy(row.linked_by),
        answered_at=row.answered_at,
        resolved_at=row.resolved_at,
        replies=row.replies,
        reopenings=row.reopenings,
    )


def _add(connection: Connection, moved: Mapping[Cell, Sums]) -> None:
    """In the order of the keys, so that two transactions never wait for each other in a circle."""
    if not moved:
        return
    put_cell, put_wait = _upserts(connection.dialect.name)
    cells: list[dict[str, object]] = []
    waits: Counter[tuple[object, ...]] = Counter()
    for cell in sorted(moved):
        sums = moved[cell]
        cells.append({**cell._asdict(), **sums.counts})
        for (wait, step), count in sums.waits.items():
            waits[cell.day, cell.incident_id, wait.value, cell.form, cell.team, cell.priority, step] += count
    connection.execute(put_cell, cells)
    rows = [{**dict(zip(_WAIT_KEY, key, strict=True)), "count": waits[key]} for key in sorted(waits) if waits[key]]
    if rows:
        connection.execute(put_wait, rows)
    _mark(connection, {cell.day for cell in moved})


def _mark(connection: Connection, days: Iterable[int]) -> None:
    """Gives the days another revision: chance does it without reading the one before."""
    put_all(connection, rollup_days, ("day",), [{"day": day, "revision": randbits(62)} for day in sorted(days)])


@cache
def _upserts(dialect: str) -> tuple[Any, Any]:
    cell, wait = insert_into(dialect, ticket_cells), insert_into(dialect, ticket_waits)
    counts = {name: ticket_cells.c[name] + cell.excluded[name] for name in COUNTS}
    one_more = {"count": ticket_waits.c.count + wait.excluded["count"]}
    return (
        cell.on_conflict_do_update(index_elements=list(_KEY), set_=counts),
        wait.on_conflict_do_update(index_elements=list(_WAIT_KEY), set_=one_more),
    )
