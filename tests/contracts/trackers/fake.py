"""A fake tracker on loopback: the part that all vendors share, and the faults that every one of them has.

A vendor's fake (`github.py` and its neighbours) derives from FakeTracker and answers as that vendor documents; the
faults happen around it, so that none of them knows of faults.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as a fake reads it. path: decoded, without the query. parts: the files of a form, by field."""

    method: str
    path: str
    raw_path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")

    def file(self, name: str) -> tuple[str, bytes]:
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        for part in message_from_bytes(head + self.body).walk():
            if part.get_param("name", header="content-disposition") == name:
                content = part.get_payload(decode=True)
                assert isinstance(content, bytes)
                return str(part.get_filename()), content
        raise AssertionError(f"no file {name!r} in the form")


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refuse(Exception):
    """What the vendor answers to a request that it does not take."""

    def __init__(self, status: int, body: Any = None) -> None:
        super().__init__(str(body))
        self.reply = Reply(status=status, body=body)


@dataclass(kw_only=True)
class Note:
    """A comment, whoever wrote it. shown: what its reader reads, without marks that are invisible there."""

    id: int
    author: str
    text: str
    at: datetime


@dataclass(kw_only=True)
class FakeTicket:
    """A ticket of the fake. labels: also a priority, where the vendor has that. files: names of attachments."""

    id: int
    title: str
    body: str
    created_at: datetime
    updated_at: datetime
    is_open: bool = True
    labels: list[str] = field(default_factory=list)
    priority: str = ""
    assignee: str = ""
    key: str = ""
    notes: list[Note] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


Fault = Callable[[BaseHTTPRequestHandler, Callable[[], Reply]], Reply | None]
"""What happens to one request in place of its answer; None = the connection ends without one."""


def status(code: int, **headers: str) -> Fault:
    """Refuses, and does nothing."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, work: Reply(status=code, body={}, headers=named)


def lost(request: BaseHTTPRequestHandler, work: Callable[[], Reply]) -> None:
    """Does the work, and the answer is lost."""
    work()


def timed_out(request: BaseHTTPRequestHandler, work: Callable[[], Reply]) -> None:
    """Does the work, and says nothing before the caller has given up."""
    work()
    request.rfile.read(1)


def well(request: BaseHTTPRequestHandler, work: Callable[[], Reply]) -> Reply:
    return work()


class FakeTracker:
    """The common part. down: every request is refused so, before it does anything. faults: of the next writes.

    me: who our token signs in. seen: method and path of every request, in order. files: what was uploaded, by name.
    """

    me = "tocsin-bot"
    token = "fake-token-0123456789"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.url = ""
        self.tickets: dict[int, FakeTicket] = {}
        self.faults: list[Fault] = []
        self.down: Fault | None = None
        self.seen: list[str] = []
        self.lock = threading.Lock()
        self.files: dict[str, bytes] = {}
        self._count = 0

    def answer(self, request: Request) -> Reply:
        """As the vendor documents; raises Refuse."""
        raise NotImplementedError

    def is_signed_in(self, headers: Mapping[str, str]) -> bool:
        """Whether the credentials are right, in the vendor's way."""
        raise NotImplementedError

    def plain(self, text: str) -> str:
        """A comment as people read it, for those whose API adds something."""
        return text

    def now(self) -> datetime:
        """To the second, as most vendors have it."""
        return self.clock().replace(microsecond=0)

    def next_id(self) -> int:
        self._count += 1
        return self._count

    def open(self, **said: Any) -> FakeTicket:
        """A ticket, created now."""
        number = self.next_id()
        made = FakeTicket(id=number, created_at=self.now(), updated_at=self.now(), **said)
        self.tickets[number] = made
        return made

    def of(self, number: str) -> FakeTicket:
        """The ticket of this number; refuses with 404."""
        if not number.isdigit() or int(number) not in self.tickets:
            raise Refuse(404, {"message": "Not Found"})
        return self.tickets[int(number)]

    def note(self, ticket: FakeTicket, author: str, text: str) -> Note:
        """A comment, written now."""
        made = Note(id=self.next_id(), author=author, text=text, at=self.now())
        ticket.notes.append(made)
        ticket.updated_at = self.now()
        return made

    def assign(self, ticket: FakeTicket, who: str) -> None:
        """A person gives it to somebody."""
        ticket.assignee, ticket.updated_at = who, self.now()

    def set_open(self, ticket: FakeTicket, *, is_open: bool) -> None:
        """A person closes or reopens it."""
        ticket.is_open, ticket.updated_at = is_open, self.now()

    def handle(self, http: BaseHTTPRequestHandler) -> None:
        body = http.rfile.read(int(http.headers.get("content-length") or 0))
        parts = urlsplit(http.path)
        request = Request(
            method=http.command,
            path=unquote(parts.path),
            raw_path=parts.path,
            query={k: ",".join(v) for k, v in parse_qs(parts.query, keep_blank_values=True).items()},
            headers={k.lower(): v for k, v in http.headers.items()},
            body=body,
        )
        with self.lock:
            self.seen.append(f"{request.method} {request.path}")
            writes = request.method != "GET"
            fault = self.down or (self.faults.pop(0) if writes and self.faults else well)
            reply = fault(http, lambda: self._work(request))
        if reply is None:
            http.close_connection = True
            return
        content = b"" if reply.body is None else json.dumps(reply.body).encode()
        http.send_response(reply.status)
        for name, value in {"content-type": "application/json", **reply.headers}.items():
            http.send_header(name, value)
        http.send_header("content-length", str(len(content)))
        http.end_headers()
        http.wfile.write(content)

    def _work(self, request: Request) -> Reply:
        if not self.is_signed_in(request.headers):
            return Reply(status=401, body={"message": "Bad credentials"})
        try:
            return self.answer(request)
        except Refuse as refused:
            return refused.reply


@contextmanager
def serving(fake: FakeTracker) -> Iterator[str]:
    """The fake on loopback, until the block ends; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            fake.handle(self)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stamp(at: datetime) -> str:
    """2026-03-02T14:03:00Z"""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def since(query: Mapping[str, str], name: str) -> datetime:
    """The instant that a parameter says; the beginning of time where there is none."""
    said = query.get(name)
    return datetime.fromisoformat(said) if said else datetime.min.replace(tzinfo=UTC) + timedelta(days=1)


def paged(request: Request, base: str, items: list[Any], default: int) -> Reply:
    """One page of a list by `page` and `per_page`, with the `Link` header as GitHub and GitLab set it."""
    size, page = int(request.query.get("per_page", default)), int(request.query.get("page", "1"))
    shown = items[(page - 1) * size : page * size]
    headers = {}
    if page * size < len(items):
        query = "&".join(f"{k}={v}" for k, v in {**request.query, "page": str(page + 1)}.items())
        headers["link"] = f'<{base}{request.raw_path}?{query}>; rel="next"'
    return Reply(body=shown, headers=headers)
