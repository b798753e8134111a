"""Shares a watch's budget between the evidence of single series and that of all of them together."""

LEAST = 5
"""A watch of fewer series has nothing to pool: what most of them do cannot be distinguished from what some do."""
POOLED = 0.5
"""The pool's share of the budget."""


def is_pooled(series: int) -> bool:
    """Whether a watch of so many series has evidence to pool."""
    return series >= LEAST


def of_series(series: int) -> float:
    """The share of the budget that is left to the series themselves."""
    return 1.0 - POOLED if is_pooled(series) else 1.0
