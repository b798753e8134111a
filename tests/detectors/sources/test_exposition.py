"""The text formats, line by line: what is read, and the words of a refusal."""

import pytest

from detectors.sources.exposition import ExpositionError, open_metrics, series_of, text_format
from detectors.sources.page import is_open_metrics, page_of

WRONG = {
    "line 2, 'b many': 'many' is not a number": "a 1\nb many\n",
    "line 3, 'b{x=\"1\"': the labels do not end with a brace, found '{x=\"1\"'": 'a{x="1\n2"} 1\nb{x="1"\n',
    "line 1, 'a 1 2 3': after the value expected a timestamp in ms, or the line's end, found ' 2 3'": "a 1 2 3\n",
    "line 1, 'queue': expected a value after the series, found the end of the line": "queue\n",
    "line 2, '# TYPE b many': the type of b is 'many', must be one of counter, gauge, histogram, summary, untyped": (
        "a 1\n# TYPE b many\n"
    ),
    "line 1, 'a{x=\"1\",x=\"2\"} 1': the label 'x' is there twice": 'a{x="1",x="2"} 1\n',
    "line 1, 'a{x=1} 1': the label 'x' has no value, expected x=\"…\"": "a{x=1} 1\n",
    "line 1, '<html>': expected a metric's name, without blanks before it, a comment or nothing, found '<html>'": (
        "<html>\n"
    ),
    """line 1, 'a{"b"} 1': the series has two names, 'a' and 'b\'""": 'a{"b"} 1\n',
    "line 1, '{x=\"1\"} 1': the series has no name: expected one before or in the braces": '{x="1"} 1\n',
    "line 1, '{\"\"} 1': a name is empty": '{""} 1\n',
    f"line 1, '{'a' * 80}'…: expected a value after the series, found the end of the line": "a" * 500 + "\n",
}


@pytest.mark.parametrize(("why", "page"), WRONG.items(), ids=range(len(WRONG)))
def test_a_refusal_names_the_line_and_what_was_found(why: str, page: str) -> None:
    with pytest.raises(ExpositionError) as refused:
        text_format(page)
    assert str(refused.value) == why


def test_an_open_metrics_page_cut_short_says_so_at_its_last_line() -> None:
    with pytest.raises(ExpositionError, match=r"^line 3, '': the page ends without # EOF: is it cut short\?$"):
        open_metrics("a 1\nb 2\n")


def test_types_are_reported_by_the_family_s_name() -> None:
    types = '# TYPE a counter\n# TYPE "b.c" gauge\n# TYPE h histogram\n'
    page = types + 'a_total 1\n{"b.c"} 2\nh_bucket{le="1"} 1\nh_count 1\n'
    found = page_of(page.encode() + b"# EOF", "application/openmetrics-text", {})
    assert found.kinds == {"a_total": "counter", "b.c": "gauge", "h_bucket": "histogram", "h_count": "counter"}


def test_a_series_of_quoted_names_is_read_wherever_a_sample_begins() -> None:
    assert series_of('{"http.requests", "service.name"="x\\"y", plain="z"}') == (
        "http.requests",
        (("service.name", 'x"y'), ("plain", "z")),
    )
    assert series_of('"orders" 1'[1:7]) == ("orders", ())
    with pytest.raises(ExpositionError, match="expected a metric's name"):
        series_of("1orders")


@pytest.mark.parametrize(
    ("content_type", "is_open"),
    [
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", True),
        ("APPLICATION/OpenMetrics-Text", True),
        ('application/openmetrics-text; escaping="allow-utf-8"', True),
        ("application/openmetrics-text;", True),
        ("application/openmetrics-text; version", False),
        ("application/openmetrics-text; a=1; a=1", False),
        ("text/plain; version=0.0.4", False),
        ('text/plain; see="application/openmetrics-text"', False),
        ("", False),
    ],
)
def test_only_a_well_formed_header_makes_a_page_open_metrics(content_type: str, is_open: bool) -> None:
    assert is_open_metrics(content_type) is is_open
