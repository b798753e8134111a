"""Limits the size of a request: bytes are counted as they arrive, whatever the request's header says."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tickets.forms import ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX

MIB = 1024 * 1024
BODY_MAX = MIB // 2  # bytes; the longest text of a ticket, escaped as JSON, fits
UPLOAD_MAX = ATTACHMENTS_MAX * ATTACHMENT_BYTES_MAX + MIB  # every file and the words

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
    """ASGI middleware: whoever reads more than the limit gets HTTPException 413, before anything is stored."""

    def __init__(self, app: ASGIApp, limit: Callable[[str], int] = limit_of) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, counting what is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        said = Headers(scope=scope).get("content-length", "")
        read = int(said) if said.isascii() and said.isdigit() and int(said) > limit else 0

        async def counted() -> Message:
            nonlocal read
            if read > limit:
                raise _too_large(limit)
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, counted, send)


def _too_large(limit: int) -> HTTPException:
    size = f"{limit // MIB} MiB" if limit >= MIB else f"{limit // 1024} KiB"
    return HTTPException(413, f"What was sent is too large: at most {size}. Nothing was stored.")
