"""Measures an incident's ticket once for all its receivers: a hundred webhooks get one update within a second."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from incidents.incident import IncidentUpdate
from tocsin.response.engineering_ticket import MeasuredTicket, TicketParts, ticket_of

FRESH = timedelta(seconds=2)
"""So old a receiver's ticket may be: its samples, and its count of customers. A later refresh brings what is newer."""
KEPT = 32
"""Tickets in memory, with their pictures."""


class MeasuredTickets:
    """The tickets that were measured within FRESH, by the line of the timeline that they are as of."""

    def __init__(self, parts: TicketParts, now: Callable[[], datetime]) -> None:
        self.parts = parts
        self._now = now
        self._lock = threading.Lock()  # held while one is measured: whoever else asks wants the same
        self._kept: OrderedDict[str, tuple[datetime, MeasuredTicket]] = OrderedDict()

    def of(self, update: IncidentUpdate) -> MeasuredTicket:
        """The engineering ticket of an incident as it is now, or was at most FRESH ago."""
        with self._lock:
            known = self._kept.get(update.key)
            fresh = known and abs(self._now() - known[0]) < FRESH
            return known[1] if known and fresh else self._measured(update)

    def anew(self, update: IncidentUpdate) -> MeasuredTicket:
        """The engineering ticket of an incident as it is now; the others' too, for a while."""
        with self._lock:
            return self._measured(update)

    def _measured(self, update: IncidentUpdate) -> MeasuredTicket:
        measured = ticket_of(self.parts, update)
        self._kept[update.key] = self._now(), measured
        self._kept.move_to_end(update.key)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return measured
