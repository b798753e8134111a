"""One meaning on every source: the same samples in a real Prometheus and in the embedded store, the same numbers."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import Floats, Frame, Labels, labels_of
from detectors.sources.backfill import series_of
from detectors.sources.embedded import Embedded
from detectors.sources.evaluate import NO_NUMBER, STALE
from detectors.sources.prometheus import Prometheus
from detectors.sources.scrape import Scraper, Target
from detectors.sources.scrape_store import RawHistory, ScrapeStore
from detectors.sources.source import Source, SourceError
from detectors.watch import Query, Read, Watch
from tests.detectors.sources.pages import page, serving
from tests.detectors.sources.prometheus_server import major_version, running_prometheus, write_samples
from tests.patience import until
from tests.require import require

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
END = START + timedelta(hours=3)
SCRAPE = 15
EDGES = (0.1, 0.5, 1.0, 2.5, 10.0, np.inf)


@pytest.fixture(scope="module")
def histories() -> list[RawHistory]:
    """Three hours of an exchange, scraped a little unevenly: resets, gaps, ends, beginnings, numbers that are none."""
    chance = np.random.default_rng(7)
    times = START.timestamp() + 3 + np.arange(3 * 3600 // SCRAPE) * SCRAPE
    times = floats(np.round(times + chance.uniform(-0.2, 0.2, len(times)), 3))
    return [
        *counters("withdrawals_total", times, chance),
        counter("failures_total", [("BTC", "bitcoin", "a")], times, chance, rate=0.2),
        *gauges(times, chance),
        *histograms(times, chance),
        *odd_ones(times),
    ]


def floats(numbers: object) -> Floats:
    return np.asarray(numbers, dtype=np.float64)


def counter(
    metric: str, names: list[tuple[str, str, str]], times: Floats, chance: np.random.Generator, rate: float = 5.0
) -> RawHistory:
    keys = tuple(labels_of({"asset": asset, "network": network, "pod": pod}) for asset, network, pod in names)
    values = np.cumsum(chance.poisson(rate, (len(keys), len(times))), axis=1).astype(float)
    return RawHistory(metric=metric, keys=keys, times=times, values=values)


def counters(metric: str, times: Floats, chance: np.random.Generator) -> Iterator[RawHistory]:
    names = [(asset, network, pod) for asset, network in PAIRS for pod in ("a", "b")]
    made = counter(metric, names, times, chance)
    values = made.values
    values[0, 100:] -= values[0, 100]  # a restart
    values[1, 200:] -= values[1, 199] - 3
    values[1, 201:] -= values[1, 201] - 1  # two in one window
    values[2, 150:170] = np.nan  # a hole of five minutes
    values[3, 300] = STALE  # it ends, and comes back
    values[3, 301:360] = np.nan
    values[4, :400] = np.nan  # it begins late, from nothing
    values[4, 400:] -= values[4, 400] - 1
    values[5, 500] = STALE  # it ends for good
    values[5, 501:] = np.nan
    values[6, chance.uniform(size=len(times)) < 0.3] = np.nan  # it misses many scrapes
    values[7] /= 7.0
    yield made


ROLLOUTS = (
    ("finer", (0.1, 0.5, 1.0, np.inf), (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, np.inf)),
    ("coarser", (0.1, 0.35, 0.5, 1.0, np.inf), (0.5, np.inf)),
    ("other", (0.2, 0.5, 1.0, np.inf), (0.25, 0.5, 2.0, np.inf)),
    ("nothing_alike", (0.1, 1.0, np.inf), (0.25, 2.0, np.inf)),
)
"""Histograms of which two instances have other bounds, as during a deployment."""
PAIRS = (("BTC", "bitcoin"), ("ETH", "ethereum"), ("USDT", "ethereum"), ("USDT", 'tron "main"\\net\n'))


def gauges(times: Floats, chance: np.random.Generator) -> Iterator[RawHistory]:
    keys = tuple(
        labels_of({"asset": asset, "wallet": wallet}) for asset in ("BTC", "ETH") for wallet in ("hot", "warm")
    )
    values = floats(chance.normal(100.0, 5.0, (4, len(times))))
    values[1, 250] = STALE
    values[1, 251:] = np.nan
    values[2, 100:140] = np.nan  # a hole longer than the lookback
    yield RawHistory(metric="hot_wallet_balance", keys=keys, times=times, values=values)
    slow = times[::11]
    yield RawHistory(metric="block_height", keys=((),), times=slow, values=floats(np.arange(len(slow))[None]))


def histograms(times: Floats, chance: np.random.Generator) -> Iterator[RawHistory]:
    keys: list[Labels] = []
    rows = []
    for asset, mean in (("BTC", 0.4), ("ETH", 3.0), ("DOGE", 30.0)):
        for pod in ("a", "b"):
            spent = chance.exponential(mean, (len(times), 4)) * (chance.uniform(size=(len(times), 1)) < 0.8)
            seen = np.cumsum([[np.sum((one > 0) & (one <= edge)) for edge in EDGES] for one in spent], axis=0).T.astype(
                float
            )
            seen[:, 350:] -= seen[:, 350:351]  # the pod restarts
            keys += [labels_of({"asset": asset, "pod": pod, "le": "+Inf" if np.isinf(e) else f"{e:g}"}) for e in EDGES]
            rows += list(seen)
    values = floats(rows)
    values[:6, 500:560] = values[:6, 500:501]  # an hour's quarter without any withdrawal
    values[1, 200:300] = np.nan  # one bucket alone is missing
    values[11, 400:450] = np.nan  # and once the one without an end
    yield RawHistory(metric="processing_seconds_bucket", keys=tuple(keys), times=times, values=values)
    ends = [row for row, key in enumerate(keys) if dict(key)["le"] == "+Inf"]
    counted = tuple(tuple(pair for pair in keys[row] if pair[0] != "le") for row in ends)
    yield RawHistory(metric="processing_seconds_count", keys=counted, times=times, values=values[ends])


def odd_ones(times: Floats) -> Iterator[RawHistory]:
    ramp = floats(np.arange(len(times)))
    yield RawHistory(metric="idle_total", keys=((),), times=times, values=ramp[None] * 0.0)
    yield RawHistory(metric="one_sample_total", keys=((),), times=times[300:301], values=ramp[None, 300:301])
    yield RawHistory(
        metric="infinite", keys=((),), times=times, values=floats(np.where(ramp > 300, np.inf, ramp)[None])
    )
    shares = floats([ramp + 1.0, np.where(ramp > 100, np.inf, 3.0), np.where(ramp > 200, -np.inf, 2.0)])
    yield RawHistory(metric="shares", keys=tuple(labels_of({"pod": p}) for p in "abc"), times=times, values=shares)
    idle = floats([ramp + 5.0, ramp, ramp * 2])
    idle[1, 100:300] = idle[0, 200:250] = idle[2, 400:] = NO_NUMBER
    idle[0, 260] = STALE  # it ends, which is another thing
    idle[0, 261:] = np.nan
    pods = tuple(labels_of({"pod": pod}) for pod in "abc")
    yield RawHistory(metric="idle_depth", keys=pods, times=times, values=idle)
    yield RawHistory(metric="idle_orders_total", keys=pods, times=times, values=idle)
    failed = np.where(np.isnan(idle), idle, np.nan_to_num(idle) / 10)
    yield RawHistory(metric="idle_failures_total", keys=pods, times=times, values=failed)
    counts = floats(np.minimum(ramp, 300.0)[None])
    yield RawHistory(metric="spent_count", keys=(labels_of({"pod": "a"}),), times=times, values=counts)
    quantiles = tuple(labels_of({"pod": "a", "quantile": quantile}) for quantile in ("0.5", "0.9"))
    spent = floats([np.where(ramp > 330, 0.0, 0.2), np.where(ramp > 330, 0.0, np.where(ramp < 50, 0.0, 0.9))])
    yield RawHistory(metric="spent", keys=quantiles, times=times, values=spent)
    for metric, old, new in ROLLOUTS:
        keys = [labels_of({"pod": "a", "le": f"{end:g}"}) for end in old]
        keys += [labels_of({"pod": "b", "le": f"{end:g}"}) for end in new]
        ends = floats([*old, *new])  # all observations lie between 0.3 and 0.4
        shares = np.clip((ends - 0.3) / 0.1, 0.0, 1.0)[:, None]
        keys = [tuple((name, "+Inf" if value == "inf" else value) for name, value in each) for each in keys]
        yield RawHistory(metric=f"{metric}_bucket", keys=tuple(keys), times=times, values=shares * ramp * 10)
    below = labels_of({"le": "-1"}), labels_of({"le": "0"}), labels_of({"le": "+Inf"})
    values = np.stack([ramp * 3, ramp * 5, ramp * 5])
    yield RawHistory(metric="temperature_bucket", keys=below, times=times, values=values)
    alike = labels_of({"le": "1"}), labels_of({"le": "1.0"}), labels_of({"le": "2"}), labels_of({"le": "inf"})
    values = np.stack([ramp, ramp * 2, ramp * 4, ramp * 5])
    yield RawHistory(metric="alike_bucket", keys=alike, times=times, values=values)
    unended = labels_of({"le": "1"}), labels_of({"le": "2"}), labels_of({"le": "wide"})
    yield RawHistory(metric="endless_bucket", keys=unended, times=times, values=np.stack([ramp, ramp * 2, ramp * 3]))
    falling = labels_of({"le": "1"}), labels_of({"le": "2"}), labels_of({"le": "+Inf"})
    yield RawHistory(
        metric="falling_bucket", keys=falling, times=times, values=np.stack([ramp * 4, ramp * 3, ramp * 5])
    )


@pytest.fixture(scope="module")
def real(histories: list[RawHistory], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with running_prometheus(tmp_path_factory.mktemp("prometheus")) as url:
        write_samples(url, histories)
        source = Prometheus(url)
        yield source
        source.close()


@pytest.fixture(scope="module")
def embedded(histories: list[RawHistory], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    store = ScrapeStore(tmp_path_factory.mktemp("store") / "samples.db")
    store.load_history(histories)
    yield Embedded(store)
    store.close()


NOTHING = {
    "no such metric",
    "no such label",
    "rate of one sample",
    "ratio by nothing",
    "quantile without an end",
    "quantile of nothing_alike buckets",
    "shift without an end",
}
"""The queries whose answer holds no number."""


def words(**given: object) -> Query:
    return Query(**given)  # type: ignore[arg-type]  # a table of keyword arguments


QUERIES = {
    "value": words(metric="hot_wallet_balance", by=("asset", "wallet")),
    "value averaged": words(metric="hot_wallet_balance", by=("asset",)),
    "value of all": words(metric="hot_wallet_balance"),
    "value with a label": words(metric="hot_wallet_balance", match=(("asset", "BTC"),), by=("wallet",)),
    "value without a label": words(metric="hot_wallet_balance", match=(("pod", ""),), by=("pod", "asset")),
    "value scraped slowly": words(metric="block_height"),
    "infinite value": words(metric="infinite"),
    "value of which some are infinite": words(metric="shares"),
    "value of which each is infinite once": words(metric="shares", by=("pod",)),
    "value of which some are NaN": words(metric="idle_depth"),
    "value of which each is NaN once": words(metric="idle_depth", by=("pod",)),
    "rate of which some are NaN": words(metric="idle_orders_total", read=Read.RATE),
    "rate of which each is NaN once": words(metric="idle_orders_total", read=Read.RATE, by=("pod",)),
    "ratio of which some are NaN": words(
        metric="idle_failures_total", read=Read.RATIO, of="idle_orders_total", by=("pod",)
    ),
    "summary": words(metric="spent", by=("pod", "quantile")),
    "summary of one quantile": words(metric="spent", match=(("quantile", "0.9"),)),
    "no such metric": words(metric="nothing", read=Read.RATE),
    "no such label": words(metric="withdrawals_total", read=Read.RATE, match=(("asset", "XMR"),)),
    "rate": words(metric="withdrawals_total", read=Read.RATE, by=("asset", "network", "pod")),
    "rate over a minute": words(
        metric="withdrawals_total", read=Read.RATE, by=("network", "pod"), window=timedelta(minutes=1)
    ),
    "rate over an hour": words(
        metric="withdrawals_total", read=Read.RATE, by=("asset", "pod"), window=timedelta(hours=1)
    ),
    "rate summed": words(metric="withdrawals_total", read=Read.RATE, by=("asset",)),
    "rate of all": words(metric="withdrawals_total", read=Read.RATE),
    "rate of a label with quotes": words(
        metric="withdrawals_total", read=Read.RATE, match=(("network", 'tron "main"\\net\n'),), by=("network",)
    ),
    "rate of what stands still": words(metric="idle_total", read=Read.RATE),
    "rate of one sample": words(metric="one_sample_total", read=Read.RATE),
    "ratio": words(
        metric="withdrawals_total",
        read=Read.RATIO,
        match=(("pod", "a"),),
        of="withdrawals_total",
        by=("asset", "network"),
    ),
    "ratio whose part is missing": words(
        metric="failures_total", read=Read.RATIO, of="withdrawals_total", by=("asset",)
    ),
    "ratio of enough": words(
        metric="withdrawals_total",
        read=Read.RATIO,
        match=(("pod", "a"),),
        of="withdrawals_total",
        by=("asset", "network"),
        at_least=200,
    ),
    "ratio by nothing": words(metric="withdrawals_total", read=Read.RATIO, of="idle_total"),
    "ratio with a match of its own": words(
        metric="failures_total", read=Read.RATIO, of="withdrawals_total", match_of=(("asset", "BTC"),)
    ),
    **{
        f"quantile {q}": words(metric="processing_seconds", read=Read.QUANTILE, quantile=q, by=("asset",))
        for q in (0.01, 0.5, 0.95, 0.999)
    },
    "quantile of a pod": words(metric="processing_seconds", read=Read.QUANTILE, quantile=0.9, by=("asset", "pod")),
    "quantile of all": words(
        metric="processing_seconds", read=Read.QUANTILE, quantile=0.9, window=timedelta(minutes=2)
    ),
    "quantile of enough": words(
        metric="processing_seconds", read=Read.QUANTILE, quantile=0.9, by=("asset", "pod"), at_least=45
    ),
    "shift": words(metric="processing_seconds", read=Read.SHIFT, by=("asset",)),
    "shift of enough": words(metric="processing_seconds", read=Read.SHIFT, by=("asset", "pod"), at_least=45),
    "shift without an end": words(metric="endless", read=Read.SHIFT),
    "shift of falling buckets": words(metric="falling", read=Read.SHIFT),
    "quantile below zero": words(metric="temperature", read=Read.QUANTILE, quantile=0.2),
    "quantile between": words(metric="temperature", read=Read.QUANTILE, quantile=0.8),
    "quantile of equal edges": words(metric="alike", read=Read.QUANTILE, quantile=0.3),
    **{
        f"{read} of {name} buckets": words(metric=name, read=Read(read), quantile=0.95 if read == "quantile" else None)
        for name, _, _ in ROLLOUTS
        for read in ("quantile", "shift")
    },
    "quantile without an end": words(metric="endless", read=Read.QUANTILE, quantile=0.3),
    "quantile of falling buckets": words(metric="falling", read=Read.QUANTILE, quantile=0.9),
}


def watch(query: Query, every: timedelta = timedelta(seconds=60)) -> Watch:
    return Watch(name="it", query=query, component="exchange", every=every)


def assert_same(found: Frame, expected: Frame) -> None:
    assert found.keys == expected.keys
    np.testing.assert_array_equal(found.times, expected.times)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-9, atol=0.0)
    assert idle_of(found) == idle_of(expected)
    assert (found.events is None) is (expected.events is None)
    if found.events is not None and expected.events is not None:
        np.testing.assert_allclose(found.events, expected.events, rtol=1e-9, atol=0.0)
    assert found.ends == expected.ends
    if found.buckets is not None and expected.buckets is not None:
        np.testing.assert_allclose(found.buckets, expected.buckets, rtol=1e-9, atol=1e-9)


def idle_of(frame: Frame) -> dict[Labels, list[bool]]:
    return {} if frame.idle is None else dict(zip(frame.idle.keys, frame.idle.at.tolist(), strict=True))


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("every", [timedelta(seconds=60), timedelta(seconds=7)], ids=["minutely", "every 7 s"])
def test_the_same_words_answer_the_same_numbers(
    real: Prometheus, embedded: Embedded, name: str, every: timedelta
) -> None:
    asked = watch(QUERIES[name], every)
    until = END + timedelta(minutes=8)  # beyond the last sample, into silence
    expected = real.read(asked, START - timedelta(minutes=8), until)
    assert bool(expected.keys) is (name not in NOTHING)
    assert_same(embedded.read(asked, START - timedelta(minutes=8), until), expected)


@pytest.mark.parametrize("name", ["ratio", "ratio whose part is missing", "quantile 0.95", "shift"])
def test_samples_bring_the_events_behind_them(real: Prometheus, embedded: Embedded, name: str) -> None:
    asked = watch(QUERIES[name])
    for source in (real, embedded):
        frame = source.read(asked, START, END)
        assert frame.events is not None
        assert np.nanmedian(frame.events, axis=1).min() > 1  # in the window, not a second
        if name != "shift":
            continue
        assert frame.buckets is not None
        np.testing.assert_allclose(
            frame.buckets.sum(axis=1), np.where(np.isnan(frame.events), 0.0, frame.events), rtol=1e-9
        )
        assert frame.ends[-1] == np.inf


def test_nan_of_some_hides_nobody_and_nan_of_all_is_idle_not_silent(real: Prometheus, embedded: Embedded) -> None:
    middle = START + timedelta(seconds=220 * SCRAPE)
    for source in (real, embedded):
        all_of_them = source.read(watch(QUERIES["value of which some are NaN"]), None, middle)
        assert np.isfinite(all_of_them.values).all()
        assert all_of_them.idle is None
        each = source.read(watch(QUERIES["value of which each is NaN once"]), None, middle)
        assert each.keys == (labels_of({"pod": "c"}),)
        assert sorted(idle_of(each)) == [labels_of({"pod": "a"}), labels_of({"pod": "b"})]
        ended = source.read(
            watch(QUERIES["value of which each is NaN once"]), None, START + timedelta(seconds=265 * 15)
        )
        assert sorted(idle_of(ended)) == [labels_of({"pod": "b"})]  # a has ended: that is silence
        spent = source.read(watch(QUERIES["summary"]), None, START + timedelta(hours=2))
        assert spent.keys == ()
        assert len(idle_of(spent)) == 2


def test_what_is_infinite_hides_nobody_and_is_idle_not_silent(real: Prometheus, embedded: Embedded) -> None:
    late = START + timedelta(seconds=300 * SCRAPE)
    for source in (real, embedded):
        mean = source.read(watch(QUERIES["value of which some are infinite"]), None, late)
        assert mean.idle is None
        assert mean.values.tolist() == [[300.0 + 1.0 - 1.0]]
        each = source.read(watch(QUERIES["value of which each is infinite once"]), None, late)
        assert each.keys == (labels_of({"pod": "a"}),)
        assert sorted(idle_of(each)) == [labels_of({"pod": "b"}), labels_of({"pod": "c"})]


RULES = """\
groups:
- name: recorded
  interval: 250ms
  rules:
  - {record: "job:share:ratio", expr: "vector(0) / vector(0)", labels: {asset: IDLE, pod: a}}
  - {record: "job:share:ratio", expr: "vector(0) / vector(0)", labels: {asset: BTC, pod: a}}
  - {record: "job:share:ratio", expr: "vector(1) / vector(0)", labels: {asset: BTC, pod: b}}
  - {record: "job:share:ratio", expr: "vector(1) / vector(4)", labels: {asset: BTC, pod: c}}
  - {record: "job:done:total", expr: "time()", labels: {asset: BTC}}
  - {record: "job:done:total", expr: "vector(0) / vector(0)", labels: {asset: IDLE}}
  - {record: "job:all:total", expr: "time() * 4", labels: {asset: BTC}}
  - {record: "job:all:total", expr: "vector(0) / vector(0)", labels: {asset: IDLE}}
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus whose own rules record shares, of nothing too."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "rules.yml").write_text(RULES)
    with running_prometheus(folder, more=f"rule_files: ['{folder / 'rules.yml'}']\n") as url:
        source = Prometheus(url)
        share = words(metric="job:done:total", of="job:all:total", read=Read.RATIO, by=("asset",), window=SHORT)
        until(lambda: read_now(source, share).keys, "two samples of each rule are recorded")
        yield source
        source.close()


