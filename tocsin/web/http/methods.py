"""HEAD for every page that has a GET, and in `Allow` what a page takes where a method is refused (RFC 9110)."""

import re
from collections.abc import Iterable
from functools import cache

from anyio import CancelScope
from fastapi.routing import iter_route_contexts
from starlette.datastructures import MutableHeaders
from starlette.routing import BaseRoute, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOUNTED = frozenset({"GET"})
"""What folders of files take."""
EVENTS = "text/event-stream"
"""The kind of an answer that goes on for minutes."""


class Methods:
    """ASGI middleware: HEAD is answered as GET without its body, and a 405 says in `Allow` what is possible.

    A HEAD of a stream of events ends at once, and the stream is not begun.

    routes: of the whole application, those that are added later too.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on; a HEAD as a GET."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        app = CancelScope()
        is_endless = False

        async def answered(message: Message) -> None:
            nonlocal is_endless
            if message["type"] == "http.response.start":
                if message["status"] == 405:
                    MutableHeaders(scope=message)["Allow"] = ", ".join(sorted(self._taken(scope["path"])))
                is_endless = is_head and MutableHeaders(scope=message).get("content-type", "").startswith(EVENTS)
            if is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)
            if is_endless:  # nothing of the stream is wanted; without its end the connection would take no more
                is_endless = False
                await send({"type": "http.response.body", "body": b""})
                app.cancel()

        with app:
            await self._app({**scope, "method": "GET"} if is_head else scope, receive, answered)

    def _taken(self, path: str) -> set[str]:
        """The methods that a path takes, of all routes that match it."""
        taken: set[str] = set()
        for context in iter_route_contexts(list(self._routes)):
            is_mount = not context.methods
            if _pattern(f"{context.path}/{{rest:path}}" if is_mount else str(context.path)).match(path):
                taken |= MOUNTED if is_mount else set(context.methods or ())
        return taken | {"HEAD"} if "GET" in taken else taken


@cache
def _pattern(path: str) -> re.Pattern[str]:
    """What a route's path matches."""
    return compile_path(path)[0]
