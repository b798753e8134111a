"""The tickets that were not written, and how sure that is."""

import pytest

from dashboards.deflection import Deflection, interval, not_written


def test_it_is_the_difference_between_who_was_held_out_and_who_was_not() -> None:
    span = Deflection(shown=900, shown_wrote=180, held_out=100, held_out_wrote=80)
    found = not_written(span)
    assert found.value == pytest.approx(0.6)
    assert found.rows == 1000


def test_the_interval_is_newcombes() -> None:
    # Newcombe 1998, table II, contrast a: 56/70 against 48/80 has 0.0524 to 0.3339 by method 10.
    low, high = interval(Deflection(held_out=70, held_out_wrote=56, shown=80, shown_wrote=48)) or (0.0, 0.0)
    assert low == pytest.approx(0.0524, abs=1e-4)
    assert high == pytest.approx(0.3339, abs=1e-4)


@pytest.mark.parametrize("span", [Deflection(), Deflection(shown=5, shown_wrote=1), Deflection(held_out=1)])
def test_without_both_groups_nothing_is_known(span: Deflection) -> None:
    assert not_written(span).value is None
    assert interval(span) is None
