"""What a year of use costs: an idle second, pages, the start, and the size of the database, beside the first day.

Run: python -m benchmarks.bench_year [--tickets 200] [--incidents 1] [--days 365]. On SQLite. A day is written through
the service's own doors: tickets that are answered, each with two sent mails, incidents with timelines, 300 signals that
ended. The days after it are copies of its rows, with other ids and times and with their sealed values as they are: no
loop and no page of today opens them. The last day is written as the first. Then retention runs until nothing is due.

An idle second is one turn of every woken loop. Figures are processor time, the median of several turns.
"""

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Table

from benchmarks.aims import found
from incidents.lifecycle import Action
from tests.tocsin.storage.examples import BY, mail, message, order, signal
from tests.tocsin.web.running import CONFIG, NOW, Running, reopened, running
from tickets.ticket import Author, Ticket, TicketStatus
from tocsin.context.retention import let_go
from tocsin.process.work import Work, start_sinks
from tocsin.storage import TicketChange
from tocsin.storage.accounts import Role
from tocsin.storage.tables.columns import Instant, metadata
from tocsin.wiring.services import Current

TURNS, SIGNALS, DAY_US, MOST = 9, 300, 86_400_000_000, 1.5
OWN = {
    "incidents": ("id",),
    "timeline": ("incident_id",),
    "evidence": ("incident_id",),
    "incident_fingerprints": ("incident_id",),
    "incident_facts": ("id",),
    "sink_cursors": ("incident_id",),
    "engineering_tickets": ("incident_id",),
    "signals": ("key",),
    "tickets": ("id", "number", "token_hash"),
    "messages": ("id", "ticket_id"),
    "outbox": ("key_index", "ticket_id"),
    "idempotency_keys": ("key_index", "ticket_id"),
    "audit": (),
    "ticket_cells": (),
    "ticket_waits": (),
}
"""The tables that are copied, and the columns of which each day has values of its own."""
COUNTED = {("timeline", "id"), ("messages", "position"), ("outbox", "id")}
"""Columns that the database counts by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds of processor time, and the database's megabytes."""

    second: float
    queue: float
    delivery: float
    start: float
    megabytes: float


def a_day(tocsin: Running, tickets: int, incidents: int, name: str, answered: float) -> None:
    """What happens on one day, through the service's own doors. answered: the share of its tickets that are done."""
    store, now = tocsin.services.store, tocsin.clock()
    start_sinks(tocsin.services)
    for n in range(incidents):
        incident = tocsin.incident(f"Withdrawals are slow {n}")
        tocsin.do(incident, Action.ACKNOWLEDGE)
        tocsin.do(incident, Action.RESOLVE, end_reason="fixed", text="All is well.", anyway="yes")
    new = [order(f"{name}{n}", customer_id=f"C-{n}", created_at=now, updated_at=now) for n in range(tickets)]
    ids = [one[0].id for one in store.tickets.add_all(new, now) if isinstance(one, tuple)]

    def answer(ticket: Ticket) -> TicketChange:
        said = message(ticket.id, "answer", author=Author.AGENT, at=now)
        over = replace(ticket, status=TicketStatus.RESOLVED, resolved_at=now)
        return TicketChange(ticket=over, messages=(said,), mails=(mail(f"{ticket.id}:answer"),))

    store.tickets.change_all(ids[: round(len(ids) * answered)], answer, now, BY)
    keys = [f"{name}{n}" for n in range(SIGNALS)]
    ended = [signal(one, key=one, started_at=now, seen_at=now, ended_at=now) for one in keys]
    store.signals.record(ended, now)
    while due := store.mail.due(now):
        store.mail.sent([one.id for one in due], now)
    with _opened(tocsin.services.config.data / "tocsin.db") as database:
        database.execute("UPDATE signals SET placed_at = recorded_at")
        database.execute("UPDATE sinks SET told_through = (SELECT max(id) FROM timeline)")


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = OFF")
        yield database


def copy_days(path: Path, days: int) -> None:
    """The rows of the first day for so many days after it."""
    with _opened(path) as database:
        database.execute("CREATE TEMP TABLE days AS WITH RECURSIVE d(day) AS (SELECT 1 UNION ALL SELECT day + 1 FROM d"
                         f" WHERE day < {days}) SELECT day FROM d")  # fmt: skip
        database.execute("BEGIN")
        for name, own in OWN.items():
            table = metadata.tables[name]
            names = [column.name for column in table.c if (name, column.name) not in COUNTED]
            values = [_copied(table, one, own) for one in names]
            quoted = ", ".join(f'"{one}"' for one in names)
            database.execute(
                f"INSERT INTO {name} ({quoted}) SELECT {', '.join(values)} FROM days, {name} AS t ORDER BY days.day"
            )
        database.execute("UPDATE sinks SET told_through = (SELECT max(id) FROM timeline)")
        database.execute("UPDATE counters SET value = (SELECT max(number) FROM incidents) WHERE name = 'INC'")
        database.execute("COMMIT")


