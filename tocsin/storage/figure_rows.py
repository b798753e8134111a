"""Reads the tickets and incidents that stand behind the figures, one by one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, and_, case, func, or_, select, type_coerce

from dashboards.kpi import CRITICAL, GOAL_SECONDS, SOON_SECONDS
from dashboards.operations import CountedIncident
from dashboards.rollup import LinkedBy
from tickets.ticket import TicketStatus
from tocsin.storage.incident_facts import FACT_COLUMNS, fact_of_row
from tocsin.storage.pagination import ListPage
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.incidents import incident_facts, kept_quiet
from tocsin.storage.tables.tickets import tickets
from tocsin.storage.ticket_reading import listed_tickets

WAITING = (TicketStatus.NEW.value, TicketStatus.IN_PROGRESS.value)
SOON = timedelta(seconds=SOON_SECONDS)
CALM, LATE, SOON_LATE = 0, 1, 2
OPEN = (*WAITING, TicketStatus.AWAITING_CUSTOMER.value, TicketStatus.AWAITING_INCIDENT.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFilter:
    """Which tickets are summed; None = any. incidents: linked to one of these now."""

    form: str | None = None
    team: str | None = None
    incidents: tuple[str, ...] | None = None


EVERY = CellFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """A span of time from `start` to before `end`, aware UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeGroup:
    """How many tickets of one status are of one age group: 0 = the youngest."""

    status: TicketStatus
    age: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """Tickets of a span, not critical, that an agent must answer: how many are late, and will be soon."""

    overdue: int
    due_soon: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTickets:
    """The tickets that are open now.

    backlog: all of them. load: by the agent who has them, "" = nobody's; those that wait for an incident are left out.
    unanswered: of each span that was asked for.
    """

    backlog: tuple[AgeGroup, ...]
    load: Mapping[str, int]
    unanswered: tuple[Unanswered, ...]


class TicketRows(StrEnum):
    """Which tickets stand behind a figure."""

    WRITTEN = "written"
    ANSWERED = "answered"
    LATE = "late"
    OVERDUE = "overdue"
    DUE_SOON = "due-soon"
    RESOLVED = "resolved"
    REPLIED = "replied"
    REOPENED = "reopened"
    LINKED = "linked"
    UNAIDED = "unaided"
    TIER_1 = "tier-1"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRow:
    """One ticket as a figure's list shows it: no word of the customer's."""

    id: str
    number: str
    form: str
    team: str
    priority: str
    tier: int
    status: str
    assignee: str
    incident_id: str | None
    linked_by: str
    created_at: datetime
    answered_at: datetime | None
    resolved_at: datetime | None
    replies: int
    reopenings: int


_ROW_NAMES = [field.name for field in fields(TicketRow)]
_ROW = [tickets.c[name] for name in _ROW_NAMES]


class FigureQueries(StorePart):
    """Tickets and incidents as figures count them, read."""

    def open_tickets(
        self, now: datetime, edges: Sequence[timedelta], spans: Sequence[Instants], which: CellFilter = EVERY
    ) -> OpenTickets:
        """What is open now, read once. edges: the ages at which the next group begins, ascending.

        spans: of which the tickets without an answer are counted, by the time of writing.
        """
        age = case(*((tickets.c.created_at > now - edge, place) for place, edge in enumerate(edges)), else_=len(edges))
        urgency = case((~_unanswered(), CALM), (_is_late(now), LATE), (_is_late(now + SOON), SOON_LATE), else_=CALM)
        written = case(*((and_(*_written_in(span)), place) for place, span in enumerate(spans)), else_=len(spans))
        key = tickets.c.status, tickets.c.assignee, age.label("age"), urgency.label("urgency"), written.label("written")
        statement = select(*key, func.count().label("many")).where(tickets.c.status.in_(OPEN), *_tickets(which))
        with self._database.read() as connection:
            rows = connection.execute(statement.group_by(*key)).all()
        backlog: Counter[tuple[str, int]] = Counter()
        load: Counter[str] = Counter()
        waiting: Counter[tuple[int, int]] = Counter()
        for status, assignee, group, urgent, span, many in rows:
            backlog[status, group] += many
            waiting[span, urgent] += many
            if status != TicketStatus.AWAITING_INCIDENT.value:
                load[assignee] += many
        return OpenTickets(
            backlog=tuple(
                AgeGroup(status=TicketStatus(status), age=group, count=many)
                for (status, group), many in sorted(backlog.items())
            ),
            load=load,
            unanswered=tuple(
                Unanswered(overdue=waiting[place, LATE], due_soon=waiting[place, SOON_LATE])
                for place in range(len(spans))
            ),
        )

    def rows_behind(
        self,
        rows: TicketRows,
        span: Instants,
        now: datetime,
        *,
        which: CellFilter = EVERY,
        cursor: str | None = None,
        limit: int = 50,
    ) -> ListPage[TicketRow]:
        """The tickets that a figure counts, newest first, without any word of theirs."""
        statement = select(*_ROW).where(*_behind(rows, span, now), *_tickets(which))
        with self._database.read() as connection:
            found, next_cursor = listed_tickets(connection, statement, cursor, limit)
        items = tuple(TicketRow(**{name: getattr(row, name) for name in _ROW_NAMES}) for row in found)
        return ListPage(items=items, next_cursor=next_cursor)

    def count_behind(self, rows: TicketRows, span: Instants, now: datetime, which: CellFilter = EVERY) -> int:
        """How many there are of them."""
        statement = select(func.count()).select_from(tickets).where(*_behind(rows, span, now), *_tickets(which))
        with self._database.read() as connection:
            return int(connection.scalar(statement) or 0)

    def incidents(self, span: Instants, components: Sequence[str] | None = None) -> tuple[CountedIncident, ...]:
        """The incidents opened in the span, oldest first, each with the time of its first ticket."""
        first = select(func.min(tickets.c.created_at)).where(tickets.c.incident_id == incident_facts.c.id)
        opened = and_(incident_facts.c.opened_at >= span.start, incident_facts.c.opened_at < span.end)
        statement = select(*FACT_COLUMNS, first.scalar_subquery()).where(opened)
        if components is not None:
            statement = statement.where(incident_facts.c.component.in_(list(components)))
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(incident_facts.c.number)).all()
        return tuple(CountedIncident(fact=fact_of_row(tuple(row[:-1])), first_ticket_at=row[-1]) for row in rows)

    def incidents_of(self, components: Sequence[str]) -> tuple[str, ...]:
        """The ids of every incident at one of these components."""
        statement = select(incident_facts.c.id).where(incident_facts.c.component.in_(list(components)))
        with self._database.read() as connection:
            return tuple(connection.scalars(statement))

    def muted(self, span: Instants) -> dict[str, int]:
        """How many signals silences and planned work kept quiet in the span, by component."""
        within = and_(kept_quiet.c.at >= span.start, kept_quiet.c.at < span.end)
        statement = select(kept_quiet.c.component, func.count()).where(within).group_by(kept_quiet.c.component)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(statement)}


