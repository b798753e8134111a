"""Brings into the timeline what people did in a foreign tracker: comments, who has it, closing and reopening.

A comment's own address stands with its line, so that it is taken once, whatever happens; our own bear a mark.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from incidents import lifecycle
from incidents.incident import EndReason, Incident, IncidentUpdate, Status
from incidents.lifecycle import Action, TransitionError
from tickets.trackers.foreign import ForeignComment, ForeignTicket, ForeignTracker
from tocsin.context.loops import Loop
from tocsin.response.action_tickets import follow_item, is_done
from tocsin.response.foreign_tracker import ForeignTrackerSink, author_in, is_from
from tocsin.response.response import Response
from tocsin.storage import AuditEntry, TrackerTicket

OVERLAP = timedelta(minutes=10)
"""Asked for once more each time: clocks differ, and what was committed late may bear an earlier time."""
TEXT_MAX = 4000
"""Characters of a comment that the timeline takes; the line links to the whole."""


class TrackerInbox:
    """The news of one tracker. every: how often it is asked."""

    def __init__(
        self, response: Response, sink: ForeignTrackerSink, tracker: ForeignTracker, *, every: timedelta
    ) -> None:
        self.every = every
        self._response = response
        self._sink = sink
        self._tracker = tracker

    @property
    def name(self) -> str:
        """The tracker's."""
        return self._tracker.name

    def poll(self, now: datetime) -> int:
        """Takes what changed since the last time; returns how many lines it wrote. Raises DeliveryError.

        The first time it begins at the present.
        """
        store = self._response.store.tracker_tickets
        with self._sink.turn:
            through = store.read_through(self.name)
            written = 0 if through is None else self._take_since(through - OVERLAP, now)
            store.set_read_through(self.name, now)
        if written:
            self._response.wake(Loop.PLACE, Loop.PUBLISH, Loop.DELIVER)
        return written

    def _take_since(self, since: datetime, now: datetime) -> int:
        tickets = {one.id: one for one in self._tracker.changed(since)}
        self._follow_items(tickets, now)
        known = self._response.store.tracker_tickets.known(self.name, list(tickets))
        said = self._tracker.comments_since([one.ticket_id for one in known], since) if known else {}
        return sum(self._take(one, tickets[one.ticket_id], said.get(one.ticket_id, ()), now) for one in known)

    def _follow_items(self, tickets: Mapping[str, ForeignTicket], now: datetime) -> None:
        for item in self._response.store.action_items.known(self.name, list(tickets)):
            follow_item(self._response.store, item, tickets[item.ticket_id], now)

    def _take(
        self, known: TrackerTicket, ticket: ForeignTicket, comments: Sequence[ForeignComment], now: datetime
    ) -> int:
        timeline = self._response.store.incidents.timeline(known.incident_id)
        taken = {url for line in timeline for _, url in line.links}
        fresh = [one for one in comments if not one.key and one.text.strip() and one.url not in taken]
        for one in fresh:
            self._note(known, author_in(self.name, one.author), _text(one), now, url=one.url)
        steps = self._follow_assignee(known, ticket, now) + self._follow_state(known, ticket, now)
        kept = replace(known, assignee=ticket.assignee, is_open=ticket.is_open)
        if kept != known:
            self._response.store.tracker_tickets.save(kept)
        return len(fresh) + steps

    def _follow_assignee(self, known: TrackerTicket, ticket: ForeignTicket, now: datetime) -> int:
        """Whoever takes the ticket acknowledges the incident."""
        if ticket.assignee == known.assignee:
            return 0
        reason = f"assigned to {ticket.assignee}" if ticket.assignee else "assigned to nobody"
        incident = self._current(known)
        if not ticket.assignee or incident.status is not Status.DETECTED:
            return self._note(known, self.name, reason, now)
        by = author_in(self.name, ticket.assignee)
        return self._act(known, Action.ACKNOWLEDGE, by, now, lambda i: lifecycle.acknowledge(i, by, now, reason))

    def _follow_state(self, known: TrackerTicket, ticket: ForeignTicket, now: datetime) -> int:
        if ticket.is_open == known.is_open:
            return 0
        return self._reopened(known, now) if ticket.is_open else self._closed(known, ticket, now)

    def _closed(self, known: TrackerTicket, ticket: ForeignTicket, now: datetime) -> int:
        """An incident whose evidence has ended is over with its ticket; one that lasts goes on, and says so."""
        by, incident = author_in(self.name, ticket.closed_by), self._current(known)
        if not incident.is_active:
            return 0
        how = f"closed the ticket as {ticket.closed_as}" if ticket.closed_as else "closed the ticket"
        if not is_done(ticket):
            return self._note(known, by, f"{how}; the incident stays open: retract or merge it here", now)
        if incident.lasting:
            said = f"{how}, while {lifecycle.what_lasts(incident)}; the incident stays open"
            return self._note(known, by, said, now)
        return self._act(known, Action.RESOLVE, by, now, lambda i: lifecycle.resolve(i, EndReason.FIXED, by, now))

    def _reopened(self, known: TrackerTicket, now: datetime) -> int:
        incident = self._current(known)
        if incident.is_active:
            return 0
        graph, by, reason = self._response.graph, self.name, "the ticket was reopened"
        if incident.status is Status.MERGED:
            return self._note(known, by, f"{reason}; this incident was merged, so nothing follows", now)
        return self._act(known, Action.REOPEN, by, now, lambda i: lifecycle.reopen(i, graph, by, now, reason))

    def _current(self, known: TrackerTicket) -> Incident:
        return self._response.store.incidents.timeline(known.incident_id)[-1].incident

    def _note(self, known: TrackerTicket, by: str, text: str, now: datetime, *, url: str = "") -> int:
        links = ((f"comment in {self.name}", url),) if url else ()
        if not url and self._said_last(known, text.partition(" ")[0]) == text:
            return 0  # a process died after the line was written, and before that was written down
        return self._act(
            known, Action.ADD_NOTE, by, now, lambda i: replace(lifecycle.add_note(i, text, by, now), links=links)
        )

    def _said_last(self, known: TrackerTicket, word: str) -> str:
        """The last line from there that begins with that word and is no comment; "" = there is none."""
        timeline = self._response.store.incidents.timeline(known.incident_id)
        ours = (line.reason for line in reversed(timeline) if is_from(line.author, self.name) and not line.links)
        return next((reason for reason in ours if reason.partition(" ")[0] == word), "")

    def _act(
        self,
        known: TrackerTicket,
        action: Action,
        by: str,
        now: datetime,
        move: Callable[[Incident], IncidentUpdate],
    ) -> int:
        entry = AuditEntry(actor=by, action=action.value, subject_kind="incident", subject=known.incident_id)
        try:
            self._response.store.incidents.change(known.incident_id, move, now, entry)
        except TransitionError:  # somebody did the same here at this moment
            return 0
        return 1


def _text(one: ForeignComment) -> str:
    text = one.text.strip()
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}…"
