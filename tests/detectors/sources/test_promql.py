"""A query's words as PromQL, and what is wrong with words."""

from datetime import timedelta

import pytest

from detectors.sources.promql import expression, narrowed, problems_of, promql
from detectors.watch import Query, Read

HOSTILE = 'a"b\\c\nd{e}'


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(promql="up == 0"), "up == 0"),
        (Query(metric="depth"), "avg (depth)"),
        (Query(metric="depth", by=("a", "b")), "avg by (a, b) (depth)"),
        (Query(metric="depth", match=(("a", HOSTILE),)), r'avg (depth{a="a\"b\\c\nd{e}"})'),
        (Query(metric="n_total", read=Read.RATE, by=("a",)), "sum by (a) (rate(n_total[300s]))"),
        (
            Query(metric="n_total", read=Read.RATE, window=timedelta(milliseconds=1500)),
            "sum (rate(n_total[1500ms]))",
        ),
        (
            Query(metric="bad", read=Read.RATIO, of="all", match=(("s", "1"),), by=("a",)),
            '(sum by (a) (rate(bad{s="1"}[300s])) or 0 * sum by (a) (rate(all[300s]))) / sum by (a) (rate(all[300s]))',
        ),
        (
            Query(metric="bad", read=Read.RATIO, of="all", match_of=(("s", "2"),)),
            '(sum (rate(bad[300s])) or 0 * sum (rate(all{s="2"}[300s]))) / sum (rate(all{s="2"}[300s]))',
        ),
        (
            Query(metric="secs", read=Read.QUANTILE, quantile=0.95, by=("a",), window=timedelta(minutes=10)),
            "histogram_quantile(0.95, sum by (a, le) (rate(secs_bucket[600s])))",
        ),
    ],
)
def test_words_become_promql(query: Query, expected: str) -> None:
    assert problems_of(query) == ()
    assert promql(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(promql="up == 0"), "up == 0"),
        (
            Query(metric="depth", by=("a",)),
            "avg by (a) (depth > -Inf < +Inf) or count by (a) (depth) * +Inf",
        ),
        (
            Query(metric="spent", match=(("quantile", "0.9"), ("a", "x"))),
            (
                'avg (spent{quantile="0.9", a="x"} > -Inf < +Inf unless (spent{quantile="0.9", a="x"} == 0 and '
                'ignoring (quantile) (rate(spent_count{a="x"}[300s]) == 0))) or '
                'count (spent{quantile="0.9", a="x"}) * +Inf'
            ),
        ),
        (
            Query(metric="n_total", read=Read.RATE),
            "(sum (rate(n_total[300s]) >= -Inf) or count (n_total) * +Inf)",
        ),
        (
            Query(metric="bad", read=Read.RATIO, of="all", by=("a",), at_least=30),
            (
                "label_replace((sum by (a) (rate(bad[300s]) >= -Inf) or count by (a) (bad) * +Inf), "
                '"tocsin", "part", "tocsin", ".*") or '
                "label_replace((sum by (a) (rate(all[300s]) >= -Inf) or count by (a) (all) * +Inf), "
                '"tocsin", "events", "tocsin", ".*")'
            ),
        ),
        (
            Query(metric="secs", read=Read.SHIFT, by=("a",)),
            (
                "(sum by (a, le) (rate(secs_bucket[300s]) >= -Inf) and "
                "(count by (a, le) (rate(secs_bucket[300s]) >= -Inf) >= on (a) group_left () "
                'count by (a) (rate(secs_bucket{le=~"[+]?(?i:inf|infinity)"}[300s]) >= -Inf)))'
            ),
        ),
    ],
)
def test_one_question_brings_samples_and_events(query: Query, expected: str) -> None:
    assert problems_of(query) == ()
    assert expression(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(metric="http.server.duration"), 'avg ({"http.server.duration"})'),
        (
            Query(metric="http.server.duration", match=(("service.name", 'a"b'), ("zone", "x"))),
            'avg ({"http.server.duration", "service.name"="a\\"b", zone="x"})',
        ),
        (Query(metric="depth", by=("service.name", "zone")), 'avg by ("service.name", zone) (depth)'),
        (
            Query(metric="http.server.duration", read=Read.QUANTILE, quantile=0.5, by=("k8s.pod-name",)),
            ('histogram_quantile(0.5, sum by ("k8s.pod-name", le) (rate({"http.server.duration_bucket"}[300s])))'),
        ),
        (Query(metric="größe", read=Read.RATE), 'sum (rate({"größe"}[300s]))'),
        (Query(metric="rpc/server.calls", read=Read.RATE), 'sum (rate({"rpc/server.calls"}[300s]))'),
    ],
)
def test_names_with_dots_are_quoted(query: Query, expected: str) -> None:
    assert problems_of(query) == ()
    assert promql(query) == expected


def test_an_expression_is_narrowed_to_one_series_by_labels_with_dots_too() -> None:
    labels = (("service.name", "x"), ("zone", "y"))
    asked = narrowed(Query(promql='sum by ("service.name", zone) (up)'), labels, as_promql=True)
    assert asked.promql == (
        '(sum by ("service.name", zone) (up)) and on ("service.name", zone) '
        'label_replace(label_replace(vector(1), "service.name", "x", "", ""), "zone", "y", "", "")'
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), "query has neither metric nor promql: it takes one of them"),
        (Query(promql=" "), "promql is empty, must be an expression"),
        (Query(promql="up", metric="up"), "query has both promql and metric (up): it takes one of them"),
        (Query(metric="a-b"), "metric is 'a-b', must be a metric's name: letters, digits, _ and :"),
        (Query(metric="a", by=("x-y",)), "by has 'x-y', must be a label's name: letters, digits and _"),
        (Query(metric="a", match=(('x="1"} or up{y', "1"),)), "must be a label's name"),
        (Query(metric="a.b", by=("x y",)), "must be a label's name: letters, digits and _, or with dots"),
        (Query(metric='a.b"}'), "must be a metric's name"),
        (Query(metric="1.5"), "must be a metric's name"),
        (Query(metric=".a"), "must be a metric's name"),
        (Query(metric="a", read=Read.QUANTILE), "quantile is None, must be above 0 and below 1"),
        (Query(metric="a", read=Read.QUANTILE, quantile=95.0), "quantile is 95.0, must be above 0 and below 1"),
        (Query(metric="a_bucket", read=Read.QUANTILE, quantile=0.5), "must be the histogram's name without _bucket"),
        (Query(metric="a", read=Read.QUANTILE, quantile=0.5, by=("le",)), "by has 'le'"),
        (Query(metric="a", read=Read.SHIFT, by=("le",)), "by has 'le', which a shift uses up"),
        (Query(metric="a", read=Read.RATIO, of="b", by=("tocsin",)), "by has 'tocsin'"),
        (Query(metric="a", quantile=0.5), "quantile is 0.5, but read is value"),
        (Query(metric="a", read=Read.RATE, window=timedelta(0)), "window is 0:00:00, must be positive"),
        (Query(metric="a", read=Read.RATIO), "of is missing"),
        (Query(metric="a", of="b"), "of is given, but read is value"),
    ],
)
def test_wrong_words_are_reported(query: Query, expected: str) -> None:
    assert any(expected in problem for problem in problems_of(query))
