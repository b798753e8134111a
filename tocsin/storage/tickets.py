"""Writes customers' tickets: numbers, idempotent adding, changes to one or to thousands."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, select, update

from dashboards.rollup import TicketFact
from tickets.linking import AgentAnswer
from tickets.mail.message import Mail
from tickets.pauses import turned
from tickets.ticket import Attachment, Message, Ticket
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.cipher import Cipher
from tocsin.storage.commit_together import CommitTogether
from tocsin.storage.counting import count_on, insert_one, put_all
from tocsin.storage.database import Database
from tocsin.storage.errors import KeyReused, NotFound, StorageError
from tocsin.storage.helpdesks import HomeChange, note_changes
from tocsin.storage.link_answers import answer_row, replace_answers
from tocsin.storage.outbox import queue_mails
from tocsin.storage.read_before import ReadBefore, batched
from tocsin.storage.rollups import Counted, count_change, move_cells
from tocsin.storage.rows import StorePart
from tocsin.storage.sealing import (
    has_same_indexes,
    index_columns,
    key_index,
    message_row,
    network_index,
    open_ticket,
    ticket_row,
    unproven_index,
)
from tocsin.storage.tables.desk import desk_mentions, search_due
from tocsin.storage.tables.installation import idempotency_keys
from tocsin.storage.tables.tickets import attachments, messages, tickets
from tocsin.storage.ticket_reading import TicketFilter, TicketQueries, ticket_conditions

MakeTicket = Callable[[str, str], tuple[Ticket, tuple[Message, ...], tuple[Mail, ...]]]
"""Given the ticket's id and number: the ticket, the first messages of its thread, the mails that tell of it."""

FIRST_NUMBER = 10_000
WIDEST_GAP = 9
ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChange:
    """The changes to one ticket.

    detail: one sentence for the audit trail, beside what its entry says; "" = nothing more.
    messages, mails: new ones. files: (id, file), to be named in a message's `attachments`.
    answer: what an agent hereby says about the ticket's link, in place of what was said before. forgets: nothing is
    said about it any more. last_comment: the comment in the ticket's helpdesk that the change is from; "" = from none.
    mentions: users whom its note calls.
    """

    ticket: Ticket
    detail: str = ""
    messages: tuple[Message, ...] = ()
    mails: tuple[Mail, ...] = ()
    files: tuple[tuple[str, Attachment], ...] = ()
    answer: AgentAnswer | None = None
    forgets: bool = False
    last_comment: str = ""
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLimit:
    """How many tickets of an address that nobody proved to have are answered by mail. since: from when they count."""

    email: str
    since: datetime
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A new ticket that became part of the first: it, its mails, and what it changes of the first."""

    ticket: Ticket
    mails: tuple[Mail, ...]
    first: TicketChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Asks for a new ticket to join another one, as that stands when the new one is stored.

    join: given the first and the new one; None = they stay apart. It is pure, as `MakeTicket` is. audit: of the first's
    change.
    """

    first_id: str
    join: Callable[[Ticket, Ticket], Joined | None]
    audit: AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOrder:
    """One ticket of a batch; the fields are `add_ticket`'s."""

    make: MakeTicket
    idempotency_key: str | None
    owner: str
    request_digest: str
    audit: AuditEntry
    files: tuple[Attachment, ...] = ()
    mail_limit: MailLimit | None = None
    joining: Joining | None = None
    network: str = ""


