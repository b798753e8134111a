"""Pictures: deterministic, escaped, well-formed, and readable without fonts."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from detectors.plot import Mark, PlotData, PlottedStretch, plot, to_png
from tests.detectors.series import clock, noise

TIMES = clock(0.2, 60.0)
FLAT = np.full(len(TIMES), 10.0)
HOSTILE = "</title><script>alert(1)</script>\x00&"


def data(**fields: object) -> PlotData:
    usual = {"title": "p95 4.1 s", "unit": "s", "times": TIMES, "values": noise(len(TIMES)), "expected": FLAT}
    return PlotData(**{**usual, "low": FLAT - 3, "high": FLAT + 3, **fields})  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="no anomaly"),
        pytest.param({"started_at": datetime.fromtimestamp(TIMES[200], UTC)}, id="going on"),
        pytest.param({"values": FLAT * np.nan, "expected": FLAT * np.nan}, id="no samples"),
        pytest.param({"values": FLAT * 0, "expected": FLAT * 0, "low": FLAT * 0, "high": FLAT * 0}, id="zeros"),
        pytest.param({"low": FLAT * np.nan, "high": FLAT * np.nan, "zero": True}, id="no band"),
        pytest.param({"marks": (Mark(at=datetime.fromtimestamp(TIMES[50], UTC), name=HOSTILE),)}, id="a mark"),
    ],
)
def test_a_picture_is_well_formed_and_always_the_same(fields: dict[str, object]) -> None:
    reported = data(title=HOSTILE, unit="<b>", **fields)
    svg = plot(reported)
    assert svg == plot(reported)
    root = ET.fromstring(svg)
    assert root[0].tag.endswith("title")
    assert root[1].tag.endswith("desc")
    assert "<script" not in svg
    assert "nan" not in svg


def test_pixels_need_no_fonts_of_the_machine() -> None:
    svg = plot(data())
    assert to_png(svg).startswith(b"\x89PNG")
    assert to_png(svg) != to_png(svg.replace(">p95 4.1 s</text>", "></text>"))


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"p95 4.1 s.*lengths"):
        plot(data(values=FLAT[:-1]))


def test_several_anomalies_are_shaded_where_they_are_seen() -> None:
    def at(place: int) -> datetime:
        return datetime.fromtimestamp(TIMES[place], UTC)

    before = PlottedStretch(started_at=at(0) - timedelta(hours=3), ended_at=at(0) - timedelta(hours=2))
    two = (PlottedStretch(started_at=at(20), ended_at=at(40)), PlottedStretch(started_at=at(200)))
    reported = plot(data(stretches=(before, *two)))
    assert reported.count('fill-opacity="0.09"') == 2
    assert "3 anomalies." in reported
    assert "1 anomaly." in plot(data(stretches=two[:1]))


def test_a_picture_without_samples_tells_what_is_expected() -> None:
    assert "expected 10 to 10. No anomaly." in plot(data(values=FLAT * np.nan, unit=""))


def test_names_of_marks_that_would_meet_stand_above_each_other() -> None:
    def marks(*places: int) -> tuple[Mark, ...]:
        return tuple(Mark(at=datetime.fromtimestamp(TIMES[p], UTC), name=f"deploy number {p}") for p in places)

    def heights(svg: str) -> list[str]:
        names = [one for one in ET.fromstring(svg).iter() if (one.text or "").startswith("deploy number")]
        return [one.attrib["y"] for one in names]

    near, apart = heights(plot(data(marks=marks(50, 52, 54)))), heights(plot(data(marks=marks(10, 120))))
    assert len(set(near)) == 3
    assert len(set(apart)) == 1
