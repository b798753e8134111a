"""The one store: every part of it under one roof."""

from tocsin.storage.audit import Audit
from tocsin.storage.checkpoints import Checkpoints
from tocsin.storage.cipher import Cipher
from tocsin.storage.engineering import EngineeringTickets
from tocsin.storage.incidents import Incidents
from tocsin.storage.outbox import Outbox
from tocsin.storage.people import People
from tocsin.storage.placing import Placing
from tocsin.storage.reading import TicketReading
from tocsin.storage.silences import Silences
from tocsin.storage.sinks import Sinks
from tocsin.storage.tickets import Tickets


class Store(
    Placing,
    Incidents,
    Sinks,
    Silences,
    EngineeringTickets,
    Checkpoints,
    Tickets,
    TicketReading,
    Outbox,
    People,
    Audit,
):
    """Everything that is kept, on SQLite or PostgreSQL. Safe to share between threads.

    Every call is one transaction of its own (`change_tickets`: one a batch). Callables given to it run inside that
    transaction, must be pure and must not call the store again.
    """

    def close(self) -> None:
        """Closes every connection."""

    def ping(self) -> None:
        """Raises StorageError where the database does not answer."""


def open_store(url: str, cipher: Cipher) -> Store:
    """The store of a migrated database. Raises NotMigrated, WrongKey, StorageError."""
