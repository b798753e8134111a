"""What the running service and a backtest do alike with a watch: warm it from the past, and say what it saw."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from detectors.anomaly import Anomaly
from detectors.frame import Frame
from detectors.history import warm
from detectors.sources.promql import promql
from detectors.sources.source import Source
from detectors.state import State
from detectors.watch import Watch
from incidents.intake.anomalies import signal_of
from incidents.signal import Signal

PAST_EVERY = timedelta(minutes=5)  # of the daily profile's slots: finer history costs time and teaches nothing more


def warmed(source: Source, watch: Watch, now: datetime) -> State:
    """The watch's state after its history up to `now`. Raises SourceError."""
    return warm(watch, read_history(source, watch, now))


def read_history(source: Source, watch: Watch, now: datetime) -> Iterator[Frame]:
    """The frames that warm a watch, oldest first: `watch.history` of them, or as much as there is."""
    return source.history(watch, now - watch.history, now, max(watch.every, PAST_EVERY))


def signals_of(anomalies: Iterable[Anomaly], watch: Watch) -> tuple[Signal, ...]:
    """What a watch's anomalies say to the incidents, with the query as engineers know it."""
    words = watch.query.promql or promql(watch.query)
    return tuple(signal_of(anomaly, watch, words) for anomaly in anomalies)
