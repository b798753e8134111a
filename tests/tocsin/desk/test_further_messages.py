"""What customers add to a ticket that waits for its incident: it is answered, or a person reads it."""

from incidents.lifecycle import Action
from tests.tocsin.web.running import Running
from tickets.ticket import Priority, Ticket, TicketStatus
from tocsin.desk.ticket_actions import customer_writes
from tocsin.desk.ticket_sweep import sweep


def waits(tocsin: Running) -> Ticket:
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=1)
    return tocsin.ticket(status=TicketStatus.AWAITING_INCIDENT, incident_id=incident.id, linked_by="tocsin")


def mails(tocsin: Running, ticket: Ticket) -> list[str]:
    return [mail.subject for mail in tocsin.services.store.mail.of_ticket(ticket.id)]


def test_any_update_is_answered_from_the_incident_once_for_the_same_words(tocsin: Running) -> None:
    ticket = waits(tocsin)
    for k in range(3):
        customer_writes(tocsin.services.desk, ticket, "Any update?", tocsin.clock(), key=str(k))
    assert [subject.partition("] ")[2].partition(":")[0] for subject in mails(tocsin, ticket)] == ["Where it stands"]
    assert tocsin.again(ticket).status is TicketStatus.AWAITING_INCIDENT
    incident = tocsin.services.store.incidents.active()[0]
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.ADD_MESSAGE, text="Half of it is through.")
    customer_writes(tocsin.services.desk, ticket, "And now?", tocsin.clock(), key="n")
    assert len(mails(tocsin, ticket)) == 2, "there is news, so it is said"
    (_, mail) = tocsin.services.store.mail.of_ticket(ticket.id)
    assert "Half of it is through." in mail.text


def test_nothing_is_said_of_an_incident_that_is_not_public(tocsin: Running) -> None:
    incident = tocsin.incident(disclosed=False)
    ticket = tocsin.ticket(status=TicketStatus.AWAITING_INCIDENT, incident_id=incident.id, linked_by="tocsin")
    customer_writes(tocsin.services.desk, ticket, "Any update?", tocsin.clock())
    assert mails(tocsin, ticket) == []


def test_news_go_to_a_person_at_once_and_stay_there(tocsin: Running) -> None:
    ticket = waits(tocsin)
    incident = tocsin.services.store.incidents.active()[0]
    customer_writes(tocsin.services.desk, ticket, "Somebody hacked my account, stop everything", tocsin.clock())
    found = tocsin.again(ticket)
    assert (found.status, found.incident_id, found.routing.priority) == (TicketStatus.NEW, None, Priority.CRITICAL)
    assert mails(tocsin, ticket) == [], "no automatic answer to that"
    sweep(tocsin.services.desk, tocsin.services.store.incidents.timeline(incident.id)[-1], tocsin.clock())
    assert tocsin.again(ticket).incident_id is None
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.settle()
    assert tocsin.again(ticket).status is TicketStatus.NEW


def test_safety_is_looked_for_in_every_message_also_of_a_ticket_without_an_incident(tocsin: Running) -> None:
    ticket = tocsin.ticket()
    customer_writes(tocsin.services.desk, ticket, "My lawyer will write to you", tocsin.clock())
    found = tocsin.again(ticket)
    assert "lawyer" in found.human_reason
    assert found.status is TicketStatus.NEW
