import pytest

from tests.tickets.make import NOON, linkable_btc, new
from tickets.linking import Learnt, rank
from tickets.linking.learnt import FURTHEST
from tickets.linking.reading import read_ticket
from tickets.ticket import Form

INCIDENTS = [linkable_btc(), linkable_btc(id="inc2", assets=("ETH",), networks=("ethereum",))]
CONFIRMED = "the little hourglass next to my bitcoin keeps turning"


def taught(times: int, incident_id: str | None = "inc1") -> Learnt:
    learnt = Learnt()
    for k in range(times):
        learnt = learnt.with_answer(new(f"{CONFIRMED} number {k}"), None, INCIDENTS, incident_id, NOON)
    return learnt.with_answer(new("tax report please", Form.OTHER), None, INCIDENTS, None, NOON)


@pytest.mark.parametrize("times", [1, 3, 20, 200])
def test_no_number_of_answers_moves_the_odds_further_than_stated(times: int) -> None:
    shift = taught(times).shift(read_ticket(new(CONFIRMED), None))
    assert all(abs(s) <= FURTHEST for s in shift.values())


def test_a_few_answers_move_less_than_many() -> None:
    ticket = read_ticket(new(CONFIRMED), None)
    assert 0.0 <= taught(2).shift(ticket)["inc1"] < taught(20).shift(ticket)["inc1"]


def test_answers_say_nothing_about_other_words() -> None:
    learnt = taught(20)
    ticket = new("kindly send me the form for verification", Form.ACCOUNT_VERIFICATION)
    assert rank(ticket, INCIDENTS, None, NOON, learnt=learnt) == rank(ticket, INCIDENTS, None, NOON)


def test_rejections_lower_the_odds() -> None:
    assert taught(20, None).shift(read_ticket(new(CONFIRMED), None))["inc1"] <= 0.0
