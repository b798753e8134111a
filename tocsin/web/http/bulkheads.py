"""Bulkheads: how many requests are worked on at once; a request that finds no place is refused soon.

A request takes a place when all of it has arrived, and leaves it when its answer begins: nobody holds a place by
sending or reading slowly. The places together are fewer than the threads for requests, so that what needs no place
(health, the public page's files, style sheets, metrics) always finds a thread.
"""

from collections import deque
from collections.abc import Mapping

from anyio import Event, move_on_after
from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.context.metrics import READS, WRITES, Metrics
from tocsin.storage.patience import REQUEST_S, hurried

PLACES: Mapping[str, int] = {WRITES: 16, READS: 12}
TURNS = 5  # of REQUEST_S each: so long is waited for a place while others are answered well
FREE = ("/-/", "/static/", "/status/", "/metrics")
"""Where paths begin that need no place."""
BUSY = "too much is under way just now; nothing was stored, please send it again"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class BusyError(HTTPException):
    """No place was free in time: 503, to be tried again after `Retry-After`."""

    def __init__(self) -> None:
        super().__init__(503, BUSY)


class Bulkhead:
    """So many places at once; the others wait in line. Of one event loop."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._line: deque[Event] = deque()
        self._done_well = 0

    async def enter(self) -> bool:
        """Takes a place; False where none was free in time: REQUEST_S, longer while the line moves."""
        if self._free > 0 and not self._line:
            self._free -= 1
            return True
        mine = Event()
        self._line.append(mine)
        try:
            return await self._reached(mine)
        except BaseException:
            if mine.is_set():
                self.leave(well=False)
            raise
        finally:
            if not mine.is_set():
                self._line.remove(mine)

    def leave(self, *, well: bool) -> None:
        """Gives the place to the next in line. well: the request was answered, not failed by what it waited for."""
        self._done_well += well
        if self._line:
            self._line.popleft().set()
        else:
            self._free += 1

    async def _reached(self, mine: Event) -> bool:
        for _ in range(TURNS):
            before = self._done_well
            with move_on_after(REQUEST_S):
                await mine.wait()
            if mine.is_set():
                return True
            if self._done_well == before:
                break
        return False


class Visit:
    """One request's place: taken at most once, left at most once."""

    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead
        self._is_inside = self._was_asked = False

    async def begin(self) -> bool:
        """Whether the request may go on."""
        if self._was_asked:
            return True
        self._was_asked = True
        self._is_inside = await self._bulkhead.enter()
        return self._is_inside

    def end(self, *, well: bool) -> None:
        """Leaves the place."""
        if self._is_inside:
            self._is_inside = False
            self._bulkhead.leave(well=well)


class Bulkheads:
    """ASGI middleware: lets so many requests in at once, and limits how long each waits for the database.

    A form for which no place is free is read to its end and refused then, so that the answer can hold what was typed.
    """

    def __init__(self, app: ASGIApp, places: Mapping[str, int] = PLACES) -> None:
        self._app = app
        self._bulkheads = {kind: Bulkhead(count) for kind, count in places.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, once there is a place."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with hurried():
            if scope["path"].startswith(FREE):
                await self._app(scope, receive, send)
            else:
                await self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = READS if scope["method"] in SAFE else WRITES
        visit, headers = Visit(self._bulkheads[kind]), Headers(scope=scope)
        state = scope.setdefault("state", {})

        async def whole() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body") and not await visit.begin():
                _count(scope, kind)
                state["is_busy"] = True
                if not headers.get("content-type", "").startswith(FORMS):
                    raise BusyError
            return message

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.end(well=message["status"] < 500)
            await send(message)

        try:
            if not _has_body(headers) and not await visit.begin():
                _count(scope, kind)
                state["is_busy"] = True
            await self._app(scope, whole, answered)
        finally:
            visit.end(well=False)


def refuse_if_busy(request: Request) -> None:
    """Raises BusyError where the request has no place."""
    if getattr(request.state, "is_busy", False):
        raise BusyError


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _count(scope: Scope, kind: str) -> None:
    metrics: Metrics = scope["state"]["services"].metrics
    metrics.refused_requests.labels(kind).inc()
