"""Counters for numbers that people quote (INC-17): unique and ascending, drawn inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from tocsin.storage.tables.installation import counters


def count_on(connection: Connection, name: str, by: int = 1, start: int = 0) -> int:
    """Moves the counter on by `by` and returns it; a new one begins at `start`.

    Two transactions that use one counter wait for each other: no number is given twice, nor below an earlier one.
    """
    moved = connection.scalar(_MOVE, {"name_": name, "by_": by})
    if moved is None:
        connection.execute(insert_new(connection, counters), {"name": name, "value": start})
        moved = connection.execute(_MOVE, {"name_": name, "by_": by}).scalar_one()
    return int(moved)


def insert_into(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert of that kind of database, which may say what happens to rows that are there already."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_new(connection: Connection, table: Table) -> Insert:
    """An insert that leaves rows alone which are there already."""
    return _insert_new(connection.dialect.name, table)


def insert_one(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Whether the row was new; where another transaction is about to write its key, waits for that one's end."""
    return connection.execute(_insert_new_returning(connection.dialect.name, table), row).first() is not None


def put(connection: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Writes the row of that key, new or in place of the old."""
    put_all(connection, table, tuple(key), [{**key, **values}])


def put_all(connection: Connection, table: Table, key: tuple[str, ...], rows: Sequence[Mapping[str, object]]) -> None:
    """Writes the rows, each new or in place of the one with its key; all of them have the same columns."""
    if rows:
        connection.execute(_upsert(connection.dialect.name, table, key, tuple(rows[0])), list(rows))


@cache
def _insert_new(dialect: str, table: Table) -> Insert:
    return insert_into(dialect, table).on_conflict_do_nothing()


@cache
def _insert_new_returning(dialect: str, table: Table) -> Any:
    return _insert_new(dialect, table).returning(next(iter(table.primary_key.columns)))


@cache
def _upsert(dialect: str, table: Table, key: tuple[str, ...], columns: tuple[str, ...]) -> Any:
    row = insert_into(dialect, table)
    changed = {name: row.excluded[name] for name in columns if name not in key}
    return row.on_conflict_do_update(index_elements=list(key), set_=changed)


_MOVE = (
    update(counters)
    .where(counters.c.name == bindparam("name_"))
    .values(value=counters.c.value + bindparam("by_"))
    .returning(counters.c.value)
)
