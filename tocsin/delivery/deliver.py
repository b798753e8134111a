"""Every update of an incident is told to each sink, in order, from the sink's own cursor."""

from datetime import datetime

import structlog

from incidents.delivery import Backoff, DeliveryError, Sink
from incidents.incident import IncidentUpdate
from tocsin.delivery.delivery import Delivery

log = structlog.get_logger()

BACKOFF = Backoff()


def deliver(services: Delivery, sink: Sink, now: datetime) -> int:
    """What this sink has not been told yet, in order, from its own cursor; a dead sink delays only itself."""
    stuck: set[str] = set()
    told = 0
    for update in services.store.sinks.waiting(sink.name, now):
        if update.incident.id in stuck:
            continue
        try:
            sink.deliver(update)
        except DeliveryError as error:
            stuck.add(update.incident.id)
            _undelivered(services, sink, update, error, now)
        except Exception as error:
            # A mistake of ours goes on to the tick, but this incident waits: it must not keep others from being told.
            _undelivered(services, sink, update, DeliveryError(f"{type(error).__name__}: {error}", retry=True), now)
            raise
        else:
            services.store.sinks.told(sink.name, update.incident.id, update.seq, now)
            services.metrics.deliveries.labels(sink.name, "told").inc()
            told += 1
    return told


def _undelivered(services: Delivery, sink: Sink, update: IncidentUpdate, error: DeliveryError, now: datetime) -> None:
    attempts = services.store.sinks.attempts(sink.name, update.incident.id) + 1
    # What is refused for good is tried at the longest wait all the same: somebody will mend the receiver.
    wait = BACKOFF.next_at(attempts, now) - now if error.retry else BACKOFF.longest
    next_at = now + max(wait, error.retry_after or wait)
    services.store.sinks.failed(sink.name, update.incident.id, str(error), next_at, now)
    services.metrics.deliveries.labels(sink.name, "failed").inc()
    log.warning("update not delivered", sink=sink.name, incident=update.incident.reference, error=str(error))
