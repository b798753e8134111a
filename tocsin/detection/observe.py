"""One watch is evaluated: its samples become scores, anomalies and recorded signals; its state is kept and restored."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from detectors.anomaly import Anomaly
from detectors.decide import lasting, with_latest
from detectors.observe import Observed, look
from detectors.sources.source import Source, SourceError
from detectors.state import State
from detectors.watch import Watch
from incidents.growth import is_wait
from tocsin.context.loops import Loop, Wake
from tocsin.context.metrics import Metrics
from tocsin.context.watch_memory import Evaluation, WatchMemory
from tocsin.detection.pardons import pardoned
from tocsin.detection.planned import planned_work
from tocsin.detection.warm_start import signals_of, warmed
from tocsin.storage import Store

log = structlog.get_logger()

CHECKPOINT_EVERY = timedelta(minutes=3)
PARDON_EVERY = timedelta(minutes=1)
RESTATE_EVERY = timedelta(seconds=15)  # a wait that lasts, so that a queue that stops, or moves again, is seen
AHEAD = timedelta(seconds=10)  # of a clock that is merely set right, nobody need learn afresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """What watches are evaluated with. sources: by name. memory: what is remembered of each watch."""

    sources: Mapping[str, Source]
    store: Store
    metrics: Metrics
    memory: WatchMemory
    wake: Wake


def observe(observer: Observer, watch: Watch, now: datetime) -> None:
    """One watch, its own job, so that a slow query delays nobody else: samples -> scores -> anomalies -> signals."""
    began, memory = time.perf_counter(), observer.memory
    state = memory.states.get(watch.name) or State.empty(watch)
    try:
        if is_ahead(watch, state, now):
            state = _relearnt(observer, watch, state, now)
            memory.forget_samples(watch.name)  # they are of times that have not come
            memory.pardoned_at.pop(watch.name, None)
        state = _pardoned(observer, watch, state, now)
        watch = replace(watch, planned=observer.memory.planned[watch.name])
        frame = observer.sources[watch.source].read(watch, state.watermark, now)
    except SourceError as error:
        _unreadable(observer, watch, error, _took(began), now)
        return
    seen = look(watch, state, frame)
    signals = signals_of((*seen.anomalies, *_restated(observer, watch, seen, now)), watch)
    if signals:
        observer.store.signals.record(signals, now)
        observer.metrics.signals.labels("watch").inc(len(signals))
        observer.wake(Loop.PLACE)
    memory.states[watch.name] = seen.state
    memory.recent(watch.name).add(frame, seen.scores)
    _evaluated(observer, watch, len(frame.keys), _took(began), now)


def _restated(observer: Observer, watch: Watch, seen: Observed, now: datetime) -> tuple[Anomaly, ...]:
    """What lasts and is said again without being news.

    Waits, every RESTATE_EVERY: whether a queue has stopped shows in how its value goes on. And what lasts although its
    incident was resolved, at each evaluation, for nothing else opens it again.
    """
    still = lasting(watch, seen.state, seen.anomalies)
    if not still:
        return ()
    since = min(anomaly.started_at for anomaly in still)
    resolved = observer.store.incidents.resolved_of_watch(watch.name, since)
    held = {signal.key for incident in resolved for signal in incident.signals}
    said = {anomaly.key: anomaly for anomaly in still if anomaly.key in held}
    restated_at = observer.memory.restated_at.get(watch.name)
    if is_wait(watch.kind, watch.unit) and (restated_at is None or abs(now - restated_at) >= RESTATE_EVERY):
        observer.memory.restated_at[watch.name] = now
        said |= {anomaly.key: anomaly for anomaly in with_latest(still, seen.scores)}
    return tuple(said.values())


def _pardoned(observer: Observer, watch: Watch, state: State, now: datetime) -> State:
    """The state with what engineers called no anomaly, read again every minute, as the work that they plan is."""
    read_at = observer.memory.pardoned_at.get(watch.name)
    if read_at is not None and abs(now - read_at) < PARDON_EVERY:
        return state
    observer.memory.pardoned_at[watch.name] = now
    observer.memory.planned[watch.name] = planned_work(observer.store)
    return pardoned(observer.store, watch.name, state, now)


def is_ahead(watch: Watch, state: State, now: datetime) -> bool:
    """Whether a clock that was wrong took the state into the future: what comes now would be too old for it.

    By up to two evaluations, or ten seconds, it is waited for: learning afresh reads the whole history again.
    """
    return state.watermark is not None and state.watermark > now + max(2 * watch.every, AHEAD)


def _relearnt(observer: Observer, watch: Watch, state: State, now: datetime) -> State:
    """The state up to now, from history; what had begun before now goes on. Raises SourceError."""
    log.warning("a clock was wrong, the watch is learnt afresh", watch=watch.name, was_at=str(state.watermark))
    at = now.timestamp()
    tracks = tuple(
        replace(t, last=min(t.last, at), above_at=min(t.above_at, at)) for t in state.tracks if t.since <= at
    )
    return replace(_warmed(observer, watch, now), tracks=tracks)


def _warmed(observer: Observer, watch: Watch, now: datetime) -> State:
    """The state after the past, of which planned work taught nothing. Raises SourceError."""
    return warmed(observer.sources[watch.source], replace(watch, planned=planned_work(observer.store)), now)


def _took(began: float) -> timedelta:
    return timedelta(seconds=time.perf_counter() - began)


def _unreadable(observer: Observer, watch: Watch, error: SourceError, took: timedelta, now: datetime) -> None:
    observer.memory.evaluations[watch.name] = Evaluation(at=now, took=took, error=str(error))
    observer.metrics.watch_seconds.labels(watch.name).observe(took.total_seconds())
    observer.metrics.watch_failures.labels(watch.name).inc()
    log.warning("watch not evaluated", watch=watch.name, error=str(error))


def _evaluated(observer: Observer, watch: Watch, series: int, took: timedelta, now: datetime) -> None:
    observer.memory.evaluations[watch.name] = Evaluation(at=now, took=took)
    observer.metrics.watch_seconds.labels(watch.name).observe(took.total_seconds())
    observer.metrics.watch_evaluated.labels(watch.name).set(now.timestamp())
    observer.metrics.watch_series.labels(watch.name).set(series)
    saved_at = observer.memory.checkpointed_at.get(watch.name)
    if saved_at is None or abs(now - saved_at) >= CHECKPOINT_EVERY:
        checkpoint(observer, watch, now)


def checkpoint(observer: Observer, watch: Watch, now: datetime) -> None:
    """Saves a watch's state with its watermark; after a kill -9 the samples since are scored again."""
    state = observer.memory.states.get(watch.name)
    if state is None or state.watermark is None:
        return
    observer.store.checkpoints.save(watch.name, state.to_bytes(watch))
    observer.memory.checkpointed_at[watch.name] = now


def restored(observer: Observer, watch: Watch, now: datetime) -> State:
    """A watch's checkpoint, or its state warmed from history; what came since is scored by the first evaluation."""
    stored = observer.store.checkpoints.get(watch.name)
    state = State.from_bytes(watch, stored) if stored is not None else None
    if state is not None and not is_ahead(watch, state, now):
        return state
    try:
        return _warmed(observer, watch, now)
    except SourceError as error:
        log.warning("no history to warm from", watch=watch.name, error=str(error))
        return State.empty(watch)
