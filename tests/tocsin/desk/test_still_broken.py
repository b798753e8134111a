"""An incident whose end too many customers deny is opened again, once."""

from incidents.incident import Incident, Status, UpdateKind
from incidents.lifecycle import Action
from tests.tocsin.web.running import Running
from tickets.ticket import Ticket, TicketStatus
from tocsin.desk.still_broken import look_for_denied_ends
from tocsin.desk.ticket_actions import customer_writes

MANY = 8


def ended(tocsin: Running) -> tuple[Incident, list[Ticket]]:
    """An incident of eight customers that was resolved a minute ago, as were their tickets."""
    incident = tocsin.incident()
    tocsin.settle()
    made = [
        tocsin.ticket(
            status=TicketStatus.AWAITING_INCIDENT, incident_id=incident.id, linked_by="tocsin", customer_id=f"C{k}",
            email=f"c{k}@example.com",
        )
        for k in range(MANY)
    ]  # fmt: skip
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.settle()
    tocsin.clock.pass_(minutes=1)
    assert {tocsin.again(t).status for t in made} == {TicketStatus.RESOLVED}
    return tocsin.current(incident), made


def deny(tocsin: Running, made: list[Ticket], text: str = "It is still pending") -> None:
    for ticket in made:
        customer_writes(tocsin.services.desk, tocsin.again(ticket), text, tocsin.clock())


def look(tocsin: Running) -> int:
    return look_for_denied_ends(tocsin.services.desk, tocsin.clock())


def test_too_many_who_say_that_it_is_not_over_open_it_again(tocsin: Running) -> None:
    incident, made = ended(tocsin)
    deny(tocsin, made[:2])
    assert look(tocsin) == 0
    deny(tocsin, made[2:4])
    assert look(tocsin) == 1
    last = tocsin.services.store.incidents.timeline(incident.id)[-1]
    assert (last.kind, last.reason) == (
        UpdateKind.REOPENED,
        "4 customers of 8 linked tickets say that it is not over",
    )
    assert "reopen" in tocsin.audited(incident.id)
    tocsin.settle()
    assert tocsin.current(incident).status is not Status.RESOLVED
    assert {tocsin.again(t).status for t in made[4:]} == {TicketStatus.AWAITING_INCIDENT}, "who was silent waits again"
    assert look(tocsin) == 0


def test_thanks_open_nothing_again(tocsin: Running) -> None:
    _, made = ended(tocsin)
    deny(tocsin, made, "Thank you, it has arrived")
    assert look(tocsin) == 0


def test_after_another_end_only_what_is_written_since_counts(tocsin: Running) -> None:
    incident, made = ended(tocsin)
    deny(tocsin, made[:4])
    assert look(tocsin) == 1
    tocsin.clock.pass_(minutes=10)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    tocsin.settle()
    tocsin.clock.pass_(minutes=1)
    assert look(tocsin) == 0


def test_who_writes_hours_later_opens_nothing_again(tocsin: Running) -> None:
    _, made = ended(tocsin)
    tocsin.clock.pass_(hours=2)
    deny(tocsin, made)
    assert look(tocsin) == 0


def test_nothing_is_confirmed_by_it(tocsin: Running) -> None:
    incident, made = ended(tocsin)
    deny(tocsin, made[:4])
    look(tocsin)
    assert tocsin.current(incident).confirmed_by == incident.confirmed_by != "tocsin"
