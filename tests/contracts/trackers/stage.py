"""A Tocsin of one test beside a fake tracker, both on the test's clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from incidents.incident import Incident, IncidentUpdate
from tests.contracts.trackers.fake import FakeTicket, FakeTracker, serving
from tests.contracts.trackers.vendors import VENDORS, Vendor
from tests.tocsin.web.running import CONFIG, Clock, Running, running
from tickets.trackers.foreign import key_in
from tocsin.storage import SinkState

NAME = "ops"


@dataclass(kw_only=True)
class Stage:
    tocsin: Running
    fake: FakeTracker
    vendor: Vendor

    @property
    def clock(self) -> Clock:
        return self.tocsin.clock

    def deliver(self) -> None:
        """What is due now, once."""
        self.tocsin.deliver(f"updates:{NAME}")

    def settle(self, rounds: int = 60) -> None:
        """Delivers until nothing waits; half a minute passes between two tries."""
        for _ in range(rounds):
            self.deliver()
            if not self.state().waiting:
                return
            self.clock.pass_(seconds=30)
        raise AssertionError(f"still waits: {self.state().failures}")

    def state(self) -> SinkState:
        state = self.tocsin.services.store.sinks.state(NAME)
        assert state is not None
        return state

    def poll(self) -> int:
        """The tracker's news, a minute later."""
        self.clock.pass_(minutes=1)
        (inbox,) = self.tocsin.services.inboxes
        return inbox.poll(self.clock())

    def ticket(self) -> FakeTicket:
        """The only ticket that there is."""
        (found,) = self.fake.tickets.values()
        return found

    def ours(self) -> list[int]:
        """The lines of the timeline that are comments of the only ticket, in the order of the comments."""
        keys = [key_in(self.fake.plain(note.text)) for note in self.ticket().notes]
        return [int(key.partition(":")[2]) for key in keys if key]

    def lines(self, incident: Incident) -> list[IncidentUpdate]:
        return list(self.tocsin.services.store.incidents.timeline(incident.id))

    def said(self, incident: Incident) -> list[tuple[str, str]]:
        """The timeline as author and reason."""
        return [(line.author, line.reason) for line in self.lines(incident)]


@contextmanager
def stage(
    kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path, str], Running] = running
) -> Iterator[Stage]:
    """With one tracker named ops, which gets every line by itself.

    make: the Tocsin, of a folder and a configuration.
    """
    vendor = VENDORS[kind]
    clock = Clock()
    fake = vendor.fake(clock)
    monkeypatch.setenv("OPS_TOKEN", fake.token)
    with serving(fake) as url:
        common = f'kind: {vendor.kind or kind}, name: {NAME}, url: "{url}", token_env: OPS_TOKEN, gather: 0s'
        keys = f"{common}, {vendor.config}"
        made = make(folder, f"trackers: [{{{keys}}}]\n{CONFIG}")
        fake.clock = made.clock
        for sink in made.services.sinks:
            made.services.store.sinks.start(sink.name, made.clock())
        (inbox,) = made.services.inboxes
        inbox.poll(made.clock())
        try:
            yield Stage(tocsin=made, fake=fake, vendor=vendor)
        finally:
            made.close()
