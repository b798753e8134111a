"""Posts an incident's updates to an engineering tracker, and its ticket again while its figures move without one."""

import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from incidents.delivery import DeliveryError
from incidents.incident import IncidentUpdate
from incidents.notifiers.webhook import WebhookSink
from tickets.engineering import EngineeringTicket
from tocsin.response.engineering_ticket import MeasuredTicket, TicketParts, ticket_of

log = structlog.get_logger()

SOONEST = timedelta(minutes=1)
"""Between two postings of one ticket that no update brings, however fast its figures grow."""
LATEST = timedelta(minutes=15)
"""A ticket that reads differently is posted again after this time, however little its figures moved."""
GREW = 1.5
"""A sample so many times as far outside its band as the one that was posted is news within LATEST."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedTicket:
    """What a tracker was last posted of one incident's ticket, and when.

    words: its title and body. excess: signal key -> how far outside its band the sample was that it tells.
    """

    at: datetime
    words: str
    excess: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, measured: MeasuredTicket, now: datetime) -> "PostedTicket":
        """The ticket as it is now."""
        ticket = measured.ticket
        return cls(at=now, words=f"{ticket.title}\n{ticket.body}", excess=measured.excess)


def is_due(before: PostedTicket, now: PostedTicket) -> bool:
    """Whether a ticket that now reads so is posted again, in place of what was posted before."""
    since = abs(now.at - before.at)  # a clock that was set back keeps nothing waiting
    if now.words == before.words or since < SOONEST:
        return False
    grew = any(excess >= GREW * before.excess.get(key, 0.0) for key, excess in now.excess.items())
    return grew or since >= LATEST


class WebhookTracker:
    """A tracker behind a webhook: a sink that is also posted the ticket between two updates."""

    def __init__(self, parts: TicketParts, webhook: WebhookSink, now: Callable[[], datetime]) -> None:
        self._parts = parts
        self._webhook = webhook
        self._now = now
        self._posted: dict[str, PostedTicket] = {}
        self._turn = threading.Lock()  # no ticket overtakes an update that tells more

    @property
    def name(self) -> str:
        """Unique in the configuration; the cursor is kept under it."""
        return self._webhook.name

    def deliver(self, update: IncidentUpdate) -> None:
        """Posts the update with the ticket as it now is; raises DeliveryError."""
        with self._turn:
            measured = ticket_of(self._parts, update)
            self._webhook.deliver(update, {"ticket": _data_of(measured.ticket)})
            self._posted[update.incident.id] = PostedTicket.of(measured, self._now())

    def refresh(self) -> None:
        """Posts the tickets of open incidents whose figures moved enough, where no update waits to bring them.

        What was posted before the process started is not known: of such a ticket the first look is taken for it.
        A failure is no delivery that is tried again: the next look says all that this one would have.
        """
        store = self._parts.store
        active = store.incidents.active()
        self._posted = {one.id: self._posted[one.id] for one in active if one.id in self._posted}
        for incident in active:
            with self._turn:
                self._refresh_one(store.incidents.timeline(incident.id)[-1])

    def _refresh_one(self, update: IncidentUpdate) -> None:
        if self._parts.store.sinks.accepted(self.name, update.incident.id) < update.seq:
            return
        measured = ticket_of(self._parts, update)
        now = PostedTicket.of(measured, self._now())
        before = self._posted.setdefault(update.incident.id, now)
        if not is_due(before, now):
            return
        try:
            self._webhook.update_ticket(update, {"ticket": _data_of(measured.ticket)}, measured.ticket.digest)
        except DeliveryError as error:
            self._parts.metrics.tick_failures.labels("refresh").inc()
            log.warning("ticket not brought up to date", sink=self.name, error=str(error))
            return
        self._posted[update.incident.id] = now

    def send_test(self) -> str:
        """Posts a `test` event; returns what to look for; raises DeliveryError."""
        return self._webhook.send_test()


def _data_of(ticket: EngineeringTicket) -> Mapping[str, object]:
    """The engineering ticket as a webhook carries it: pictures in base64, as JSON has no bytes."""
    plots = [
        {"name": p.name, "media_type": p.media_type, "finding": p.finding, "base64": b64encode(p.content).decode()}
        for p in ticket.plots
    ]
    return {"title": ticket.title, "body": ticket.body, "digest": ticket.digest, "plots": plots}
