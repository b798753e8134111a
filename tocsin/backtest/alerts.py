"""The alerts that Prometheus's rules would have fired in the past, and how they lie beside our incidents.

Prometheus evaluates the expressions; `for` and `keep_firing_for` are followed here, as its rule manager does it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Frame, Labels
from detectors.sources.source import Source
from detectors.watch import Query, Watch
from tocsin.backtest.report import PastIncident, Report, ReportSpan
from tocsin.backtest.rules import AlertRule


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAlert:
    """One alert that would have fired.

    labels: all of it but `alertname`. active_at: the first evaluation that found something; fired_at: when that had
    held for the rule's `for`. ended_at: None where it still fired when the span ended.
    """

    rule: AlertRule
    labels: Labels
    active_at: datetime
    fired_at: datetime
    ended_at: datetime | None

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it was active at any time of a stretch."""
        return self.active_at <= end and (self.ended_at is None or self.ended_at >= start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A time in which alerts of one rule fired without a pause: what a person would have been called for once.

    incidents: ours that lasted at any time of it, by number. earlier: how long before its firing the first of them
    opened, negative = after it; None without one.
    """

    rule: AlertRule
    alerts: tuple[PastAlert, ...]
    fired_at: datetime
    ended_at: datetime | None
    incidents: tuple[PastIncident, ...]
    earlier: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesResult:
    """What the rules did beside the report. unmatched: incidents during which no alert was active."""

    rules: tuple[AlertRule, ...]
    episodes: tuple[Episode, ...]
    unmatched: tuple[PastIncident, ...]

    @property
    def alerts(self) -> int:
        """How many alerts fired."""
        return sum(len(episode.alerts) for episode in self.episodes)

    @property
    def met(self) -> tuple[Episode, ...]:
        """The episodes that an incident overlaps."""
        return tuple(episode for episode in self.episodes if episode.incidents)


def alerts_of(rule: AlertRule, source: Source, span: ReportSpan) -> tuple[PastAlert, ...]:
    """The rule's alerts that fired, or still fired, within the span, the first first. Raises SourceError."""
    watch = Watch(name=f"rule {rule.name}", query=Query(promql=rule.expr), component="", every=rule.interval)
    lead = rule.hold + rule.keep + 2 * rule.interval
    tracks: dict[Labels, _Track] = {}
    live: set[Labels] = set()
    last = span.start
    for frame in source.history(watch, span.start - lead, span.end, rule.interval):
        for at, active in _active(frame):
            for labels in live | active:
                tracks.setdefault(labels, _Track(rule, labels)).see(at, is_active=labels in active)
            live = {labels for labels in live | active if tracks[labels].is_live}
            last = at
    found = [alert for track in tracks.values() for alert in track.alerts()]
    return tuple(
        sorted((alert for alert in found if alert.overlaps(span.start, last)), key=lambda a: (a.fired_at, a.labels))
    )


def beside(rules: Sequence[AlertRule], alerts_by_rule: Iterable[Sequence[PastAlert]], report: Report) -> RulesResult:
    """The alerts in episodes, each with the incidents of the same time."""
    every = [list(alerts) for alerts in alerts_by_rule]
    episodes = [_episode(group, report) for alerts in every for group in _grouped(alerts)]
    active = [alert for alerts in every for alert in alerts]
    unmatched = tuple(
        one for one in report.incidents
        if not any(_meets(alert, one, report.span.end) for alert in active)
    )  # fmt: skip
    ordered = sorted(episodes, key=lambda e: (e.fired_at, e.rule.name))
    return RulesResult(rules=tuple(rules), episodes=tuple(ordered), unmatched=unmatched)


class _Track:
    """One alert through the evaluations, as the rule manager of Prometheus keeps it."""

    def __init__(self, rule: AlertRule, labels: Labels) -> None:
        self._rule = rule
        self._labels = tuple(sorted({**dict(labels), **dict(rule.labels)}.items()))
        self._active_at: datetime | None = None
        self._fired_at: datetime | None = None
        self._absent_since: datetime | None = None
        self._ended: list[PastAlert] = []

    @property
    def is_live(self) -> bool:
        """Whether it is pending or fires."""
        return self._active_at is not None

    def see(self, at: datetime, *, is_active: bool) -> None:
        """One evaluation."""
        if is_active:
            self._active_at, self._absent_since = self._active_at or at, None
            if self._fired_at is None and at - self._active_at >= self._rule.hold:
                self._fired_at = at
            return
        self._absent_since = self._absent_since or at
        if self._fired_at is None or at - self._absent_since >= self._rule.keep:
            self._end(at)

    def alerts(self) -> list[PastAlert]:
        """Those that fired, ended or not."""
        self._end(None)
        return self._ended

    def _end(self, at: datetime | None) -> None:
        if self._active_at is not None and self._fired_at is not None:
            self._ended.append(
                PastAlert(
                    rule=self._rule,
                    labels=self._labels,
                    active_at=self._active_at,
                    fired_at=self._fired_at,
                    ended_at=at,
                )
            )
        self._active_at = self._fired_at = self._absent_since = None


def _active(frame: Frame) -> Iterator[tuple[datetime, frozenset[Labels]]]:
    """At each instant the series that the expression found; a number that is none was found too."""
    found: list[tuple[Labels, NDArray[np.bool_]]] = list(zip(frame.keys, np.isfinite(frame.values), strict=True))
    if frame.idle is not None:
        found += zip(frame.idle.keys, frame.idle.at, strict=True)
    for column, at in enumerate(frame.times.tolist()):
        yield datetime.fromtimestamp(at, UTC), frozenset(labels for labels, there in found if there[column])


def _grouped(alerts: Sequence[PastAlert]) -> Iterator[list[PastAlert]]:
    """The alerts of one rule, those together that follow each other without a pause."""
    group: list[PastAlert] = []
    until: datetime | None = None
    for alert in alerts:
        if group and until is not None and alert.fired_at > until:
            yield group
            group, until = [], alert.ended_at
        elif not group:
            until = alert.ended_at
        group.append(alert)
        until = None if until is None or alert.ended_at is None else max(until, alert.ended_at)
    if group:
        yield group


def _episode(alerts: list[PastAlert], report: Report) -> Episode:
    fired_at = min(alert.fired_at for alert in alerts)
    ends = [alert.ended_at for alert in alerts]
    known = [end for end in ends if end is not None]
    met = [one for one in report.incidents if any(_meets(alert, one, report.span.end) for alert in alerts)]
    first = min((one.incident.opened_at for one in met), default=None)
    return Episode(
        rule=alerts[0].rule,
        alerts=tuple(alerts),
        fired_at=fired_at,
        ended_at=max(known) if len(known) == len(ends) else None,
        incidents=tuple(met),
        earlier=None if first is None else fired_at - first,
    )


def _meets(alert: PastAlert, one: PastIncident, end: datetime) -> bool:
    return alert.overlaps(one.incident.started_at, one.ended_at or end)
