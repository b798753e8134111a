"""A burst of tickets without an incident opens one for the engineers, and no more than that."""

from datetime import timedelta

from incidents.incident import Incident
from incidents.lifecycle import Action
from incidents.signal import SignalSource
from tests.tocsin.web.running import Client, Running
from tickets.ticket import Form, TicketStatus
from tocsin.desk.ticket_bursts import look_for_bursts
from tocsin.response.place import place

BODY = {
    "form": "Withdrawal",
    "text": "My Bitcoin withdrawal is still pending, it has not arrived for hours",
    "fields": {"asset": "BTC", "network": "bitcoin"},
}


def write(client: Client, tocsin: Running, many: int, name: str = "F") -> None:
    for k in range(many):
        tocsin.clock.pass_(seconds=40)
        body = {**BODY, "customer_id": f"{name}{k}", "email": f"{name}{k}@example.com"}
        client.post("/api/v1/tickets", json=body).raise_for_status()


def usual_days(tocsin: Running) -> None:
    tocsin.settle()  # so that every sink has begun
    for k in range(12):
        tocsin.clock.pass_(hours=4)
        tocsin.ticket(form=Form.DEPOSIT, customer_id=f"U{k}", email=f"u{k}@example.com")


def look(tocsin: Running, passing: timedelta = timedelta(0)) -> list[Incident]:
    """Looks now, places what is found once effects have waited for their cause; the active incidents."""
    tocsin.clock.pass_(seconds=passing.total_seconds())
    look_for_bursts(tocsin.services.desk, tocsin.clock(), shadow=False)
    place(tocsin.services.response, tocsin.clock())
    tocsin.clock.pass_(seconds=61)
    place(tocsin.services.response, tocsin.clock())
    return list(tocsin.services.store.incidents.active())


def statuses(tocsin: Running) -> set[TicketStatus]:
    return {t.status for t in tocsin.services.store.tickets.page().items if t.form is Form.WITHDRAWAL}


def test_a_burst_opens_one_incident_that_is_not_public_and_takes_no_ticket(tocsin: Running) -> None:
    exchange = tocsin.client(token=tocsin.token("tickets:write"))
    usual_days(tocsin)
    write(exchange, tocsin, 9)
    (incident,) = look(tocsin)
    assert incident.components == ("withdrawals/BTC/bitcoin",)
    assert [s.source for s in incident.signals] == [SignalSource.TICKETS]
    assert (incident.disclosed_at, incident.disclose_at) == (None, None)
    tocsin.deliver("updates:sweep")
    write(exchange, tocsin, 3, name="G")
    assert statuses(tocsin) == {TicketStatus.NEW}, "tickets alone take no ticket out of the queue"
    assert look(tocsin) == [tocsin.current(incident)], "said again, it is the same incident"


def test_who_publishes_it_links_the_tickets_that_made_it(tocsin: Running) -> None:
    exchange = tocsin.client(token=tocsin.token("tickets:write"))
    usual_days(tocsin)
    write(exchange, tocsin, 9)
    (incident,) = look(tocsin)
    tocsin.do(incident, Action.APPROVE)
    tocsin.deliver("updates:sweep")
    assert statuses(tocsin) == {TicketStatus.AWAITING_INCIDENT}


def test_it_ends_with_the_burst_and_a_false_alarm_is_not_said_again(tocsin: Running) -> None:
    exchange = tocsin.client(token=tocsin.token("tickets:write"))
    usual_days(tocsin)
    write(exchange, tocsin, 9)
    (incident,) = look(tocsin)
    (later,) = look(tocsin, timedelta(hours=1))
    assert later.lasting == ()
    tocsin.do(later, Action.RETRACT, end_reason="false_alarm")
    write(exchange, tocsin, 9, name="H")
    assert look(tocsin) == []
    assert tocsin.current(incident).id == later.id


def test_a_burst_that_an_incident_explains_opens_none(tocsin: Running) -> None:
    exchange = tocsin.client(token=tocsin.token("tickets:write"))
    usual_days(tocsin)
    known = tocsin.incident()
    write(exchange, tocsin, 9)
    assert look(tocsin) == [tocsin.current(known)]
    assert all(s.source is not SignalSource.TICKETS for s in tocsin.current(known).signals)


def test_a_start_in_between_follows_the_same_burst(tocsin: Running) -> None:
    exchange = tocsin.client(token=tocsin.token("tickets:write"))
    usual_days(tocsin)
    write(exchange, tocsin, 9)
    look_for_bursts(tocsin.services.desk, tocsin.clock(), shadow=False)
    (before,) = tocsin.services.store.signals.waiting()
    tocsin.runtime.reload()
    write(exchange, tocsin, 5, name="G")
    look_for_bursts(tocsin.services.desk, tocsin.clock(), shadow=False)
    (after,) = tocsin.services.store.signals.waiting()
    assert after.key == before.key
    assert (after.observed or 0) > (before.observed or 0)


def test_in_an_installation_in_shadow_a_burst_is_in_shadow_too(tocsin: Running) -> None:
    exchange = tocsin.client(token=tocsin.token("tickets:write"))
    usual_days(tocsin)
    write(exchange, tocsin, 9)
    look_for_bursts(tocsin.services.desk, tocsin.clock(), shadow=True)
    (signal,) = tocsin.services.store.signals.waiting()
    assert signal.shadow
