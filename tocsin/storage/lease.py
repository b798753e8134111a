"""The lease: the right to decide, held by one process at a time for as long as it lives."""

import fcntl
import os
import threading
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from tocsin.storage.database import Database, Lock


class Lease(Protocol):
    """Held by at most one process; a killed one loses it at once. Safe between threads."""

    def hold(self) -> bool:
        """Takes it or confirms it; False while another process has it."""

    def release(self) -> None:
        """Gives it up; a no-op where it is not held."""


def lease_of(url: str) -> Lease:
    """The lease of the database at that URL: an advisory lock of its session, or a lock on a file beside SQLite's."""
    database = Database(url)
    return FileLease(Path(f"{database.url.database}.lease")) if database.is_sqlite else SessionLease(database)


class FileLease:
    """A lock on a file: the kernel gives it up with the process. The file stays, empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._lock = threading.Lock()

    def hold(self) -> bool:
        """Takes it or confirms it; False while another process has it."""
        with self._lock:
            if self._file is not None:
                return True
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                return False
            self._file = file
            return True

    def release(self) -> None:
        """Gives it up; a no-op where it is not held."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None


class SessionLease:
    """A PostgreSQL advisory lock on a connection of its own: the server gives it up with the connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session: Connection | None = None
        self._lock = threading.Lock()

    def hold(self) -> bool:
        """Takes it, or asks the server whether it is still held; False while another process has it or none answers."""
        with self._lock:
            try:
                if self._session is not None:
                    self._session.execute(text("SELECT 1"))
                    return True
                return self._take()
            except SQLAlchemyError:
                self._drop()  # a lost connection is a lost lease; the next call tries a new one
                return False

    def release(self) -> None:
        """Gives it up; a no-op where it is not held."""
        with self._lock:
            self._drop()

    def _take(self) -> bool:
        session = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._session = session
        taken = session.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": int(Lock.LEASE)}).scalar_one()
        if not taken:
            self._drop()
        return bool(taken)

    def _drop(self) -> None:
        """Ends the connection itself, not only its use: a pooled one would keep the lock."""
        if self._session is not None:
            self._session.invalidate()
            self._session.close()
            self._session = None
