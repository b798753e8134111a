"""Says to open pages, as it happens, that something changed: server-sent events, without what changed."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from tocsin.storage import StorageError
from tocsin.web.http.access import STAFF
from tocsin.web.http.runtime import runtime_of, services_of
from tocsin.web.http.threads import look_up

LOOK_EVERY = timedelta(seconds=1)
LASTS = timedelta(minutes=5)
"""After this a browser connects again, and must be signed in still."""
RETRY_MS = 2000

router = APIRouter(include_in_schema=False)


@router.get("/live", response_class=EventSourceResponse, dependencies=[Depends(STAFF)])
async def live(request: Request, last_event_id: Annotated[str, Header()] = "") -> AsyncIterator[ServerSentEvent]:
    """An event `changed` after each second in which an incident, a ticket or a mail changed.

    It ends with a reload, with the process, and after five minutes; a browser then connects again by itself.

    last_event_id: what a browser that connects again had seen; a change meanwhile is an event at once.
    """
    runtime, services = runtime_of(request), services_of(request)
    seen = last_event_id or await look_up(services.store.last_change)
    yield ServerSentEvent(comment="listening", id=seen, retry=RETRY_MS)
    with anyio.move_on_after(LASTS.total_seconds()):
        while not runtime.is_stopping and runtime.services is services:
            with suppress(StorageError):  # it is said elsewhere; here the next look comes soon
                now = await look_up(services.store.last_change)
                if now != seen:
                    seen = now
                    yield ServerSentEvent(event="changed", raw_data=seen, id=seen)
            await anyio.sleep(LOOK_EVERY.total_seconds())
