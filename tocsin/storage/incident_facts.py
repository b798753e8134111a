"""Keeps one row an incident with what the figures know of it, moved on by every line of its timeline."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Connection, delete, select, type_coerce

from dashboards.incident_fact import IncidentFact, fold
from incidents.incident import EndReason, IncidentUpdate, Severity, Status
from tocsin.storage.counting import put_all
from tocsin.storage.read_before import ReadBefore, batched
from tocsin.storage.tables.columns import Instant, instant
from tocsin.storage.tables.incidents import incident_facts, timeline

_NAMES = [field.name for field in fields(IncidentFact)]
_INSTANTS = [name for name in _NAMES if isinstance(incident_facts.c[name].type, Instant)]
FACT_COLUMNS = tuple(
    type_coerce(incident_facts.c[name], BigInteger).label(name) if name in _INSTANTS else incident_facts.c[name]
    for name in _NAMES
)
"""A row as the database has it: instants are microseconds."""
AT_ONCE = 500


def add_lines(connection: Connection, lines: Sequence[IncidentUpdate]) -> None:
    """Moves the incidents' rows on by new lines, which stand in the order of writing; each incident has its number."""
    facts: dict[str, IncidentFact] = {}
    for ids in batched(sorted({line.incident.id for line in lines}), AT_ONCE):
        for row in connection.execute(select(*FACT_COLUMNS).where(incident_facts.c.id.in_(ids))):
            facts[row.id] = fact_of_row(tuple(row))
    _fold_all(facts, lines)
    _put(connection, facts)


def rebuild_facts(connection: Connection) -> None:
    """Makes every incident's row anew from its timeline."""
    connection.execute(delete(incident_facts))
    facts: dict[str, IncidentFact] = {}
    last = 0
    statement = select(timeline.c.id, timeline.c.incident_id, timeline.c.seq).order_by(timeline.c.id).limit(AT_ONCE)
    read = ReadBefore()
    while rows := connection.execute(statement.where(timeline.c.id > last)).all():
        _fold_all(facts, read.lines(connection, [(row.incident_id, row.seq) for row in rows]))
        last = rows[-1].id
    _put(connection, facts)


@lru_cache(maxsize=10_000)
def fact_of_row(row: tuple[Any, ...]) -> IncidentFact:
    """The fact of a row of FACT_COLUMNS; most incidents are over and asked for again, so the latest are kept."""
    values = dict(zip(_NAMES, row, strict=True))
    for name in _INSTANTS:
        values[name] = None if values[name] is None else instant(values[name])
    values["severity"] = values["severity"] and Severity(values["severity"])
    values["status"] = Status(values["status"])
    values["end_reason"] = values["end_reason"] and EndReason(values["end_reason"])
    values["watches"] = tuple(values["watches"].split("\n")) if values["watches"] else ()
    return IncidentFact(**values)


def _fold_all(facts: dict[str, IncidentFact], lines: Iterable[IncidentUpdate]) -> None:
    """Moves the facts on by the lines, in their order."""
    for line in lines:
        facts[line.incident.id] = fold(facts.get(line.incident.id), line)


def _put(connection: Connection, facts: Mapping[str, IncidentFact]) -> None:
    rows = [{name: getattr(fact, name) for name in _NAMES} for fact in facts.values()]
    put_all(connection, incident_facts, ("id",), [{**row, "watches": "\n".join(row["watches"])} for row in rows])
