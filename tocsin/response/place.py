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

    silences = (*services.store.silences.active(now), *planned_silences(services))

    def decision(waiting: Sequence[Signal], known: Sequence[Incident]) -> correlate.Placement:
        return correlate.place(waiting, known, services.graph, now, services.settings, silences)

    updates = services.store.incidents.decide(decision, now, services.settings.reopen_within, runtime.holds_lease)
    if updates:
        for update in updates:
            services.metrics.updates.labels(update.kind).inc()
            log.info("incident", incident=update.incident.reference, update=update.kind, seq=update.seq)
        runtime.wake("publish", "deliver")
    return updates


def planned_silences(services: Services) -> tuple[Silence, ...]:
    """Planned work that is going on and keeps its components quiet, as silences."""
    return tuple(
        Silence(
            id=planned_silence_id(work.told.id, name),
            component=escape(name),
            starts_at=work.told.scheduled_for,
            ends_at=work.told.scheduled_until,
            author=work.author,
            reason=f"planned work: {work.told.title}",
        )
        for work in services.store.maintenance.all(over=False)
        if work.quiet and work.told.is_active and work.told.scheduled_for < work.told.scheduled_until
        for name in work.told.components
    )


def planned_silence_id(work_id: str, component: str) -> str:
    """Names the silence that planned work is for one of its components."""
    return f"{work_id}:{component}"


def advance_work(runtime: Runtime, now: datetime) -> None:
    """The lease holder alone: planned work begins and ends at its times."""
    store = runtime.services.store
    for work in store.maintenance.all(over=False):
        if maintenance.advance(work, now) is not work:
            moved = store.maintenance.change(work.told.id, partial(maintenance.advance, now=now), now)
            log.info("planned work", work=moved.told.id, phase=moved.told.phase)
            runtime.wake("place", "publish")


def remind(runtime: Runtime, now: datetime) -> None:
    """The lease holder alone: whoever is on call hears what the public waits for, before it waits in vain."""
    services = runtime.services
    for incident in services.store.incidents.active():
        due = reminder.remind(
            services.store.incidents.timeline(incident.id), services.graph, disclosure_site(services), now
        )
        if due is None:
            continue
        try:
            services.store.incidents.change(incident.id, partial(reminder.still, due), now)
        except TransitionError:
            continue  # it ended while we looked
        services.metrics.updates.labels(due.kind).inc()
        log.info("reminded", incident=incident.reference, reason=due.reason)
        runtime.wake("deliver")