def _tickets(which: CellFilter) -> list[ColumnElement[bool]]:
    """The filter of the sums, over single tickets."""
    conditions: list[ColumnElement[bool]] = []
    if which.form is not None:
        conditions.append(tickets.c.form == which.form)
    if which.team is not None:
        conditions.append(tickets.c.team == which.team)
    if which.incidents is not None:
        conditions.append(tickets.c.incident_id.in_(which.incidents))
    return conditions


def _written_in(span: Instants) -> list[ColumnElement[bool]]:
    return [tickets.c.created_at >= span.start, tickets.c.created_at < span.end]


def _resolved_in(span: Instants) -> list[ColumnElement[bool]]:
    return [tickets.c.resolved_at >= span.start, tickets.c.resolved_at < span.end]


def _unanswered() -> ColumnElement[bool]:
    """An agent must answer it, and none has."""
    return and_(tickets.c.status.in_(WAITING), tickets.c.answered_at.is_(None), tickets.c.priority != CRITICAL)


def _is_late(now: datetime) -> ColumnElement[bool]:
    return tickets.c.created_at < now - timedelta(seconds=GOAL_SECONDS)


def _answered_late() -> ColumnElement[bool]:
    """Whole seconds are compared, as the roll-ups do."""
    waited = type_coerce(tickets.c.answered_at, BigInteger) - type_coerce(tickets.c.created_at, BigInteger)
    return and_(tickets.c.priority != CRITICAL, waited >= (GOAL_SECONDS + 1) * 1_000_000)


def _behind(rows: TicketRows, span: Instants, now: datetime) -> list[ColumnElement[bool]]:
    """The rows as conditions; the words of `dashboards.kpi` once more, over single tickets."""
    kept = [*_written_in(span), tickets.c.status != TicketStatus.MERGED.value]
    resolved = _resolved_in(span)
    by_tocsin = tickets.c.linked_by == LinkedBy.TOCSIN.value
    behind: dict[TicketRows, list[ColumnElement[bool]]] = {
        TicketRows.OPEN: [tickets.c.status.in_(OPEN)],
        TicketRows.WRITTEN: _written_in(span),
        TicketRows.ANSWERED: [*kept, tickets.c.priority != CRITICAL, tickets.c.answered_at.is_not(None)],
        TicketRows.LATE: [*kept, or_(_answered_late(), and_(_unanswered(), _is_late(now)))],
        TicketRows.OVERDUE: [*_written_in(span), _unanswered(), _is_late(now)],
        TicketRows.DUE_SOON: [*_written_in(span), _unanswered(), _is_late(now + SOON), ~_is_late(now)],
        TicketRows.LINKED: [*kept, by_tocsin],
        TicketRows.TIER_1: [*kept, tickets.c.tier == 1],
        TicketRows.RESOLVED: resolved,
        TicketRows.REPLIED: [*resolved, tickets.c.replies > 0],
        TicketRows.REOPENED: [*resolved, tickets.c.reopenings > 0],
        TicketRows.UNAIDED: [*resolved, by_tocsin, tickets.c.replies == 0],
    }
    return behind[rows]
