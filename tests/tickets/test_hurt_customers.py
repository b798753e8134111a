"""How many customers an incident hurts: an estimate with its reason and range, or unknown."""

import pytest

from tickets.hurt_customers import hurt_customers


@pytest.mark.parametrize(
    ("wrote", "share", "expected"),
    [
        (214, 0.05, "about 4,300 (3,700 to 4,900), as 5 % of those who are hurt write"),
        (5, 0.5, "about 10 (5 to 19), as 50 % of those who are hurt write"),
        (20, 1.0, "about 20 (20 to 29), as 100 % of those who are hurt write"),
        (4, 0.05, "unknown: too few have written to estimate it"),
        (0, 0.05, "unknown: too few have written to estimate it"),
        (214, None, "unknown: what share of them writes is not configured"),
    ],
)
def test_an_estimate_says_how_sure_it_is_or_that_nothing_is_known(
    wrote: int, share: float | None, expected: str
) -> None:
    assert hurt_customers(wrote, share) == expected
