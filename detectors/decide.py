"""Turns scores into anomalies: a score must stay high for long enough; one component has one anomaly, however many of
its series deviate.

An anomaly is reported when it opens, when it has become materially worse, and when it ends, always under the same key.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from detectors.anomaly import Anomaly, AnomalyKind
from detectors.frame import Labels, Singles
from detectors.reason import reason_of
from detectors.scores import Model, Scores
from detectors.state import State, Track
from detectors.watch import FailureKind, Watch

OPEN = 1.0
STAY = 0.7
"""An anomaly lasts while the score is at least this, so that a score that wavers around 1 is one anomaly."""
NO_DATA = 12.0
"""After this many times `recover` without a sample, a deviation counts as ended: an hour by default."""
MEMBERS = 12
"""At most this many of the series that take part are named."""
_NO_SAMPLE = (Model.DRIFT, Model.ABSENCE, Model.BURN, Model.SHIFT)
"""Models whose observed value is no sample of the series."""
WORSE = 1.5
"""An anomaly is reported again when its score is this many times the one last reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worst:
    """The worst series of one component at one instant, and how many deviate; score NaN = unknown.

    members: which deviate, the clearest first. pooled, of: how many of the whole watch do together, of how many.
    silent: seconds without a sample, NaN where it is not an absence. pardoned: as in Track.
    together: whether any takes part in what the watch as a whole shows, whichever model spoke.
    """

    score: float
    series: int
    labels: Labels = ()
    observed: float = nan
    expected: float = nan
    low: float = nan
    high: float = nan
    silent: float = nan
    model: Model = Model.NONE
    members: tuple[Labels, ...] = ()
    together: bool = False
    pooled: int = 0
    of: int = 0
    pardoned: bool = False


def decide(watch: Watch, state: State, scores: Scores) -> tuple[State, tuple[Anomaly, ...]]:
    """Follows every component of the watch through the scores; returns the anomalies to report, in order of time.

    A NaN neither opens nor ends an anomaly: unknown is not normal. `scores` are those that `step` returned with this
    state.
    """
    tracks = {(track.component, track.kind): track for track in state.tracks}
    deviates = np.fmax.reduce(scores.score, axis=0, initial=-np.inf) >= STAY
    if not tracks and not deviates.any():
        return state, ()
    rows_of = _Rows(scores)
    reports: list[Anomaly] = []
    for column, now in enumerate(scores.times.tolist()):
        if not deviates[column] and not tracks:
            continue
        for key in rows_of.concerned(column, tracks, deviates=bool(deviates[column])):
            worst = rows_of.worst(key, column)
            track, anomaly = _follow(watch, tracks.get(key), key, worst, now)
            if (
                anomaly
                and track
                and track.ended_at is not None
                and _is_accepted(watch, track, rows_of.latest(track.labels, column))
            ):
                track, anomaly = replace(track, accepted=True), replace(anomaly, accepted=True)
            if anomaly:
                reports.append(anomaly)
            if track is None:
                tracks.pop(key, None)
            else:
                tracks[key] = track
    kept = tuple(tracks[key] for key in sorted(tracks))
    return state if kept == state.tracks else state.after({"tracks": kept}), tuple(reports)


def lasting(watch: Watch, state: State, news: Iterable[Anomaly] = ()) -> tuple[Anomaly, ...]:
    """The anomalies that were reported and have not ended, as they stand now, without those that are news.

    news: what `decide` returned with this state.
    """
    keys = {anomaly.key for anomaly in news}
    last = (_anomaly(watch, t) for t in state.tracks if t.opened_at is not None and t.ended_at is None)
    return tuple(anomaly for anomaly in last if anomaly.key not in keys)


def with_latest(anomalies: Iterable[Anomaly], scores: Scores) -> tuple[Anomaly, ...]:
    """The anomalies whose series was judged by its latest sample, with that as what is observed, better or worse.

    Left out is what is judged by anything else, such as the mean of an hour or a silence: how it stands is not known.
    """
    rows = {labels: row for row, labels in enumerate(scores.keys)}
    found: list[Anomaly] = []
    for anomaly in anomalies:
        row = rows.get(anomaly.labels)
        if row is None or not len(scores.times) or scores.model[row, -1] in _NO_SAMPLE:
            continue
        latest = float(scores.observed[row, -1])
        if anomaly.kind is AnomalyKind.DEVIATION and not isnan(latest):
            found.append(replace(anomaly, observed=latest))
    return tuple(found)


