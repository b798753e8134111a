"""Reads the roll-ups, completes them and makes them anew."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Table, func, insert, select, update

from dashboards.kpi import TicketSums
from dashboards.rollup import COUNTS, WaitKind
from tocsin.storage.database import Lock
from tocsin.storage.figure_rows import EVERY, CellFilter, FigureQueries
from tocsin.storage.incident_facts import rebuild_facts
from tocsin.storage.rollups import ONLY, fill_columns, rebuild_cells, time_zone_of, zone_named
from tocsin.storage.tables import rollup_state, ticket_cells, ticket_waits

UTC = "UTC"
ALL = ""
"""The incident of the sums over all tickets."""


_SUMMED = [func.coalesce(func.sum(ticket_cells.c[name]), 0).label(name) for name in COUNTS]


class Figures(FigureQueries):
    """Sums of tickets by day, and facts of incidents."""

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

    def sums(
        self, first: int, last: int, by: Sequence[str] = (), which: CellFilter = EVERY
    ) -> dict[tuple[Any, ...], TicketSums]:
        """Sums of the days from `first` to `last` (ordinals, both in), without durations, by columns of the cells.

        by: of day, form, team, tier, priority, incident_id; the key of each sum is their values in that order. By
        incident_id only linked tickets are summed.
        """
        grouped = [ticket_cells.c[name] for name in by]
        statement = select(*grouped, *_SUMMED).group_by(*grouped)
        wanted = _cells(ticket_cells, first, last, which, is_apart="incident_id" in by)
        with self._database.read() as connection:
            rows = connection.execute(statement.where(*wanted)).all()
        width = len(by)
        return {tuple(row[:width]): _sums(row[width:]) for row in rows}

    def waits(self, first: int, last: int, which: CellFilter = EVERY) -> dict[tuple[WaitKind, str], dict[int, int]]:
        """How many tickets of those days ended at each step of each duration, by priority."""
        key = ticket_waits.c.wait, ticket_waits.c.priority, ticket_waits.c.step
        statement = select(*key, func.sum(ticket_waits.c.count)).where(*_cells(ticket_waits, first, last, which))
        wanted = statement.where(ticket_waits.c.wait.in_(list(WaitKind))).group_by(*key)
        found: dict[tuple[WaitKind, str], dict[int, int]] = {}
        with self._database.read() as connection:
            for wait, priority, step, count in connection.execute(wanted):
                if count:
                    found.setdefault((WaitKind(wait), priority), {})[step] = int(count)
        return found


def _rebuild(connection: Connection, zone: ZoneInfo) -> None:
    rebuild_cells(connection, zone)
    rebuild_facts(connection)


def _held_zone(connection: Connection) -> str:
    """The zone, held so that whoever writes tickets waits until the rebuild is done."""
    return str(connection.execute(select(rollup_state.c.time_zone).with_for_update()).scalar_one())


def _sums(row: Sequence[Any]) -> TicketSums:
    counts: dict[str, Any] = {name: int(value) for name, value in zip(COUNTS, row, strict=True)}
    return TicketSums(**counts)


def _cells(
    table: Table, first: int, last: int, which: CellFilter, *, is_apart: bool = False
) -> list[ColumnElement[bool]]:
    """Which rows of the sums; is_apart: each incident by itself, else the sums over all tickets, linked or not."""
    conditions: list[ColumnElement[bool]] = [table.c.day.between(first, last)]
    if which.incidents is not None:
        conditions.append(table.c.incident_id.in_(which.incidents))
    else:
        conditions.append(table.c.incident_id != ALL if is_apart else table.c.incident_id == ALL)
    if which.form is not None:
        conditions.append(table.c.form == which.form)
    if which.team is not None:
        conditions.append(table.c.team == which.team)
    return conditions
