"""Small pictures: well-formed, gaps stay gaps, nothing is drawn of nothing."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from detectors.sparkline import HEIGHT, sparkline

NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "strokes", "dots"),
    [
        pytest.param([], 0, 0, id="nothing"),
        pytest.param([NAN, NAN], 0, 0, id="no sample"),
        pytest.param([5.0], 1, 1, id="one sample"),
        pytest.param([5.0, 5.0, 5.0], 1, 1, id="flat"),
        pytest.param([1.0, 2.0, NAN, 4.0, 3.0], 2, 1, id="a gap"),
    ],
)
def test_each_run_of_samples_is_one_stroke(values: list[float], strokes: int, dots: int) -> None:
    root = ET.fromstring(sparkline(np.array(values)))
    assert root.get("aria-hidden") == "true"
    paths = [part.get("d", "") for part in root if part.tag == "path"]
    assert sum(path.count("M") for path in paths) == strokes
    assert sum(part.tag == "circle" for part in root) == dots


def test_the_largest_is_at_the_top() -> None:
    root = ET.fromstring(sparkline(np.array([0.0, 10.0])))
    first, last = root[0].get("d", "")[1:].split("L")
    assert float(first.split()[1]) > HEIGHT / 2 > float(last.split()[1])
