"""Reads the sums of single days, and keeps those that did not change since."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Table, case, cast, func, select

from dashboards.day_sums import DaySums, day_sums
from dashboards.kpi import CRITICAL
from dashboards.rollup import COUNTS
from tocsin.storage.figure_rows import CellFilter
from tocsin.storage.tables.tickets import rollup_days, ticket_cells, ticket_waits

KEPT_DAYS = 4000
"""Days that are kept, each under its filter: about 15 kB each at 2,000 tickets a day."""
ALL = ""
"""The incident of the sums over all tickets."""
Row = Sequence[Any]
_SUMMED = tuple(cast(func.sum(ticket_cells.c[name]), BigInteger) for name in COUNTS)
_ENDED = (cast(func.sum(ticket_waits.c.count), BigInteger),)


class KeptDays:
    """The KEPT_DAYS days that were asked for last, each under its filter and with its revision.

    Safe between threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._days: OrderedDict[tuple[CellFilter, int], tuple[int | None, DaySums]] = OrderedDict()

    def get(self, which: CellFilter, revisions: Mapping[int, int | None]) -> dict[int, DaySums]:
        """Those of the days that are kept and are of this revision."""
        found: dict[int, DaySums] = {}
        with self._lock:
            for day, revision in revisions.items():
                kept = self._days.get((which, day))
                if kept is not None and kept[0] == revision:
                    found[day] = kept[1]
                    self._days.move_to_end((which, day))
        return found

    def put(self, which: CellFilter, days: Mapping[int, DaySums], revisions: Mapping[int, int | None]) -> None:
        """Keeps them, and drops what was not asked for longest."""
        with self._lock:
            for day, sums in days.items():
                self._days[which, day] = revisions[day], sums
                self._days.move_to_end((which, day))
            while len(self._days) > KEPT_DAYS:
                self._days.popitem(last=False)


def revisions_of(connection: Connection, first: int, last: int) -> dict[int, int | None]:
    """The revision of each of the days, which is another one after each change; None = never changed."""
    statement = select(rollup_days.c.day, rollup_days.c.revision).where(rollup_days.c.day.between(first, last))
    found = {row.day: row.revision for row in connection.execute(statement)}
    return {day: found.get(day) for day in range(first, last + 1)}


def read_days(connection: Connection, days: Sequence[int], which: CellFilter) -> dict[int, DaySums]:
    """The sums of each of the days."""
    if not days:
        return {}
    cell, wait = ticket_cells.c, ticket_waits.c
    parts = _grouped(
        connection, cell.day, (cell.form, cell.tier, cell.priority), _SUMMED, _where(ticket_cells, days, which)
    )
    apart = _where(ticket_cells, days, which, is_apart=True)
    linked = _grouped(connection, cell.day, (cell.incident_id,), _SUMMED, apart)
    kinds = (wait.wait, case((wait.priority == CRITICAL, CRITICAL), else_="").label("priority"), wait.step)
    waits = _grouped(connection, wait.day, kinds, _ENDED, _where(ticket_waits, days, which))
    return {day: day_sums(parts.get(day, ()), linked.get(day, ()), waits.get(day, ())) for day in days}


def _grouped(
    connection: Connection,
    day: ColumnElement[int],
    by: Sequence[ColumnElement[Any]],
    sums: Sequence[ColumnElement[int]],
    where: Sequence[ColumnElement[bool]],
) -> dict[int, list[Row]]:
    """The sums of each day by some of its columns."""
    found: dict[int, list[Row]] = {}
    for row in connection.execute(select(day, *by, *sums).where(*where).group_by(day, *by)).all():
        found.setdefault(row[0], []).append(row[1:])
    return found


def _where(
    table: Table, days: Sequence[int], which: CellFilter, *, is_apart: bool = False
) -> list[ColumnElement[bool]]:
    """Which rows of the roll-ups; is_apart: those of single incidents, else of all tickets, linked or not."""
    conditions: list[ColumnElement[bool]] = [table.c.day.in_(days)]
    if which.incidents is not None:
        conditions.append(table.c.incident_id.in_(which.incidents))
    else:
        conditions.append(table.c.incident_id > ALL if is_apart else table.c.incident_id == ALL)
    if which.form is not None:
        conditions.append(table.c.form == which.form)
    if which.team is not None:
        conditions.append(table.c.team == which.team)
    return conditions
