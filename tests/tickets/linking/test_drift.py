import pytest

from tickets.linking import BY_MEANING, Guess, Step
from tickets.linking.drift import RECENT, drift

STEPS = (Step(above=0.0, share=0.5, right=0.1), Step(above=0.5, share=0.5, right=0.9))


def guesses(right: int, wrong: int, probability: float = 0.97) -> list[Guess]:
    return [Guess(probability=probability, is_right=n < right) for n in range(right + wrong)]


@pytest.mark.parametrize(
    ("judged", "is_worse"),
    [
        (guesses(0, 0), False),
        (guesses(45, 5), False),
        (guesses(50, 0), False),
        (guesses(40, 10), False),
        (guesses(36, 14), True),
        (guesses(0, 29), False),
        (guesses(0, 30), True),
        (guesses(3, 47, probability=0.2), False),
    ],
    ids=["none", "as expected", "better", "by chance", "worse", "too few", "enough", "unlikely ones are mostly wrong"],
)
def test_links_that_are_wrong_more_often_than_chance_explains_are_noticed(
    judged: list[Guess], *, is_worse: bool
) -> None:
    assert drift(STEPS, judged).is_worse is is_worse


def test_the_chance_is_that_of_a_binomial_where_all_are_as_sure() -> None:
    found = drift(STEPS, guesses(8, 2))
    assert (found.judged, found.right) == (10, 8)
    assert found.expected == pytest.approx(9.0)
    assert found.chance == pytest.approx(1 - 0.9**10 - 10 * 0.9**9 * 0.1)


def test_only_the_newest_count() -> None:
    assert drift(STEPS, guesses(0, 50) + guesses(RECENT, 0)).right == RECENT


def test_every_probability_has_its_share() -> None:
    made = [Guess(probability=p / 100, is_right=True) for p in range(101)]
    assert 0 < drift(BY_MEANING, made).expected < RECENT
