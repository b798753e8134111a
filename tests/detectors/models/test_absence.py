"""Silence: patience is learnt from gaps, fades, and hardly from an outage."""

import numpy as np
import pytest

from detectors.models import absence


def test_a_silence_is_usual_as_long_as_watch_or_past_allow() -> None:
    limits = absence.allowed(300.0, np.array([0.0, 400.0, 0.0]), np.array([60.0, 60.0, 600.0]))
    np.testing.assert_array_equal(limits, [300.0, 800.0, 1_500.0])


@pytest.mark.parametrize(
    ("silent", "patience"),
    [
        pytest.param(200.0, 200.0, id="a gap within the limit is remembered"),
        pytest.param(80_000.0, 225.0, id="a reported one lengthens the limit by half"),
        pytest.param(70.0, 0.0, id="no gap at all"),
    ],
)
def test_patience_is_learnt(silent: float, patience: float) -> None:
    found = absence.learnt(np.zeros(1), np.array([silent]), np.array([300.0]), np.array([60.0]))
    assert found[0] == patience


def test_patience_halves_in_a_week_and_spacing_is_the_watchs_where_unknown() -> None:
    assert absence.faded(np.array([100.0]), np.array([absence.PATIENCE_MEMORY]))[0] == 50.0
    assert absence.spacing(np.array([np.inf, 90.0]), 60.0).tolist() == [60.0, 90.0]
