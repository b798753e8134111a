"""Which incident stands in place of the form, who is held out, and what is held up of a customer's."""

from dataclasses import replace

import pytest

from tests.tickets.make import linkable_btc, transaction
from tickets.deflection import HELD_OUT, answers, held_up, is_held_out
from tickets.linking import LinkableIncident
from tickets.ticket import Form, Transaction


@pytest.mark.parametrize(
    ("incident", "form", "asset", "stands"),
    [
        pytest.param(linkable_btc(), Form.WITHDRAWAL, "btc", True, id="form and coin"),
        pytest.param(linkable_btc(), Form.WITHDRAWAL, "", True, id="no coin chosen yet"),
        pytest.param(linkable_btc(assets=()), Form.WITHDRAWAL, "ETH", True, id="of every coin"),
        pytest.param(linkable_btc(), Form.WITHDRAWAL, "ETH", False, id="another coin"),
        pytest.param(linkable_btc(), Form.DEPOSIT, "BTC", False, id="another form"),
        pytest.param(linkable_btc(form="Two-factor", assets=()), Form.TWO_FACTOR, "", False, id="security"),
        pytest.param(linkable_btc(form="Other"), Form.OTHER, "", False, id="no topic"),
        pytest.param(linkable_btc(failure_kind="double"), Form.WITHDRAWAL, "BTC", False, id="money twice"),
        pytest.param(linkable_btc(failure_kind="wrong amount"), Form.WITHDRAWAL, "BTC", False, id="money wrong"),
    ],
)
def test_what_stands_in_place_of_the_form(incident: LinkableIncident, form: Form, asset: str, stands: bool) -> None:
    assert answers(incident, form, asset) is stands


def test_a_tenth_is_held_out_and_always_the_same() -> None:
    drawn = [is_held_out(f"visitor {k}", b"key") for k in range(5000)]
    assert drawn == [is_held_out(f"visitor {k}", b"key") for k in range(5000)]
    assert sum(drawn) / len(drawn) == pytest.approx(HELD_OUT, abs=0.02)
    assert drawn != [is_held_out(f"visitor {k}", b"another key") for k in range(5000)]


@pytest.mark.parametrize(
    ("own", "is_held"),
    [
        pytest.param(transaction(), True, id="pending"),
        pytest.param(transaction(network=""), True, id="network not said"),
        pytest.param(transaction(status="Completed"), False, id="done"),
        pytest.param(transaction(asset="ETH"), False, id="another coin"),
        pytest.param(transaction(network="lightning"), False, id="another network"),
        pytest.param(transaction(kind="deposit"), False, id="another direction"),
    ],
)
def test_what_is_held_up_of_a_customers(own: Transaction, is_held: bool) -> None:
    assert held_up((own, replace(own, status="completed")), linkable_btc()) == ((own,) if is_held else ())
