"""Counters for numbers that people quote (INC-17): unique and ascending, drawn inside the caller's transaction."""

from collections.abc import Mapping

from sqlalchemy import Connection, Insert, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tocsin.storage.tables import counters


def count_on(connection: Connection, name: str, by: int = 1, start: int = 0) -> int:
    """Moves the counter on by `by` and returns it; a new one begins at `start`.

    Two transactions that use one counter wait for each other: no number is given twice, nor below an earlier one.
    """
    if connection.scalar(select(counters.c.name).where(counters.c.name == name)) is None:
        connection.execute(insert_new(connection, counters), {"name": name, "value": start})
    moved = update(counters).where(counters.c.name == name).values(value=counters.c.value + by)
    return int(connection.execute(moved.returning(counters.c.value)).scalar_one())


def insert_into(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert of that kind of database, which may say what happens to rows that are there already."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_new(connection: Connection, table: Table) -> Insert:
    """An insert that leaves rows alone which are there already."""
    return insert_into(connection.dialect.name, table).on_conflict_do_nothing()


def insert_one(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Whether the row was new; where another transaction is about to write its key, waits for that one's end."""
    key = next(iter(table.primary_key.columns))
    return connection.execute(insert_new(connection, table).values(**row).returning(key)).first() is not None


def put(connection: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Writes the row of that key, new or in place of the old."""
    row = insert_into(connection.dialect.name, table).values(**key, **values)
    connection.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))
