"""Reads metrics as OpenTelemetry exports them over HTTP (OTLP 1.x), in protobuf or JSON."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from detectors.sources.evaluate import STALE
from detectors.sources.head import PageSample
from detectors.sources.push import BadPush, MissingPushExtra, Pushed

if TYPE_CHECKING:
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

IDENTITY = {"service.name": "job", "service.instance.id": "instance"}
"""Attributes of a resource that every series gets as labels, by the labels' names."""
NO_RECORDED_VALUE = 1
"""The flag of a data point that says that its series has ended."""
CUMULATIVE = 2
DELTA = "is sent as differences: let the exporter send totals (temporality cumulative)"
EXPONENTIAL = "is an exponential histogram, which is not taken: let the exporter send explicit buckets"


def read_metrics(body: bytes, *, as_json: bool) -> Pushed:
    """The samples of an ExportMetricsServiceRequest. Raises BadPush, MissingPushExtra.

    Metrics keep the names that their instruments have. A histogram becomes NAME_bucket, NAME_count and NAME_sum.
    """
    try:
        from google.protobuf import json_format
        from google.protobuf.message import DecodeError
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    except ImportError as error:
        raise MissingPushExtra from error
    request = ExportMetricsServiceRequest()
    try:
        if as_json:
            json_format.Parse(body, request, ignore_unknown_fields=True)
        else:
            request.ParseFromString(body)
    except (DecodeError, json_format.ParseError, UnicodeDecodeError) as error:
        raise BadPush(f"the body is no ExportMetricsServiceRequest: {str(error)[:200]}") from error
    samples: list[PageSample] = []
    kinds: dict[str, str] = {}
    problems: Counter[str] = Counter()
    for resource in request.resource_metrics:
        identity = _identity(resource.resource.attributes)
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                found, kind, problem, lost = _read(metric, identity)
                samples += found
                if problem:
                    problems[f"{metric.name[:200]} {problem}"] += lost
                elif kind:
                    kinds[metric.name] = kind
    return Pushed(samples=tuple(samples), kinds=kinds, problems=dict(problems))


def answer_of(refused: int, why: str, *, as_json: bool) -> bytes:
    """An ExportMetricsServiceResponse: what was taken, and in words what was not."""
    from google.protobuf import json_format
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse

    answer = ExportMetricsServiceResponse()
    if refused:
        answer.partial_success.rejected_data_points = refused
        answer.partial_success.error_message = why
    return bytes(json_format.MessageToJson(answer).encode() if as_json else answer.SerializeToString())


def _read(metric: "Metric", identity: dict[str, str]) -> tuple[list[PageSample], str, str, int]:
    """(samples, the kind, what is wrong with the metric, how many data points are not taken for it)."""
    match metric.WhichOneof("data"):
        case "gauge":
            return list(_numbers(metric.name, metric.gauge.data_points, identity)), "gauge", "", 0
        case "sum":
            points = metric.sum.data_points
            if metric.sum.aggregation_temporality != CUMULATIVE:
                return [], "", DELTA, len(points)
            return (
                list(_numbers(metric.name, points, identity)),
                "counter" if metric.sum.is_monotonic else "gauge",
                "",
                0,
            )
        case "histogram":
            buckets = metric.histogram.data_points
            if metric.histogram.aggregation_temporality != CUMULATIVE:
                return [], "", DELTA, len(buckets)
            return list(_histogram(metric.name, buckets, identity)), "histogram", "", 0
        case "summary":
            return list(_summary(metric.name, metric.summary.data_points, identity)), "summary", "", 0
        case "exponential_histogram":
            return [], "", EXPONENTIAL, len(metric.exponential_histogram.data_points)
        case _:
            return [], "", "", 0


def _numbers(name: str, points: Iterable[Any], identity: dict[str, str]) -> Iterator[PageSample]:
    for point in points:
        value = float(point.as_int) if point.WhichOneof("value") == "as_int" else point.as_double
        yield _sample(name, point, identity, {}, value)


def _histogram(name: str, points: Iterable[Any], identity: dict[str, str]) -> Iterator[PageSample]:
    for point in points:
        yield _sample(f"{name}_count", point, identity, {}, float(point.count))
        if point.HasField("sum"):
            yield _sample(f"{name}_sum", point, identity, {}, point.sum)
        total = 0
        bounds = [*point.explicit_bounds, math.inf]
        for bound, count in zip(bounds, point.bucket_counts, strict=False):
            total += count
            yield _sample(f"{name}_bucket", point, identity, {"le": _bound(bound)}, float(total))


def _summary(name: str, points: Iterable[Any], identity: dict[str, str]) -> Iterator[PageSample]:
    for point in points:
        yield _sample(f"{name}_count", point, identity, {}, float(point.count))
        yield _sample(f"{name}_sum", point, identity, {}, point.sum)
        for one in point.quantile_values:
            yield _sample(name, point, identity, {"quantile": _bound(one.quantile)}, one.value)


def _sample(name: str, point: Any, identity: dict[str, str], own: dict[str, str], value: float) -> PageSample:
    said = {one.key: _text(one.value) for one in point.attributes}
    labels = {key: text for key, text in {**said, **identity, **own}.items() if text}
    stale = point.flags & NO_RECORDED_VALUE
    return PageSample(
        metric=name,
        labels=tuple(sorted(labels.items())),
        value=STALE if stale else value,
        stamp=point.time_unix_nano // 1_000_000,
    )


def _identity(attributes: Iterable[Any]) -> dict[str, str]:
    """The labels job and instance, as Prometheus makes them of a resource."""
    said = {one.key: _text(one.value) for one in attributes}
    found = {label: said[name] for name, label in IDENTITY.items() if said.get(name)}
    if said.get("service.namespace") and "job" in found:
        found["job"] = f"{said['service.namespace']}/{found['job']}"
    return found


def _text(value: Any) -> str:
    """An attribute's value as a label's."""
    match value.WhichOneof("value"):
        case "string_value":
            return str(value.string_value)
        case "bool_value":
            return "true" if value.bool_value else "false"
        case "int_value":
            return str(value.int_value)
        case "double_value":
            return _bound(value.double_value)
        case "array_value":
            return f"[{','.join(_text(one) for one in value.array_value.values)}]"
        case _:
            return ""


def _bound(value: float) -> str:
    """A number as Prometheus writes it in a label: 1, 0.5, +Inf."""
    return "+Inf" if value == math.inf else repr(value).removesuffix(".0")
