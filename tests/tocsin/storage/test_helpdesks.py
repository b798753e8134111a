"""Tickets that live in another helpdesk: what is known of each, and what waits to be done there."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.tocsin.storage.examples import BY, T0, add, at, failure, incident, mail, opened
from tickets.helpdesk import HelpdeskState, HelpdeskStatus
from tickets.ticket import Home, Ticket, TicketStatus
from tocsin.storage import Store, TicketChange
from tocsin.storage.helpdesks import HelpdeskLane, HelpdeskSight
from tocsin.storage.outbox import MailState

WAITING = HelpdeskState(status=HelpdeskStatus.WAITING, incident_id="i1")


def there(store: Store) -> Ticket:
    return add(store, home=Home(helpdesk="desk", id="77", url="https://desk.example/77"))


def link(store: Store, ticket: Ticket, now: datetime, *answers: str) -> None:
    waits = replace(ticket, status=TicketStatus.AWAITING_INCIDENT, incident_id="i1")
    mails = tuple(mail(key, helpdesk="desk", ticket_id=ticket.id) for key in answers)
    store.tickets.change(ticket.id, lambda _: TicketChange(ticket=waits, mails=mails), now, BY)


def due(store: Store, now: datetime) -> tuple[HelpdeskLane, ...]:
    return store.helpdesks.due("desk", now, 10)


def test_a_ticket_is_found_by_its_id_there(store: Store) -> None:
    ticket = there(store)
    known = store.helpdesks.known("desk", ["77", "78"])
    assert {one: found.ticket_id for one, found in known.items()} == {"77": ticket.id}
    assert store.helpdesks.known("elsewhere", ["77"]) == {}


def test_answers_go_out_in_order_and_the_state_with_the_last(store: Store) -> None:
    ticket = there(store)
    link(store, ticket, at(1), "a", "b")
    assert len(store.mail.due(at(2))) == 1, "the example's confirmation; an answer there is no mail"
    (first,) = due(store, at(2))
    opened_ticket, answer = first.opened()
    assert (opened_ticket.id, answer and answer.key, first.sets) == (ticket.id, "a", HelpdeskState())
    assert due(store, at(3)) == (), "it is claimed"
    assert store.helpdesks.backlog("desk").waiting == 2
    store.helpdesks.done([first], at(3))
    (second,) = due(store, at(3))
    assert (second.opened()[1] or mail()).key == "b"
    assert (second.is_last, second.sets, second.tried) == (True, WAITING, False)
    store.helpdesks.done([second], at(4))
    assert due(store, at(99)) == ()
    assert store.helpdesks.backlog("desk").waiting == 0
    assert {m.state for m in store.mail.written_to(ticket.id) if m.mail.helpdesk} == {MailState.SENT}
    assert store.helpdesks.known("desk", ["77"])["77"].known == WAITING


def test_what_changes_while_a_step_is_taken_is_due_after_it(store: Store) -> None:
    ticket = there(store)
    link(store, ticket, at(1))
    (step,) = due(store, at(1))
    store.tickets.change(ticket.id, lambda t: TicketChange(ticket=replace(t, status=TicketStatus.NEW)), at(2), BY)
    store.helpdesks.done([step], at(2))
    (next_step,) = due(store, at(2))
    assert (next_step.known, next_step.wanted) == (WAITING, HelpdeskState(incident_id="i1"))


def test_what_a_dead_process_was_doing_may_have_been_done(store: Store) -> None:
    link(store, there(store), at(1), "a")
    assert [step.tried for step in due(store, at(1))] == [False]
    store.helpdesks.free("desk")
    (again,) = due(store, at(2))
    assert again.tried
    store.helpdesks.failed(again, failure("busy", at(9)), at(2))
    assert due(store, at(8)) == ()
    assert [(step.tried, step.attempts) for step in due(store, at(9))] == [(True, 1)]


def test_a_ticket_that_was_given_up_is_shown_and_begins_anew_when_something_happens(store: Store) -> None:
    ticket = there(store)
    link(store, ticket, at(1), "a")
    (step,) = due(store, at(1))
    store.helpdesks.failed(step, failure("closed there"), at(2))
    (letter,) = store.helpdesks.given_up("desk", 9)
    assert (letter.id, letter.error, letter.attempts) == (ticket.id, "closed there", 1)
    backlog = store.helpdesks.backlog("desk")
    assert (backlog.waiting, backlog.failing, backlog.given_up) == (0, 0, 1)
    link(store, ticket, at(3), "b")
    assert [step.attempts for step in due(store, at(3))] == [0]
    assert store.helpdesks.given_up("desk", 9) == ()


def test_what_was_seen_there_and_is_wanted_otherwise_is_due(store: Store) -> None:
    ticket = there(store)
    seen = HelpdeskSight(version="v2", known=WAITING, last_comment="c1", comments=3, written=0)
    store.helpdesks.saw(ticket.id, seen, at(1))
    known = store.helpdesks.known("desk", ["77"])["77"]
    assert (known.version, known.last_comment, known.known, known.comments) == ("v2", "c1", WAITING, 3)
    (step,) = due(store, at(1))
    assert (step.known, step.wanted) == (WAITING, HelpdeskState())
    store.helpdesks.saw(ticket.id, replace(seen, version="v3", known=None, last_comment=""), at(2))
    known = store.helpdesks.known("desk", ["77"])["77"]
    assert (known.version, known.last_comment, known.known) == ("v3", "c1", WAITING)


def test_our_own_comments_are_counted(store: Store) -> None:
    ticket = there(store)
    store.helpdesks.saw(
        ticket.id, HelpdeskSight(version="v", known=None, last_comment="", comments=1, written=0), at(1)
    )
    link(store, ticket, at(1), "a")
    store.helpdesks.done(due(store, at(1)), at(1))
    known = store.helpdesks.known("desk", ["77"])["77"]
    assert (known.comments, known.written) == (2, 1)


def test_reading_begins_once_and_goes_on_at_its_cursor(store: Store) -> None:
    assert store.helpdesks.start("desk", T0).cursor == ""
    store.helpdesks.move("desk", "c9")
    place = store.helpdesks.start("desk", at(60))
    assert (place.since, place.cursor) == (T0, "c9")


def test_a_call_waits_until_it_was_worked_off_and_a_later_one_stays(store: Store) -> None:
    store.helpdesks.call("desk", ["1", "2", "1"], T0)
    calls = store.helpdesks.calls("desk", 9)
    assert calls == {"1": T0, "2": T0}
    store.helpdesks.call("desk", ["2"], T0 + timedelta(seconds=1))
    store.helpdesks.worked_off("desk", calls)
    assert list(store.helpdesks.calls("desk", 9)) == ["2"]
    assert store.helpdesks.calls("elsewhere", 9) == {}


def test_what_stands_for_an_incident_is_remembered(store: Store) -> None:
    made = incident("i1")
    store.incidents.open(opened(made), T0)
    assert store.helpdesks.record_of("desk", "i1") == ""
    store.helpdesks.remember_record("desk", "i1", "900")
    assert (store.helpdesks.record_of("desk", "i1"), store.helpdesks.incident_of("desk", "900")) == ("900", "i1")
    assert store.helpdesks.incident_of("elsewhere", "900") == ""
