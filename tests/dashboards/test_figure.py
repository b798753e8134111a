"""Values in words, and percentiles against sorting every value."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figure import (
    ComparedFigure,
    Definition,
    FigureValue,
    Unit,
    compared,
    duration,
    percent,
    percentile,
    percentile_of,
)
from dashboards.kpi import SUPPORT
from dashboards.operations import OPERATIONS
from dashboards.rollup import step_of

waits = st.lists(st.integers(0, 500 * 86400), min_size=1, max_size=60)
parts = st.sampled_from([0.01, 0.5, 0.9, 0.99, 1.0])


@given(values=waits, part=parts)
def test_a_percentile_of_steps_is_the_stepped_percentile_of_every_value(values: list[int], part: float) -> None:
    steps: dict[int, int] = {}
    for value in values:
        steps[step_of(value)] = steps.get(step_of(value), 0) + 1
    exact = sorted(values)[ceil(part * len(values) - 1e-9) - 1]
    assert percentile(steps, part) == FigureValue(value=float(step_of(exact)), rows=len(values))
    assert percentile_of([float(value) for value in values], part).value == exact


@given(seconds=st.integers(0, 399 * 86400))
def test_a_step_is_never_shorter_than_the_wait_nor_much_longer(seconds: int) -> None:
    step = step_of(seconds)
    assert seconds <= step
    assert step - seconds < 60 or step <= 1.5 * seconds


@pytest.mark.parametrize("goal", [900, 1800, 3600, 7200, 14400, 43200, 86400])
def test_every_usual_goal_is_a_step(goal: int) -> None:
    assert (step_of(goal), step_of(goal + 1) > goal) == (goal, True)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.6, "1 min"), (3600, "1 h"), (6600, "1 h 50 min"), (90061, "1 d 1 h"), (-240, "−4 min")],
)
def test_a_duration_names_its_two_largest_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 %"),
        (0.0001, "0.1 %"),
        (0.054, "5.4 %"),
        (0.5, "50 %"),
        (0.914, "91.4 %"),
        (0.9999, "99.9 %"),
        (1, "100 %"),
    ],
)
def test_a_share_is_never_rounded_onto_all_or_nothing(value: float, words: str) -> None:
    assert percent(value) == words


def test_a_comparison_says_which_way_and_from_what() -> None:
    definition = Definition(key="k", title="t", unit=Unit.COUNT, means="m")
    now = FigureValue(value=5, rows=5)
    assert [
        compared(ComparedFigure(definition=definition, now=now, before=before))
        for before in (
            None,
            FigureValue(value=None, rows=0),
            now,
            FigureValue(value=4, rows=4),
            FigureValue(value=9, rows=9),
        )
    ] == ["", "", "as before", "up from 4", "down from 9"]


@pytest.mark.parametrize("definition", [*SUPPORT.values(), *OPERATIONS.values()], ids=lambda one: one.key)
def test_every_definition_says_what_it_counts_and_what_it_leaves_out(definition: Definition) -> None:
    assert len(definition.means) > 40
    assert "  " not in definition.means
    assert "\n" not in definition.means
    if definition.unit in {Unit.SHARE, Unit.SECONDS}:
        assert "Left out: " in definition.means
