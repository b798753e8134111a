"""What holds for every helpdesk's adapter, against a server that answers as its vendor's API does."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from incidents.delivery import DeliveryError
from tests.contracts.helpdesks.fake import BROKEN, BUSY, LOST, RETRY_AFTER, T0, Fake, serving
from tests.contracts.helpdesks.freshdesk import FakeFreshdesk
from tests.contracts.helpdesks.jira_service_management import FakeJira
from tests.contracts.helpdesks.zammad import FakeZammad
from tests.contracts.helpdesks.zendesk import FakeZendesk
from tests.tocsin.web.running import Clock
from tickets.helpdesk import (
    Helpdesk,
    HelpdeskChange,
    HelpdeskStatus,
    HelpdeskTicket,
    IncidentRecord,
    NotGenuine,
)
from tickets.ticket import Author

FAKES: dict[str, type[Fake]] = {
    "zendesk": FakeZendesk,
    "zammad": FakeZammad,
    "jira service management": FakeJira,
    "freshdesk": FakeFreshdesk,
}
INCIDENT = IncidentRecord(key="tocsin-abc", reference="INC-1", title="INC-1: Slow", text="see the desk")


@pytest.fixture
def clock() -> Clock:
    return Clock(at=T0)


@pytest.fixture(params=FAKES)
def there(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Fake]:
    with serving(FAKES[request.param](clock)) as fake:
        yield fake


@pytest.fixture
def helpdesk(there: Fake) -> Iterator[Helpdesk]:
    with closing(there.adapter()) as adapter:
        yield adapter


def read_all(helpdesk: Helpdesk, cursor: str = "") -> tuple[list[HelpdeskTicket], str]:
    found: list[HelpdeskTicket] = []
    while True:
        page = helpdesk.changed(cursor, T0)
        found += page.tickets
        cursor = page.cursor
        if not page.has_more:
            return found, cursor


def one(helpdesk: Helpdesk, ticket_id: str) -> HelpdeskTicket:
    (found,) = helpdesk.read([ticket_id])
    return found


def test_a_ticket_is_read_with_what_its_fields_say(there: Fake, helpdesk: Helpdesk) -> None:
    number = there.new("It is late.", asset="BTC", customer_id="C-7")
    found = one(helpdesk, number)
    assert (found.id, found.subject, found.text, found.email) == (
        number,
        "Where is it?",
        "It is late.",
        "ada@example.com",
    )
    assert dict(found.fields) == {"asset": "BTC", "customer_id": "C-7"}
    assert (found.status, found.related, found.is_ours) == (HelpdeskStatus.OPEN, "", False)
    assert found.created_at == T0
    assert found.url.startswith(there.url)
    assert number in found.url


def test_polling_reads_each_change_page_by_page(there: Fake, helpdesk: Helpdesk, clock: Clock) -> None:
    numbers = [there.new(f"text {n}") for n in range(5)]
    clock.pass_(minutes=3)
    found, cursor = read_all(helpdesk)
    assert sorted({(ticket.id, ticket.version) for ticket in found}) == sorted(
        (t.id, t.version) for t in one_each(found)
    )
    assert {ticket.id for ticket in found} == set(numbers)
    again, cursor = read_all(helpdesk, cursor)
    versions = {ticket.id: ticket.version for ticket in found}
    assert [t for t in again if t.version != versions[t.id]] == [], "nothing new"
    there.say(numbers[1], "and now?")
    clock.pass_(minutes=3)
    changed, _ = read_all(helpdesk, cursor)
    assert [t.id for t in one_each(changed) if t.version != versions[t.id]] == [numbers[1]]


def one_each(tickets: list[HelpdeskTicket]) -> list[HelpdeskTicket]:
    return list({ticket.id: ticket for ticket in tickets}.values())


def test_what_changes_while_pages_are_read_hides_no_other_ticket(there: Fake, helpdesk: Helpdesk, clock: Clock) -> None:
    numbers = []
    for n in range(6):
        numbers.append(there.new(f"text {n}"))
        clock.pass_(seconds=1)
    clock.pass_(minutes=3)
    first = helpdesk.changed("", T0)
    there.say(numbers[0], "and now?")
    clock.pass_(minutes=3)
    rest, _ = read_all(helpdesk, first.cursor)
    assert {ticket.id for ticket in (*first.tickets, *rest)} == set(numbers)
    versions = {ticket.version for ticket in (*first.tickets, *rest) if ticket.id == numbers[0]}
    assert len(versions) == 2


def test_a_ticket_that_is_gone_is_left_out(there: Fake, helpdesk: Helpdesk) -> None:
    number = there.new("It is late.")
    assert [ticket.id for ticket in helpdesk.read([number, "999999"])] == [number]


def test_comments_are_those_of_others_that_customers_can_read(there: Fake, helpdesk: Helpdesk) -> None:
    number = there.new("It is late.")
    there.say(number, "a note", author=Author.AGENT, public=False)
    there.say(number, "any update?")
    helpdesk.apply([HelpdeskChange(id=number, key="k", text="We know of it.")])
    there.say(number, "I have looked.", author=Author.AGENT)
    said = helpdesk.comments(number)
    assert [(c.author, c.text) for c in said] == [(Author.CUSTOMER, "any update?"), (Author.AGENT, "I have looked.")]
    assert len({c.id for c in said}) == 2


def test_a_change_answers_sets_aside_and_relates(there: Fake, helpdesk: Helpdesk) -> None:
    number, record = there.new("It is late."), helpdesk.record(INCIDENT)
    linked = HelpdeskChange(
        id=number, key="k1", text="We know of it.", status=HelpdeskStatus.WAITING, relates=record, tag="tocsin-inc-1"
    )
    assert helpdesk.apply([linked]) == {}
    assert there.said(number) == ["We know of it."]
    assert (there.status(number), there.related(number)) == (HelpdeskStatus.WAITING, record)
    assert "tocsin-inc-1" in there.tags(number)
    found = one(helpdesk, number)
    assert (found.status, found.related) == (HelpdeskStatus.WAITING, record)
    solved = HelpdeskChange(id=number, key="k2", text="It is solved.", status=HelpdeskStatus.SOLVED)
    assert helpdesk.apply([solved]) == {}
    assert (there.said(number)[-1], there.status(number)) == ("It is solved.", HelpdeskStatus.SOLVED)
    leaves = HelpdeskChange(id=number, status=HelpdeskStatus.OPEN, leaves=record, untag="tocsin-inc-1")
    assert helpdesk.apply([leaves]) == {}
    assert (there.status(number), there.related(number)) == (HelpdeskStatus.OPEN, "")
    assert "tocsin-inc-1" not in there.tags(number)
    assert len(there.said(number)) == 2


def test_what_stands_for_an_incident_is_made_once_and_is_no_customers_ticket(there: Fake, helpdesk: Helpdesk) -> None:
    there.faults = [LOST]
    with pytest.raises(DeliveryError) as lost:
        helpdesk.record(INCIDENT)
    assert lost.value.retry
    record = helpdesk.record(INCIDENT)
    assert helpdesk.record(INCIDENT) == record
    assert [str(ticket.id) for ticket in there.records()] == [record]
    assert one(helpdesk, record).is_ours


def test_an_answer_whose_receipt_was_lost_is_found_and_not_written_twice(there: Fake, helpdesk: Helpdesk) -> None:
    numbers = [there.new("It is late."), there.new("Mine too.")]
    changes = [HelpdeskChange(id=n, key="k1", text="We know.", status=HelpdeskStatus.WAITING) for n in numbers]
    there.faults = [LOST]
    failed = failures(helpdesk, changes)
    assert failed
    assert all(error.retry for error in failed.values())
    again = [
        HelpdeskChange(id=n, key="k1", text="We know.", status=HelpdeskStatus.WAITING, is_uncertain=True)
        for n in failed
    ]
    assert helpdesk.apply(again) == {}
    assert [there.said(n) for n in numbers] == [["We know."], ["We know."]]
    assert [there.status(n) for n in numbers] == [HelpdeskStatus.WAITING, HelpdeskStatus.WAITING]


def failures(helpdesk: Helpdesk, changes: list[HelpdeskChange]) -> dict[str, DeliveryError]:
    """By ticket why it was not changed, also where the helpdesk refused all of them at once."""
    try:
        return dict(helpdesk.apply(changes))
    except DeliveryError as error:
        return {change.id: error for change in changes}


def test_who_asks_for_time_gets_it(there: Fake, helpdesk: Helpdesk, clock: Clock) -> None:
    number = there.new("It is late.")
    there.faults = [BUSY]
    change = HelpdeskChange(id=number, key="k1", text="We know.")
    (error,) = failures(helpdesk, [change]).values()
    assert (error.retry, error.retry_after) == (True, RETRY_AFTER)
    asked = len(there.requests)
    (error,) = failures(helpdesk, [change]).values()
    assert error.retry
    assert len(there.requests) == asked, "nothing is asked before the time is over"
    clock.at += RETRY_AFTER + timedelta(seconds=1)
    assert helpdesk.apply([change]) == {}
    assert there.said(number) == ["We know."]


def test_a_helpdesk_that_fails_is_tried_again(there: Fake, helpdesk: Helpdesk) -> None:
    number = there.new("It is late.")
    there.faults = [BROKEN]
    (error,) = failures(helpdesk, [HelpdeskChange(id=number, key="k1", text="We know.")]).values()
    assert (error.retry, error.retry_after) == (True, None)
    there.faults, there.only = [BROKEN], lambda method, path: True
    with pytest.raises(DeliveryError) as broken:
        helpdesk.changed("", T0 - timedelta(hours=1))
    assert broken.value.retry


def test_a_ticket_that_takes_nothing_any_more_costs_itself_alone(there: Fake, helpdesk: Helpdesk) -> None:
    closed, other = there.new("It is late."), there.new("Mine too.")
    there.put(closed, HelpdeskStatus.CLOSED)
    failed = helpdesk.apply([HelpdeskChange(id=n, key="k1", text="We know.") for n in (closed, other)])
    assert list(failed) == [closed]
    assert not failed[closed].retry
    assert closed in str(failed[closed])
    assert there.said(other) == ["We know."]


def test_a_webhook_names_its_ticket_if_it_is_signed(there: Fake, helpdesk: Helpdesk, clock: Clock) -> None:
    number = there.new("It is late.")
    headers, body = there.webhook(number)
    assert helpdesk.called(headers, body, clock()) == (number,)
    for forged in ({**headers, **dict.fromkeys(headers, "sha1=00")}, {}):
        with pytest.raises(NotGenuine):
            helpdesk.called(forged, body, clock())
    if there.is_signed:
        with pytest.raises(NotGenuine):
            helpdesk.called(headers, body.replace(number.encode(), b"7"), clock())


@pytest.mark.parametrize("ask", [lambda h: h.read(["1"]), lambda h: h.changed("", T0 - timedelta(hours=1))])
def test_an_error_names_the_helpdesk_and_no_credential(
    there: Fake, helpdesk: Helpdesk, ask: Callable[[Helpdesk], object]
) -> None:
    there.faults, there.only = [BROKEN], lambda method, path: True
    with pytest.raises(DeliveryError) as error:
        ask(helpdesk)
    assert "helpdesk support" in str(error.value)
    assert "token" not in str(error.value)
