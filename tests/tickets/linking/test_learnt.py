import pytest

from tests.tickets.make import NOON, linkable_btc, new, stored, waiting
from tickets.linking import Learnt, answer_of, rank
from tickets.linking.learnt import ENOUGH, FURTHEST
from tickets.linking.reading import read_ticket
from tickets.ticket import Form

INCIDENTS = [linkable_btc(), linkable_btc(id="inc2", assets=("ETH",), networks=("ethereum",))]
CONFIRMED = "the little hourglass next to my bitcoin keeps turning"


def taught(times: int, incident_id: str | None = "inc1") -> Learnt:
    learnt = Learnt()
    for k in range(times):
        learnt = learnt.with_answer(new(f"{CONFIRMED} number {k}"), None, INCIDENTS, incident_id)
    return learnt.with_answer(new("tax report please", Form.OTHER), None, INCIDENTS, None)


@pytest.mark.parametrize("times", [1, 3, 20, 200])
def test_no_number_of_answers_moves_the_odds_further_than_stated(times: int) -> None:
    shift = taught(times).shift(read_ticket(new(CONFIRMED), None))
    assert all(abs(s) <= FURTHEST for s in shift.values())


def test_a_few_answers_move_less_than_many() -> None:
    ticket = read_ticket(new(CONFIRMED), None)
    assert 0.0 <= taught(ENOUGH).shift(ticket)["inc1"] < taught(20).shift(ticket)["inc1"]


def test_until_there_are_enough_answers_nothing_moves() -> None:
    ticket = read_ticket(new(CONFIRMED), None)
    assert taught(ENOUGH - 2).shift(ticket) == {}
    assert taught(ENOUGH - 1).shift(ticket)["inc1"] > 0.0


@pytest.mark.parametrize(
    ("was", "becomes", "answer", "offered"),
    [
        (None, "inc1", "inc1", {"inc1", "inc2"}),
        ("inc2", "inc1", "inc1", {"inc1", "inc2"}),
        ("inc1", None, None, {"inc1"}),
    ],
    ids=["linked", "moved", "taken off"],
)
def test_an_agents_link_is_an_answer(
    was: str | None, becomes: str | None, answer: str | None, offered: set[str]
) -> None:
    found = answer_of(stored(incident_id=was), stored(incident_id=becomes), frozenset({"inc1", "inc2"}))
    assert found is not None
    assert found.incident_id == answer
    assert found.offered == offered
    assert found.words


def test_what_leaves_the_link_as_it_was_is_no_answer() -> None:
    assert answer_of(waiting(), waiting(assignee="bob"), frozenset({"inc1"})) is None


def test_answers_say_nothing_about_other_words() -> None:
    learnt = taught(20)
    ticket = new("kindly send me the form for verification", Form.ACCOUNT_VERIFICATION)
    assert rank(ticket, INCIDENTS, None, NOON, learnt=learnt) == rank(ticket, INCIDENTS, None, NOON)


def test_rejections_lower_the_odds() -> None:
    assert taught(20, None).shift(read_ticket(new(CONFIRMED), None))["inc1"] <= 0.0
