"""Tickets that are raised by themselves: after four hours, and by what a customer writes."""

import pytest

from tests.tocsin.web.running import Running
from tickets.escalation import Trigger
from tickets.ticket import Author, Priority, Routing, Team, Ticket, TicketStatus
from tocsin.desk.escalations import escalate_stuck
from tocsin.desk.ticket_actions import customer_writes
from tocsin.storage import TicketFilter
from tocsin.storage.accounts import Role

ROUTED = Routing(priority=Priority.NORMAL, team=Team.GENERAL, tier=1, department="Technical")


def escalated(tocsin: Running) -> int:
    return escalate_stuck(tocsin.services.desk, tocsin.clock())


def mails_to(tocsin: Running, address: str) -> list[str]:
    tocsin.deliver("mail")
    assert tocsin.services.mailbox is not None
    return [mail.subject for mail in tocsin.services.mailbox.list().mails if mail.to == address]


def test_four_hours_at_a_tier_raise_a_ticket_and_its_leads_are_mailed_once(tocsin: Running) -> None:
    tocsin.session(Role.MANAGER)
    stuck = tocsin.ticket(routing=ROUTED, assignee="mara", status=TicketStatus.IN_PROGRESS)
    tocsin.ticket(routing=ROUTED, status=TicketStatus.AWAITING_CUSTOMER)
    tocsin.ticket(routing=ROUTED, status=TicketStatus.AWAITING_INCIDENT)
    tocsin.clock.pass_(hours=3, minutes=59)
    assert escalated(tocsin) == 0
    tocsin.clock.pass_(minutes=1)
    assert escalated(tocsin) == 1
    assert escalated(tocsin) == 0
    after = tocsin.again(stuck)
    assert (after.routing.tier, after.assignee, after.handed_at) == (2, "", tocsin.clock())
    assert tocsin.audited(stuck.id)[-1] == "escalate"
    assert [m.text for m in tocsin.services.store.tickets.thread(stuck.id) if m.author is Author.INTERNAL] == [
        "Escalated to tier 2: unresolved for 4 hours."
    ]
    assert mails_to(tocsin, "manager@example.com") == [f"{stuck.number}: unresolved for 4 hours, goes to tier 2"]
    page = tocsin.client().get(f"/support/t/{tocsin.services.store.tickets.make_token(stuck.id)}").text
    assert "tier 2" not in page, "what the desk says to itself is nothing for the customer"
    tocsin.clock.pass_(hours=4)
    assert escalated(tocsin) == 1
    assert tocsin.again(stuck).routing.tier == 3
    tocsin.clock.pass_(hours=40)
    assert escalated(tocsin) == 0


def test_the_four_hours_pause_while_the_customer_has_the_word(tocsin: Running) -> None:
    ticket = tocsin.ticket(routing=ROUTED)
    tocsin.clock.pass_(hours=3)
    reply(tocsin, ticket)
    tocsin.clock.pass_(hours=30)
    assert escalated(tocsin) == 0
    customer_writes(tocsin.services.desk, tocsin.again(ticket), "Here is the hash", tocsin.clock())
    tocsin.clock.pass_(minutes=59)
    assert escalated(tocsin) == 0
    tocsin.clock.pass_(minutes=1)
    assert escalated(tocsin) == 1


def test_a_third_message_after_two_answers_goes_to_the_next_tier(tocsin: Running) -> None:
    ticket = tocsin.ticket(routing=ROUTED)
    for _ in range(2):
        tocsin.clock.pass_(minutes=1)
        reply(tocsin, ticket)
        tocsin.clock.pass_(minutes=1)
        assert tocsin.again(ticket).routing.tier == 1
        customer_writes(tocsin.services.desk, tocsin.again(ticket), "It is still pending", tocsin.clock())
    after = tocsin.again(ticket)
    assert after.routing.tier == 2
    assert after.routing.reasons[-1] == f"tier 2: {Trigger.INTERACTIONS}"
    assert tocsin.services.store.tickets.page(TicketFilter(tier=2)).items == (after,)


@pytest.mark.parametrize("at_first", [True, False], ids=["in the first message", "in a further one"])
def test_who_asks_for_a_supervisor_is_shown_to_the_agent(tocsin: Running, at_first: bool) -> None:
    words = "I want to speak to a supervisor"
    ticket = tocsin.ticket(routing=ROUTED, **({"text": words} if at_first else {}))
    if not at_first:
        customer_writes(tocsin.services.desk, ticket, words, tocsin.clock())
    assert tocsin.again(ticket).routing.tier == 1, "an agent writes a note first"
    assert "The customer asks for a supervisor:" in tocsin.client(Role.AGENT).get(f"/desk/tickets/{ticket.number}").text


def reply(tocsin: Running, ticket: Ticket) -> None:
    data = {"form_token": tocsin.form_token(Role.AGENT), "action": "reply", "text": "We look"}
    assert tocsin.client(Role.AGENT).post(f"/desk/tickets/{ticket.number}", data=data).status_code == 303
