from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tickets.make import NOON, minutes, stored
from tickets import lifecycle
from tickets.escalation import (
    TierRaise,
    Trigger,
    asks_for_supervisor,
    by_message,
    decide_escalation,
    escalate,
    heat,
    is_sharp_turn,
    is_stuck,
    raised,
)
from tickets.pauses import turned
from tickets.ticket import Author, Message, Ticket, TicketStatus

LATER = NOON + minutes(10)
T = Trigger


def said(text: str, author: Author = Author.CUSTOMER) -> Message:
    return Message(id=text, ticket_id="t1", author=author, name="x", text=text, at=NOON)


def at_tier(tier: int, **changes: object) -> Ticket:
    made = replace(stored(), **changes)  # type: ignore[arg-type]
    return replace(made, routing=replace(made.routing, tier=tier))


@pytest.mark.parametrize(
    ("tier", "triggers", "wanted"),
    [
        (1, [T.UNRESOLVED], 2),
        (2, [T.UNRESOLVED], 3),
        (3, [T.UNRESOLVED], None),
        (1, [T.AMOUNT], 2),
        (1, [T.INTERACTIONS], 2),
        (1, [T.TONE], 2),
        (2, [T.AMOUNT, T.INTERACTIONS, T.TONE], None),
        (1, [T.KEYWORD], 3),
        (2, [T.AMOUNT, T.SECURITY], 3),
        (1, [T.SUPERVISOR], None),
        (1, [], None),
    ],
)
def test_the_highest_tier_that_a_trigger_asks_for_wins(tier: int, triggers: list[Trigger], wanted: int | None) -> None:
    found = decide_escalation(at_tier(tier), triggers)
    assert (found.tier if found else None) == wanted


@pytest.mark.parametrize(("triggers", "wanted"), [([T.INTERACTIONS, T.TONE], None), ([T.INTERACTIONS, T.KEYWORD], 3)])
def test_a_ticket_that_waits_for_its_incident_is_raised_by_news_alone(
    triggers: list[Trigger], wanted: int | None
) -> None:
    found = decide_escalation(at_tier(1, status=TicketStatus.AWAITING_INCIDENT), triggers)
    assert (found.tier if found else None) == wanted


def test_four_hours_count_while_it_waits_for_us_at_its_tier_alone() -> None:
    ticket = stored()
    assert not is_stuck(ticket, NOON + timedelta(hours=3, minutes=59))
    assert is_stuck(ticket, NOON + timedelta(hours=4))
    answered = lifecycle.reply(ticket, "mia", "Which one?", NOON + timedelta(hours=3)).ticket
    answered = turned(ticket, answered, NOON + timedelta(hours=3))
    back = turned(
        answered, lifecycle.comment(answered, "This", NOON + timedelta(hours=9)).ticket, NOON + timedelta(hours=9)
    )
    assert not is_stuck(answered, NOON + timedelta(days=3))
    assert not is_stuck(back, NOON + timedelta(hours=9, minutes=59))
    assert is_stuck(back, NOON + timedelta(hours=10))
    raised_at = NOON + timedelta(hours=10)
    higher = escalate(back, TierRaise(tier=2, triggers=(T.UNRESOLVED,)), raised_at).ticket
    assert not is_stuck(higher, raised_at + timedelta(hours=3))
    assert is_stuck(higher, raised_at + timedelta(hours=4))
    assert not is_stuck(at_tier(3), NOON + timedelta(days=3))


def test_an_escalated_ticket_is_in_the_tiers_queue_with_its_pick_up_clock_and_says_why() -> None:
    done = escalate(at_tier(1, assignee="mia"), TierRaise(tier=2, triggers=(T.UNRESOLVED, T.TONE)), LATER)
    assert (done.ticket.routing.tier, done.ticket.assignee, done.ticket.handed_at) == (2, "", LATER)
    assert done.ticket.routing.reasons[-1] == "tier 2: unresolved for 4 hours; a sharp turn of tone"
    assert (done.author, done.actor) == (Author.INTERNAL, "tocsin")


