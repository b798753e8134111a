"""What the pretended helpdesks share: tickets in memory, a server, and the faults that a test asks for."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tickets.helpdesk import Helpdesk, HelpdeskStatus
from tickets.ticket import Author

T0 = datetime(2026, 3, 2, 14, 3, tzinfo=UTC)
BUSY, BROKEN, LOST = "429", "500", "did it, and the answer was lost"
RETRY_AFTER = timedelta(seconds=30)
TOKEN, SECRET = "a token of the tests", "a secret of the tests"
TOCSIN = 1


class Refused(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, body: object = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body
        self.headers = headers or {}


@dataclass
class Comment:
    """One message; by: a user's number. TOCSIN is the API's own."""

    id: int
    author: Author
    by: int
    text: str
    public: bool = True
    subject: str = ""
    mark: str = ""


@dataclass
class FakeTicket:
    """A ticket in memory. changed: the place of its last change among all. key: it stands for an incident."""

    id: int
    subject: str
    email: str
    name: str
    status: str
    created_at: datetime
    updated_at: datetime
    changed: int
    comments: list[Comment]
    fields: dict[str, str] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    related: int | None = None
    key: str = ""
    requester: int = 0


class Fake:
    """A helpdesk of one vendor. A subclass answers its API by `answer`, and says what the words of the test are there.

    faults: what goes wrong with the next requests, one each. only: whether a request may be the one that goes wrong.
    """

    kind = ""
    is_signed = True
    statuses: ClassVar[Mapping[HelpdeskStatus, str]] = {}

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.url = ""
        self.tickets: dict[int, FakeTicket] = {}
        self.faults: list[str] = []
        self.only: Callable[[str, str], bool] = lambda method, path: method != "GET"
        self.requests: list[tuple[str, str]] = []
        self.is_down = False
        self._last = 100
        self._changes = 0
        self._lock = threading.Lock()

    # What a vendor fills in

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> object:
        """The JSON that a request is answered with; raises Refused."""
        raise NotImplementedError

    def adapter(self) -> Helpdesk:
        """What is tried, connected to this helpdesk as `support`."""
        raise NotImplementedError

    def config(self) -> str:
        """The entry of the configuration that names this helpdesk."""
        raise NotImplementedError

    def webhook(self, ticket_id: str) -> tuple[dict[str, str], bytes]:
        """The headers and the body with which the vendor says that a ticket changed, rightly signed."""
        raise NotImplementedError

    # What customers and agents do there

    def new(self, text: str, email: str = "ada@example.com", subject: str = "Where is it?", **fields: str) -> str:
        with self._lock:
            made = self._add(subject, email)
            made.fields.update(fields)
            made.comments.append(Comment(self._next(), Author.CUSTOMER, made.requester, text))
            return str(made.id)

    def say(self, ticket_id: str, text: str, *, author: Author = Author.CUSTOMER, public: bool = True) -> None:
        with self._lock:
            ticket = self.tickets[int(ticket_id)]
            by = ticket.requester if author is Author.CUSTOMER else 77
            ticket.comments.append(Comment(self._next(), author, by, text, public))
            if author is Author.CUSTOMER and ticket.status in (
                self.statuses[HelpdeskStatus.WAITING],
                self.statuses[HelpdeskStatus.SOLVED],
            ):
                ticket.status = self.statuses[HelpdeskStatus.OPEN]
            self.touch(ticket)

    def put(self, ticket_id: str, status: HelpdeskStatus) -> None:
        with self._lock:
            ticket = self.tickets[int(ticket_id)]
            ticket.status = self.statuses[status]
            self.touch(ticket)

    def relate(self, ticket_id: str, record: str) -> None:
        """An agent relates the ticket to one that stands for an incident; "" = takes it off."""
        with self._lock:
            ticket = self.tickets[int(ticket_id)]
            ticket.related = int(record) if record else None
            self.touch(ticket)

    # What is to be seen there

    def said(self, ticket_id: str) -> list[str]:
        """What Tocsin said to the customer, oldest first."""
        return [c.text for c in self.tickets[int(ticket_id)].comments if c.by == TOCSIN and c.public]

    def status(self, ticket_id: str) -> HelpdeskStatus:
        now = self.tickets[int(ticket_id)].status
        return next(ours for ours, theirs in self.statuses.items() if theirs == now)

    def related(self, ticket_id: str) -> str:
        return str(self.tickets[int(ticket_id)].related or "")

    def tags(self, ticket_id: str) -> set[str]:
        return self.tickets[int(ticket_id)].tags

    def records(self) -> list[FakeTicket]:
        """The tickets that stand for incidents."""
        return [ticket for ticket in self.tickets.values() if ticket.key]

    def touch(self, ticket: FakeTicket) -> None:
        self._changes += 1
        ticket.changed, ticket.updated_at = self._changes, self.clock()

    def _add(self, subject: str, email: str) -> FakeTicket:
        number = self._next()
        made = FakeTicket(
            id=number,
            subject=subject,
            email=email,
            name="Ada Example",
            status=self.statuses[HelpdeskStatus.OPEN],
            created_at=self.clock(),
            updated_at=self.clock(),
            changed=0,
            comments=[],
            requester=1000 + number,
        )
        self.tickets[number] = made
        self.touch(made)
        return made

    def _next(self) -> int:
        self._last += 1
        return self._last

    # The server

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        method, parts = handler.command, urlsplit(handler.path)
        length = int(handler.headers.get("content-length") or 0)
        body = json.loads(handler.rfile.read(length)) if length else None
        fault = ""
        with self._lock:
            self.requests.append((method, parts.path))
            if self.is_down:
                fault = BROKEN
            elif self.faults and self.only(method, parts.path):
                fault = self.faults.pop(0)
            if fault in (BUSY, BROKEN):
                status, said = int(fault), {"error": fault}
                more: Mapping[str, str] = (
                    {"retry-after": str(int(RETRY_AFTER.total_seconds()))} if fault == BUSY else {}
                )
            else:
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                status, said, more = self._answered(method, parts.path, query, body)
        if fault == LOST:
            handler.close_connection = True
            handler.connection.close()
            return
        content = json.dumps(said).encode()
        handler.send_response(status)
        for name, value in {"content-type": "application/json", **more}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def _answered(
        self, method: str, path: str, query: Mapping[str, str], body: Any
    ) -> tuple[int, Any, Mapping[str, str]]:
        try:
            return 200, self.answer(method, path, query, body), {}
        except Refused as refused:
            return refused.status, refused.body, refused.headers


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    """The helpdesk at a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            fake.respond(self)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
