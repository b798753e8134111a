"""Tocsin's services over a real SQLite store in a folder, without network; and a browser-like client of its web."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from detectors.watch import FailureKind
from incidents.incident import Incident, Severity
from incidents.lifecycle import Action, Opening
from statuspage.maintenance import PlannedWork, plan
from tests.tocsin.storage.examples import ticket as example_ticket
from tickets.mail.message import Mail
from tickets.ticket import Author, Message, Ticket
from tocsin.config import Config, load
from tocsin.context.clock_jumps import ClockJump
from tocsin.context.loops import Loop
from tocsin.delivery.channel import DeliveryChannel, deliver_due
from tocsin.page.publish import publish
from tocsin.response.incident_actions import act, open_incident
from tocsin.storage import AuditEntry, Cipher, Store, migrate
from tocsin.storage.accounts import Role
from tocsin.storage.database import Database
from tocsin.subscriptions.subscriptions import SubscriptionServices
from tocsin.web.app import create_web
from tocsin.web.http.access import form_token
from tocsin.wiring.build import Refused, build, rebuild
from tocsin.wiring.installation import Kept, keep
from tocsin.wiring.services import Current, Services

NOW = datetime(2026, 3, 2, 14, 3, tzinfo=UTC)
HOST = "http://testserver"
PASSWORD = "correct horse battery"
CONFIG = """\
site: {name: Example Exchange, public_url: "http://testserver", languages: [en, de]}
data: ./data
sources:
  default: {kind: scrape, targets: [{url: "http://127.0.0.1:9/metrics"}]}
components:
  - {name: chain/bitcoin, title: Bitcoin network, public: false, disclosure: {mode: never}}
  - name: withdrawals/BTC/bitcoin
    title: Bitcoin withdrawals
    group: Withdrawals
    asset: BTC
    network: bitcoin
    direction: withdrawal
    form: Withdrawal
    depends_on: [chain/bitcoin]
  - {name: trading, title: Spot trading, group: Trading, direction: trade, form: Trading issue}
watches:
  - name: withdrawal-time
    title: Withdrawal processing time, p95
    metric: exchange_withdrawal_processing_seconds
    read: quantile
    quantile: 0.95
    component: withdrawals/BTC/bitcoin
    unit: s
    bad: above
    kind: delay
    user_visible: true
"""
READILY = "bands: {attach: 0.9, ask: 0.6, suggest: 0.3}"
"""For `desk`: links what is right nine times in ten, so that a clear ticket is linked without an account."""


class StillRuntime:
    """The running application with every loop stopped: `settle` runs what was woken, in the test's own thread.

    woken: the loops that were asked for a run. refuses: what a reload finds wrong, whatever the file says.
    """

    def __init__(self, config: Config, kept: Kept) -> None:
        self.kept = kept
        self.woken: list[Loop] = []
        self.refuses: tuple[str, ...] = ()
        self.clock_jump: ClockJump | None = None
        self.stands_by = False
        self.is_stopping = True  # so that a stream of events ends at once; who serves it over a socket says otherwise
        self._current = Current(build(config, kept, wake=self.wake, may_decide=lambda: True))

    @property
    def services(self) -> Services:
        return self._current.services

    @contextmanager
    def using(self) -> Iterator[Services]:
        with self._current.using() as services:
            yield services

    def wake(self, *loops: Loop) -> None:
        self.woken.extend(Loop(loop) for loop in loops)

    def not_ready(self) -> str:
        return ""

    def reload(self) -> tuple[str, ...]:
        if self.refuses:
            return self.refuses
        try:
            services = rebuild(self.services.config, self.kept, wake=self.wake, may_decide=lambda: True)
        except Refused as refused:
            return refused.problems
        self._current.replace(services)
        return ()


@dataclass(slots=True, kw_only=True)
class Clock:
    """The tests' own time."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)


OURS = frozenset({"tracker", "sweep", "customers"})
"""The sinks that reach nobody over the network."""


@cache
def template() -> Path:
    """A migrated database of this process with roll-ups of nothing, copied for each test."""
    path = Path(mkdtemp(prefix="tocsin-web-")) / "tocsin.db"
    migrate(url := f"sqlite:///{path}")
    store = Store(Database(url), Cipher(bytes(32)))
    store.figures.complete()
    store.close()
    return path


@cache
def password_hash() -> str:
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


