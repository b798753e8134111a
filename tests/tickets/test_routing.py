import pytest

from tests.tickets.make import NOON, new, transaction
from tickets.routing import route
from tickets.ticket import Form, NewTicket, Priority, Team

CASES = [
    pytest.param(new("My withdrawal failed."), Priority.CRITICAL, Team.SECURITY_FINANCE, 1, id="R6a failed withdrawal"),
    pytest.param(
        new("I did not make this withdrawal.", Form.OTHER), Priority.CRITICAL, Team.SECURITY_FINANCE, 3, id="R6a access"
    ),
    pytest.param(
        new("My ETH never arrived.", Form.DEPOSIT), Priority.HIGH, Team.TECHNICAL, 2, id="R6b and R27 deposit"
    ),
    pytest.param(
        new("Not credited.", Form.DEPOSIT, fields={"asset": "EUR", "network": "sepa"}),
        Priority.HIGH,
        Team.TECHNICAL,
        1,
        id="a missing bank deposit is no R27",
    ),
    pytest.param(new("No codes.", Form.TWO_FACTOR), Priority.HIGH, Team.TECHNICAL, 1, id="R6b two-factor"),
    pytest.param(new("When?", Form.ACCOUNT_VERIFICATION), Priority.NORMAL, Team.ACCOUNT, 1, id="R6c verification"),
    pytest.param(new("Key?", Form.API), Priority.NORMAL, Team.ACCOUNT, 2, id="R6c API"),
    pytest.param(new("How much is it?", Form.FEES), Priority.LOW, Team.GENERAL, 1, id="R6d fees"),
    pytest.param(new("A remark.", Form.OTHER), Priority.NORMAL, Team.GENERAL, 1, id="R41 normal by default"),
    pytest.param(
        new("Is a hot wallet behind this?", Form.OTHER), Priority.NORMAL, Team.GENERAL, 3, id="R30 hot wallet"
    ),
    pytest.param(
        new("A remark.", Form.OTHER, fields={"amount_usd": "10001"}), Priority.NORMAL, Team.GENERAL, 2, id="R31a sum"
    ),
    pytest.param(
        new("A remark.", Form.OTHER, fields={"amount_usd": "10000"}), Priority.NORMAL, Team.GENERAL, 1, id="not above"
    ),
    pytest.param(new("My lawyer writes.", Form.OTHER), Priority.NORMAL, Team.GENERAL, 3, id="R31b lawyer"),
]


@pytest.mark.parametrize(("ticket", "priority", "team", "tier"), CASES)
def test_the_matrix(ticket: NewTicket, priority: Priority, team: Team, tier: int) -> None:
    routing = route(ticket, now=NOON)
    assert (routing.priority, routing.team, routing.tier) == (priority, team, tier)
    assert routing.reasons


def test_every_rule_that_fired_is_named() -> None:
    routing = route(new("My withdrawal of 20,000 USD failed, my lawyer is told."), now=NOON)
    assert len(routing.reasons) == 3
    assert routing.tier == 3


def test_a_late_withdrawal_in_the_account_counts_as_failed() -> None:
    assert route(new("Hello?"), (transaction(late=True),), now=NOON).priority is Priority.CRITICAL


def test_unknown_transactions_say_nothing() -> None:
    assert route(new("Hello?"), None, now=NOON).priority is Priority.NORMAL


@pytest.mark.parametrize(
    ("bound", "expected"),
    [(Priority.NORMAL, Priority.NORMAL), (Priority.URGENT, Priority.URGENT), (Priority.CRITICAL, Priority.URGENT)],
)
def test_a_wish_counts_within_the_plan(bound: Priority, expected: Priority) -> None:
    ticket = new("How much?", Form.FEES, requested_priority=Priority.URGENT)
    assert route(ticket, request_bound=bound, now=NOON).priority is expected


def test_a_wish_never_lowers_a_priority() -> None:
    assert route(new("My withdrawal failed.", requested_priority=Priority.LOW), now=NOON).priority is Priority.CRITICAL
