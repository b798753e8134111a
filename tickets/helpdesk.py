"""Customers' tickets that live in another company's helpdesk: what Tocsin reads of them, what it does to them. Pure.

An adapter (`tickets/helpdesks`) speaks one vendor's API and fulfils `Helpdesk`.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from incidents.delivery import DeliveryError
from tickets.broadcast import opaque
from tickets.identity import customer_of
from tickets.ticket import Author, Form, Ticket, TicketStatus

MARK = "tocsin"
"""How everything begins that Tocsin writes into a helpdesk for itself: tags, ids, references."""


class HelpdeskStatus(StrEnum):
    """What a helpdesk's ticket may be, whatever its vendor calls it."""

    OPEN = "open"  # it is the agents' turn
    WAITING = "waiting"  # set aside: for the customer, for a third party, or by Tocsin for an incident
    SOLVED = "solved"
    CLOSED = "closed"  # nothing can be written to it any more


OVER = frozenset({HelpdeskStatus.SOLVED, HelpdeskStatus.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskTicket:
    """A ticket as it stands in a helpdesk.

    id, url: there. version: another text after each change. related: the id of the ticket there that stands for an
    incident, which it is related to; "" = to none. fields: our names (asset, network, …) -> what its fields say.
    text, related: None = this way of reading does not say it; `read` says both. is_ours: Tocsin made it to stand for an
    incident. comments: how many its thread has, whoever wrote them; None = the
    helpdesk does not say. tags: none of a helpdesk without tags.
    """

    id: str
    url: str
    version: str
    status: HelpdeskStatus
    created_at: datetime
    subject: str = ""
    text: str | None = ""
    email: str = ""
    name: str = ""
    language: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    related: str | None = ""
    tags: frozenset[str] = frozenset()
    is_ours: bool = False
    comments: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskComment:
    """A public message of a ticket's thread after its first. author: CUSTOMER or AGENT. by: who, as it has them."""

    id: str
    author: Author
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedTickets:
    """A page of the tickets that changed, the earliest change first. cursor: where the next begins."""

    tickets: tuple[HelpdeskTicket, ...]
    cursor: str
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskState:
    """What Tocsin sets of a ticket there. status: None = left to the agents. incident_id: "" = related to none."""

    status: HelpdeskStatus | None = None
    incident_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """What stands for an incident in a helpdesk. key: finds it there again. reference: INC-17. text: for agents."""

    key: str
    reference: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskChange:
    """One step for one ticket: at most one public answer, a new status, a relation.

    id: of the ticket there. key: of the answer, unique within the ticket; "" = no answer. status: None = as it is.
    relates, leaves: ids of tickets there that stand for incidents; "" = none. tag, untag: the same as tags.
    is_uncertain: an earlier try may have reached the helpdesk, so it is looked for first.
    """

    id: str
    key: str = ""
    text: str = ""
    status: HelpdeskStatus | None = None
    relates: str = ""
    leaves: str = ""
    tag: str = ""
    untag: str = ""
    is_uncertain: bool = False

    @property
    def mark(self) -> str:
        """A short word that marks the answer there, so that it is recognised: "" = no answer."""
        return f"{MARK}-{hashlib.sha256(self.key.encode()).hexdigest()[:10]}" if self.key else ""


class Helpdesk(Protocol):
    """One vendor's helpdesk. Every method that asks it raises DeliveryError where it does not do what was asked."""

    @property
    def name(self) -> str:
        """Unique in the configuration."""

    def room(self, now: datetime) -> int:
        """How many tickets may be changed now without more requests a minute than were agreed on; 0 or more."""

    def changed(self, cursor: str, since: datetime) -> ChangedTickets:
        """Tickets that changed after the cursor; with "" as cursor, since the instant."""

    def read(self, ids: Sequence[str]) -> tuple[HelpdeskTicket, ...]:
        """The tickets of these ids; those that are gone are left out."""

    def comments(self, ticket_id: str) -> tuple[HelpdeskComment, ...]:
        """All public comments after the ticket's own text, oldest first, without those that Tocsin wrote."""

    def record(self, incident: IncidentRecord) -> str:
        """The id of what stands for an incident there: searched for, made where there is none."""

    def apply(self, changes: Sequence[HelpdeskChange]) -> Mapping[str, DeliveryError]:
        """Makes the changes, each of another ticket; by ticket's id why one was not made. Raises where none was."""

    def called(self, headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[str, ...]:
        """The ids of the tickets that a webhook of the vendor is about. Raises NotGenuine, ValueError.

        headers: by lower-case name.
        """

    def close(self) -> None:
        """Closes the connections."""


class ProvenBy(StrEnum):
    """What a ticket in a helpdesk proves of whose it is, as configured."""

    NOTHING = "nothing"
    ADDRESS = "address"
    CUSTOMER = "customer"


class NotGenuine(Exception):
    """A webhook that does not prove that it is the vendor's; the words say why."""


def wanted_state(ticket: Ticket) -> HelpdeskState:
    """What Tocsin wants of a ticket where it lives.

    A ticket that must stay with a human is related to nothing there, as whoever ends such a relation may end its
    tickets with it; it is solved there only where an agent solved it here.
    """
    incident_id = "" if ticket.human_reason else ticket.incident_id or ""
    if ticket.status is TicketStatus.AWAITING_INCIDENT:
        return HelpdeskState(status=HelpdeskStatus.WAITING, incident_id=incident_id)
    if ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        return HelpdeskState(status=HelpdeskStatus.SOLVED, incident_id=incident_id)
    return HelpdeskState(incident_id=incident_id)


def status_step(known: HelpdeskStatus | None, wanted: HelpdeskStatus | None) -> HelpdeskStatus | None:
    """The status to set there; None = it stays. known: what Tocsin set before, or saw an agent set."""
    if wanted is None:
        return HelpdeskStatus.OPEN if known is not None else None
    return wanted if wanted is not known else None


def form_of(value: str, forms: Mapping[str, Form]) -> Form:
    """Our topic for what a helpdesk's field says: as configured, or by its own name; else `Other`."""
    said = value.strip().casefold()
    named = {name.casefold(): form for name, form in forms.items()}
    ours = {form.value.casefold(): form for form in Form} | {form.slug: form for form in Form}
    return named.get(said) or ours.get(said) or Form.OTHER


def answer_key(mail_key: str, ticket: Ticket) -> str:
    """A mail's key without its ticket and customer: the same for all who get the same answer, unique in a ticket."""
    return mail_key.removesuffix(f":{opaque(customer_of(ticket))}").replace(ticket.id, "")


def one_by_one(
    changes: Sequence[HelpdeskChange], make: Callable[[HelpdeskChange], None]
) -> Mapping[str, DeliveryError]:
    """Makes changes for a vendor who takes one at a time; by ticket's id why one was not made.

    Two failures in a row that may pass, or one that asks for time, are the helpdesk's and not a ticket's: the rest is
    left for later.
    """
    failed: dict[str, DeliveryError] = {}
    in_a_row = 0
    for place, change in enumerate(changes):
        try:
            make(change)
            in_a_row = 0
        except DeliveryError as error:
            failed[change.id] = error
            in_a_row = in_a_row + 1 if error.retry else 0
            if in_a_row == 2 or error.retry_after is not None:
                failed.update({later.id: error for later in changes[place + 1 :]})
                break
    return failed
