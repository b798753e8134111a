"""Stored engineering tickets of Tocsin's own tracker, each with the samples that it tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from detectors.peak import Peak
from tocsin.storage.counting import insert_one
from tocsin.storage.database import Lock
from tocsin.storage.errors import NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.incidents import incidents
from tocsin.storage.tables.response import engineering_plots, engineering_tickets
from tocsin.storage.values import from_json, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPeak:
    """The worst sample so far of one signal's series. key: the signal's. series: the id of its labels."""

    key: str
    series: str
    peak: Peak


@dataclass(frozen=True, slots=True, kw_only=True)
class _Peaks:
    """What the column `peaks` holds."""

    peaks: tuple[SeriesPeak, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineeringTicketRow:
    """The ticket as last written.

    plots: file name -> bytes. peaks: the samples that title, body and plots tell.
    digest: of all content; the same digest is the same ticket.
    created_at, updated_at: filled by the store.
    """

    incident_id: str
    title: str
    body: str
    digest: str
    plots: Mapping[str, bytes] = field(default_factory=dict)
    peaks: tuple[SeriesPeak, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None


class EngineeringTickets(StorePart):
    """One an incident."""

    def save(self, row: EngineeringTicketRow, now: datetime) -> bool:
        """Written in place; False (and no write) where the digest has not changed.

        Raises NotFound where there is no such incident.
        """
        is_it = engineering_tickets.c.incident_id == row.incident_id
        with self._database.read() as connection:
            if connection.scalar(select(engineering_tickets.c.digest).where(is_it)) == row.digest:
                return False
        with self._database.write(Lock.INCIDENTS) as connection:
            if connection.scalar(select(incidents.c.id).where(incidents.c.id == row.incident_id)) is None:
                raise NotFound("incident", row.incident_id)
            peaks = to_json(_Peaks(peaks=row.peaks))
            content = {"title": row.title, "body": row.body, "digest": row.digest, "peaks": peaks, "updated_at": now}
            new = {"incident_id": row.incident_id, "created_at": now, **content}
            if not insert_one(connection, engineering_tickets, new):
                connection.execute(update(engineering_tickets).where(is_it).values(**content))
            _write_plots(connection, row)
            return True

    def get(self, incident_id: str) -> EngineeringTicketRow | None:
        """With its plots; None before it was written."""
        is_it = engineering_tickets.c.incident_id == incident_id
        with self._database.read() as connection:
            row = connection.execute(select(engineering_tickets).where(is_it)).one_or_none()
            if row is None:
                return None
            plots = select(engineering_plots.c.name, engineering_plots.c.content).order_by(engineering_plots.c.name)
            kept = connection.execute(plots.where(engineering_plots.c.incident_id == incident_id))
            return EngineeringTicketRow(
                incident_id=row.incident_id,
                title=row.title,
                body=row.body,
                digest=row.digest,
                plots={one.name: bytes(one.content) for one in kept},
                peaks=from_json(_Peaks, row.peaks).peaks,
                created_at=row.created_at,
                updated_at=row.updated_at,
            )

    def peaks(self, incident_id: str) -> tuple[SeriesPeak, ...]:
        """The samples that the ticket tells; () before it was written."""
        is_it = engineering_tickets.c.incident_id == incident_id
        with self._database.read() as connection:
            text = connection.scalar(select(engineering_tickets.c.peaks).where(is_it))
        return from_json(_Peaks, text).peaks if text else ()


def _write_plots(connection: Connection, row: EngineeringTicketRow) -> None:
    connection.execute(delete(engineering_plots).where(engineering_plots.c.incident_id == row.incident_id))
    plots = [{"incident_id": row.incident_id, "name": name, "content": content} for name, content in row.plots.items()]
    if plots:
        connection.execute(insert(engineering_plots), plots)