class Tickets(TicketQueries):
    """Tickets, written; those that arrive at once commit at once."""

    def __init__(self, database: Database, cipher: Cipher, read_before: ReadBefore) -> None:
        super().__init__(database, cipher, read_before)
        self._together = CommitTogether(self._add_together)

    def add(  # noqa: PLR0917 - every caller gives all six, and most name them
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
        mail_limit: MailLimit | None = None,
        joining: Joining | None = None,
        network: str = "",
    ) -> tuple[Ticket, bool]:
        """Stores ticket, thread, files, mails and audit entry in one transaction; (the ticket, whether it is new).

        A repeated (owner, idempotency_key) returns the first ticket as it stands and False; `make` is not called then.
        The same key with another digest raises KeyReused. files get the ids `{ticket id}-1`, `{ticket id}-2` …, which
        `make` may name in its messages. `make` runs inside the transaction: pure, no call of the store but
        `make_token`. mail_limit: beyond it the ticket is stored as any other, and its mails are not.
        joining: the ticket that it may become part of. network: where a sender whom nobody proved wrote from, to be
        counted; "" = it is not.
        """
        order = TicketOrder(
            make=make,
            idempotency_key=idempotency_key,
            owner=owner,
            request_digest=request_digest,
            audit=audit,
            files=tuple(files),
            mail_limit=mail_limit,
            joining=joining,
            network=network,
        )
        answer = self._together.add((order, now, prefix))
        if isinstance(answer, KeyReused):
            raise answer
        return answer

    def _add_together(
        self, orders: Sequence[tuple[TicketOrder, datetime, str]]
    ) -> Sequence[tuple[Ticket, bool] | KeyReused]:
        """Orders that arrived together, in one transaction, as of the latest of their instants."""
        with self._database.write() as connection:
            writing = _Batch(self, connection, max(now for _, now, _ in orders))
            numbers = {p: _reserve(connection, p, [o[2] for o in orders].count(p)) for p in {o[2] for o in orders}}
            answers = [writing.add(order, next(numbers[prefix])) for order, _, prefix in orders]
            writing.finish()
            return answers

    def add_all(
        self, orders: Sequence[TicketOrder], now: datetime, *, prefix: str = "TOC"
    ) -> tuple[tuple[Ticket, bool] | KeyReused, ...]:
        """As `add_ticket` for many in one transaction, answers in order.

        KeyReused is returned in its place, not raised; the same (owner, key) twice in one batch is one ticket. An error
        of any `make` is raised and leaves nothing of the batch.
        """
        return tuple(self._add_together([(order, now, prefix) for order in orders])) if orders else ()

    def change(
        self, ticket_id: str, fn: Callable[[Ticket], TicketChange], now: datetime, audit: AuditEntry | None
    ) -> Ticket:
        """Changes one ticket under its row lock; id, number and created_at must stay. Raises NotFound."""
        with self._database.write() as connection:
            changed = self._change(connection, [tickets.c.id == ticket_id], fn, now, audit)
            if not changed:
                raise NotFound("ticket", ticket_id)
            return changed[0]

    def change_all(
        self,
        which: TicketFilter | Iterable[str],
        fn: Callable[[Ticket], TicketChange | None],
        now: datetime,
        audit: AuditEntry | None,
        batch: int = 500,
    ) -> int:
        """Changes many in batches, each its own transaction; how many were changed.

        fn returns None for a ticket that needs nothing, so that running it again after a kill finishes the rest
        (mails with keys that exist are not queued twice). A change whose message is written already, by whoever does
        the same at the same time, is not made again. Each changed ticket gets its own audit entry.
        """
        conditions = ticket_conditions(self._cipher, which) if isinstance(which, TicketFilter) else []
        changed = 0
        for ids in self._batches_of(which, batch):
            among = [
                tickets.c.id.in_(list(ids)),
                *conditions,
            ]  # asked again: a ticket may have left the filter meanwhile
            with self._database.write() as connection:
                changed += len(self._change(connection, among, fn, now, audit, leaves_written=True))
        return changed

    def make_token(self, ticket_id: str) -> str:
        """The word that opens the ticket's page for whoever has it; the database keeps only its hash.

        Derived from the key, so it may be asked for inside `make`, and again for a later mail.
        """
        return self._cipher.ticket_token(ticket_id)

    def _batches_of(self, which: TicketFilter | Iterable[str], batch: int) -> Iterator[Sequence[str]]:
        if not isinstance(which, TicketFilter):
            yield from batched(sorted(set(which)), batch)
            return
        statement = select(tickets.c.id).where(*ticket_conditions(self._cipher, which)).order_by(tickets.c.id)
        last = ""
        while True:
            with self._database.read() as connection:
                ids = connection.scalars(statement.where(tickets.c.id > last).limit(batch)).all()
            if not ids:
                return
            yield ids
            last = ids[-1]

    def _change(
        self,
        connection: Connection,
        which: Sequence[ColumnElement[bool]],
        fn: Callable[[Ticket], TicketChange | None],
        now: datetime,
        audit: AuditEntry | None,
        *,
        leaves_written: bool = False,
    ) -> list[Ticket]:
        """Locks the rows in the order of their ids, so that two batches never wait for each other in a circle.

        leaves_written: no change is made whose message is written already.
        """
        found = _locked(connection, self._cipher, which)
        changes = [(was, change) for was in found if (change := fn(was.ticket)) is not None]
        if leaves_written:
            there = _written(connection, [message.id for _, change in changes for message in change.messages])
            changes = [(was, change) for was, change in changes if there.isdisjoint(m.id for m in change.messages)]
        for was, change in changes:
            _refuse_other_identity(was.ticket, change.ticket)
        writing = _Batch(self, connection, now)
        changed = [writing.change(was, change, audit) for was, change in changes]
        writing.finish()
        return changed


