"""Asks a Prometheus which metrics it has and what their series look like, in numbers rather than whole series."""

from detectors.discover import MOST_GROUPS, MOST_VALUES, labels_kept
from detectors.discover_metric import Metric, MetricKind, Sight, kinds_of
from detectors.discover_shape import HistogramShape
from detectors.discover_words import LABELS_KEPT, OUTCOME_LABELS
from detectors.frame import Labels
from detectors.sources.prometheus_api import PrometheusApi
from detectors.sources.promql import METRIC_NAME
from detectors.watch import Query

MOST_OUTCOMES = 20


class Inventory:
    """One server's metrics. Every question is answered with a number or with at most MOST_GROUPS series."""

    def __init__(self, api: PrometheusApi) -> None:
        self._api = api

    def metrics(self) -> tuple[Metric, ...]:
        """All metrics by name, type and help. Raises SourceError."""
        names = [name for name in self._api.metrics() if METRIC_NAME.fullmatch(name)]
        return kinds_of(names, self._api.metadata())

    def sight(self, metric: Metric, now: float) -> Sight:
        """How many series it has now, and how many values its labels. Raises SourceError."""
        series, where = series_name(metric), f"the labels of {metric.name}"
        count = int(self._api.number(f"count({series})", now, where) or 0)
        present = set(self._api.labels(series, where)) if count else set()
        wanted = [label for label in (*LABELS_KEPT, *OUTCOME_LABELS) if label in present]
        sizes = {
            label: int(self._api.number(f"count(count by ({label}) ({series}))", now, where) or 0) for label in wanted
        }
        outcomes = {
            label: self._values(series, label, where)
            for label in wanted
            if label in OUTCOME_LABELS and sizes[label] <= MOST_OUTCOMES
        }
        shape = (
            self._shape(metric, labels_kept(sizes), now, where)
            if count and metric.kind is MetricKind.HISTOGRAM
            else None
        )
        return Sight(metric=metric, series=count, labels=sizes, outcomes=outcomes, shape=shape)

    def groups(self, metric: Metric, by: tuple[str, ...], now: float) -> tuple[Labels, ...]:
        """The sets of these labels that occur, at most MOST_GROUPS; none where there are more. Raises SourceError."""
        if not by:
            return ((),)
        series, where = series_name(metric), f"the parts that {metric.name} tells apart"
        query = f"count by ({', '.join(by)}) ({series})"
        count = self._api.number(f"count({query})", now, where) or 0
        return self._api.vector(query, where) if count <= MOST_GROUPS else ()

    def _shape(self, metric: Metric, by: tuple[str, ...], now: float, where: str) -> HistogramShape:
        """A histogram in three numbers, summed by these labels."""
        grouped = f"sum by ({', '.join(by)})" if by else "sum"
        events = [
            self._api.number(f"quantile(0.5, {grouped} (rate({metric.name}_count[{span}])))", now, where) or 0.0
            for span in ("1h", "1d")
        ]
        groups = self._api.number(f"count({grouped} ({metric.name}_count))", now, where) or 0
        buckets = self._api.number(f"count(count by (le) ({metric.name}_bucket))", now, where) or 0
        window = Query().window.total_seconds()
        return HistogramShape(series=int(groups), buckets=int(buckets), events=max(events) * window)

    def _values(self, series: str, label: str, where: str) -> tuple[str, ...]:
        found = self._api.vector(f"count by ({label}) ({series})", where)
        return tuple(sorted(dict(labels).get(label, "") for labels in found))[:MOST_VALUES]


def series_name(metric: Metric) -> str:
    """A series of each of a metric's children: of a histogram, its count."""
    return f"{metric.name}_count" if metric.kind is MetricKind.HISTOGRAM else metric.name