def _copied(of: Table, column: str, own: tuple[str, ...]) -> str:
    """The column of a copy as SQL."""
    table, is_instant = of.name, any(one.name == column and isinstance(one.type, Instant) for one in of.c)
    name = f't."{column}"'
    if column in own:
        return f"{name} || '-' || days.day"
    if is_instant:
        return f"{name} + days.day * {DAY_US}"
    if column == "day":
        return f"{name} + days.day"
    if (table, column) == ("audit", "position"):
        return f"{name} + days.day * (SELECT max(position) FROM audit)"
    if column == "number":
        return f"{name} + days.day * (SELECT max(number) FROM incidents)"
    if column == "value" and table in {"incidents", "timeline"}:
        incident = 't."id"' if table == "incidents" else 't."incident_id"'
        return f"replace({name}, {incident}, {incident} || '-' || days.day)"
    return name


def cost(folder: Path) -> Cost:
    """Of what lies in the folder."""
    begun = []
    for _ in range(3):
        used = time.process_time()
        tocsin = reopened(folder, NOW)
        turn = _turn(tocsin)
        turn()
        begun.append(1000 * (time.process_time() - used))
        if len(begun) < 3:
            tocsin.close()
    turn()
    agent, engineer = tocsin.client(Role.AGENT), tocsin.client(Role.ENGINEER)
    costs = Cost(
        second=_ms(turn),
        queue=_ms(lambda: agent.get("/desk").raise_for_status()),
        delivery=_ms(lambda: engineer.get("/console/delivery").raise_for_status()),
        start=statistics.median(begun),
        megabytes=_megabytes(tocsin),
    )
    tocsin.close()
    return costs


def _turn(tocsin: Running) -> Callable[[], None]:
    start_sinks(tocsin.services)
    duties = Work(Current(tocsin.services), tocsin.runtime.wake).duties(tocsin.services)

    def turn() -> None:
        for duty in duties:
            duty.work()

    return turn


def _ms(work: Callable[[], object]) -> float:
    work()
    took = []
    for _ in range(TURNS):
        used = time.process_time()
        work()
        took.append(1000 * (time.process_time() - used))
    return statistics.median(took)


def _megabytes(tocsin: Running) -> float:
    numbers = ("page_count", "freelist_count", "page_size")
    with _opened(tocsin.services.config.data / "tocsin.db") as database:
        pages, free, size = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in numbers)
    return float((pages - free) * size) / 1e6


def retain(folder: Path) -> int:
    """Lets go of all that is due; how many rows."""
    tocsin = reopened(folder, NOW)
    gone = 0
    while some := let_go(tocsin.services.store.retention, tocsin.services.retention, NOW):
        gone += some
    tocsin.close()
    return gone


def main() -> None:
    """Runs it and prints a line a figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tickets", type=int, default=200)
    parser.add_argument("--incidents", type=int, default=1)
    parser.add_argument("--days", type=int, default=365)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        costs = []
        for days in (1, asked.days):
            folder = Path(home, str(days))
            folder.mkdir()
            tocsin = running(folder, f"{CONFIG}retention: {{archive: ./archive}}\n")
            if days > 1:
                tocsin.clock.at = NOW - timedelta(days=days - 1)
                a_day(tocsin, asked.tickets, asked.incidents, "first", 1.0)
                began = time.perf_counter()
                copy_days(folder / "data" / "tocsin.db", days - 2)
                found(f"{days} days: copied", time.perf_counter() - began, "s")
                tocsin.clock.at = NOW
            a_day(tocsin, asked.tickets, asked.incidents, "last", 0.9)
            tocsin.close()
            if days > 1:
                found(f"{days} days: before retention", cost(folder).megabytes, "MB")
                found(f"{days} days: rows that went", retain(folder), "rows")
            costs.append(cost(folder))
    day, year = costs
    print(f"load {os.getloadavg()[0]:.1f}")
    for name, unit in (("second", "ms"), ("queue", "ms"), ("delivery", "ms"), ("start", "ms"), ("megabytes", "MB")):
        first, last = getattr(day, name), getattr(year, name)
        found(f"{name}: the first day", first, unit)
        found(f"{name}: after {asked.days} days", last, unit)
        found(f"{name}: times the first day's", last / first, "x", at_most=None if name == "megabytes" else MOST)


if __name__ == "__main__":
    main()
