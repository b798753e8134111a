"""Customers' tickets, written: numbers, idempotent adding, changing one or an incident's thousands."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tickets.ticket import Attachment, Message, Ticket
from tocsin.storage.audit import AuditEntry
from tocsin.storage.errors import KeyReused
from tocsin.storage.outbox import Mail
from tocsin.storage.reading import TicketFilter
from tocsin.storage.rows import Rows

MakeTicket = Callable[[str, str], tuple[Ticket, tuple[Message, ...], tuple[Mail, ...]]]
"""Given the ticket's id and number: the ticket, the first messages of its thread, the mails that tell of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChange:
    """What becomes of a ticket. messages, mails: new ones. files: (id, file), to be named in a message's `attachments`."""

    ticket: Ticket
    messages: tuple[Message, ...] = ()
    mails: tuple[Mail, ...] = ()
    files: tuple[tuple[str, Attachment], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOrder:
    """One ticket of a batch; the fields are `add_ticket`'s."""

    make: MakeTicket
    idempotency_key: str | None
    owner: str
    request_digest: str
    audit: AuditEntry
    files: tuple[Attachment, ...] = field(default=())


class Tickets(Rows):
    """Tickets, written."""

    def add_ticket(
        self,
        make: MakeTicket,
        idempotency_key: str | None,
        owner: str,
        request_digest: str,
        now: datetime,
        audit: AuditEntry,
        *,
        files: Sequence[Attachment] = (),
        prefix: str = "TOC",
    ) -> tuple[Ticket, bool]:
        """Stores ticket, thread, files, mails and audit entry in one transaction; (the ticket, whether it is new).

        A repeated (owner, idempotency_key) returns the first ticket as it stands and False, and `make`'s result is not
        stored; the same key with another digest raises KeyReused. files get the ids `{ticket id}-1`, `{ticket id}-2` …,
        which `make` may name in its messages. `make` runs inside the transaction: pure, no call of the store but
        `make_ticket_token`.
        """

    def add_tickets(
        self, orders: Sequence[TicketOrder], now: datetime, *, prefix: str = "TOC"
    ) -> tuple[tuple[Ticket, bool] | KeyReused, ...]:
        """As `add_ticket` for many in one transaction, answers in order; KeyReused is returned in its place, not raised.

        The same (owner, key) twice in one batch is one ticket.
        """

    def change_ticket(
        self, ticket_id: str, fn: Callable[[Ticket], TicketChange], now: datetime, audit: AuditEntry | None
    ) -> Ticket:
        """Changes one ticket under its row lock; id, number and created_at must stay. Raises NotFound."""

    def change_tickets(
        self,
        which: TicketFilter | Iterable[str],
        fn: Callable[[Ticket], TicketChange | None],
        now: datetime,
        audit: AuditEntry | None,
        batch: int = 500,
    ) -> int:
        """Changes many in batches, each its own transaction; how many were changed.

        fn returns None for a ticket that needs nothing, so that running it again after a kill finishes the rest
        (mails with keys that exist are not queued twice). Each changed ticket gets its own audit entry.
        """

    def make_ticket_token(self, ticket_id: str) -> str:
        """The word that opens the ticket's page for whoever has it; the database keeps only its hash.

        Derived from the key, so it may be asked for inside `make`, and again for a later mail.
        """
