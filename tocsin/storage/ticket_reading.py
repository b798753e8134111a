"""Queries over customers' tickets, for desk, portal, linking and broadcast."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
)

from tickets.ticket import Attachment, Form, Message, Priority, Team, Ticket, TicketStatus
from tocsin.storage.cipher import Cipher, hash_of_secret
from tocsin.storage.pagination import ListPage, read_cursor, write_cursor
from tocsin.storage.read_before import batched
from tocsin.storage.rows import StorePart
from tocsin.storage.sealing import (
    copies_index,
    customer_index,
    customer_key,
    email_index,
    key_index,
    network_index,
    open_message,
    open_ticket,
)
from tocsin.storage.tables.columns import MICROSECOND, Instant, at_instant, microseconds
from tocsin.storage.tables.installation import idempotency_keys
from tocsin.storage.tables.tickets import attachments, messages, tickets

OVER = (TicketStatus.RESOLVED, TicketStatus.CLOSED, TicketStatus.MERGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """Which tickets; empty and None = any.

    assignee: "" = nobody's. linked: whether it has an incident. human: whether it has a reason to stay with a human.

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
    language: str | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttachment:
    """A file of a ticket's thread."""

    id: str
    ticket_id: str
    file: Attachment


class TicketQueries(StorePart):
    """Tickets, read."""

    def get(self, ticket_id: str) -> Ticket | None:
        """The ticket as it stands now."""
        return self._ticket_where(tickets.c.id == ticket_id)

    def of_ids(self, ticket_ids: Iterable[str], batch: int = 500) -> Iterator[Ticket]:
        """These tickets as they stand now, in the order of their ids."""
        for some in batched(sorted(set(ticket_ids)), batch):
            statement = select(tickets.c.id, tickets.c.sealed).where(tickets.c.id.in_(some)).order_by(tickets.c.id)
            with self._database.read() as connection:
                rows = connection.execute(statement).all()
            for row in rows:
                yield open_ticket(self._cipher, row.id, row.sealed)

    def by_number(self, number: str) -> Ticket | None:
        """By what the customer quotes, `TOC-78342`."""
        return self._ticket_where(tickets.c.number == number.strip().upper())

    def page(
        self,
        filter: TicketFilter | None = None,  # noqa: A002 - the word for it
        cursor: str | None = None,
        limit: int = 50,
        *,
        is_oldest_first: bool = False,
    ) -> ListPage[Ticket]:
        """Newest first, or oldest first."""
        conditions = ticket_conditions(self._cipher, filter or TicketFilter())
        return self._page_of(conditions, cursor, limit, is_oldest_first=is_oldest_first)

    def counts(self, filter: TicketFilter | None = None) -> dict[TicketStatus, int]:  # noqa: A002
        """How many in each status; statuses without any are left out."""
        conditions = ticket_conditions(self._cipher, filter or TicketFilter())
        statement = select(tickets.c.status, func.count()).where(*conditions).group_by(tickets.c.status)
        with self._database.read() as connection:
            return {TicketStatus(status): count for status, count in connection.execute(statement)}

    def of_proven(self, customer: str, limit: int = 50) -> tuple[Ticket, ...]:
        """A proven customer's latest tickets, newest first. customer: as `tickets.identity.customer_of` says."""
        return self._page_of([tickets.c.customer_key == customer_key(self._cipher, customer)], None, limit).items

    def of_each_proven(
        self, customers: Iterable[str], at_hand: Mapping[str, Ticket], limit: int = 50
    ) -> dict[str, tuple[Ticket, ...]]:
        """As `of_proven`, of many customers. at_hand: tickets by id that were read a moment ago, and are not again."""
        by_key = {customer_key(self._cipher, customer): customer for customer in set(customers)}
        newest = tickets.c.created_at.desc(), tickets.c.id.desc()
        place = func.row_number().over(partition_by=tickets.c.customer_key, order_by=newest).label("place")
        found: dict[str, list[str]] = {customer: [] for customer in by_key.values()}
        for some in batched(sorted(by_key), 500):
            theirs = (
                select(tickets.c.id, tickets.c.customer_key, place).where(tickets.c.customer_key.in_(some)).subquery()
            )
            statement = select(theirs.c.id, theirs.c.customer_key).where(theirs.c.place <= limit)
            with self._database.read() as connection:
                for row in connection.execute(statement.order_by(theirs.c.customer_key, theirs.c.place)):
                    found[by_key[row.customer_key]].append(row.id)
        missing = {one for ids in found.values() for one in ids} - at_hand.keys()
        read = {**at_hand, **{ticket.id: ticket for ticket in self.of_ids(missing)}}
        return {customer: tuple(read[one] for one in ids if one in read) for customer, ids in found.items()}

    def times_of_proven(self, customer: str, since: datetime, most: int) -> tuple[datetime, ...]:
        """When a proven customer's tickets came since then, the newest first, no more than `most`."""
        return self._times(tickets.c.customer_key == customer_key(self._cipher, customer), since, most)

    def times_of_copies(self, fingerprint: str, since: datetime, most: int) -> tuple[datetime, ...]:
        """When tickets of this text came since then whose senders nobody proved, the newest first."""
        return self._times(tickets.c.copies_index == copies_index(self._cipher, fingerprint), since, most)

    def times_of_network(self, network: str, since: datetime, most: int) -> tuple[datetime, ...]:
        """When tickets came from this network since then whose senders nobody proved, the newest first."""
        return self._times(tickets.c.network_index == network_index(self._cipher, network), since, most)

    def _times(self, which: ColumnElement[bool], since: datetime, most: int) -> tuple[datetime, ...]:
        newest = select(tickets.c.created_at).where(which, tickets.c.created_at > since)
        with self._database.glance() as connection:
            return tuple(connection.scalars(newest.order_by(tickets.c.created_at.desc()).limit(most)))

    def sent_with(self, owner: str, key: str) -> Ticket | None:
        """The ticket that came with this idempotency key."""
        index = key_index(self._cipher, owner, key)
        named = select(idempotency_keys.c.ticket_id).where(idempotency_keys.c.key_index == index)
        return self._ticket_where(tickets.c.id == named.scalar_subquery())

    def naming(
        self, *, email: str = "", customer_id: str = "", cursor: str | None = None, limit: int = 50
    ) -> ListPage[Ticket]:
        """Tickets that name the address, in any case, or the customer ID, newest first; neither given: an empty page.

        Whoever sent them may only claim to be that customer.
        """
        theirs = []
        if email.strip():
            theirs.append(tickets.c.email_index == email_index(self._cipher, email))
        if customer_id.strip():
            theirs.append(tickets.c.customer_index == customer_index(self._cipher, customer_id))
        return self._page_of([or_(*theirs)], cursor, limit) if theirs else ListPage(items=())

    def thread(self, ticket_id: str) -> tuple[Message, ...]:
        """Every message, oldest first."""
        statement = select(messages.c.id, messages.c.sealed).where(messages.c.ticket_id == ticket_id)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(messages.c.at, messages.c.position)).all()
        return tuple(open_message(self._cipher, row.id, row.sealed) for row in rows)

    def written(self, message_ids: Sequence[str]) -> frozenset[str]:
        """Which of these messages there are."""
        found: set[str] = set()
        with self._database.read() as connection:
            for some in batched(message_ids, 500):
                found.update(connection.scalars(select(messages.c.id).where(messages.c.id.in_(some))))
        return frozenset(found)

    def attachment(self, attachment_id: str) -> StoredAttachment | None:
        """A file, opened."""
        with self._database.read() as connection:
            row = connection.execute(select(attachments).where(attachments.c.id == attachment_id)).one_or_none()
        if row is None:
            return None
        label = self._cipher.open(bytes(row.sealed_label), f"attachment label:{row.id}")
        media_type, _, name = label.partition("\n")
        content = self._cipher.open_bytes(bytes(row.sealed_content), f"attachment:{row.id}")
        file = Attachment(name=name, media_type=media_type, content=content)
        return StoredAttachment(id=row.id, ticket_id=row.ticket_id, file=file)

    def linked(self, incident_id: str, cursor: str | None = None, limit: int = 50) -> ListPage[Ticket]:
        """Tickets linked to an incident now, newest first."""
        return self._page_of([tickets.c.incident_id == incident_id], cursor, limit)

    def reopened(self, incident_id: str, status: Sequence[TicketStatus], most: int = 500) -> Iterator[Ticket]:
        """Tickets of an incident that were resolved before and are open again, the newest first."""
        statement = (
            select(tickets.c.id, tickets.c.sealed)
            .where(tickets.c.incident_id == incident_id, tickets.c.reopenings > 0, tickets.c.status.in_(status))
            .order_by(tickets.c.created_at.desc(), tickets.c.id)
            .limit(most)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        for row in rows:
            yield open_ticket(self._cipher, row.id, row.sealed)

    def arrivals(self, incident_id: str, start: datetime, step: timedelta, many: int) -> tuple[int, ...]:
        """How many of an incident's tickets were created in each of so many steps from `start` on."""
        place = (type_coerce(tickets.c.created_at, BigInteger) - microseconds(start)) // (step // MICROSECOND)
        statement = (
            select(place.label("place"), func.count().label("many"))
            .where(tickets.c.incident_id == incident_id, tickets.c.created_at >= start)
            .where(tickets.c.created_at < start + many * step)
            .group_by(place)
        )
        with self._database.read() as connection:
            counts = {int(row.place): row.many for row in connection.execute(statement)}
        return tuple(counts.get(k, 0) for k in range(many))

    def linked_counts(self, incident_ids: Sequence[str], since: datetime | None = None) -> dict[str, int]:
        """How many are linked to each; 0 for those without any. Merged tickets do not count. since: created then."""
        counts = dict.fromkeys(incident_ids, 0)
        statement = select(tickets.c.incident_id, func.count().label("many")).group_by(tickets.c.incident_id)
        if since is not None:
            statement = statement.where(tickets.c.created_at >= since)
        with self._database.read() as connection:
            for chunk in batched(list(counts), 1000):
                is_counted = and_(tickets.c.incident_id.in_(chunk), tickets.c.status != TicketStatus.MERGED)
                counts.update({row.incident_id: row.many for row in connection.execute(statement.where(is_counted))})
        return counts

    def unlinked_since(self, at: datetime, batch: int = 500) -> Iterator[Ticket]:
        """Open tickets created at or after `at` that no incident has, oldest first."""
        statement = select(tickets.c.created_at, tickets.c.id, tickets.c.sealed).where(
            tickets.c.incident_id.is_(None), tickets.c.status.not_in(OVER)
        )
        yield from self._walked(statement, at, "", batch)

    def _walked(self, statement: Select[Any], since: datetime, last: str, batch: int) -> Iterator[Ticket]:
        """The tickets of a statement in the order of their creation, after one place, a batch at a time."""
        place = tuple_(tickets.c.created_at, tickets.c.id)
        statement = statement.order_by(tickets.c.created_at, tickets.c.id).limit(batch)
        while True:
            after = place > tuple_(literal(since, Instant), literal(last))
            with self._database.read() as connection:
                rows = connection.execute(statement.where(after)).all()
            for row in rows:
                since, last = row.created_at, row.id
                yield open_ticket(self._cipher, row.id, row.sealed)
            if len(rows) < batch:
                return

    def arrived(self, after: datetime, last: str = "", batch: int = 500) -> Iterator[Ticket]:
        """Tickets of any state created after one of that instant and id, oldest first."""
        yield from self._walked(select(tickets.c.created_at, tickets.c.id, tickets.c.sealed), after, last, batch)

    def since_when(self, many: int, at_least: datetime) -> datetime:
        """The instant since which there are about so many tickets, not before `at_least`."""
        statement = (
            select(tickets.c.created_at)
            .where(tickets.c.created_at >= at_least)
            .order_by(tickets.c.created_at.desc())
            .offset(many)
            .limit(1)
        )
        with self._database.read() as connection:
            return connection.execute(statement).scalar() or at_least

    def of_token(self, token: str) -> Ticket | None:
        """The ticket whose page this word opens."""
        return self._ticket_where(tickets.c.token_hash == hash_of_secret(token))

    def _ticket_where(self, which: ColumnElement[bool]) -> Ticket | None:
        statement = select(tickets.c.id, tickets.c.sealed).where(which)
        with self._database.read() as connection:
            row = connection.execute(statement.order_by(tickets.c.created_at, tickets.c.id).limit(1)).one_or_none()
        return None if row is None else open_ticket(self._cipher, row.id, row.sealed)

    def _page_of(
        self,
        conditions: Sequence[ColumnElement[bool]],
        cursor: str | None,
        limit: int,
        *,
        is_oldest_first: bool = False,
    ) -> ListPage[Ticket]:
        statement = select(tickets.c.created_at, tickets.c.id, tickets.c.sealed).where(*conditions)
        with self._database.glance() as connection:
            rows, next_cursor = listed_tickets(connection, statement, cursor, limit, is_oldest_first=is_oldest_first)
        return ListPage(
            items=tuple(open_ticket(self._cipher, row.id, row.sealed) for row in rows), next_cursor=next_cursor
        )


def listed_tickets(
    connection: Connection,
    statement: Select[Any],
    cursor: str | None,
    limit: int,
    *,
    is_oldest_first: bool = False,
) -> tuple[Sequence[Row[Any]], str | None]:
    """One page of a statement over tickets, newest or oldest first, and the cursor of the next. Raises BadCursor.

    The statement selects created_at and id among its columns.
    """
    order = tickets.c.created_at, tickets.c.id
    if cursor is not None:
        created_at, ticket_id = read_cursor(cursor, int, str)
        place, last_place = tuple_(*order), tuple_(at_instant(created_at), literal(ticket_id))
        statement = statement.where(place > last_place if is_oldest_first else place < last_place)
    listed = statement.order_by(*(order if is_oldest_first else (one.desc() for one in order))).limit(limit + 1)
    rows = connection.execute(listed).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], write_cursor(microseconds(last.created_at), last.id) if last else None