def _locked(connection: Connection, cipher: Cipher, which: Sequence[ColumnElement[bool]]) -> list[Counted]:
    """Tickets under their row locks, in the order of their ids."""
    columns = tickets.c.id, tickets.c.sealed, tickets.c.replies, tickets.c.reopenings
    statement = select(*columns).where(*which).order_by(tickets.c.id).with_for_update()
    return [
        Counted(ticket=open_ticket(cipher, row.id, row.sealed), replies=row.replies, reopenings=row.reopenings)
        for row in connection.execute(statement)
    ]


def _written(connection: Connection, message_ids: Sequence[str]) -> frozenset[str]:
    """Which of these messages there are, as of the transaction that holds their tickets."""
    if not message_ids:
        return frozenset()
    return frozenset(connection.scalars(select(messages.c.id).where(messages.c.id.in_(message_ids))))


class _Batch:
    """Gathers the rows of many tickets, so that each table is written once."""

    def __init__(self, store: StorePart, connection: Connection, now: datetime) -> None:
        self._database = store._database  # noqa: SLF001 - a part of the same class, split for its length
        self._cipher = store._cipher  # noqa: SLF001
        self._connection = connection
        self._now = now
        self._tickets: list[dict[str, Any]] = []
        self._changed: list[dict[str, Any]] = []
        self._indexed: list[dict[str, Any]] = []
        self._messages: list[dict[str, Any]] = []
        self._files: list[dict[str, Any]] = []
        self._searched: list[dict[str, Any]] = []
        self._mentions: list[dict[str, Any]] = []
        self._mails: list[Mail] = []
        self._homes: list[HomeChange] = []
        self._audit: list[AuditEntry] = []
        self._answers: list[dict[str, Any]] = []
        self._answered: list[str] = []
        self._moved: list[tuple[TicketFact | None, TicketFact | None]] = []
        self._made: dict[str, Ticket] = {}
        self._joined: dict[str, Counted] = {}

    def add(self, order: TicketOrder, number: str) -> tuple[Ticket, bool] | KeyReused:
        """Claims the key, then makes the ticket; or the answer of the first time."""
        ticket_id = "".join(secrets.choice(ID_LETTERS) for _ in range(16))
        first = self._claim(order, ticket_id)
        if first is not None:
            return first
        ticket, thread, mails = order.make(ticket_id, number)
        if (ticket.id, ticket.number) != (ticket_id, number):
            raise StorageError(f"ticket {ticket.number} ({ticket.id}): must keep the given {number} ({ticket_id})")
        joined = self._join(order.joining, ticket) if order.joining is not None else None
        if joined is not None:
            ticket, mails = joined.ticket, joined.mails
        self._made[ticket_id] = ticket
        fact = count_change(None, ticket, thread).fact
        came_from = {"network_index": network_index(self._cipher, order.network) if order.network else None}
        self._tickets.append(ticket_row(self._cipher, ticket, fact) | index_columns(self._cipher, ticket) | came_from)
        self._moved.append((None, fact))
        self._searched.append({"ticket_id": ticket_id, "since": None})
        files = tuple((f"{ticket_id}-{place}", file) for place, file in enumerate(order.files, start=1))
        over = bool(mails) and self._is_over(order.mail_limit)
        change = TicketChange(
            ticket=ticket,
            messages=thread,
            mails=() if over else mails,
            files=files,
            detail="no mail: too many to this address, which nobody proved to have" if over else "",
        )
        self._add_beside(change, order.audit)
        return ticket, True

    def _join(self, joining: Joining, ticket: Ticket) -> Joined | None:
        """Makes the ticket part of the first, as that stands now, earlier orders of this batch counted."""
        first = self._joined.get(joining.first_id)
        if first is None:
            first = next(iter(_locked(self._connection, self._cipher, [tickets.c.id == joining.first_id])), None)
        joined = joining.join(first.ticket, ticket) if first is not None else None
        if first is None or joined is None:
            return None
        after = self.change(first, joined.first, joining.audit)
        self._joined[joining.first_id] = count_change(first, after, joined.first.messages)
        return joined

    def _is_over(self, limit: MailLimit | None) -> bool:
        """Whether the limit is reached without this ticket; those of this batch count."""
        if limit is None:
            return False
        index = unproven_index(self._cipher, limit.email)
        is_counted = and_(tickets.c.unproven_index == index, tickets.c.created_at >= limit.since)
        stored: int = self._connection.scalar(select(func.count()).where(is_counted)) or 0
        return bool(stored + sum(row["unproven_index"] == index for row in self._tickets[:-1]) >= limit.at_most)

    def change(self, was: Counted, change: TicketChange, audit: AuditEntry | None) -> Ticket:
        """The ticket's new row and what comes with it; the ticket with the turns that it took."""
        change = replace(change, ticket=turned(was.ticket, change.ticket, self._now))
        fact = count_change(was, change.ticket, change.messages).fact
        row = ticket_row(self._cipher, change.ticket, fact)
        self._moved.append((was.fact, fact))
        self._changed.append({f"{name}_": value for name, value in row.items()})
        if not has_same_indexes(was.ticket, change.ticket):
            indexes = {"id": change.ticket.id, **index_columns(self._cipher, change.ticket)}
            self._indexed.append({f"{name}_": value for name, value in indexes.items()})
            self._searched.append({"ticket_id": change.ticket.id, "since": None})
        elif change.messages:
            since = min(message.at for message in change.messages)
            self._searched.append({"ticket_id": change.ticket.id, "since": since})
        if change.answer is not None or change.forgets:
            self._answered.append(change.ticket.id)
        if change.answer is not None:
            self._answers.append(answer_row(self._cipher, change.ticket.id, change.answer, self._now))
        self._add_beside(change, audit)
        return change.ticket

    def finish(self) -> None:
        """Writes what was gathered; the audit last."""
        writes = (
            (_ADD_TICKET, self._tickets),
            (_ADD_MESSAGE, self._messages),
            (_ADD_FILE, self._files),
            (_ADD_SEARCHED, self._searched),
            (_UPDATE_TICKET, self._changed),
            (_UPDATE_INDEXES, self._indexed),
        )
        for statement, rows in writes:
            if rows:
                self._connection.execute(statement, rows)
        put_all(self._connection, desk_mentions, ("name", "ticket_id"), self._mentions)
        move_cells(self._connection, self._moved)
        replace_answers(self._connection, self._answered, self._answers)
        queue_mails(self._connection, self._database, self._cipher, self._mails, self._now)
        note_changes(self._connection, self._homes, self._now)
        append_audit(self._connection, self._database, self._cipher, self._audit, self._now)

    def _add_beside(self, change: TicketChange, audit: AuditEntry | None) -> None:
        ticket_id = change.ticket.id
        self._mentions.extend({"name": n, "ticket_id": ticket_id, "at": self._now} for n in change.mentions)
        strange = {message.ticket_id for message in change.messages} - {ticket_id}
        if strange:
            raise StorageError(f"ticket {change.ticket.number}: a message belongs to ticket {strange.pop()}")
        self._messages.extend(message_row(self._cipher, message) for message in change.messages)
        self._files.extend(self._file_row(ticket_id, *file) for file in change.files)
        if change.ticket.home is not None:
            has_mails = any(mail.helpdesk for mail in change.mails)
            self._homes.append(HomeChange(ticket=change.ticket, has_mails=has_mails, last_comment=change.last_comment))
        self._mails.extend(mail if mail.ticket_id else replace(mail, ticket_id=ticket_id) for mail in change.mails)
        if audit is not None:
            detail = (*audit.detail, ("what", change.detail)) if change.detail else audit.detail
            self._audit.append(replace(audit, subject=audit.subject or ticket_id, detail=detail))

    def _file_row(self, ticket_id: str, file_id: str, file: Attachment) -> dict[str, Any]:
        label = f"{file.media_type}\n{file.name}"
        return {
            "id": file_id,
            "ticket_id": ticket_id,
            "created_at": self._now,
            "sealed_label": self._cipher.seal(label, f"attachment label:{file_id}"),
            "sealed_content": self._cipher.seal_bytes(file.content, f"attachment:{file_id}"),
        }

    def _claim(self, order: TicketOrder, ticket_id: str) -> tuple[Ticket, bool] | KeyReused | None:
        """None where the key is new, and now taken for this ticket; a competing transaction is waited for."""
        if order.idempotency_key is None:
            return None
        key = key_index(self._cipher, order.owner, order.idempotency_key)
        digest = self._cipher.blind_index(f"request:{order.request_digest}")
        row = {"key_index": key, "digest_index": digest, "ticket_id": ticket_id, "created_at": self._now}
        if insert_one(self._connection, idempotency_keys, row):
            return None
        first = self._connection.execute(
            select(idempotency_keys.c.digest_index, idempotency_keys.c.ticket_id).where(
                idempotency_keys.c.key_index == key
            )
        ).one()
        if first.digest_index != digest:
            return KeyReused(
                f"idempotency key {order.idempotency_key!r} came before with another request; "
                "use a new key for a new request"
            )
        return self._made.get(first.ticket_id) or self._read(first.ticket_id), False

    def _read(self, ticket_id: str) -> Ticket:
        sealed = self._connection.scalar(select(tickets.c.sealed).where(tickets.c.id == ticket_id))
        if sealed is None:
            raise NotFound("ticket", ticket_id)
        return open_ticket(self._cipher, ticket_id, sealed)


