"""How soon the desk's pages are there over 200,000 tickets and 1,000,000 messages while 20 tickets a second come in.

Run: python -m benchmarks.bench_desk [--tickets 200000] [--messages 5] [--only sqlite] [--asked 60].
Queue, search and ticket are asked for through the whole application in this process, one after the other, beside a
thread that takes tickets in and indexes them; so the milliseconds hold what both take of one interpreter. Beside them
stands the processor time of a page with nothing else going on. Words follow Zipf's law, as those of languages do.
PostgreSQL: TOCSIN_TEST_POSTGRES, else a private one.
"""

import argparse
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from benchmarks.aims import found
from benchmarks.bench_storage import postgres_url
from dashboards.rollup import fact_of
from tests.tocsin.storage.examples import BY, message, order, ticket
from tests.tocsin.web.running import CONFIG, Client, Running, reopened
from tickets.routing import TEAMS
from tickets.ticket import Author, Form, Priority, Routing, Ticket, TicketStatus
from tocsin.storage import Cipher, Store, migrate, open_store
from tocsin.storage.accounts import Role
from tocsin.storage.cipher import load_cipher
from tocsin.storage.database import Database
from tocsin.storage.sealing import index_columns, message_row, ticket_row
from tocsin.storage.search import WordIndex, words_of_message, words_of_ticket
from tocsin.storage.tables.columns import microseconds
from tocsin.storage.tables.tickets import messages, tickets

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
DAYS, BATCH, WORDS, VOCABULARY, A_SECOND = 180, 2000, 25, 20_000, 20
STATUS = (TicketStatus.NEW, TicketStatus.IN_PROGRESS, TicketStatus.AWAITING_CUSTOMER, TicketStatus.RESOLVED,
          TicketStatus.CLOSED)  # fmt: skip
SHARE = (1, 1, 2, 36, 60)
AUTHORS, SPOKEN = (Author.CUSTOMER, Author.AGENT), ("en", "de", "es")
Row = dict[str, Any]


