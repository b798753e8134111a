"""Customers' tickets, read: the questions of desk, portal, linking and broadcast."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tickets.ticket import Attachment, Form, Message, Priority, Team, Ticket, TicketStatus
from tocsin.storage.page import Page
from tocsin.storage.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """Which tickets; empty = any. assignee "" = nobody's; linked, human: whether it has an incident, a reason to stay human.

    email, customer_id: exact, found through the blind index. incident_id: linked to this one now.
    """

    status: tuple[TicketStatus, ...] = ()
    team: tuple[Team, ...] = ()
    priority: tuple[Priority, ...] = ()
    form: tuple[Form, ...] = ()
    tier: int | None = None
    department: str | None = None
    assignee: str | None = None
    incident_id: str | None = None
    linked: bool | None = None
    human: bool | None = None
    email: str | None = None
    customer_id: str | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttachment:
    """A file of a ticket's thread."""

    id: str
    ticket_id: str
    file: Attachment


class TicketReading(Rows):
    """Tickets, read."""

    def ticket(self, ticket_id: str) -> Ticket | None:
        """As it stands."""

    def ticket_by_number(self, number: str) -> Ticket | None:
        """By what the customer quotes, `TOC-78342`."""

    def tickets(self, filter: TicketFilter | None = None, cursor: str | None = None, limit: int = 50) -> Page[Ticket]:
        """Newest first."""

    def ticket_counts(self, filter: TicketFilter | None = None) -> dict[TicketStatus, int]:
        """How many in each status; statuses without any are left out."""

    def tickets_of(
        self, *, email: str = "", customer_id: str = "", cursor: str | None = None, limit: int = 50
    ) -> Page[Ticket]:
        """A customer's, by either of the two, newest first; the e-mail in any case. Neither given: an empty page."""

    def thread(self, ticket_id: str) -> tuple[Message, ...]:
        """Every message, oldest first."""

    def attachment(self, attachment_id: str) -> StoredAttachment | None:
        """A file, opened."""

    def linked(self, incident_id: str, cursor: str | None = None, limit: int = 50) -> Page[Ticket]:
        """Tickets linked to an incident now, newest first."""

    def linked_counts(self, incident_ids: Sequence[str]) -> dict[str, int]:
        """How many are linked to each; 0 for those without any. Merged tickets do not count."""

    def customers_of(self, incident_id: str, batch: int = 500) -> Iterator[tuple[str, Ticket]]:
        """Each customer with a linked ticket once: (customer key, their earliest linked ticket that is not merged)."""

    def unlinked_since(self, at: datetime, batch: int = 500) -> Iterator[Ticket]:
        """Open tickets created at or after `at` that no incident has, oldest first."""

    def open_ticket_of(self, customer_key: str, incident_id: str) -> Ticket | None:
        """The customer's earliest open ticket that is linked to this incident."""

    def customer_key(self, *, email: str, customer_id: str = "") -> str:
        """One word a customer: the blind index of the customer id, else of the e-mail in lower case."""

    def ticket_of_token(self, token: str) -> Ticket | None:
        """The ticket whose page this word opens."""
