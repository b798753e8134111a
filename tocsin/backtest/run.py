"""Runs a configuration over the past: every watch scores its samples, then all signals are placed in incidents.

Nothing is written and nobody is notified: no store is opened, no sink is built. The sources are read, chunk by chunk.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from detectors.backtest import PastAnomaly, Walk
from detectors.frame import COLUMNS, Frame
from detectors.history import warm
from detectors.sources.source import Source, SourceError
from detectors.state import State
from detectors.watch import Watch
from incidents.component import ComponentGraph
from incidents.growth import is_wait
from incidents.incident import IncidentUpdate
from incidents.settings import Settings
from tocsin.backtest.ledger import TimedSignal, play
from tocsin.backtest.report import PastEvidence, PastIncident, Report, ReportSpan, WatchResult
from tocsin.detection.observe import RESTATE_EVERY
from tocsin.detection.warm_start import read_history, signals_of

PICTURES = 300
"""Stretches that keep their samples for a picture, over all watches: the worst of each. 20 KB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The tested configuration: watches, and how their signals become incidents. name: in the report."""

    name: str
    watches: tuple[Watch, ...]
    graph: ComponentGraph
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is. watch: the one at work, number `done` of `watches`, read up to `at`; share: of all, 0 to 1."""

    watch: str
    done: int
    watches: int
    at: datetime
    share: float


Listener = Callable[[Progress], None]


def backtest(setup: Setup, sources: Mapping[str, Source], span: ReportSpan, progress: Listener | None = None) -> Report:
    """The incidents that would have opened in the span; each watch is warmed from its history before it.

    sources: by name, as the watches ask for them. Raises SourceError, naming watch and span, where one can't answer,
    ValueError where a series does not fit its watch's component.
    """
    walked = []
    for place, watch in enumerate(setup.watches):
        past = _Past(
            watch, sources[watch.source], span, _ProgressByWatch(progress, watch, place, len(setup.watches), span)
        )
        walked.append((watch, past, past.walk(max(10, PICTURES // len(setup.watches)))))
    said = [one for watch, _, walk in walked for one in _said(watch, walk, span.start)]
    stretches = {key: (watch, stretch) for watch, _, walk in walked for key, stretch in walk.stretches.items()}
    timelines = play(said, setup.graph, setup.settings, span.end)
    incidents = [_incident(timeline, stretches) for timeline in timelines]
    kept = tuple(one for one in incidents if not one.is_duplicate)
    results = tuple(_result(watch, past, walk, kept) for watch, past, walk in walked)
    return Report(name=setup.name, span=span, incidents=kept, watches=results)


class _ProgressByWatch:
    """One watch's part of the progress."""

    def __init__(self, listener: Listener | None, watch: Watch, place: int, watches: int, span: ReportSpan) -> None:
        self._listener, self._watch, self._place, self._watches, self._span = listener, watch, place, watches, span

    def up_to(self, at: datetime) -> None:
        """Tells how far the watch is read."""
        if self._listener is None:
            return
        own = min(1.0, max(0.0, (at - self._span.start) / self._span.length))
        share = (self._place + own) / self._watches
        self._listener(Progress(watch=self._watch.name, done=self._place, watches=self._watches, at=at, share=share))


class _Past:
    """One watch's samples, before the span and in it."""

    def __init__(self, watch: Watch, source: Source, span: ReportSpan, progress_to: _ProgressByWatch) -> None:
        self.watch, self.source, self.span = watch, source, span
        self.warmed_from: datetime | None = None
        self._progress = progress_to

    def walk(self, pictures: int) -> Walk:
        restates = is_wait(self.watch.kind, self.watch.unit)
        every = RESTATE_EVERY.total_seconds() if restates else None
        walk = Walk(self.watch, self._warmed(), pictures=pictures, restate_every=every)
        after = walk.state.watermark or self.span.start
        for start, end in chunks(self.watch, after, self.span.end):
            for frame in self._asked(start, end, self.source.history(self.watch, start, end, self.watch.every)):
                walk.take(frame)
            self._progress.up_to(end)
        walk.finish()
        return walk

    def _warmed(self) -> State:
        self._progress.up_to(self.span.start)
        frames = self._asked(
            self.span.start - self.watch.history,
            self.span.start,
            read_history(self.source, self.watch, self.span.start),
        )
        return warm(self.watch, self._first_seen(frames))

    def _first_seen(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        for frame in frames:
            if self.warmed_from is None and len(frame.keys):
                known = np.isfinite(frame.values).any(axis=0)
                self.warmed_from = datetime.fromtimestamp(float(frame.times[known][0]), UTC)
            yield frame

    def _asked(self, start: datetime, end: datetime, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The frames; a source that fails is named with what it was asked for."""
        try:
            yield from frames
        except SourceError as error:
            asked = f"watch {self.watch.name}, {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
            raise SourceError(f"backtest of {asked}: {error}", retry=error.retry) from error


def chunks(watch: Watch, after: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of time (start, end] that are read at once."""
    step = COLUMNS * watch.every
    while after < until:
        end = min(after + step, until)
        yield after, end
        after = end


def _said(watch: Watch, walk: Walk, start: datetime) -> list[TimedSignal]:
    """The signals with their times; a report of the warm-up's last columns counts as made when the span begins."""
    return [
        TimedSignal(at=max(start, datetime.fromtimestamp(report.at, UTC)), signal=signal)
        for report in (*walk.reports, *walk.restated)
        for signal in signals_of((report.anomaly,), watch)
    ]


def _incident(timeline: Sequence[IncidentUpdate], stretches: Mapping[str, tuple[Watch, PastAnomaly]]) -> PastIncident:
    found = [stretches[signal.key] for signal in timeline[-1].incident.signals]
    return PastIncident(
        timeline=tuple(timeline),
        evidence=tuple(PastEvidence(watch=watch, stretch=stretch) for watch, stretch in found),
    )


def _result(watch: Watch, past: _Past, walk: Walk, incidents: Sequence[PastIncident]) -> WatchResult:
    firsts = [one.timeline[0].incident.signals[0].name for one in incidents]
    within = [any(evidence.watch.name == watch.name for evidence in one.evidence) for one in incidents]
    opened = firsts.count(watch.name)
    judging = None if walk.judging_since is None else datetime.fromtimestamp(walk.judging_since, UTC)
    return WatchResult(
        watch=watch,
        warmed_from=past.warmed_from,
        judging_since=judging,
        series=walk.series,
        samples=walk.samples,
        stretches=len(walk.stretches),
        opened=opened,
        joined=sum(within) - opened,
    )


def only(setup: Setup, names: Sequence[str]) -> Setup:
    """The setup with these watches alone. Raises LookupError, with the names there are."""
    known = [watch.name for watch in setup.watches]
    for name in names:
        if name not in known:
            raise LookupError(f"{setup.name}: there is no watch named {name}; there are {', '.join(known) or 'none'}")
    return replace(setup, watches=tuple(watch for watch in setup.watches if watch.name in names))
