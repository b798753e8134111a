from incidents import lifecycle
from incidents.incident import Incident, IncidentUpdate
from incidents.lifecycle import Action
from tests.tocsin.web.running import Running
from tickets.ticket import TicketStatus
from tocsin.desk.incident_broadcast import IncidentBroadcast


def test_a_ticket_linked_while_its_incident_ended_is_settled_after_all(tocsin: Running) -> None:
    """Judged before the end, committed after everybody was notified of it: nobody else would ever look at it again."""
    incident = tocsin.incident()
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.settle()
    late = tocsin.ticket(status=TicketStatus.AWAITING_INCIDENT, incident_id=incident.id, linked_by="tocsin")
    customers = IncidentBroadcast(tocsin.services.desk, tocsin.runtime.wake, tocsin.clock)
    customers.refresh()
    customers.refresh()
    assert tocsin.again(late).status is TicketStatus.RESOLVED
    mails = tocsin.services.store.mail.of_ticket(late.id)
    assert ["Solved" in mail.subject for mail in mails] == [True]


def test_a_ticket_whose_incident_lasts_is_left_waiting(tocsin: Running) -> None:
    incident = tocsin.incident()
    waits = tocsin.ticket(status=TicketStatus.AWAITING_INCIDENT, incident_id=incident.id, linked_by="tocsin")
    IncidentBroadcast(tocsin.services.desk, tocsin.runtime.wake, tocsin.clock).refresh()
    assert tocsin.again(waits).status is TicketStatus.AWAITING_INCIDENT


def test_words_that_wait_are_in_no_mail_and_on_no_page_of_a_customer(tocsin: Running) -> None:
    incident = tocsin.incident()
    waits = tocsin.ticket(status=TicketStatus.AWAITING_INCIDENT, incident_id=incident.id, linked_by="tocsin")
    tocsin.clock.pass_(minutes=2)

    def slipped(now: Incident) -> IncidentUpdate:
        return lifecycle.add_message(now, "chain/bitcoin is slow. We regret it.", "mara", tocsin.clock())

    tocsin.services.store.incidents.change(incident.id, slipped, tocsin.clock())
    tocsin.settle()
    mails = tocsin.services.store.mail.of_ticket(waits.id)
    assert ["] Update: " in mail.subject for mail in mails] == [True, True], "it is notified all the same"
    portal = tocsin.client().get(f"/support/t/{tocsin.services.store.tickets.make_token(waits.id)}").text
    assert all("Bitcoin withdrawals" in mail.text for mail in mails)
    for read in (*(m.text for m in mails), *(m.html for m in mails), portal, tocsin.client().get("/support").text):
        assert "We regret it" not in read
