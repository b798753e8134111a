"""Keeps a ticket an action item in a foreign tracker: found by its key before it is created, its state both ways."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from incidents.action_item import ActionItem, ItemState, followed
from incidents.component import ComponentGraph
from tickets.markdown import link_target, plain
from tickets.trackers.foreign import ForeignTicket, ForeignTracker, TicketText
from tocsin.response.foreign_tracker import author_in, found_again, key_in_tracker
from tocsin.storage import AuditEntry, Store

COMPLETED = frozenset({"", "completed", "done", "fixed", "resolved"})
"""How a ticket is closed that is closed because the work is done."""


class ActionTickets:
    """The action items' tickets of one tracker. turn: held while the tracker is written to or read for news."""

    def __init__(
        self,
        store: Store,
        graph: ComponentGraph,
        tracker: ForeignTracker,
        *,
        public_url: str,
        turn: AbstractContextManager[object],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._graph = graph
        self._tracker = tracker
        self._public_url = public_url
        self._turn = turn
        self._now = now

    @property
    def name(self) -> str:
        """The tracker's."""
        return self._tracker.name

    def deliver(self, item_id: str) -> None:
        """Brings the item's ticket to where the item is now; raises DeliveryError."""
        with self._turn:
            item = self._ensured(self._store.action_items.get(item_id))
            if item.ticket_id == "" or item.is_open_there is item.is_open:
                return
            is_open = item.is_open
            reason = f"{item.state} in Tocsin by {item.state_by}"
            self._tracker.set_open(item.ticket_id, is_open=is_open, reason=reason)
            self._note(item.id, lambda known: replace(known, is_open_there=is_open))

    def _ensured(self, item: ActionItem) -> ActionItem:
        """With its ticket, unless it is over and has none."""
        if item.ticket_id:
            return item
        text = self._text(item)
        found = None
        if item.asked_at is not None:
            found = found_again(self._tracker, text.key, since=item.at, asked_at=item.asked_at, now=self._now())
        if found is None:
            asked_at = self._now() if item.is_open else None
            item = self._note(item.id, lambda known: replace(known, asked_at=asked_at))
            if asked_at is None:
                return item
            found = self._tracker.create(text)
        return self._note(item.id, lambda known: _with_ticket(known, found))

    def _note(self, item_id: str, fn: Callable[[ActionItem], ActionItem]) -> ActionItem:
        return self._store.action_items.change(item_id, fn, self._now())

    def _text(self, item: ActionItem) -> TicketText:
        incident = self._store.incidents.get(item.incident_id)
        component = self._graph.get(incident.component) if incident else None
        link = link_target(f"{self._public_url}/console/incidents/{item.incident_id}")
        facts = [f"- **Follows from**: {f'[{item.reference}]({link})' if link else item.reference}"]
        if item.owner:
            facts.append(f"- **Owner**: {plain(item.owner)}")
        if item.due_on:
            facts.append(f"- **Due**: {item.due_on.isoformat()}")
        said = [plain(line) for line in item.text.splitlines() if line.strip()]
        return TicketText(
            key=key_in_tracker(f"action-{item.id}", self._public_url),
            title=f"{item.reference} action: {item.title}",
            body="\n\n".join([*said, "\n".join(facts)]) + "\n",
            severity=None,
            team=component.team if component else "",
        )


def follow_item(store: Store, item: ActionItem, ticket: ForeignTicket, now: datetime) -> None:
    """What people did to the ticket is done to its item, in their name."""
    if (ticket.assignee, ticket.is_open) == (item.assignee, item.is_open_there):
        return
    by = author_in(item.tracker, ticket.closed_by)

    def follow(known: ActionItem) -> ActionItem:
        return followed(
            known, is_open=ticket.is_open, is_done=is_done(ticket), assignee=ticket.assignee, by=by, now=now
        )

    moved = follow(item)
    audit = None if moved.state is item.state else item_entry(moved, by)
    store.action_items.change(item.id, follow, now, audit)


def is_done(ticket: ForeignTicket) -> bool:
    """Whether a closed ticket was closed because the work is done."""
    return ticket.closed_as.lower() in COMPLETED


def item_entry(item: ActionItem, by: str) -> AuditEntry:
    """The audit entry of an item that was set to its state."""
    action = "reopen" if item.state is ItemState.OPEN else f"set to {item.state}"
    return AuditEntry(
        actor=by,
        action=f"{action} action item",
        subject_kind="incident",
        subject=item.incident_id,
        detail=(("item", item.title),),
    )


def _with_ticket(item: ActionItem, ticket: ForeignTicket) -> ActionItem:
    return replace(item, ticket_id=ticket.id, url=ticket.url, assignee=ticket.assignee, is_open_there=ticket.is_open)
