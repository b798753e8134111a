"""Runs the live engine over past samples, frame by frame, and records what it would have reported at which instant.

Nothing is kept of the frames but a ring of the last columns, and around each anomaly the samples of its worst series.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from detectors.anomaly import Anomaly, AnomalyKind
from detectors.decide import OPEN, decide, lasting, with_latest
from detectors.engine import can_score
from detectors.frame import Frame, Labels, parts
from detectors.observe import look
from detectors.scores import Model, Scores
from detectors.state import State
from detectors.strip import Strip, cut, joined, strip_of, thinned
from detectors.watch import Watch

LEAD = 240
"""Columns before an anomaly that are kept for its picture."""
TRAIL = 60
"""Columns after its end."""
LONGEST = 4_000
"""Columns of a picture from which on it is thinned while it still grows."""
POINTS = 360
"""Columns of a picture in the end."""
MOST_SERIES = 50
"""Series that are named as taking part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """An anomaly as the watch reported it; at: epoch seconds of the column that caused the report."""

    at: float
    anomaly: Anomaly


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAnomaly:
    """One anomaly from its first report to its last.

    anomaly: as last reported. series: those of its component that deviated, the worst first, at most MOST_SERIES.
    strip: the worst series' samples around it; None where others were worse and the room was full.
    """

    anomaly: Anomaly
    series: tuple[Labels, ...]
    strip: Strip | None


@dataclass(slots=True, kw_only=True)
class _Recording:
    """A stretch under way. since: from when samples are kept; until: when they are enough, None while it lasts."""

    anomaly: Anomaly
    strip: Strip
    since: float
    series: dict[Labels, float] = field(default_factory=dict)
    until: float | None = None


