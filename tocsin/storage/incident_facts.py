"""Keeps one row an incident with what the figures know of it, moved on by every line of its timeline."""

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from dashboards.incident_fact import IncidentFact, fold
from incidents.incident import EndReason, IncidentUpdate, Severity, Status
from tocsin.storage.counting import put
from tocsin.storage.tables import incident_facts, timeline
from tocsin.storage.values import from_json

_NAMES = [field.name for field in fields(IncidentFact)]
AT_ONCE = 500


def add_line(connection: Connection, line: IncidentUpdate) -> None:
    """Moves the incident's row on by a new line; its incident must have its number."""
    statement = select(incident_facts).where(incident_facts.c.id == line.incident.id)
    row = connection.execute(statement).one_or_none()
    _put(connection, fold(None if row is None else fact_of_row(row), line))


def rebuild_facts(connection: Connection) -> None:
    """Makes every incident's row anew from its timeline."""
    connection.execute(delete(incident_facts))
    facts: dict[str, IncidentFact] = {}
    last = 0
    statement = select(timeline.c.id, timeline.c.value).order_by(timeline.c.id).limit(AT_ONCE)
    while rows := connection.execute(statement.where(timeline.c.id > last)).all():
        for row in rows:
            line = from_json(IncidentUpdate, row.value)
            facts[line.incident.id] = fold(facts.get(line.incident.id), line)
        last = rows[-1].id
    for fact in facts.values():
        _put(connection, fact)


def fact_of_row(row: Row[Any]) -> IncidentFact:
    """The fact of a row."""
    values = {name: getattr(row, name) for name in _NAMES}
    return IncidentFact(
        **{
            **values,
            "severity": None if row.severity is None else Severity(row.severity),
            "status": Status(row.status),
            "end_reason": None if row.end_reason is None else EndReason(row.end_reason),
            "watches": tuple(row.watches.split("\n")) if row.watches else (),
        }
    )


def _put(connection: Connection, fact: IncidentFact) -> None:
    values = {name: getattr(fact, name) for name in _NAMES if name != "id"}
    put(connection, incident_facts, {"id": fact.id}, {**values, "watches": "\n".join(fact.watches)})