SHORT = timedelta(seconds=5)


def read_now(source: Source, query: Query) -> Frame:
    now = datetime.now(UTC)
    return source.read(watch(query, timedelta(seconds=1)), now - timedelta(seconds=1), now)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        pytest.param(words(metric="job:share:ratio", by=("asset",)), 0.25, id="value"),
        pytest.param(words(promql='job:share:ratio{asset="IDLE"} or job:share:ratio{pod="c"}'), 0.25, id="promql"),
        pytest.param(words(metric="job:done:total", read=Read.RATE, by=("asset",), window=SHORT), None, id="rate"),
        pytest.param(
            words(metric="job:done:total", read=Read.RATIO, of="job:all:total", by=("asset",), window=SHORT),
            0.25,
            id="ratio",
        ),
    ],
)
def test_what_a_rule_records_of_nothing_is_idle_and_hides_nobody(
    recorded: Prometheus, query: Query, number: float | None
) -> None:
    """number: None = one that depends on when it was recorded."""
    frame = read_now(recorded, query)
    assert [dict(key)["asset"] for key in frame.keys] == ["BTC"]
    assert frame.values[0, -1] == pytest.approx(number) if number else frame.values[0, -1] > 0
    assert [dict(key)["asset"] for key in idle_of(frame)] == ["IDLE"]


