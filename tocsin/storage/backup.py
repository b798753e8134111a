"""Backup and restore of the database: a consistent copy in one file, portable between both databases."""

import base64
import json
import os
import zipfile
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, MetaData, Table, func, insert, select, text

from tocsin.storage.database import Database, may_think
from tocsin.storage.errors import StorageError
from tocsin.storage.schema import check_schema, head, migrate, migrate_to

FORMAT = 1
MANIFEST = "manifest.json"
ROWS_AT_ONCE = 1000
Row = dict[str, Any]


def backup(url: str, path: Path) -> dict[str, int]:
    """Writes one zip (JSON lines a table; sealed values stay sealed) of one instant, aside and then into place.

    Returns the rows of each table. The key is not in it: keep a copy of the key beside it. Nobody waits for it: writing
    goes on meanwhile.
    """
    database = Database(url)
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    try:
        check_schema(database)
        with database.translated(), _one_instant(database) as connection:
            counts = _write(connection, draft)
        draft.replace(path)
        return counts
    except OSError as error:
        raise StorageError(f"backup {path}: {error.strerror}; name a folder that exists, with room") from error
    finally:
        draft.unlink(missing_ok=True)
        database.engine.dispose()


def restore(path: Path, url: str) -> dict[str, int]:
    """Fills an empty database, migrated to the backup's release and then to this one; all rows or none.

    Raises StorageError where the file is no whole backup or the database holds something already.
    """
    database = Database(url)
    try:
        with _opened(path) as archive:
            manifest = _manifest(archive, path)
            _refuse_full(database)
            migrate_to(url, manifest["revision"])
            with database.write() as connection:
                may_think(connection)
                _refuse_rows(connection, database)
                _fill(connection, archive, manifest["tables"], path)
        migrate(url)
        return dict(manifest["tables"])
    finally:
        database.engine.dispose()


def _one_instant(database: Database) -> Connection:
    """SQLite's readers see one instant as it is; PostgreSQL's must ask for it."""
    connection = database.engine.connect()
    if not database.is_sqlite:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    connection.begin()
    may_think(connection)
    return connection


def _write(connection: Connection, draft: Path) -> dict[str, int]:
    counts = {}
    with zipfile.ZipFile(draft, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for table in _tables(connection):
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
                lines = TextIOWrapper(file, encoding="ascii", newline="\n", write_through=True)
                counts[table.name] = sum(_write_line(lines, table, row) for row in _rows(connection, table))
                lines.flush()
        manifest = {"format": FORMAT, "revision": head(), "tables": counts}
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))  # last: a file without it is not whole
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    return counts


def _tables(connection: Connection) -> list[Table]:
    """As the database has them, referenced before referring; not Alembic's own."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    ordered = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(ordered.execution_options(yield_per=ROWS_AT_ONCE)):
        yield row._asdict()


def _write_line(lines: TextIOWrapper, table: Table, row: Row) -> int:
    plain = {
        name: base64.b64encode(value).decode() if value is not None and _is_binary(table, name) else value
        for name, value in row.items()
    }
    lines.write(json.dumps(plain, separators=(",", ":")) + "\n")
    return 1


def _is_binary(table: Table, name: str) -> bool:
    return isinstance(table.c[name].type, LargeBinary)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise StorageError(f"backup {path}: does not exist; name the file that `tocsin backup` wrote") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise StorageError(f"backup {path}: not a whole zip file ({error}); take an earlier backup") from error


def _manifest(archive: zipfile.ZipFile, path: Path) -> Row:
    if MANIFEST not in archive.namelist():
        raise StorageError(f"backup {path}: has no {MANIFEST}; it is not a backup of this application, or not whole")
    manifest: Row = json.loads(archive.read(MANIFEST))
    if manifest.get("format") != FORMAT:
        raise StorageError(f"backup {path}: has format {manifest.get('format')}, this release reads {FORMAT}")
    damaged = archive.testzip()
    if damaged is not None:
        raise StorageError(f"backup {path}: {damaged} in it is damaged; take an earlier backup")
    return manifest


def _refuse_full(database: Database) -> None:
    with database.read() as connection:
        if _tables(connection):
            _refuse_rows(connection, database)


def _refuse_rows(connection: Connection, database: Database) -> None:
    for table in _tables(connection):
        if connection.scalar(select(func.count()).select_from(table)):
            raise StorageError(f"database {database.name}: {table.name} has rows; restore into an empty database")


def _fill(connection: Connection, archive: zipfile.ZipFile, counts: dict[str, int], path: Path) -> None:
    for table in _tables(connection):
        filled = 0
        for rows in _read_rows(archive, table):
            connection.execute(insert(table), rows)
            filled += len(rows)
        if filled != counts.get(table.name, 0):
            raise StorageError(f"backup {path}: {table.name} has {filled} rows, must have {counts.get(table.name, 0)}")
        _count_from(connection, table)


def _read_rows(archive: zipfile.ZipFile, table: Table) -> Iterator[list[Row]]:
    if f"{table.name}.jsonl" not in archive.namelist():
        return
    rows: list[Row] = []
    with archive.open(f"{table.name}.jsonl") as file:
        for line in file:
            row = json.loads(line)
            for name, value in row.items():
                if value is not None and _is_binary(table, name):
                    row[name] = base64.b64decode(value)
            rows.append(row)
            if len(rows) == ROWS_AT_ONCE:
                yield rows
                rows = []
    if rows:
        yield rows


def _count_from(connection: Connection, table: Table) -> None:
    """PostgreSQL's sequences go on after the rows that came with their own ids; SQLite's do by themselves."""
    if connection.dialect.name == "sqlite":
        return
    for column in table.primary_key.columns:
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
        )
        if sequence:
            last = connection.scalar(select(func.max(column))) or 0
            connection.execute(text("SELECT setval(:sequence, :next, false)"), {"sequence": sequence, "next": last + 1})
