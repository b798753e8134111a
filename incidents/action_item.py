"""Action items: what people decided to do after an incident, each a ticket in a tracker where one is configured."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from incidents.lifecycle import TransitionError


class ItemState(StrEnum):
    """Whether it is still to be done; dropped: nobody will do it."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionItem:
    """Something to do. owner: a name in words, "" = nobody yet. due_on: None = no date.

    state_at, state_by: when and by whom its state was set. tracker: where its ticket is kept, "" = only here.
    ticket_id, url: of the ticket; "" = not known to exist. asked_at: when the ticket was last asked to be created.
    is_open_there: as last written or read there; None = there is no ticket. assignee: as last read there.
    """

    id: str
    incident_id: str
    reference: str
    at: datetime
    by: str
    title: str
    text: str = ""
    owner: str = ""
    due_on: date | None = None
    state: ItemState = ItemState.OPEN
    state_at: datetime
    state_by: str
    tracker: str = ""
    ticket_id: str = ""
    url: str = ""
    asked_at: datetime | None = None
    is_open_there: bool | None = None
    assignee: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state is ItemState.OPEN

    @property
    def waits_for_tracker(self) -> bool:
        """Whether its ticket is to be created, closed or reopened; one that is over needs none."""
        if not self.tracker or (self.ticket_id == "" and self.asked_at is None and not self.is_open):
            return False
        return self.is_open_there is not self.is_open

    def is_overdue(self, today: date) -> bool:
        """Whether its date has passed while it is open."""
        return self.is_open and self.due_on is not None and self.due_on < today


def settled(item: ActionItem, state: ItemState, by: str, now: datetime) -> ActionItem:
    """The item in the state that a person set. Raises TransitionError where it is in that state already."""
    if item.state is state:
        raise TransitionError(f"{item.title!r} is {state} already, since {item.state_at:%Y-%m-%d} by {item.state_by}")
    return replace(item, state=state, state_at=now, state_by=by)


def followed(item: ActionItem, *, is_open: bool, is_done: bool, assignee: str, by: str, now: datetime) -> ActionItem:
    """The item after its ticket was read: what people did to the ticket is done to the item.

    is_done: whether a closed ticket was closed as done. by: who closed or reopened it, as the item is to name them.
    """
    after = replace(item, assignee=assignee, is_open_there=is_open)
    if is_open in {item.is_open_there, item.is_open}:
        return after
    closed = ItemState.DONE if is_done else ItemState.DROPPED
    return replace(after, state=ItemState.OPEN if is_open else closed, state_at=now, state_by=by)