@pytest.mark.parametrize("name", [name for name, _, _ in ROLLOUTS])
def test_while_instances_of_two_layouts_are_there_nothing_is_read_above_every_observation(
    real: Prometheus, embedded: Embedded, name: str
) -> None:
    for source in (real, embedded):
        frame = source.read(watch(QUERIES[f"quantile of {name} buckets"]), START, END)
        assert bool(frame.keys) is (name != "nothing_alike")  # where there is nothing in common, nothing is said
        assert np.nanmax(frame.values, initial=0.0) <= 0.5  # the bucket that 0.4 lies in ends there


@pytest.mark.parametrize("name", ["rate", "quantile 0.95", "value"])
def test_a_history_is_what_reads_answer(real: Prometheus, embedded: Embedded, name: str) -> None:
    asked = watch(QUERIES[name])
    expected = real.read(asked, START, END)
    for source in (real, embedded):
        columns: dict[tuple[Labels, float], float] = {}
        for frame in source.history(asked, START, END, timedelta(seconds=60)):
            for key, row in zip(frame.keys, frame.values, strict=True):
                columns |= {(key, time): value for time, value in zip(frame.times, row, strict=True)}
        for key, row in zip(expected.keys, expected.values, strict=True):
            np.testing.assert_allclose([columns[key, time] for time in expected.times], row, rtol=1e-9)


