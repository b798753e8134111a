"""Decides when a ticket elsewhere is written again because its figures moved, where no update brings that."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from incidents.delivery import DeliveryError
from incidents.incident import IncidentUpdate
from tocsin.response.engineering_ticket import MeasuredTicket
from tocsin.response.measured_tickets import MeasuredTickets

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


class TicketRefresh:
    """The tickets of one tracker between two updates. post: writes one; raises DeliveryError.

    turn: whoever writes to the tracker holds it, so that no ticket overtakes an update that tells more.
    """

    def __init__(
        self,
        tickets: MeasuredTickets,
        name: str,
        now: Callable[[], datetime],
        post: Callable[[IncidentUpdate, MeasuredTicket], None],
    ) -> None:
        self.turn = threading.RLock()
        self._tickets = tickets
        self._parts = tickets.parts
        self._name = name
        self._now = now
        self._post = post
        self._posted: dict[str, PostedTicket] = {}

    def posted(self, incident_id: str, measured: MeasuredTicket) -> None:
        """Notes that an update brought this ticket."""
        self._posted[incident_id] = PostedTicket.of(measured, self._now())

    def run(self) -> None:
        """Posts the tickets of open incidents whose figures moved enough, where no update waits to bring them.

        What was posted before the process started is not known: of such a ticket the first look is taken for it.
        A failure is no delivery that is tried again: the next look says all that this one would have.
        """
        store = self._parts.store
        active = store.incidents.active()
        self._posted = {one.id: self._posted[one.id] for one in active if one.id in self._posted}
        for incident in active:
            with self.turn:
                self._look_at(store.incidents.timeline(incident.id)[-1])

    def _look_at(self, update: IncidentUpdate) -> None:
        if self._parts.store.sinks.accepted(self._name, update.incident.id) < update.seq:
            return
        measured = self._tickets.of(update)
        now = PostedTicket.of(measured, self._now())
        before = self._posted.setdefault(update.incident.id, now)
        if not is_due(before, now):
            return
        try:
            self._post(update, measured)
        except DeliveryError as error:
            self._parts.metrics.tick_failures.labels("refresh").inc()
            log.warning("ticket not brought up to date", sink=self._name, error=str(error))
            return
        self._posted[update.incident.id] = now
