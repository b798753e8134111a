"""Pages of a loopback server, scraped into a store and read back."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import labels_of
from detectors.sources.embedded import Embedded
from detectors.sources.login import Login
from detectors.sources.scrape import Outcome, Scraper, Target
from detectors.sources.scrape_store import ScrapeStore
from detectors.sources.source import SourceError
from detectors.watch import Query, Read, Watch
from tests.detectors.sources.pages import Site, drip, page, serving, silence
from tests.detectors.sources.prometheus_server import free_port

AT = datetime(2026, 5, 1, tzinfo=UTC)
OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ScrapeStore]:
    store = ScrapeStore(tmp_path / "samples.db")
    yield store
    store.close()


def values(store: ScrapeStore, metric: str, at: datetime, *by: str) -> dict[tuple[tuple[str, str], ...], float]:
    asked = Watch(name="it", query=Query(metric=metric, by=by), component="exchange", every=timedelta(seconds=1))
    frame = Embedded(store).read(asked, None, at)
    return {key: float(row[0]) for key, row in zip(frame.keys, frame.values, strict=True)}


def scraped(
    store: ScrapeStore, *answers: Callable[[BaseHTTPRequestHandler], None], every: int = 15, **target: object
) -> list[Outcome]:
    """Scrape each of these answers, one after the other."""
    waiting = iter(answers)

    def answer(request: BaseHTTPRequestHandler) -> None:
        next(waiting)(request)

    with serving(answer) as site:
        scraper = Scraper(Target(job="exchange", url=f"{site.url}/metrics", **target), store)  # type: ignore[arg-type]
        found = [scraper.scrape(AT + timedelta(seconds=every * turn)).outcome for turn in range(len(answers))]
        scraper.close()
    return found


def test_a_page_becomes_series_with_job_and_instance(store: ScrapeStore) -> None:
    text = '# TYPE queue gauge\nqueue{asset="BTC"} 5\nqueue{asset="E\\"T\\\\H\\n"} 7\n# TYPE bare counter\nbare 3\n'
    with serving(page(text)) as site:
        scrape = Scraper(Target(job="exchange", url=site.url, labels=(("zone", "a"),)), store).scrape(AT)
    assert (scrape.outcome, scrape.why, scrape.samples) == (Outcome.OK, "", 3)
    instance = site.url.removeprefix("http://")
    every = labels_of({"job": "exchange", "instance": instance, "zone": "a"})
    assert values(store, "up", AT, "job", "instance", "zone") == {every: 1.0}
    assert values(store, "queue", AT, "asset") == {(("asset", "BTC"),): 5.0, (("asset", 'E"T\\H\n'),): 7.0}
    assert values(store, "bare", AT) == {(): 3.0}
    assert values(store, "scrape_samples_scraped", AT) == {(): 3.0}
    assert store.metrics()["queue"] == "gauge"
    assert store.metrics()["bare"] == "counter"
    assert "openmetrics" in site.headers[0]["Accept"]


def test_open_metrics_is_read_with_its_own_rules(store: ScrapeStore) -> None:
    text = '# TYPE orders counter\norders_total{a="b"} 17.0 # {trace="x"} 1.0\norders_created{a="b"} 5\n# EOF\n'
    assert scraped(store, page(text, kind=OPEN), page(text.replace("# EOF\n", ""), kind=OPEN)) == [
        Outcome.OK,
        Outcome.MALFORMED,
    ]
    assert values(store, "orders_total", AT) == {(): 17.0}


@pytest.mark.parametrize("kind", [OPEN, "text/plain"], ids=["OpenMetrics", "text"])
def test_names_with_dots_are_read_as_they_are(store: ScrapeStore, kind: str) -> None:
    text = (
        '# TYPE "http.requests" counter\n'
        '{"http.requests_total","service.name"="a.b","größe"="1"} 17\n'
        'plain{"service.name"="c"} 5\n{"only.a.name"} 1\n# EOF\n'
    )
    assert scraped(store, page(text, kind=kind)) == [Outcome.OK]
    assert values(store, "http.requests_total", AT, "service.name", "größe") == {
        labels_of({"service.name": "a.b", "größe": "1"}): 17.0
    }
    assert values(store, "plain", AT, "service.name") == {(("service.name", "c"),): 5.0}
    assert values(store, "only.a.name", AT) == {(): 1.0}
    assert store.metrics()["http.requests_total"] == "counter"
    asked = Query(metric="plain", match=(("service.name", "other"),))
    frame = Embedded(store).read(Watch(name="it", query=asked, component="x"), None, AT)
    assert frame.keys == ()


def test_labels_that_collide_are_exported(store: ScrapeStore) -> None:
    scraped(store, page('queue{job="other"} 5\n'))
    assert values(store, "queue", AT, "job", "exported_job") == {
        labels_of({"job": "exchange", "exported_job": "other"}): 5
    }


def test_a_series_that_is_gone_from_the_page_ends(store: ScrapeStore) -> None:
    scraped(store, page("queue 5\nother 1\n"), page("other 1\n"), page("queue 6\nother 1\n"))
    assert values(store, "queue", AT + timedelta(seconds=14)) == {(): 5.0}
    assert values(store, "queue", AT + timedelta(seconds=15)) == {}
    assert values(store, "queue", AT + timedelta(seconds=30)) == {(): 6.0}


def test_a_failed_scrape_is_down_and_ends_its_series(store: ScrapeStore) -> None:
    assert scraped(store, page("queue 5\n"), page("no", status=503), page("queue 6\n")) == [
        Outcome.OK,
        Outcome.REFUSED,
        Outcome.OK,
    ]
    ups = [values(store, "up", AT + timedelta(seconds=15 * turn)) for turn in range(3)]
    assert ups == [{(): 1.0}, {(): 0.0}, {(): 1.0}]
    assert values(store, "queue", AT + timedelta(seconds=16)) == {}


def test_a_series_with_instants_of_its_own_does_not_end(store: ScrapeStore) -> None:
    stamped = f"queue 5 {int(AT.timestamp() * 1000) - 60_000}\n"
    scraped(store, page(stamped), page(stamped), page("other 1\n"))
    assert values(store, "queue", AT - timedelta(seconds=60)) == {(): 5.0}
    assert values(store, "queue", AT - timedelta(seconds=61)) == {}
    assert values(store, "queue", AT + timedelta(minutes=4)) == {(): 5.0}
    assert values(store, "queue", AT + timedelta(minutes=4, seconds=1)) == {}


MALFORMED = {
    "HTML": "<html><body>404</body></html>",
    "half a line": 'queue{asset="BT',
    "no value": "queue\n",
    "a word for a value": "queue many\n",
    "twice the same label": 'queue{a="1",a="2"} 5\n',
    "a time that is none": "queue 5 NaN\n",
    "bytes": b"\xff\xfe\x00",
    "a good line and a bad one": "fine 5\nbad{ 5\n",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_of_a_malformed_page_nothing_is_stored(store: ScrapeStore, text: str | bytes) -> None:
    with serving(page(text)) as site:
        scrape = Scraper(Target(job="exchange", url=site.url), store).scrape(AT)
    assert scrape.outcome is Outcome.MALFORMED
    assert scrape.why.startswith(f"exchange ({site.url}): ")
    assert set(store.metrics()) == {"up", "scrape_duration_seconds", "scrape_samples_scraped"}
    assert values(store, "up", AT) == {(): 0.0}


@pytest.mark.parametrize("how", [silence, drip], ids=["silence", "a byte now and then"])
def test_a_page_that_never_ends_is_left(
    store: ScrapeStore, how: Callable[..., Callable[[BaseHTTPRequestHandler], None]]
) -> None:
    site: Site
    with serving(how(lambda: site.over)) as site:
        scrape = Scraper(Target(job="slow", url=site.url, timeout=timedelta(seconds=0.3)), store).scrape(AT)
    assert (scrape.outcome, scrape.why) == (Outcome.TIMEOUT, f"slow ({site.url}): no page within 0.3 s")


def test_a_page_that_is_too_large_is_left(store: ScrapeStore) -> None:
    assert scraped(store, page("queue 5\n" * 1000), largest=1000) == [Outcome.TOO_LARGE]


def test_a_page_cut_short_is_left(store: ScrapeStore) -> None:
    assert scraped(store, page("queue 5\n", length=100)) == [Outcome.UNREACHABLE]
    assert values(store, "queue", AT) == {}


def test_nobody_there_is_notified_without_the_login(store: ScrapeStore) -> None:
    url = f"http://ann:hunter2@127.0.0.1:{free_port()}/metrics"
    scrape = Scraper(Target(job="exchange", url=url), store).scrape(AT)
    assert scrape.outcome is Outcome.UNREACHABLE
    assert "Connection refused" in scrape.why
    assert "hunter2" not in scrape.why
    assert values(store, "up", AT) == {(): 0.0}


def test_a_clock_that_goes_back_is_reported_and_scraping_goes_on(store: ScrapeStore) -> None:
    with serving(page("queue 5\n")) as site:
        scraper = Scraper(Target(job="exchange", url=site.url), store)
        first = scraper.scrape(AT)
        back = scraper.scrape(AT - timedelta(minutes=10))
        then = scraper.scrape(AT - timedelta(minutes=9, seconds=45))
    assert [each.outcome for each in (first, back, then)] == [Outcome.OK] * 3
    assert [each.set_back for each in (first, back, then)] == [timedelta(0), timedelta(minutes=10), timedelta(0)]
    assert values(store, "queue", AT - timedelta(minutes=9)) == {(): 5.0}
    assert values(store, "up", AT - timedelta(minutes=9)) == {(): 1.0}


@pytest.mark.parametrize(
    ("minutes", "ahead"), [(-60, 0), (0, 0), (9, 0), (11, 1), (10_000, 1)], ids=lambda value: f"{value}"
)
def test_a_sample_that_the_page_stamps_far_ahead_blocks_none_that_come(
    store: ScrapeStore, minutes: int, ahead: int
) -> None:
    stamps = [int((AT + timedelta(minutes=minutes)).timestamp() * 1000), int(AT.timestamp() * 1000) + 15_000]
    with serving(lambda request: page(f"queue 5 {stamps[0]}\n")(request)) as site:  # noqa: PLW0108  # anew each time
        scraper = Scraper(Target(job="exchange", url=site.url), store)
        assert scraper.scrape(AT).ahead == ahead
        stamps[0] = stamps[1]
        scraper.scrape(AT + timedelta(seconds=15))
    found = values(store, "queue", AT + timedelta(seconds=20))
    assert found == ({} if minutes == 9 else {(): 5.0})  # nine minutes ahead is what the page says


def test_a_series_named_twice_counts_once(store: ScrapeStore) -> None:
    with serving(page("queue 5\nqueue 6\n")) as site:
        scrape = Scraper(Target(job="exchange", url=site.url), store).scrape(AT)
    assert (scrape.outcome, scrape.repeated) == (Outcome.OK, 1)
    assert values(store, "queue", AT) == {(): 5.0}


def test_targets_show_who_they_are(store: ScrapeStore) -> None:
    with serving(page("queue 5\n")) as site:
        Scraper(Target(job="a", url=site.url, login=Login(bearer="a-token")), store).scrape(AT)
        Scraper(Target(job="b", url=site.url, login=Login(username="ann", password="secret")), store).scrape(AT)
    assert [each["Authorization"] for each in site.headers] == ["Bearer a-token", "Basic YW5uOnNlY3JldA=="]
    assert "secret" not in repr(Target(job="b", url=site.url, login=Login(username="ann", password="secret")))


def test_a_rate_is_read_while_pages_are_scraped(store: ScrapeStore) -> None:
    """One thread scrapes, another reads; what it reads is always whole scrapes."""
    counted = iter(range(10_000))
    over = threading.Event()
    torn: list[bool] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        turn = next(counted)
        page(f'orders_total{{a="1"}} {turn}\norders_total{{a="2"}} {turn}\n')(request)

    def read() -> None:
        while not over.is_set():
            one, other = np.split(store.select("orders_total", (), 0, 2**62).values, 2)
            torn.append(one.tolist() != other.tolist())

    reader = threading.Thread(target=read)
    reader.start()
    with serving(answer) as site:
        scraper = Scraper(Target(job="exchange", url=site.url), store)
        for turn in range(100):
            scraper.scrape(AT + timedelta(seconds=15 * turn))
    over.set()
    reader.join()
    assert torn
    assert not any(torn)
    query = Query(metric="orders_total", read=Read.RATE)
    frame = Embedded(store).read(Watch(name="it", query=query, component="x"), None, AT + timedelta(minutes=20))
    np.testing.assert_allclose(frame.values, [[2 / 15]])


def test_a_window_shorter_than_two_scrapes_is_a_problem(store: ScrapeStore) -> None:
    target = Target(job="exchange", url="http://127.0.0.1/metrics", interval=timedelta(minutes=1))
    query = Query(metric="orders_total", read=Read.RATE, window=timedelta(minutes=1))
    problems = Embedded(store, [target]).problems(Watch(name="it", query=query, component="x"))
    assert problems == (
        "window is 0:01:00, but a target is scraped every 0:01:00: a rate needs two samples, make it 0:04:00 or more",
    )
    assert (
        "promql needs a Prometheus"
        in Embedded(store).problems(Watch(name="it", query=Query(promql="up"), component="x"))[0]
    )


NO_BUCKETS = {
    "a summary": ('# TYPE m summary\nm{quantile="0.5"} 1\nm_count 5\nm_sum 3\n', "m is a summary"),
    "a native histogram": (
        '# TYPE m histogram\nm_bucket{le="+Inf"} 5\nm_count 5\nm_sum 3\n',
        "m has a count and no buckets",
    ),
    "a count alone": ("# TYPE m histogram\nm_count 5\nm_sum 3\n", "it is a native histogram, which text pages do not"),
    "nothing": ("other 1\n", None),
    "a histogram": ('m_bucket{le="1"} 4\nm_bucket{le="+Inf"} 5\nm_count 5\n', None),
}


@pytest.mark.parametrize(("text", "said"), NO_BUCKETS.values(), ids=NO_BUCKETS)
@pytest.mark.parametrize("read", [Read.QUANTILE, Read.SHIFT])
def test_what_has_no_buckets_is_refused_with_what_it_is(
    store: ScrapeStore, text: str, said: str | None, read: Read
) -> None:
    scraped(store, page(text), page(text))
    query = Query(metric="m", read=read, quantile=0.5 if read is Read.QUANTILE else None)
    asked = Watch(name="it", query=query, component="x")
    if said is None:
        Embedded(store).read(asked, None, AT + timedelta(minutes=1))
        return
    with pytest.raises(SourceError, match=said) as caught:
        Embedded(store).read(asked, None, AT + timedelta(minutes=1))
    assert not caught.value.retry