def place_of_ticket(ticket: Ticket) -> str:
    """The cursor of what comes after this ticket in a list of tickets."""
    return write_cursor(microseconds(ticket.created_at), ticket.id)


def ticket_conditions(cipher: Cipher, wanted: TicketFilter) -> list[ColumnElement[bool]]:
    """The filter as conditions over the tickets' columns."""
    conditions: list[ColumnElement[bool]] = [
        tickets.c[name].in_([one.value for one in getattr(wanted, name)])
        for name in ("status", "team", "priority", "form")
        if getattr(wanted, name)
    ]
    conditions.extend(
        tickets.c[name] == getattr(wanted, name)
        for name in ("tier", "department", "assignee", "incident_id", "human", "language")
        if getattr(wanted, name) is not None
    )
    if wanted.linked is not None:
        conditions.append(tickets.c.incident_id.is_not(None) if wanted.linked else tickets.c.incident_id.is_(None))
    if wanted.email is not None:
        conditions.append(tickets.c.email_index == email_index(cipher, wanted.email))
    if wanted.customer_id is not None:
        conditions.append(tickets.c.customer_index == customer_index(cipher, wanted.customer_id))
    if wanted.created_since is not None:
        conditions.append(tickets.c.created_at >= wanted.created_since)
    if wanted.created_before is not None:
        conditions.append(tickets.c.created_at < wanted.created_before)
    return conditions
