from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.tickets.make import NOON, minutes, stored, waiting
from tickets import lifecycle as life
from tickets.lifecycle import Change, TransitionError
from tickets.ticket import Author, Priority, Proof, Ticket, TicketStatus

LATER = NOON + minutes(10)
ACTIONS: dict[str, Callable[[Ticket], Change]] = {
    "accept": lambda t: life.accept(t, "mia", LATER),
    "reply": lambda t: life.reply(t, "mia", "Hello.", LATER),
    "note": lambda t: life.note(t, "mia", "Hm.", LATER),
    "comment": lambda t: life.comment(t, "Hello?", LATER),
    "unsolved": lambda t: life.comment(t, "That is not it.", LATER, unsolved=True),
    "link": lambda t: life.link(t, "inc1", "mia", LATER),
    "unlink": lambda t: life.unlink(t, "mia", LATER),
    "resolve": lambda t: life.resolve(t, "mia", LATER),
    "reopen": lambda t: life.reopen(t, "mia", LATER),
    "close": lambda t: life.close(t, "mia", LATER),
    "undo close": lambda t: life.undo_close(t, "mia", LATER),
}
# "" = refused. Columns: new, in_progress, awaiting_customer, awaiting_incident, resolved, closed, merged.
STATES = ("new", "in_progress", "awaiting_customer", "awaiting_incident", "resolved", "closed", "merged")
TABLE = {
    "accept": ("in_progress", "in_progress", "awaiting_customer", "awaiting_incident", "", "", ""),
    "reply": ("awaiting_customer", "awaiting_customer", "awaiting_customer", "awaiting_incident", "", "", ""),
    "note": STATES,
    "comment": ("new", "new", "new", "awaiting_incident", "new", "", ""),
    "unsolved": ("new", "new", "new", "new", "new", "", ""),
    "link": ("awaiting_incident",) * 4 + ("", "", ""),
    "unlink": ("new", "in_progress", "awaiting_customer", "new", "", "", ""),
    "resolve": ("resolved",) * 4 + ("", "", ""),
    "reopen": ("", "", "", "", "new", "", ""),
    "close": ("closed",) * 5 + ("", ""),
    "undo close": ("",) * 7,  # of one whose state before nobody knows
}


@pytest.mark.parametrize(("action", "state"), [(a, s) for a in TABLE for s in STATES])
def test_the_table_of_transitions(action: str, state: str) -> None:
    before = waiting(status=TicketStatus(state))
    expected = TABLE[action][STATES.index(state)]
    if not expected:
        with pytest.raises(TransitionError, match=r"TOC-1 (is|was)"):
            ACTIONS[action](before)
        return
    change = ACTIONS[action](before)
    assert change.ticket.status == expected
    assert change.ticket.updated_at == LATER
    assert change.at == LATER


def test_a_comment_goes_to_the_agent_who_has_it() -> None:
    before = stored(status=TicketStatus.AWAITING_CUSTOMER, assignee="mia")
    assert life.comment(before, "Here it is.", LATER).ticket.status is TicketStatus.IN_PROGRESS


def test_answering_a_resolution_mail_opens_the_ticket_for_good() -> None:
    change = life.comment(waiting(status=TicketStatus.RESOLVED, resolved_at=NOON), "Still not here.", LATER)
    assert change.action is life.Action.REOPEN
    assert change.ticket.keep_open
    assert change.ticket.resolved_at is None


def test_the_first_reply_is_the_first_response() -> None:
    first = life.reply(stored(), "mia", "Hello.", LATER).ticket
    second = life.reply(first, "tom", "And again.", LATER + minutes(5)).ticket
    assert second.first_response_at == LATER
    assert second.assignee == "mia"


def test_a_note_is_never_the_customers_to_read() -> None:
    change = life.note(stored(), "mia", "Looks odd.", LATER)
    assert change.author is Author.INTERNAL
    assert "odd" not in change.detail


