"""Roll-ups that move with the rows: against counting every ticket one by one, and against making them anew."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from dashboards.day_sums import Part, SpanSums, add_up, largest_incidents
from dashboards.rollup import COUNTS
from tests.tocsin.storage.examples import BY, T0, message, ticket
from tickets import lifecycle
from tickets.lifecycle import Change, TransitionError
from tickets.ticket import Author, Form, Priority, Routing, Team, Ticket, TicketStatus
from tocsin.storage import Store, TicketChange
from tocsin.storage.figure_rows import EVERY, CellFilter, Instants, TicketRows
from tocsin.storage.tables.installation import rollup_state
from tocsin.storage.tables.tickets import ticket_cells, ticket_waits

KEY = ("day", "incident_id", "form", "team", "tier", "priority")
FAR = (T0.toordinal() - 1000, T0.toordinal() + 1000)
ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Apia"]
START = datetime(2026, 3, 7, 18, 0, tzinfo=UTC)  # New York's clocks are set the night after
OVER = {TicketStatus.RESOLVED, TicketStatus.CLOSED}


@dataclass(slots=True)
class History:
    """What happened to one ticket, as the test saw it."""

    ticket: Ticket
    replies: int = 0
    reopenings: int = 0


@dataclass(slots=True)
class World:
    """A store, and beside it every ticket as it must be."""

    store: Store
    now: datetime = START
    tickets: list[History] = field(default_factory=list)
    made: int = 0

    def write(self, form: Form, priority: Priority, tier: int) -> None:
        def make(ticket_id: str, number: str) -> Any:
            routing = Routing(priority=priority, team=Team.TECHNICAL, tier=tier, department="Crypto")
            new = ticket(ticket_id, number, form=form, routing=routing, created_at=self.now, updated_at=self.now)
            return new, (message(ticket_id, at=self.now),), ()

        made, _ = self.store.tickets.add(make, None, "test", "", self.now, BY)
        self.tickets.append(History(ticket=made))

    def act(self, places: list[int], act: Callable[[Ticket], Change | None]) -> None:
        """One action on some tickets in one transaction; those whose state does not allow it stay as they are."""
        mine = {self.tickets[place % len(self.tickets)].ticket.id: place % len(self.tickets) for place in places}

        def change(found: Ticket) -> TicketChange | None:
            try:
                done = act(found)
            except TransitionError:
                return None
            if done is None:
                return None
            said = () if done.author is None else (self._message(found, done),)
            return TicketChange(ticket=done.ticket, messages=said)

        for place in mine.values():
            history = self.tickets[place]
            done = change(history.ticket)
            if done is None:
                continue
            history.replies += sum(m.author is Author.AGENT for m in done.messages)
            was, becomes = history.ticket.status, done.ticket.status
            history.reopenings += was is TicketStatus.RESOLVED and becomes not in {*OVER, TicketStatus.MERGED}
            history.ticket = done.ticket
        self.store.tickets.change_all(list(mine), change, self.now, None)

    def _message(self, found: Ticket, done: Change) -> Any:
        self.made += 1
        assert done.author is not None
        return message(found.id, f"n{self.made}-{found.id}", author=done.author, at=self.now)


ACTS: dict[str, Callable[[World, Ticket], Change]] = {
    "accept": lambda w, t: lifecycle.accept(t, "ada", w.now),
    "reply": lambda w, t: lifecycle.reply(t, "ada", "It is on its way.", w.now),
    "comment": lambda w, t: lifecycle.comment(t, "Still waiting.", w.now),
    "link": lambda w, t: lifecycle.link(t, "incident-a", "tocsin", w.now),
    "link by hand": lambda w, t: lifecycle.link(t, "incident-b", "ada", w.now),
    "unlink": lambda w, t: lifecycle.unlink(t, "ada", w.now),
    "resolve": lambda w, t: lifecycle.resolve(t, "ada", w.now),
    "resolve with incident": lambda w, t: lifecycle.resolve_with_incident(t, w.now),
    "await again": lambda w, t: lifecycle.await_again(t, w.now),
    "reopen": lambda w, t: lifecycle.reopen(t, "ada", w.now),
    "close": lambda w, t: lifecycle.close(t, "ada", w.now),
    "undo close": lambda w, t: lifecycle.undo_close(t, "ada", w.now),
    "merge": lambda w, t: lifecycle.merge(t, w.tickets[0].ticket, "ada", w.now),
    "move": lambda w, t: _moved(t, w.now),
}


def _moved(found: Ticket, now: datetime) -> Change:
    other = replace(found.routing, tier=found.routing.tier % 3 + 1, team=Team.ACCOUNT)
    return Change(ticket=replace(found, routing=other), action=lifecycle.Action.NOTE, actor="ada", at=now)


new = st.tuples(st.just("new"), st.sampled_from(list(Form)[:3]), st.sampled_from(list(Priority)[:3]), st.integers(1, 3))
acts = st.tuples(st.sampled_from(sorted(ACTS)), st.lists(st.integers(0, 30), min_size=1, max_size=6))
steps = st.lists(st.tuples(st.integers(0, 900), st.one_of(new, acts)), min_size=4, max_size=14)


def slow_cells(histories: list[History], zone: ZoneInfo) -> Counter[tuple[Any, ...]]:
    """Every ticket looked at for itself: (key of the cell, name) -> sum."""
    counts: Counter[tuple[Any, ...]] = Counter()
    apart = [(one, one.ticket.incident_id) for one in histories if one.ticket.incident_id is not None]
    for one, incident_id in [*((one, "") for one in histories), *apart]:
        t = one.ticket
        rest = (t.form.value, t.routing.team.value, t.routing.tier, t.routing.priority.value)
        written = (t.created_at.astimezone(zone).date().toordinal(), incident_id, *rest)
        counts[written, "written"] += 1
        if t.status is TicketStatus.MERGED:
            counts[written, "merged"] += 1
            continue
        if t.incident_id is not None:
            counts[written, "linked" if t.linked_by == "tocsin" else "linked_by_agent"] += 1
        if t.first_response_at is not None:
            counts[written, "answered"] += 1
            counts[written, "answer_seconds"] += int((t.first_response_at - t.created_at).total_seconds())
        if t.status not in OVER:
            continue
        assert t.resolved_at is not None
        ended = (t.resolved_at.astimezone(zone).date().toordinal(), incident_id, *rest)
        counts[ended, "resolved"] += 1
        counts[ended, "resolve_seconds"] += int((t.resolved_at - t.created_at).total_seconds())
        counts[ended, "replied"] += one.replies > 0
        counts[ended, "one_reply"] += one.replies == 1 and one.reopenings == 0
        counts[ended, "reopened"] += one.reopenings > 0
        counts[ended, "unaided"] += one.replies == 0 and t.incident_id is not None and t.linked_by == "tocsin"
    return +counts


def stored_cells(store: Store) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    with store._database.read() as connection:
        for row in connection.execute(select(ticket_cells)):
            for name in COUNTS:
                found[tuple(getattr(row, part) for part in KEY), name] += getattr(row, name)
    assert all(count >= 0 for count in found.values())
    return +found


def stored_waits(store: Store) -> Counter[tuple[Any, ...]]:
    with store._database.read() as connection:
        rows = connection.execute(select(ticket_waits)).all()
    assert all(row[-1] >= 0 for row in rows)
    return +Counter({tuple(row[:-1]): row[-1] for row in rows})


def sums_of(store: Store, which: CellFilter = EVERY, span: tuple[int, int] = FAR) -> SpanSums:
    return add_up(store.figures.days(*span, which))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps, zone=st.sampled_from(ZONES))
def test_what_moved_with_the_rows_is_what_counting_every_ticket_gives(store: Store, history: Any, zone: str) -> None:
    world = _worlds.setdefault(id(store), World(store=store))
    store.figures.use_time_zone(zone)
    for minutes, (what, *detail) in history:
        world.now += timedelta(minutes=minutes, seconds=17)
        if what == "new":
            world.write(*detail)
        elif world.tickets:
            world.act(detail[0], partial(ACTS[what], world))
    moved, waits = stored_cells(store), stored_waits(store)
    assert moved == slow_cells(world.tickets, ZoneInfo(zone))
    _days_are_what_is_stored(store, moved, waits)
    store.figures.rebuild()
    assert stored_cells(store) == moved
    assert stored_waits(store) == waits
    _rows_are_as_many_as_the_figure_says(world, ZoneInfo(zone))


_worlds: dict[int, World] = {}


def _days_are_what_is_stored(store: Store, cells: Counter[Any], waits: Counter[Any]) -> None:
    """What a page reads, most of it from memory, against every row of the roll-ups."""
    form, team, linked = Form.DEPOSIT.value, Team.TECHNICAL.value, ("incident-a", "incident-b")
    for which in (EVERY, CellFilter(form=form, team=team), CellFilter(incidents=linked), CellFilter(incidents=())):
        days = store.figures.days(*FAR, which)
        wanted = which.incidents if which.incidents is not None else ("",)
        parts: Counter[Any] = Counter()
        ended: Counter[Any] = Counter()
        by_incident: Counter[str] = Counter()
        for ((_, incident_id, *rest), name), count in cells.items():
            if (which.form or rest[0], which.team or rest[1]) != (rest[0], rest[1]):
                continue
            if incident_id in wanted:
                parts[Part(rest[0], rest[2], rest[3]), name] += count
            if name == "written" and incident_id and (which.incidents is None or incident_id in which.incidents):
                by_incident[incident_id] += count
        for (_, incident_id, kind, *rest, priority, step), count in waits.items():
            is_wanted = (which.form or rest[0], which.team or rest[1]) == (rest[0], rest[1])
            if incident_id in wanted and is_wanted:
                ended[kind, priority == "critical", step] += count
        found = add_up(days)
        by_part = found.by(lambda part: part)
        assert +Counter({(part, n): getattr(one, n) for part, one in by_part.items() for n in COUNTS}) == parts
        assert {(k, c, step): n for (k, c), steps in found.waits.items() for step, n in steps.items()} == ended
        assert {one: sums.written for one, sums in largest_incidents(days, 9)} == by_incident
        assert sum(day.total.written for day in days) == sum(n for (_, name), n in parts.items() if name == "written")


def _rows_are_as_many_as_the_figure_says(world: World, zone: ZoneInfo) -> None:
    first = START.astimezone(zone).date()
    last = first + timedelta(days=2)
    span = Instants(
        start=datetime.combine(first, datetime.min.time(), zone).astimezone(UTC),
        end=datetime.combine(last + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC),
    )
    figures = world.store.figures
    sums = sums_of(world.store, span=(first.toordinal(), last.toordinal()))
    every, tier_1 = sums.total(), sums.total(lambda part: part.tier == 1)
    expected = {
        TicketRows.WRITTEN: every.written,
        TicketRows.LINKED: every.linked,
        TicketRows.RESOLVED: every.resolved,
        TicketRows.REPLIED: every.replied,
        TicketRows.REOPENED: every.reopened,
        TicketRows.UNAIDED: every.unaided,
        TicketRows.TIER_1: tier_1.written - tier_1.merged,
    }
    assert {rows: figures.count_behind(rows, span, world.now) for rows in expected} == expected


def test_tickets_of_an_earlier_release_are_counted_when_the_store_is_opened(store: Store) -> None:
    world = World(store=store)
    world.write(Form.DEPOSIT, Priority.HIGH, 1)
    world.write(Form.WITHDRAWAL, Priority.HIGH, 1)
    world.now += timedelta(hours=3)
    world.act([0], lambda found: lifecycle.reply(found, "ada", "It is credited.", world.now))
    before, waits = stored_cells(store), stored_waits(store)
    with store._database.write() as connection:  # as the migration leaves them
        for table in (ticket_waits, ticket_cells, rollup_state):
            connection.execute(table.delete())
        nothing = "answered_at = NULL, resolved_at = NULL, linked_by = NULL, replies = NULL, reopenings = NULL"
        connection.exec_driver_sql(f"UPDATE tickets SET {nothing}")
    store.figures.complete()
    assert (stored_cells(store), stored_waits(store)) == (before, waits)


def test_only_days_that_changed_are_read_again(store: Store) -> None:
    world = World(store=store)
    world.write(Form.DEPOSIT, Priority.HIGH, 1)
    read: list[str] = []
    engine = store._database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: read.append(given[2]))

    def asked() -> tuple[int, int]:
        """Tickets written, and statements over the sums."""
        read.clear()
        written = sums_of(store).total().written
        return written, sum("ticket_cells" in statement or "ticket_waits" in statement for statement in read)

    assert asked() == (1, 3)
    assert asked() == (1, 0)
    world.write(Form.DEPOSIT, Priority.HIGH, 1)
    assert asked() == (2, 3)
    assert asked() == (2, 0)
    store.figures.use_time_zone("Pacific/Apia")  # where it is the next day
    assert asked() == (2, 3)
    assert store.figures.days(START.toordinal(), START.toordinal())[0].total.written == 0


def test_a_filter_sums_only_what_it_names(store: Store) -> None:
    world = World(store=store)
    for form in (Form.DEPOSIT, Form.WITHDRAWAL, Form.WITHDRAWAL):
        world.write(form, Priority.HIGH, 1)
    world.act([1], lambda found: lifecycle.link(found, "incident-a", "tocsin", world.now))
    written = {
        name: sums_of(store, which).total().written
        for name, which in {
            "all": CellFilter(),
            "form": CellFilter(form="Withdrawal"),
            "incident": CellFilter(incidents=("incident-a",)),
            "none": CellFilter(incidents=()),
        }.items()
    }
    assert written == {"all": 3, "form": 2, "incident": 1, "none": 0}


def unanswered(store: Store, span: Instants, now: datetime) -> tuple[int, int]:
    before = Instants(start=span.start - timedelta(days=1), end=span.start)
    own, other = store.figures.open_tickets(now, (timedelta(hours=1),), (span, before)).unanswered
    assert (other.overdue, other.due_soon) == (0, 0)
    return own.overdue, own.due_soon


def test_a_ticket_that_waits_longer_than_the_goal_is_overdue_until_it_is_answered(store: Store) -> None:
    world = World(store=store)
    world.write(Form.DEPOSIT, Priority.HIGH, 1)
    span = Instants(start=START, end=START + timedelta(days=1))
    soon = START + timedelta(hours=1, minutes=30)
    assert unanswered(store, span, soon) == (0, 0)
    assert unanswered(store, span, soon + timedelta(seconds=1)) == (0, 1)
    assert unanswered(store, span, START + timedelta(hours=2)) == (0, 1)
    assert store.figures.count_behind(TicketRows.DUE_SOON, span, START + timedelta(hours=2)) == 1
    late = START + timedelta(hours=2, seconds=1)
    assert unanswered(store, span, late) == (1, 0)
    assert store.figures.count_behind(TicketRows.OVERDUE, span, late) == 1
    assert store.figures.count_behind(TicketRows.DUE_SOON, span, late) == 0
    assert store.figures.count_behind(TicketRows.LATE, span, late) == 1
    world.now = START + timedelta(hours=2)
    world.act([0], lambda found: lifecycle.reply(found, "ada", "It is credited.", world.now))
    assert unanswered(store, span, late) == (0, 0)
    assert store.figures.count_behind(TicketRows.OVERDUE, span, late) == 0
    assert store.figures.count_behind(TicketRows.LATE, span, late) == 0


@pytest.mark.parametrize(("hours", "late"), [(2, 0), (2.01, 1)])
def test_the_list_of_late_tickets_ends_where_the_share_ends(store: Store, hours: float, late: int) -> None:
    world = World(store=store)
    world.write(Form.DEPOSIT, Priority.HIGH, 1)
    world.now += timedelta(hours=hours)
    world.act([0], lambda found: lifecycle.reply(found, "ada", "It is credited.", world.now))
    span = Instants(start=START, end=START + timedelta(days=1))
    assert store.figures.count_behind(TicketRows.LATE, span, world.now) == late
