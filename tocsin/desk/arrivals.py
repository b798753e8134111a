"""The tickets of the last days as linking counts them: read from the store, kept, and read on from there."""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from threading import Lock

from tickets.linking.excess import USUAL_DAYS, Arrival, Tally, arrival_of
from tickets.linking.match import LinkableIncident
from tickets.linking.reading import IncidentReading, read_incident
from tocsin.storage import Store

MOST = 20_000
"""Tickets that are kept in memory; of the days before a flood fewer are known then."""
EVERY = timedelta(seconds=1)
"""How often the store is asked for what came."""


class TicketArrivals:
    """Counts tickets beside incidents. Safe to share between threads; each process reads the store for itself."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._kept: deque[Arrival] = deque(maxlen=MOST)
        self._read_to: tuple[datetime, str] | None = None
        self._read_at: datetime | None = None
        self._tallies: dict[str, Tally] = {}

    def excess(self, incidents: Iterable[LinkableIncident], now: datetime) -> Mapping[str, float]:
        """Incident id -> how far the excess of tickets about it moves the log odds of one more (`Tally.excess`)."""
        wanted = {i.id: i for i in map(read_incident, incidents) if i.assets or i.networks}
        if not wanted:
            return {}
        with self._lock:
            self._read_on(now)
            self._tallies = {ident: self._tally(incident, now) for ident, incident in wanted.items()}
            return {ident: tally.excess(now) for ident, tally in self._tallies.items()}

    def recent(self, now: datetime) -> tuple[Arrival, ...]:
        """All that are kept, oldest first."""
        with self._lock:
            self._read_on(now)
            return tuple(self._kept)

    def _read_on(self, now: datetime) -> None:
        """Reads what came since; one that is committed late behind a later one is not counted."""
        if self._read_at is not None and abs(now - self._read_at) < EVERY:
            return
        self._read_at = now
        if self._read_to is None:
            self._read_to = (self._store.tickets.since_when(MOST, now - USUAL_DAYS * 2), "")
        new = []
        for ticket in self._store.tickets.arrived(*self._read_to):
            self._read_to = (ticket.created_at, ticket.id)
            new.append(arrival_of(ticket))
        self._kept.extend(new)
        for tally in self._tallies.values():
            tally.add(new)

    def _tally(self, incident: IncidentReading, now: datetime) -> Tally:
        kept = self._tallies.get(incident.id)
        if kept is not None and kept.incident == incident:
            return kept
        tally = Tally(incident=incident, known_from=self._kept[0].at if self._kept else now)
        tally.add(self._kept)
        return tally