def test_samples_on_the_very_edge_of_a_window_count_as_in_prometheus_2(tmp_path: Path) -> None:
    if major_version(require("prometheus")) > 2:
        pytest.skip("Prometheus 3 leaves a window's first instant out, the embedded store counts it as 2 does")
    times = floats(START.timestamp() + np.arange(60) * 60.0)
    ramp = np.arange(60.0)[None] ** 2
    history = [
        RawHistory(metric="orders_total", keys=((),), times=times, values=ramp),
        RawHistory(metric="depth", keys=((),), times=times[::15], values=ramp[:, ::15]),
    ]
    store = ScrapeStore(tmp_path / "samples.db")
    store.load_history(history)
    with running_prometheus(tmp_path / "prometheus") as url:
        write_samples(url, history)
        for query in (words(metric="orders_total", read=Read.RATE), words(metric="depth")):
            read = (START, START + timedelta(hours=1))
            assert_same(Embedded(store).read(watch(query), *read), Prometheus(url).read(watch(query), *read))


@pytest.mark.parametrize("source_name", ["real", "embedded"])
def test_columns_stand_on_the_grid_and_join_seamlessly(source_name: str, request: pytest.FixtureRequest) -> None:
    source: Source = request.getfixturevalue(source_name)
    asked = watch(QUERIES["rate summed"])
    odd = START + timedelta(minutes=30, seconds=17)
    newest = source.read(asked, None, odd)
    assert newest.times.tolist() == [(START + timedelta(minutes=30)).timestamp()]
    later = source.read(asked, datetime.fromtimestamp(newest.times[-1], UTC), odd + timedelta(minutes=2))
    assert later.times.tolist() == [newest.times[0] + 60, newest.times[0] + 120]
    nothing = source.read(asked, odd, odd + timedelta(seconds=20))
    assert nothing.keys == ()
    assert nothing.values.shape == (0, 0)


