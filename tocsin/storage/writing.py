"""Writes incidents' updates as rows: incident, line, evidence, facts, fingerprints; inside the caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from incidents.incident import Incident, IncidentUpdate, UpdateKind
from tocsin.storage.counting import count_on
from tocsin.storage.errors import AlreadyActive, NotFound
from tocsin.storage.evidence import BY_START, write_evidence
from tocsin.storage.incident_facts import add_lines
from tocsin.storage.incident_reading import CURRENT
from tocsin.storage.read_before import ReadBefore, batched
from tocsin.storage.tables.incidents import incident_fingerprints, incidents, timeline
from tocsin.storage.values import to_json

COUNTER = "INC"
AT_ONCE = 500
Columns = Mapping[str, Any]
"""The columns of an incident's row by name."""


def store_updates(
    connection: Connection, updates: Sequence[IncidentUpdate], read_before: ReadBefore
) -> tuple[IncidentUpdate, ...]:
    """The updates with seq and number, written in order; each table is written once for all of them.

    The caller's transaction holds the lock; once it is committed, the caller gives `read_before` what this returned.
    Signals are put in the order in which they are read again. Opening an id that was there before this call is left
    out, and so is what follows of that id in this call. Raises NotFound, AlreadyActive.
    """
    before = _rows_of(connection, {change.incident.id for change in updates})
    due = list(_due(updates, before))
    rows, stored = dict(before), []
    numbers = _numbers(connection, len({change.incident.id for change in due} - set(before)))
    for change in due:
        was = rows.get(change.incident.id)
        if was is None and change.kind is not UpdateKind.OPENED:
            raise NotFound("incident", change.incident.id)
        number, seq = (next(numbers), 1) if was is None else (was["number"], was["last_seq"] + 1)
        evidence = tuple(sorted(change.incident.signals, key=BY_START))
        line = replace(change, incident=replace(change.incident, number=number, signals=evidence), seq=seq)
        rows[line.incident.id] = _columns(line, was)
        stored.append(line)
    if stored:
        touched = {line.incident.id for line in stored}
        earlier = [
            one
            for some in batched(sorted(touched & set(before)), AT_ONCE)
            for one in read_before.incidents(connection, CURRENT.where(incidents.c.id.in_(some)))
        ]
        _write_rows(connection, {name: rows[name] for name in touched}, set(before))
        connection.execute(insert(timeline), [_timeline_row(line) for line in stored])
        write_evidence(connection, stored, {one.id: one.signals for one in earlier})
        add_lines(connection, stored)
        _take_fingerprints(connection, {line.incident.id: line.incident for line in stored})
    return tuple(stored)


def _rows_of(connection: Connection, ids: set[str]) -> dict[str, Columns]:
    """The columns that the next update of each needs; an id that is not there is left out."""
    wanted = incidents.c.id, incidents.c.number, incidents.c.last_seq, incidents.c.disclosed_at, incidents.c.ended_at
    return {
        row.id: row._asdict()
        for some in batched(sorted(ids), AT_ONCE)
        for row in connection.execute(select(*wanted).where(incidents.c.id.in_(some)))
    }


def _due(updates: Sequence[IncidentUpdate], before: Mapping[str, Columns]) -> Iterator[IncidentUpdate]:
    """Without what opens an incident again, and without what follows of one that was there before."""
    again = {one.incident.id for one in updates if one.kind is UpdateKind.OPENED and one.incident.id in before}
    opened: set[str] = set()
    for change in updates:
        incident_id = change.incident.id
        if incident_id in again or (change.kind is UpdateKind.OPENED and incident_id in opened):
            continue
        opened.add(incident_id)
        yield change


def _numbers(connection: Connection, many: int) -> Iterator[int]:
    return count(count_on(connection, COUNTER, by=many) - many + 1) if many else count()


def _write_rows(connection: Connection, rows: Mapping[str, Columns], before: set[str]) -> None:
    fresh = [{"id": one, **columns} for one, columns in rows.items() if one not in before]
    changed = [
        {"id_": one, **{f"{name}_": value for name, value in columns.items()}}
        for one, columns in rows.items()
        if one in before
    ]
    if fresh:
        connection.execute(insert(incidents), fresh)
    if changed:
        connection.execute(_UPDATE, changed)


