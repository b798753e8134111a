"""OpenMetrics text with timestamps, read without a Prometheus."""

from pathlib import Path

import pytest

from detectors.frame import labels_of
from detectors.sources.backfill import series_of
from detectors.sources.source import SourceError


def written(folder: Path, text: str) -> Path:
    path = folder / "samples.om"
    path.write_text(text)
    return path


def test_each_series_has_its_samples_as_the_file_has_them(tmp_path: Path) -> None:
    text = (
        "# TYPE orders counter\n"
        'orders_total{a="x",b=""} 1 10\norders_total{a="x",b=""} 2.5 20.5 # {trace="1"} 1\n'
        'orders_total{a="q\\"} 7"} +Inf 20.5\norders_total{a="q\\"} 7"} 3 10\nqueue 5 1e3\n# EOF\n'
    )
    found = {name: (list(times), list(values)) for name, (times, values) in series_of(written(tmp_path, text)).items()}
    assert found == {
        ("orders_total", labels_of({"a": "x"})): ([10.0, 20.5], [1.0, 2.5]),
        ("orders_total", labels_of({"a": 'q"} 7'})): ([20.5, 10.0], [float("inf"), 3.0]),
        ("queue", ()): ([1000.0], [5.0]),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("queue 5 10\nqueue 6\n# EOF\n", "line 2: 'queue 6': expected a series, a value and a timestamp"),
        ("queue many 10\n# EOF\n", "line 1: 'queue many 10': 'many' is not a number"),
        ("queue 5 NaN\n# EOF\n", "line 1: 'queue 5 NaN': the timestamp NaN is no time"),
        ('queue{a="1",a="2"} 5 10\n# EOF\n', "line 1"),
        ("queue 5 10\n", "does not end with # EOF"),
        ("", "does not end with # EOF"),
    ],
)
def test_a_bad_file_is_reported_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        series_of(written(tmp_path, text))
    assert message in str(caught.value)
    assert "samples.om" in str(caught.value)
