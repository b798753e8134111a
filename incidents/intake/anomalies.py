"""Turns an anomaly into a signal, with the facts that an engineer needs."""

from math import isnan

from detectors.anomaly import Anomaly, AnomalyKind
from detectors.watch import Direction, FailureKind, Query, Watch
from incidents.signal import ENDED, Signal, SignalSource

_NO_SAMPLE = {
    "drift": "as a mean of the last hour",
    "burn": "over the long window",
    "shift": "times as far from usual as by chance",
}
"""What is observed by models that do not judge a sample as it is."""


def signal_of(anomaly: Anomaly, watch: Watch, promql: str = "") -> Signal:
    """The signal of an anomaly: its component is not well.

    promql: how the source asked, where the watch is in words; the facts show it to engineers.
    """
    is_absent = anomaly.kind is AnomalyKind.ABSENCE
    return Signal(
        key=anomaly.key,
        source=SignalSource.WATCH,
        name=watch.name,
        component=anomaly.component,
        title=watch.title or watch.name,
        kind=FailureKind.SILENCE if is_absent else anomaly.failure,
        started_at=anomaly.started_at,
        detected_at=anomaly.detected_at,
        seen_at=anomaly.last_seen_at,
        ended_at=anomaly.ended_at,
        score=anomaly.score,
        user_visible=watch.user_visible,
        shadow=watch.shadow,
        together=anomaly.together,
        observed=None if isnan(anomaly.observed) else anomaly.observed,
        # Of these two models neither number is in the watch's unit.
        expected=None if isnan(anomaly.expected) or anomaly.model in {"burn", "shift"} else anomaly.expected,
        unit=anomaly.unit,
        labels=anomaly.labels,
        facts=tuple((name, text) for name, text in _facts(anomaly, watch, promql) if text),
    )


def _facts(anomaly: Anomaly, watch: Watch, promql: str) -> list[tuple[str, str]]:
    return [
        ("reason", anomaly.reason),
        ("observed", _observed(anomaly)),
        ("expected", _expected(anomaly, watch)),
        ("usual", quantity(anomaly.expected, anomaly.unit)),
        ("series", f"{anomaly.series}, worst: {_labels(anomaly)}" if anomaly.labels else str(anomaly.series)),
        ("together", f"{anomaly.pooled} of {anomaly.of} series" if anomaly.pooled else ""),
        ("model", anomaly.model),
        (ENDED, _ended(anomaly)),
        ("promql", watch.query.promql or promql),
        ("query", "" if watch.query.promql or promql else _words(watch.query)),
        ("source", watch.source),
        *((f"tag {name}", value) for name, value in watch.tags),
    ]


def _observed(anomaly: Anomaly) -> str:
    """The number; one that is no sample of the series says what it is."""
    seen = quantity(anomaly.observed, "" if anomaly.model == "shift" else anomaly.unit)
    return f"{seen} {_NO_SAMPLE[anomaly.model]}" if seen and anomaly.model in _NO_SAMPLE else seen


def _ended(anomaly: Anomaly) -> str:
    """How it ended, where it did not simply come back."""
    if not anomaly.accepted:
        return ""
    return "silent for good" if anomaly.kind is AnomalyKind.ABSENCE else "accepted as the new normal"


def _expected(anomaly: Anomaly, watch: Watch) -> str:
    """The side of the band that matters: of what is only bad above, nobody asks how low it may go."""
    low = float("nan") if watch.bad is Direction.ABOVE else anomaly.low
    high = float("nan") if watch.bad is Direction.BELOW else anomaly.high
    return band(low, high, anomaly.unit)


def quantity(value: float, unit: str) -> str:
    """A number with its unit, three significant digits: "412 s"; "" where it is unknown."""
    if isnan(value):
        return ""
    number = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{number} {unit}".rstrip()


def band(low: float, high: float, unit: str) -> str:
    """The expected values: "60 to 95 s", "at most 95 s"; "" where they are unknown."""
    if isnan(low) and isnan(high):
        return ""
    if isnan(low) or low == float("-inf"):
        return f"at most {quantity(high, unit)}"
    if isnan(high) or high == float("inf"):
        return f"at least {quantity(low, unit)}"
    return f"{quantity(low, '')} to {quantity(high, unit)}"


def _labels(anomaly: Anomaly) -> str:
    return ", ".join(f"{name}={value}" for name, value in anomaly.labels)


def _words(query: Query) -> str:
    match = ", ".join(f'{name}="{value}"' for name, value in query.match)
    by = f" by {', '.join(query.by)}" if query.by else ""
    return f"{query.read} of {query.metric}{{{match}}}{by}"
