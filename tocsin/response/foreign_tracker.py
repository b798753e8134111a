"""Keeps one ticket an incident in somebody else's tracker: every line once and in order, and what people do there back.

Each step of a delivery is written down before or after it so that it can be done again: a ticket is searched by its key
before it is created, a comment by its mark where an earlier try may have left it, and a state is set, not toggled.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from incidents.delivery import DeliveryError
from incidents.incident import ENDED, Incident, IncidentUpdate, UpdateKind
from tickets.engineering import EngineeringTicket, Plot
from tickets.markdown import link_target, plain
from tickets.trackers.foreign import ForeignTicket, ForeignTracker, TicketText
from tickets.update_comment import comment_of
from tocsin.response.engineering_ticket import MeasuredTicket
from tocsin.response.measured_tickets import MeasuredTickets
from tocsin.response.ticket_refresh import TicketRefresh
from tocsin.storage import TrackerTicket

log = structlog.get_logger()

CLOCKS_DIFFER = timedelta(hours=1)
"""By so much a tracker's clock may be off, where a ticket is searched among those created since the incident opened."""
ENDS = frozenset({UpdateKind.RESOLVED, UpdateKind.RETRACTED, UpdateKind.MERGED})
"""Lines that end an incident."""
OPENS = frozenset({UpdateKind.REOPENED, UpdateKind.SEPARATED})
"""Lines that open a closed ticket again; others leave one closed that somebody closed there."""


class ForeignTrackerSink:
    """A sink that keeps the tickets of one foreign tracker."""

    def __init__(self, tickets: MeasuredTickets, tracker: ForeignTracker, now: Callable[[], datetime]) -> None:
        self._tickets = tickets
        self._parts = tickets.parts
        self._tracker = tracker
        self._now = now
        self._refresh = TicketRefresh(tickets, tracker.name, now, self._rewrite)
        self.turn = self._refresh.turn

    @property
    def name(self) -> str:
        """Unique in the configuration; the cursor is kept under it."""
        return self._tracker.name

    def deliver(self, update: IncidentUpdate) -> None:
        """Brings the ticket to where this line leads; raises DeliveryError. Shadow incidents have no ticket."""
        if update.incident.shadow:
            return
        with self.turn:
            measured = self._tickets.of(update)
            known, is_new = self._ensured(update, measured)
            if known is None:
                return
            known = self._attached(known, update, measured.ticket)
            known = self._edited(known, update.incident, measured.ticket)
            if not (is_new and update.kind is UpdateKind.OPENED) and not is_from(update.author, self.name):
                known = self._commented(known, update)
            self._set_state(known, update)
            self._refresh.posted(update.incident.id, measured)

    def refresh(self) -> None:
        """Rewrites the tickets of open incidents whose figures moved enough."""
        self._refresh.run()

    def send_test(self) -> str:
        """Reads what a ticket needs, and creates none; returns what was found; raises DeliveryError."""
        return self._tracker.check()

    def _rewrite(self, update: IncidentUpdate, measured: MeasuredTicket) -> None:
        known = self._parts.store.tracker_tickets.get(self.name, update.incident.id)
        if known and known.ticket_id:
            self._edited(known, update.incident, measured.ticket)

    def _ensured(self, update: IncidentUpdate, measured: MeasuredTicket) -> tuple[TrackerTicket | None, bool]:
        """The ticket, and whether this line is what it was created by; None of what was over before it had one."""
        incident, store = update.incident, self._parts.store.tracker_tickets
        known = store.get(self.name, incident.id)
        if known and known.ticket_id:
            return known, known.commented == 0 and update.kind is UpdateKind.OPENED
        if known is None and incident.status in ENDED:
            return None, False
        text = self._text(incident, measured.ticket, ())
        found = self._found(known, incident, text.key)
        if found is None:
            known = TrackerTicket(tracker=self.name, incident_id=incident.id, asked_at=self._now())
            store.save(known)
            found = self._tracker.create(text)
            known = replace(known, severity=incident.severity, digest=_digest(text))
        assert known is not None  # noqa: S101 - what was found had been asked for
        known = replace(known, ticket_id=found.id, url=found.url, assignee=found.assignee, is_open=found.is_open)
        store.save(known)
        return known, True

    def _found(self, known: TrackerTicket | None, incident: Incident, key: str) -> ForeignTicket | None:
        """The ticket that an earlier try created; not asked for where there was none."""
        if known is None or known.asked_at is None:
            return None
        return found_again(self._tracker, key, since=incident.opened_at, asked_at=known.asked_at, now=self._now())

    def _attached(self, known: TrackerTicket, update: IncidentUpdate, ticket: EngineeringTicket) -> TrackerTicket:
        """With the pictures as of the first line and as of each end; what cannot be uploaded stays a link."""
        stage = f"{update.seq}-"
        if known.pictures and update.kind not in ENDS and not known.pictures[-1][0].startswith(stage):
            return known
        done = {name for name, _ in known.pictures}
        for plot in ticket.plots:
            name = f"{stage}{plot.name}"
            if plot.media_type != "image/png" or name in done:
                continue
            reference = self._uploaded(known, replace(plot, name=name))
            if reference:
                known = replace(known, pictures=(*known.pictures, (name, reference)))
                self._parts.store.tracker_tickets.save(known)
        return known

    def _uploaded(self, known: TrackerTicket, plot: Plot) -> str:
        try:
            return self._tracker.attach(known.ticket_id, plot)
        except DeliveryError as error:
            if error.retry:
                raise
            self._parts.metrics.tick_failures.labels("plot").inc()
            log.warning("plot not attached, the ticket links to it", tracker=self.name, error=str(error))
            return ""

    def _edited(self, known: TrackerTicket, incident: Incident, ticket: EngineeringTicket) -> TrackerTicket:
        text = self._text(incident, ticket, known.pictures)
        digest = _digest(text)
        if digest == known.digest:
            return known
        self._tracker.edit(known.ticket_id, text, known.severity)
        known = replace(known, digest=digest, severity=incident.severity)
        self._parts.store.tracker_tickets.save(known)
        return known

    def _commented(self, known: TrackerTicket, update: IncidentUpdate) -> TrackerTicket:
        """Comments the line, unless an earlier try did."""
        store, key = self._parts.store.tracker_tickets, update.key
        if known.commented >= update.seq:
            if any(one.key == key for one in self._tracker.comments(known.ticket_id)):
                return known
        else:
            known = replace(known, commented=update.seq)
            store.save(known)
        self._tracker.comment(known.ticket_id, key, comment_of(update))
        return known

    def _set_state(self, known: TrackerTicket, update: IncidentUpdate) -> None:
        is_open = update.incident.status not in ENDED
        if is_open == known.is_open or (is_open and update.kind not in OPENS):
            return
        self._tracker.set_open(known.ticket_id, is_open=is_open, reason=update.reason)
        self._parts.store.tracker_tickets.save(replace(known, is_open=is_open))

    def _text(self, incident: Incident, ticket: EngineeringTicket, pictures: tuple[tuple[str, str], ...]) -> TicketText:
        component = self._parts.graph.get(incident.component)
        return TicketText(
            key=key_in_tracker(incident.id, self._parts.public_url),
            title=f"{incident.reference} {ticket.title}",
            body=f"{ticket.body}{_plots(ticket.plots, pictures, self._plots_url(incident))}",
            severity=incident.severity,
            team=component.team if component else "",
        )

    def _plots_url(self, incident: Incident) -> str:
        return f"{self._parts.public_url}/console/incidents/{incident.id}/plots"


