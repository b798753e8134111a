"""Migrates a database to this release's schema."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from tocsin.storage.database import WRITES, Database, Lock, may_think
from tocsin.storage.errors import NotMigrated

_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps the running migration in its modules


def migrate(url: str) -> None:
    """Runs every migration that the database lacks; an empty one becomes complete. Two at once wait for each other."""
    migrate_to(url, head())


def migrate_to(url: str, revision: str) -> None:
    """As `migrate`, to a named revision; all of it or nothing."""
    database = Database(url)
    try:
        if _revision_of(database) == revision:
            return
        with _ONE_AT_A_TIME, database.translated(), _migrating(database) as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        database.engine.dispose()


def check_schema(database: Database) -> None:
    """Raises NotMigrated where the database's revision is not this release's."""
    found, wanted = _revision_of(database), head()
    if found != wanted:
        raise NotMigrated(
            f"database {database.name}: its schema is {found or 'empty'}, this release needs {wanted}: "
            "run `tocsin migrate` (or, where it is newer, the newer release)"
        )


@cache
def head() -> str:
    """The revision of this release."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _revision_of(database: Database) -> str | None:
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """One transaction for all: both databases roll schema changes back."""
    with database.engine.connect() as connection:
        connection.execution_options(**{WRITES: True})
        with connection.begin():
            if not database.is_sqlite:
                may_think(connection)
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(Lock.MIGRATION)})
            yield connection


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
