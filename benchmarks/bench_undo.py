"""One wrong action on five thousand tickets, a link and an answer, and its undoing with a mail to each customer.

Run: python -m benchmarks.bench_undo [--tickets 5000] [--database postgresql://…]. An action must take no more than
30 s; beside it stands the processor time, since others share the machine.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.aims import found
from incidents.incident import Incident
from incidents.lifecycle import Action
from tests.tocsin.storage.examples import ticket as example_ticket
from tests.tocsin.web.running import CONFIG, Running, running
from tickets.mail.message import Mail
from tickets.ticket import Message, Ticket
from tocsin.desk.bulk_actions import Done, answer_all, link_all, undo
from tocsin.storage import AuditEntry, TicketOrder, migrate

AT_MOST_S = 30.0


def stored(tocsin: Running, many: int) -> list[Ticket]:
    """So many new tickets, each of a customer of its own."""

    def order(k: int) -> TicketOrder:
        def make(ticket_id: str, number: str) -> tuple[Ticket, tuple[Message, ...], tuple[Mail, ...]]:
            ticket = example_ticket(ticket_id, number, email=f"c{k}@customers.example", customer_id="")
            return replace(ticket, created_at=tocsin.clock(), updated_at=tocsin.clock()), (), ()

        entry = AuditEntry(actor="customer", action="create", subject_kind="ticket")
        return TicketOrder(make=make, idempotency_key=None, owner="", request_digest="", audit=entry)

    answers = tocsin.services.store.tickets.add_all([order(k) for k in range(many)], tocsin.clock())
    return [answer[0] for answer in answers if isinstance(answer, tuple)]


def timed(what: str, act: Callable[[], Done], many: int) -> Done:
    began, spent = time.perf_counter(), time.process_time()
    done = act()
    found(what, time.perf_counter() - began, "s", at_most=AT_MOST_S)
    found(f"{what}: processor", time.process_time() - spent, "s")
    found(f"{what}: tickets", done.count, "tickets", at_least=many, at_most=many)
    return done


def undone(tocsin: Running, done: Done) -> Done:
    action = tocsin.services.store.bulk_actions.get(done.batch)
    assert action is not None
    tocsin.clock.pass_(minutes=5)
    return undo(tocsin.services.desk, action, "mara", tocsin.clock())


def play(tocsin: Running, incident: Incident, many: int) -> None:
    desk, store = tocsin.services.desk, tocsin.services.store
    tickets = [ticket.id for ticket in stored(tocsin, many)]
    tocsin.clock.pass_(minutes=1)
    linked = timed("link", lambda: link_all(desk, tickets, incident.id, "mara", tocsin.clock()), many)
    tocsin.clock.pass_(minutes=1)
    tocsin.do(incident, Action.ADD_MESSAGE, text="We are on it.")
    for sink in tocsin.services.sinks:
        tocsin.deliver(f"updates:{sink.name}")
    answered = timed("answer", lambda: answer_all(desk, incident.id, "All is well", "mara", tocsin.clock()), many)
    before = store.mail.counts().waiting
    timed("undo the answer", lambda: undone(tocsin, answered), many)
    found("mails that take the answer back", store.mail.counts().waiting - before, "mails", at_least=many, at_most=many)
    before = store.mail.counts().waiting
    timed("undo the link", lambda: undone(tocsin, linked), many)
    found("mails that take the link back", store.mail.counts().waiting - before, "mails", at_least=many, at_most=many)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tickets", type=int, default=5_000)
    parser.add_argument("--database", default="", help="a PostgreSQL database that is empty; SQLite without it")
    wanted = parser.parse_args()
    if wanted.database:
        migrate(wanted.database)
    config = CONFIG + (f'database: "{wanted.database}"\n' if wanted.database else "")
    with tempfile.TemporaryDirectory() as folder:
        tocsin = running(Path(folder), config)
        incident = tocsin.incident()
        tocsin.settle()
        play(tocsin, incident, wanted.tickets)
        tocsin.close()


if __name__ == "__main__":
    main()
