"""Silence: patience is learnt from gaps, fades, and hardly from an outage."""

import numpy as np
import pytest

from detectors.models import absence


def test_a_silence_is_usual_as_long_as_watch_or_past_allow() -> None:
    patience, rested = np.array([0.0, 400.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 28_800.0])
    limits = absence.allowed(300.0, patience, np.array([60.0, 60.0, 600.0, 60.0]), rested)
    np.testing.assert_array_equal(limits, [300.0, 800.0, 1_500.0, 7_200.0])


@pytest.mark.parametrize(
    ("silent", "rested", "patience"),
    [
        pytest.param(200.0, 0.0, 200.0, id="a gap within the limit is remembered"),
        pytest.param(80_000.0, 0.0, 225.0, id="a reported one lengthens the limit by half"),
        pytest.param(70.0, 0.0, 0.0, id="no gap at all"),
        pytest.param(200.0, 28_800.0, 0.0, id="after a night it says nothing of the day"),
    ],
)
def test_patience_is_learnt(silent: float, rested: float, patience: float) -> None:
    found = absence.learnt(np.zeros(1), np.array([silent]), np.array([300.0]), np.array([60.0]), np.array([rested]))
    assert found[0] == patience


@pytest.mark.parametrize(
    ("silent", "known", "usual"),
    [(2.0, 2.0, False), (3.0, 3.0, True), (3.0, 5.0, False), (4.0, 5.0, True), (4.0, 7.0, False), (5.0, 7.0, True)],
)
def test_a_silence_is_usual_by_its_clock_where_most_days_had_it(silent: float, known: float, usual: bool) -> None:
    assert absence.usual_nights(np.array([silent]), np.array([known])).tolist() == [usual]


def test_patience_halves_in_a_week_and_spacing_is_the_watchs_where_unknown() -> None:
    assert absence.faded(np.array([100.0]), np.array([absence.PATIENCE_MEMORY]))[0] == 50.0
    assert absence.spacing(np.array([np.inf, 90.0]), 60.0).tolist() == [60.0, 90.0]
