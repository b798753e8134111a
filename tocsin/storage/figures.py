"""Reads the roll-ups, completes them and makes them anew."""

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from dashboards.day_sums import DaySums
from tocsin.storage.cipher import Cipher
from tocsin.storage.database import Database, Lock, may_think
from tocsin.storage.day_reading import KeptDays, read_days, revisions_of
from tocsin.storage.figure_rows import EVERY, CellFilter, FigureQueries
from tocsin.storage.incident_facts import rebuild_facts
from tocsin.storage.read_before import ReadBefore
from tocsin.storage.rollups import ONLY, fill_columns, rebuild_cells, time_zone_of, zone_named
from tocsin.storage.tables.installation import rollup_state

UTC = "UTC"


class Figures(FigureQueries):
    """Sums of tickets by day, and facts of incidents."""

    def __init__(self, database: Database, cipher: Cipher, read_before: ReadBefore) -> None:
        super().__init__(database, cipher, read_before)
        self._kept = KeptDays()

    def complete(self) -> None:
        """Fills the roll-ups where an earlier release, or a restored backup of one, left them empty."""
        with self._database.read() as connection:
            if time_zone_of(connection) is not None:
                return
        with self._database.write(Lock.ROLLUPS) as connection:
            if time_zone_of(connection) is None:
                fill_columns(connection, self._cipher)
                connection.execute(insert(rollup_state), {"id": ONLY, "time_zone": UTC})
                _rebuild(connection, zone_named(UTC))

    def rebuild(self) -> None:
        """Makes every roll-up anew from tickets and timelines, in one transaction."""
        with self._database.write(Lock.ROLLUPS) as connection:
            _rebuild(connection, zone_named(_held_zone(connection)))

    def use_time_zone(self, name: str) -> None:
        """Days are those of this IANA zone from now on; another than before makes the roll-ups anew."""
        with self._database.read() as connection:
            if time_zone_of(connection) == name:
                return
        with self._database.write(Lock.ROLLUPS) as connection:
            if _held_zone(connection) != name:
                connection.execute(update(rollup_state).values(time_zone=name))
                _rebuild(connection, zone_named(name))

    def time_zone(self) -> ZoneInfo:
        """The zone whose days the sums are of."""
        with self._database.read() as connection:
            return zone_named(time_zone_of(connection) or UTC)

    def days(self, first: int, last: int, which: CellFilter = EVERY) -> tuple[DaySums, ...]:
        """The sums of each day from `first` to `last` (ordinals, both in), oldest first.

        Days that did not change since they were last read come from memory.
        """
        with self._database.read() as connection:
            # Before the sums: a day that changes in between is kept under its old revision, and read again next time.
            revisions = revisions_of(connection, first, last)
            known = self._kept.get(which, revisions)
            fresh = read_days(connection, [day for day in revisions if day not in known], which)
        self._kept.put(which, fresh, revisions)
        return tuple((known | fresh)[day] for day in revisions)


def _rebuild(connection: Connection, zone: ZoneInfo) -> None:
    may_think(connection)
    rebuild_cells(connection, zone)
    rebuild_facts(connection)


def _held_zone(connection: Connection) -> str:
    """The zone, held so that whoever writes tickets waits until the rebuild is done."""
    return str(connection.execute(select(rollup_state.c.time_zone).with_for_update()).scalar_one())