@pytest.mark.parametrize(
    "query",
    [
        words(metric="http.server.duration"),
        words(metric="hot_wallet_balance", by=("service.name",)),
        words(metric="withdrawals_total", read=Read.RATE, match=(("service.name", "x"),)),
        words(metric="http.server.duration", read=Read.QUANTILE, quantile=0.5),
    ],
    ids=["metric", "by", "match", "quantile"],
)
def test_an_older_prometheus_that_knows_no_names_with_dots_is_reported_of_in_words(
    real: Prometheus, query: Query
) -> None:
    if major_version(require("prometheus")) > 2:
        pytest.skip("Prometheus 3 knows them")
    with pytest.raises(SourceError, match=r"names with dots .* are known to Prometheus since version 3") as caught:
        real.read(watch(query), START, END)
    assert "http.server.duration" in str(caught.value) or "service.name" in str(caught.value)
    assert not caught.value.retry


def test_a_file_that_promtool_imports_is_read_the_same(tmp_path: Path) -> None:
    begin, lines = int(START.timestamp()), ["# TYPE orders counter"]
    for venue, step in (("spot", 3.0), ('futures "x"', 0.5)):
        name = venue.replace('"', '\\"')
        lines += [f'orders_total{{venue="{name}"}} {step * at} {begin + 7 + 60 * at}' for at in range(120)]
    path = tmp_path / "orders.om"
    path.write_text("\n".join([*lines, "# EOF"]) + "\n")
    folder = tmp_path / "prometheus"
    command = [require("promtool"), "tsdb", "create-blocks-from", "openmetrics", str(path), str(folder / "data")]
    folder.mkdir()
    subprocess.run(command, check=True, capture_output=True)
    store = ScrapeStore(tmp_path / "samples.db")
    store.load_history(
        RawHistory(metric=metric, keys=(labels,), times=np.array(times), values=np.array([values]))
        for (metric, labels), (times, values) in series_of(path).items()
    )
    asked = watch(words(metric="orders_total", read=Read.RATE, by=("venue",)))
    with running_prometheus(folder) as url:
        expected = Prometheus(url).read(asked, START, END)
    assert len(expected.keys) == 2
    assert_same(Embedded(store).read(asked, START, END), expected)


