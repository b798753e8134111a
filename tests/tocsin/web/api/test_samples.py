"""Samples that are pushed to the whole service: by OpenTelemetry's own exporter, and by requests of every kind."""

import gzip
import math
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import cramjam
import numpy as np
import pytest
from google.protobuf import json_format
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExportResult, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from detectors.sources.evaluate import STALE, STALE_BITS
from tests.detectors.sources.prometheus_server import field_of, varint
from tests.tocsin.web.running import CONFIG, Running, running
from tests.tocsin.web.serving import serve
from tocsin.context.clock_jumps import wall_clock

WRITE, OTLP = "/api/v1/write", "/api/v1/otlp/v1/metrics"
PUSH = CONFIG.replace(
    'default: {kind: scrape, targets: [{url: "http://127.0.0.1:9/metrics"}]}', "default: {kind: push, every: 15s}"
).replace("read: quantile\n    quantile: 0.95", "read: value")
Series = tuple[dict[str, str], Sequence[tuple[int, float]]]


@pytest.fixture
def pushed(tmp_path: Path) -> Iterator[Running]:
    made = running(tmp_path, PUSH)
    yield made
    made.close()


def request(*series: Series) -> bytes:
    """A WriteRequest: labels, and (ms, value) of each series."""
    written = b""
    for labels, samples in series:
        pairs = b"".join(field_of(1, field_of(1, n.encode()) + field_of(2, v.encode())) for n, v in labels.items())
        points = b"".join(
            field_of(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(stamp)) for stamp, value in samples
        )
        written += field_of(1, pairs + points)
    return bytes(cramjam.snappy.compress_raw(written))


def write(tocsin: Running, body: bytes, status: int = 204, **headers: str) -> str:
    client = tocsin.client(token=tocsin.token("alerts"))
    usual = {"content-type": "application/x-protobuf", "content-encoding": "snappy"}
    answer = client.post(WRITE, content=body, headers={**usual, **headers})
    assert answer.status_code == status, answer.text
    return answer.text


def kept(tocsin: Running, metric: str = "depth") -> list[tuple[int, float]]:
    """The samples of a metric's one series, as they are read: (ms since NOW, value)."""
    found = tocsin.runtime.kept.samples.select(metric, (), 0, 2**62)
    zero = round(tocsin.clock().timestamp() * 1000)
    return [(int(t) - zero, float(v)) for t, v in zip(found.times, found.values, strict=True)]


def ms(tocsin: Running, seconds: float) -> int:
    return round((tocsin.clock() + timedelta(seconds=seconds)).timestamp() * 1000)


DEPTH = {"__name__": "depth", "job": "wallet", "instance": "a:1", "asset": "BTC"}


