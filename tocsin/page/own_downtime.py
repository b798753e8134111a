"""Time in which no process of ours ran counts as unknown on the public page."""

from datetime import datetime

import structlog

from tocsin.context.services import Services

log = structlog.get_logger()


def note_absence(services: Services, now: datetime) -> None:
    """At the start: while no process of ours lived, nobody looked at anything."""
    before = services.store.maintenance.alive(now)
    # Between two signs of life lies at most a heartbeat; twice that is no late one.
    if before is None or now - before <= 2 * services.config.page.heartbeat:
        return
    public = tuple(c.name for c in services.config.components if c.public)
    services.store.maintenance.note_absence(public, before, now)
    log.warning("nobody watched", since=before.isoformat(), until=now.isoformat())
