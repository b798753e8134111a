"""An incident is over; whether the customer's own transaction is done decides what becomes of the ticket."""

import pytest

from incidents.incident import UpdateKind
from tests.tickets.make import NOON, linkable_btc, minutes, transaction, update, waiting
from tickets.broadcast import broadcast, settle
from tickets.linking import LinkableIncident
from tickets.own_transaction import OwnTransaction, own_transaction
from tickets.ticket import Priority, TicketStatus, Transaction

PENDING, FINISHED = transaction(), transaction(status="completed")
ELSEWHERE = transaction(asset="ETH", network="ethereum")
NAMED = waiting(fields=(("txid", "named"),))
ANY = linkable_btc(assets=(), networks=(), direction="both")


@pytest.mark.parametrize(
    ("transactions", "incident", "stands"),
    [
        pytest.param(None, linkable_btc(), OwnTransaction.UNKNOWN, id="the account did not answer"),
        pytest.param((), linkable_btc(), OwnTransaction.UNKNOWN, id="it has none"),
        pytest.param((PENDING,), linkable_btc(), OwnTransaction.NOT_DONE, id="still pending"),
        pytest.param((FINISHED,), linkable_btc(), OwnTransaction.DONE, id="done"),
        pytest.param((FINISHED, PENDING), linkable_btc(), OwnTransaction.NOT_DONE, id="one of two"),
        pytest.param((ELSEWHERE,), linkable_btc(), OwnTransaction.UNKNOWN, id="another network's"),
        pytest.param((ELSEWHERE,), ANY, OwnTransaction.NOT_DONE, id="of an incident of everything"),
        pytest.param((transaction(kind="order"),), linkable_btc(), OwnTransaction.UNKNOWN, id="another kind"),
        pytest.param(
            (transaction(created_at=NOON + minutes(9)),), linkable_btc(), OwnTransaction.UNKNOWN, id="made after it"
        ),
        pytest.param((transaction(status="Refunded"),), linkable_btc(), OwnTransaction.DONE, id="given back"),
    ],
)
def test_how_the_own_transaction_stands(
    transactions: tuple[Transaction, ...] | None, incident: LinkableIncident, stands: OwnTransaction
) -> None:
    assert own_transaction(waiting(), transactions, incident) is stands


def test_the_one_that_the_ticket_names_counts_alone() -> None:
    own = (PENDING, transaction(txid="named", status="completed", asset="ETH"))
    assert own_transaction(NAMED, own, linkable_btc()) is OwnTransaction.DONE


def test_a_ticket_whose_transaction_is_not_done_goes_to_a_person_and_its_customer_is_notified_so() -> None:
    ended = update(UpdateKind.RESOLVED)
    done, late = waiting(), waiting(id="t2", number="TOC-2", customer_id="C2", email="bob@example.com")
    left = {change.ticket.id: change.ticket for change in settle(ended, (done, late), {"t2"})}
    assert (left["t1"].status, left["t2"].status) == (TicketStatus.RESOLVED, TicketStatus.NEW)
    assert left["t2"].routing.priority is Priority.HIGH
    assert [message.not_done for message in broadcast(ended, (done, late), {"t2"})] == [(), ("TOC-2",)]
