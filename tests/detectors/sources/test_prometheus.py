"""What the Prometheus source makes of servers that do not do as they should."""

import base64
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from detectors.engine import step
from detectors.frame import Frame, labels_of
from detectors.scores import Model
from detectors.sources.login import Login
from detectors.sources.prometheus import Prometheus
from detectors.sources.prometheus_api import PrometheusApi
from detectors.sources.source import SourceError
from detectors.state import State
from detectors.watch import Query, Read, Watch
from tests.detectors.sources.pages import Site, drip, page, serving, silence
from tests.detectors.sources.prometheus_server import free_port

AT = datetime(2026, 5, 1, tzinfo=UTC)
NOW = AT.timestamp()
WATCH = Watch(name="delays", query=Query(promql="delay"), component="exchange")


def matrix(*series: dict[str, object], **more: object) -> str:
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": series}, **more})


def one(*values: object, **labels: str) -> dict[str, object]:
    return {"metric": labels, "values": [[NOW + 60 * at, value] for at, value in enumerate(values)]}


def reported(url: str, **options: object) -> SourceError:
    """The error of reading from there, with a name and a password that nobody may see."""
    secret = url.replace("http://", "http://user:hunter2@")
    with pytest.raises(SourceError) as error:
        Prometheus(secret, backoff=0.0, **options).read(WATCH, None, AT)  # type: ignore[arg-type]  # options of a table
    message = str(error.value)
    assert url in message
    assert "delays" in message
    assert "query delay" in message
    assert "hunter2" not in message
    return error.value


