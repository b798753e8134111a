"""The connection to SQLite or PostgreSQL: one way to read, one way to write."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from enum import IntEnum
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from detectors.sources.private_file import make_private
from tocsin.storage.errors import StorageError
from tocsin.storage.patience import LOOP_S, REQUEST_S, Patience, is_hurried, patience
from tocsin.storage.term import check_term

IDLE_S = 5.0
"""So long may a transaction on PostgreSQL stand still between two statements; the server ends its connection then."""
WRITES, ALONE = "tocsin_writes", "tocsin_alone"
BUSY = "tocsin_busy_timeout"
REQUESTS_POOL, LOOPS_POOL = 34, 30
"""PostgreSQL connections of one process, at most: more for requests than requests are let in at once, so that the
question whether the database answers finds one."""


class Lock(IntEnum):
    """PostgreSQL advisory locks that this application takes; the numbers spell "Toc" and a count."""

    INCIDENTS = 0x546F6301
    SIGNALS = 0x546F6305
    OUTBOX = 0x546F6306
    SUBSCRIPTIONS = 0x546F6307
    AUDIT = 0x546F6302
    MIGRATION = 0x546F6303
    LEASE = 0x546F6304
    ROLLUPS = 0x546F6308


class Database:
    """A pool of connections to one database. Safe to share between threads, not between forks.

    url: `sqlite:///folder/file.db` (the folder is made) or `postgresql://user@host/name`.
    """

    def __init__(self, url: str) -> None:
        self.url = read_url(url)
        self.engine = _engine(self.url)
        self._for_requests = self.engine if self.is_sqlite else _postgres(self.url, REQUESTS_POOL, lock_s=REQUEST_S)
        self._turns = _Turns() if self.is_sqlite else None
        self.term_of: Callable[[], int | None] | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of ours."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def name(self) -> str:
        """How messages call it: the URL without its password."""
        return self.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()
        self._for_requests.dispose()

    def _pool(self) -> Engine:
        """Requests have connections of their own, whose waits for locks are short."""
        return self._for_requests if is_hurried() else self.engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.translated(), self._pool().connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """For one statement that only reads: SQLite begins and ends no transaction for it, which would cost as much."""
        with self.translated(), self._pool().connect() as connection:
            connection.execution_options(**{ALONE: True})
            with connection.begin():
                yield connection

    @contextmanager
    def write(self, lock: Lock | None = None) -> Iterator[Connection]:
        """A transaction that writes: committed at the end, rolled back by any error. StorageError where it is refused.

        lock: taken first and held to the end; SQLite lets only one write at a time as it is.
        """
        with self.translated(), self._turn(), self._pool().connect() as connection:
            connection.execution_options(**{WRITES: True})  # the dialect resets it when the connection goes back
            with connection.begin():
                if lock is not None:
                    self.take(connection, lock)
                check_term(connection, self.term_of)
                yield connection

    def take(self, connection: Connection, lock: Lock) -> None:
        """Waits for the lock; released at the transaction's end. On SQLite the transaction itself is the lock."""
        if not self.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(lock)})

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Every error of the database as a StorageError that says which, why and what to do; no parameters in it."""
        try:
            yield
        except SQLAlchemyError as error:
            raise StorageError(f"database {self.name}: {_reason(error)}") from error

    def _turn(self) -> AbstractContextManager[None]:
        return self._turns.turn(self.name, patience()) if self._turns else nullcontext()


class _Turns:
    """Lets a process's threads write in turn: SQLite's own waiting sleeps up to 100 ms, and is not fair."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None

    @contextmanager
    def turn(self, name: str, patience: Patience) -> Iterator[None]:
        me = threading.get_ident()
        if self._holder == me:
            raise StorageError(f"database {name}: a function given to the store called the store; it must be pure")
        with patience.spent():
            is_mine = self._lock.acquire(timeout=patience.left)
        if not is_mine:
            raise StorageError(f"database {name}: no turn to write in time; another write is slow or stuck")
        self._holder = me
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()


def read_url(url: str) -> URL:
    """The parsed URL, checked; StorageError names what is wrong with it."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError as error:
        raise StorageError("the database's address is not a URL; write sqlite:///PATH or postgresql://…") from error
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    if backend not in {"sqlite", "postgresql"}:
        raise StorageError(f"database {backend}: not supported; write sqlite:///PATH or postgresql://…")
    if backend == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise StorageError("database sqlite in memory: would keep nothing; write sqlite:///PATH")
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    return _postgres(url, LOOPS_POOL, lock_s=0.0)


def _postgres(url: URL, connections: int, *, lock_s: float) -> Engine:
    """lock_s: seconds that a statement waits for a lock, and a call for a connection; 0 = as the server is set."""
    try:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=connections - 10,
            pool_timeout=lock_s or LOOP_S,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise StorageError("database postgresql: psycopg is missing; install tocsin[postgres]") from error
    event.listen(engine, "connect", lambda connection, _: _limit(connection, lock_s))
    return engine


def _limit(connection: Any, lock_s: float) -> None:
    """A process that was frozen within a transaction must not keep what it locked from the one that replaces it."""
    connection.execute(f"SET idle_in_transaction_session_timeout = {round(IDLE_S * 1000)}")
    if lock_s:
        connection.execute(f"SET lock_timeout = {round(lock_s * 1000)}")
    connection.commit()


def may_think(connection: Connection) -> None:
    """For a transaction that computes long between two statements: a migration, a backup."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def _sqlite(url: URL) -> Engine:
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageError(
            f"database folder {folder}: {error.strerror}; make it, or name another in the URL"
        ) from error
    engine = create_engine(url, pool_size=10, max_overflow=30, hide_parameters=True)
    event.listen(engine, "do_connect", lambda *_: _begin_private(Path(str(url.database))))
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _begin_private(path: Path) -> None:
    with suppress(OSError):  # the driver then says what is wrong
        make_private(path)


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin` does
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {round(LOOP_S * 1000)}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(WRITES, False):
        _begin_writing(connection, patience())
    elif not options.get(ALONE, False):
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection, patience: Patience) -> None:
    """Waits for other processes' writes as long as the caller has patience."""
    wait_ms = 100 * round(10 * patience.left)
    if connection.info.get(BUSY, LOOP_S * 1000) != wait_ms:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait_ms}").close()
        connection.info[BUSY] = wait_ms
    with patience.spent():
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _reason(error: SQLAlchemyError) -> str:
    """The driver's own sentence without the statement, and what mends it."""
    said = str(error.orig).strip() if isinstance(error, DBAPIError) else str(error)
    for sign, mend in MENDS.items():
        if sign in said:
            return f"{said}: {mend}"
    return f"{said}; nothing of this was written"


MENDS = {
    "database or disk is full": "nothing of this was written; free space where the database lies",
    "disk I/O error": "nothing of this was written; check the disk where the database lies and its free space",
    "No space left": "nothing of this was written; free space where the database lies",
    "unable to open database file": "check the path in the URL and that this user may write there",
    "readonly database": "nothing of this was written; let this user write the file and its folder",
    "lock timeout": "another session holds a lock for too long; nothing of this was written",
    "database is locked": "another process writes for too long; nothing of this was written",
}
