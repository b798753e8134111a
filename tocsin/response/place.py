"""Signals become incidents: planned work first, then placing, then reminders. Only the lease holder runs these."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from glob import escape

import structlog

from incidents import correlate, reminder
from incidents.incident import Incident, IncidentUpdate
from incidents.lifecycle import TransitionError
from incidents.signal import Signal
from incidents.silence import Silence
from statuspage import maintenance
from tocsin.context.public_text import disclosure_site
from tocsin.context.services import Runtime, Services

log = structlog.get_logger()


def place(runtime: Runtime, now: datetime) -> tuple[IncidentUpdate, ...]:
    """The lease holder alone: signals -> incidents, in one transaction; wakes whoever must be told."""
    services = runtime.services

    silences = (*services.store.active_silences(now), *planned_silences(services))
    done: list[str] = []

    def decision(waiting: Sequence[Signal], known: Sequence[Incident]) -> tuple[IncidentUpdate, ...]:
        placed = correlate.place(waiting, known, services.graph, now, services.settings, silences)
        done[:] = placed.done
        return placed.updates

    updates = services.store.decide(decision, now, services.settings.reopen_within, runtime.holds_lease)
    if done:
        services.store.settle_signals(done, now)
    if updates:
        for update in updates:
            services.vitals.updates.labels(update.kind).inc()
            log.info("incident", incident=update.incident.reference, update=update.kind, seq=update.seq)
        runtime.wake("publish", "deliver")
    return updates


def planned_silences(services: Services) -> tuple[Silence, ...]:
    """Planned work that is going on and keeps its components quiet, as silences."""
    return tuple(
        Silence(
            id=f"{work.told.id}:{name}",
            component=escape(name),
            starts_at=work.told.scheduled_for,
            ends_at=work.told.scheduled_until,
            author=work.author,
            reason=f"planned work: {work.told.title}",
        )
        for work in services.store.all_work(over=False)
        if work.quiet and work.told.is_active and work.told.scheduled_for < work.told.scheduled_until
        for name in work.told.components
    )


def advance_work(runtime: Runtime, now: datetime) -> None:
    """The lease holder alone: planned work begins and ends at its times."""
    store = runtime.services.store
    for work in store.all_work(over=False):
        if maintenance.advance(work, now) is not work:
            moved = store.change_work(work.told.id, partial(maintenance.advance, now=now), now)
            log.info("planned work", work=moved.told.id, phase=moved.told.phase)
            runtime.wake("place", "publish")


def remind(runtime: Runtime, now: datetime) -> None:
    """The lease holder alone: whoever is on call hears what the public waits for, before it waits in vain."""
    services = runtime.services
    for incident in services.store.active_incidents():
        due = reminder.remind(services.store.timeline(incident.id), services.graph, disclosure_site(services), now)
        if due is None:
            continue
        try:
            services.store.change(incident.id, partial(reminder.still, due), now)
        except TransitionError:
            continue  # it ended while we looked
        services.vitals.updates.labels(due.kind).inc()
        log.info("reminded", incident=incident.reference, reason=due.reason)
        runtime.wake("deliver")
