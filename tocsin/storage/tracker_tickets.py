"""What is known of each incident's ticket in foreign trackers, and through when each of those was asked for news."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from incidents.incident import Severity
from tocsin.storage.counting import put
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.columns import instant, microseconds
from tocsin.storage.tables.installation import counters
from tocsin.storage.tables.response import tracker_tickets
from tocsin.storage.values import from_json, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerTicket:
    """An incident's ticket in one tracker, as far as we know it.

    ticket_id: what the tracker calls it; "" = not known to exist. url: where people open it. asked_at: when it was last
    asked to be created; None = never. commented: seq of the last line whose comment was begun. is_open, assignee: as
    last written or read there. severity, digest: of what was last written. pictures: how the body refers to each.
    """

    tracker: str
    incident_id: str
    ticket_id: str = ""
    url: str = ""
    asked_at: datetime | None = None
    commented: int = 0
    is_open: bool = True
    assignee: str = ""
    severity: Severity | None = None
    digest: str = ""
    pictures: tuple[tuple[str, str], ...] = ()


class TrackerTickets(StorePart):
    """One an incident and tracker."""

    def get(self, tracker: str, incident_id: str) -> TrackerTicket | None:
        """None before it was asked for."""
        with self._database.read() as connection:
            row = connection.execute(_ONE, {"tracker_": tracker, "incident_": incident_id}).one_or_none()
            return None if row is None else _ticket(row)

    def of_incident(self, incident_id: str) -> tuple[TrackerTicket, ...]:
        """All that are known to exist, by the tracker's name."""
        which = (tracker_tickets.c.incident_id == incident_id) & (tracker_tickets.c.ticket_id != "")
        with self._database.read() as connection:
            rows = connection.execute(_ROWS.where(which).order_by(tracker_tickets.c.tracker))
            return tuple(_ticket(row) for row in rows)

    def known(self, tracker: str, ticket_ids: list[str]) -> tuple[TrackerTicket, ...]:
        """Those of these tickets that are an incident's."""
        which = (tracker_tickets.c.tracker == tracker) & tracker_tickets.c.ticket_id.in_(ticket_ids)
        with self._database.read() as connection:
            return tuple(_ticket(row) for row in connection.execute(_ROWS.where(which)))

    def save(self, one: TrackerTicket) -> None:
        """Written in place, new or not."""
        key = {"tracker": one.tracker, "incident_id": one.incident_id}
        with self._database.write() as connection:
            put(connection, tracker_tickets, key, {"ticket_id": one.ticket_id, "value": to_json(one)})

    def read_through(self, tracker: str) -> datetime | None:
        """Through when the tracker was asked for news; None = never."""
        with self._database.read() as connection:
            value = connection.scalar(select(counters.c.value).where(counters.c.name == _counter(tracker)))
            return None if value is None else instant(value)

    def set_read_through(self, tracker: str, at: datetime) -> None:
        """The tracker was asked for all its news up to that time."""
        with self._database.write() as connection:
            put(connection, counters, {"name": _counter(tracker)}, {"value": microseconds(at)})


_ROWS: Select[Any] = select(tracker_tickets.c.value)
# Made once: every delivery asks it.
_ONE = _ROWS.where(
    tracker_tickets.c.tracker == bindparam("tracker_"), tracker_tickets.c.incident_id == bindparam("incident_")
)


def _counter(tracker: str) -> str:
    return f"tracker {tracker} read through"


def _ticket(row: Row[Any]) -> TrackerTicket:
    return from_json(TrackerTicket, row.value)
