"""A rescan of many open tickets when an incident opens: the processor time and the time on the wall.

Run: python -m benchmarks.bench_sweep [--tickets 10000] [--seed 1]. The tickets came in the hour before, unlinked, three
in five of them about two faults; each has a customer of its own who was proven by the exchange. On SQLite with
synchronous FULL.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from benchmarks.aims import found
from benchmarks.flood import CONFIG, FloodTicket, flood_of
from detectors.watch import FailureKind
from incidents.incident import Severity
from tests.tocsin.web.running import Running, running
from tickets.identity import Identity, identified
from tickets.mail.message import Mail
from tickets.ticket import Message, NewTicket, Proof, Ticket
from tocsin.desk.intake import _recorded, assess
from tocsin.desk.ticket_sweep import sweep
from tocsin.storage import AuditEntry, TicketOrder
from tocsin.web.api.tickets import TicketIn, as_ticket

ENTRY = AuditEntry(actor="customer", action="create", subject_kind="ticket")
A_MINUTE = 200


def prepare(tocsin: Running, tickets: list[FloodTicket]) -> None:
    """All of them stored as they would be where nothing is known, some hundreds a transaction."""
    for start in range(0, len(tickets), A_MINUTE):
        tocsin.clock.pass_(minutes=1)
        orders = [_order(tocsin, one) for one in tickets[start : start + A_MINUTE]]
        tocsin.services.store.tickets.add_all(orders, tocsin.clock())


def _order(tocsin: Running, one: FloodTicket) -> TicketOrder:
    now, desk = tocsin.clock(), tocsin.services.desk
    ticket = as_ticket(TicketIn.model_validate(one.body()))
    new: NewTicket = identified(ticket, Identity(proof=Proof.MACHINE, vouches=True))
    assessment = assess(desk, new, now, earlier=())

    def make(ticket_id: str, number: str) -> tuple[Ticket, tuple[Message, ...], tuple[Mail, ...]]:
        made, messages, _ = _recorded(desk, new, assessment, now, ticket_id=ticket_id, number=number)
        return made, messages, ()

    return TicketOrder(make=make, idempotency_key=None, owner="", request_digest="", audit=ENTRY)


def main() -> None:
    """Runs it and prints a line a figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        tocsin = running(Path(home), CONFIG)
        prepare(tocsin, flood_of(asked.tickets, asked.seed))
        incident = tocsin.incident(
            "USDT withdrawals on Tron are slow",
            components=("withdrawals/USDT/tron",),
            kind=FailureKind.DELAY,
            severity=Severity.MAJOR,
        )
        line = tocsin.services.store.incidents.timeline(incident.id)[-1]
        tocsin.clock.pass_(seconds=5)
        used, began = time.process_time(), time.perf_counter()
        changed = sweep(tocsin.services.desk, line, tocsin.clock())
        used, lasted = time.process_time() - used, time.perf_counter() - began
        tocsin.close()
    what = f"rescan of {asked.tickets} open tickets, {changed} changed"
    share = asked.tickets / 10_000
    found(f"{what}: on the wall, load {os.getloadavg()[0]:.1f}", lasted, "s")
    found(f"{what}: of the processor", used, "s", at_most=20 * share)


if __name__ == "__main__":
    main()
