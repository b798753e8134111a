"""What a probability leads to, and how answers move it."""

import math
from dataclasses import replace

import pytest

from tests.tickets.make import NOON, stored, waiting
from tickets import lifecycle
from tickets.linking import (
    BY_MEANING,
    BY_WORDS,
    Band,
    Bands,
    Guess,
    Step,
    Targets,
    answer_of,
    bands,
    recalibrated,
)
from tickets.linking.calibration import ENOUGH
from tickets.ticket import Ticket

TARGETS = Targets(attach=0.99, ask=0.85, suggest=0.35)


def expected(steps: tuple[Step, ...], begin: float, end: float) -> float:
    inside = [s for s in steps if begin <= s.above < end]
    return sum(s.share * s.right for s in inside) / sum(s.share for s in inside)


@pytest.mark.parametrize("steps", [BY_WORDS, BY_MEANING], ids=["words", "meaning"])
def test_of_each_band_the_wanted_share_is_expected_to_be_right(steps: tuple[Step, ...]) -> None:
    found = bands(steps, TARGETS)
    assert 0.9 < found.attach < 1
    assert found.suggest < found.ask < found.attach
    assert expected(steps, found.attach, 2) >= TARGETS.attach
    assert expected(steps, found.ask, found.attach) >= TARGETS.ask
    assert expected(steps, found.suggest, found.ask) >= TARGETS.suggest


@pytest.mark.parametrize("steps", [BY_WORDS, BY_MEANING], ids=["words", "meaning"])
def test_the_first_calibration_counts_every_ticket_and_never_falls(steps: tuple[Step, ...]) -> None:
    assert sum(s.share for s in steps) == pytest.approx(1, abs=0.01)
    assert [s.above for s in steps] == sorted({s.above for s in steps})
    assert [s.right for s in steps] == sorted(s.right for s in steps)


@pytest.mark.parametrize("surer", [0.95, 0.9, 0.8])
def test_who_wants_less_sure_links_gets_more_of_them(surer: float) -> None:
    assert bands(BY_WORDS, replace(TARGETS, attach=surer)).attach < bands(BY_WORDS, TARGETS).attach


def test_what_no_probability_reaches_is_never_done() -> None:
    steps = (Step(above=0.0, share=0.5, right=0.1), Step(above=0.5, share=0.5, right=0.7))
    found = bands(steps, TARGETS)
    assert found == Bands(attach=math.inf, ask=math.inf, suggest=0.0)
    assert found.band(1.0) is Band.SUGGEST


@pytest.mark.parametrize(
    ("probability", "band"),
    [(0.98, Band.ATTACH), (0.979, Band.ASK), (0.6, Band.ASK), (0.2, Band.SUGGEST), (0.19, Band.LEAVE)],
)
def test_a_probability_falls_into_one_band(probability: float, band: Band) -> None:
    assert Bands(attach=0.98, ask=0.6, suggest=0.2).band(probability) is band


def guesses(count: int, probability: float, *, right: int) -> list[Guess]:
    return [Guess(probability=probability, is_right=k < right) for k in range(count)]


def test_a_few_answers_move_nothing_but_are_counted() -> None:
    steps = recalibrated(BY_WORDS, guesses(ENOUGH - 1, 0.985, right=0))
    assert bands(steps, TARGETS) == bands(BY_WORDS, TARGETS)
    assert sum(s.answers for s in steps) == ENOUGH - 1


def test_links_that_agents_take_off_must_be_surer_from_then_on() -> None:
    steps = recalibrated(BY_MEANING, guesses(60, 0.975, right=40))
    assert bands(steps, TARGETS).attach > bands(BY_MEANING, TARGETS).attach


def test_links_that_agents_confirm_may_be_less_sure_from_then_on() -> None:
    steps = recalibrated(BY_WORDS, guesses(400, 0.975, right=400))
    assert bands(steps, TARGETS).attach < bands(BY_WORDS, TARGETS).attach


def test_answers_about_unlikely_links_say_nothing_of_the_likeliest() -> None:
    steps = recalibrated(BY_WORDS, guesses(200, 0.35, right=60))
    assert bands(steps, TARGETS).attach == bands(BY_WORDS, TARGETS).attach


def test_steps_never_fall_after_answers_either() -> None:
    steps = recalibrated(BY_WORDS, guesses(80, 0.75, right=80) + guesses(80, 0.82, right=30))
    assert [s.right for s in steps] == sorted(s.right for s in steps)
    assert [(s.answers, s.confirmed) for s in steps if s.answers] == [(80, 80), (80, 30)]


SUGGESTED = stored(suggested_id="inc1", probability=0.7)
LINKED = waiting(probability=0.985)
ELSEWHERE = lifecycle.link(LINKED, "inc2", "mara", NOON).ticket
TAKEN = lifecycle.link(SUGGESTED, "inc1", "mara", NOON).ticket


@pytest.mark.parametrize(
    ("before", "after", "guess"),
    [
        pytest.param(LINKED, lifecycle.confirm(LINKED, "mara", NOON).ticket, (0.985, True), id="confirmed"),
        pytest.param(LINKED, lifecycle.unlink(LINKED, "mara", NOON).ticket, (0.985, False), id="taken off"),
        pytest.param(
            LINKED, lifecycle.link(LINKED, "inc2", "mara", NOON).ticket, (0.985, False), id="linked elsewhere"
        ),
        pytest.param(SUGGESTED, TAKEN, (0.7, True), id="suggestion taken"),
        pytest.param(SUGGESTED, lifecycle.reject(SUGGESTED, "mara", NOON).ticket, (0.7, False), id="turned down"),
        pytest.param(stored(), lifecycle.link(stored(), "inc1", "mara", NOON).ticket, None, id="nothing was proposed"),
    ],
)
def test_what_an_agent_says_judges_what_was_proposed(
    before: Ticket, after: Ticket, guess: tuple[float, bool] | None
) -> None:
    answer = answer_of(before, after, frozenset({"inc1", "inc2"}))
    assert answer is not None
    wanted = Guess(probability=guess[0], is_right=guess[1]) if guess else None
    assert answer.guess == wanted


def test_what_agents_do_besides_says_nothing() -> None:
    for before in (SUGGESTED, LINKED, stored()):
        assert answer_of(before, lifecycle.reply(before, "mara", "We look.", NOON).ticket, frozenset({"inc1"})) is None
