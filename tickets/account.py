"""A customer's own orders, deposits and withdrawals, read from the exchange's account API."""

from typing import Protocol

from tickets.ticket import Transaction


class Account(Protocol):
    """Reads a customer's account at the exchange."""

    @property
    def last_error(self) -> str:
        """Why the last question was not answered, without the customer; "" where it was."""

    def transactions(self, customer_id: str) -> tuple[Transaction, ...] | None:
        """The customer's transactions, newest first where the exchange says so.

        () = the exchange answered that there are none; None = unknown (not reachable, or its answer made no sense).
        """