class _Rows:
    """Looks up a component's scores. Where many series deviate together, each of them has the score."""

    def __init__(self, scores: Scores) -> None:
        self.scores = scores

    def concerned(self, column: int, tracks: Iterable[tuple[str, str]], *, deviates: bool) -> list[tuple[str, str]]:
        """Each (component, kind) that is followed already or deviates now, in a fixed order."""
        found = set(tracks)
        if deviates:
            rows = np.flatnonzero(self.scores.score[:, column] >= STAY)
            absent = self.scores.model[rows, column] == Model.ABSENCE
            for kind, which in ((AnomalyKind.DEVIATION, rows[~absent]), (AnomalyKind.ABSENCE, rows[absent])):
                found |= {(self.scores.components[row], kind) for row in which.tolist()}
        return sorted(found)

    def worst(self, key: tuple[str, str], column: int) -> _Worst:
        component, kind = key
        said = self.scores
        rows = said.components.rows.get(component, np.zeros(0, np.intp))
        score = self._of_kind(kind, rows, column)
        best = float(np.fmax.reduce(score, initial=nan))
        if not best >= STAY:  # of what does not last the score alone is asked
            return _Worst(score=best, series=0)
        together = bool(said.together[rows, column].any())
        part = score >= min(best, OPEN)
        row, *others = self._ranked(rows[part], score[part], column)
        parts = [row, *others] if best >= OPEN else []
        model = Model(int(said.model[row, column]))
        is_pool = model is Model.POOL
        return _Worst(
            score=best,
            series=len(parts),
            labels=said.keys[row],
            observed=float(said.observed[row, column]),
            expected=float(said.expected[row, column]),
            low=float(said.low[row, column]),
            high=float(said.high[row, column]),
            silent=float(said.silent[row, column]),
            model=model,
            members=tuple(said.keys[i] for i in parts[:MEMBERS]),
            together=together,
            pooled=int(said.pooled[column]) if is_pool else 0,
            of=int(said.of[column]) if is_pool else 0,
            pardoned=bool(said.pardoned[row, column]),
        )

    def _of_kind(self, kind: str, rows: NDArray[np.intp], column: int) -> Singles:
        """The scores of these rows as far as they speak of a silence, or of a deviation; NaN = they do not."""
        silent = self.scores.model[rows, column] == Model.ABSENCE
        score = self.scores.score[rows, column]
        if kind != AnomalyKind.ABSENCE:
            return np.where(silent, np.float32(nan), score)
        # A series that speaks again is not absent; one that has not, and is not counted as absent, says nothing.
        back = ~silent & ~np.isnan(self.scores.observed[rows, column])
        return np.where(silent, score, np.where(back, np.float32(0.0), np.float32(nan)))

    def _ranked(self, rows: NDArray[np.intp], score: Singles, column: int) -> list[int]:
        """The rows, the clearest first: of those that share a score, who is furthest in its band."""
        observed, expected, low, high = (
            getattr(self.scores, name)[rows, column].astype(np.float64)
            for name in ("observed", "expected", "low", "high")
        )
        width = np.where(high > low, high - low, np.inf)
        away = np.nan_to_num(np.abs(observed - expected) / width)
        order = np.lexsort((-away, -score))
        ranked: list[int] = rows[order].tolist()
        return ranked

    def latest(self, labels: Labels, column: int) -> float:
        """The sample of one series, NaN where it has none."""
        if labels not in self.scores.keys:
            return nan
        return float(self.scores.observed[self.scores.keys.index(labels), column])


