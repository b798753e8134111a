"""A series over a chosen span: its samples from memory, or from the source where memory ends, and its band."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from detectors.frame import Floats, Labels
from detectors.outlook import outlook
from detectors.sources.prometheus import Prometheus
from detectors.sources.promql import narrowed
from detectors.sources.source import Source, SourceError
from detectors.state import State
from detectors.watch import Watch
from tocsin.context.recent_samples import RecentStrip

POINTS = 400  # columns asked of a source for a plot: more than its pixels can tell apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One series from start to end.

    times: (T,) epoch seconds, may be empty. values, expected, low, high: (T,) in the watch's unit, NaN = unknown.
    step: seconds between the columns. judged_from: from when on the band is the one that each sample was judged by;
    before, it is the one that is learnt now. None = it is that everywhere.
    problem: why the source did not answer; "" when it did, or was not needed.
    """

    times: Floats
    values: Floats
    expected: Floats
    low: Floats
    high: Floats
    step: float
    judged_from: datetime | None
    problem: str = ""

    @property
    def every(self) -> timedelta:
        """The usual distance of the columns: what was read has its step, what memory holds the watch's spacing."""
        return timedelta(seconds=float(np.median(np.diff(self.times)))) if len(self.times) > 1 else timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSpan:
    """What is shown: from `start` to `end`."""

    start: datetime
    end: datetime


def past_of(
    watch: Watch, state: State, row: int, *, strip: RecentStrip | None, source: Source, span: ShownSpan
) -> Past:
    """The series in the state's row. The source is asked only for what memory does not hold."""
    step = step_of(watch, span.end - span.start)
    kept = None if strip is None else _cut(strip, span)
    times, values = (np.zeros(0), np.zeros(0)) if kept is None else (kept.times, kept.values)
    problem = ""
    if not len(times) or times[0] > span.start.timestamp() + 2 * step:
        try:
            times, values = _longer(_read(watch, source, state.keys[row], span, step), times, values)
        except SourceError as error:
            problem = str(error)
    band = outlook(watch, state, row, times)
    past = Past(
        times=times,
        values=values,
        expected=band.expected,
        low=band.low,
        high=band.high,
        step=step,
        judged_from=None,
        problem=problem,
    )
    return past if kept is None or not len(kept.times) else _judged(past, kept)


def _judged(past: Past, kept: RecentStrip) -> Past:
    """With the bands that the samples were compared with at their time, from where they are stored."""
    place = np.searchsorted(kept.times, past.times, "right") - 1
    known = place >= 0
    bands = {
        name: np.where(known, getattr(kept, name)[place], getattr(past, name)) for name in ("expected", "low", "high")
    }
    return replace(past, judged_from=datetime.fromtimestamp(float(kept.times[0]), UTC), **bands)


def _longer(read: tuple[Floats, Floats], times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """What was read, and of what is kept the columns after it."""
    newer = times > (read[0][-1] if len(read[0]) else -np.inf)
    return np.concatenate([read[0], times[newer]]), np.concatenate([read[1], values[newer]])


def step_of(watch: Watch, span: timedelta) -> float:
    """Seconds between a plot's columns: the watch's own spacing, or a multiple of it where those would be too many."""
    every = watch.every.total_seconds()
    least = span.total_seconds() / (every * POINTS)
    power: float = 10.0 ** int(np.log10(max(least, 1.0)))
    return every * next(many * power for many in (1, 2, 3, 5, 6, 10) if many * power >= least)


def _read(watch: Watch, source: Source, labels: Labels, span: ShownSpan, step: float) -> tuple[Floats, Floats]:
    asked = replace(watch, query=narrowed(watch.query, labels, as_promql=isinstance(source, Prometheus)))
    times, values = [np.zeros(0)], [np.zeros(0)]
    for frame in source.history(asked, span.start, span.end, timedelta(seconds=step)):
        times.append(frame.times)
        found = frame.values[frame.keys.index(labels)] if labels in frame.keys else np.full(len(frame.times), np.nan)
        values.append(found)
    return np.concatenate(times), np.concatenate(values)


def _cut(strip: RecentStrip, span: ShownSpan) -> RecentStrip:
    return strip.of(strip.times > span.start.timestamp())