def found_again(
    tracker: ForeignTracker, key: str, *, since: datetime, asked_at: datetime, now: datetime
) -> ForeignTicket | None:
    """The ticket of this key that was asked for at `asked_at`, about something of `since`; None = it is not there.

    Raises DeliveryError where it may be there and cannot be found yet.
    """
    found = tracker.find(key, since - CLOCKS_DIFFER)
    left = asked_at + tracker.find_lag - now
    if found is None and timedelta(0) < left <= tracker.find_lag:
        said = f"tracker {tracker.name}: a ticket may have been created that cannot be found yet"
        raise DeliveryError(said, retry=True, retry_after=left)
    return found


def key_in_tracker(name: str, public_url: str) -> str:
    """The key of something's ticket, of this installation: two that share a tracker keep their tickets apart."""
    return f"{name}-{hashlib.sha256(public_url.encode()).hexdigest()[:6]}"


def author_in(tracker: str, name: str) -> str:
    """Who said or did something in a tracker, as the timeline names them: "ann (ops)"; "ops" where nobody is named."""
    return f"{name} ({tracker})" if name else tracker


def is_from(author: str, tracker: str) -> bool:
    """Whether a line of the timeline came from that tracker, which knows it already."""
    return author == tracker or author.endswith(f" ({tracker})")


def _plots(plots: tuple[Plot, ...], pictures: tuple[tuple[str, str], ...], url: str) -> str:
    """The newest pictures that the tracker has, else links to the console's."""
    newest = {name.partition("-")[2]: reference for name, reference in pictures}
    lines = [f"{plain(plot.finding)}\n\n{newest[plot.name]}" for plot in plots if plot.name in newest]
    if not lines:
        linked = [plot for plot in plots if plot.media_type == "image/png"]
        lines = [f"- [{plain(plot.finding)}]({link_target(f'{url}/{plot.name}')})" for plot in linked]
        return "\n## Plots\n\n" + "\n".join(lines) + "\n" if lines else ""
    return "\n## Plots\n\n" + "\n\n".join(lines) + "\n"


def _digest(text: TicketText) -> str:
    return hashlib.sha256(f"{text.title}\0{text.body}\0{text.severity}".encode()).hexdigest()
