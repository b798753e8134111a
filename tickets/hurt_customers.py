"""Estimates how many customers an incident hurts, from how many wrote and what share of those who are hurt write."""

import math

LEAST = 5
"""Of fewer who wrote nothing is estimated: chance alone would halve or double it."""
UNKNOWN = "unknown"


def hurt_customers(wrote: int, share: float | None) -> str:
    """As in: about 4,300 (3,700 to 4,900), as 5 % of those who are hurt write; "unknown" and why where it is.

    wrote: customers with a linked ticket. share: of the hurt that write, above 0 to 1; None = nobody knows. The range
    holds 95 % of what chance does to the number who write (Poisson), and nothing of how well the share is known.
    """
    if share is None:
        return f"{UNKNOWN}: what share of them writes is not configured"
    if wrote < LEAST:
        return f"{UNKNOWN}: too few have written to estimate it"
    low, high = max(float(wrote), (wrote - 2 * math.sqrt(wrote)) / share), (wrote + 2 * math.sqrt(wrote)) / share
    about = max(float(wrote), wrote / share)
    why = f"as {100 * share:.3g} % of those who are hurt write"
    return f"about {_rounded(about)} ({_rounded(low)} to {_rounded(high)}), {why}"


def _rounded(number: float) -> str:
    """To two digits: more would promise too much."""
    if number < 100:
        return f"{number:.0f}"
    unit = 10 ** (int(math.log10(number)) - 1)
    return f"{round(number / unit) * unit:,}"
