"""Native histograms and summaries: read where a real Prometheus has them, else refused in words that say what it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from detectors.frame import labels_of
from detectors.sources.prometheus import Prometheus
from detectors.sources.scrape_store import RawHistory
from detectors.sources.source import SourceError
from detectors.watch import Query, Read, Watch
from tests.detectors.sources.prometheus_server import running_prometheus, write_native_histograms, write_samples

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TIMES = np.asarray(START.timestamp() + 5 + np.arange(60) * 60.0, np.float64)
READ = (START + timedelta(minutes=10), START + timedelta(minutes=50))
RAMP = np.arange(60.0)[None]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_prometheus(tmp_path_factory.mktemp("native"), features="native-histograms") as url:
        for at, zone in enumerate("ab"):
            counts = [(60 + 60 * at) * turn for turn in range(60)]
            write_native_histograms(url, "native_seconds", labels_of({"zone": zone}), TIMES.tolist(), counts)
        write_samples(
            url,
            [
                RawHistory(metric="spent", keys=(labels_of({"quantile": "0.5"}),), times=TIMES, values=RAMP),
                RawHistory(metric="spent_count", keys=((),), times=TIMES, values=RAMP),
                RawHistory(metric="depth", keys=((),), times=TIMES, values=RAMP),
            ],
            batch_ms=24 * 3600 * 1000,
        )
        yield url


def watch(**query: object) -> Watch:
    return Watch(name="it", query=Query(**query), component="x", every=timedelta(minutes=1))  # type: ignore[arg-type]


@pytest.mark.parametrize("by", [("zone",), ()], ids=["by zone", "of all"])
@pytest.mark.parametrize("quantile", [0.5, 0.95])
def test_a_quantile_of_a_native_histogram_is_read(url: str, by: tuple[str, ...], quantile: float) -> None:
    source = Prometheus(url)
    asked = watch(metric="native_seconds", read=Read.QUANTILE, quantile=quantile, by=by)
    for _ in range(2):
        frame = source.read(asked, *READ)
        assert len(frame.keys) == max(1, 2 * len(by))
        np.testing.assert_allclose(frame.values, 0.5 + 0.5 * quantile, rtol=0.2)
        assert frame.events is not None
        np.testing.assert_allclose(frame.events.sum(axis=0), 5 * 180, rtol=0.01)
    few = watch(metric="native_seconds", read=Read.QUANTILE, quantile=quantile, by=("zone",), at_least=400)
    assert source.read(few, *READ).keys == (labels_of({"zone": "b"}),)
    source.close()


@pytest.mark.parametrize("read", [Read.VALUE, Read.RATE, Read.SHIFT])
def test_other_readings_of_a_native_histogram_say_what_it_is(url: str, read: Read) -> None:
    with pytest.raises(SourceError, match="native_seconds is a native histogram") as caught:
        Prometheus(url).read(watch(metric="native_seconds", read=read), *READ)
    assert not caught.value.retry
    assert "read: quantile reads it" in str(caught.value)


@pytest.mark.parametrize("read", [Read.QUANTILE, Read.SHIFT])
def test_a_summary_has_no_buckets_and_says_how_it_is_read(url: str, read: Read) -> None:
    quantile = 0.5 if read is Read.QUANTILE else None
    with pytest.raises(SourceError, match="spent is a summary, which has no buckets") as caught:
        Prometheus(url).read(watch(metric="spent", read=read, quantile=quantile), *READ)
    assert "read: value with match" in str(caught.value)
    frame = Prometheus(url).read(watch(metric="spent", match=(("quantile", "0.5"),)), *READ)
    assert len(frame.keys) == 1


@pytest.mark.parametrize("metric", ["depth", "nothing"])
def test_what_is_neither_is_nothing(url: str, metric: str) -> None:
    assert Prometheus(url).read(watch(metric=metric, read=Read.QUANTILE, quantile=0.5), *READ).keys == ()
