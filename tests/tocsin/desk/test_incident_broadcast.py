from incidents.lifecycle import Action
from tests.tocsin.web.running import Running
from tickets.ticket import TicketStatus
from tocsin.desk.incident_broadcast import IncidentBroadcast


def test_a_ticket_linked_while_its_incident_ended_is_settled_after_all(tocsin: Running) -> None:
    """Judged before the end, committed after everybody was told of it: nobody else would ever look at it again."""
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
