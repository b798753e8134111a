"""The lease: the right to decide, held by one process at a time for as long as it lives and answers.

A lock says that its holder lives: a file's beside SQLite, a session's on PostgreSQL. A killed process loses it at once,
a frozen one does not. So the holder counts on each second. Another process that has watched the count stand still for
STALE_S takes the lease by raising its term, and the frozen one's transactions are refused from then on (see `term`).
Each process measures with its own monotonic clock: a wall's clock that is set makes no second holder.
"""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Connection, bindparam, exists, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from tocsin.storage.counting import count_on, insert_new
from tocsin.storage.database import Database, Lock
from tocsin.storage.errors import StorageError
from tocsin.storage.file_lock import FileLock
from tocsin.storage.patience import hurried
from tocsin.storage.tables.installation import counters
from tocsin.storage.term import TERM, current_term

STALE_S = 6.0
"""A holder that counts on no more for so long is frozen, or cut off."""
FRESH_S = 4.0
"""A holder that has not confirmed its lease for so long does nothing until it has."""
BEAT = "lease beat"
Seen = tuple[str, float]
"""What the holder counted to, and since when by this process's monotonic clock."""

log = structlog.get_logger()


class Lease(Protocol):
    """Held by at most one process; a killed one loses it at once, a frozen one in STALE_S. Safe between threads."""

    def hold(self) -> bool:
        """Takes it or confirms it; False while another process has it. To be called each second."""

    def is_held(self) -> bool:
        """Whether it was confirmed a moment ago; asks nobody."""

    def release(self) -> None:
        """Gives it up; a no-op where it is not held."""


class _Counted:
    """What both kinds have in common."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.RLock()
        self._term: int | None = None
        self._confirmed = 0.0
        self._seen: Seen | None = None

    @property
    def term(self) -> int | None:
        """The term in which this process holds it; None where it does not."""
        return self._term

    def is_held(self) -> bool:
        """Whether it was confirmed a moment ago; asks nobody."""
        return self._term is not None and time.monotonic() - self._confirmed < FRESH_S

    def _lead(self, term: int) -> bool:
        self._term, self._confirmed, self._seen = term, time.monotonic(), None
        return True

    def _stands_still(self, count: str) -> bool:
        """Whether the holder's count is the same for STALE_S; a holder that counts on is looked at anew."""
        if self._seen is None or count != self._seen[0]:
            self._seen = count, time.monotonic()
        return time.monotonic() - self._seen[1] >= STALE_S


def lease_of(url: str) -> "FileLease | SessionLease":
    """The lease of the database at that URL, which is migrated."""
    database = Database(url)
    if database.is_sqlite:
        return FileLease(Path(f"{database.url.database}.lease"), database)
    return SessionLease(database)


class FileLease(_Counted):
    """A lock on a file beside SQLite, in which the holder counts. The file stays."""

    def __init__(self, path: Path, database: Database) -> None:
        super().__init__(database)
        self._file = FileLock(path)

    def hold(self) -> bool:
        """Takes it or confirms it; False while another process has it. Raises StorageError, OSError."""
        with self._lock:
            if self._term is None:
                return self._take()
            try:
                with self._database.glance() as connection:
                    is_mine = current_term(connection) == self._term
            except StorageError:
                return self.is_held()  # the next call asks again; what is not known is not held for long
            if not is_mine:
                self.release()
                return False
            self._file.take()  # the one that was frozen may have had it until now
            self._file.count_on()
            return self._lead(self._term)

    def release(self) -> None:
        """Gives it up; a no-op where it is not held."""
        with self._lock:
            self._term = None
            self._file.release()

    def _take(self) -> bool:
        if self._file.take():
            self._file.count_on()
            return self._lead(self._raise())
        count = self._file.count()
        if not self._stands_still(count):
            return False
        try:
            with hurried():
                return self._lead(self._raise(count))
        except _CountedOn:
            return False
        except StorageError:
            self._end(count)
            return False

    def _raise(self, count: str | None = None) -> int:
        """The next term. count: what the other's count must still be."""
        with self._database.write() as connection:
            if count is not None and self._file.count() != count:
                raise _CountedOn
            return count_on(connection, TERM, start=0)

    def _end(self, count: str) -> None:
        """Kills the holder: it was frozen within a transaction, and while it is there nobody can write."""
        pid = self._file.holder()
        if pid is not None and self._file.count() == count:
            log.warning("the holder of the lease is frozen while it writes: it is killed", pid=pid)
            os.kill(pid, signal.SIGKILL)


class _CountedOn(Exception):
    """The other process lives."""


class SessionLease(_Counted):
    """A PostgreSQL advisory lock on a connection of its own: the server gives it up with the connection."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._session: Connection | None = None

    def hold(self) -> bool:
        """Takes it, or asks the server whether it is still held; False while another process has it or none answers."""
        with self._lock:
            for _ in range(2):  # a connection that the server ended tells nothing of the lease; a new one does
                try:
                    return self._take() if self._term is None else self._confirm(self._term)
                except SQLAlchemyError:
                    self._drop()
            return self.is_held()  # what is not known is not held for long

    def release(self) -> None:
        """Gives it up; a no-op where it is not held."""
        with self._lock:
            self._term = None
            self._drop()

    def _confirm(self, term: int) -> bool:
        session = self._connected()
        if not session.execute(_COUNT_ON, {"term": term}).rowcount:
            self.release()
            return False
        session.execute(_TRY_LOCK, _KEY)  # after a frozen one's session has ended
        return self._lead(term)

    def _take(self) -> bool:
        session = self._connected()
        session.execute(insert_new(session, counters), [{"name": name, "value": 0} for name in (TERM, BEAT)])
        term, beat = session.execute(_STATE).one()
        if session.execute(_TRY_LOCK, _KEY).scalar_one():
            return self._raise(session, term, beat)
        if not self._stands_still(f"{term} {beat}"):
            self._drop()
            return False
        session.execute(_END_HOLDER, _KEY)
        return self._raise(session, term, beat)

    def _raise(self, session: Connection, term: int, beat: int) -> bool:
        """Waits for the transactions that the other has open, which the server ends where they are idle."""
        if session.execute(_RAISE, {"term": term, "beat": beat}).rowcount:
            return self._lead(term + 1)
        self._drop()
        return False

    def _connected(self) -> Connection:
        if self._session is None:
            self._session = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._session

    def _drop(self) -> None:
        """Ends the connection itself, not only its use: a pooled one would keep the lock."""
        if self._session is not None:
            self._session.invalidate()
            self._session.close()
            self._session = None


_OTHER = counters.alias()
_COUNT_ON = (
    update(counters)
    .where(counters.c.name == BEAT, exists().where(_OTHER.c.name == TERM, _OTHER.c.value == bindparam("term")))
    .values(value=counters.c.value + 1)
)
_RAISE = (
    update(counters)
    .where(counters.c.name == TERM, counters.c.value == bindparam("term"))
    .where(exists().where(_OTHER.c.name == BEAT, _OTHER.c.value == bindparam("beat")))
    .values(value=counters.c.value + 1)
)
_STATE = select(*(select(counters.c.value).where(counters.c.name == name).scalar_subquery() for name in (TERM, BEAT)))
_KEY = {"lock": int(Lock.LEASE)}
_TRY_LOCK = text("SELECT pg_try_advisory_lock(:lock)")
_END_HOLDER = text(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND classid = 0 AND objid = :lock AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
