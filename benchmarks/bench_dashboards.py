"""How soon a dashboard is there over 200,000 tickets and 2,000 incidents, what its roll-ups cost, and pandas beside it.

Run: python -m benchmarks.bench_dashboards [--tickets 200000] [--incidents 2000] [--only sqlite].
Between two views five tickets are written, as in an installation that lives.
PostgreSQL: TOCSIN_TEST_POSTGRES, else a private one. pandas reads the same tickets from a CSV export and computes the
same figures; both give the same to the last digit, or the benchmark fails.
"""

import argparse
import csv
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count as count_up
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

import tocsin.storage.tickets as writing
from benchmarks.aims import found
from benchmarks.bench_storage import postgres_url
from dashboards.rollup import step_of
from incidents.incident import EndReason, IncidentUpdate, Severity, UpdateKind
from incidents.lifecycle import acknowledge, resolve, retract
from tests.tocsin.storage.examples import BY, KEY, incident, message, signal, ticket
from tickets.ticket import Author, Form, Message, Priority, Routing, Team, Ticket, TicketStatus
from tocsin.kpi.operations import operations_view
from tocsin.kpi.operations_charts import operations_charts
from tocsin.kpi.span import Days, last_days
from tocsin.kpi.support import SupportView, support_view
from tocsin.kpi.support_charts import support_charts
from tocsin.storage import Cipher, Store, TicketOrder, migrate, open_store

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
DAYS, BATCH, ASKED, CHANGED = 90, 1000, 21, 5
FORMS = {
    Form.WITHDRAWAL: (Team.TECHNICAL, Priority.HIGH),
    Form.DEPOSIT: (Team.TECHNICAL, Priority.HIGH),
    Form.TRADING: (Team.TECHNICAL, Priority.NORMAL),
    Form.ACCOUNT_VERIFICATION: (Team.ACCOUNT, Priority.NORMAL),
    Form.API: (Team.ACCOUNT, Priority.NORMAL),
    Form.FEES: (Team.GENERAL, Priority.LOW),
    Form.TWO_FACTOR: (Team.SECURITY_FINANCE, Priority.CRITICAL),
}
COLUMNS = ("created_at", "form", "team", "tier", "priority", "status", "incident_id", "linked_by", "answered_at",
           "resolved_at", "replies", "reopenings")  # fmt: skip


def order(chance: random.Random, at: datetime, incidents: list[str]) -> TicketOrder:
    """A ticket as it stands now, with the messages of its thread."""
    form = chance.choice(list(FORMS))
    team, usual = FORMS[form]
    priority = usual if chance.random() < 0.9 else Priority.URGENT
    routing = Routing(
        priority=priority, team=team, tier=chance.choices((1, 2, 3), (8, 3, 1))[0], department="Financial"
    )
    flooded = incidents[
        int((at - (NOW - timedelta(days=DAYS))) / timedelta(days=DAYS) * len(incidents)) % len(incidents)
    ]
    is_linked = chance.random() < 0.3
    answered = at + timedelta(minutes=chance.lognormvariate(3.8, 0.8))
    ended = answered + timedelta(minutes=chance.lognormvariate(5.5, 1.2))
    replies = chance.choice((1, 1, 1, 2, 3))

    def make(ticket_id: str, number: str) -> tuple[Ticket, tuple[Message, ...], tuple[()]]:
        new = ticket(ticket_id, number, form=form, routing=routing, created_at=at, updated_at=at)
        first = message(ticket_id, at=at)
        if is_linked:
            over = at + timedelta(hours=1)
            new = replace(new, incident_id=flooded, linked_by="tocsin", status=TicketStatus.AWAITING_INCIDENT)
            if over < NOW:
                new = replace(new, status=TicketStatus.RESOLVED, resolved_at=over)
            return new, (first,), ()
        if answered > NOW or chance.random() < 0.01:
            return new, (first,), ()
        done = replace(new, assignee="mara", first_response_at=answered, status=TicketStatus.AWAITING_CUSTOMER)
        if ended < NOW:
            done = replace(done, status=TicketStatus.RESOLVED, resolved_at=ended)
        said = [message(ticket_id, f"r{k}", author=Author.AGENT, at=answered) for k in range(replies)]
        return done, (first, *said), ()

    return TicketOrder(make=make, idempotency_key=None, owner="", request_digest="", audit=BY)