ANSWERED = [said("Where is it?"), said("We look", Author.AGENT), said("Soon", Author.AGENT)]
FURTHER: dict[str, tuple[list[Message], str, tuple[Trigger, ...]]] = {
    "an ordinary one": ([said("Where is it?")], "Any news of my deposit?", ()),
    "keyword": ([], "I will call my lawyer", (T.KEYWORD,)),
    "keyword in German": ([], "Ich schalte meinen Anwalt ein", ()),
    "amount": ([], "It is about 25,000 USD", (T.AMOUNT,)),
    "two interactions": (ANSWERED, "It is still not there", (T.INTERACTIONS,)),
    "thanks after two": (ANSWERED, "Thank you, it has arrived", ()),
    "one interaction": (ANSWERED[:2], "It is still not there", ()),
    "tone": ([said("Where is it please?")], "WHERE IS MY MONEY NOW??!! ANSWER ME!!!", (T.TONE,)),
    "supervisor": ([], "I want to speak to a supervisor", (T.SUPERVISOR,)),
}


@pytest.mark.parametrize(("thread", "text", "wanted"), FURTHER.values(), ids=FURTHER)
def test_what_a_further_message_triggers(thread: list[Message], text: str, wanted: tuple[Trigger, ...]) -> None:
    found = by_message(stored(), text, thread, NOON)
    assert set(wanted) <= set(found)
    if not wanted:
        assert {T.INTERACTIONS, T.TONE, T.SUPERVISOR, T.AMOUNT}.isdisjoint(found)


def test_a_message_and_what_it_triggers_are_one_change() -> None:
    ticket = at_tier(1, status=TicketStatus.AWAITING_CUSTOMER, assignee="mia")
    done = raised(lifecycle.comment(ticket, "No!", LATER), [T.INTERACTIONS, T.SUPERVISOR], LATER)
    assert (done.author, done.text) == (Author.CUSTOMER, "No!")
    assert (done.ticket.routing.tier, done.ticket.handed_at) == (2, LATER)
    assert T.SUPERVISOR in done.ticket.routing.reasons
    again = raised(lifecycle.comment(done.ticket, "No!", LATER), [T.INTERACTIONS, T.SUPERVISOR], LATER)
    assert again.ticket.routing == done.ticket.routing


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("I want to speak to a supervisor", True),
        ("Please escalate this to your manager", True),
        ("Ich möchte Ihren Vorgesetzten sprechen", True),
        ("Quiero hablar con el encargado", True),
        ("我要找你们主管", True),
        ("上司と話したい", True),
        ("أريد التحدث مع المدير", True),
        ("Müdürünüzle görüşmek istiyorum", True),
        ("My password manager lost the key", False),
        ("The supervisor process crashed", False),
        ("I need my money", False),
    ],
)
def test_who_asks_for_a_supervisor(text: str, asks: bool) -> None:
    assert asks_for_supervisor(text) == asks


@pytest.mark.parametrize(
    ("before", "text", "is_sharp"),
    [
        (["Hello, where is my deposit?"], "WHERE IS MY DEPOSIT?! ANSWER!!!", True),
        (["WHERE IS MY DEPOSIT?! ANSWER!!!"], "WHERE IS MY DEPOSIT?! ANSWER!!!", False),
        (["Hola"], "¡¡DEVUÉLVANME MI DINERO YA MISMO!!", True),
        (["你好"], "钱呢？！！快回答！！！？？", True),
        (["Hello"], "BTC and USDT, please.", False),
        ([], "ANSWER ME NOW!!! WHAT IS THIS??", False),
    ],
)
def test_a_sharp_turn_of_tone_in_any_language(before: list[str], text: str, is_sharp: bool) -> None:
    assert is_sharp_turn(before, text) == is_sharp
    assert 0 <= heat(text) <= 1
