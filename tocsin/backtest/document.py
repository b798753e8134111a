"""A backtest as JSON: times in ISO 8601, durations in seconds, unknown values as null."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from detectors.frame import Labels
from incidents.incident import IncidentUpdate
from tocsin.backtest.alerts import Episode, RulesResult
from tocsin.backtest.compare import Comparison, IncidentPair
from tocsin.backtest.labels import LabelFound, Score
from tocsin.backtest.report import PastEvidence, PastIncident, Report, WatchResult

FORMAT = "tocsin-backtest/1"


def document(
    report: Report,
    *,
    comparison: Comparison | None = None,
    score: Score | None = None,
    rules: RulesResult | None = None,
) -> dict[str, Any]:
    """The whole as plain data; `comparison`, `score` and `rules` where they were asked for."""
    document: dict[str, Any] = {"format": FORMAT, **_report(report)}
    if comparison is not None:
        document["comparison"] = _comparison(comparison)
    if score is not None:
        document["score"] = _score(score)
    if rules is not None:
        document["rules"] = _rules(rules)
    return document


def text(document: Mapping[str, Any]) -> str:
    """The document as it stands in a file."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _report(report: Report) -> dict[str, Any]:
    return {
        "config": report.name,
        "start": _at(report.span.start),
        "end": _at(report.span.end),
        "series_weeks": report.series_weeks,
        "incidents": [_incident(one, report) for one in report.incidents],
        "watches": [_watch(result, report) for result in report.watches],
    }


def _incident(one: PastIncident, report: Report) -> dict[str, Any]:
    incident = one.incident
    return {
        "id": incident.id,
        "reference": incident.reference,
        "title": incident.title,
        "kind": incident.kind,
        "component": incident.component,
        "components": list(incident.components),
        "severity": incident.severity,
        "severity_reason": incident.severity_reason,
        "shadow": incident.shadow,
        "started_at": _at(incident.started_at),
        "opened_at": _at(incident.opened_at),
        "recovered_at": _at(incident.recovered_at),
        "ended_at": _at(one.ended_at),
        "length_s": one.length(report.span.end).total_seconds(),
        "reopened": one.reopened,
        "public_at": _at(incident.disclosed_at),
        "disclosure": incident.disclosure_reason,
        "reason": one.reason,
        "evidence": [_evidence(evidence) for evidence in one.evidence],
        "timeline": [_line(line) for line in one.timeline],
    }


def _evidence(evidence: PastEvidence) -> dict[str, Any]:
    anomaly = evidence.stretch.anomaly
    return {
        "watch": evidence.watch.name,
        "component": anomaly.component,
        "kind": anomaly.kind,
        "started_at": _at(anomaly.started_at),
        "detected_at": _at(anomaly.detected_at),
        "ended_at": _at(anomaly.ended_at),
        "score": anomaly.score,
        "model": anomaly.model,
        "reason": anomaly.reason,
        "unit": anomaly.unit,
        "observed": _number(anomaly.observed),
        "expected": _number(anomaly.expected),
        "low": _number(anomaly.low),
        "high": _number(anomaly.high),
        "series": [_labels(labels) for labels in evidence.stretch.series],
    }


def _line(line: IncidentUpdate) -> dict[str, Any]:
    incident = line.incident
    return {
        "at": _at(line.at),
        "kind": line.kind,
        "status": incident.status,
        "severity": incident.severity,
        "reason": line.reason,
    }


def _watch(result: WatchResult, report: Report) -> dict[str, Any]:
    return {
        "name": result.watch.name,
        "component": result.watch.component,
        "budget": result.watch.budget,
        "allowed": result.allowed(report.span),
        "opened": result.opened,
        "joined": result.joined,
        "stretches": result.stretches,
        "series": result.series,
        "samples": result.samples,
        "series_weeks": result.series_weeks,
        "warmed_from": _at(result.warmed_from),
        "judging_since": _at(result.judging_since),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "other": _report(comparison.other),
        "only_in_this": [one.incident.reference for one in comparison.only_ours],
        "only_in_other": [one.incident.reference for one in comparison.only_other],
        "in_both": [_pair(pair) for pair in comparison.pairs],
    }


def _pair(pair: IncidentPair) -> dict[str, Any]:
    return {
        "this": pair.ours.incident.reference,
        "other": pair.other.incident.reference,
        "differs": pair.differs,
        "other_earlier_s": _seconds(pair.earlier),
        "other_longer_s": _seconds(pair.longer),
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "labels": len(score.found),
        "outside_the_span": score.outside,
        "found": score.hits,
        "recall": score.recall,
        "false_incidents": [one.incident.reference for one in score.false],
        "false_a_series_week": score.false_a_series_week,
        "series_weeks": score.series_weeks,
        "delay_s": _seconds(score.delay),
        "each": [_found(found) for found in score.found],
    }


def _found(found: LabelFound) -> dict[str, Any]:
    return {
        "start": _at(found.label.start),
        "end": _at(found.label.end),
        "component": found.label.component or None,
        "series": _labels(found.label.series),
        "incident": found.incident.incident.reference if found.incident else None,
        "delay_s": _seconds(found.delay),
    }


def _rules(result: RulesResult) -> dict[str, Any]:
    return {
        "rules": [
            {
                "alert": rule.name,
                "group": rule.group,
                "expr": rule.expr,
                "interval_s": rule.interval.total_seconds(),
                "for_s": rule.hold.total_seconds(),
                "keep_firing_for_s": rule.keep.total_seconds(),
                "labels": _labels(rule.labels),
            }
            for rule in result.rules
        ],
        "episodes": [_episode(episode) for episode in result.episodes],
        "incidents_without_an_alert": [one.incident.reference for one in result.unmatched],
    }


def _episode(episode: Episode) -> dict[str, Any]:
    return {
        "alert": episode.rule.name,
        "group": episode.rule.group,
        "fired_at": _at(episode.fired_at),
        "ended_at": _at(episode.ended_at),
        "incidents": [one.incident.reference for one in episode.incidents],
        "incident_earlier_s": _seconds(episode.earlier),
        "alerts": [
            {
                "labels": _labels(alert.labels),
                "active_at": _at(alert.active_at),
                "fired_at": _at(alert.fired_at),
                "ended_at": _at(alert.ended_at),
            }
            for alert in episode.alerts
        ],
    }


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def _labels(labels: Labels) -> dict[str, str]:
    return dict(labels)
