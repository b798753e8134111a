"""Writes an incident's updates as rows: incident, timeline, fingerprints; inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from incidents.incident import Incident, IncidentUpdate, UpdateKind
from tocsin.storage.counting import count_on
from tocsin.storage.errors import AlreadyActive, NotFound
from tocsin.storage.incident_facts import add_line
from tocsin.storage.tables import incident_fingerprints, incidents, timeline
from tocsin.storage.values import to_json

COUNTER = "INC"


class Writing:
    """Writes updates under the lock that its transaction already holds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def store(self, updates: Sequence[IncidentUpdate]) -> tuple[IncidentUpdate, ...]:
        """The updates with seq and number, written in order.

        Opening an id that was there before this call is left out, and so is what follows of that id in this call.
        """
        before = {change.incident.id: self._row(change.incident.id) for change in updates}
        again = {one.incident.id for one in updates if one.kind is UpdateKind.OPENED and before[one.incident.id]}
        opened: set[str] = set()
        stored = []
        for change in updates:
            if change.incident.id in again or (change.kind is UpdateKind.OPENED and change.incident.id in opened):
                continue
            stored.append(self._store_one(change))
            opened.add(change.incident.id)
        self._take_fingerprints({change.incident.id: change.incident for change in stored})
        return tuple(stored)

    def _store_one(self, change: IncidentUpdate) -> IncidentUpdate:
        row = self._row(change.incident.id)
        if row is None and change.kind is not UpdateKind.OPENED:
            raise NotFound("incident", change.incident.id)
        number = count_on(self._connection, COUNTER) if row is None else row.number
        numbered = replace(change.incident, number=number)
        stored = replace(change, incident=numbered, seq=1 if row is None else row.last_seq + 1)
        if row is None:
            self._connection.execute(insert(incidents), {"id": numbered.id, **_columns(stored, None)})
        else:
            statement = update(incidents).where(incidents.c.id == numbered.id)
            self._connection.execute(statement.values(_columns(stored, row)))
        self._connection.execute(insert(timeline), _timeline_row(stored))
        add_line(self._connection, stored)
        return stored

    def _row(self, incident_id: str) -> Row[Any, Any, Any, Any] | None:
        statement = select(incidents.c.number, incidents.c.last_seq, incidents.c.disclosed_at, incidents.c.ended_at)
        return self._connection.execute(statement.where(incidents.c.id == incident_id)).one_or_none()

    def _take_fingerprints(self, touched: dict[str, Incident]) -> None:
        """Gives up all first, then takes, so that a fingerprint can pass from one incident to another in one call."""
        table = incident_fingerprints
        held: dict[str, set[str]] = {incident_id: set() for incident_id in touched}
        rows = self._connection.execute(
            select(table.c.incident_id, table.c.fingerprint).where(table.c.incident_id.in_(list(touched)))
        )
        for incident_id, fingerprint in rows:
            held[incident_id].add(fingerprint)
        self._connection.execute(
            update(table).where(table.c.incident_id.in_(list(touched))).where(table.c.active).values(active=False)
        )
        for incident in touched.values():
            if incident.is_active:
                self._take(incident, held[incident.id])

    def _take(self, incident: Incident, held: set[str]) -> None:
        wanted = {signal.fingerprint for signal in incident.signals}
        self._refuse_taken(incident, wanted)
        table = incident_fingerprints
        fresh = sorted(wanted - held)
        if fresh:
            rows = [{"incident_id": incident.id, "fingerprint": one, "active": True} for one in fresh]
            self._connection.execute(insert(table), rows)
        again = (table.c.incident_id == incident.id) & table.c.fingerprint.in_(list(wanted & held))
        self._connection.execute(update(table).where(again).values(active=True))

    def _refuse_taken(self, incident: Incident, wanted: set[str]) -> None:
        """Says who holds it; the partial unique index behind refuses it even where this was not asked."""
        table = incident_fingerprints
        joined = table.join(incidents, incidents.c.id == table.c.incident_id)
        taken = select(table.c.fingerprint, incidents.c.number).select_from(joined)
        row = self._connection.execute(taken.where(table.c.active, table.c.fingerprint.in_(list(wanted)))).first()
        if row is not None:
            raise AlreadyActive(
                f"incident {incident.reference}: {row.fingerprint} belongs to INC-{row.number}, which is active; "
                "add the signal to that one, or end it first"
            )


def _columns(change: IncidentUpdate, row: Row[Any, Any, Any, Any] | None) -> dict[str, object]:
    incident = change.incident
    ended_at = None if incident.is_active else incident.resolved_at or (row and row.ended_at) or change.at
    return {
        "number": incident.number,
        "status": incident.status.value,
        "active": incident.is_active,
        "shadow": incident.shadow,
        "opened_at": incident.opened_at,
        "ended_at": ended_at,
        "disclosed_at": (row and row.disclosed_at) or incident.disclosed_at,
        "last_seq": change.seq,
        "value": to_json(incident),
    }


def _timeline_row(change: IncidentUpdate) -> dict[str, object]:
    return {
        "incident_id": change.incident.id,
        "seq": change.seq,
        "at": change.at,
        "kind": change.kind.value,
        "value": to_json(change),
    }
