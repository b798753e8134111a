"""Reads a remote write of Prometheus, version 1.0: protobuf, packed by snappy."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol, cast

from detectors.frame import Labels
from detectors.sources.head import PageSample
from detectors.sources.push import NAME, UNPACKED_MAX, BadPush, MissingPushExtra, Pushed

KINDS = ("unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset")
_MESSAGES = {
    "Label": (("name", 1, "string"), ("value", 2, "string")),
    "Sample": (("value", 1, "double"), ("timestamp", 2, "int64")),
    "Histogram": (("timestamp", 15, "int64"),),
    "TimeSeries": (("labels", 1, "*Label"), ("samples", 2, "*Sample"), ("histograms", 4, "*Histogram")),
    "MetricMetadata": (("type", 1, "int32"), ("metric_family_name", 2, "string")),
    "WriteRequest": (("timeseries", 1, "*TimeSeries"), ("metadata", 3, "*MetricMetadata")),
}
"""The part of remote write 1.0 (https://prometheus.io/docs/specs/prw/) that is read: fields, their numbers, types."""


class _Pair(Protocol):
    name: str
    value: str


class _Sample(Protocol):
    value: float
    timestamp: int


class _Series(Protocol):
    labels: Sequence[_Pair]
    samples: Sequence[_Sample]
    histograms: Sequence[object]


def read_write_request(body: bytes) -> Pushed:
    """The samples of a request; the valid series of a bad one too. Raises BadPush, MissingPushExtra."""
    try:
        from google.protobuf.message import DecodeError
    except ImportError as error:
        raise MissingPushExtra from error
    try:
        request = _write_request().FromString(_unpacked(body))
    except DecodeError as error:
        raise BadPush("the body is no WriteRequest of remote write 1.0") from error
    samples: list[PageSample] = []
    problems: Counter[str] = Counter()
    for series in cast(Sequence[_Series], request.timeseries):
        if series.histograms:
            problems["native histograms are not taken: leave send_native_histograms off"] += len(series.histograms)
        metric, labels = _named(series)
        if not metric:
            problems[f"a series has no {NAME}: {dict(labels)}"[:200]] += len(series.samples)
            continue
        samples += [PageSample(metric=metric, labels=labels, value=s.value, stamp=s.timestamp) for s in series.samples]
    kinds = {m.metric_family_name: KINDS[m.type] if 0 <= m.type < len(KINDS) else KINDS[0] for m in request.metadata}
    return Pushed(samples=tuple(samples), kinds=kinds, problems=dict(problems))


def _named(series: _Series) -> tuple[str, Labels]:
    """The metric's name, and the labels that are not empty, by name."""
    pairs = {pair.name: pair.value for pair in series.labels if pair.value}
    return pairs.pop(NAME, ""), tuple(sorted(pairs.items()))


def _unpacked(body: bytes) -> bytes:
    try:
        from cramjam import DecompressionError, snappy
    except ImportError as error:
        raise MissingPushExtra from error
    try:
        if snappy.decompress_raw_len(body) > UNPACKED_MAX:
            raise BadPush(f"the body says it has more than {UNPACKED_MAX} bytes: send fewer samples at once")
        return bytes(snappy.decompress_raw(body))
    except DecompressionError as error:
        raise BadPush(f"the body is not packed by snappy: {error}") from error


@cache
def _write_request() -> Any:
    """The class of the message, made of the fields above."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    package = "tocsin.remote_write"
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            made = message.field.add(name=field, number=number, label=made_label(kind))
            if kind.startswith("*"):
                made.type, made.type_name = made.TYPE_MESSAGE, f".{package}.{kind[1:]}"
            else:
                made.type = getattr(made, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.WriteRequest"))


def made_label(kind: str) -> Any:
    """Whether a field of that type is there once or often."""
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto

    return FieldDescriptorProto.LABEL_REPEATED if kind.startswith("*") else FieldDescriptorProto.LABEL_OPTIONAL