class Language:
    """Words by Zipf's law, and names."""

    def __init__(self, chance: random.Random) -> None:
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.words = [
            "".join(chance.choices(letters, k=3 + min(7, rank.bit_length() // 2))) for rank in range(VOCABULARY)
        ]
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(VOCABULARY)))
        self._chance = chance

    def text(self) -> str:
        """One message."""
        return " ".join(self._chance.choices(self.words, cum_weights=self._weights, k=WORDS))


Words = set[tuple[int, datetime, str]]


class Filler:
    """Makes the rows as the service would have written them one by one."""

    def __init__(self, store: Store, cipher: Cipher, each: int) -> None:
        self.chance = random.Random(7)
        self.language = Language(self.chance)
        self.database = store.search._database  # noqa: SLF001
        self.index = WordIndex(cipher)
        self._cipher = cipher
        self._each = each
        self._tokens: dict[str, int] = {}

    def fill(self, many: int) -> None:
        """Writes so many tickets, a batch at a time."""
        for start in range(0, many, BATCH):
            made = [self.rows(number) for number in range(start, min(many, start + BATCH))]
            words = [word for one in made for word in one[2]]
            write(self.database, [one[0] for one in made], [row for one in made for row in one[1]], words)
        index_aside(self.database)

    def rows(self, number: int) -> tuple[Row, list[Row], Words]:
        """A ticket's row, those of its messages, and those of its words."""
        made = self._ticket(number)
        said = [
            message(made.id, f"m{k}", text=self.language.text(), author=AUTHORS[k % 2], at=made.created_at)
            for k in range(self._each)
        ]
        words = {word for entry in said for word in words_of_message(entry)} | set(words_of_ticket(made))
        for word in words - self._tokens.keys():
            self._tokens[word] = self.index.token(word)
        indexes = index_columns(self._cipher, made) | {"network_index": None}
        row = ticket_row(self._cipher, made, fact_of(made, 0, 0)) | indexes
        entries = [message_row(self._cipher, entry) for entry in said]
        return row, entries, {(self._tokens[word], made.created_at, made.id) for word in words}

    def _ticket(self, number: int) -> Ticket:
        chance, form = self.chance, self.chance.choice(list(Form))
        status = chance.choices(STATUS, SHARE)[0]
        at = NOW - timedelta(days=DAYS) * chance.random()
        routing = Routing(priority=chance.choice(list(Priority)), team=TEAMS[form], tier=1, department="Financial")
        return ticket(
            f"t{number:015}", f"TOC-{20_000 + 5 * number}",
            created_at=at, updated_at=at, form=form, status=status, routing=routing,
            email=f"c{number // 3}@example.com", customer_id=f"C-{number // 3}",
            name=f"{self.language.words[number % 5000]} example",
            subject=self.language.text()[:60], text=self.language.text(),
            fields=(("asset", "BTC"), ("txid", f"{number:x}".rjust(40, "f"))),
            assignee="" if status is TicketStatus.NEW else f"agent{number % 10}", language=SPOKEN[number % 3],
        )  # fmt: skip


def write(database: Database, made: list[Row], said: list[Row], words: Sequence[tuple[int, datetime, str]]) -> None:
    """One batch; its words are put aside, since a row here and a row there of a large table is slow."""
    with database.write() as connection:
        connection.execute(insert(tickets), made)
        connection.execute(insert(messages), said)
        raw: Any = connection.connection.driver_connection
        rows = [(token, microseconds(at), name) for token, at, name in words]
        if database.is_sqlite:
            raw.execute("CREATE TABLE IF NOT EXISTS aside (token INTEGER, created_at INTEGER, ticket_id TEXT)")
            raw.executemany("INSERT INTO aside VALUES (?, ?, ?)", rows)
            return
        connection.execute(text("CREATE TABLE IF NOT EXISTS aside (token BIGINT, created_at BIGINT, ticket_id TEXT)"))
        with raw.cursor().copy("COPY aside FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def index_aside(database: Database) -> None:
    """The index of words in its own order, from what was put aside."""
    with database.write() as connection:
        connection.execute(text("INSERT INTO ticket_tokens SELECT * FROM aside ORDER BY token, created_at, ticket_id"))
        connection.execute(text("DROP TABLE aside"))


@contextmanager
def arrivals(running: Running) -> Iterator[None]:
    """Tickets come in and are indexed until the context ends."""
    ended = threading.Event()

    def take() -> None:
        store, begun, taken = running.services.store, time.monotonic(), 0
        while not ended.wait(max(0.0, begun + taken / A_SECOND - time.monotonic())):
            made = order(None, created_at=NOW, updated_at=NOW, customer_id=f"N-{taken}")
            store.tickets.add(made.make, None, "", "d", NOW, BY)
            taken += 1
            if taken % (2 * A_SECOND) == 0:
                store.search.index_due()

    thread = threading.Thread(target=take)
    thread.start()
    yield
    ended.set()
    thread.join()


def pages(language: Language, chance: random.Random, many: int) -> dict[str, Callable[[], str]]:
    """What an agent asks for, anew each time."""
    common = language.words[:200]

    def number() -> int:
        return chance.randrange(many)

    return {
        "queue": lambda: "/desk",
        "queue of a team and a language": lambda: "/desk?team=Technical+Support&language=de",
        "queue of a customer": lambda: f"/desk?show=done&customer=C-{number() // 3}",
        "search for a transaction": lambda: "/desk/search?q=" + f"{number():x}".rjust(40, "f"),
        "search for an address": lambda: f"/desk/search?q=c{number() // 3}@example.com",
        "search for a rare and a common word": lambda: (
            f"/desk/search?q={chance.choice(language.words[2000:])}+{chance.choice(common)}"
        ),
        "search for three common words": lambda: "/desk/search?q=" + "+".join(chance.sample(common, 3)),
        "search for the commonest word": lambda: f"/desk/search?q={common[0]}",
        "ticket": lambda: f"/desk/tickets/TOC-{20_000 + 5 * number()}",
    }


def asked(label: str, agent: Client, path: Callable[[], str], times: int, running: Running) -> None:
    """The processor time alone, then the milliseconds beside arrivals."""
    agent.get(path())
    alone, beside = [], []
    for _ in range(max(5, times // 4)):
        busy = time.process_time()
        assert agent.get(path()).status_code == 200
        alone.append(1000 * (time.process_time() - busy))
    with arrivals(running):
        for _ in range(times):
            began = time.perf_counter()
            assert agent.get(path()).status_code == 200
            beside.append(1000 * (time.perf_counter() - began))
    found(f"{label}: median of the processor time, alone", statistics.median(alone), "ms")
    found(f"{label}: median", statistics.median(beside), "ms")
    found(f"{label}: p95", statistics.quantiles(beside, n=20)[-1], "ms", at_most=100)


def measure(name: str, url: str | None, options: argparse.Namespace) -> None:
    """Everything on one database."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as place:
        folder = Path(place)
        (folder / "tocsin.yaml").write_text(CONFIG + (f"database: {url}\n" if url else ""), encoding="utf-8")
        (folder / "data").mkdir()
        target = url or f"sqlite:///{folder / 'data' / 'tocsin.db'}"
        migrate(target)
        cipher = load_cipher(folder / "data" / "key", {})
        with closing(open_store(target, cipher)) as store:
            began = time.perf_counter()
            filler = Filler(store, cipher, options.messages)
            filler.fill(options.tickets)
            store.figures.rebuild()
        if url:
            with Database(url).engine.connect() as connection:
                connection.execute(text("ANALYZE"))
                connection.commit()
        print(f"== {name}: {options.tickets:,} tickets, {time.perf_counter() - began:.0f} s to fill", flush=True)
        running = reopened(folder, NOW)
        try:
            agent = running.client(Role.AGENT)
            for label, path in pages(filler.language, random.Random(3), options.tickets).items():
                asked(f"{name}, {label}", agent, path, options.asked, running)
        finally:
            running.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--messages", type=int, default=5, help="of each ticket")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--asked", type=int, default=60, help="times that each page is asked for")
    options = parser.parse_args()
    if options.only != "postgresql":
        measure("sqlite", None, options)
    if options.only != "sqlite" and (url := postgres_url()):
        measure("postgresql", url, options)


if __name__ == "__main__":
    main()
