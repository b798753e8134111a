"""The term of the lease: each holder has a higher one, and what its loops write is refused once another has it.

A holder that was frozen, or cut off, does not know of it when it wakes. So each of its transactions reads the term as
it begins, and keeps it from being raised until its own end: SQLite has one writer, and on PostgreSQL whoever raises the
term waits for those that read it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import Connection, select

from tocsin.storage.errors import StorageError
from tocsin.storage.tables.installation import counters

TERM = "lease term"
_LEADS: ContextVar[bool] = ContextVar("leads", default=False)
_TERM = select(counters.c.value).where(counters.c.name == TERM)
_TERM_KEPT = _TERM.with_for_update(read=True)


class LeaseLost(StorageError):
    """Another process decides now: nothing of this transaction was written."""


@contextmanager
def as_leader() -> Iterator[None]:
    """What is written within, by this thread, needs the lease: loops, and never what the web asks for."""
    token = _LEADS.set(True)
    try:
        yield
    finally:
        _LEADS.reset(token)


def current_term(connection: Connection) -> int:
    """The term of whoever holds the lease, 0 before the first."""
    return connection.scalar(_TERM) or 0


def check_term(connection: Connection, term_of: Callable[[], int | None] | None) -> None:
    """Raises LeaseLost where the caller leads and the term is not this process's. Holds the term until the end.

    term_of: this process's term, None while it holds no lease; None = nothing here holds leases.
    """
    if term_of is None or not _LEADS.get():
        return
    term = term_of()
    if term is None or connection.scalar(_TERM_KEPT) != term:
        raise LeaseLost("this process lost the lease: another decides now; nothing of this was written")
