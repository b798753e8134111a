"""Limits a request's size and how slowly it may arrive: bytes are counted, whatever the request's header says."""

import time
from collections.abc import Callable

from anyio import move_on_after
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tickets.forms import ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX

MIB = 1024 * 1024
BODY_MAX = MIB // 2  # bytes; the longest text of a ticket, escaped as JSON, fits
UPLOAD_MAX = ATTACHMENTS_MAX * ATTACHMENT_BYTES_MAX + MIB  # every file and the words

BODY_S = 20.0
BYTES_A_SECOND = 5_000
"""A body may take BODY_S seconds, and another for each so many bytes that came: a phone on a train sends as fast."""

ALERTS_MAX = 8 * MIB  # a whole group of alerts comes in one request
ALERTS = frozenset(
    {"/api/v2/alerts", "/api/v1/alertmanager", "/api/v1/cloudevents", "/api/v1/write", "/api/v1/otlp/v1/metrics"}
)


def limit_of(path: str) -> int:
    """Bytes that a request to this path may have: customers send files, and machines many alerts at once."""
    if path in ALERTS:
        return ALERTS_MAX
    return UPLOAD_MAX if path == "/support" or path.startswith("/support/t/") else BODY_MAX


class Bounds:
    """ASGI middleware: what is too large, or comes too slowly, raises HTTPException 413 or 408 for whoever reads it.

    Nothing is stored by then. body_s: seconds that a body may take beside those for its bytes.
    """

    def __init__(self, app: ASGIApp, limit: Callable[[str], int] = limit_of, body_s: float = BODY_S) -> None:
        self._app = app
        self._limit = limit
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, counting what is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        said = Headers(scope=scope).get("content-length", "")
        read = int(said) if said.isascii() and said.isdigit() and int(said) > limit else 0

        spent, is_whole = 0.0, False

        async def counted() -> Message:
            nonlocal read, spent, is_whole
            if read > limit:
                raise _too_large(limit)
            if is_whole:
                return await receive()  # which then says only that the client has gone
            began = time.monotonic()
            with move_on_after(self._body_s + read / BYTES_A_SECOND - spent) as patience:
                message = await receive()
            if patience.cancelled_caught:
                raise HTTPException(408, "What was sent came too slowly. Nothing was stored.", {"Connection": "close"})
            spent += time.monotonic() - began
            is_whole = not message.get("more_body")
            read += len(message.get("body", b""))
            if read > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, counted, send)


def _too_large(limit: int) -> HTTPException:
    size = f"{limit // MIB} MiB" if limit >= MIB else f"{limit // 1024} KiB"
    return HTTPException(413, f"What was sent is too large: at most {size}. Nothing was stored.")