def fill_incidents(store: Store, many: int) -> list[str]:
    """Incidents over the whole time: opened, taken up, over; one in twenty false."""
    chance = random.Random(1)
    names = []
    for number in range(many):
        at = NOW - timedelta(days=DAYS) + timedelta(days=DAYS) * number / many
        observed = signal(
            f"watch-{number % 40}", f"component/{number}", started_at=at - timedelta(minutes=3), detected_at=at
        )
        opened = incident(f"i{number:011}", observed, component=f"component/{number % 60}", severity=Severity.MAJOR,
                          started_at=at - timedelta(minutes=3), opened_at=at, disclosed_at=at)  # fmt: skip
        line = IncidentUpdate(incident=opened, at=at, kind=UpdateKind.OPENED, reason="so it is")
        store.incidents.open(line, at)
        later = at + timedelta(minutes=chance.randrange(1, 30))
        store.incidents.change(opened.id, lambda one, later=later: acknowledge(one, "mara", later), later)
        end = later + timedelta(minutes=chance.randrange(5, 300))
        if number % 20:
            over = lambda one, end=end: resolve(one, EndReason.FIXED, "mara", end, anyway=True)  # noqa: E731
        else:
            over = lambda one, end=end: retract(one, "mara", end)  # noqa: E731
        store.incidents.change(opened.id, over, end)
        names.append(opened.id)
    return names


def fill_tickets(
    store: Store, many: int, incidents: list[str], *, seed: int = 2, minutes: int = DAYS * 24 * 60, batch: int = BATCH
) -> float:
    """Seconds that writing them took, in batches; they were written in the last `minutes`."""
    chance = random.Random(seed)
    took = 0.0
    for start in range(0, many, batch):
        orders = [
            order(chance, NOW - timedelta(minutes=chance.randrange(1, minutes)), incidents)
            for _ in range(min(batch, many - start))
        ]
        began = time.perf_counter()
        store.tickets.add_all(orders, NOW)
        took += time.perf_counter() - began
    return took


def asked(label: str, page: Callable[[], object], change: Callable[[], object]) -> float:
    """Median of the milliseconds of one page, of 21 asked after one that is not counted; before each, `change` is done.

    p95 is held against its aim.
    """
    page()
    took, worked = [], []
    for _ in range(ASKED):
        change()
        began, busy = time.perf_counter(), time.process_time()
        page()
        took.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - busy))
    found(f"{label}: median of this process's own processor time", statistics.median(worked), "ms")
    found(f"{label}: p95", statistics.quantiles(took, n=20)[-1], "ms", at_most=200)
    return statistics.median(took)


def cost_of_rollups(store: Store, incidents: list[str], batch: int) -> float:
    """Percent that a ticket of this hour costs more with its roll-ups than without: medians of alternating rounds."""
    moves = writing.move_cells
    many = min(2 * BATCH, 60 * batch)
    ratios = []
    for turn in range(9):
        with_rollups = fill_tickets(store, many, incidents, seed=100 + turn, minutes=60, batch=batch)
        writing.move_cells = lambda connection, changes: None
        try:
            without = fill_tickets(store, many, incidents, seed=100 + turn, minutes=60, batch=batch)
        finally:
            writing.move_cells = moves
        ratios.append(with_rollups / without)
    return 100 * (statistics.median(ratios) - 1)


def export(store: Store, path: Path) -> None:
    """Every ticket as the figures see it, one line each; instants in microseconds since 1970."""
    with store._database.read() as connection, path.open("w", newline="") as file:  # noqa: SLF001 - all columns as they are
        out = csv.writer(file)
        out.writerow(COLUMNS)
        out.writerows(connection.exec_driver_sql(f"SELECT {', '.join(COLUMNS)} FROM tickets"))