def _take_fingerprints(connection: Connection, touched: Mapping[str, Incident]) -> None:
    """Gives up all first, then takes, so that a fingerprint can pass from one incident to another in one call."""
    held = _held_by(connection, touched)
    wanted = [
        (incident.id, fingerprint)
        for incident in touched.values()
        if incident.is_active
        for fingerprint in sorted({signal.fingerprint for signal in incident.signals})
    ]
    kept = set(wanted)
    given_up = [pair for pair, active in held.items() if active and pair not in kept]
    taken = [pair for pair in wanted if not held.get(pair)]
    _mark(connection, given_up, active=False)
    _refuse_taken(connection, taken, touched)
    fresh = [{"incident_id": one, "fingerprint": fp, "active": True} for one, fp in taken if (one, fp) not in held]
    if fresh:
        connection.execute(insert(incident_fingerprints), fresh)
    _mark(connection, [pair for pair in taken if pair in held], active=True)


def _held_by(connection: Connection, touched: Mapping[str, Incident]) -> dict[tuple[str, str], bool]:
    """Whether it is active, by incident and fingerprint."""
    table = incident_fingerprints
    return {
        (row.incident_id, row.fingerprint): row.active
        for some in batched(sorted(touched), AT_ONCE)
        for row in connection.execute(select(table).where(table.c.incident_id.in_(some)))
    }


def _mark(connection: Connection, pairs: Sequence[tuple[str, str]], *, active: bool) -> None:
    if pairs:
        rows = [{"incident_id_": one, "fingerprint_": fp, "active_": active} for one, fp in pairs]
        connection.execute(_MARK, rows)


def _refuse_taken(connection: Connection, taken: Sequence[tuple[str, str]], touched: Mapping[str, Incident]) -> None:
    """Says who holds it; the partial unique index behind refuses it even where this was not asked."""
    table = incident_fingerprints
    joined = table.join(incidents, incidents.c.id == table.c.incident_id)
    statement = select(table.c.fingerprint, incidents.c.number).select_from(joined).where(table.c.active)
    holders: dict[str, int | None] = {
        row.fingerprint: row.number
        for some in batched(sorted({fingerprint for _, fingerprint in taken}), AT_ONCE)
        for row in connection.execute(statement.where(table.c.fingerprint.in_(some)))
    }
    for incident_id, fingerprint in taken:
        incident = touched[incident_id]
        if fingerprint in holders:
            raise AlreadyActive(
                f"incident {incident.reference}: {fingerprint} belongs to INC-{holders[fingerprint]}, which is active; "
                "add the signal to that one, or end it first"
            )
        holders[fingerprint] = incident.number


def _columns(change: IncidentUpdate, row: Columns | None) -> Columns:
    """row: as it was before the change; None = the incident is new."""
    incident = change.incident
    ended_at = None if incident.is_active else incident.resolved_at or (row and row["ended_at"]) or change.at
    return {
        "number": incident.number,
        "status": incident.status.value,
        "active": incident.is_active,
        "shadow": incident.shadow,
        "opened_at": incident.opened_at,
        "ended_at": ended_at,
        "disclosed_at": (row and row["disclosed_at"]) or incident.disclosed_at,
        "last_seq": change.seq,
        "value": to_json(replace(incident, signals=())),
    }


def _timeline_row(change: IncidentUpdate) -> dict[str, object]:
    incident = change.incident
    return {
        "incident_id": incident.id,
        "seq": change.seq,
        "at": change.at,
        "kind": change.kind.value,
        "value": to_json(replace(change, incident=replace(incident, signals=()))),
    }


_UPDATE = (
    update(incidents)
    .where(incidents.c.id == bindparam("id_"))
    .values({name: bindparam(f"{name}_") for name in (column.name for column in incidents.c) if name != "id"})
)
_MARK = (
    update(incident_fingerprints)
    .where(
        and_(
            incident_fingerprints.c.incident_id == bindparam("incident_id_"),
            incident_fingerprints.c.fingerprint == bindparam("fingerprint_"),
        )
    )
    .values(active=bindparam("active_"))
)
