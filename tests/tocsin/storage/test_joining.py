"""A new ticket that becomes part of another one, in the transaction that stores it; on every database."""

from dataclasses import replace

from tests.tocsin.storage.examples import BY, T0, add, mail, message, order
from tickets.ticket import Ticket, TicketStatus
from tocsin.storage import Joined, Joining, Store, TicketChange, TicketOrder


def second(first: Ticket, *, key: str | None = None) -> TicketOrder:
    """An order that joins the first while that is not closed."""

    def join(current: Ticket, new: Ticket) -> Joined | None:
        if current.status is TicketStatus.CLOSED:
            return None
        return Joined(
            ticket=replace(new, status=TicketStatus.MERGED, merged_into=current.id),
            mails=(mail(f"{new.id}:joined"),),
            first=TicketChange(
                ticket=replace(current, name=f"{current.name}+"), messages=(message(current.id, f"from-{new.id}"),)
            ),
        )

    return replace(order(key), joining=Joining(first_id=first.id, join=join, audit=BY))


def test_both_are_changed_at_once_and_a_repeat_changes_nothing(store: Store) -> None:
    first = add(store)
    (made, again) = store.tickets.add_all([second(first, key="k"), second(first, key="k")], T0)
    assert not isinstance(made, Exception)
    assert not isinstance(again, Exception)
    assert (made[1], again[1], made[0].id) == (True, False, again[0].id)
    assert (made[0].status, made[0].merged_into) == (TicketStatus.MERGED, first.id)
    assert [m.id for m in store.tickets.thread(first.id)] == [f"{first.id}-m1", f"{first.id}-from-{made[0].id}"]
    assert [m.key for m in store.mail.of_ticket(made[0].id)] == [f"{made[0].id}:joined"]
    assert store.tickets.counts() == {TicketStatus.NEW: 1, TicketStatus.MERGED: 1}


def test_two_of_one_batch_join_the_same_one_after_the_other(store: Store) -> None:
    first = add(store)
    store.tickets.add_all([second(first), second(first)], T0)
    found = store.tickets.get(first.id)
    assert found is not None
    assert found.name == f"{first.name}++", "the second sees what the first of the batch changed"
    assert len(store.tickets.thread(first.id)) == 3


def test_they_stay_apart_where_the_first_does_not_take_it_or_is_gone(store: Store) -> None:
    closed = add(store, status=TicketStatus.CLOSED)
    gone = replace(closed, id="gone")
    for made in store.tickets.add_all([second(closed), second(gone)], T0):
        assert not isinstance(made, Exception)
        assert made[0].status is TicketStatus.NEW
        assert [m.key for m in store.mail.of_ticket(made[0].id)] == [f"{made[0].id}:ack"]