class Walk:
    """Plays a watch over past samples: `take` its frames in order of time, `finish`, and read what it would have
    reported.

    state: what it had learnt before. pictures: the most strips that are kept; the highest scores stay.
    reports: all of them, in order of time. restate_every: seconds after which what lasts is said again, with its latest
    sample, without being news; None = never. restated: what was said so. stretches: by key. samples: numbers judged
    or learnt from. series: most at one time. judging_since: epoch seconds from which on it could judge, None before.
    """

    def __init__(self, watch: Watch, state: State, *, pictures: int, restate_every: float | None = None) -> None:
        self.watch = watch
        self.state = state
        self.reports: list[Reported] = []
        self.restated: list[Reported] = []
        self._restate_every = restate_every
        self._restated_at = -np.inf
        self.stretches: dict[str, PastAnomaly] = {}
        self.samples = 0
        self.series = 0
        self.judging_since: float | None = None
        self._pictures = pictures
        self._pictured: dict[str, float] = {}
        self._ring: deque[tuple[Frame, Scores]] = deque()
        self._recordings: dict[str, _Recording] = {}

    def take(self, frame: Frame) -> None:
        """The next columns. Raises ValueError where a series lacks a label that the watch's component asks for."""
        for part in parts(frame):
            self._take(part)

    def finish(self) -> None:
        """Ends the recordings of anomalies that still last."""
        for key in list(self._recordings):
            self._close(key)
        self._ring.clear()

    def _take(self, frame: Frame) -> None:
        seen = look(self.watch, self.state, frame)
        if not len(seen.scores.times):
            return
        if self._restate_every is not None and (seen.anomalies or lasting(self.watch, self.state)):
            reports = self._restating(seen.scores, self._restate_every)
        else:
            reports = _each(self.watch, self.state, seen.scores)[1] if seen.anomalies else []
        if self.judging_since is None and can_score(seen.state):
            self.judging_since = _first_score(seen.scores)
        self.state = seen.state
        self.series = max(self.series, len(seen.scores.keys))
        self.samples += int(np.count_nonzero(np.isfinite(seen.scores.observed)))
        for recording in self._recordings.values():
            self._extend(recording, [(frame, seen.scores)])
        self._remember(frame, seen.scores)
        for report in reports:
            self._note(report)
        self._close_past(float(seen.scores.times[-1]))

    def _restating(self, scores: Scores, every: float) -> list[Reported]:
        """Each report with its instant, column by column; what lasts and is no news is said again now and then."""
        state, reports = self.state, list[Reported]()
        for column, at in enumerate(scores.times.tolist()):
            here = scores.columns(column, column + 1)
            state, anomalies = decide(self.watch, state, here)
            reports += [Reported(at=at, anomaly=anomaly) for anomaly in anomalies]
            still = lasting(self.watch, state, anomalies)
            if still and at - self._restated_at >= every:
                self._restated_at = at
                self.restated += [Reported(at=at, anomaly=anomaly) for anomaly in with_latest(still, here)]
        return reports

    def _remember(self, frame: Frame, scores: Scores) -> None:
        self._ring.append((frame, scores))
        while sum(len(scores.times) for _, scores in self._ring) - len(self._ring[0][1].times) >= LEAD:
            self._ring.popleft()

    def _note(self, report: Reported) -> None:
        self.reports.append(report)
        key, anomaly = report.anomaly.key, report.anomaly
        recording = self._recordings.get(key)
        if recording is None:
            recording = self._recordings[key] = self._recording(anomaly)
        elif anomaly.labels != recording.strip.labels and self._ring_reaches(recording.since):
            # Another series is the worst now, and its samples are still at hand.
            recording.strip = self._from_ring(anomaly, recording.since)
        recording.anomaly = anomaly
        if anomaly.ended_at is not None:
            spacing = self.watch.every.total_seconds()
            recording.until = anomaly.ended_at.timestamp() + TRAIL * spacing

    def _recording(self, anomaly: Anomaly) -> _Recording:
        since = anomaly.started_at.timestamp() - LEAD * self.watch.every.total_seconds()
        recording = _Recording(anomaly=anomaly, strip=self._from_ring(anomaly, since), since=since)
        for _, scores in self._ring:
            _take_part(recording, scores)
        return recording

    def _from_ring(self, anomaly: Anomaly, since: float) -> Strip:
        pieces = [strip_of(frame, scores, anomaly.labels) for frame, scores in self._ring]
        return cut(joined(pieces), since, np.inf)

    def _ring_reaches(self, since: float) -> bool:
        return bool(self._ring) and float(self._ring[0][1].times[0]) <= since

    def _extend(self, recording: _Recording, pieces: Iterable[tuple[Frame, Scores]]) -> None:
        for frame, scores in pieces:
            recording.strip = joined([recording.strip, strip_of(frame, scores, recording.strip.labels)])
            if len(recording.strip.times) > LONGEST:
                recording.strip = thinned(recording.strip, LONGEST // 2)
            if recording.until is None:
                _take_part(recording, scores)

    def _close_past(self, now: float) -> None:
        for key, recording in list(self._recordings.items()):
            if recording.until is not None and recording.until <= now:
                self._close(key)

    def _close(self, key: str) -> None:
        recording = self._recordings.pop(key)
        ranked = sorted(recording.series, key=lambda labels: -recording.series[labels])
        series = tuple(dict.fromkeys((recording.anomaly.labels, *ranked)))[:MOST_SERIES]
        strip = _framed(recording, self.watch.every.total_seconds())
        self.stretches[key] = PastAnomaly(anomaly=recording.anomaly, series=series, strip=strip)
        self._make_room(key, recording.anomaly.score)

    def _make_room(self, key: str, score: float) -> None:
        self._pictured[key] = score
        if len(self._pictured) <= self._pictures:
            return
        least = min(self._pictured, key=lambda one: (self._pictured[one], one))
        del self._pictured[least]
        stretch = self.stretches[least]
        self.stretches[least] = PastAnomaly(anomaly=stretch.anomaly, series=stretch.series, strip=None)


def _each(watch: Watch, state: State, scores: Scores) -> tuple[State, list[Reported]]:
    """Each report with its instant: halves are decided again until the column that caused it is alone.

    What is decided follows from the tracks before and the scores, so no column is scored twice.
    """
    after, anomalies = decide(watch, state, scores)
    columns = len(scores.times)
    if not anomalies or columns == 1:
        return after, [Reported(at=float(scores.times[-1]), anomaly=anomaly) for anomaly in anomalies]
    state, first = _each(watch, state, scores.columns(0, columns // 2))
    state, second = _each(watch, state, scores.columns(columns // 2, columns))
    return state, first + second


def _first_score(scores: Scores) -> float:
    known = ~np.isnan(scores.score).all(axis=0)
    return float(scores.times[int(np.argmax(known))] if known.any() else scores.times[-1])


def _take_part(recording: _Recording, scores: Scores) -> None:
    """Notes the component's series that score while the anomaly lasts, each with its worst score."""
    anomaly = recording.anomaly
    columns = scores.times >= anomaly.started_at.timestamp()
    rows = scores.components.rows.get(anomaly.component)
    if rows is None or not columns.any():
        return
    said = scores.score[rows][:, columns]
    absent = scores.model[rows][:, columns] == Model.ABSENCE
    counts = np.where(absent == (anomaly.kind is AnomalyKind.ABSENCE), said, np.nan)
    worst = np.max(np.where(np.isnan(counts), -np.inf, counts), axis=1)
    for row, score in zip(rows, worst.tolist(), strict=True):
        if score >= OPEN:
            key = scores.keys[row]
            recording.series[key] = max(score, recording.series.get(key, score))


def _framed(recording: _Recording, every: float) -> Strip:
    """Cuts the strip for the picture: the anomaly, half its length before and after it, some columns at least."""
    strip, anomaly = recording.strip, recording.anomaly
    start = anomaly.started_at.timestamp()
    end = anomaly.ended_at.timestamp() if anomaly.ended_at else float(strip.times[-1]) if len(strip.times) else start
    lead, trail = max(48 * every, 1.5 * (end - start)), max(16 * every, 0.5 * (end - start))
    return thinned(cut(strip, start - lead, end + trail), POINTS)