def test_a_store_that_cannot_be_written_refuses_what_may_be_sent_again(pushed: Running) -> None:
    body = request((DEPTH, [(ms(pushed, -15), 1.0)]))
    with closing(sqlite3.connect(pushed.runtime.kept.samples.path)) as store:
        store.execute("ALTER TABLE scrapes RENAME TO gone")
        client = pushed.client(token=pushed.token("alerts"))
        headers = {"content-type": "application/x-protobuf", "content-encoding": "snappy"}
        answer = client.post(WRITE, content=body, headers=headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
        store.execute("ALTER TABLE gone RENAME TO scrapes")
    write(pushed, body)
    assert kept(pushed) == [(-15_000, 1.0)]


def test_samples_are_read_in_the_order_of_their_time_each_once(pushed: Running) -> None:
    write(pushed, request((DEPTH, [(ms(pushed, -30), 1.0), (ms(pushed, -15), 2.0)])))
    write(pushed, request((DEPTH, [(ms(pushed, -30), 1.0), (ms(pushed, -15), 2.0)])))
    write(pushed, request((DEPTH, [(ms(pushed, -45), 0.0), (ms(pushed, 0), 3.0)])))
    assert kept(pushed) == [(-45_000, 0.0), (-30_000, 1.0), (-15_000, 2.0), (0, 3.0)]


def test_what_is_sent_again_after_a_restart_is_known(pushed: Running, tmp_path: Path) -> None:
    body = request((DEPTH, [(ms(pushed, -30), 1.0), (ms(pushed, -15), 2.0)]))
    write(pushed, body)
    pushed.runtime.kept.samples._layouts.clear()  # as after a start
    write(pushed, body)
    assert kept(pushed) == [(-30_000, 1.0), (-15_000, 2.0)]


def test_series_of_one_target_that_come_apart_keep_their_samples(pushed: Running) -> None:
    other = {**DEPTH, "asset": "ETH"}
    for at in (-30, -15, 0):
        write(pushed, request((DEPTH, [(ms(pushed, at), 1.0)])))
        write(pushed, request((other, [(ms(pushed, at), 2.0)])))
    found = pushed.runtime.kept.samples.select("depth", (), 0, 2**62)
    assert [found.starts[row + 1] - found.starts[row] for row in range(len(found.keys))] == [3, 3]


def test_the_marker_of_an_end_and_a_sample_without_a_number_stay_what_they_are(pushed: Running) -> None:
    nothing = {**DEPTH, "asset": "ETH"}
    write(
        pushed,
        request((DEPTH, [(ms(pushed, -15), 1.0), (ms(pushed, 0), STALE)]), (nothing, [(ms(pushed, 0), math.nan)])),
    )
    found = pushed.runtime.kept.samples.select("depth", (("asset", "BTC"),), 0, 2**62)
    assert found.values.view(np.uint64).tolist()[1] == int(STALE_BITS)
    idle = pushed.runtime.kept.samples.select("depth", (("asset", "ETH"),), 0, 2**62)
    assert idle.values.view(np.uint64).tolist() != [int(STALE_BITS)]
    assert np.isnan(idle.values).all()


def test_samples_of_a_time_that_has_not_come_are_named_and_the_others_kept(pushed: Running) -> None:
    said = write(pushed, request((DEPTH, [(ms(pushed, 0), 1.0), (ms(pushed, 3600), 2.0)])), 400)
    assert "more than ten minutes ahead of our clock, 2026-03-02 14:03:00 UTC (1); 1 samples were stored" in said
    assert kept(pushed) == [(0, 1.0)]


def test_a_series_without_a_name_is_named_and_the_others_kept(pushed: Running) -> None:
    said = write(pushed, request(({"asset": "BTC"}, [(ms(pushed, 0), 1.0)]), (DEPTH, [(ms(pushed, 0), 1.0)])), 400)
    assert "a series has no __name__" in said
    assert kept(pushed) == [(0, 1.0)]


@pytest.mark.parametrize(
    ("body", "headers", "status", "why"),
    [
        (b"nonsense", {}, 400, "not packed by snappy"),
        (bytes(cramjam.snappy.compress_raw(b"\xff\xff")), {}, 400, "no WriteRequest"),
        (varint(2**31), {}, 400, "send fewer samples at once"),
        (b"", {"content-encoding": "zstd"}, 415, "must be snappy"),
        (b"", {"content-type": "application/x-protobuf;proto=io.prometheus.write.v2.Request"}, 415, "remote write 1.0"),
    ],
    ids=["not snappy", "not protobuf", "a body that says it is huge", "another packing", "version 2"],
)
def test_what_cannot_be_read_is_refused_for_good(
    pushed: Running, body: bytes, headers: dict[str, str], status: int, why: str
) -> None:
    assert why in write(pushed, body, status, **headers)


def test_a_body_that_grows_when_it_is_unpacked_is_refused(pushed: Running) -> None:
    client = pushed.client(token=pushed.token("alerts"))
    headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}
    answer = client.post(OTLP, content=gzip.compress(bytes(65 * 2**20)), headers=headers)
    assert answer.status_code == 400
    assert "once it is unpacked" in answer.text
    assert client.post(OTLP, content=gzip.compress(b"")[:8], headers=headers).status_code == 400


def test_without_such_a_source_nothing_is_taken(tocsin: Running) -> None:
    assert "configure one with kind: push" in write(tocsin, request((DEPTH, [(ms(tocsin, 0), 1.0)])), 404)


def test_a_watch_reads_what_was_pushed_and_nothing_is_silent_while_nobody_pushes(pushed: Running) -> None:
    watch = pushed.services.config.watches[0]
    metric = {"__name__": "exchange_withdrawal_processing_seconds", "job": "w", "instance": "a:1"}
    for at in range(-120, 1, 15):
        write(pushed, request((metric, [(ms(pushed, at), 80.0)])))
    source = pushed.services.sources["default"]
    frame = source.read(watch, pushed.clock() - timedelta(seconds=60), pushed.clock())
    assert frame.values[~np.isnan(frame.values)].tolist() == [80.0] * len(frame.times)
    pushed.clock.pass_(minutes=10)
    later = source.read(watch, pushed.clock() - timedelta(minutes=9), pushed.clock())
    assert len(later.times) == 0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Any]:
    yield from serve(tmp_path, running, PUSH)


