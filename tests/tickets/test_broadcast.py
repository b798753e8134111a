from typing import Any

import pytest

from incidents.incident import IncidentUpdate, UpdateKind
from tests.tickets.make import NOON, minutes, stored, update, waiting
from tickets.broadcast import Mailing, NotMailed, broadcast, settle, worth
from tickets.lifecycle import Action
from tickets.ticket import Ticket, TicketStatus

LOUD = {
    UpdateKind.DISCLOSED: Mailing.UPDATE,
    UpdateKind.MESSAGE: Mailing.UPDATE,
    UpdateKind.RECURRING: Mailing.UPDATE,
    UpdateKind.REOPENED: Mailing.RETURN,
    UpdateKind.RESOLVED: Mailing.RESOLUTION,
    UpdateKind.RETRACTED: Mailing.RETRACTION,
}


@pytest.mark.parametrize("kind", list(UpdateKind))
def test_only_what_customers_can_use_is_worth_a_mail(kind: UpdateKind) -> None:
    assert worth(update(kind)).mailing is LOUD.get(kind)
    assert worth(update(kind, shadow=True)).silence is NotMailed.SHADOW


@pytest.mark.parametrize("kind", sorted(LOUD))
def test_nothing_is_notified_of_an_incident_that_was_not_disclosed(kind: UpdateKind) -> None:
    assert worth(update(kind, disclosed_at=None)).silence is NotMailed.NOT_DISCLOSED
    assert broadcast(update(kind, disclosed_at=None), (waiting(),)) == ()


def test_a_customer_with_three_tickets_gets_one_message_under_the_first() -> None:
    tickets = (
        waiting(id="t3", created_at=NOON + minutes(2)),
        waiting(id="t1"),
        waiting(id="t2", created_at=NOON + minutes(1)),
    )
    (message,) = broadcast(update(UpdateKind.RESOLVED), tickets)
    assert message.ticket.id == "t1"
    assert message.tickets == ("t1", "t2", "t3")


def test_the_key_is_the_same_every_time_and_hides_the_address() -> None:
    first, second = (broadcast(update(UpdateKind.RESOLVED), (waiting(customer_id=""),)) for _ in range(2))
    assert first[0].key == second[0].key
    assert first[0].key.startswith("inc1:3:")
    assert "ada" not in first[0].key
    assert "example" not in first[0].key


@pytest.mark.parametrize(
    "ticket",
    [
        pytest.param(stored(incident_id="inc1"), id="not waiting"),
        pytest.param(waiting(human_reason="speaks of theft"), id="with a human"),
        pytest.param(waiting(incident_id="inc2"), id="another incident"),
        pytest.param(waiting(status=TicketStatus.RESOLVED), id="settled"),
    ],
)
def test_others_hear_nothing(ticket: object) -> None:
    assert broadcast(update(UpdateKind.RESOLVED), (ticket,)) == ()  # type: ignore[arg-type]


def test_who_wrote_after_an_update_has_read_it_in_the_confirmation() -> None:
    late = waiting(created_at=NOON + minutes(40))
    assert broadcast(update(UpdateKind.DISCLOSED), (late,)) == ()
    assert len(broadcast(update(UpdateKind.RESOLVED), (late,))) == 1


def test_a_resolved_incident_resolves_its_tickets_but_not_those_kept_open() -> None:
    tickets = (waiting(id="a"), waiting(id="b", keep_open=True), waiting(id="c", human_reason="speaks of theft"))
    after = {c.ticket.id: (c.ticket.status, c.action) for c in settle(update(UpdateKind.RESOLVED), tickets)}
    assert after == {
        "a": (TicketStatus.RESOLVED, Action.RESOLVE),
        "b": (TicketStatus.NEW, Action.RETURN),
        "c": (TicketStatus.NEW, Action.RETURN),
    }


@pytest.mark.parametrize(
    ("kind", "disclosed"),
    [(UpdateKind.RESOLVED, None), (UpdateKind.RETRACTED, NOON), (UpdateKind.RETRACTED, None)],
)
def test_who_was_never_answered_goes_back_to_the_queue(kind: UpdateKind, disclosed: object) -> None:
    (change,) = settle(update(kind, disclosed_at=disclosed), (waiting(),))
    assert change.ticket.status is TicketStatus.NEW


def test_a_merged_incidents_tickets_wait_for_the_other() -> None:
    (change,) = settle(update(UpdateKind.MERGED, merged_into="inc9"), (waiting(),))
    assert (change.ticket.incident_id, change.ticket.status) == ("inc9", TicketStatus.AWAITING_INCIDENT)


def back(**more: Any) -> IncidentUpdate:
    """The incident, said to be over at noon, is open again."""
    return update(UpdateKind.REOPENED, last_resolved_at=NOON, back_since=NOON + minutes(29), **more)


def settled(**more: Any) -> Ticket:
    return waiting(**{"status": TicketStatus.RESOLVED, "resolved_at": NOON, **more})


def test_who_was_notified_that_it_is_solved_is_notified_that_it_is_back_and_waits_again() -> None:
    (message,) = broadcast(back(), (settled(),))
    assert message.mailing is Mailing.RETURN
    (change,) = settle(back(), (settled(),))
    assert (change.ticket.status, change.ticket.resolved_at) == (TicketStatus.AWAITING_INCIDENT, None)
    (end,) = settle(update(UpdateKind.RESOLVED), (change.ticket,))
    assert end.ticket.status is TicketStatus.RESOLVED


@pytest.mark.parametrize(
    "ticket",
    [
        pytest.param(settled(resolved_at=NOON - minutes(5)), id="an agent had resolved it before"),
        pytest.param(settled(incident_id="inc2"), id="another incident's"),
        pytest.param(settled(status=TicketStatus.CLOSED), id="closed"),
        pytest.param(settled(human_reason="speaks of theft"), id="with a human"),
        pytest.param(stored(incident_id="inc1"), id="in the queue"),
    ],
)
def test_what_the_end_had_not_settled_gets_nothing_of_the_return(ticket: Ticket) -> None:
    assert broadcast(back(), (ticket,)) == ()


def test_a_return_that_the_public_is_not_notified_of_moves_no_ticket() -> None:
    assert broadcast(back(disclosed_at=None), (settled(),)) == ()
    assert settle(back(disclosed_at=None), (settled(),)) == ()
    assert settle(back(shadow=True), (settled(),)) == ()


def test_settling_twice_changes_nothing_the_second_time() -> None:
    once = tuple(c.ticket for c in settle(update(UpdateKind.RESOLVED), (waiting(),)))
    assert settle(update(UpdateKind.RESOLVED), once) == ()