def test_tocsin_links_no_ticket_that_must_stay_human_and_an_agents_link_does_not_park_it() -> None:
    held = stored(human_reason="speaks of theft")
    with pytest.raises(TransitionError, match="only an agent"):
        life.link(held, "inc1", "tocsin", LATER)
    linked = life.link(held, "inc1", "mia", LATER).ticket
    assert (linked.incident_id, linked.status) == ("inc1", TicketStatus.NEW)


def test_unlinking_forgets_why() -> None:
    after = life.unlink(waiting(probability=0.9, link_reasons=("x",)), "mia", LATER).ticket
    assert (after.incident_id, after.probability, after.link_reasons, after.linked_by) == (None, None, (), "")


def test_nothing_linked_cannot_be_unlinked() -> None:
    with pytest.raises(TransitionError, match="nothing to unlink"):
        life.unlink(stored(), "mia", LATER)


@pytest.mark.parametrize(
    ("into", "word"),
    [
        (stored(), "itself"),
        (stored(id="t2", status=TicketStatus.CLOSED), "is closed and cannot take another ticket"),
        (stored(id="t2", customer_id="C2"), "another customer"),
        (stored(id="t2", proof=Proof.NONE), "another customer"),
    ],
)
def test_what_cannot_be_merged(into: Ticket, word: str) -> None:
    with pytest.raises(TransitionError, match=word):
        life.merge(stored(), into, "mia", LATER)


def test_a_merged_ticket_names_where_it_went() -> None:
    after = life.merge(stored(), stored(id="t2", number="TOC-2"), "mia", LATER).ticket
    assert (after.status, after.merged_into) == (TicketStatus.MERGED, "t2")
    again = life.undo_merge(after, "mia", LATER).ticket
    assert (again.status, again.merged_into) == (TicketStatus.NEW, None)
    with pytest.raises(TransitionError, match="cannot be taken out of another ticket"):
        life.undo_merge(again, "mia", LATER)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_message_is_refused(text: str) -> None:
    with pytest.raises(TransitionError, match="no text"):
        life.reply(stored(), "mia", text, LATER)


def test_an_incidents_end_does_not_resolve_what_is_kept_open() -> None:
    with pytest.raises(TransitionError, match="not settled"):
        life.resolve_with_incident(waiting(keep_open=True), LATER)


@pytest.mark.parametrize("state", STATES[:5])
@pytest.mark.parametrize("by", ["mia", "customer"])
def test_a_closing_that_is_undone_leaves_the_ticket_as_it_was(state: str, by: str) -> None:
    at = NOON if state == "resolved" else None
    before = waiting(status=TicketStatus(state), resolved_at=at)
    closed = life.close(before, by, LATER).ticket
    again = life.undo_close(closed, by, LATER).ticket
    assert replace(again, updated_at=before.updated_at) == before
    with pytest.raises(TransitionError):
        life.undo_close(again, by, LATER)


def test_a_customer_does_not_open_what_support_closed() -> None:
    closed = life.close(waiting(), "mia", LATER).ticket
    with pytest.raises(TransitionError, match="closed by support"):
        life.undo_close(closed, "customer", LATER)
    assert life.undo_close(life.close(waiting(), "customer", LATER).ticket, "mia", LATER).ticket.closed_from is None


@pytest.mark.parametrize(
    ("priority", "after"),
    [
        (Priority.LOW, Priority.HIGH),
        (Priority.NORMAL, Priority.HIGH),
        (Priority.HIGH, Priority.HIGH),
        (Priority.CRITICAL, Priority.CRITICAL),
    ],
)
def test_who_waited_for_nothing_comes_first_and_the_ticket_says_why_whatever_its_priority_was(
    priority: Priority, after: Priority
) -> None:
    ticket = waiting()
    ticket = replace(ticket, routing=replace(ticket.routing, priority=priority))
    routing = life.return_to_queue(ticket, "it is not done", LATER, first=True).ticket.routing
    assert (routing.priority, routing.reasons[-1]) == (after, "it is not done")
    assert life.return_to_queue(ticket, "it is not done", LATER).ticket.routing == ticket.routing
