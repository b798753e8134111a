"""The base class of the store's parts."""

from sqlalchemy import ColumnElement, Connection, select

from incidents.incident import IncidentUpdate
from tocsin.storage.cipher import Cipher
from tocsin.storage.database import Database
from tocsin.storage.read_before import ReadBefore
from tocsin.storage.tables.incidents import timeline


class StorePart:
    """The base of the store's parts: one database, one cipher, and what was read before."""

    def __init__(self, database: Database, cipher: Cipher, read_before: ReadBefore) -> None:
        self._database = database
        self._cipher = cipher
        self._read_before = read_before

    def _lines(self, connection: Connection, which: ColumnElement[bool]) -> tuple[IncidentUpdate, ...]:
        """Timeline rows in the order of writing; a row never changes, so each is read and decoded once."""
        places = select(timeline.c.incident_id, timeline.c.seq).where(which).order_by(timeline.c.id)
        return self._read_before.lines(connection, [(row.incident_id, row.seq) for row in connection.execute(places)])
