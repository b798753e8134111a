"""What a Prometheus has: its metrics, and what their series look like, asked for in numbers rather than series."""

from detectors.discover import MOST_GROUPS, MOST_VALUES, Kind, Metric, Sight, kinds_of
from detectors.discover_words import LABELS_KEPT, OUTCOME_LABELS
from detectors.frame import Labels
from detectors.sources.prometheus_api import PrometheusApi
from detectors.sources.promql import METRIC_NAME

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
        return Sight(metric=metric, series=count, labels=sizes, outcomes=outcomes)

    def groups(self, metric: Metric, by: tuple[str, ...], now: float) -> tuple[Labels, ...]:
        """The sets of these labels that occur, at most MOST_GROUPS; none where there are more. Raises SourceError."""
        if not by:
            return ((),)
        series, where = series_name(metric), f"the parts that {metric.name} tells apart"
        query = f"count by ({', '.join(by)}) ({series})"
        count = self._api.number(f"count({query})", now, where) or 0
        return self._api.vector(query, where) if count <= MOST_GROUPS else ()

    def _values(self, series: str, label: str, where: str) -> tuple[str, ...]:
        found = self._api.vector(f"count by ({label}) ({series})", where)
        return tuple(sorted(dict(labels).get(label, "") for labels in found))[:MOST_VALUES]


def series_name(metric: Metric) -> str:
    """A series of each of a metric's children: of a histogram, its count."""
    return f"{metric.name}_count" if metric.kind is Kind.HISTOGRAM else metric.name
