"""Tickets that live in another helpdesk: where each is, what Tocsin last knew of it there, what waits to be done."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, select, update

from incidents.delivery import Failure
from tickets.helpdesk import HelpdeskState, wanted_state
from tickets.mail.message import Mail
from tickets.ticket import Ticket
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.cipher import Cipher
from tocsin.storage.counting import insert_new, put, put_all
from tocsin.storage.errors import NotFound
from tocsin.storage.outbox import IS_WAITING, MailState, open_mail
from tocsin.storage.read_before import batched
from tocsin.storage.rows import StorePart
from tocsin.storage.sealing import open_ticket
from tocsin.storage.tables.helpdesks import helpdesk_calls, helpdesk_cursors, helpdesk_records, helpdesk_tickets
from tocsin.storage.tables.mail import outbox
from tocsin.storage.tables.tickets import tickets
from tocsin.storage.undelivered import Backlog, DeadLetter
from tocsin.storage.values import from_json, to_json

NOTHING_SET = to_json(HelpdeskState())


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskPlace:
    """How far a helpdesk was read. since: tickets created before are not taken in. cursor: "" = at its start."""

    since: datetime
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTicket:
    """A ticket that was taken in from a helpdesk.

    version, last_comment: as it was last read, and its last comment worked off; "" = not yet. known: what Tocsin
    last set of it, or saw. comments: how many it has if nobody but Tocsin added one; None = not known. written: how
    many of these Tocsin added since it was last read.
    """

    ticket_id: str
    version: str
    last_comment: str
    known: HelpdeskState
    comments: int | None
    written: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskSight:
    """A ticket as it was read in its helpdesk and worked off.

    known: its state there, and what Tocsin wants otherwise is due again; None = as before. last_comment: "" as well.
    written: as it was known before it was read.
    """

    version: str
    known: HelpdeskState | None
    last_comment: str
    comments: int | None
    written: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskLane:
    """The next step of one ticket where it lives, claimed.

    ticket_id, foreign_id: here and there. wanted, known: its state. answer: the row of the answer to be written; None =
    only the state is to be set. is_last: no further answer waits behind it. tried: an earlier try may have reached it.
    opened: decrypts the ticket and the answer's mail.
    """

    ticket_id: str
    foreign_id: str
    attempts: int
    tried: bool
    wanted: HelpdeskState
    known: HelpdeskState
    answer: int | None
    is_last: bool
    opened: Callable[[], tuple[Ticket, Mail | None]]

    @property
    def key(self) -> str:
        """Names the step: the same for every repeat."""
        return f"{self.ticket_id}:{'state' if self.answer is None else self.answer}"

    @property
    def sets(self) -> HelpdeskState:
        """The state that this step leaves: a ticket is solved or set aside with its last answer, not before."""
        return self.wanted if self.is_last else self.known


class Helpdesks(StorePart):
    """What is kept of other helpdesks and their tickets."""

    def start(self, helpdesk: str, now: datetime) -> HelpdeskPlace:
        """How far the helpdesk was read; the first time it begins now."""
        row = {"helpdesk": helpdesk, "since": now, "cursor": ""}
        with self._database.write() as connection:
            connection.execute(insert_new(connection, helpdesk_cursors), row)
            of_it = select(helpdesk_cursors).where(helpdesk_cursors.c.helpdesk == helpdesk)
            found = connection.execute(of_it).one()
        return HelpdeskPlace(since=found.since, cursor=found.cursor)

    def move(self, helpdesk: str, cursor: str) -> None:
        """All before the cursor was worked off."""
        moved = update(helpdesk_cursors).where(helpdesk_cursors.c.helpdesk == helpdesk).values(cursor=cursor)
        with self._database.write() as connection:
            connection.execute(moved)

    def call(self, helpdesk: str, ids: Iterable[str], now: datetime) -> None:
        """A webhook says that these tickets changed; committed when this returns."""
        rows = [{"helpdesk": helpdesk, "foreign_id": one, "at": now} for one in dict.fromkeys(ids)]
        with self._database.write() as connection:
            put_all(connection, helpdesk_calls, ("helpdesk", "foreign_id"), rows)

    def calls(self, helpdesk: str, limit: int) -> Mapping[str, datetime]:
        """The tickets that webhooks spoke of and nobody has read since, the longest known first: id -> last call."""
        statement = select(helpdesk_calls.c.foreign_id, helpdesk_calls.c.at).where(
            helpdesk_calls.c.helpdesk == helpdesk
        )
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(helpdesk_calls.c.at).limit(limit)).all()
        return {row.foreign_id: row.at for row in rows}

    def worked_off(self, helpdesk: str, calls: Mapping[str, datetime]) -> None:
        """These calls are done; one that came again meanwhile stays."""
        with self._database.write() as connection:
            for foreign_id, at in calls.items():
                is_it = and_(helpdesk_calls.c.helpdesk == helpdesk, helpdesk_calls.c.foreign_id == foreign_id)
                connection.execute(delete(helpdesk_calls).where(is_it, helpdesk_calls.c.at <= at))

    def known(self, helpdesk: str, ids: Sequence[str]) -> Mapping[str, KnownTicket]:
        """Those of the helpdesk's tickets that were taken in, by their id there."""
        found: dict[str, KnownTicket] = {}
        with self._database.read() as connection:
            for some in batched(ids, 500):
                among = and_(helpdesk_tickets.c.helpdesk == helpdesk, helpdesk_tickets.c.foreign_id.in_(some))
                for row in connection.execute(select(helpdesk_tickets).where(among)):
                    found[row.foreign_id] = KnownTicket(
                        ticket_id=row.ticket_id,
                        version=row.version,
                        last_comment=row.last_comment,
                        known=from_json(HelpdeskState, row.known),
                        comments=None if row.comments is None else row.comments + row.written,
                        written=row.written,
                    )
        return found

    def saw(self, ticket_id: str, sight: HelpdeskSight, now: datetime) -> None:
        """The ticket was read and worked off."""
        is_it = helpdesk_tickets.c.ticket_id == ticket_id
        with self._database.write() as connection:
            row = connection.execute(select(helpdesk_tickets).where(is_it).with_for_update()).one()
            known = row.known if sight.known is None else to_json(sight.known)
            values: dict[str, Any] = {
                "version": sight.version,
                "last_comment": sight.last_comment or row.last_comment,
                "known": known,
                "comments": sight.comments,
                "written": row.written - sight.written,
            }
            if sight.known is not None and row.due_at is None and row.wanted != known:
                values |= {"due_at": now, "waits_since": now}
            connection.execute(update(helpdesk_tickets).where(is_it).values(**values))

    def record_of(self, helpdesk: str, incident_id: str) -> str:
        """The id of what stands for the incident there; "" = nothing yet."""
        of_it = and_(helpdesk_records.c.helpdesk == helpdesk, helpdesk_records.c.incident_id == incident_id)
        with self._database.read() as connection:
            return connection.scalar(select(helpdesk_records.c.foreign_id).where(of_it)) or ""

    def incident_of(self, helpdesk: str, foreign_id: str) -> str:
        """The incident for which a ticket there stands; "" = for none."""
        is_it = and_(helpdesk_records.c.helpdesk == helpdesk, helpdesk_records.c.foreign_id == foreign_id)
        with self._database.read() as connection:
            return connection.scalar(select(helpdesk_records.c.incident_id).where(is_it)) or ""

    def remember_record(self, helpdesk: str, incident_id: str, foreign_id: str) -> None:
        """Remembers what stands for an incident there."""
        key = {"helpdesk": helpdesk, "incident_id": incident_id}
        with self._database.write() as connection:
            put(connection, helpdesk_records, key, {"foreign_id": foreign_id})

    # What waits to be done there

    def due(self, helpdesk: str, now: datetime, limit: int) -> tuple[HelpdeskLane, ...]:
        """Claims the next step of each ticket whose time has come, the longest waiting first."""
        is_due = and_(_alive(helpdesk), helpdesk_tickets.c.due_at <= now, helpdesk_tickets.c.claimed.is_(False))
        with self._database.read() as connection:
            if connection.scalar(select(helpdesk_tickets.c.ticket_id).where(is_due).limit(1)) is None:
                return ()
        order = helpdesk_tickets.c.due_at, helpdesk_tickets.c.ticket_id
        with self._database.write() as connection:
            statement = select(helpdesk_tickets).where(is_due).order_by(*order).limit(limit)
            rows = connection.execute(statement.with_for_update(skip_locked=True)).all()
            ids = [row.ticket_id for row in rows]
            claimed = update(helpdesk_tickets).where(helpdesk_tickets.c.ticket_id.in_(ids))
            connection.execute(claimed.values(claimed=True, tried=True))
            owned = connection.execute(select(tickets.c.id, tickets.c.sealed).where(tickets.c.id.in_(ids)))
            sealed = {row.id: row.sealed for row in owned}
            answers = _waiting_answers(connection, ids)
        return tuple(self._lane(row, sealed[row.ticket_id], answers.get(row.ticket_id, [])) for row in rows)

    def _lane(self, row: Any, sealed: bytes, answers: Sequence[Any]) -> HelpdeskLane:
        answer = answers[0] if answers else None
        return HelpdeskLane(
            ticket_id=row.ticket_id,
            foreign_id=row.foreign_id,
            attempts=row.attempts,
            tried=row.tried,
            wanted=from_json(HelpdeskState, row.wanted),
            known=from_json(HelpdeskState, row.known),
            answer=None if answer is None else answer.id,
            is_last=len(answers) <= 1,
            opened=partial(_opened, self._cipher, row.ticket_id, sealed, answer),
        )

    def done(self, lanes: Sequence[HelpdeskLane], now: datetime) -> None:
        """These steps were taken there; what has come since, or waits behind them, is due at once."""
        ids = [lane.ticket_id for lane in lanes]
        with self._database.write() as connection:
            sent = [lane.answer for lane in lanes if lane.answer is not None]
            for chunk in batched(sent, 500):
                is_sent = outbox.c.id.in_(chunk)
                connection.execute(update(outbox).where(is_sent).values(state=MailState.SENT, ended_at=now))
            wanted: dict[str, str] = {}
            for some in batched(ids, 500):
                locked = select(helpdesk_tickets.c.ticket_id, helpdesk_tickets.c.wanted).where(
                    helpdesk_tickets.c.ticket_id.in_(some)
                )
                wanted.update({row.ticket_id: row.wanted for row in connection.execute(locked.with_for_update())})
            answers = _waiting_answers(connection, ids)
            for lane in lanes:
                known = to_json(lane.sets)
                more = lane.ticket_id in answers or wanted[lane.ticket_id] != known
                values: dict[str, Any] = {"known": known, "claimed": False, "tried": False, "attempts": 0}
                values["sealed_error"] = None
                values |= {"due_at": now} if more else {"due_at": None, "waits_since": None}
                values["written"] = helpdesk_tickets.c.written + int(lane.answer is not None)
                is_it = helpdesk_tickets.c.ticket_id == lane.ticket_id
                connection.execute(update(helpdesk_tickets).where(is_it).values(**values))

    def failed(self, lane: HelpdeskLane, failure: Failure, now: datetime) -> None:
        """The step was not taken; all of the ticket waits behind it."""
        sealed = self._cipher.seal(failure.error, f"helpdesk error:{lane.ticket_id}")
        values: dict[str, Any] = {
            "attempts": helpdesk_tickets.c.attempts + 1,
            "claimed": False,
            "sealed_error": sealed,
            "due_at": failure.next_at or now,
        }
        if failure.next_at is None:
            values |= {"ended_at": now, "why": failure.why}
        with self._database.write() as connection:
            is_it = helpdesk_tickets.c.ticket_id == lane.ticket_id
            connection.execute(update(helpdesk_tickets).where(is_it).values(**values))

    def free(self, helpdesk: str) -> None:
        """Releases the claims of a process that died; what it was doing may have been done."""
        claimed = and_(helpdesk_tickets.c.helpdesk == helpdesk, helpdesk_tickets.c.claimed.is_(True))
        with self._database.write() as connection:
            connection.execute(update(helpdesk_tickets).where(claimed).values(claimed=False))

    def backlog(self, helpdesk: str) -> Backlog:
        """How many answers and changes of state wait, how many tickets fail, and how many were given up."""
        waits = and_(_alive(helpdesk), helpdesk_tickets.c.due_at.is_not(None))
        is_waiting = and_(outbox.c.helpdesk == helpdesk, IS_WAITING)
        has_answer = exists().where(outbox.c.ticket_id == helpdesk_tickets.c.ticket_id, is_waiting)
        ended = and_(helpdesk_tickets.c.helpdesk == helpdesk, helpdesk_tickets.c.ended_at.is_not(None))
        is_dead = exists().where(helpdesk_tickets.c.ticket_id == outbox.c.ticket_id, ended)
        one = func.count()
        with self._database.read() as connection:
            answers = connection.scalar(select(one).select_from(outbox).where(is_waiting, ~is_dead)) or 0
            states = connection.scalar(select(one).select_from(helpdesk_tickets).where(waits, ~has_answer)) or 0
            failing = connection.scalar(
                select(one).select_from(helpdesk_tickets).where(waits, helpdesk_tickets.c.attempts > 0)
            )
            dead = connection.scalar(select(one).select_from(helpdesk_tickets).where(ended))
            oldest = connection.scalar(select(func.min(helpdesk_tickets.c.waits_since)).where(waits))
        return Backlog(waiting=answers + states, failing=failing or 0, given_up=dead or 0, oldest_at=oldest)

    def given_up(self, helpdesk: str, limit: int) -> tuple[DeadLetter, ...]:
        """Tickets there to which nothing is written any more, the latest first, each with its last error."""
        ended = and_(helpdesk_tickets.c.helpdesk == helpdesk, helpdesk_tickets.c.ended_at.is_not(None))
        statement = select(helpdesk_tickets).where(ended).order_by(helpdesk_tickets.c.ended_at.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(
            DeadLetter(
                id=row.ticket_id,
                what=f"ticket {row.foreign_id} in {helpdesk}",
                attempts=row.attempts,
                why=row.why or "",
                error=self._cipher.open(bytes(row.sealed_error), f"helpdesk error:{row.ticket_id}"),
                at=row.ended_at,
            )
            for row in rows
        )

    def again(self, helpdesk: str, ticket_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes a ticket that was given up due again, as if it had never failed. Raises NotFound."""
        is_it = and_(
            helpdesk_tickets.c.helpdesk == helpdesk,
            helpdesk_tickets.c.ticket_id == ticket_id,
            helpdesk_tickets.c.ended_at.is_not(None),
        )
        with self._database.write() as connection:
            if not connection.execute(update(helpdesk_tickets).where(is_it).values(**_AGAIN, due_at=now)).rowcount:
                raise NotFound("ticket in a helpdesk that was given up", ticket_id)
            append_audit(connection, self._database, self._cipher, [audit], now)


_AGAIN: Mapping[str, Any] = {"attempts": 0, "ended_at": None, "why": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeChange:
    """A change of a ticket that lives elsewhere. has_mails: answers came with it. last_comment: where it is from."""

    ticket: Ticket
    has_mails: bool
    last_comment: str = ""


def note_changes(connection: Connection, changes: Sequence[HomeChange], now: datetime) -> None:
    """Notes inside the transaction of the changes what is now due where their tickets live."""
    ids = [change.ticket.id for change in changes]
    rows: dict[str, Any] = {}
    for some in batched(ids, 500):
        locked = select(helpdesk_tickets).where(helpdesk_tickets.c.ticket_id.in_(some)).with_for_update()
        rows.update({row.ticket_id: row for row in connection.execute(locked)})
    for change in changes:
        row, wanted = rows.get(change.ticket.id), to_json(wanted_state(change.ticket))
        if row is None:
            _add(connection, change, wanted, now)
            continue
        values: dict[str, Any] = {"wanted": wanted, "last_comment": change.last_comment or row.last_comment}
        if change.has_mails or wanted not in (row.wanted, row.known):
            values |= {} if row.due_at is not None and row.ended_at is None else {"due_at": now, "waits_since": now}
            values |= _AGAIN if row.ended_at is not None else {}
        connection.execute(update(helpdesk_tickets).where(helpdesk_tickets.c.ticket_id == row.ticket_id).values(values))


def _add(connection: Connection, change: HomeChange, wanted: str, now: datetime) -> None:
    home = change.ticket.home
    if home is None:
        return
    due_at = now if change.has_mails or wanted != NOTHING_SET else None
    row = {
        "ticket_id": change.ticket.id,
        "helpdesk": home.helpdesk,
        "foreign_id": home.id,
        "version": "",
        "last_comment": change.last_comment,
        "comments": None,
        "written": 0,
        "wanted": wanted,
        "known": NOTHING_SET,
        "due_at": due_at,
        "waits_since": due_at,
        "claimed": False,
        "tried": False,
        "attempts": 0,
    }
    connection.execute(insert(helpdesk_tickets), row)


def _alive(helpdesk: str) -> ColumnElement[bool]:
    return and_(helpdesk_tickets.c.helpdesk == helpdesk, helpdesk_tickets.c.ended_at.is_(None))


def _waiting_answers(connection: Connection, ids: Sequence[str]) -> dict[str, list[Any]]:
    """By ticket, its answers that were not written there yet, oldest first."""
    found: dict[str, list[Any]] = {}
    columns = outbox.c.id, outbox.c.ticket_id, outbox.c.key_index, outbox.c.sealed
    for some in batched(ids, 500):
        is_waiting = and_(outbox.c.helpdesk.is_not(None), IS_WAITING)
        statement = select(*columns).where(outbox.c.ticket_id.in_(some), is_waiting).order_by(outbox.c.id)
        for row in connection.execute(statement):
            found.setdefault(row.ticket_id, []).append(row)
    return found


def _opened(cipher: Cipher, ticket_id: str, sealed: bytes, answer: Any) -> tuple[Ticket, Mail | None]:
    mail = None if answer is None else open_mail(cipher, answer.key_index, answer.sealed)
    return open_ticket(cipher, ticket_id, sealed), mail
