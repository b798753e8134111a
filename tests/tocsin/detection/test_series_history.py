"""A series over a span: what memory holds, what the source must be asked, and whose band is drawn."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.engine import step
from detectors.frame import Floats, Frame, Labels, labels_of
from detectors.sources.embedded import Embedded
from detectors.sources.prometheus import Prometheus
from detectors.sources.promql import narrowed, problems_of, promql
from detectors.sources.scrape_store import RawHistory, ScrapeStore
from detectors.state import State
from detectors.watch import Query, Read, Watch
from tests.detectors.sources.prometheus_server import free_port, running_prometheus, write_samples
from tocsin.context.recent_samples import RecentSamples
from tocsin.detection.series_history import POINTS, Past, ShownSpan, past_of, step_of

WATCH = Watch(name="queue", query=Query(metric="queue", by=("asset",)), component="queue")
END = datetime(2026, 5, 2, 12, tzinfo=UTC)
KEYS: tuple[Labels, ...] = (labels_of({"asset": "BTC"}), labels_of({"asset": 'E"T$1\\H'}))


def history(hours: int = 48) -> RawHistory:
    times: Floats = END.timestamp() - 60.0 * np.arange(hours * 60, -1, -1, dtype=np.float64)
    values = np.array([100 + times % 977, 5000 + times % 877])
    return RawHistory(metric="queue", keys=KEYS, times=times, values=values)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    store = ScrapeStore(tmp_path_factory.mktemp("store") / "samples.db")
    store.load_history((history(),))
    yield Embedded(store)
    store.close()


@pytest.fixture(scope="module")
def watched() -> tuple[State, RecentSamples]:
    """The last three hours, scored."""
    reported = history(3)
    frame = Frame(keys=KEYS, times=reported.times, values=reported.values)
    state, scores = step(WATCH, State.empty(WATCH), frame)
    recent = RecentSamples()
    recent.add(frame, scores)
    return state, recent


def past(watched: tuple[State, RecentSamples], source: Embedded | Prometheus, row: int, **span: float) -> Past:
    state, recent = watched
    strip = recent.strip(KEYS[row])
    return past_of(
        WATCH, state, row, strip=strip, source=source, span=ShownSpan(start=END - timedelta(**span), end=END)
    )


def away() -> Prometheus:
    return Prometheus(f"http://127.0.0.1:{free_port()}", retries=0)


def test_what_memory_holds_is_not_asked_again(watched: tuple[State, RecentSamples]) -> None:
    reported = past(watched, away(), 0, hours=2)
    assert reported.problem == ""
    assert len(reported.times) == 120
    assert reported.judged_from is not None


@pytest.mark.parametrize("row", [0, 1])
def test_a_longer_span_is_read_from_the_source(
    watched: tuple[State, RecentSamples], embedded: Embedded, row: int
) -> None:
    reported = past(watched, embedded, row, hours=24)
    assert reported.problem == ""
    assert reported.times[0] <= END.timestamp() - 23.8 * 3600
    assert len(reported.times) <= POINTS
    raw = history()
    where = np.searchsorted(raw.times, reported.times)
    np.testing.assert_array_equal(reported.values, raw.values[row][where])
    assert reported.judged_from == END - timedelta(hours=3)


def test_the_band_is_the_judged_one_where_it_is_kept_and_the_learnt_one_before(
    watched: tuple[State, RecentSamples], embedded: Embedded
) -> None:
    reported = past(watched, embedded, 0, hours=24)
    strip = watched[1].strip(KEYS[0])
    assert strip
    assert reported.high[-1] == strip.high[-1]
    early = reported.times < strip.times[0]
    assert np.isfinite(reported.high[early]).all()
    assert np.unique(reported.high[early]).size == 1, "there is no season: what is learnt now is one level"


def test_a_source_that_is_away_is_reported_and_memory_is_shown(watched: tuple[State, RecentSamples]) -> None:
    reported = past(watched, away(), 0, hours=24)
    assert "Connection" in reported.problem
    assert len(reported.times) == 181


@pytest.mark.parametrize(
    ("every", "span", "expected"),
    [
        (timedelta(seconds=1), timedelta(hours=1), 10.0),
        (timedelta(seconds=60), timedelta(hours=6), 60.0),
        (timedelta(seconds=60), timedelta(days=1), 300.0),
        (timedelta(minutes=5), timedelta(days=7), 1800.0),
        (timedelta(hours=1), timedelta(hours=1), 3600.0),
    ],
)
def test_the_step_is_round_and_leaves_a_bounded_number_of_columns(
    every: timedelta, span: timedelta, expected: float
) -> None:
    found = step_of(replace(WATCH, every=every), span)
    assert found == expected
    assert span.total_seconds() / found <= POINTS


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(Query(metric="m", by=("asset",)), 'avg by (asset) (m{asset="BTC"})', id="a value"),
        pytest.param(
            Query(metric="m", by=("asset",), match=(("asset", "BTC"), ("venue", "x"))),
            'avg by (asset) (m{asset="BTC", venue="x"})',
            id="what was matched stays",
        ),
        pytest.param(
            Query(metric="m", by=("asset", "network")),
            'avg by (asset, network) (m{asset="BTC", network=""})',
            id="a label that the series lacks",
        ),
        pytest.param(
            Query(metric="m", read=Read.RATIO, of="n", by=("asset",)),
            '(sum by (asset) (rate(m{asset="BTC"}[300s])) or 0 * sum by (asset) (rate(n{asset="BTC"}[300s]))) / '
            'sum by (asset) (rate(n{asset="BTC"}[300s]))',
            id="both sides of a ratio",
        ),
        pytest.param(
            Query(promql="sum by (asset) (x)"),
            '(sum by (asset) (x)) and on (asset) label_replace(vector(1), "asset", "BTC", "", "")',
            id="an expression",
        ),
    ],
)
def test_a_query_is_made_narrower(query: Query, expected: str) -> None:
    one = narrowed(query, KEYS[0], as_promql=True)
    assert problems_of(one) == ()
    assert promql(one) == expected


def test_the_name_of_a_recorded_column_stays() -> None:
    query = Query(promql="column")
    assert narrowed(query, KEYS[0], as_promql=False) == query


@pytest.mark.parametrize("query", [Query(metric="queue", by=("asset",)), Query(promql="max by (asset) (queue)")])
def test_prometheus_answers_for_the_one_series(tmp_path: Path, query: Query) -> None:
    with running_prometheus(tmp_path) as url:
        write_samples(url, [history(1)])
        source = Prometheus(url)
        for key in KEYS:
            asked = replace(WATCH, query=narrowed(query, key, as_promql=True))
            (frame,) = source.history(asked, END - timedelta(minutes=10), END, timedelta(minutes=1))
            assert frame.keys == (key,)
            assert frame.values.shape == (1, 10)
        source.close()
