"""Marks the time in which Tocsin was not running as unknown on the public page."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from incidents.component import Component
from tocsin.storage import Store

log = structlog.get_logger()


def note_absence(store: Store, components: Iterable[Component], heartbeat: timedelta, now: datetime) -> None:
    """At the start, marks the time since Tocsin last ran as unknown. heartbeat: of the public page."""
    before = store.maintenance.alive(now)
    # Between two signs of life lies at most a heartbeat; twice that is no late one.
    if before is None or now - before <= 2 * heartbeat:
        return
    public = tuple(c.name for c in components if c.public)
    store.maintenance.note_absence(public, before, now)
    log.warning("nobody watched", since=before.isoformat(), until=now.isoformat())
