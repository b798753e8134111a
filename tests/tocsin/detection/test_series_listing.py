"""The series of a watch: the worst first, found by their labels, each page once."""

from datetime import timedelta

import numpy as np
import pytest

from detectors.engine import step
from detectors.frame import Floats, Frame, Labels
from detectors.state import State
from detectors.watch import Direction, Query, Watch
from tocsin.context.recent_samples import RecentSamples
from tocsin.context.series import series_id
from tocsin.detection.series_listing import Listing, SeriesState
from tocsin.storage import BadCursor, every

WATCH = Watch(
    name="queue",
    query=Query(metric="queue"),
    component="deposits/{asset}",
    every=timedelta(minutes=1),
    bad=Direction.ABOVE,
)
KEYS: tuple[Labels, ...] = tuple((("asset", f"A{k:02}"),) for k in range(40))
HIGH, GONE, NEW = 17, 23, 39


@pytest.fixture(scope="module")
def listing() -> Listing:
    """One deviates, one is silent, one is new, the others are calm."""
    times: Floats = 1.7672256e9 + 60.0 * np.arange(240, dtype=np.float64)
    values = np.random.default_rng(1).normal(100.0, 3.0, (len(KEYS), len(times)))
    values[HIGH, -3:] = 900.0
    values[GONE, -30:] = np.nan
    values[NEW, :-5] = np.nan
    frame = Frame(keys=KEYS, times=times, values=values)
    state, scores = step(WATCH, State.empty(WATCH), frame)
    recent = RecentSamples()
    recent.add(frame, scores)
    return Listing.of(WATCH, state, recent)


def test_what_deviates_comes_first_then_what_is_silent(listing: Listing) -> None:
    first, second = listing.page("", None, 2).items
    assert (first.text, first.state, first.value) == ("asset=A17", SeriesState.DEVIATING, 900.0)
    assert (second.text, second.state) == ("asset=A23", SeriesState.SILENT)
    assert first.high < 900.0
    assert first.component == "deposits/A17"
    assert listing.worst() == first


def test_every_series_comes_once(listing: Listing) -> None:
    found = [row.text for row in every(lambda cursor: listing.page("", cursor, 7))]
    assert sorted(found) == [f"asset=A{k:02}" for k in range(40)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("a17", {"asset=A17"}, id="a label's value"),
        pytest.param("ASSET deposits/a3 9", {"asset=A39"}, id="every word must fit"),
        pytest.param("nothing", set(), id="none fits"),
    ],
)
def test_a_search_finds_labels_and_components(listing: Listing, words: str, expected: set[str]) -> None:
    assert {row.text for row in listing.page(words, None, 50).items} == expected


def test_a_young_series_is_being_learnt(listing: Listing) -> None:
    row = listing.row_of(series_id(KEYS[NEW]))
    assert row
    assert row.state is SeriesState.LEARNING
    assert np.isnan(row.high)


def test_an_address_of_no_series_finds_none(listing: Listing) -> None:
    assert listing.row_of("nothing") is None


@pytest.mark.parametrize("cursor", ["x", "WzFd", "bm90aGluZw"])
def test_a_cursor_of_another_list_is_refused(listing: Listing, cursor: str) -> None:
    with pytest.raises(BadCursor):
        listing.page("", cursor, 7)
