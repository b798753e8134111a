"""Turns signals into incidents: planned work first, then placement, then reminders; the lease holder runs it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from glob import escape

import structlog

from incidents import correlate, reminder
from incidents.incident import Incident, IncidentUpdate
from incidents.lifecycle import TransitionError
from incidents.signal import Signal
from incidents.silence import Silence
from statuspage import maintenance
from tocsin.context.loops import Loop
from tocsin.response.response import Response
from tocsin.storage import Store

log = structlog.get_logger()

LATELY = timedelta(days=1)
"""What opens within a day of a silence's end says that the silence had kept it quiet."""


def place(response: Response, now: datetime) -> tuple[IncidentUpdate, ...]:
    """Places waiting signals in incidents, in one transaction, and wakes delivery. Only the lease holder runs it."""
    store = response.store
    silences = (*store.silences.active(now), *planned_silences(store))
    active = store.incidents.active()
    response.metrics.incidents_active.set(len(active))
    customers = store.tickets.linked_counts([incident.id for incident in active])
    groupings, lately = store.groupings.in_force(), store.silences.ended_since(now - LATELY)

    def decision(waiting: Sequence[Signal], known: Sequence[Incident]) -> correlate.Placement:
        return correlate.place(
            waiting,
            known,
            response.graph,
            now,
            response.settings,
            silences,
            customers=customers,
            groupings=groupings,
            lately=lately,
        )

    updates = store.incidents.decide(decision, now, response.settings.reopen_within, response.may_decide)
    if updates:
        for update in updates:
            response.metrics.updates.labels(update.kind).inc()
            log.info("incident", incident=update.incident.reference, update=update.kind, seq=update.seq)
        response.wake(Loop.PUBLISH, Loop.DELIVER)
    return updates


def planned_silences(store: Store) -> tuple[Silence, ...]:
    """The silences that planned work in progress imposes on its components."""
    return tuple(
        Silence(
            id=planned_silence_id(work.public.id, name),
            component=escape(name),
            starts_at=work.public.scheduled_for,
            ends_at=work.public.scheduled_until,
            author=work.author,
            reason=f"planned work: {work.public.title}",
        )
        for work in store.maintenance.all(over=False)
        if work.quiet and work.public.is_active and work.public.scheduled_for < work.public.scheduled_until
        for name in work.public.components
    )


def planned_silence_id(work_id: str, component: str) -> str:
    """The id of the silence that planned work imposes on one of its components."""
    return f"{work_id}:{component}"


def advance_work(response: Response, now: datetime) -> None:
    """Begins and ends planned work at its times. Only the lease holder runs it."""
    store = response.store
    for work in store.maintenance.all(over=False):
        if maintenance.advance(work, now) is not work:
            moved = store.maintenance.change(work.public.id, partial(maintenance.advance, now=now), now)
            log.info("planned work", work=moved.public.id, phase=moved.public.phase)
            response.wake(Loop.PLACE, Loop.PUBLISH)


def remind(response: Response, now: datetime) -> None:
    """Reminds the engineers on call before the public's next update is late. Only the lease holder runs it."""
    store = response.store
    for incident in store.incidents.active():
        due = reminder.remind(store.incidents.timeline(incident.id), response.graph, response.site, now)
        if due is None:
            continue
        try:
            store.incidents.change(incident.id, partial(reminder.still, due), now)
        except TransitionError:
            continue  # it ended while we looked
        response.metrics.updates.labels(due.kind).inc()
        log.info("reminded", incident=incident.reference, reason=due.reason)
        response.wake(Loop.DELIVER)