def ranges(answer: Callable[[BaseHTTPRequestHandler], None]) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answers ranges so, and knows nothing of its own scrapes."""
    nothing = page('{"status":"success","data":{"resultType":"vector","result":[]}}')

    def answered(request: BaseHTTPRequestHandler) -> None:
        (nothing if request.path.startswith("/api/v1/query?") else answer)(request)

    return answered


ERROR = json.dumps({"status": "error", "errorType": "bad_data", "error": "1:7: parse error: unclosed left parenthesis"})
WRONG = {
    "wrong PromQL": (page(ERROR, status=400), "400: bad_data: 1:7: parse error: unclosed left parenthesis", False),
    "no permission": (page("who are you?", status=401), "check the source's bearer token", False),
    "wrong path": (page("404 page not found", status=404), "check the source's url", False),
    "internal error": (page("oh no", status=500), "answered 500: 'oh no'", True),
    "starting": (page("Service Unavailable", status=503), "answered 503: 'Service Unavailable'", True),
    "HTML": (page("<html><body>Please log in</body></html>", kind="text/html"), "is not JSON", False),
    "half a JSON": (page(matrix(one("1"))[:60]), "is not JSON", True),
    "cut connection": (page(matrix(one("1")), length=100_000), "IncompleteRead", True),
    "nothing at all": (page(""), "(0 bytes", True),
    "other JSON": (page('{"hello": "world"}'), "not that of Prometheus's API", False),
    "a list": (page("[1, 2]"), "not that of Prometheus's API", False),
    "a vector": (page('{"status":"success","data":{"resultType":"vector","result":[]}}'), "no matrix", False),
    "no data": (page('{"status":"success"}'), "no matrix", False),
    "no labels": (page(matrix({"values": [[NOW, "1"]]})), "has no labels", False),
    "no samples": (page(matrix({"metric": {}})), "holds no samples", False),
    "native histograms": (page(matrix({"metric": {}, "histograms": []})), "native histograms, not numbers", False),
    "words for numbers": (page(matrix(one("many"))), "not a number", False),
    "pairs of three": (page(matrix({"metric": {}, "values": [[NOW, "1", "2"]]})), "not pairs", False),
    "no time": (page(matrix({"metric": {}, "values": [["NaN", "1"]]})), "not pairs", False),
    "another time": (page(matrix({"metric": {}, "values": [[NOW - 7, "1"]]})), "not asked for", False),
    "the same time twice": (page(matrix({"metric": {}, "values": [[NOW, "1"], [NOW, "2"]]})), "or twice", False),
    "samples elsewhere": (page(matrix({"metric": {}, "values": 0})), "outside its series", False),
    "samples outside": (page(matrix(more=one("1"))), "outside its series", False),
    "the same series twice": (page(matrix(one("1", a="b"), one("2", a="b"))), "the same labels {'a': 'b'}", False),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_reported_as_what_it_is(name: str) -> None:
    answer, expected, retry = WRONG[name]
    with serving(answer) as site:
        error = reported(site.url)
    assert expected in str(error)
    assert error.retry is retry


def test_nobody_there_is_notified() -> None:
    error = reported(f"http://127.0.0.1:{free_port()}")
    assert "Connection refused" in str(error)
    assert error.retry


@pytest.mark.parametrize("how", [silence, drip], ids=["silence", "a byte now and then"])
def test_what_never_ends_is_left(how: Callable[..., Callable[[BaseHTTPRequestHandler], None]]) -> None:
    site: Site
    with serving(how(lambda: site.over)) as site:
        error = reported(site.url, timeout=0.3)
    assert "no answer within 0.3 s" in str(error)
    assert error.retry


def test_too_much_is_left() -> None:
    with serving(page(matrix(one("1")) + " " * 100_000)) as site:
        assert "larger than 0.03125 MiB" in str(reported(site.url, largest=32_768))


def test_a_server_that_is_starting_is_asked_again() -> None:
    answers = iter([page("not yet", status=503), page(matrix(one("5")))])

    def answer(request: BaseHTTPRequestHandler) -> None:
        next(answers)(request)

    with serving(ranges(answer)) as site:
        assert Prometheus(site.url, backoff=0.0).read(WATCH, None, AT).values.tolist() == [[5.0]]


def test_values_that_are_no_numbers_are_unknown() -> None:
    body = matrix(one("NaN", "+Inf", "-Inf", "1e3", "-0.5"), one("NaN", "NaN", a="idle"))
    with serving(page(body)) as site:
        frame = Prometheus(site.url).read(WATCH, AT - timedelta(seconds=1), AT + timedelta(minutes=4))
    assert frame.keys == ((),)
    np.testing.assert_array_equal(frame.values, [[np.nan, np.nan, np.nan, 1000.0, -0.5]])


def test_an_empty_answer_is_an_empty_frame() -> None:
    with serving(page(matrix())) as site:
        frame = Prometheus(site.url).read(WATCH, None, AT)
    assert frame.keys == ()
    assert frame.values.shape == (0, 1)


def test_hostile_labels_come_through_as_they_are() -> None:
    hostile = '"values":[[1,"2"]] \\ " \n </script> ünï'
    with serving(page(matrix(one("5", __name__="delay", a=hostile)))) as site:
        frame = Prometheus(site.url).read(WATCH, None, AT)
    assert frame.keys == (labels_of({"a": hostile}),)
    assert frame.values.tolist() == [[5.0]]


THANOS = 'fetch series for {cluster="b"}: rpc error: code = Unavailable desc = connection refused'
LACKING = {
    "isPartial": matrix(one("5", asset="BTC"), isPartial=True),
    "a store that is missing": matrix(one("5", asset="BTC"), warnings=[THANOS]),
    "a remote read that failed": matrix(one("5", asset="BTC"), warnings=["remote_read: connection refused"]),
    "both": matrix(one("5", asset="BTC"), isPartial=True, warnings=[THANOS], infos=["PromQL info: fine"]),
}
WHOLE = {
    "not partial": matrix(one("5", asset="BTC"), isPartial=False),
    "infos": matrix(one("5", asset="BTC"), infos=["PromQL info: metric might not be a counter"]),
    "a word of the query": matrix(
        one("5", asset="BTC"), warnings=["PromQL warning: quantile value should be between 0 and 1"]
    ),
    "no warnings": matrix(one("5", asset="BTC"), warnings=[]),
}


@pytest.mark.parametrize(
    ("answer", "partial"), [*((a, True) for a in LACKING.values()), *((a, False) for a in WHOLE.values())]
)
def test_who_is_missing_from_a_part_of_an_answer_is_not_silent(answer: str, partial: bool) -> None:
    """One series is there, the other one is not: for an hour."""
    asked = replace(WATCH, every=timedelta(minutes=5), absent_after=timedelta(minutes=15))
    past = AT.timestamp() + np.arange(-288, 1) * 300.0
    both = Frame(
        keys=((), labels_of({"asset": "BTC"})),
        times=np.asarray(past, np.float64),
        values=np.random.default_rng(1).normal(10, 1, (2, len(past))),
    )
    state, _ = step(asked, State.empty(asked), both)
    with serving(ranges(page(answer))) as site:
        source = Prometheus(site.url, warned=lambda _: None)
        for turn in range(1, 13):
            now = AT + timedelta(minutes=5 * turn)
            frame = source.read(asked, None, AT)
            moved = replace(frame, times=np.array([now.timestamp()]))
            state, scores = step(asked, state, moved)
    assert frame.keys == (labels_of({"asset": "BTC"}),)
    assert (frame.partial is not None) is partial
    assert (scores.model[0, -1] == Model.ABSENCE) is not partial
    assert np.isfinite(scores.observed[1, -1])
    assert all("deny_partial_response=1" in path and "partial_response=false" in path for path in site.paths)


@pytest.mark.parametrize(
    "query",
    [
        Query(metric="orders", read=Read.RATE),
        Query(metric="orders", read=Read.SHIFT),
        Query(promql="sum by (asset) (rate(orders_total[5m]))"),
        Query(promql="delay or vector(0)"),
        Query(promql="absent(delay)"),
        Query(promql="histogram_quantile(0.9, rate(delay_bucket[5m]))"),
        Query(promql="delay / scalar(MAX(depth))"),
    ],
    ids=lambda query: query.promql or query.read,
)
def test_a_sum_of_a_part_is_not_read(query: Query) -> None:
    with (
        serving(ranges(page(LACKING["a store that is missing"]))) as site,
        pytest.raises(SourceError, match="another number than all of them: fetch series for") as caught,
    ):
        Prometheus(site.url, warned=lambda _: None).read(replace(WATCH, query=query), None, AT)
    assert caught.value.retry


@pytest.mark.parametrize(
    "promql",
    [
        "sum_over_time(delay[5m])",
        'delay{path="a or b", sum="max(x)"}',
        "delay / 60",
        "job:delay:max > bool 3",
        "max_delay - min_delay",
    ],
)
def test_what_each_series_says_alone_is_read_of_a_part(promql: str) -> None:
    with serving(ranges(page(LACKING["isPartial"]))) as site:
        frame = Prometheus(site.url).read(replace(WATCH, query=Query(promql=promql)), None, AT)
    assert frame.partial is not None
    assert frame.values.tolist() == [[5.0]]


@pytest.mark.parametrize(
    "more", [{"isPartial": True}, {"warnings": [THANOS]}, {"warnings": ["remote_read: refused"]}], ids=str
)
@pytest.mark.parametrize(
    ("data", "ask"),
    [
        pytest.param([], lambda api: api.metrics(), id="no metrics"),
        pytest.param(["up"], lambda api: api.metrics(), id="metrics"),
        pytest.param([], lambda api: api.labels("delay", "it"), id="no labels"),
        pytest.param(["asset"], lambda api: api.labels("delay", "it"), id="labels"),
        pytest.param({}, lambda api: api.metadata(), id="metadata"),
        pytest.param({"resultType": "vector", "result": []}, lambda api: api.vector("delay", "it"), id="no series"),
        pytest.param({"resultType": "vector", "result": []}, lambda api: api.number("x", NOW, "it"), id="no number"),
        pytest.param({"resultType": "scalar", "result": [1, "2"]}, lambda api: api.number("x", NOW, "it"), id="number"),
    ],
)
def test_a_part_of_a_list_is_not_taken_for_all_of_it(
    data: object, ask: Callable[[PrometheusApi], object], more: dict[str, object]
) -> None:
    """Which series there are: what `tocsin discover` proposes watches by."""
    body = json.dumps({"status": "success", "data": data, **more})
    with (
        serving(page(body)) as site,
        closing(PrometheusApi(site.url)) as api,
        pytest.raises(SourceError, match="answered with a part of what it has") as caught,
    ):
        ask(api)
    assert caught.value.retry
    whole = json.dumps({"status": "success", "data": data, "infos": ["PromQL info: fine"], "isPartial": False})
    with serving(page(whole)) as site, closing(PrometheusApi(site.url)) as api:
        ask(api)


def test_the_names_are_asked_for_whole() -> None:
    with serving(page('{"status":"success","data":["up"]}')) as site:
        assert Prometheus(site.url).metrics() == ("up",)
    assert "deny_partial_response=1" in site.paths[0]
    assert "partial_response=false" in site.paths[0]


def test_a_server_that_refuses_to_answer_with_a_part_may_be_asked_again() -> None:
    said = json.dumps({"status": "error", "errorType": "execution", "error": f"proxy Series(): {THANOS}"})
    with serving(ranges(page(said, status=422))) as site, pytest.raises(SourceError, match="rpc error") as caught:
        Prometheus(site.url).read(WATCH, None, AT)
    assert caught.value.retry


def test_warnings_are_passed_on() -> None:
    warned: list[str] = []
    with serving(ranges(page(matrix(one("5"), warnings=["a store did not answer"])))) as site:
        Prometheus(site.url, warned=warned.append).read(WATCH, None, AT)
    assert warned == ["watch delays, query delay: a store did not answer"]


@pytest.mark.parametrize(
    "said",
    [
        "query processing would load too many samples into memory",
        "cannot execute query: cannot select more than -search.maxSamplesPerQuery=1000 samples; possible solutions: …",
        "too many points for the given step=1000: 7201; cannot exceed -search.maxPointsPerTimeseries=500",
    ],
)
def test_too_many_samples_are_asked_for_in_halves(said: str) -> None:
    refusal = json.dumps({"status": "error", "errorType": "execution", "error": said})

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked = {name: value[0] for name, value in parse_qs(urlsplit(request.path).query).items()}
        start, end = float(asked["start"]), float(asked["end"])
        if end - start > 600:
            return page(refusal, status=422)(request)
        values = [[start + 60 * at, f"{at}"] for at in range(int((end - start) / 60) + 1)]
        return page(matrix({"metric": {}, "values": values}))(request)

    with serving(ranges(answer)) as site:
        frame = Prometheus(site.url).read(WATCH, AT, AT + timedelta(hours=1))
    assert frame.times.tolist() == [NOW + 60 * at for at in range(1, 61)]
    assert not np.isnan(frame.values).any()


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        (Login(bearer="a-token"), "Bearer a-token"),
        (Login(username="ann", password="pässword"), "Basic " + base64.b64encode("ann:pässword".encode()).decode()),
        (None, None),
    ],
    ids=["bearer", "basic", "none"],
)
def test_it_shows_who_it_is(login: Login | None, expected: str | None) -> None:
    with serving(page(matrix())) as site:
        Prometheus(site.url, login=login).read(WATCH, None, AT)
    assert site.headers[0].get("Authorization") == expected
    assert site.headers[0]["Accept-Encoding"] == "identity"


def test_a_login_in_the_url_is_used_and_not_shown() -> None:
    with serving(page(matrix())) as site:
        source = Prometheus(site.url.replace("http://", "http://ann:p%40ss@") + "/")
        source.read(WATCH, None, AT)
    assert site.headers[0]["Authorization"] == "Basic " + base64.b64encode(b"ann:p@ss").decode()
    assert source.url == site.url


def test_a_secret_is_not_in_what_a_login_prints() -> None:
    assert "hunter2" not in repr(Login(bearer="hunter2", username="ann", password="hunter2"))


def test_a_long_query_goes_as_a_post() -> None:
    query = Query(promql="vector(1) or " * 1000 + "vector(1)")
    with serving(ranges(page(matrix()))) as site:
        Prometheus(site.url).read(Watch(name="it", query=query, component="exchange"), None, AT)
    assert site.paths[0] == "/api/v1/query_range"


@pytest.mark.parametrize(
    ("start", "end", "asked", "until"),
    [
        pytest.param(-3600.0, 0.0, "60m", "00%3A00%3A00", id="an hour"),
        pytest.param(-7200.0, 1800.0, "150m", "00%3A30%3A00", id="an anomaly and the time before it"),
        pytest.param(-59.0, 1.0, "2m", "00%3A01%3A00", id="whole minutes hold it"),
        pytest.param(0.0, 0.0, "1m", "00%3A00%3A00", id="an instant is shown as a minute"),
    ],
)
def test_a_link_shows_the_span_that_is_asked_for(start: float, end: float, asked: str, until: str) -> None:
    source = Prometheus("http://inside:9090", link_url="https://prometheus.example/")
    link = source.graph_url(WATCH.query, AT + timedelta(seconds=start), AT + timedelta(seconds=end))
    assert link.startswith("https://prometheus.example/graph?g0.expr=delay&")
    assert f"g0.range_input={asked}&g0.end_input=2026-05-01+{until}" in link


def test_a_wrong_watch_is_not_asked() -> None:
    source = Prometheus("http://127.0.0.1:1")
    wrong = Watch(name="delays", query=Query(), component="exchange")
    with pytest.raises(SourceError, match="watch delays: query has neither metric nor promql"):
        source.read(wrong, None, AT)


@pytest.mark.parametrize("body", ["<html>", '{"status":"error","error":"x"}', "{}"])
def test_a_probe_of_something_else_says_so(body: str) -> None:
    with serving(page(body)) as site, pytest.raises(SourceError, match="not as Prometheus does"):
        Prometheus(site.url).probe()


def test_names_are_discovered() -> None:
    with serving(page('{"status":"success","data":["up","delay"]}')) as site:
        assert Prometheus(site.url).metrics() == ("up", "delay")
    with serving(page("<html>")) as site, pytest.raises(SourceError, match="answered no JSON"):
        Prometheus(site.url).metrics()
    with serving(page("{}", status=404)) as site, pytest.raises(SourceError, match="404"):
        Prometheus(site.url).metrics()
