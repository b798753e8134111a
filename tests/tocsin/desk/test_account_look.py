"""Many customers are asked for within a bounded time; who does not answer is unknown."""

from threading import Event

from tests.tickets.make import transaction
from tickets.ticket import Transaction
from tocsin.desk.account_look import look


class Accounts:
    """Answers for all but those that hang."""

    last_error = ""

    def __init__(self, *hangs: str) -> None:
        self.hangs = hangs
        self.go_on = Event()

    def transactions(self, customer_id: str) -> tuple[Transaction, ...] | None:
        if customer_id in self.hangs:
            self.go_on.wait()
        return (transaction(txid=customer_id),)


def test_each_is_asked_for_once_and_nobody_without_an_id() -> None:
    found = look(Accounts(), ["C1", "C2", "", "C1"])
    assert {customer: own[0].txid for customer, own in found.items() if own} == {"C1": "C1", "C2": "C2"}


def test_without_an_account_api_all_are_unknown() -> None:
    assert look(None, ["C1"]) == {"C1": None}


def test_one_that_hangs_costs_the_others_nothing() -> None:
    accounts = Accounts("C2")
    try:
        found = look(accounts, ["C1", "C2", "C3"], within_s=1.0)
    finally:
        accounts.go_on.set()
    assert found["C2"] is None
    assert found["C1"]
    assert found["C3"]
