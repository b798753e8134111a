"""A customer's further message: what goes on waiting, and what a person must read at once."""

import pytest

from tests.tickets.make import NOON, minutes, waiting
from tickets import lifecycle
from tickets.follow_up import follow_up
from tickets.ticket import Priority, TicketStatus

HASH, OTHER = "ab" * 32, "cd" * 32
LATER = NOON + minutes(20)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Any update?", "", id="asks"),
        pytest.param("It is still pending, please hurry.", "", id="goes on about it"),
        pytest.param(f"The transaction is {HASH.upper()}.", "", id="the transaction that it named"),
        pytest.param(f"It is 0x{HASH}.", "", id="the same with its prefix"),
        pytest.param(f"And {OTHER} hangs too.", "names another transaction than the ticket", id="another one"),
        pytest.param("Somebody hacked my account!", "says hack, scam, legal or lawyer", id="hacked"),
        pytest.param("By the way, it was 25,000 USD.", "is about more than 10,000 US dollars", id="a large sum"),
        pytest.param("This is ridiculous, I am furious!!", "has become angry", id="angry"),
    ],
)
def test_what_a_further_message_brings(text: str, reason: str) -> None:
    ticket = waiting(text="My withdrawal is pending.", fields=(("txid", HASH),))
    found = follow_up(ticket, text, now=LATER)
    assert (reason in found.reason) if reason else found.reason == "", found.reason
    soon = {Priority.CRITICAL, Priority.URGENT, Priority.HIGH}
    assert (found.priority in soon) == bool(reason)


def test_the_first_hash_of_a_ticket_without_one_is_no_other_transaction() -> None:
    assert follow_up(waiting(text="It is pending."), f"Its hash is {HASH}.", now=LATER).reason == ""


def test_what_was_there_before_is_no_news() -> None:
    angry = waiting(text="This is ridiculous, I am furious!!")
    assert follow_up(angry, "Still furious, this is ridiculous!", now=LATER).reason == ""


def test_news_take_the_ticket_off_its_incident_to_the_top_of_the_queue() -> None:
    change = lifecycle.comment_with_news(
        waiting(), "I was hacked", LATER, reason="says hack", priority=Priority.CRITICAL
    )
    after = change.ticket
    assert (after.status, after.incident_id, after.human_reason) == (TicketStatus.NEW, None, "says hack")
    assert (after.routing.priority, after.keep_open) == (Priority.CRITICAL, True)
    assert "says hack" in change.detail