class Noted(OTLPMetricExporter):
    """The exporter, with what became of each export."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.sent: list[MetricExportResult] = []

    def export(self, *arguments: Any, **options: Any) -> MetricExportResult:
        self.sent.append(super().export(*arguments, **options))
        return self.sent[-1]


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_opentelemetrys_exporter_sends_counters_gauges_and_histograms(served: Any, compression: Compression) -> None:
    tocsin = served.tocsin
    tocsin.clock.at = wall_clock()
    exporter = Noted(
        endpoint=served.address + OTLP,
        headers={"Authorization": f"Bearer {tocsin.token('alerts')}"},
        compression=compression,
    )
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=math.inf)
    resource = Resource({"service.name": "wallet", "service.namespace": "exchange", "service.instance.id": "a"})
    provider = MeterProvider(metric_readers=[reader], resource=resource)
    meter = provider.get_meter("exchange")
    meter.create_counter("withdrawals.signed").add(3, {"asset": "BTC"})
    meter.create_gauge("queue.depth").set(7.5, {"asset": "BTC"})
    meter.create_histogram("withdrawal.duration", explicit_bucket_boundaries_advisory=[1.0, 5.0]).record(2.0)
    provider.force_flush()
    provider.shutdown()
    assert set(exporter.sent) == {MetricExportResult.SUCCESS}
    samples = tocsin.runtime.kept.samples
    assert samples.metrics()["withdrawals.signed"] == "counter"
    assert samples.metrics()["queue.depth"] == "gauge"
    (signed,) = samples.select("withdrawals.signed", (), 0, 2**62).keys
    assert signed == (("asset", "BTC"), ("instance", "a"), ("job", "exchange/wallet"))
    buckets = samples.select("withdrawal.duration_bucket", (), 0, 2**62)
    totals = {dict(key)["le"]: buckets.values[buckets.starts[row + 1] - 1] for row, key in enumerate(buckets.keys)}
    assert totals == {"1": 0.0, "5": 1.0, "+Inf": 1.0}


def export(tocsin: Running, sent: ExportMetricsServiceRequest, *, as_json: bool = False) -> Any:
    body = json_format.MessageToJson(sent).encode() if as_json else sent.SerializeToString()
    kind = "application/json" if as_json else "application/x-protobuf"
    answer = tocsin.client(token=tocsin.token("alerts")).post(OTLP, content=body, headers={"content-type": kind})
    assert answer.status_code == 200, answer.text
    found = ExportMetricsServiceResponse()
    if as_json:
        json_format.Parse(answer.content, found)
    else:
        found.ParseFromString(answer.content)
    return found.partial_success


@pytest.mark.parametrize("as_json", [False, True])
def test_what_is_no_total_is_refused_in_words_and_the_rest_kept(pushed: Running, as_json: bool) -> None:
    sent = ExportMetricsServiceRequest()
    scope = sent.resource_metrics.add().scope_metrics.add()
    at = ms(pushed, 0) * 1_000_000
    difference = scope.metrics.add(name="orders")
    difference.sum.aggregation_temporality = 1
    difference.sum.data_points.add(as_int=3, time_unix_nano=at)
    native = scope.metrics.add(name="latency")
    native.exponential_histogram.data_points.add(count=1, time_unix_nano=at)
    scope.metrics.add(name="depth").gauge.data_points.add(as_double=2.0, time_unix_nano=at)
    scope.metrics.add(name="gone").gauge.data_points.add(flags=1, time_unix_nano=at)
    partial = export(pushed, sent, as_json=as_json)
    assert partial.rejected_data_points == 2
    assert "orders is sent as differences" in partial.error_message
    assert "latency is an exponential histogram" in partial.error_message
    assert kept(pushed) == [(0, 2.0)]
    gone = pushed.runtime.kept.samples.select("gone", (), 0, 2**62)
    assert gone.values.view(np.uint64).tolist() == [int(STALE_BITS)]