def _reserve(connection: Connection, prefix: str, many: int) -> Iterator[str]:
    """Ascending numbers with gaps of 1 to WIDEST_GAP, so that a number tells nobody how many tickets there are."""
    gaps = [secrets.randbelow(WIDEST_GAP) + 1 for _ in range(many)]
    number = count_on(connection, f"ticket:{prefix}", by=sum(gaps), start=FIRST_NUMBER) - sum(gaps)
    numbers = []
    for gap in gaps:
        number += gap
        numbers.append(f"{prefix}-{number}")
    return iter(numbers)


def _refuse_other_identity(was: Ticket, becomes: Ticket) -> None:
    if (was.id, was.number, was.created_at) != (becomes.id, becomes.number, becomes.created_at):
        raise StorageError(f"ticket {was.number}: a change must keep id, number and created_at")


_INDEXES = ("email_index", "customer_index", "customer_key", "unproven_index", "copies_index", "token_hash")
_ADD_TICKET, _ADD_MESSAGE, _ADD_FILE = insert(tickets), insert(messages), insert(attachments)
_ADD_SEARCHED = insert(search_due)
_UPDATE_TICKET, _UPDATE_INDEXES = (
    update(tickets).where(tickets.c.id == bindparam("id_")).values({name: bindparam(f"{name}_") for name in names})
    for names in ([one.name for one in tickets.c if one.name not in {"id", "network_index", *_INDEXES}], _INDEXES)
)
