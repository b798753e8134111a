"""Posts an incident's updates to an engineering tracker, and its ticket again while its figures move without one."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime

from incidents.incident import IncidentUpdate
from incidents.notifiers.webhook import WebhookSink
from tickets.engineering import EngineeringTicket
from tocsin.response.engineering_ticket import MeasuredTicket
from tocsin.response.measured_tickets import MeasuredTickets
from tocsin.response.ticket_refresh import TicketRefresh


class WebhookTracker:
    """A tracker behind a webhook: a sink that is also posted the ticket between two updates."""

    def __init__(self, tickets: MeasuredTickets, webhook: WebhookSink, now: Callable[[], datetime]) -> None:
        self._tickets = tickets
        self._webhook = webhook
        self._refresh = TicketRefresh(tickets, webhook.name, now, self._update)

    @property
    def name(self) -> str:
        """Unique in the configuration; the cursor is kept under it."""
        return self._webhook.name

    def deliver(self, update: IncidentUpdate) -> None:
        """Posts the update with the ticket as it now is; raises DeliveryError."""
        with self._refresh.turn:
            measured = self._tickets.of(update)
            self._webhook.deliver(update, {"ticket": _data_of(measured.ticket)})
            self._refresh.posted(update.incident.id, measured)

    def refresh(self) -> None:
        """Posts the tickets of open incidents whose figures moved enough."""
        self._refresh.run()

    def send_test(self) -> str:
        """Posts a `test` event; returns what to look for; raises DeliveryError."""
        return self._webhook.send_test()

    def _update(self, update: IncidentUpdate, measured: MeasuredTicket) -> None:
        self._webhook.update_ticket(update, {"ticket": _data_of(measured.ticket)}, measured.ticket.digest)


def _data_of(ticket: EngineeringTicket) -> Mapping[str, object]:
    """The engineering ticket as a webhook carries it: pictures in base64, as JSON has no bytes."""
    plots = [
        {"name": p.name, "media_type": p.media_type, "finding": p.finding, "base64": b64encode(p.content).decode()}
        for p in ticket.plots
    ]
    return {"title": ticket.title, "body": ticket.body, "digest": ticket.digest, "plots": plots}
