"""Tocsin's own tracker: a sink that writes one engineering ticket an incident, updated in place."""

from collections.abc import Callable, Mapping

from incidents.incident import IncidentUpdate
from tocsin.context.services import Runtime
from tocsin.response.engineering_ticket import ticket_of
from tocsin.storage import EngineeringTicketRow


class Tracker:
    """Tocsin's own tracker: one ticket an incident, updated in place."""

    name = "tracker"

    def __init__(self, runtime: Callable[[], Runtime]) -> None:
        self._runtime = runtime

    def deliver(self, update: IncidentUpdate) -> None:
        """Writes the ticket as it now reads; an unchanged one is not written."""
        self._write(update)

    def refresh(self) -> None:
        """Writes the tickets of what is open again: the count of customers and the plots go on without an update."""
        store = self._runtime().services.store
        for incident in store.incidents.active():
            self._write(store.incidents.timeline(incident.id)[-1])

    def _write(self, update: IncidentUpdate) -> None:
        runtime = self._runtime()
        ticket = ticket_of(runtime, update)
        row = EngineeringTicketRow(
            incident_id=update.incident.id,
            title=ticket.title,
            body=ticket.body,
            digest=ticket.digest,
            plots={p.name: p.content for p in ticket.plots} or self._kept_plots(update.incident.id),
        )
        runtime.services.store.engineering_tickets.save(row, runtime.services.now())

    def _kept_plots(self, incident_id: str) -> Mapping[str, bytes]:
        """Those drawn before a restart, after which the samples of an incident that is over are not in memory."""
        kept = self._runtime().services.store.engineering_tickets.get(incident_id)
        return kept.plots if kept else {}

    def send_test(self) -> str:
        """There is nothing to reach: the tracker is in the same database."""
        return "Tocsin's own tracker needs no test: it is the console's list of incidents."
