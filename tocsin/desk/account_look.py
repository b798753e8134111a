"""Asks the exchange for many customers' transactions at once, within a bounded time."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait

from tickets.account import Account
from tickets.ticket import Transaction

AT_ONCE = 8
LOOK_S = 20.0
Look = Mapping[str, tuple[Transaction, ...] | None]
"""Customers' transactions by their ID; None = unknown."""


def look(account: Account | None, customers: Iterable[str], within_s: float = LOOK_S) -> Look:
    """The transactions of each customer; unknown of those whose answer did not come within the time.

    A few are asked for at a time. An account API that hangs thus costs this time once, not once a customer.
    """
    wanted = sorted(set(customers) - {""})
    if account is None or not wanted:
        return dict.fromkeys(wanted)
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="account")
    try:
        asked = {customer: pool.submit(account.transactions, customer) for customer in wanted}
        answered = wait(asked.values(), timeout=within_s).done
        return {customer: future.result() if future in answered else None for customer, future in asked.items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
