"""Three spikes of ten minutes, an hour apart, in a real Prometheus: from its samples to ticket, page and mail.

A week without a fault and the afternoon of the spikes are written into the Prometheus; the service asks it on a clock
that the test moves, each minute around the spikes and each ten where nothing happens. Whatever lies between a sample
and a mail server is the service's own.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from pathlib import Path

import numpy as np

from detectors.frame import Floats
from detectors.sources.scrape_store import RawHistory
from incidents.incident import Incident
from tests.detectors.sources.prometheus_server import running_prometheus, write_samples
from tests.scenarios.test_return import front
from tests.tickets.mail.test_smtp import Inbox, serving
from tests.tocsin.web.running import NOW, Running, running
from tickets.identity import NOBODY
from tickets.ticket import Form, NewTicket, Ticket, TicketStatus
from tocsin.desk.intake import receive
from tocsin.detection.observe import observe, restored
from tocsin.response.place import place

STEP, CALM = timedelta(minutes=1), timedelta(minutes=10)
PAST = timedelta(days=7)
LENGTH = timedelta(minutes=330)
SPIKES = (10.0, 70.0, 130.0)
"""Minutes from the beginning; each lasts for ten."""
CONFIG = """\
site: {name: Northbridge, public_url: "http://testserver"}
data: ./data
sources: {default: {kind: prometheus, url: "PROMETHEUS"}}
mail: {from: "Northbridge <support@northbridge.example>", smtp: {host: 127.0.0.1, port: SMTP, tls: none}}
components:
  - name: withdrawals/BTC/bitcoin
    title: Bitcoin withdrawals
    group: Withdrawals
    asset: BTC
    network: bitcoin
    direction: withdrawal
    form: Withdrawal
    disclosure: {mode: auto, after: 0s}
watches:
  - name: withdrawal-time
    title: Withdrawal processing time
    metric: withdrawal_seconds
    component: withdrawals/BTC/bitcoin
    unit: s
    bad: above
    kind: delay
    user_visible: true
    every: 60s
    history: 7d
desk: {bands: {attach: 0.9, ask: 0.6, suggest: 0.3}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A Tocsin that watches a real Prometheus and sends by a real mail server."""

    tocsin: Running
    inbox: Inbox

    def play(self, minutes: float, *, every: timedelta = STEP) -> None:
        """Up to that many minutes from the beginning, again and again: look, place, tell everybody."""
        tocsin, services = self.tocsin, self.tocsin.services
        (watch,) = services.config.watches
        while tocsin.clock() < at(minutes):
            tocsin.clock.at = min(tocsin.clock.at + every, at(minutes))
            observe(services.observer, watch, tocsin.clock())
            place(services.response, tocsin.clock())
            for sink in services.sinks:
                tocsin.deliver(f"updates:{sink.name}")
            tocsin.deliver("mail")

    def writes(self, name: str) -> Ticket:
        """A customer asks for a withdrawal."""
        new = NewTicket(
            form=Form.WITHDRAWAL,
            subject="Where is my withdrawal?",
            text="My BTC withdrawal is still pending.",
            email=f"{name}@example.com",
            fields=(("asset", "BTC"), ("network", "bitcoin")),
        )
        receipt = receive(self.tocsin.services.desk, new, self.tocsin.clock(), identity=NOBODY, idempotency_key=None)
        return receipt.ticket

    def incident(self) -> Incident:
        """The only one there is."""
        (incident,) = self.tocsin.services.store.incidents.page().items
        return incident

    def mails_to(self, name: str) -> list[str]:
        """How the subjects begin of what the mail server took for a customer, in the order of its coming."""
        subjects = [
            str(make_header(decode_header(mail["subject"]))) for mail in self.inbox.mails if f"{name}@" in mail["to"]
        ]
        return [re.sub(r"^\[[^]]*\] ", "", subject).split(":")[0] for subject in subjects]


def afternoon() -> RawHistory:
    """A sample a minute: a week of withdrawals of about 40 s, slower by day, and three spikes at four times as much."""
    minutes: Floats = np.arange(-PAST / STEP, LENGTH / STEP + 1)
    times = NOW.timestamp() + 60.0 * minutes
    seconds = 40.0 + 10.0 * np.sin(2.0 * np.pi * times / 86_400.0)
    seconds *= np.random.default_rng(9).lognormal(0.0, 0.06, len(minutes))
    for begin in SPIKES:
        seconds[(minutes >= begin) & (minutes < begin + 10)] *= 4.0
    return RawHistory(metric="withdrawal_seconds", keys=((),), times=times, values=seconds[None])


@contextmanager
def exchange(folder: Path) -> Iterator[Exchange]:
    """Prometheus with its samples, the mail server, and Tocsin after a warm start."""
    inbox = Inbox()
    with running_prometheus(folder / "prometheus") as url, serving(inbox) as port:
        write_samples(url, [afternoon()])
        tocsin = running(folder, CONFIG.replace("PROMETHEUS", url).replace("SMTP", str(port)))
        services = tocsin.services
        for sink in services.sinks:
            services.store.sinks.start(sink.name, tocsin.clock())
        (watch,) = services.config.watches
        services.memory.states[watch.name] = restored(services.observer, watch, tocsin.clock())
        try:
            yield Exchange(tocsin=tocsin, inbox=inbox)
        finally:
            tocsin.close()


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_three_spikes_are_one_ticket_and_page_and_customers_hear_of_each(tmp_path: Path) -> None:
    with exchange(tmp_path) as exchange_:
        tocsin, store = exchange_.tocsin, exchange_.tocsin.services.store
        exchange_.play(9, every=CALM)
        assert store.incidents.page().items == ()
        exchange_.play(16)
        assert exchange_.incident().started_at == at(10)
        ada = exchange_.writes("ada")
        assert (ada.status, ada.linked_by) == (TicketStatus.AWAITING_INCIDENT, "tocsin")

        exchange_.play(30)
        assert tocsin.again(ada).status is TicketStatus.RESOLVED
        assert "All systems operational" in front(tocsin)
        exchange_.play(70, every=CALM)
        exchange_.play(76)
        assert tocsin.again(ada).status is TicketStatus.AWAITING_INCIDENT
        assert f"The problem has been back since {at(70):%H:%M} UTC." in front(tocsin)

        exchange_.play(95)
        exchange_.play(130, every=CALM)
        exchange_.play(136)
        assert f"3 times since {at(10):%H:%M} UTC." in front(tocsin)
        exchange_.play(145)
        exchange_.play(LENGTH / STEP, every=CALM)

        assert "All systems operational" in front(tocsin)
        assert tocsin.again(ada).status is TicketStatus.RESOLVED
        incident = exchange_.incident()
        kinds = [update.kind.value for update in store.incidents.timeline(incident.id)]
        assert (kinds.count("opened"), kinds.count("reopened"), kinds.count("resolved")) == (1, 2, 3)
        assert [signal.started_at for signal in incident.signals][-1] == at(130)
        assert exchange_.mails_to("ada")[1:] == ["Solved", "Not over", "Solved", "Not over", "Solved"]
        assert store.incidents.openings_since(NOW - timedelta(days=30))["withdrawal-time"].all == 1
        ticket = store.engineering_tickets.get(incident.id)
        assert ticket is not None
        assert "3 excursions since" in ticket.body
