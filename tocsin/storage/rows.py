"""The base class of the store's parts, and their cache of timeline rows."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, select

from incidents.incident import IncidentUpdate
from tocsin.storage.cipher import Cipher
from tocsin.storage.database import Database
from tocsin.storage.tables import timeline
from tocsin.storage.values import from_json

Item = TypeVar("Item")
KEPT_LINES = 20_000


class StorePart:
    """The base of the store's parts: one database, one cipher, and the timeline lines read before."""

    def __init__(self, database: Database, cipher: Cipher, lines: "Lines") -> None:
        self._database = database
        self._cipher = cipher
        self._read_before = lines

    def _lines(self, connection: Connection, which: ColumnElement[bool]) -> tuple[IncidentUpdate, ...]:
        """Timeline rows in the order of writing; a row never changes, so each is read and decoded once."""
        ids = connection.scalars(select(timeline.c.id).where(which).order_by(timeline.c.id)).all()
        return self._lines_of(connection, ids)

    def _lines_of(self, connection: Connection, ids: Sequence[int]) -> tuple[IncidentUpdate, ...]:
        known = self._read_before.get(ids)
        missing = [one for one in ids if one not in known]
        for chunk in batched(missing, 1000):
            rows = connection.execute(select(timeline.c.id, timeline.c.value).where(timeline.c.id.in_(chunk)))
            fresh = {row.id: from_json(IncidentUpdate, row.value) for row in rows}
            self._read_before.put(fresh)
            known.update(fresh)
        return tuple(known[one] for one in ids)


class Lines:
    """The latest KEPT_LINES decoded timeline rows by id; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: OrderedDict[int, IncidentUpdate] = OrderedDict()

    def get(self, ids: Sequence[int]) -> dict[int, IncidentUpdate]:
        """Those of the ids that are kept."""
        with self._lock:
            found = {one: self._lines[one] for one in ids if one in self._lines}
            for one in found:
                self._lines.move_to_end(one)
            return found

    def put(self, lines: dict[int, IncidentUpdate]) -> None:
        """Keeps them, and drops what was not asked for longest."""
        with self._lock:
            self._lines.update(lines)
            while len(self._lines) > KEPT_LINES:
                self._lines.popitem(last=False)


def batched(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in runs of at most `size`: no statement outgrows its parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