def test_both_scrape_a_live_page_to_the_same_series(tmp_path: Path) -> None:
    """A series that leaves the page ends at once, a target that is gone is down: in Prometheus, and here."""
    full = '# TYPE queue gauge\nqueue{asset="BTC",job="mine"} 5\nqueue{asset="ETH"} 7\n# TYPE bare counter\nbare 3\n'
    less = full.replace('queue{asset="ETH"} 7\n', "")
    text = [full]
    store = ScrapeStore(tmp_path / "samples.db")
    queries = [
        words(metric="queue", by=("asset", "job", "exported_job", "instance")),
        words(metric="bare", by=("asset", "job")),
        words(metric="up", by=("job",)),
    ]

    def answer(request: BaseHTTPRequestHandler) -> None:
        page(text[0], status=200 if text[0] else 500)(request)

    with serving(answer) as site:
        target = site.url.removeprefix("http://")
        scraper = Scraper(Target(job="exchange", url=f"{site.url}/metrics"), store)
        configs = f"[{{job_name: exchange, static_configs: [{{targets: ['{target}']}}]}}]"
        with running_prometheus(tmp_path / "prometheus", configs) as url:
            for turn, (now_says, series) in enumerate(((full, 4), (less, 3), ("", 1))):
                text[0] = now_says

                def scraped(now_says: str = now_says, series: int = series) -> list[Frame]:
                    moment, finest = datetime.now(UTC), timedelta(milliseconds=1)
                    found = [Prometheus(url).read(watch(query, finest), None, moment) for query in queries]
                    reported = sum(len(frame.keys) for frame in found) == series and (
                        now_says or found[2].values[0, 0] == 0
                    )
                    return found if reported else []

                seen = until(scraped, "Prometheus has scraped what the page says now")
                now = START + timedelta(seconds=turn)
                scraper.scrape(now)
                for query, expected in zip(queries, seen, strict=True):
                    found = Embedded(store).read(watch(query, timedelta(seconds=1)), None, now)
                    assert found.keys == expected.keys
                    np.testing.assert_array_equal(found.values, expected.values)