@dataclass(slots=True, kw_only=True)
class Running:
    """A Tocsin of one test: its services, its web application, its clock, and what happens in it."""

    runtime: StillRuntime
    web: FastAPI
    clock: Clock
    sessions: dict[Role, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def services(self) -> Services:
        return self.runtime.services

    @property
    def subscriptions(self) -> SubscriptionServices:
        """Where its configuration takes some."""
        assert self.services.subscriptions is not None
        return self.services.subscriptions

    def close(self) -> None:
        """Closes all that it opened."""
        self.services.close()
        self.services.store.close()
        self.runtime.kept.samples.close()

    def client(self, role: Role | None = None, *, token: str = "", host: str = "192.0.2.7") -> "Client":
        """A browser; signed in as somebody of the role, or a machine with a token. host: where it calls from."""
        client = Client(self, host)
        if role is not None:
            client.cookies.set("tocsin_session", self.session(role), domain="testserver.local")
        if token:
            client.headers["authorization"] = f"Bearer {token}"
        return client

    def session(self, role: Role) -> str:
        store = self.services.store
        if store.people.user_by_name(role) is None:
            store.people.add_user(role, f"{role}@example.com", password_hash(), role, self.clock())
        if role not in self.sessions or store.people.session(self.sessions[role], self.clock()) is None:
            self.sessions[role] = self.services.store.people.start_session(role, self.clock(), timedelta(days=7))
        return self.sessions[role]

    def token(self, scope: str) -> str:
        """A machine's token with one scope, named after it."""
        if scope not in self.tokens:
            self.tokens[scope] = self.services.store.people.add_token(scope, [scope], self.clock())
        return self.tokens[scope]

    def form_token(self, role: Role) -> str:
        return form_token(self.services, self.session(role))

    def incident(self, title: str = "Withdrawals are slow", *, disclosed: bool = True, **changes: object) -> Incident:
        """One opened by hand, and published."""
        values: dict[str, object] = {
            "key": f"{title}-{self.clock()}",
            "title": title,
            "components": ("withdrawals/BTC/bitcoin",),
            "kind": FailureKind.DELAY,
            "severity": Severity.MAJOR,
            **changes,
        }
        opened = open_incident(self.services.response, Opening(**values), "mara", self.clock())  # type: ignore[arg-type]
        if disclosed:
            self.do(opened.incident, Action.APPROVE)
        return self.current(opened.incident)

    def do(self, incident: Incident, action: Action, **said: str) -> None:
        act(self.services.response, incident.id, action, by="mara", said=said, now=self.clock())

    def current(self, incident: Incident) -> Incident:
        found = self.services.store.incidents.get(incident.id)
        assert found is not None
        return found

    def planned_work(self, title: str, body: str) -> PlannedWork:
        """Work on trading that is announced: it begins in an hour, and takes one."""
        now = self.clock()
        begins = now + timedelta(hours=1)
        work = plan(
            key="w", title=title, body=body, components=("trading",), start=begins, end=begins + timedelta(hours=1),
            quiet=True, by="mara", now=now,
        )  # fmt: skip
        return self.services.store.maintenance.add(work, now)

    def ticket(self, **changes: object) -> Ticket:
        """One stored ticket with its first message."""
        changes = {"created_at": self.clock(), "updated_at": self.clock(), **changes}

        def make(ticket_id: str, number: str) -> tuple[Ticket, tuple[Message, ...], tuple[Mail, ...]]:
            made = example_ticket(ticket_id, number, **changes)
            first = Message(
                id=f"{ticket_id}-m",
                ticket_id=ticket_id,
                author=Author.CUSTOMER,
                name=made.name,
                text=made.text,
                at=self.clock(),
            )
            return made, (first,), ()

        entry = AuditEntry(actor="customer", action="create", subject_kind="ticket")
        return self.services.store.tickets.add(make, None, "", "", self.clock(), entry)[0]

    def again(self, ticket: Ticket) -> Ticket:
        found = self.services.store.tickets.get(ticket.id)
        assert found is not None
        return found

    def audited(self, subject: str) -> list[str]:
        """What was recorded of a subject, oldest first."""
        log = self.services.store.audit.page(limit=10_000).items
        return [r.entry.action for r in reversed(log) if r.entry.subject == subject]

    def channel(self, name: str) -> DeliveryChannel[Any]:
        (found,) = [channel for channel in self.services.channels if channel.name == name]
        return found

    def deliver(self, name: str) -> int:
        """Delivers what is due by the channel of that name; how many items were accepted."""
        return deliver_due(self.channel(name), self.services.metrics, self.clock())

    def settle(self) -> None:
        """Tells trackers and customers, sends mail, publishes the page."""
        for sink in self.services.sinks:
            self.services.store.sinks.start(sink.name, self.clock())
        for incident in self.services.store.incidents.page(limit=200).items:
            for update in self.services.store.incidents.timeline(incident.id):
                for ours in self.services.sinks:
                    if ours.name in OURS:
                        ours.deliver(update)
        self.deliver("mail")
        publish(self.services.publisher, self.clock())


class Client(TestClient):
    """A test client that reads forms as a browser does."""

    def __init__(self, running: Running, host: str) -> None:
        super().__init__(running.web, HOST, follow_redirects=False, client=(host, 50000))
        self.headers["accept"] = "text/html"

    def form_token(self, path: str) -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', self.get(path).text)
        assert found is not None, path
        return found.group(1)

    def submit(self, path: str, values: Mapping[str, str | Sequence[str]], page: str = "") -> Response:
        """Posts a form of a page, with the page's form token."""
        token = self.form_token(page or path)
        return self.post(path, data={"form_token": token, **values})


def running(folder: Path, config: str = f"{CONFIG}desk: {{{READILY}}}\n") -> Running:
    """Services and web over a fresh database in `folder`."""
    (folder / "data").mkdir()
    shutil.copy(template(), folder / "data" / "tocsin.db")
    (folder / "tocsin.yaml").write_text(config, encoding="utf-8")
    return reopened(folder)


def reopened(folder: Path, at: datetime = NOW) -> Running:
    """Services and web over what a process that ended left in `folder`."""
    clock = Clock(at=at)
    loaded = load(folder / "tocsin.yaml")
    kept = keep(loaded, clock)
    runtime = StillRuntime(loaded, kept)
    return Running(runtime=runtime, web=create_web(runtime), clock=clock)
