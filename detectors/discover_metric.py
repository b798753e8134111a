"""A Prometheus's metrics as facts: name and type, and what their series look like."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from detectors.discover_shape import HistogramShape


class MetricKind(StrEnum):
    """What a metric is; of a histogram, by its base name."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric by name. name: of a histogram its base name; of a counter as it is queried, `_total` included."""

    name: str
    kind: MetricKind
    help: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its name, in lower case."""
        return tuple(re.findall(r"[a-z]+|\d+", re.sub(r"([a-z])([A-Z])", r"\1_\2", self.name).lower()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A metric with what its series look like.

    series: how many. labels: how many values each has. outcomes: the values of labels that say how something went.
    shape: of a histogram.
    """

    metric: Metric
    series: int
    labels: Mapping[str, int]
    outcomes: Mapping[str, tuple[str, ...]]
    shape: HistogramShape | None = None


def kinds_of(names: Sequence[str], described: Mapping[str, tuple[str, str]]) -> tuple[Metric, ...]:
    """The metrics behind these names of series; described: type and help by name, as far as the server knows them.

    Where it does not, suffixes do: `_total` is a counter's, `_bucket` a histogram's.
    """
    known = set(names)
    found: dict[str, Metric] = {}
    for name in sorted(known):
        base = _base(name, known)
        kind, text = next(
            (described[key] for key in (name, base, base.removesuffix("_total")) if key in described), ("", "")
        )
        if base != name and kind not in ("histogram", "gaugehistogram", "summary", ""):
            base = name  # a counter that happens to be called `_count`
        found.setdefault(base, Metric(name=base, kind=_kind(base, kind, known), help=text))
    return tuple(found.values())


def _base(name: str, known: set[str]) -> str:
    """The histogram or summary that a series belongs to, or its own name."""
    for suffix in ("_bucket", "_count", "_sum", "_created"):
        base = name.removesuffix(suffix)
        if base != name and (f"{base}_bucket" in known or (f"{base}_sum" in known and f"{base}_count" in known)):
            return base
    return name


def _kind(base: str, stated: str, known: set[str]) -> MetricKind:
    if f"{base}_bucket" in known:
        return MetricKind.HISTOGRAM
    if stated in ("counter", "gauge"):
        return MetricKind(stated)
    if stated not in ("", "unknown", "untyped"):
        return MetricKind.OTHER
    if base.endswith("_total"):
        return MetricKind.COUNTER
    return MetricKind.OTHER if f"{base}_sum" in known or base.endswith(("_created", "_info")) else MetricKind.GAUGE
