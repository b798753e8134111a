"""A whole installation in a folder of its own: the service, what it watches, the mail server, the webhook's end."""

import json
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler

from tests import loopback
from tests.detectors.sources.pages import serving
from tests.detectors.sources.prometheus_server import free_port
from tests.faults.exchange import Exchange
from tests.faults.nursery import Nursery, Process
from tests.patience import PATIENCE_S
from tests.tickets.tokens import KEY, signed
from tests.tocsin.web.running import template
from tocsin.storage import NotMigrated, Store, load_cipher, open_store
from tocsin.wiring.installation import KEY_FILE
from tocsin.wiring.sources import SAMPLES

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LOOK = 0.15
"""Seconds between two looks: each asks the service and the database, which costs processors that the story wants."""
CONFIG = """\
site: {{name: Northbridge, public_url: "http://127.0.0.1:{port}"}}
data: ./data
listen: "127.0.0.1:{port}"
sources: {{default: {source}}}
incidents: {{cause_wait: 0s, recovery_hold: 1s, reopen_within: 10m}}
page: {{heartbeat: {page_heartbeat}}}
mail: {{from: "Northbridge <support@northbridge.example>", smtp: {smtp}}}
trackers: {trackers}
desk: {{identity: {{secret_file: identity}}, bands: {{attach: 0.9, ask: 0.6, suggest: 0.3}}}}
heartbeat: {heartbeat}
components:
  - for: [{{asset: USDT, network: tron}}, {{asset: BTC, network: bitcoin}}, {{asset: ETH, network: ethereum}}]
    name: "withdrawals/{{asset}}/{{network}}"
    title: "{{asset}} withdrawals"
    group: Withdrawals
    asset: "{{asset}}"
    network: "{{network}}"
    direction: withdrawal
    form: Withdrawal
    disclosure: {{mode: auto, after: 0s}}
watches:
  - name: unsigned
    title: Oldest withdrawal waiting for its signature
    {query}
    component: "withdrawals/{{asset}}/{{network}}"
    unit: s
    bad: above
    kind: delay
    min_change: 2
    user_visible: true
    every: 1s
    recover: 1s
    absent_after: {absent_after}
    history: 1d
"""


class MailServer(Handler):
    """A real SMTP server's mail, by Message-ID in the order of acceptance."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)

    @property
    def counts(self) -> Counter[str]:
        return Counter(str(mail["Message-ID"]) for mail in self.mails)

    def subjects_of(self, address: str) -> list[str]:
        """Of each Message-ID once: what this customer was sent."""
        distinct = {str(m["Message-ID"]): str(m["Subject"]) for m in self.mails if m["To"] == address}
        return list(distinct.values())


@contextmanager
def mail_server(inbox: MailServer, port: int = 0) -> Iterator[int]:
    """Listens on the port until the end."""
    controller = Controller(inbox, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@dataclass(kw_only=True)
class Receiver:
    """A webhook's end. status: what it answers. accepted: (webhook-id, body) of what it answered 2xx to."""

    url: str = ""
    status: int = 204
    refused: int = 0
    accepted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["content-length"]))
        if self.status < 300:
            self.accepted.append((request.headers["webhook-id"], json.loads(body)))
        else:
            self.refused += 1
        request.send_response(self.status)
        request.send_header("content-length", "0")
        request.end_headers()


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with serving(made.answer) as site:
        made.url = f"{site.url}/hook"
        yield made


