"""Numbers that people quote: unique, ascending, counted inside the transaction that uses them."""

from sqlalchemy import Connection, Insert, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tocsin.storage.tables import counters


def count_on(connection: Connection, name: str, by: int = 1, start: int = 0) -> int:
    """Moves the counter on by `by` and returns it; a new one begins at `start`.

    Two transactions that use one counter wait for each other, so a number is never given twice, nor below an earlier one.
    """
    begin_at(connection, name, start)
    moved = update(counters).where(counters.c.name == name).values(value=counters.c.value + by)
    return int(connection.execute(moved.returning(counters.c.value)).scalar_one())


def begin_at(connection: Connection, name: str, start: int) -> None:
    """Makes the counter where it is missing."""
    if connection.scalar(select(counters.c.name).where(counters.c.name == name)) is None:
        connection.execute(insert_new(connection, counters), {"name": name, "value": start})


def insert_new(connection: Connection, table: Table) -> Insert:
    """An insert that leaves rows alone which are there already."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()


def put(connection: Connection, table: Table, key: dict[str, object], values: dict[str, object]) -> None:
    """Writes the row of that key, new or in place of the old."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = dialect.insert(table).values(**key, **values)
    connection.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))