def _follow(
    watch: Watch, track: Track | None, key: tuple[str, str], worst: _Worst, now: float
) -> tuple[Track | None, Anomaly | None]:
    """Decides about one component at one instant; returns its track afterwards and the anomaly to report, if any."""
    if isnan(worst.score):
        return _without_data(watch, track, now)
    if track is None or track.ended_at is not None:
        if worst.score < OPEN:
            return None, None
        track = Track(component=key[0], kind=key[1], since=_since(worst, now), last=now, above_at=now)
    if worst.score < STAY:
        return _recovering(watch, track, now)
    track = _seen(track, worst, now)
    if track.opened_at is None:
        if now - track.since < watch.hold.total_seconds():
            return track, None
        return _report(watch, replace(track, opened_at=now))
    if track.peak >= WORSE * track.reported or track.series >= 2 * track.reported_series:
        return _report(watch, track)
    return track, None


def _without_data(watch: Watch, track: Track | None, now: float) -> tuple[Track | None, Anomaly | None]:
    """Unknown is not normal, so it ends nothing at once; but a deviation last seen long ago says nothing of now.

    A silence goes on: there the missing data is what is reported, until it lasts so long that it is accepted as normal.
    """
    if track is None or track.opened_at is None or track.ended_at is not None:
        return track, None
    if now - track.last < NO_DATA * watch.recover.total_seconds():
        return track, None
    if track.kind == AnomalyKind.ABSENCE and track.last - track.since < watch.accept_after.total_seconds():
        return track, None
    track = replace(track, ended_at=track.last)
    return track, _anomaly(watch, track)


def _since(worst: _Worst, now: float) -> float:
    """When the stretch began: for a silence, when the last sample came."""
    return now if isnan(worst.silent) else now - worst.silent


def _recovering(watch: Watch, track: Track, now: float) -> tuple[Track | None, Anomaly | None]:
    if track.opened_at is None:
        return None, None
    below = now if track.below_since is None else track.below_since
    track = replace(track, below_since=below)
    if now - below < watch.recover.total_seconds():
        return track, None
    track = replace(track, ended_at=below)
    return track, _anomaly(watch, track)


def _seen(track: Track, worst: _Worst, now: float) -> Track:
    above_at = now if worst.score >= OPEN else track.above_at
    track = replace(
        track,
        last=now,
        above_at=above_at,
        below_since=None,
        series=max(track.series, worst.series),
        together=track.together or worst.together,
    )
    if worst.score <= track.peak:
        return track
    return replace(
        track,
        peak=worst.score,
        labels=worst.labels,
        observed=worst.observed,
        expected=worst.expected,
        low=worst.low,
        high=worst.high,
        silent=worst.silent,
        model=worst.model.name.lower(),
        members=worst.members,
        pooled=worst.pooled,
        of=worst.of,
        pardoned=worst.pardoned,
    )


def _is_accepted(watch: Watch, track: Track, latest: float) -> bool:
    """Whether what ended had stayed long enough to be the new normal, and is still nearer to it than to the old one."""
    if track.last - track.since < watch.accept_after.total_seconds():
        return False
    if track.kind == AnomalyKind.ABSENCE:
        return isnan(latest)
    return abs(latest - track.observed) < abs(latest - track.expected)


def _report(watch: Watch, track: Track) -> tuple[Track, Anomaly]:
    return replace(track, reported=track.peak, reported_series=track.series), _anomaly(watch, track)


def _anomaly(watch: Watch, track: Track) -> Anomaly:
    absent = track.kind == AnomalyKind.ABSENCE
    opened = track.since if track.opened_at is None else track.opened_at
    return Anomaly(
        watch=watch.name,
        component=track.component,
        kind=AnomalyKind(track.kind),
        failure=FailureKind.SILENCE if absent else watch.kind,
        labels=track.labels,
        started_at=_at(track.since),
        detected_at=_at(opened),
        last_seen_at=_at(track.last),
        ended_at=None if track.ended_at is None else _at(track.ended_at),
        observed=nan if absent else track.observed,
        expected=nan if absent else track.expected,
        low=nan if absent else track.low,
        high=nan if absent else track.high,
        unit=watch.unit,
        score=track.peak,
        model=track.model,
        reason=reason_of(watch, track),
        series=track.series,
        members=track.members,
        together=track.together,
        pooled=track.pooled,
        of=track.of,
    )


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
