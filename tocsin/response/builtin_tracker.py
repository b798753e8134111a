"""Tocsin's own tracker: a sink that writes one engineering ticket per incident and updates it in place."""

from collections.abc import Callable
from datetime import datetime

from incidents.incident import IncidentUpdate
from incidents.signal import SignalSource
from tocsin.response.measured_tickets import MeasuredTickets
from tocsin.storage import EngineeringTicketRow


class Tracker:
    """Tocsin's own tracker: one ticket an incident, updated in place."""

    name = "tracker"

    def __init__(self, tickets: MeasuredTickets, now: Callable[[], datetime]) -> None:
        self._tickets = tickets
        self._store = tickets.parts.store
        self._now = now

    def deliver(self, update: IncidentUpdate) -> None:
        """Writes the ticket as it now reads; an unchanged one is not written."""
        self._write(update)

    def refresh(self) -> None:
        """Writes the tickets of what is open again: the count of customers and the plots go on without an update."""
        store = self._store
        for incident in store.incidents.active():
            self._write(store.incidents.timeline(incident.id)[-1])

    def _write(self, update: IncidentUpdate) -> None:
        measured, incident = self._tickets.anew(update), update.incident
        ticket, plots = measured.ticket, {p.name: p.content for p in measured.ticket.plots}
        was_drawn = not plots and any(signal.source is SignalSource.WATCH for signal in incident.signals)
        kept = self._store.engineering_tickets.get(incident.id) if was_drawn else None
        if kept and kept.plots:
            # Drawn before a restart, after which the samples of an incident that is over are not in memory.
            plots = dict(kept.plots)
        row = EngineeringTicketRow(
            incident_id=incident.id,
            title=ticket.title,
            body=ticket.body,
            digest=ticket.digest,
            plots=plots,
            peaks=measured.peaks,
        )
        self._store.engineering_tickets.save(row, self._now())

    def send_test(self) -> str:
        """There is nothing to reach: the tracker is in the same database."""
        return "Tocsin's own tracker needs no test: it is the console's list of incidents."
