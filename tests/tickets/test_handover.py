from dataclasses import replace

import pytest

from tests.tickets.make import NOON, minutes, stored
from tickets import lifecycle
from tickets.handover import HandOver, asked_before_transfer, hand_over
from tickets.lifecycle import TransitionError
from tickets.ticket import Author, Form, Team, TicketStatus

LATER = NOON + minutes(10)
NOTE = "The deposit is on chain since noon, our node does not see it"
FACTS = {"user": "C1", "transaction": "deadbeef", "times": "12:00", "contact": "asked twice"}
UP = HandOver(tier=2, note=NOTE, facts=FACTS)
LONG_NOTE = f"{NOTE}, the customer has asked three times and wants a supervisor to call"


def test_a_higher_tier_gets_it_unassigned_with_a_note_and_its_pick_up_clock() -> None:
    done = hand_over(stored(assignee="mia", status=TicketStatus.IN_PROGRESS), UP, "mia", LATER)
    after = done.ticket
    assert (after.routing.tier, after.assignee, after.status) == (2, "", TicketStatus.NEW)
    assert (after.handed_at, after.picked_up_at) == (LATER, None)
    assert done.author is Author.INTERNAL
    assert NOTE in done.text
    assert "deadbeef" in done.text
    assert done.detail == "handed to tier 2"


def test_who_takes_it_or_answers_it_stops_the_pick_up_clock_once() -> None:
    handed = hand_over(stored(), UP, "mia", LATER).ticket
    taken = lifecycle.accept(handed, "bob", LATER + minutes(5)).ticket
    assert taken.picked_up_at == LATER + minutes(5)
    assert lifecycle.accept(taken, "bob", LATER + minutes(9)).ticket.picked_up_at == LATER + minutes(5)
    answered = lifecycle.reply(handed, "bob", "We look.", LATER + minutes(7)).ticket
    assert answered.picked_up_at == LATER + minutes(7)


@pytest.mark.parametrize(
    ("to", "status", "assignee", "team", "is_handed"),
    [
        (HandOver(person="bob", note="Please go on"), TicketStatus.IN_PROGRESS, "bob", Team.GENERAL, False),
        (HandOver(team=Team.ACCOUNT, note="A question of yours"), TicketStatus.NEW, "", Team.ACCOUNT, False),
        (replace(UP, person="bob", team=Team.TECHNICAL), TicketStatus.IN_PROGRESS, "bob", Team.TECHNICAL, True),
        (replace(UP, supervisor=True, note=LONG_NOTE), TicketStatus.NEW, "", Team.GENERAL, True),
    ],
    ids=["person", "team", "person of a tier and team", "supervisor"],
)
def test_where_a_ticket_goes(to: HandOver, status: TicketStatus, assignee: str, team: Team, is_handed: bool) -> None:
    after = hand_over(stored(assignee="mia"), to, "mia", LATER).ticket
    assert (after.status, after.assignee, after.routing.team) == (status, assignee, team)
    assert (after.handed_at is not None) == is_handed


@pytest.mark.parametrize(
    ("to", "problem"),
    [
        (HandOver(note="Hm"), "is there already"),
        (HandOver(person="bob"), "is handed over with a note"),
        (HandOver(tier=2, note="Too hard", facts=FACTS), "at least 5 words, not 2"),
        (HandOver(tier=2, note=NOTE, facts={**FACTS, "transaction": " "}), "needs more on TOC-1: Transaction hashes"),
        (HandOver(tier=2, note=NOTE), "User ID; Transaction hashes or order IDs; Times"),
        (HandOver(tier=3, note="They want a supervisor now", facts=FACTS, supervisor=True), "at least 15 words, not 5"),
    ],
    ids=["nowhere", "no note", "short note", "a fact missing", "all missing", "supervisor without detail"],
)
def test_a_hand_over_that_is_refused(to: HandOver, problem: str) -> None:
    with pytest.raises(TransitionError, match=problem):
        hand_over(stored(), to, "mia", LATER)


def test_a_lower_tier_needs_no_facts_and_a_settled_ticket_goes_nowhere() -> None:
    high = stored(routing=replace(stored().routing, tier=3))
    assert hand_over(high, HandOver(tier=1, note="Ordinary"), "mia", LATER).ticket.routing.tier == 1
    with pytest.raises(TransitionError, match="reopen it first"):
        hand_over(stored(status=TicketStatus.CLOSED), UP, "mia", LATER)


@pytest.mark.parametrize(
    ("form", "fields", "wanted"),
    [
        (Form.DEPOSIT, (("txid", "ab12"),), {"user": "C1", "transaction": "ab12", "times": "", "contact": ""}),
        (Form.TRADING, (("order_id", "o7"),), {"user": "C1", "transaction": "o7", "times": "", "contact": ""}),
        (Form.TWO_FACTOR, (), {"user": "C1", "times": "", "contact": ""}),
    ],
)
def test_what_is_asked_before_a_transfer(
    form: Form, fields: tuple[tuple[str, str], ...], wanted: dict[str, str]
) -> None:
    asked = asked_before_transfer(stored(form=form, fields=fields))
    assert {one.name: one.value for one in asked} == wanted
