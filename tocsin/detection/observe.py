"""One watch is evaluated: its samples become scores, anomalies and recorded signals; its state is kept and restored."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from detectors.observe import look
from detectors.sources.source import SourceError
from detectors.state import State
from detectors.watch import Watch
from tocsin.context.services import Evaluation, Runtime, Services
from tocsin.detection.warm_start import signals_of, warmed

log = structlog.get_logger()

CHECKPOINT_EVERY = timedelta(minutes=3)
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
        services.store.signals.record(signals, now)
        services.metrics.signals.labels("watch").inc(len(signals))
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
    services.metrics.watch_seconds.labels(watch.name).observe(took.total_seconds())
    services.metrics.watch_failures.labels(watch.name).inc()
    log.warning("watch not evaluated", watch=watch.name, error=str(error))


def _evaluated(runtime: Runtime, watch: Watch, series: int, took: timedelta, now: datetime) -> None:
    services = runtime.services
    runtime.mark_evaluation(watch.name, Evaluation(at=now, took=took))
    services.metrics.watch_seconds.labels(watch.name).observe(took.total_seconds())
    services.metrics.watch_evaluated.labels(watch.name).set(now.timestamp())
    services.metrics.watch_series.labels(watch.name).set(series)
    if now - runtime.checkpointed_at(watch.name) >= CHECKPOINT_EVERY:
        checkpoint(runtime, watch, now)


def checkpoint(runtime: Runtime, watch: Watch, now: datetime) -> None:
    """Saves a watch's state with its watermark; after a kill -9 the samples since are scored again."""
    state = runtime.states.get(watch.name)
    if state is None or state.watermark is None:
        return
    runtime.services.store.checkpoints.save(watch.name, state.to_bytes(watch), state.watermark, now)
    runtime.mark_checkpoint(watch.name, now)


def restored(services: Services, watch: Watch, now: datetime) -> State:
    """A watch's checkpoint, or its state warmed from history; what came since is scored by the first evaluation."""
    stored = services.store.checkpoints.get(watch.name)
    state = State.from_bytes(watch, stored) if stored is not None else None
    if state is not None and not is_ahead(state, now):
        return state
    try:
        return warmed(services.sources[watch.source], watch, now)
    except SourceError as error:
        log.warning("no history to warm from", watch=watch.name, error=str(error))
        return State.empty(watch)