def by_pandas(path: Path, days: Days) -> dict[str, float]:
    """The figures of support from the export."""
    frame = pd.read_csv(path, keep_default_na=False, na_values={"answered_at": [""], "resolved_at": [""]})
    start, end = (int(at.timestamp() * 1_000_000) for at in (days.instants.start, days.instants.end))
    written = frame[(frame.created_at >= start) & (frame.created_at < end)]
    over = frame[(frame.resolved_at >= start) & (frame.resolved_at < end)]
    calm = written[(written.priority != "critical") & written.answered_at.notna()]
    waits = ((calm.answered_at - calm.created_at) // 1_000_000).astype(int)
    ends = ((over.resolved_at - over.created_at) // 1_000_000).astype(int)
    limit = int((NOW - timedelta(hours=2)).timestamp() * 1_000_000)
    overdue = written[
        (written.priority != "critical") & written.answered_at.isna() & written.status.isin(["new", "in_progress"])
        & (written.created_at < limit)
    ]  # fmt: skip
    replied = over[over.replies > 0]
    soon = written[
        (written.priority != "critical") & written.answered_at.isna() & written.status.isin(["new", "in_progress"])
        & (written.created_at >= limit) & (written.created_at < limit + 30 * 60 * 1_000_000)
    ]  # fmt: skip
    return {
        "overdue": float(len(overdue)),
        "due-soon": float(len(soon)),
        "answered-in-goal": float((waits <= 7200).sum() / (len(waits) + len(overdue))),
        "first-answer": float(waits.sum() / len(waits)),
        "first-answer-median": float(step_of(int(_ranked(waits, 0.5)))),
        "first-answer-90": float(step_of(int(_ranked(waits, 0.9)))),
        "written": float(len(written)),
        "resolved": float(len(over)),
        "resolution": float(ends.sum() / len(ends)),
        "resolution-median": float(step_of(int(_ranked(ends, 0.5)))),
        "resolution-90": float(step_of(int(_ranked(ends, 0.9)))),
        "first-contact": float(((replied.replies == 1) & (replied.reopenings == 0)).sum() / len(replied)),
        "opened-again": float((over.reopenings > 0).sum() / len(over)),
        "linked-share": float((written.linked_by == "tocsin").sum() / len(written)),
        "unaided-share": float(((over.replies == 0) & (over.linked_by == "tocsin")).sum() / len(over)),
        "in-tier-1": float((written.tier == 1).sum() / len(written)),
    }


def _ranked(values: "pd.Series[int]", part: float) -> float:
    """Nearest rank, as the figures take it."""
    return float(np.sort(values.to_numpy())[int(np.ceil(part * len(values) - 1e-9)) - 1])


def values_of(view: SupportView) -> dict[str, float | None]:
    """The figures by their keys."""
    return {figure.definition.key: figure.now.value for figure in view.figures}


def databases(only: str) -> Iterator[tuple[str, str]]:
    """Where to measure."""
    if only in {"", "sqlite"}:
        yield "SQLite", f"sqlite:///{tempfile.mkdtemp(prefix='tocsin-bench-')}/tocsin.db"
    postgres = postgres_url() if only in {"", "postgres"} else None
    if postgres:
        yield "PostgreSQL", postgres


def measure(name: str, url: str, tickets: int, incidents: int) -> None:
    """Fills the database, then measures."""
    migrate(url)
    store = open_store(url, Cipher(KEY, "the benchmark"))
    names = fill_incidents(store, incidents)
    took = fill_tickets(store, tickets, names)
    print(f"{name}: {incidents:,} incidents, {tickets:,} tickets at {tickets / took:,.0f}/s", flush=True)
    measure_pages(name, store, names)
    store.close()


def measure_pages(name: str, store: Store, names: list[str]) -> None:
    """Asks a filled store for its pages while tickets change, and pandas for the same figures. names: its incidents."""
    utc = ZoneInfo("UTC")
    medians = {}
    seeds = count_up(1000)

    def change() -> None:
        """Tickets that were written within a day, and some of them answered and resolved: their days are read again."""
        fill_tickets(store, CHANGED, names, seed=next(seeds), minutes=24 * 60)

    def support(days: Days) -> object:
        return support_charts(support_view(store, days, NOW))

    def operations(days: Days) -> object:
        return operations_charts(operations_view(store, (), days))

    began = time.process_time()
    support(last_days(90, NOW, utc))
    found(
        f"{name}: support, 90 days, the first after a start: processor time", 1000 * (time.process_time() - began), "ms"
    )
    for count in (7, 30, 90):
        days = last_days(count, NOW, utc)
        medians[count] = asked(f"{name}: support, {count} days", partial(support, days), change)
        asked(f"{name}: operations, {count} days", partial(operations, days), change)
    path = Path(tempfile.mkdtemp(prefix="tocsin-bench-")) / "tickets.csv"
    export(store, path)
    for count in (30, 90):
        days = last_days(count, NOW, utc)
        began = time.perf_counter()
        theirs = by_pandas(path, days)
        slow = 1000 * (time.perf_counter() - began)
        ours = values_of(support_view(store, days, NOW))
        wrong = {key: (ours[key], value) for key, value in theirs.items() if ours[key] != value}
        found(f"{name}: figures of {count} days that differ from pandas'", len(wrong), "", at_most=0)
        if wrong:
            print(wrong)
        found(
            f"{name}: pandas from an export, {count} days, as many times slower",
            slow / medians[count],
            "times",
            at_least=50,
        )
    began = time.perf_counter()
    store.figures.rebuild()
    found(f"{name}: all roll-ups made anew", time.perf_counter() - began, "s")
    for batch in (BATCH, 1):
        more = cost_of_rollups(store, names, batch)
        found(f"{name}: what roll-ups add to a ticket, {batch} in a transaction", more, "%", at_most=10)


def main() -> None:
    asks = argparse.ArgumentParser()
    asks.add_argument("--tickets", type=int, default=200_000)
    asks.add_argument("--incidents", type=int, default=2_000)
    asks.add_argument("--only", default="", choices=["", "sqlite", "postgres"])
    given = asks.parse_args()
    for name, url in databases(given.only):
        measure(name, url, given.tickets, given.incidents)


if __name__ == "__main__":
    main()
