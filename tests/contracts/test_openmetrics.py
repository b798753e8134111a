"""Pages of metrics mean to Tocsin what they mean to a real Prometheus, and docs/openmetrics.md says so."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Summary
from prometheus_client import exposition as plain
from prometheus_client.openmetrics import exposition as open_metrics

from detectors.sources.page import page_of
from tests.contracts import openmetrics
from tests.contracts.openmetrics import Reading
from tests.contracts.openmetrics_pages import PAGES, SINCE_PROMETHEUS_3

DOCUMENT = Path(__file__).parents[2] / "docs" / "openmetrics.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sequence[Reading], Sequence[Reading]]:
    return openmetrics.both(tmp_path_factory.mktemp("pages"))


def test_what_prometheus_takes_is_taken_and_what_it_refuses_is_refused(
    made: tuple[Sequence[Reading], Sequence[Reading]],
) -> None:
    differ = [
        (page.about, page.body, theirs, ours)
        for page, theirs, ours in zip(PAGES, *made, strict=True)
        if (theirs.up, theirs.series) != (ours.up, ours.series) and page.about not in SINCE_PROMETHEUS_3
    ]
    assert differ == []


def test_names_in_quotes_are_taken_as_prometheus_3_takes_them(
    made: tuple[Sequence[Reading], Sequence[Reading]],
) -> None:
    taken = {page.about: ours.series for page, ours in zip(PAGES, made[1], strict=True) if ours.up}
    assert {about: taken[about] for about in SINCE_PROMETHEUS_3} == {
        "a name in quotes": {"http.requests{service.name='x'}": "5"},
        "a label in quotes": {"requests{service.name='x'}": "5"},
        "a label in quotes of a plain name": {"requests_total{service.name='x'}": "5"},
        "a name in quotes after the labels": {"http.requests{x='y'}": "5"},
    }


def test_a_refusal_names_the_line_and_what_was_found(made: tuple[Sequence[Reading], Sequence[Reading]]) -> None:
    refused = [(page, ours.why) for page, ours in zip(PAGES, made[1], strict=True) if not ours.up]
    assert len(refused) > 80
    for page, why in refused:
        assert why.startswith(("not OpenMetrics: line ", "not the Prometheus text format: line ")), page
        assert len(why) < 300


def test_the_table_in_the_docs_is_what_both_say(made: tuple[Sequence[Reading], Sequence[Reading]]) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == openmetrics.table(*made), (
        "write it anew: python -m tests.contracts.openmetrics > docs/openmetrics.md"
    )


@pytest.mark.parametrize("observed", [[-1.0], [float("nan")], [], [0.5, -2.0], [float("inf")]], ids=str)
@pytest.mark.parametrize("buckets", [(-1.0, 0.0, 1.0), (-5.0, -1.0), (0.1, 1.0)], ids=str)
def test_the_official_client_s_own_pages_are_read(observed: list[float], buckets: tuple[float, ...]) -> None:
    registry = CollectorRegistry()
    histogram = Histogram("change", "of a balance", buckets=buckets, registry=registry)
    summary = Summary("profit", "may be a loss", registry=registry)
    for value in observed:
        histogram.observe(value)
        summary.observe(value)
    Counter("orders", "placed", registry=registry).inc()
    Gauge("depth", "of a book", registry=registry).set(float("nan"))
    Info("build", "of it", registry=registry).info({"version": "1"})
    for module in (open_metrics, plain):
        page = page_of(module.generate_latest(registry), module.CONTENT_TYPE_LATEST, {})
        values = {(reading.metric, reading.labels): reading.value for reading in page.readings}
        assert (("change_sum", ()) in values) is (min(buckets) >= 0)  # the client leaves it out beside negative bounds
        assert values["profit_count", ()] == len(observed)
        assert values["orders_total", ()] == 1
        assert values["build_info", (("version", "1"),)] == 1
        assert page.kinds["change_bucket"] == "histogram"
        assert page.kinds["profit_count"] == page.kinds["orders_total"] == "counter"
