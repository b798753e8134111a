"""The product: samples -> signals -> incidents -> whoever must know. Decisions are elsewhere; this is their order."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from glob import escape

import structlog

from detectors.observe import look
from detectors.sources.source import SourceError
from detectors.state import State
from detectors.watch import Watch
from incidents import correlate, reminder
from incidents.delivery import Backoff, DeliveryError, Sink
from incidents.incident import Incident, IncidentUpdate
from incidents.lifecycle import TransitionError
from incidents.signal import Signal
from incidents.silence import Silence
from statuspage import maintenance
from tocsin.judging import signals_of, warmed
from tocsin.publicwords import disclosure_site
from tocsin.services import Evaluation, Runtime, Services

log = structlog.get_logger()

CHECKPOINT_EVERY = timedelta(minutes=3)
BACKOFF = Backoff()
AHEAD = timedelta(minutes=5)  # of a clock that is merely set right, nobody need learn afresh


def observe(runtime: Runtime, watch: Watch, now: datetime) -> None:
    """One watch, its own job, so that a slow query delays nobody else: samples -> scores -> anomalies -> signals."""
    began, services = time.perf_counter(), runtime.services
    state = runtime.states.get(watch.name) or State.empty(watch)
    try:
        if is_ahead(state, now):
            state = _relearnt(services, watch, state, now)
        frame = services.sources[watch.source].read(watch, state.watermark, now)
    except SourceError as error:
        _unreadable(runtime, watch, error, _took(began), now)
        return
    seen = look(watch, state, frame)
    signals = signals_of(seen.anomalies, watch)
    if signals:
        services.store.record_signals(signals, now)
        services.vitals.signals.labels("watch").inc(len(signals))
        runtime.wake("place")
    runtime.states[watch.name] = seen.state
    runtime.recent_of(watch.name).add(frame, seen.scores)
    _evaluated(runtime, watch, len(frame.keys), _took(began), now)


def is_ahead(state: State, now: datetime) -> bool:
    """Whether a clock that was wrong took the state into the future: what comes now would be too old for it."""
    return state.watermark is not None and state.watermark > now + AHEAD


def _relearnt(services: Services, watch: Watch, state: State, now: datetime) -> State:
    """The state up to now, from history; what had begun before now goes on. Raises SourceError."""
    log.warning("a clock was wrong, the watch is learnt afresh", watch=watch.name, was_at=str(state.watermark))
    at = now.timestamp()
    tracks = tuple(replace(t, last=min(t.last, at), hot=min(t.hot, at)) for t in state.tracks if t.since <= at)
    return replace(warmed(services.sources[watch.source], watch, now), tracks=tracks)


def _took(began: float) -> timedelta:
    return timedelta(seconds=time.perf_counter() - began)


def _unreadable(runtime: Runtime, watch: Watch, error: SourceError, took: timedelta, now: datetime) -> None:
    services = runtime.services
    runtime.mark_evaluation(watch.name, Evaluation(at=now, took=took, error=str(error)))
    services.vitals.watch_seconds.labels(watch.name).observe(took.total_seconds())
    services.vitals.watch_failures.labels(watch.name).inc()
    services.store.save_watch_status(watch.name, False, str(error), now, took=took)
    log.warning("watch not evaluated", watch=watch.name, error=str(error))


def _evaluated(runtime: Runtime, watch: Watch, series: int, took: timedelta, now: datetime) -> None:
    services = runtime.services
    runtime.mark_evaluation(watch.name, Evaluation(at=now, took=took))
    services.vitals.watch_seconds.labels(watch.name).observe(took.total_seconds())
    services.vitals.watch_evaluated.labels(watch.name).set(now.timestamp())
    services.vitals.watch_series.labels(watch.name).set(series)
    if now - runtime.checkpointed_at(watch.name) >= CHECKPOINT_EVERY:
        checkpoint(runtime, watch, now)


def checkpoint(runtime: Runtime, watch: Watch, now: datetime) -> None:
    """Saves a watch's state with its watermark; after a kill -9 the samples since are scored again."""
    state = runtime.states.get(watch.name)
    if state is None or state.watermark is None:
        return
    runtime.services.store.save_checkpoint(watch.name, state.to_bytes(watch), state.watermark, now)
    runtime.mark_checkpoint(watch.name, now)


def place(runtime: Runtime, now: datetime) -> tuple[IncidentUpdate, ...]:
    """The lease holder alone: signals -> incidents, in one transaction; wakes whoever must be told."""
    services = runtime.services

    silences = (*services.store.active_silences(now), *planned_silences(services))
    customers = services.store.linked_counts([i.id for i in services.store.active_incidents()])
    done: list[str] = []

    def decision(waiting: Sequence[Signal], known: Sequence[Incident]) -> tuple[IncidentUpdate, ...]:
        placed = correlate.place(waiting, known, services.graph, now, services.settings, silences, customers=customers)
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


def note_absence(services: Services, now: datetime) -> None:
    """At the start: while no process of ours lived, nobody looked at anything."""
    before = services.store.alive(now)
    # Between two signs of life lies at most a heartbeat; twice that is no late one.
    if before is None or now - before <= 2 * services.config.page.heartbeat:
        return
    public = tuple(c.name for c in services.config.components if c.public)
    services.store.note_absence(public, before, now)
    log.warning("nobody watched", since=before.isoformat(), until=now.isoformat())


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


def deliver(services: Services, sink: Sink, now: datetime) -> int:
    """What this sink has not been told yet, in order, from its own cursor; a dead sink delays only itself."""
    stuck: set[str] = set()
    told = 0
    for update in services.store.waiting_updates(sink.name, now):
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
            services.store.told(sink.name, update.incident.id, update.seq, now)
            services.vitals.deliveries.labels(sink.name, "told").inc()
            told += 1
    return told


def _undelivered(services: Services, sink: Sink, update: IncidentUpdate, error: DeliveryError, now: datetime) -> None:
    attempts = services.store.attempts(sink.name, update.incident.id) + 1
    # What is refused for good is tried at the longest wait all the same: somebody will mend the receiver.
    wait = BACKOFF.next_at(attempts, now) - now if error.retry else BACKOFF.longest
    next_at = now + max(wait, error.retry_after or wait)
    services.store.failed(sink.name, update.incident.id, str(error), next_at, now)
    services.vitals.deliveries.labels(sink.name, "failed").inc()
    log.warning("update not delivered", sink=sink.name, incident=update.incident.reference, error=str(error))


def restored(services: Services, watch: Watch, now: datetime) -> State:
    """A watch's checkpoint, or its state warmed from history; what came since is scored by the first evaluation."""
    stored = services.store.checkpoint(watch.name)
    state = State.from_bytes(watch, stored) if stored is not None else None
    if state is not None and not is_ahead(state, now):
        return state
    try:
        return warmed(services.sources[watch.source], watch, now)
    except SourceError as error:
        log.warning("no history to warm from", watch=watch.name, error=str(error))
        return State.empty(watch)