@dataclass(kw_only=True)
class Stage:
    """One installation.

    kills: how often the service died by SIGKILL. in_flight: mails that were accepted then and not yet marked.
    on_death: looks at what a killed one left behind. gather: how long its receiver's evidence gathers.
    """

    folder: Path
    nursery: Nursery
    exchange: Exchange
    inbox: MailServer = field(default_factory=MailServer)
    receiver: Receiver | None = None
    gather: str = "0s"
    smtp_port: int | None = None
    port: int = field(default_factory=free_port)
    process: Process | None = None
    kills: int = 0
    in_flight: set[str] = field(default_factory=set)
    on_death: Callable[[], None] | None = None
    words: dict[str, str] = field(default_factory=dict)
    opened: dict[tuple[int, int], Store] = field(default_factory=dict)

    # --- its life ---

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def config(self) -> Path:
        return self.folder / "tocsin.yaml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def page(self) -> Path:
        return self.data / "page"

    def write_config(self, **words: str) -> None:
        """The configuration; words replace single values of it."""
        smtp = f"{{host: 127.0.0.1, port: {self.smtp_port}, tls: none}}" if self.smtp_port else "null"
        hook = (
            f'{{kind: webhook, name: ops, url: "{self.receiver.url}", secret_env: OPS_SECRET, gather: {self.gather}}}'
            if self.receiver
            else ""
        )
        target = f'{{url: "{self.exchange.url}/metrics", every: 1s, labels: {{job: exchange}}}}'
        self.words |= words
        chosen = {
            "port": str(self.port),
            "source": f"{{kind: scrape, targets: [{target}]}}",
            "page_heartbeat": "1s",
            "smtp": smtp,
            "trackers": f"[{hook}]",
            "heartbeat": "null",
            "query": "metric: exchange_oldest_unsigned_withdrawal_seconds\n    by: [asset, network]",
            "absent_after": "5m",
            **self.words,
        }
        self.config.with_name("identity").write_bytes(KEY)
        self.config.write_text(CONFIG.format(**chosen), encoding="utf-8")

    def prepare(self, **words: str) -> None:
        """The configuration, and the past of the exchange."""
        self.write_config(**words)
        self.exchange.write_history(self.data / SAMPLES)

    def migrate(self) -> None:
        """The database as the first start would make it, which takes a third of that start."""
        self.data.mkdir(exist_ok=True)
        shutil.copy(template(), self.database)

    def start(self, at: str = "", *, wait: bool = True) -> Process:
        """The service; at: the point where it kills itself."""
        self.process = self.launch(at)
        if wait:
            self.until(self.is_ready, "the service is ready")
        return self.process

    def launch(self, at: str = "") -> Process:
        """A process of the service on this configuration, which is not looked after."""
        return self.nursery.start(
            "run", "--config", str(self.config), log=self.folder / "service.log", at=at, environ={"OPS_SECRET": SECRET}
        )

    def is_ready(self) -> bool:
        try:
            return loopback.get(f"{self.url}/-/ready").status_code == 200
        except httpx2.HTTPError:
            return False

    def look_after(self) -> None:
        """Starts the service again where it was killed; anything else that ends it is a failure."""
        if self.process is None or self.process.status is None:
            return
        assert self.process.status == -9, f"the service ended with status {self.process.status}:\n{self.log[-3000:]}"
        self.kills += 1
        self.in_flight |= self.accepted_but_unmarked()
        if self.on_death:
            self.on_death()
        self.process = self.launch()

    def until(self, holds: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
        """Looks again and again until it holds; looks after the service meanwhile. What `holds` returned."""
        deadline = time.monotonic() + seconds
        while True:
            self.look_after()
            found = holds()
            if found:
                return found
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}\n{self.log[-4000:]}"
            time.sleep(LOOK)

    @property
    def log(self) -> str:
        path = self.folder / "service.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def said(self, event: str, **fields: object) -> list[dict[str, Any]]:
        """The log's lines of that event with those fields."""
        found = []
        for line in self.log.splitlines():
            if line.startswith("{"):
                entry = json.loads(line)
                if entry.get("event") == event and fields.items() <= entry.items():
                    found.append(entry)
        return found

    # --- what its people see ---

    @property
    def database(self) -> Path:
        return self.data / "tocsin.db"

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database, beside the service; opened once, and again where another one took its place."""
        found = self.database.stat()
        file = found.st_dev, found.st_ino
        if file not in self.opened:
            self.close()
            cipher = load_cipher(self.data / KEY_FILE)
            self.opened[file] = open_store(f"sqlite:///{self.database}", cipher)
        yield self.opened[file]

    def close(self) -> None:
        """Closes what was opened to look into."""
        while self.opened:
            self.opened.popitem()[1].close()

    def accepted_but_unmarked(self) -> set[str]:
        """Message-IDs that the mail server took and the outbox still calls waiting: the batch in flight."""
        if not self.database.exists():
            return set()
        try:
            with self.store() as store:
                waiting = {one.message_id for one in waiting_mails(store)}
        except NotMigrated:
            return set()
        return waiting & set(self.inbox.counts)

    def summary(self) -> dict[str, Any]:
        """The page's summary.json; {} while there is none."""
        path = next(self.page.rglob("summary.json"), None)
        return dict(json.loads(path.read_bytes())) if path else {}

    def page_status(self, component: str = "USDT withdrawals") -> str:
        """How the page calls a component."""
        return next((c["status"] for c in self.summary().get("components", []) if c["name"] == component), "")

    def post(self, ticket: dict[str, Any], key: str, seconds: float = PATIENCE_S) -> dict[str, Any]:
        """A customer who sends again, with the same key, until the ticket is accepted: the 2xx answer."""

        def sent() -> dict[str, Any] | None:
            try:
                answer = loopback.post(f"{self.url}/api/v1/tickets", json=ticket, headers=proven(ticket, key))
            except httpx2.HTTPError:
                return None
            if answer.status_code >= 500:
                return None
            assert answer.status_code in {200, 201}, answer.text
            return dict(answer.json())

        return dict(self.until(sent, f"ticket {key} is accepted", seconds))

    def missing_links(self) -> set[str]:
        """What the page's index leads to and is not there."""
        index = (self.page / "index.html").read_text(encoding="utf-8")
        paths = {link.partition("#")[0] for link in re.findall(r'(?:href|src)="([^":]+)"', index)}
        return {path for path in paths if path and not path.startswith("/") and not self._is_there(path)}

    def _is_there(self, path: str) -> bool:
        place = self.page / path
        return (place / "index.html").exists() if path.endswith("/") else place.exists()


def proven(ticket: dict[str, Any], key: str) -> dict[str, str]:
    """The headers of a ticket whose customer the exchange signs for."""
    claims = {"sub": ticket["customer_id"], "email": ticket["email"], "exp": time.time() + 3600}
    return {"Idempotency-Key": key, "X-Customer-Token": signed(claims)}


def waiting_mails(store: Store) -> list[Any]:
    """Every mail that is not marked as sent, without claiming it."""
    from sqlalchemy import select

    from tocsin.storage.outbox import MailState, open_mail
    from tocsin.storage.tables.mail import outbox

    with store._database.read() as connection:
        rows = connection.execute(
            select(outbox.c.key_index, outbox.c.sealed).where(outbox.c.state == MailState.WAITING)
        )
        return [open_mail(store.mail._cipher, row.key_index, row.sealed) for row in rows]


def letter(customer: str, text: str, **fields: str) -> dict[str, Any]:
    """A ticket about a withdrawal."""
    return {
        "form": "Withdrawal",
        "subject": "My withdrawal",
        "text": text,
        "name": customer.title(),
        "email": f"{customer}@example.com",
        "customer_id": customer,
        "language": "en",
        "fields": fields,
    }
