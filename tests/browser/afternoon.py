"""The demo's exchange, its customers and a Tocsin that watches it, all on one simulated clock, a step at a time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from detectors.frame import labels_of
from detectors.sources.head import PageSample
from detectors.sources.scrape_store import RawHistory
from detectors.watch import Watch
from incidents.incident import Incident
from tests.tocsin.web.running import NOW, READILY, Running, running
from tocsin.demo.customers import Customers, Letter
from tocsin.demo.faults import parse_spec
from tocsin.demo.history import history
from tocsin.demo.simulate import Simulation
from tocsin.demo.world import World, make_world
from tocsin.detection.observe import observe, restored
from tocsin.page.publish import publish
from tocsin.response.place import place
from tocsin.story.stage import configuration

METRIC = "exchange_oldest_uncredited_deposit_seconds"
WATCH = "deposits-uncredited"
STEP_S = 5
ROUND = 3
"""After so many steps the service places, delivers and takes letters in; each step is scraped."""
SPEED = 30.0
ONE_LETTER_IN = 40
"""Of those that the exchange's customers write, how many are sent: what is shown is the same, and takes less long."""


@dataclass(slots=True, kw_only=True)
class Afternoon:
    """tocsin: on the demo's configuration, but for what one clock and one watch need. sent: the letters, by number."""

    tocsin: Running
    simulation: Simulation
    customers: Customers
    watch: Watch
    sent: dict[str, Letter] = field(default_factory=dict)
    _written: int = 0

    def start_fault(self, words: str) -> None:
        """Breaks the exchange as the demo's command does: "deposits-uncredited:ethereum"."""
        self.simulation.start_fault(parse_spec(self.simulation.world, words))

    @property
    def broken_at(self) -> datetime:
        """When the first fault began."""
        return datetime.fromtimestamp(min(f.started_at for f in self.simulation.faults.values()), UTC)

    def stop_faults(self) -> None:
        """Mends the exchange."""
        for fault in self.simulation.active_faults():
            self.simulation.stop_fault(fault.id)

    def pass_(self, *, seconds: int) -> None:
        """Lets so much time pass: customers write, the service watches and tells, and at the end it publishes."""
        letters: list[Letter] = []
        steps = list(self._steps(timedelta(seconds=seconds)))
        for number, at in enumerate(steps, start=1):
            self.tocsin.clock.at = at
            self.simulation.advance(at.timestamp())
            self.simulation.measure()
            started, self.simulation.started = self.simulation.started, []
            letters += self.customers.step(started, at.timestamp())
            self._scrape()
            if number % ROUND == 0 or number == len(steps):
                self._serve(letters)
                letters = []
        for sink in self.tocsin.services.refreshed:
            sink.refresh()
        publish(self.tocsin.services.publisher, self.tocsin.clock())

    def _serve(self, letters: Sequence[Letter]) -> None:
        observe(self.tocsin.services.observer, self.watch, self.tocsin.clock())
        place(self.tocsin.services.response, self.tocsin.clock())
        for letter in letters:
            self._written += 1
            if self._written % ONE_LETTER_IN == 0:
                self.receive(letter)
        self.deliver()

    def deliver(self) -> None:
        """Hands over what is due, to engineers, customers and subscribers."""
        for sink in self.tocsin.services.sinks:
            self.tocsin.deliver(f"updates:{sink.name}")
        self.tocsin.deliver("mail")

    def receive(self, letter: Letter) -> str:
        """A customer's letter, as the exchange sends it; the ticket's number."""
        key = {"Idempotency-Key": letter.key}
        exchange = self.tocsin.client(token=self.tocsin.token("tickets:write"))
        answer = exchange.post("/api/v1/tickets", json=letter.body(), headers=key)
        assert answer.status_code in {200, 201}, answer.text
        number = str(answer.json()["number"])
        self.sent[number] = letter
        return number

    def incident(self) -> Incident:
        """The one and only."""
        (found,) = self.tocsin.services.store.incidents.page().items
        return found

    def _steps(self, span: timedelta) -> Iterator[datetime]:
        at = self.tocsin.clock()
        until = at + span
        while at < until:
            at += timedelta(seconds=STEP_S)
            yield at

    def _scrape(self) -> None:
        ledger = self.simulation.ledger
        found = [PageSample(metric="up", labels=labels_of({"instance": "exchange"}), value=1.0)]
        for route in self.simulation.world.routes:
            where = {"asset": route.asset, "network": route.network}
            value = float(ledger.values[ledger.row(METRIC, **where)])
            found.append(PageSample(metric=METRIC, labels=labels_of(where), value=value))
        self.tocsin.runtime.kept.samples.append("exchange", self.tocsin.clock(), found)


def afternoon(folder: Path, address: str) -> Afternoon:
    """One that answers at the address; the exchange is well, and has been for a day."""
    text = configuration(address.removeprefix("http://"), "http://127.0.0.1:9", "")
    for plain, ours in (
        ("languages: [en, de, es]", "languages: [en, de, ar]"),
        (', account: {url: "http://127.0.0.1:9"}, identity: {secret_file: identity-secret}', ""),
        ("bands: {attach: 0.92}", READILY),
        ("every: 1s", f"every: {STEP_S}s"),
        ("history: 7d", "history: 1d"),
    ):
        assert plain in text
        text = text.replace(plain, ours)
    tocsin = running(folder, text)
    for sink in tocsin.services.sinks:
        tocsin.services.store.sinks.start(sink.name, tocsin.clock())
    world = make_world(speed=SPEED, seed=7)
    tocsin.runtime.kept.samples.load_history(_past(world))
    (watch,) = [one for one in tocsin.services.config.watches if one.name == WATCH]
    tocsin.services.memory.states[WATCH] = restored(tocsin.services.observer, watch, tocsin.clock())
    begins = tocsin.clock().timestamp()
    return Afternoon(
        tocsin=tocsin,
        simulation=Simulation(world, start=begins),
        customers=Customers(world, start=begins, unrelated=0.2),
        watch=watch,
    )


def _past(world: World) -> list[RawHistory]:
    end = NOW.timestamp()
    chunks = list(history(world, end - 86_400, end, step=30.0))
    rows = [row for row, (name, _) in enumerate(chunks[0].keys) if name == METRIC]
    times = np.concatenate([chunk.times for chunk in chunks])
    values = np.concatenate([chunk.values[rows] for chunk in chunks], axis=1)
    keys = tuple(labels_of(dict(chunks[0].keys[row][1])) for row in rows)
    up = RawHistory(metric="up", keys=((("instance", "exchange"),),), times=times, values=np.ones((1, len(times))))
    return [RawHistory(metric=METRIC, keys=keys, times=times, values=values), up]


def address_in(config: str) -> str:
    """Where a configuration says that the service is."""
    found = re.search(r'public_url: "([^"]+)"', config)
    assert found
    return found.group(1)
