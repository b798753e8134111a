"""A sum with one separator and three digits after it is read as what is known of the ticket."""

import pytest

from tickets.amounts import in_text


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        pytest.param("721.528 USDT via Tron", [721.53], 721.528, id="three decimals, as the account says"),
        pytest.param("721.528 USDT via Tron", [], 721_528.0, id="nothing is known: the larger"),
        pytest.param("721.528 USDT via Tron", [50.0], 721_528.0, id="it fits nothing that is known: the larger"),
        pytest.param("12.500 USD", [12_500.0], 12_500.0, id="thousands, as the account says"),
        pytest.param("1.234.567 USD", [1.23], 1_234_567.0, id="two separators are thousands"),
        pytest.param("12,500.50 USD", [12.5], 12_500.5, id="with decimals the first is thousands"),
    ],
)
def test_a_sum_is_read_as_what_is_known(text: str, known: list[float], expected: float) -> None:
    assert in_text(text, known) == [pytest.approx(expected)]
